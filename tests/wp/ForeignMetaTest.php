<?php
/**
 * Accounts that are found by what a sign-in plugin has given them.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Candidates;
use Scimpress\Store\Foreign_Meta;
use Scimpress\Store\Foreign_Meta_Table;
use Scimpress\Store\User_Table;

/**
 * The table knows whom it should, whoever writes, and no search reads the meta of everybody.
 */
final class ForeignMetaTest extends Test_Case {

	private const OBJECT_ID = '0190a4b2-7c1e-7d0a-9f43-5b8f1b0e6a11';

	public function test_no_value_of_meta_is_searched(): void {
		$searched = array();
		add_filter(
			'query',
			static function ( string $sql ) use ( &$searched ): string {
				if ( str_contains( $sql, 'meta_value =' ) ) {
					$searched[] = $sql;
				}
				return $sql;
			}
		);
		$administrator = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'administrator' ) ) );
		$this->person( array( 'objectId' => 'first' ) );
		$stranger = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => ' ' . strtoupper( self::OBJECT_ID ) ) ) );
		$this->assertSame( $stranger->ID, $this->linked( array( 'objectId' => self::OBJECT_ID ) ) );
		$this->assertSame( array(), $searched );
		$this->assertSame( array( $administrator->ID, $stranger->ID ), self::known(), 'SCIM knows its own users without' );
	}

	public function test_one_of_a_million_is_found_through_an_index(): void {
		global $wpdb;
		$values = array_map( static fn( int $number ): string => "($number, 0, '" . Foreign_Meta_Table::digest( 0, "object-$number" ) . "')", range( 1_000_000, 1_000_400 ) );
		$wpdb->query( 'INSERT INTO ' . Foreign_Meta_Table::name() . ' (user_id, kind, digest) VALUES ' . implode( ', ', $values ) );
		$sql  = Foreign_Meta::query( array( 'aadObjectId' => 'object-1000200' ), true );
		$plan = Locker::is_sqlite()
			? $wpdb->dbh->execute_sqlite_query( "EXPLAIN QUERY PLAN $sql" )->fetchAll( \PDO::FETCH_COLUMN, 3 )
			: array_map( 'wp_json_encode', $wpdb->get_results( "EXPLAIN $sql" ) );
		$this->assertStringContainsString( 'digest', $plan[0] );
		$this->assertSame( array(), preg_grep( '/SCAN|"type":"(ALL|index)"/', $plan ) );
	}

	public function test_until_everybody_was_looked_at_values_are_searched(): void {
		$stranger = $this->stranger( array( 'meta_input' => array( 'userPrincipalName' => 'Mira@corp.example.com' ) ) );
		$other    = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => strtoupper( self::OBJECT_ID ) ) ) );
		self::forget_all();
		$this->assertFalse( Foreign_Meta::is_indexed( false ) );
		$this->assertSame( $stranger->ID, ( new Candidates() )->find( Needs::create( array( 'userName' => 'mira@corp.example.com' ) ), false ) );
		$this->assertSame( $other->ID, ( new Candidates() )->find( Needs::create( array( 'objectId' => self::OBJECT_ID ) ), false ) );
		$this->assertSame( array(), self::known(), 'who only asks writes nothing' );
		$this->assertTrue( Foreign_Meta::is_indexed() );
		$this->assertSame( array( $stranger->ID, $other->ID ), self::known() );
	}

	public function test_a_look_goes_on_where_the_last_one_ended(): void {
		$first  = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'first' ) ) );
		$second = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'second' ) ) );
		self::forget_all();
		update_site_option( Foreign_Meta::OPTION, array( 'done' => 0, 'after' => $first->ID ) );
		$this->assertTrue( Foreign_Meta::is_indexed() );
		$this->assertSame( array( $second->ID ), self::known() );
		$this->another_day();
		$this->assertTrue( Foreign_Meta::is_indexed() );
		$this->assertSame( array( $first->ID, $second->ID ), self::known(), 'the next one begins with the first' );
	}

	public function test_meta_written_past_wordpress_is_noticed_within_a_day(): void {
		global $wpdb;
		$stranger = $this->stranger();
		$renamed  = $this->stranger( array( 'meta_input' => array( 'userPrincipalName' => 'old@corp.example.com' ) ) );
		$this->person();
		$wpdb->insert( $wpdb->usermeta, array( 'user_id' => $stranger->ID, 'meta_key' => 'aadObjectId', 'meta_value' => self::OBJECT_ID ) );
		$wpdb->update( $wpdb->usermeta, array( 'meta_value' => 'new@corp.example.com' ), array( 'user_id' => $renamed->ID, 'meta_key' => 'userPrincipalName' ) );
		$this->another_day();
		$this->assertSame( $stranger->ID, $this->linked( array( 'objectId' => self::OBJECT_ID ) ) );
		$this->assertSame( $renamed->ID, $this->linked( array( 'userName' => 'new@corp.example.com' ) ) );
	}

	public function test_what_somebody_writes_while_all_are_looked_at_is_newer(): void {
		$stranger = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'oldest' ) ) );
		$write    = static function ( string $sql ) use ( $stranger, &$write ): string {
			if ( str_starts_with( $sql, 'UPDATE ' . Foreign_Meta_Table::name() ) ) {
				remove_filter( 'query', $write );
				update_user_meta( $stranger->ID, 'aadObjectId', self::OBJECT_ID );
			}
			return $sql;
		};
		add_filter( 'query', $write );
		Foreign_Meta_Table::correct( array( $stranger->ID ), array( $stranger->ID => array( 0 => 'old' ) ) );
		$this->assertFalse( has_filter( 'query', $write ) );
		$this->assertSame( $stranger->ID, $this->linked( array( 'objectId' => self::OBJECT_ID ) ) );
	}

	public function test_changed_and_deleted_meta_is_followed_at_once(): void {
		$stranger = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'first' ) ) );
		$this->person();
		update_user_meta( $stranger->ID, 'aadObjectId', 'second' );
		$this->assertNotSame( $stranger->ID, $this->linked( array( 'objectId' => 'first' ) ) );
		delete_user_meta( $stranger->ID, 'aadObjectId' );
		$this->assertSame( array(), self::known() );
		$this->assertNotSame( $stranger->ID, $this->linked( array( 'objectId' => 'second' ) ) );
		add_user_meta( $stranger->ID, 'aadObjectId', 'third' );
		$this->assertSame( $stranger->ID, $this->linked( array( 'objectId' => 'third' ) ) );
	}

	public function test_who_goes_leaves_no_row(): void {
		$by_hand = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'by hand' ) ) );
		$by_scim = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'by scim' ) ) );
		\Scimpress\Settings::update( array( 'on_delete' => \Scimpress\Settings::DELETE ) );
		list( $need ) = $this->person( array( 'objectId' => 'by scim' ) );
		$this->assertTrue( User_Table::manages( $by_scim->ID ) );
		wp_delete_user( $by_hand->ID );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( get_userdata( $by_scim->ID ) );
		$this->assertSame( array(), self::known() );
	}

	public function test_a_database_that_refuses_is_nothing_to_the_plugin_that_writes(): void {
		global $wpdb;
		$stranger = $this->stranger();
		$this->person();
		$refuse = static fn( string $sql ): string => str_contains( $sql, Foreign_Meta_Table::name() ) ? 'SELECT refused' : $sql;
		add_filter( 'query', $refuse );
		$wpdb->suppress_errors();
		$this->assertTrue( (bool) update_user_meta( $stranger->ID, 'aadObjectId', self::OBJECT_ID ) );
		$wpdb->suppress_errors( false );
		remove_filter( 'query', $refuse );
		$this->another_day();
		$this->assertSame( $stranger->ID, $this->linked( array( 'objectId' => self::OBJECT_ID ) ) );
	}

	public function test_a_look_that_fails_is_nothing_to_the_create(): void {
		global $wpdb;
		$stranger = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => self::OBJECT_ID ) ) );
		self::forget_all();
		$refuse = static fn( string $sql ): string => str_starts_with( $sql, 'INSERT IGNORE INTO ' . Foreign_Meta_Table::name() ) ? 'SELECT refused' : $sql;
		add_filter( 'query', $refuse );
		$wpdb->suppress_errors();
		$this->assertSame( $stranger->ID, $this->linked( array( 'objectId' => self::OBJECT_ID ) ), 'the meta itself is searched' );
		$wpdb->suppress_errors( false );
		remove_filter( 'query', $refuse );
		$this->assertFalse( Foreign_Meta::is_indexed( false ) );
		$this->assertTrue( Foreign_Meta::is_indexed(), 'the next one looks again' );
	}

	public function test_an_old_answer_of_the_option_is_none(): void {
		update_option( Foreign_Meta::OPTION, array( 'time' => time(), 'keys' => array() ) );
		$this->assertFalse( Foreign_Meta::is_indexed( false ) );
		$this->assertTrue( Foreign_Meta::is_indexed() );
	}

	/**
	 * The account of a person who is made.
	 *
	 * @param array $sent Members of the need that differ.
	 */
	private function linked( array $sent ): int {
		return $this->person( $sent )[1]['userId'];
	}

	/**
	 * Accounts in the table.
	 *
	 * @return list<int>
	 */
	private static function known(): array {
		global $wpdb;
		return array_map( 'intval', $wpdb->get_col( 'SELECT DISTINCT user_id FROM ' . Foreign_Meta_Table::name() . ' ORDER BY user_id' ) );
	}

	/**
	 * As if the plugin had just come.
	 */
	private static function forget_all(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Foreign_Meta_Table::name() );
		Foreign_Meta::forget();
	}

	/**
	 * A day after everybody was looked at.
	 */
	private function another_day(): void {
		$state = get_site_option( Foreign_Meta::OPTION );
		$this->assertGreaterThan( 0, $state['done'] );
		update_site_option( Foreign_Meta::OPTION, array( 'done' => $state['done'] - DAY_IN_SECONDS ) + $state );
	}
}
