<?php
/**
 * User meta of an account that is being made.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Query;
use Scimpress\Store\User_Count;

/**
 * Whether the meta is written by one statement or one by one, nobody sees a difference.
 */
final class MetaBufferTest extends Test_Case {

	/**
	 * What other plugins do while an account is made.
	 *
	 * @return array<string,array{0: callable(): void}>
	 */
	public static function plugins(): array {
		$on = static fn( string $hook, callable $work ): callable => static fn() => add_action( $hook, static fn( $user_id ) => $work( (int) $user_id ) );
		return array(
			'nothing'                           => array( static fn() => null ),
			'change a value'                    => array( $on( 'set_user_role', static fn( int $id ) => update_user_meta( $id, 'first_name', 'Other' ) ) ),
			'change a value of before'          => array( $on( 'set_user_role', static fn( int $id ) => update_user_meta( $id, 'first_name', 'Other', 'Mira' ) ) ),
			'add a second value'                => array( $on( 'set_user_role', static fn( int $id ) => add_user_meta( $id, 'first_name', 'Second' ) ) ),
			'add a value that may be only once' => array( $on( 'set_user_role', static fn( int $id ) => add_user_meta( $id, 'first_name', 'Second', true ) ) ),
			'delete a value'                    => array( $on( 'set_user_role', static fn( int $id ) => delete_user_meta( $id, 'first_name' ) ) ),
			'delete a value of everybody'       => array( $on( 'set_user_role', static fn() => delete_metadata( 'user', 0, 'first_name', '', true ) ) ),
			'write past WordPress'              => array( $on( 'set_user_role', static fn( int $id ) => Query::write( $GLOBALS['wpdb']->prepare( "UPDATE {$GLOBALS['wpdb']->usermeta} SET meta_value = 'past' WHERE user_id = %d AND meta_key = 'first_name'", $id ) ) ) ),
			'rename past WordPress'             => array( $on( 'set_user_role', static fn( int $id ) => Query::write( $GLOBALS['wpdb']->prepare( "UPDATE {$GLOBALS['wpdb']->users} SET display_name = 'Past' WHERE ID = %d", $id ) ) ) ),
			'write afterwards'                  => array( $on( 'user_register', static fn( int $id ) => update_user_meta( $id, 'first_name', 'Last' ) ) ),
			'store what is no text'             => array( $on( 'set_user_role', static fn( int $id ) => array( add_user_meta( $id, 'one', 1.5 ), add_user_meta( $id, 'two', true ), add_user_meta( $id, 'three', array( 'a' => null ) ), add_user_meta( $id, 'four', null ), add_user_meta( $id, 'five', 7 ) ) ) ),
			'store what the column refuses'     => array( $on( 'set_user_role', static fn( int $id ) => array( add_user_meta( $id, 'bad', "broken \xC3(" ), add_user_meta( $id, str_repeat( 'k', 256 ), 'x' ), add_user_meta( $id, 'good', '😀 \\\\ "quoted" %s' ) ) ) ),
			'make another account'              => array(
				static function (): void {
					$inside = false;
					add_action(
						'set_user_role',
						static function () use ( &$inside ): void {
							if ( ! $inside ) {
								$inside = true;
								wp_insert_user( array( 'user_login' => 'inside-' . bin2hex( random_bytes( 4 ) ), 'user_pass' => 'x', 'first_name' => 'Inside' ) );
								$inside = false;
							}
						}
					);
				},
			),
		);
	}

	/**
	 * @dataProvider plugins
	 *
	 * @param callable $plugin Adds what another plugin does.
	 */
	public function test_meta_is_what_wordpress_writes_one_by_one( callable $plugin ): void {
		$plugin();
		$seen = array();
		$hold = static function ( $user_id ) use ( &$seen ): void {
			$seen[] = array( (array) get_user_meta( $user_id ), self::stored( (int) $user_id ) );
		};
		add_action( 'set_user_role', $hold, 20 );
		add_action( 'user_register', $hold, 20 );
		$values = array( 'first_name' => 'Mira', 'last_name' => "O'Neil \\ \"q\"", 'display_name' => 'Mira O' );
		list( , , $by_one ) = $this->person( array( 'wordpress' => $values ) );
		$first              = $seen;
		$seen               = array();
		$told               = 0;
		add_action(
			'added_user_meta',
			static function () use ( &$told ): void {
				++$told;
			}
		);
		list( , , $one_by_one ) = $this->person( array( 'wordpress' => $values ) );
		$this->assertGreaterThan( 10, $told, 'a listener hears of each' );
		$this->assertSame( self::without_names( self::stored( $one_by_one->ID ) ), self::without_names( self::stored( $by_one->ID ) ) );
		$this->assertSame( array_keys( self::stored( $one_by_one->ID ) ), array_keys( self::stored( $by_one->ID ) ), 'in the order' );
		$cached = static fn( int $id ): array => self::without_names( array_map( static fn( array $values ): array => array_map( 'maybe_unserialize', $values ), (array) get_user_meta( $id ) ) );
		$this->assertSame( get_userdata( $one_by_one->ID )->display_name, get_userdata( $by_one->ID )->display_name, 'the account' );
		$this->assertEquals( Query::rows( "SELECT * FROM {$GLOBALS['wpdb']->users} WHERE ID = $by_one->ID" )[0], get_userdata( $by_one->ID )->data, 'the account' );
		$this->assertSame( $cached( $one_by_one->ID ), $cached( $by_one->ID ), 'what is cached' );
		$this->assertSame( array_map( array( self::class, 'without_names' ), array_merge( ...$seen ) ), array_map( array( self::class, 'without_names' ), array_merge( ...$first ) ), 'what hooks see' );
	}

	public function test_it_takes_one_statement(): void {
		$queries = array();
		add_filter(
			'query',
			static function ( $query ) use ( &$queries ) {
				$queries[] = $query;
				return $query;
			}
		);
		$this->person();
		$this->assertCount( 1, preg_grep( '/^INSERT INTO `?' . $GLOBALS['wpdb']->usermeta . '/', $queries ) );
	}

	public function test_nothing_stays_of_an_account_that_is_refused(): void {
		$before = self::meta_rows();
		add_action(
			'set_user_role',
			static function (): void {
				throw new \RuntimeException( 'no' );
			}
		);
		try {
			$this->person();
			$this->fail( 'it was made' );
		} catch ( \RuntimeException $thrown ) {
			$this->assertSame( 'no', $thrown->getMessage() );
		}
		$this->assertSame( $before, self::meta_rows() );
		foreach ( array( 'insert_user_meta', 'add_user_metadata', 'update_user_metadata', 'delete_user_metadata', 'query' ) as $hook ) {
			foreach ( $GLOBALS['wp_filter'][ $hook ]->callbacks[ PHP_INT_MAX ] ?? array() as $callback ) {
				$this->assertFalse( is_array( $callback['function'] ) && $callback['function'][0] instanceof \Scimpress\Store\Meta_Buffer, $hook );
			}
		}
		$this->assertNotFalse( has_action( 'user_register', 'wp_maybe_update_user_counts' ) );
		$this->assertFalse( has_action( 'shutdown', array( User_Count::class, 'count' ) ) );
	}

	public function test_accounts_are_counted_once_a_request(): void {
		$this->person();
		$this->person();
		$this->assertNotFalse( has_action( 'user_register', 'wp_maybe_update_user_counts' ) );
		$this->assertSame( 0, has_action( 'shutdown', array( User_Count::class, 'count' ) ) );
		User_Count::count();
		$this->assertSame( count( self::user_ids() ), get_user_count() );
		$this->assertFalse( has_action( 'shutdown', array( User_Count::class, 'count' ) ) );
		remove_action( 'user_register', 'wp_maybe_update_user_counts' );
		$this->person();
		$this->assertFalse( has_action( 'user_register', 'wp_maybe_update_user_counts' ), 'who does not want it does not get it' );
	}

	/**
	 * Meta in the database.
	 *
	 * @param int $user_id User ID.
	 * @return array<string,list<string|null>>
	 */
	private static function stored( int $user_id ): array {
		$meta = array();
		foreach ( Query::rows( "SELECT meta_key, meta_value FROM {$GLOBALS['wpdb']->usermeta} WHERE user_id = $user_id ORDER BY umeta_id" ) as $row ) {
			$meta[ $row->meta_key ][] = $row->meta_value;
		}
		return $meta;
	}

	/**
	 * Meta but what names the person, in the order of its keys.
	 *
	 * @param array $meta Meta.
	 */
	private static function without_names( array $meta ): array {
		ksort( $meta );
		return array_diff_key( $meta, array_flip( array( 'nickname', 'userPrincipalName', 'aadObjectId' ) ) );
	}
}
