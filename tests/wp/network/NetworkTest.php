<?php
/**
 * Networks of sites.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Manager;
use Scimpress\Settings;
use Scimpress\Store\Schema;

/**
 * What SCIM does on one site of a network is not done to the others.
 */
final class NetworkTest extends Network_Test_Case {

	private const PASSWORD = 'correct horse battery staple';

	public function test_deactivation_concerns_this_site_alone(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		wp_set_password( self::PASSWORD, $user->ID );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertSame( array(), get_userdata( $user->ID )->roles );
		$this->assertTrue( is_user_member_of_blog( $user->ID ), 'still a user of this site, without a role' );
		$this->assertSame( 'scimpress_deactivated', wp_authenticate( $user->user_login, self::PASSWORD )->get_error_code() );
		$this->assertFalse( user_can( $user->ID, 'read' ) );
		$this->elsewhere(
			function () use ( $user ): void {
				$this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles );
				$this->assertInstanceOf( \WP_User::class, wp_authenticate( $user->user_login, self::PASSWORD ) );
				$this->assertTrue( user_can( $user->ID, 'edit_others_posts' ) );
			}
		);
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'author' ), get_userdata( $user->ID )->roles );
		$this->assertInstanceOf( \WP_User::class, wp_authenticate( $user->user_login, self::PASSWORD ) );
	}

	public function test_each_site_maps_for_itself_and_never_into_the_rights_of_another(): void {
		Attribute_Settings::map( array( array( 'path' => 'title', 'target' => 'job' ) ) );
		$this->afterwards( static fn() => delete_option( Attribute_Settings::OPTION ) );
		$this->elsewhere( fn() => $this->assertSame( array(), Attribute_Settings::mappings() ) );
		global $wpdb;
		$other = $wpdb->get_blog_prefix( self::$site );
		foreach ( array( 'capabilities', 'user_level', 'user-settings', 'scimpress_deactivated' ) as $key ) {
			update_option( Attribute_Settings::OPTION, array( 'mappings' => array( array( 'path' => 'title', 'target' => $other . $key ) ) ) );
			$this->assertSame( array(), Attribute_Settings::mappings(), $other . $key );
		}
	}

	public function test_manager_is_looked_up_on_this_site(): void {
		list( $need ) = $this->member( 'author', 'editor' );
		$this->assertIsInt( Manager::find( $need['id'] ) );
		$this->elsewhere(
			function () use ( $need ): void {
				delete_option( Schema::VERSION_OPTION );
				Schema::upgrade();
				$this->assertNull( Manager::find( $need['id'] ) );
			}
		);
	}

	public function test_every_site_remembers_roles_of_its_own(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->elsewhere( static fn() => Account_State::deactivate( $user->ID ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'author' ), get_userdata( $user->ID )->roles );
		$this->elsewhere(
			function () use ( $user ): void {
				$this->assertFalse( Account_State::is_active( $user->ID ) );
				$this->assertSame( array(), get_userdata( $user->ID )->roles );
				Account_State::activate( $user->ID );
				$this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles );
			}
		);
	}

	public function test_who_is_removed_from_a_site_and_added_again_starts_anew(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->elsewhere( static fn() => Account_State::deactivate( $user->ID ) );
		remove_user_from_blog( $user->ID, get_current_blog_id() );
		add_user_to_blog( get_current_blog_id(), $user->ID, 'contributor' );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( array( 'contributor' ), get_userdata( $user->ID )->roles );
		$this->elsewhere( fn() => $this->assertFalse( Account_State::is_active( $user->ID ) ) );
	}

	public function test_who_manages_another_site_is_protected_deactivated_or_not(): void {
		list( $need, , $user ) = $this->member( 'author', 'administrator' );
		$this->refused( 'protected', Needs::update( $need, 1, array( 'active' => false ) ) );
		Account_State::deactivate( $user->ID );
		$this->refused( 'protected', Needs::update( $need, 1, array( 'active' => true ) ) );
		$this->elsewhere( static fn() => Account_State::deactivate( $user->ID ) );
		$this->refused( 'protected', Needs::update( $need, 1, array( 'active' => true ) ) );
		$this->elsewhere(
			static function () use ( $user ): void {
				Account_State::activate( $user->ID );
				get_userdata( $user->ID )->set_role( 'editor' );
			}
		);
		$this->assertTrue( $this->perform( Needs::update( $need, 1, array( 'active' => true ) ) )['record']['wordpress']['active'] );
	}

	public function test_user_of_another_site_becomes_a_member_with_a_role_that_is_remembered(): void {
		foreach ( array( true, false ) as $active ) {
			$stranger = $this->stranger( array( 'role' => 'editor' ) );
			remove_user_from_blog( $stranger->ID, get_current_blog_id() );
			$this->elsewhere( static fn() => add_user_to_blog( get_current_blog_id(), $stranger->ID, 'editor' ) );
			list( $need, $record ) = $this->person( array( 'active' => $active, 'login' => array( 'preferred' => $stranger->user_login ) ) );
			$this->assertSame( $stranger->ID, $record['userId'] );
			$this->assertTrue( is_user_member_of_blog( $stranger->ID ) );
			$this->assertSame( $active ? array( 'subscriber' ) : array(), get_userdata( $stranger->ID )->roles );
			$this->perform( Needs::update( $need, 1, array( 'active' => true ) ) );
			$this->assertSame( array( 'subscriber' ), get_userdata( $stranger->ID )->roles );
		}
	}

	public function test_plugin_that_refuses_the_membership_refuses_the_link(): void {
		$stranger = $this->stranger();
		remove_user_from_blog( $stranger->ID, get_current_blog_id() );
		add_filter( 'can_add_user_to_blog', static fn() => new \WP_Error( 'full', 'This site is full.' ) );
		$this->assertSame( 'This site is full.', $this->refused( 'refused', Needs::create( array( 'login' => array( 'preferred' => $stranger->user_login ) ) ) ) );
		$this->assertFalse( is_user_member_of_blog( $stranger->ID ) );
	}

	public function test_delete_takes_the_account_off_this_site_and_leaves_the_others(): void {
		global $wpdb;
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$here                  = $this->post( $user->ID );
		$there                 = $this->elsewhere( fn() => $this->post( $user->ID ) );
		$heir                  = $this->stranger( array( 'role' => 'editor' ) );
		$away                  = $this->stranger();
		remove_user_from_blog( $away->ID, get_current_blog_id() );
		Settings::update(
			array(
				'on_delete'   => Settings::DELETE,
				'reassign_to' => $away->ID,
			)
		);
		$this->refused( 'no_reassign_target', Needs::delete( $need['id'] ) );
		$this->assertSame( (string) $user->ID, get_post( $here )->post_author, 'the heir is no member of this site' );

		Settings::update( array( 'reassign_to' => $heir->ID ) );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->refused( 'not_found', Needs::delete( $need['id'] ) );
		clean_post_cache( $here );
		$this->assertSame( (string) $heir->ID, get_post( $here )->post_author );
		$this->assertFalse( is_user_member_of_blog( $user->ID ) );
		$this->assertNull( self::row( $need['id'] ) );
		$this->elsewhere(
			function () use ( $user, $there ): void {
				$this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles );
				$this->assertSame( (string) $user->ID, get_post( $there )->post_author );
			}
		);
		$this->assertSame( '1', $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->users WHERE ID = %d", $user->ID ) ) );
	}

	public function test_delete_of_somebody_who_is_on_no_other_site_removes_the_account(): void {
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( get_userdata( $user->ID ) );
		$this->assertSame( array(), get_user_meta( $user->ID ) );
	}

	public function test_super_admins_are_protected_and_the_last_one_always_stays(): void {
		list( $need, , $user ) = $this->person();
		grant_super_admin( $user->ID );
		$this->afterwards( static fn() => update_site_option( 'site_admins', array( get_userdata( 1 )->user_login ) ) );
		$this->refused( 'protected', Needs::update( $need, 1, array( 'active' => false ) ) );
		add_filter( 'scimpress_allow_administrators', '__return_true' );
		update_site_option( 'site_admins', array( $user->user_login ) );
		$this->assertStringContainsString( 'last account', $this->refused( 'protected', Needs::update( $need, 1, array( 'active' => false ) ) ) );
		update_site_option( 'site_admins', array( get_userdata( 1 )->user_login, $user->user_login ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
	}

	public function test_uninstalling_gives_roles_back_on_every_site(): void {
		$this->afterwards(
			static function (): void {
				foreach ( array( get_main_site_id(), self::$site ) as $site ) {
					switch_to_blog( $site );
					delete_option( Schema::VERSION_OPTION );
					Schema::upgrade();
					restore_current_blog();
				}
			}
		);
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->elsewhere( static fn() => Account_State::deactivate( $user->ID ) );
		\Scimpress\Network::update( array( 'delete' => true ) );
		define( 'WP_UNINSTALL_PLUGIN', plugin_basename( \Scimpress\PLUGIN_FILE ) );
		require dirname( \Scimpress\PLUGIN_FILE ) . '/uninstall.php';
		Schema::upgrade();
		wp_cache_flush();
		$this->assertFalse( get_site_option( \Scimpress\Network::OPTION ) );
		$this->assertSame( array( 'author' ), get_userdata( $user->ID )->roles );
		$this->elsewhere( fn() => $this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles ) );
	}

	public function test_lists_of_the_network_and_of_the_site_work(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$web = new Web();
		$this->afterwards( array( $web, 'stop' ) );
		$headers = self::signed_in( 1 );
		$network = $web->send( 'GET', '/wp-admin/network/users.php', $headers );
		$this->assertSame( 200, $network->status );
		$this->assertShows( $user->user_login, $network->body );
		$this->assertHides( 'scimpress_', $network->body );

		$here = $web->send( 'GET', '/wp-admin/users.php?scimpress_state=deactivated', $headers );
		$this->assertSame( 200, $here->status );
		$this->assertShows( '<strong>Deactivated</strong>', $here->body );
		$this->assertShows( 'Deactivated <span class="count">(1)</span>', $here->body );
		$this->assertSame( 1, preg_match( '/href="(users\.php\?action=scimpress_reactivate[^"]*)"/', $here->body, $matches ) );
		$this->assertSame( 302, $web->send( 'GET', '/wp-admin/' . html_entity_decode( $matches[1] ), $headers )->status );
		wp_cache_flush();
		$this->assertSame( array( 'author' ), get_userdata( $user->ID )->roles );
	}
}
