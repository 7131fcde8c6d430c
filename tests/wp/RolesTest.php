<?php
/**
 * Roles of people who leave and come back.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;

/**
 * A deactivated account may do nothing; activated again it may do what it did.
 */
final class RolesTest extends Test_Case {

	/**
	 * Capabilities as WordPress keeps them, in their order.
	 */
	public function capabilities(): array {
		return array(
			'one role'                        => array( array( 'editor' => true ) ),
			'several roles, not by alphabet'  => array( array( 'subscriber' => true, 'author' => true, 'contributor' => true ) ),
			'granted and denied capabilities' => array( array( 'edit_pages' => true, 'author' => true, 'upload_files' => false, 'a \\ strange one' => true ) ),
			'capabilities without any role'   => array( array( 'edit_posts' => true ) ),
			'a role that is denied'           => array( array( 'author' => false, 'subscriber' => true ) ),
			'nothing at all'                  => array( array() ),
		);
	}

	/**
	 * @dataProvider capabilities
	 */
	public function test_roles_and_capabilities_go_and_come_back_exactly( array $capabilities ): void {
		list( $need, , $user ) = $this->person();
		self::give( $user, $capabilities );
		$before = get_user_meta( $user->ID );

		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$left = get_userdata( $user->ID );
		$this->assertSame( array(), $left->caps );
		$this->assertSame( array(), $left->roles );
		foreach ( array( 'read', 'edit_posts', 'edit_pages', 'upload_files' ) as $capability ) {
			$this->assertFalse( user_can( $left, $capability ), $capability );
		}
		$this->assertSame( '0', get_user_meta( $user->ID, self::key( 'user_level' ), true ) );

		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		wp_cache_flush();
		$back = get_userdata( $user->ID );
		$this->assertSame( $capabilities, $back->caps );
		$after = get_user_meta( $user->ID );
		ksort( $before );
		ksort( $after );
		// An account without rights has level 0, whether or not WordPress has written that down before.
		$this->assertSame( array_diff_key( $before, array( self::key( 'user_level' ) => 1 ) ), array_diff_key( $after, array( self::key( 'user_level' ) => 1 ) ) );
	}

	public function test_second_deactivation_does_not_overwrite_what_is_remembered(): void {
		list( $need, , $user ) = $this->person();
		$user->set_role( 'editor' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$memory = get_user_meta( $user->ID, Account_State::meta_key(), true );
		$this->perform( Needs::update( $need, 2, array( 'active' => false ) ) );
		Account_State::deactivate( $user->ID );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertSame( $memory, get_user_meta( $user->ID, Account_State::meta_key(), true ) );
		$this->assertSame( array( 'editor' ), $memory['roles'] );
		$this->assertMatchesRegularExpression( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $memory['since'] );
		$this->assertCount( 1, get_user_meta( $user->ID, Account_State::meta_key() ) );
	}

	public function test_person_who_comes_back_after_a_delete_has_the_roles_of_before(): void {
		list( $need, , $user ) = $this->person();
		self::give( $user, array( 'author' => true, 'edit_pages' => true ) );
		$this->perform( Needs::delete( $need['id'] ) );
		list( , , $back ) = $this->person( array( 'userName' => $need['userName'] ) );
		$this->assertSame( $user->ID, $back->ID );
		$this->assertSame( array( 'author' => true, 'edit_pages' => true ), $back->caps );
	}

	public function test_person_who_comes_back_deactivated_gets_no_role_before_the_activation(): void {
		list( $need, , $user ) = $this->person();
		$user->set_role( 'author' );
		$this->perform( Needs::delete( $need['id'] ) );
		list( $again, , $back ) = $this->person(
			array(
				'userName' => $need['userName'],
				'active'   => false,
			)
		);
		$this->assertSame( array(), $back->roles );
		$this->perform( Needs::update( $again, 1, array( 'active' => true ) ) );
		$this->assertSame( array( 'author' ), get_userdata( $user->ID )->roles );
	}

	public function test_person_who_is_created_deactivated_gets_the_default_role_on_activation(): void {
		Settings::update( array( 'default_role' => 'contributor' ) );
		list( $need, , $user ) = $this->person( array( 'active' => false ) );
		$this->assertSame( array(), $user->roles );
		$this->perform( Needs::update( $need, 1, array( 'active' => true ) ) );
		$this->assertSame( array( 'contributor' ), get_userdata( $user->ID )->roles );
	}

	public function test_role_that_the_site_has_lost_is_left_out(): void {
		add_role( 'scimpress_test', 'Test', array( 'read' => true ) );
		$this->afterwards( static fn() => remove_role( 'scimpress_test' ) );
		list( $first, , $one )  = $this->person();
		list( $second, , $two ) = $this->person();
		self::give( $one, array( 'scimpress_test' => true, 'author' => true, 'edit_pages' => true ) );
		self::give( $two, array( 'scimpress_test' => true, 'edit_pages' => false ) );
		$this->perform( Needs::update( $first, 1, array( 'active' => false ) ) );
		$this->perform( Needs::update( $second, 1, array( 'active' => false ) ) );
		remove_role( 'scimpress_test' );
		Settings::update( array( 'default_role' => 'contributor' ) );
		$this->perform( Needs::update( $first, 2, array( 'active' => true ) ) );
		$this->perform( Needs::update( $second, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'author' => true, 'edit_pages' => true ), get_userdata( $one->ID )->caps );
		$this->assertSame( array( 'contributor' => true, 'edit_pages' => false ), get_userdata( $two->ID )->caps, 'the default role stands in' );
	}

	public function test_role_that_an_administrator_gives_meanwhile_is_worth_nothing_until_activation_and_stays_then(): void {
		list( $need, , $user ) = $this->person();
		$user->set_role( 'editor' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		get_userdata( $user->ID )->set_role( 'contributor' );
		$this->assertFalse( user_can( $user->ID, 'edit_posts' ) );
		$this->assertFalse( user_can( $user->ID, 'read' ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'contributor' => true ), get_userdata( $user->ID )->caps );
		$this->assertTrue( user_can( $user->ID, 'edit_posts' ) );
		$this->assertFalse( user_can( $user->ID, 'edit_others_posts' ) );
	}

	public function test_capability_that_a_plugin_hands_out_does_not_reach_the_deactivated(): void {
		list( $need, , $user ) = $this->person();
		add_filter( 'user_has_cap', static fn( array $capabilities ): array => array( 'buy_things' => true ) + $capabilities, 999 );
		$this->assertTrue( user_can( $user->ID, 'buy_things' ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( user_can( $user->ID, 'buy_things' ) );
		wp_set_current_user( $user->ID );
		$this->assertFalse( current_user_can( 'buy_things' ) );
	}

	public function test_plugin_that_gives_everybody_a_role_changes_nothing_about_what_comes_back(): void {
		list( $need, , $user ) = $this->person();
		self::give( $user, array( 'author' => true, 'edit_pages' => true ) );
		$give = static function ( int $user_id, string $role ): void {
			if ( '' === $role ) {
				get_userdata( $user_id )->add_role( 'contributor' );
			}
		};
		add_action( 'set_user_role', $give, 10, 2 );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertSame( array(), get_userdata( $user->ID )->caps );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'author' => true, 'edit_pages' => true ), get_userdata( $user->ID )->caps );
	}

	public function test_other_plugins_see_roles_go_and_come(): void {
		list( $need, , $user ) = $this->person();
		self::give( $user, array( 'author' => true, 'subscriber' => true ) );
		$seen = array();
		foreach ( array( 'add_user_role', 'remove_user_role' ) as $hook ) {
			add_action(
				$hook,
				static function ( int $user_id, string $role ) use ( &$seen, $hook ): void {
					$seen[] = "$hook $role";
				},
				10,
				2
			);
		}
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'remove_user_role author', 'remove_user_role subscriber', 'add_user_role author', 'add_user_role subscriber' ), $seen );
	}

	public function test_state_and_roles_change_together_or_not_at_all(): void {
		list( $need, , $user ) = $this->person();
		$user->set_role( 'author' );
		$throw = static fn() => throw new \LogicException( 'a plugin failed' );
		foreach ( array( false, true ) as $version => $active ) {
			add_action( 'set_user_role', $throw );
			$before = array( get_userdata( $user->ID )->caps, Account_State::is_active( $user->ID ) );
			try {
				$this->perform( Needs::update( $need, $version + 1, array( 'active' => $active ) ) );
				$this->fail( 'nothing was thrown' );
			} catch ( \LogicException ) {
				$this->assertSame( $before, array( get_userdata( $user->ID )->caps, Account_State::is_active( $user->ID ) ) );
			}
			remove_action( 'set_user_role', $throw );
			$this->perform( Needs::update( $need, $version + 1, array( 'active' => $active ) ) );
			$this->assertSame( $active, Account_State::is_active( $user->ID ) );
			$this->assertSame( $active ? array( 'author' ) : array(), get_userdata( $user->ID )->roles );
		}
	}

	public function test_scim_and_an_administrator_who_deactivate_at_once_remember_once(): void {
		list( $need, , $user ) = $this->person();
		$user->set_role( 'editor' );
		$orders    = array(
			Needs::update( $need, 1, array( 'active' => false ) ),
			array(
				'switch' => $user->ID,
				'active' => false,
			),
		);
		$processes = array();
		foreach ( $orders as $order ) {
			$process     = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
			$processes[] = $process;
			$this->afterwards( array( $process, 'stop' ) );
			$this->assertSame( 'ready', $process->hear() );
		}
		$processes[0]->say( '{"pause":"set_user_role"}' );
		$processes[0]->say( wp_json_encode( $orders[0] ) );
		$this->assertSame( 'paused', $processes[0]->hear() );
		$processes[1]->say( wp_json_encode( $orders[1] ) );
		Locker::await_waiter();
		$processes[0]->say( 'go on' );
		$this->assertArrayHasKey( 'record', json_decode( $processes[0]->hear(), true ) );
		$this->assertSame( 'false', $processes[1]->hear(), 'it was no change any more' );
		wp_cache_flush();
		$this->assertSame( array( array( 'editor' ) ), array_column( get_user_meta( $user->ID, Account_State::meta_key() ), 'roles' ) );
	}

	public function test_memory_that_somebody_damaged_gives_nothing_back_and_stops_nothing(): void {
		foreach ( array( '1', array(), array( 'roles' => 'editor' ), array( 'roles' => array( array() ), 'capabilities' => array( 'editor' => true ) ) ) as $damaged ) {
			list( $need, , $user ) = $this->person( array( 'active' => false ) );
			update_user_meta( $user->ID, Account_State::meta_key(), $damaged );
			$this->assertFalse( Account_State::is_active( $user->ID ) );
			$this->perform( Needs::update( $need, 1, array( 'active' => true ) ) );
			$this->assertTrue( Account_State::is_active( $user->ID ) );
			$this->assertFalse( user_can( $user->ID, 'manage_options' ) );
		}
	}

	public function test_mailed_reset_key_is_void_from_the_deactivation_on(): void {
		list( $need, , $user ) = $this->person();
		$key                   = get_password_reset_key( $user );
		$this->assertInstanceOf( \WP_User::class, check_password_reset_key( $key, $user->user_login ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertSame( 'invalid_key', check_password_reset_key( $key, $user->user_login )->get_error_code() );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( 'invalid_key', check_password_reset_key( $key, $user->user_login )->get_error_code() );
	}

	/**
	 * Stores capabilities as they are.
	 *
	 * @param \WP_User           $user         The account.
	 * @param array<string,bool> $capabilities The capabilities.
	 */
	private static function give( \WP_User $user, array $capabilities ): void {
		update_user_meta( $user->ID, self::key( 'capabilities' ), wp_slash( $capabilities ) );
		get_userdata( $user->ID )->update_user_level_from_caps();
	}

	/**
	 * Key of a user meta that belongs to the site.
	 *
	 * @param string $name Name without the site's prefix.
	 */
	private static function key( string $name ): string {
		global $wpdb;
		return $wpdb->get_blog_prefix() . $name;
	}
}
