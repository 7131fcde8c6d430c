<?php
/**
 * User meta during a write.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Transaction;

/**
 * What is cached is what the database holds, after every kind of write.
 */
final class MetaCacheTest extends Test_Case {

	/**
	 * Writes to an account's meta.
	 *
	 * @return array<string,array{0: callable(int): mixed}>
	 */
	public static function writes(): array {
		return array(
			'a value'                       => array( static fn( int $id ) => add_user_meta( $id, 'one', 'text \\\\ "quoted"' ) ),
			'a second value of a key'       => array( static fn( int $id ) => add_user_meta( $id, 'twice', 'c' ) ),
			'numbers and truths'            => array( static fn( int $id ) => array( add_user_meta( $id, 'int', 7 ), add_user_meta( $id, 'true', true ), add_user_meta( $id, 'false', false ), add_user_meta( $id, 'float', 1.5 ), add_user_meta( $id, 'null', null ) ) ),
			'a list'                        => array( static fn( int $id ) => add_user_meta( $id, 'list', array( 'a' => array( 1, true ) ) ) ),
			'text that looks serialised'    => array( static fn( int $id ) => add_user_meta( $id, 'serialised', 'a:1:{i:0;i:1;}' ) ),
			'another value'                 => array( static fn( int $id ) => update_user_meta( $id, 'once', 'other' ) ),
			'the same value'                => array( static fn( int $id ) => update_user_meta( $id, 'once', 'a' ) ),
			'another value of several'      => array( static fn( int $id ) => update_user_meta( $id, 'twice', 'other' ) ),
			'one of several, by its value'  => array( static fn( int $id ) => update_user_meta( $id, 'twice', 'other', 'b' ) ),
			'nothing, by another value'     => array( static fn( int $id ) => update_user_meta( $id, 'once', 'other', 'z' ) ),
			'a new key by an update'        => array( static fn( int $id ) => update_user_meta( $id, 'new', 'x' ) ),
			'a key that goes'               => array( static fn( int $id ) => delete_user_meta( $id, 'once' ) ),
			'a key of several that goes'    => array( static fn( int $id ) => delete_user_meta( $id, 'twice' ) ),
			'one of several that goes'      => array( static fn( int $id ) => delete_user_meta( $id, 'twice', 'a' ) ),
			'a key of everybody that goes'  => array( static fn( int $id ) => delete_metadata( 'user', 0, 'once', '', true ) ),
			'a role'                        => array( static fn( int $id ) => get_userdata( $id )->set_role( 'editor' ) ),
			'a writer inside the write'     => array(
				static function ( int $id ): void {
					$inside = static fn() => update_user_meta( $id, 'twice', 'inside' );
					foreach ( array( 'add_user_meta', 'added_user_meta' ) as $action ) {
						add_action( $action, static fn( $first, $second, $key ) => in_array( 'outer', array( $second, $key ), true ) && $inside(), 10, 3 );
					}
					add_user_meta( $id, 'outer', 'x' );
				},
			),
		);
	}

	/**
	 * @dataProvider writes
	 *
	 * @param callable $write The write.
	 */
	public function test_cache_is_what_the_database_holds( callable $write ): void {
		$user = $this->stranger();
		add_user_meta( $user->ID, 'once', 'a' );
		add_user_meta( $user->ID, 'twice', 'a' );
		add_user_meta( $user->ID, 'twice', 'b' );
		Transaction::run(
			function ( Transaction $transaction ) use ( $user, $write ): void {
				$transaction->touch( $user->ID );
				foreach ( array( true, false ) as $warm ) {
					$warm ? get_user_meta( $user->ID ) : wp_cache_delete( $user->ID, 'user_meta' );
					$write( $user->ID );
					$cached = get_user_meta( $user->ID );
					wp_cache_delete( $user->ID, 'user_meta' );
					$this->assertEquals( get_user_meta( $user->ID ), $cached );
				}
			}
		);
	}

	public function test_meta_is_not_read_again_for_every_value_of_a_new_account(): void {
		$reads = 0;
		add_filter(
			'query',
			static function ( $sql ) use ( &$reads ) {
				$reads += preg_match( '/\ASELECT user_id, meta_key, meta_value .*ORDER BY umeta_id ASC/', $sql );
				return $sql;
			}
		);
		$this->person();
		$this->assertLessThanOrEqual( 2, $reads );
	}

	public function test_write_that_is_taken_back_is_not_in_the_cache(): void {
		$user = $this->stranger();
		try {
			Transaction::run(
				static function ( Transaction $transaction ) use ( $user ): void {
					$transaction->touch( $user->ID );
					get_user_meta( $user->ID );
					add_user_meta( $user->ID, 'one', 'x' );
					throw new \LogicException( 'no' );
				}
			);
		} catch ( \LogicException ) {
			$this->assertSame( '', get_user_meta( $user->ID, 'one', true ) );
		}
		add_user_meta( $user->ID, 'two', 'x' );
		$this->assertFalse( wp_cache_get( $user->ID, 'user_meta' ), 'nobody listens any more' );
	}
}
