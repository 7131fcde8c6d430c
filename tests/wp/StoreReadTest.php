<?php
/**
 * Needs `select` and `page`.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;

/**
 * What the engine reads.
 */
final class StoreReadTest extends Test_Case {

	public function test_every_column_finds_its_value_exactly(): void {
		list( $need ) = $this->person(
			array(
				'objectId'   => 'aaaa',
				'externalId' => 'Ext-1',
			)
		);
		$this->person(
			array(
				'objectId'   => 'bbbb',
				'externalId' => 'ext-1',
			)
		);
		foreach ( array( 'id', 'userName', 'objectId', 'externalId', 'email' ) as $by ) {
			$records = $this->perform( Needs::by( $by, $need[ $by ] ) )['records'];
			$this->assertContains( $need['id'], array_column( $records, 'id' ), $by );
		}
		foreach ( array( 'id', 'userName', 'objectId', 'email' ) as $by ) {
			$this->assertCount( 1, $this->perform( Needs::by( $by, $need[ $by ] ) )['records'], $by );
			$this->assertCount( 0, $this->perform( Needs::by( $by, 'nobody' ) )['records'], $by );
		}
	}

	public function test_values_that_look_like_sql_find_nobody(): void {
		$this->person();
		foreach ( array( "' OR '1'='1", '%', '_', "x'; --", '\\' ) as $value ) {
			foreach ( array( 'id', 'userName', 'objectId', 'externalId', 'email' ) as $by ) {
				$this->assertSame( array(), $this->perform( Needs::by( $by, $value ) )['records'], "$by $value" );
			}
		}
	}

	public function test_email_is_found_where_scim_and_where_wordpress_say_it(): void {
		list( $need, $record ) = $this->person();
		wp_update_user(
			array(
				'ID'         => $record['userId'],
				'user_email' => 'edited@corp.example.com',
			)
		);
		foreach ( array( $need['email'], 'edited@corp.example.com' ) as $email ) {
			$this->assertSame( array( $need['id'] ), array_column( $this->perform( Needs::by( 'email', $email ) )['records'], 'id' ), $email );
		}
	}

	public function test_records_come_in_order_after_a_position(): void {
		$ids = array();
		for ( $number = 0; $number < 5; $number++ ) {
			$ids[] = $this->person( array( 'externalId' => 'shared' ) )[0]['id'];
		}
		foreach ( array( array( null, null ), array( 'externalId', 'shared' ) ) as list( $by, $value ) ) {
			$found = array();
			$after = 0;
			do {
				$records = $this->perform( Needs::by( $by, $value, $after, 2 ) )['records'];
				$found   = array_merge( $found, array_column( $records, 'id' ) );
				$after   = $records ? end( $records )['position'] : $after;
			} while ( $records );
			$this->assertSame( $ids, $found );
		}
	}

	public function test_records_come_backwards_before_a_position(): void {
		$ids       = array();
		$positions = array();
		for ( $number = 0; $number < 5; $number++ ) {
			list( , $record ) = $this->person( array( 'externalId' => 'shared' ) );
			$ids[]            = $record['id'];
			$positions[]      = $record['position'];
		}
		foreach ( array( array( null, null ), array( 'externalId', 'shared' ) ) as list( $by, $value ) ) {
			$back = $this->perform( array( 'before' => $positions[4] ) + Needs::by( $by, $value, 0, 3 ) )['records'];
			$this->assertSame( array( $ids[3], $ids[2], $ids[1] ), array_column( $back, 'id' ) );
		}
		$this->assertSame( array(), $this->perform( array( 'before' => $positions[0] ) + Needs::select( null ) )['records'] );
	}

	public function test_records_are_fetched_by_position(): void {
		list( $first, $one )  = $this->person();
		list( $second, $two ) = $this->person();
		list( $gone, $three ) = $this->person();
		$this->perform( Needs::delete( $gone['id'] ) );
		$records = $this->perform( Needs::fetch( array( $two['position'], $three['position'], $one['position'], 999999 ) ) )['records'];
		$this->assertEqualsCanonicalizing( array( $one, $two ), $records );
		$this->assertSame( array(), $this->perform( Needs::fetch( array() ) )['records'] );
	}

	public function test_page_counts_everybody_and_shows_a_part(): void {
		$ids = array();
		for ( $number = 0; $number < 5; $number++ ) {
			$ids[] = $this->person()[0]['id'];
		}
		$this->perform( Needs::delete( array_shift( $ids ) ) );
		foreach ( array( array( 0, 2 ), array( 2, 2 ), array( 3, 10 ), array( 4, 10 ), array( 0, 0 ) ) as list( $offset, $limit ) ) {
			$page = $this->perform( Needs::page( $offset, $limit ) );
			$this->assertSame( 4, $page['total'] );
			$this->assertSame( array_slice( $ids, $offset, $limit ), array_column( $page['records'], 'id' ), "$offset, $limit" );
		}
	}

	public function test_queries_do_not_grow_with_the_number_of_records(): void {
		for ( $number = 0; $number < 6; $number++ ) {
			$this->person();
		}
		foreach ( array( 1, 3, 6 ) as $limit ) {
			wp_cache_flush();
			$this->assertSame( 2, self::queries( fn() => $this->perform( Needs::select( null, 0, $limit ) ) ), "select $limit" );
			$this->assertSame( 3, self::queries( fn() => $this->perform( Needs::page( 0, $limit ) ) ), "page $limit" );
		}
		list( $need ) = $this->person();
		foreach ( array( $need['userName'], 'nobody' ) as $name ) {
			$this->assertSame( 1, self::queries( fn() => $this->perform( Needs::by( 'userName', $name ) ) ), $name );
		}
	}

	public function test_one_record_is_read_like_many(): void {
		global $wpdb;
		list( $need, $record )  = $this->person( array( 'objectId' => 'aaaa' ) );
		list( $other, $second ) = $this->person( array( 'objectId' => 'bbbb' ) );
		$id                     = $record['userId'];
		// WordPress shows the first value of a key, whatever was added behind it, and a null is there.
		add_user_meta( $id, 'first_name', 'Second' );
		add_user_meta( $id, 'last_name', 'Second' );
		delete_user_meta( $second['userId'], 'first_name' );
		foreach ( array( true, false ) as $active ) {
			if ( ! $active ) {
				$wpdb->insert( $wpdb->usermeta, array( 'user_id' => $id, 'meta_key' => Account_State::meta_key(), 'meta_value' => null ) );
			}
			$all = array_column( $this->perform( Needs::select( null, 0, 200 ) )['records'], null, 'id' );
			$this->assertSame( array( 'Mira', $active ), array( $all[ $need['id'] ]['wordpress']['first_name'], $all[ $need['id'] ]['wordpress']['active'] ) );
			foreach ( array( $need, $other ) as $person ) {
				foreach ( array( 'id', 'userName', 'objectId' ) as $by ) {
					$this->assertSame( array( $all[ $person['id'] ] ), $this->perform( Needs::by( $by, $person[ $by ] ) )['records'], $by );
				}
				$this->assertSame( array( $all[ $person['id'] ] ), $this->perform( array( 'need' => 'fetch', 'positions' => array( $all[ $person['id'] ]['position'] ) ) + Needs::by( 'id', '' ) )['records'] );
			}
		}
	}

	public function test_one_record_is_found_by_texts_of_every_kind_past_the_driver_of_sqlite(): void {
		global $wpdb;
		foreach ( array( 'plain', "o'neill", '"quoted"', 'back\\slash', '100% %s %d', 'what?', '{name}', 'räksmörgås 🦀', 'semi; -- x', '/* x */' ) as $number => $name ) {
			list( $need ) = $this->person( array( 'userName' => $name, 'objectId' => "object-$number" ) );
			$wpdb->get_var( 'SELECT 2' );
			$this->assertSame( array( $need['id'] ), array_column( $this->perform( Needs::by( 'userName', $name ) )['records'], 'id' ), $name );
			if ( Locker::is_sqlite() ) {
				// What is escaped otherwise there is for the driver to say.
				$this->assertSame( strlen( $name ) === strcspn( $name, '\'"\\' ), 'SELECT 2' === $wpdb->dbh->get_last_mysql_query(), $name );
			}
		}
		$this->assertSame( array(), $this->perform( Needs::by( 'userName', 'PLAIN' ) )['records'], 'byte by byte' );
	}

	public function test_one_record_is_on_its_side_of_a_position(): void {
		list( $need, $record ) = $this->person();
		$select                = Needs::by( 'id', $need['id'] );
		$position              = $record['position'];
		foreach ( array( array( $position - 1, null, 1 ), array( $position, null, 0 ), array( 0, $position + 1, 1 ), array( 0, $position, 0 ) ) as list( $after, $before, $found ) ) {
			$this->assertCount( $found, $this->perform( array( 'after' => $after, 'before' => $before ) + $select )['records'], "after $after" );
		}
	}

	public function test_filters_of_other_plugins_do_not_change_what_is_read(): void {
		list( $need ) = $this->person();
		add_filter( 'get_user_metadata', static fn() => array( 'filtered' ) );
		add_filter( 'user_first_name', static fn() => 'filtered' );
		$record = $this->perform( Needs::by( 'id', $need['id'] ) )['records'][0];
		$this->assertSame( 'Mira', $record['wordpress']['first_name'] );
		$this->assertTrue( $record['wordpress']['active'] );
	}

	public function test_edit_in_wp_admin_is_read_at_once(): void {
		list( $need, $record ) = $this->person();
		wp_update_user(
			array(
				'ID'           => $record['userId'],
				'display_name' => wp_slash( 'Edited \\ here' ),
				'last_name'    => 'Edited',
			)
		);
		$read = $this->perform( Needs::by( 'id', $need['id'] ) )['records'][0];
		$this->assertSame( 'Edited \\ here', $read['wordpress']['display_name'] );
		$this->assertSame( 'Edited', $read['wordpress']['last_name'] );
		$this->assertSame( $record['observed'], $read['observed'] );
	}

	public function test_object_id_is_found_in_any_case_and_through_an_index(): void {
		global $wpdb;
		list( , $record ) = $this->person( array( 'objectId' => '0190a4b2-7c1e-7d0a-9f43-5b8f1b0e6a11' ) );
		$this->assertSame( $record['userId'], scimpress_get_user_by_object_id( '0190A4B2-7C1E-7D0A-9F43-5B8F1B0E6A11' )->ID );
		$this->assertNull( scimpress_get_user_by_object_id( 'nobody' ) );
		$this->assertNull( scimpress_get_user_by_object_id( '' ) );
		$indexed = array_column( $wpdb->get_results( 'SHOW INDEX FROM ' . \Scimpress\Store\User_Table::name(), ARRAY_A ), 'Column_name' );
		foreach ( array( 'user_id', 'id', 'user_name', 'object_id', 'external_id', 'email' ) as $column ) {
			$this->assertContains( $column, $indexed );
		}
	}
}
