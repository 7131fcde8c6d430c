<?php
/**
 * What a site of a network would make of a user.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Roles\Rule_Set;
use Scimpress\Trial\Trial;

/**
 * Accounts are the network's, roles and rules the site's.
 */
final class TrialNetworkTest extends Network_Test_Case {

	public function test_user_of_another_site_would_be_linked_and_is_not_added(): void {
		$user = $this->stranger();
		remove_user_from_blog( $user->ID, get_current_blog_id() );
		add_user_to_blog( self::$site, $user->ID, 'editor' );
		$document = wp_json_encode( array( 'userName' => $user->user_email, 'emails' => array( array( 'value' => $user->user_email ) ) ) );
		$rules    = new Rule_Set( array( 'rules' => array( array( 'role' => 'author', 'kind' => 'group', 'value' => 'Desk' ) ) ) );
		foreach ( array( array( array(), array( 'subscriber' => array() ) ), array( array( 'desk' ), array( 'author' => array( 0 ) ) ) ) as list( $groups, $roles ) ) {
			$trial = new Trial( $document, $groups, array(), $rules );
			$this->assertSame( array( 201, $user->ID, $user->user_login, $roles ), array( $trial->answer[0], $trial->account->user_id, $trial->account->login, $trial->roles ) );
		}
		wp_cache_flush();
		$this->assertFalse( is_user_member_of_blog( $user->ID ) );
	}

	public function test_administrator_of_another_site_is_out_of_reach(): void {
		$user = $this->stranger();
		add_user_to_blog( self::$site, $user->ID, 'administrator' );
		$trial = new Trial( wp_json_encode( array( 'userName' => $user->user_email, 'emails' => array( array( 'value' => $user->user_email ) ) ) ), array(), array(), Rule_Set::of_site() );
		$this->assertSame( array( 403, null ), array( $trial->answer[0], $trial->account ) );
	}

	public function test_new_user_has_the_login_name_of_a_network(): void {
		$name  = 'Person-' . bin2hex( random_bytes( 6 ) );
		$trial = new Trial( wp_json_encode( array( 'userName' => $name ) ), array(), array(), Rule_Set::of_site() );
		$made  = $this->perform( Needs::create( array( 'userName' => $name, 'wordpress' => array( 'user_email' => '' ) ) ) )['record'];
		$this->assertSame( get_userdata( $made['userId'] )->user_login, $trial->account->login );
	}
}
