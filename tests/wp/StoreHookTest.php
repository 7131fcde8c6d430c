<?php
/**
 * What other plugins hear, and what they can stop.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;
use Scimpress\Store\Account_Switch;

/**
 * Actions and filters around every write.
 */
final class StoreHookTest extends Test_Case {

	/**
	 * Every write: prepares it and returns the need that does it.
	 *
	 * @return array<string,array{0: callable(self): array, 1: list<string>}> The events in their order.
	 */
	public function writes(): array {
		return array(
			'create'               => array( static fn(): array => Needs::create( array( 'document' => '{"userName":"mira"}' ) ), array( 'create' ) ),
			'create inactive'      => array( static fn(): array => Needs::create( array( 'active' => false ) ), array( 'create', 'deactivate' ) ),
			'link'                 => array( static fn( self $test ): array => Needs::create( array( 'login' => array( 'preferred' => $test->stranger()->user_login ) ) ), array( 'link' ) ),
			'link deactivated'     => array(
				static function ( self $test ): array {
					$stranger = $test->stranger();
					Account_State::deactivate( $stranger->ID );
					return Needs::create( array( 'login' => array( 'preferred' => $stranger->user_login ) ) );
				},
				array( 'link', 'reactivate' ),
			),
			'update'               => array( static fn( self $test ): array => Needs::update( $test->person()[0], 1, array( 'wordpress' => array( 'first_name' => 'Mirabel' ) ) ), array( 'update' ) ),
			'deactivate'           => array( static fn( self $test ): array => Needs::update( $test->person()[0], 1, array( 'active' => false ) ), array( 'update', 'deactivate' ) ),
			'reactivate'           => array( static fn( self $test ): array => Needs::update( $test->person( array( 'active' => false ) )[0], 1, array( 'active' => true ) ), array( 'update', 'reactivate' ) ),
			'delete that shuts'    => array( static fn( self $test ): array => Needs::delete( $test->person()[0]['id'] ), array( 'deactivate' ) ),
			'back from the dead'   => array(
				static function ( self $test ): array {
					list( $need ) = $test->person();
					$test->perform( Needs::delete( $need['id'] ) );
					return array( 'id' => wp_generate_uuid4() ) + $need;
				},
				array( 'link', 'reactivate' ),
			),
			'delete'               => array(
				static function ( self $test ): array {
					Settings::update( array( 'on_delete' => Settings::DELETE ) );
					return Needs::delete( $test->person()[0]['id'] );
				},
				array( 'delete' ),
			),
		);
	}

	/**
	 * @dataProvider writes
	 */
	public function test_events_come_in_order_with_the_user_and_the_resource( callable $prepare, array $events ): void {
		$need     = $prepare( $this );
		$document = json_decode( $need['document'] ?? '{"displayName":"Mira Halvorsen"}', true );
		$heard    = array();
		$this->listen(
			static function ( string $name, array $arguments ) use ( &$heard ): void {
				$heard[] = array( $name, ...$arguments );
			}
		);
		$answer  = $this->perform( $need );
		$user_id = $answer['record']['userId'] ?? end( $heard )[1];
		$resource = array( 'id' => $need['id'] ) + $document;

		$expected = array();
		foreach ( $events as $event ) {
			$expected[] = array( "scimpress_before_user_$event", 'create' === $event ? 0 : $user_id, $resource );
			$expected[] = array( "scimpress_after_user_$event", $user_id, $resource );
		}
		foreach ( $events as $event ) {
			$done       = array( 'create' => 'created' )[ $event ] ?? ( 'link' === $event ? 'linked' : $event . 'd' );
			$expected[] = array( "scimpress_user_$done", $user_id, $resource );
		}
		$this->assertSame( $expected, $heard );
	}

	/**
	 * @dataProvider writes
	 */
	public function test_hook_that_throws_takes_everything_back( callable $prepare, array $events ): void {
		$need   = $prepare( $this );
		$before = $this->everything();
		$names  = array();
		foreach ( $events as $event ) {
			array_push( $names, "scimpress_before_user_$event", "scimpress_after_user_$event" );
		}
		$wpo365 = array( 'create' => 'wpo365/user/created', 'link' => 'wpo365/user/updated', 'update' => 'wpo365/user/updated' )[ $events[0] ] ?? null;
		foreach ( array_filter( array( ...$names, $wpo365 ) ) as $name ) {
			$throw = static fn() => throw new \LogicException( 'a plugin failed' );
			add_action( $name, $throw );
			try {
				$this->store->perform( $need );
				$this->fail( "$name did not throw" );
			} catch ( \LogicException ) {
				$this->assertSame( $before, $this->everything(), $name );
			}
			remove_action( $name, $throw );
		}
		$this->perform( $need );
		$this->assertNotSame( $before, $this->everything(), 'the same request may simply be sent again' );
	}

	/**
	 * @dataProvider writes
	 */
	public function test_hook_after_the_commit_changes_nothing_by_throwing( callable $prepare, array $events ): void {
		$log  = $this->capture_log();
		$need = $prepare( $this );
		foreach ( array( 'created', 'linked', 'updated', 'deactivated', 'reactivated', 'deleted' ) as $done ) {
			add_action( "scimpress_user_$done", static fn() => throw new \LogicException( 'mira.halvorsen' ) );
		}
		$this->perform( $need );
		$this->assertSame( count( $events ), substr_count( file_get_contents( $log ), 'LogicException' ) );
		$this->assertStringNotContainsString( 'mira.halvorsen', file_get_contents( $log ) );
	}

	public function test_what_hooks_write_before_the_commit_is_there_with_it(): void {
		add_action( 'scimpress_after_user_create', static fn( int $user_id, array $user ) => update_user_meta( $user_id, 'seen', $user['displayName'] ), 10, 2 );
		list( , $record ) = $this->person();
		$this->assertSame( 'Mira Halvorsen', get_user_meta( $record['userId'], 'seen', true ) );
		add_action( 'scimpress_after_user_create', static fn() => throw new \LogicException(), 11 );
		$metas = self::meta_rows();
		try {
			$this->person();
			$this->fail();
		} catch ( \LogicException ) {
			$this->assertSame( $metas, self::meta_rows() );
		}
	}

	public function test_new_user_is_complete_after_the_create(): void {
		$found = null;
		add_action(
			'scimpress_after_user_create',
			static function () use ( &$found ): void {
				$found = scimpress_get_user_by_object_id( 'ABCD' );
			}
		);
		list( , $record ) = $this->person( array( 'objectId' => 'abcd' ) );
		$this->assertSame( $record['userId'], $found?->ID );
	}

	public function test_values_are_filtered_before_they_are_written(): void {
		$seen = array();
		add_filter(
			'scimpress_user_values',
			static function ( array $values, array $resource, int $user_id ) use ( &$seen ): array {
				$seen[] = array( array_keys( $values ), $resource, $user_id );
				return array_merge( $values, array_intersect_key( array( 'display_name' => 'Dr. Mira', 'aadObjectId' => 'not asked for' ), $values ), array( 'role' => 'administrator', 'user_pass' => 'x' ) );
			},
			10,
			3
		);
		list( $need, $record, $user ) = $this->person();
		$this->assertSame( 'Dr. Mira', $user->display_name );
		$this->assertSame( 'Dr. Mira', json_decode( $record['observed'], true )['display_name'] );
		$this->assertSame( array( 'subscriber' ), $user->roles );
		$this->assertSame( '', $user->aadObjectId );
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'first_name' => 'Mirabel' ) ) ) );
		$resource = array( 'id' => $need['id'], 'displayName' => 'Mira Halvorsen' );
		$this->assertSame( array( array( array_keys( $need['wordpress'] ), $resource, 0 ), array( array( 'first_name' ), $resource, $user->ID ) ), array( $seen[0], $seen[1] ?? null ) );
	}

	public function test_password_is_shown_to_no_filter_and_taken_from_none(): void {
		$seen = array();
		add_filter(
			'scimpress_user_values',
			static function ( array $values, array $resource ) use ( &$seen ): array {
				$seen[] = wp_json_encode( array( $values, $resource ) );
				return array( 'password' => 'battery staple' ) + $values;
			},
			10,
			2
		);
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => 'correct horse' ) ) );
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'password' => 'correct horse' ) ) ) );
		$this->assertCount( 2, $seen );
		$this->assertStringNotContainsString( 'password', implode( $seen ) );
		$this->assertInstanceOf( \WP_User::class, wp_authenticate( $user->user_login, 'correct horse' ) );
	}

	public function test_address_of_the_filter_is_the_one_that_nobody_else_may_have(): void {
		add_filter( 'scimpress_user_values', static fn( array $values ): array => array( 'user_email' => 'shared@corp.example.com' ) + $values );
		$this->person();
		$this->refused( 'email_exists', Needs::create() );
	}

	public function test_hooks_of_wpo365_fire(): void {
		$heard = array();
		foreach ( array( 'user/creating', 'user/created', 'user/updated', 'user/created/fail', 'user/updated/fail' ) as $name ) {
			add_action(
				"wpo365/$name",
				static function ( ...$arguments ) use ( &$heard, $name ): void {
					$heard[] = array( $name, ...$arguments );
				},
				10,
				3
			);
		}
		add_filter( 'wpo365/user/user_login', static fn( string $login ): string => strstr( $login, '@', true ) );

		list( $need, $record, $user ) = $this->person();
		$this->assertSame( strstr( $need['userName'], '@', true ), $user->user_login );
		$this->perform( Needs::update( $need, 1 ) );
		$linked = $this->stranger();
		$this->person( array( 'wordpress' => array( 'user_email' => $linked->user_email ) ) );
		$this->refused( 'user_name_exists', array( 'id' => wp_generate_uuid4() ) + $need );
		$this->refused( 'stale', Needs::update( $need, 1 ) );
		$this->refused( 'protected', $this->untouchable( $need, $record ) );
		$this->assertSame(
			array(
				array( 'user/creating', $need['userName'], $need['wordpress']['user_email'], array() ),
				array( 'user/created', $record['userId'] ),
				array( 'user/updated', $record['userId'] ),
				array( 'user/updated', $linked->ID ),
				array( 'user/created/fail', 'another provisioned user has this user name' ),
				array( 'user/updated/fail', 'this account may manage the site or is protected, and is not changed by provisioning' ),
			),
			$heard
		);
	}

	public function test_listener_to_a_failure_that_throws_changes_nothing(): void {
		$log          = $this->capture_log();
		list( $need ) = $this->person();
		add_action( 'wpo365/user/created/fail', static fn() => throw new \LogicException() );
		$this->refused( 'user_name_exists', array( 'id' => wp_generate_uuid4() ) + $need );
		$this->assertStringContainsString( 'LogicException', file_get_contents( $log ) );
	}

	public function test_administrator_who_switches_an_account_fires_the_same_hooks(): void {
		list( $need, $record ) = $this->person( array( 'document' => '{"userName":"mira"}' ) );
		$stranger              = $this->stranger();
		$heard                 = array();
		$this->listen(
			static function ( string $name, array $arguments ) use ( &$heard ): void {
				$heard[] = array( $name, ...$arguments );
			}
		);
		$expected = array();
		foreach ( array( array( $record['userId'], array( 'id' => $need['id'], 'userName' => 'mira' ) ), array( $stranger->ID, array() ) ) as $arguments ) {
			foreach ( array( 'deactivate', 'reactivate' ) as $event ) {
				$this->assertTrue( Account_Switch::set( $arguments[0], 'reactivate' === $event ) );
				foreach ( array( "before_user_$event", "after_user_$event", "user_{$event}d" ) as $name ) {
					$expected[] = array( "scimpress_$name", ...$arguments );
				}
			}
		}
		$this->assertFalse( Account_Switch::set( $stranger->ID, true ) );
		$this->assertSame( $expected, $heard );

		add_action( 'scimpress_after_user_deactivate', static fn() => throw new \LogicException( 'a plugin failed' ) );
		try {
			Account_Switch::set( $stranger->ID, false );
			$this->fail( 'nothing was thrown' );
		} catch ( \LogicException ) {
			$this->assertTrue( Account_State::is_active( $stranger->ID ) );
		}
	}

	/**
	 * An update of an account that was put under protection.
	 *
	 * @param array $need   Its create need.
	 * @param array $record Its record.
	 */
	private function untouchable( array $need, array $record ): array {
		Settings::update( array( 'protected_users' => array( $record['userId'] ) ) );
		return Needs::update( $need, 2 );
	}

	/**
	 * Listens to every action of the plugin about users.
	 *
	 * @param callable(string, array): void $hear Called with the name and the arguments.
	 */
	private function listen( callable $hear ): void {
		$events = array(
			'create'     => 'created',
			'link'       => 'linked',
			'update'     => 'updated',
			'deactivate' => 'deactivated',
			'reactivate' => 'reactivated',
			'delete'     => 'deleted',
		);
		foreach ( $events as $event => $done ) {
			foreach ( array( "scimpress_before_user_$event", "scimpress_after_user_$event", "scimpress_user_$done" ) as $name ) {
				add_action( $name, static fn( ...$arguments ) => $hear( $name, $arguments ), 10, 2 );
			}
		}
	}

	/**
	 * Everything that a write touches.
	 */
	private function everything(): array {
		global $wpdb;
		return array_map(
			static fn( string $table ): array => $wpdb->get_results( "SELECT * FROM $table ORDER BY 1", ARRAY_N ),
			array( $wpdb->users, $wpdb->usermeta, \Scimpress\Store\User_Table::name() )
		);
	}
}
