<?php
/**
 * What the network decides.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Network;
use Scimpress\Settings;
use Scimpress\Store\Account_Switch;

/**
 * Deactivating and deleting: this site alone, or all.
 */
final class NetworkDecisionTest extends Network_Test_Case {

	private const PAGE = '/wp-admin/network/settings.php?page=scimpress';

	public static function setUpBeforeClass(): void {
		parent::setUpBeforeClass();
		self::open_other_site();
	}

	public function test_sessions_and_mailed_keys_end_with_the_last_site_where_the_account_is_active(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$sessions              = \WP_Session_Tokens::get_instance( $user->ID );
		$session               = $sessions->create( time() + HOUR_IN_SECONDS );
		$key                   = get_password_reset_key( $user );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertTrue( $sessions->verify( $session ) );
		$this->assertInstanceOf( \WP_User::class, check_password_reset_key( $key, $user->user_login ) );
		$this->assertFalse( Account_State::filter_current_user( $user->ID ), 'this site takes no notice of it' );
		$this->assertFalse( user_can( $user->ID, 'read' ) );
		$this->elsewhere(
			function () use ( $user ): void {
				$this->assertSame( $user->ID, Account_State::filter_current_user( $user->ID ) );
				$this->assertTrue( Account_Switch::set( $user->ID, false ) );
			}
		);
		$this->assertFalse( $sessions->verify( $session ) );
		$this->assertWPError( check_password_reset_key( $key, $user->user_login ) );
	}

	public function test_sign_in_plugin_gets_no_session_on_this_site_and_ends_none_of_another(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$sessions              = \WP_Session_Tokens::get_instance( $user->ID );
		$session               = $sessions->create( time() + HOUR_IN_SECONDS );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		wp_set_auth_cookie( $user->ID );
		$this->assertTrue( $sessions->verify( $session ) );
		$this->assertCount( 1, $sessions->get_all() );
	}

	public function test_site_that_is_archived_keeps_no_session_alive(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$sessions              = \WP_Session_Tokens::get_instance( $user->ID );
		$session               = $sessions->create( time() + HOUR_IN_SECONDS );
		update_blog_status( self::$site, 'archived', '1' );
		$this->afterwards( static fn() => update_blog_status( self::$site, 'archived', '0' ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( $sessions->verify( $session ) );
	}

	public function test_network_deactivates_and_reactivates_everywhere(): void {
		Network::update( array( 'deactivate' => true ) );
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$session               = \WP_Session_Tokens::get_instance( $user->ID )->create( time() + HOUR_IN_SECONDS );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( \WP_Session_Tokens::get_instance( $user->ID )->verify( $session ) );
		$this->assertStates( $user, null, null );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertStates( $user, 'author', 'editor' );
	}

	public function test_list_of_users_follows_the_network_and_hooks_fire_once(): void {
		Network::update( array( 'deactivate' => true ) );
		list( , , $user ) = $this->member( 'author', 'editor' );
		$fired            = array();
		foreach ( array( 'deactivated', 'reactivated' ) as $done ) {
			add_action(
				"scimpress_user_$done",
				static function () use ( &$fired, $done ): void {
					$fired[] = array( $done, get_current_blog_id() );
				}
			);
		}
		Account_Switch::set( $user->ID, false );
		$this->assertStates( $user, null, null );
		Account_Switch::set( $user->ID, true );
		$this->assertStates( $user, 'author', 'editor' );
		$here = get_current_blog_id();
		$this->assertSame( array( array( 'deactivated', $here ), array( 'reactivated', $here ) ), $fired );
	}

	public function test_delete_that_deactivates_follows_the_network(): void {
		Network::update( array( 'deactivate' => true ) );
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertStates( $user, null, null );
		$this->perform( array( 'id' => wp_generate_uuid4() ) + $need );
		$this->assertStates( $user, 'author', 'editor' );
	}

	public function test_what_another_site_has_decided_itself_stays(): void {
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$this->elsewhere( static fn() => Account_Switch::set( $user->ID, false ) );
		Network::update( array( 'deactivate' => true ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertStates( $user, 'author', null );
		$this->elsewhere( static fn() => Account_Switch::set( $user->ID, true ) );
		$this->assertStates( $user, 'author', 'editor' );
	}

	public function test_another_sites_client_decides_itself_who_comes_back_there(): void {
		Network::update( array( 'deactivate' => true ) );
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$there                 = array( 'id' => wp_generate_uuid4() ) + $need;
		$this->elsewhere( fn() => $this->perform( $there ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->elsewhere( fn() => $this->assertFalse( $this->perform( Needs::by( 'id', $there['id'] ) )['records'][0]['wordpress']['active'] ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertStates( $user, 'author', null );
		$this->elsewhere( fn() => $this->perform( Needs::update( $there, 1, array( 'active' => true ) ) ) );
		$this->assertStates( $user, 'author', 'editor' );
	}

	public function test_network_leaves_no_site_without_an_administrator(): void {
		Network::update( array( 'deactivate' => true ) );
		add_filter( 'scimpress_allow_administrators', '__return_true' );
		list( $need, , $user ) = $this->member( 'author', 'administrator' );
		update_site_option( 'site_admins', array() );
		$this->afterwards( static fn() => update_site_option( 'site_admins', array( get_userdata( 1 )->user_login ) ) );
		$this->elsewhere( static fn() => remove_user_from_blog( 1, self::$site ) );
		$this->assertStringContainsString( 'last account', $this->refused( 'protected', Needs::update( $need, 1, array( 'active' => false ) ) ) );
		$this->assertStates( $user, 'author', 'administrator' );
	}

	public function test_network_deletes_everywhere_and_each_site_has_its_heir(): void {
		Network::update( array( 'delete' => true ) );
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$posts                 = array( $this->post( $user->ID ), $this->elsewhere( fn() => $this->post( $user->ID ) ) );
		$heirs                 = array( $this->stranger()->ID, $this->stranger()->ID );
		Settings::update( array( 'reassign_to' => $heirs[0] ) );
		$this->assertStringContainsString( '/other', $this->refused( 'no_reassign_target', Needs::delete( $need['id'] ) ) );
		$this->assertStates( $user, 'author', 'editor' );
		$this->assertSame( (string) $user->ID, get_post( $posts[0] )->post_author );
		$this->elsewhere(
			function () use ( $heirs ): void {
				add_user_to_blog( self::$site, $heirs[1], 'editor' );
				Settings::update( array( 'reassign_to' => $heirs[1] ) );
				$this->afterwards( fn() => $this->elsewhere( static fn() => delete_option( Settings::OPTION ) ) );
			}
		);
		$this->perform( Needs::delete( $need['id'] ) );
		wp_cache_flush();
		$this->assertFalse( get_userdata( $user->ID ) );
		$this->assertSame( (string) $heirs[0], get_post( $posts[0] )->post_author );
		$this->elsewhere( fn() => $this->assertSame( (string) $heirs[1], get_post( $posts[1] )->post_author ) );
	}

	public function test_network_deletes_nobody_whom_another_sites_client_knows(): void {
		Network::update( array( 'delete' => true ) );
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		$this->elsewhere( static fn() => Settings::update( array( 'on_delete' => Settings::DELETE ) ) );
		$this->afterwards( fn() => $this->elsewhere( static fn() => delete_option( Settings::OPTION ) ) );
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		$there                 = array( 'id' => wp_generate_uuid4() ) + $need;
		$this->elsewhere( fn() => $this->perform( $there ) );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( is_user_member_of_blog( $user->ID ) );
		$this->elsewhere(
			function () use ( $there, $user ): void {
				$this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles );
				$this->perform( Needs::delete( $there['id'] ) );
			}
		);
		wp_cache_flush();
		$this->assertFalse( get_userdata( $user->ID ), 'the last site has let go of it' );
	}

	public function test_delete_ends_on_a_site_where_the_plugin_never_ran(): void {
		Network::update( array( 'delete' => true ) );
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		$site = wp_insert_site(
			array(
				'domain'  => '127.0.0.1',
				'path'    => '/untouched/',
				'user_id' => 1,
			)
		);
		$this->afterwards( static fn() => wp_delete_site( $site ) );
		list( $need, , $user ) = $this->member( 'author', 'editor' );
		add_user_to_blog( $site, $user->ID, 'author' );
		$this->perform( Needs::delete( $need['id'] ) );
		wp_cache_flush();
		$this->assertFalse( get_userdata( $user->ID ) );
	}

	public function test_deleted_site_takes_our_tables_with_it(): void {
		global $wpdb;
		$site   = wp_insert_site(
			array(
				'domain'  => '127.0.0.1',
				'path'    => '/short-lived/',
				'user_id' => 1,
			)
		);
		$prefix = $wpdb->get_blog_prefix( $site );
		Network::on( $site, array( \Scimpress\Store\Schema::class, 'upgrade' ) );
		$like = $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $prefix . 'scimpress' ) . '%' );
		$this->assertCount( count( \Scimpress\Store\Schema::tables() ) - 1, $wpdb->get_col( $like ) );
		wp_delete_site( $site );
		$this->assertSame( array(), $wpdb->get_col( $like ) );
		$networks = \Scimpress\Store\Foreign_Meta_Table::name();
		$this->assertSame( $networks, $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $networks ) ) ) );
	}

	public function test_page_of_the_network_is_for_who_manages_the_network(): void {
		$web = new Web();
		$this->afterwards( array( $web, 'stop' ) );
		$page = $web->send( 'GET', self::PAGE, self::signed_in( 1 ) );
		$this->assertSame( 200, $page->status );
		$this->assertDoesNotMatchRegularExpression( '/name="(deactivate|delete)" value="1"\s+checked/', $page->body );
		preg_match( '/name="_wpnonce" value="(\w+)"/', $page->body, $nonce );

		foreach ( array( '', '0123456789' ) as $forged ) {
			$this->assertSame( 403, $this->submit( $web, 1, array( 'deactivate' => '1', '_wpnonce' => $forged ) )->status );
		}
		$administrator = $this->stranger( array( 'role' => 'administrator' ) );
		$this->assertNotSame( 200, $web->send( 'GET', self::PAGE, self::signed_in( $administrator->ID ) )->status );
		$this->assertNotSame( 303, $this->submit( $web, $administrator->ID, array( 'deactivate' => '1', '_wpnonce' => $nonce[1] ) )->status );
		wp_cache_flush();
		$this->assertSame( array( 'deactivate' => false, 'delete' => false ), Network::all() );

		foreach ( array( 'deactivate', 'delete' ) as $name ) {
			$this->assertSame( 303, $this->submit( $web, 1, array( $name => '1', '_wpnonce' => $nonce[1] ) )->status );
			wp_cache_flush();
			$this->assertSame( array( $name ), array_keys( array_filter( Network::all() ) ) );
			preg_match_all( '/name="(deactivate|delete)" value="1"\s+checked/', $web->send( 'GET', self::PAGE . '&updated=1', self::signed_in( 1 ) )->body, $shown );
			$this->assertSame( array( $name ), $shown[1] );
		}
		$this->assertShows( self::PAGE, $web->send( 'GET', '/wp-admin/network/plugins.php', self::signed_in( 1 ) )->body );
	}

	/**
	 * Sends the form of the page.
	 *
	 * @param Web                  $web     The network.
	 * @param int                  $user_id Who sends it.
	 * @param array<string,string> $fields  Fields.
	 */
	private function submit( Web $web, int $user_id, array $fields ): Reply {
		return $web->send( 'POST', self::PAGE, array( 'Content-Type' => 'application/x-www-form-urlencoded' ) + self::signed_in( $user_id ), http_build_query( $fields ) );
	}

	/**
	 * Asserts what an account is on the two sites.
	 *
	 * @param \WP_User    $user  The account.
	 * @param string|null $here  Role on this site; null: deactivated.
	 * @param string|null $there Role on the other one; null: deactivated.
	 */
	private function assertStates( \WP_User $user, ?string $here, ?string $there ): void {
		wp_cache_flush();
		$state = static fn(): array => array( Account_State::is_active( $user->ID ), get_userdata( $user->ID )->roles );
		$this->assertSame( array( null !== $here, array_filter( array( $here ) ) ), $state() );
		$this->assertSame( array( null !== $there, array_filter( array( $there ) ) ), $this->elsewhere( $state ) );
	}

	/**
	 * Asserts that WordPress has said no.
	 *
	 * @param mixed $outcome What it said.
	 */
	private function assertWPError( $outcome ): void {
		$this->assertInstanceOf( \WP_Error::class, $outcome );
	}
}
