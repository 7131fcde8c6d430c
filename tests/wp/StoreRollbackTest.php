<?php
/**
 * All or nothing.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;

/**
 * A write that fails half-way, for whatever reason, has not happened.
 */
final class StoreRollbackTest extends Test_Case {

	/**
	 * Hooks that fire while an account is made.
	 */
	public function create_hooks(): array {
		return array_map(
			static fn( string $hook ): array => array( $hook ),
			array( 'pre_user_login', 'wp_pre_insert_user_data', 'insert_user_meta', 'add_user_meta', 'added_user_meta', 'set_user_role', 'user_register' )
		);
	}

	/**
	 * @dataProvider create_hooks
	 */
	public function test_create_leaves_nothing_when_a_hook_throws( string $hook ): void {
		$before = array( self::rows(), self::user_ids(), self::meta_rows() );
		$need   = Needs::create();
		$fired  = 0;
		$throw  = static function () use ( &$fired ): void {
			++$fired;
			throw new \LogicException( 'a plugin failed' );
		};
		add_filter( $hook, $throw, PHP_INT_MAX );
		$this->assertThrows( \LogicException::class, fn() => $this->store->perform( $need ) );
		$this->assertSame( 1, $fired );
		$this->assertSame( $before, array( self::rows(), self::user_ids(), self::meta_rows() ) );
		$this->assertFalse( username_exists( $need['userName'] ) );
		$this->assertFalse( email_exists( $need['userName'] ) );

		remove_filter( $hook, $throw, PHP_INT_MAX );
		$this->assertSame( $need['id'], $this->perform( $need )['record']['id'], 'the same request may simply be sent again' );
	}

	/**
	 * Hooks that fire while an account is changed.
	 */
	public function update_hooks(): array {
		return array_map( static fn( string $hook ): array => array( $hook ), array( 'wp_pre_insert_user_data', 'updated_user_meta', 'profile_update', 'added_user_meta' ) );
	}

	/**
	 * @dataProvider update_hooks
	 */
	public function test_update_changes_nothing_when_a_hook_throws( string $hook ): void {
		list( $need, $record, $user ) = $this->person();
		$session                      = \WP_Session_Tokens::get_instance( $user->ID )->create( time() + HOUR_IN_SECONDS );
		$row                          = self::row( $need['id'] );
		add_filter( $hook, static fn() => throw new \LogicException( 'a plugin failed' ), PHP_INT_MAX );
		$this->assertThrows(
			\LogicException::class,
			fn() => $this->store->perform(
				Needs::update(
					$need,
					1,
					array(
						'active'    => false,
						'document'  => '{"changed":true}',
						'wordpress' => array(
							'user_email'   => 'changed@corp.example.com',
							'first_name'   => 'Changed',
							'display_name' => 'Changed',
						),
					)
				)
			)
		);
		$this->assertEquals( $row, self::row( $need['id'] ) );
		$after = get_userdata( $user->ID );
		$this->assertSame( $user->user_email, $after->user_email );
		$this->assertSame( 'Mira', $after->first_name );
		$this->assertSame( 'Mira Halvorsen', $after->display_name );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertTrue( \WP_Session_Tokens::get_instance( $user->ID )->verify( $session ) );
		$this->assertFalse( get_user_by( 'email', 'changed@corp.example.com' ) );
		$this->assertSame( $user->ID, get_user_by( 'email', $user->user_email )->ID );
	}

	public function test_delete_changes_nothing_when_a_hook_throws(): void {
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		foreach ( array( 'delete_user', 'deleted_user', 'delete_user_meta' ) as $hook ) {
			list( $need, , $user ) = $this->person();
			$throw                 = static fn() => throw new \LogicException( 'a plugin failed' );
			add_filter( $hook, $throw, PHP_INT_MAX );
			$this->assertThrows( \LogicException::class, fn() => $this->store->perform( Needs::delete( $need['id'] ) ), $hook );
			remove_filter( $hook, $throw, PHP_INT_MAX );
			$this->assertNotNull( self::row( $need['id'] ), $hook );
			$this->assertSame( 'Mira', get_userdata( $user->ID )->first_name, $hook );
			$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles, $hook );
		}
	}

	public function test_query_that_fails_inside_wordpress_ends_the_write(): void {
		$before = array( self::rows(), self::user_ids(), self::meta_rows() );
		add_filter(
			'query',
			static fn( string $sql ): string => str_contains( $sql, "'last_name'" ) && str_starts_with( $sql, 'INSERT' ) ? str_replace( 'INSERT INTO', 'INSERT INTO no_such_', $sql ) : $sql
		);
		$this->assertThrows( \RuntimeException::class, fn() => $this->store->perform( Needs::create() ) );
		$this->assertSame( $before, array( self::rows(), self::user_ids(), self::meta_rows() ) );
	}

	public function test_last_query_of_a_write_counts_too(): void {
		list( $need, , $user ) = $this->person();
		\WP_Session_Tokens::get_instance( $user->ID )->create( time() + HOUR_IN_SECONDS );
		add_filter(
			'query',
			static fn( string $sql ): string => preg_match( '/^DELETE FROM \S*usermeta/', $sql ) ? str_replace( 'DELETE FROM', 'DELETE FROM no_such_', $sql ) : $sql
		);
		$this->assertThrows( \RuntimeException::class, fn() => $this->store->perform( Needs::delete( $need['id'] ) ) );
		$this->assertNull( self::row( $need['id'] )->deleted, 'the sessions could not be ended, so nothing is deactivated' );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
	}

	public function test_options_that_a_hook_changed_are_read_as_they_were(): void {
		$before = get_option( 'blogdescription' );
		add_action(
			'user_register',
			static function (): void {
				update_option( 'blogdescription', 'counted one more' );
				throw new \LogicException( 'a plugin failed' );
			}
		);
		foreach ( array( false, true ) as $shared ) {
			wp_using_ext_object_cache( $shared );
			$this->afterwards( static fn() => wp_using_ext_object_cache( false ) );
			$this->assertThrows( \LogicException::class, fn() => $this->store->perform( Needs::create() ) );
			$this->assertSame( $before, get_option( 'blogdescription' ) );
		}
	}

	public function test_shared_object_cache_keeps_nothing_that_was_rolled_back(): void {
		list( $need, , $user ) = $this->person();
		wp_using_ext_object_cache( true );
		$this->afterwards( static fn() => wp_using_ext_object_cache( false ) );
		$made = 0;
		add_action(
			'user_register',
			static function ( int $user_id ) use ( &$made ): void {
				$made = $user_id;
				// What other plugins do: everything about the account is in the cache now.
				get_userdata( $user_id );
				get_user_meta( $user_id );
				throw new \LogicException( 'a plugin failed' );
			}
		);
		$new = Needs::create();
		$this->assertThrows( \LogicException::class, fn() => $this->store->perform( $new ) );
		$this->assertFalse( get_userdata( $made ) );
		$this->assertSame( array(), get_user_meta( $made ) );
		$this->assertFalse( get_user_by( 'login', $new['userName'] ) );
		$this->assertFalse( get_user_by( 'email', $new['userName'] ) );

		add_action(
			'profile_update',
			static function ( int $user_id ): void {
				get_userdata( $user_id );
				throw new \LogicException( 'a plugin failed' );
			}
		);
		$change = array(
			'wordpress' => array(
				'user_email' => 'changed@corp.example.com',
				'first_name' => 'Changed',
			),
		);
		$this->assertThrows( \LogicException::class, fn() => $this->store->perform( Needs::update( $need, 1, $change ) ) );
		$this->assertSame( $user->user_email, get_userdata( $user->ID )->user_email );
		$this->assertSame( 'Mira', get_user_meta( $user->ID, 'first_name', true ) );
		$this->assertFalse( get_user_by( 'email', 'changed@corp.example.com' ) );
	}

	public function test_shared_object_cache_is_fresh_after_the_commit(): void {
		list( $need, , $user ) = $this->person();
		wp_using_ext_object_cache( true );
		$this->afterwards( static fn() => wp_using_ext_object_cache( false ) );
		$old = get_userdata( $user->ID )->data;
		add_action(
			'profile_update',
			static function () use ( $old ): void {
				// Another request reads the row that is not committed yet, and shares the old one.
				wp_cache_set( $old->ID, $old, 'users' );
			}
		);
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'display_name' => 'Changed' ) ) ) );
		$this->assertSame( 'Changed', get_userdata( $user->ID )->display_name );
	}

	public function test_failed_query_is_neither_printed_nor_logged(): void {
		global $wpdb;
		$log = $this->capture_log();
		$wpdb->show_errors();
		$this->afterwards( array( $wpdb, 'hide_errors' ) );
		list( $need ) = $this->person();
		$this->expectOutputString( '' );
		$this->refused( 'user_name_exists', Needs::create( array( 'userName' => $need['userName'] ) ) );
		$this->assertSame( '', file_get_contents( $log ) );
	}

	public function test_broken_table_of_another_plugin_blocks_nobody_where_the_database_allows_it(): void {
		$need = Needs::create();
		add_action(
			'user_register',
			static function (): void {
				global $wpdb;
				$wpdb->query( 'INSERT INTO no_such_table (id) VALUES (1)' );
			}
		);
		if ( Locker::is_sqlite() ) {
			// WordPress's SQLite driver ends the transaction with any failed query.
			$this->assertThrows( \RuntimeException::class, fn() => $this->store->perform( $need ) );
			$this->assertSame( 0, self::rows() );
			$this->assertFalse( username_exists( $need['userName'] ) );
		} else {
			$this->perform( $need );
			$this->assertSame( 1, self::rows() );
		}
	}

	public function test_transaction_leaves_the_connection_as_it_was(): void {
		global $wpdb;
		$retries = $wpdb->reconnect_retries;
		foreach ( array( false, true ) as $suppressed ) {
			$wpdb->suppress_errors( $suppressed );
			list( $need ) = $this->person();
			$this->refused( 'user_name_exists', Needs::create( array( 'userName' => $need['userName'] ) ) );
			$this->assertSame( $suppressed, $wpdb->suppress_errors );
			$this->assertSame( $retries, $wpdb->reconnect_retries );
			$this->assertFalse( has_filter( 'send_email_change_email', '__return_false' ) );
			$this->assertFalse( has_filter( 'wp_hash_password_options' ) );
		}
		$wpdb->suppress_errors( false );
		$this->assertSame( 1, (int) $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = 'blogdescription'", wp_generate_uuid4() ) ) );
		$wpdb->query( 'ROLLBACK' );
		wp_cache_flush();
		$this->assertSame( 36, strlen( get_option( 'blogdescription' ) ), 'no transaction is left open' );
	}

	/**
	 * Asserts that something throws.
	 *
	 * @param string   $class   Class of what is thrown.
	 * @param callable $work    What throws it.
	 * @param string   $message Which case.
	 */
	private function assertThrows( string $class, callable $work, string $message = '' ): void {
		$thrown = null;
		try {
			$work();
		} catch ( \Throwable $thrown ) {
			$this->assertInstanceOf( $class, $thrown, $message );
		}
		$this->assertNotNull( $thrown, "nothing was thrown $message" );
	}
}
