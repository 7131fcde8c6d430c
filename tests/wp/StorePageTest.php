<?php
/**
 * Pages far from the first one.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Group_Table;
use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

/**
 * The need `page`, where a page's place is computed: it has to be the one that counting would find.
 */
final class StorePageTest extends Test_Case {

	/** Enough that most pages are far from the first. */
	private const PEOPLE = 3000;

	protected function tearDown(): void {
		global $wpdb;
		// WordPress would delete them one by one.
		$wpdb->query( "DELETE FROM $wpdb->users WHERE user_pass = 'crowd'" );
		parent::tearDown();
	}

	public function test_far_pages_are_where_counting_would_find_them(): void {
		$chance = new Random();
		$ids    = $this->crowd();
		$this->check( $ids, $chance );
		// What is left is thin at first and dense behind, as on a site that has seen many come and go.
		foreach ( $ids as $position => $id ) {
			if ( $position < self::PEOPLE / 2 && $chance->happens( 75 ) ) {
				Query::write( 'DELETE FROM ' . User_Table::name() . " WHERE id = '$id'" );
				unset( $ids[ $position ] );
			} elseif ( $chance->happens( 5 ) ) {
				User_Table::bury( $id, null, Needs::NOW );
				unset( $ids[ $position ] );
			}
		}
		$this->check( array_values( $ids ), $chance );
	}

	public function test_far_pages_of_groups_are_where_counting_would_find_them(): void {
		$ids = array_map( static fn(): string => wp_generate_uuid4(), range( 1, 1200 ) );
		foreach ( array_chunk( $ids, Query::CHUNK ) as $chunk ) {
			$rows = array_map( static fn( string $id ): string => "('$id', '$id', '$id', 1, 1, '{\"displayName\":\"$id\"}')", $chunk );
			Query::write( 'INSERT INTO ' . Group_Table::name() . ' (id, display_name, display, created, modified, document) VALUES ' . implode( ', ', $rows ) );
		}
		foreach ( array_splice( $ids, 400, 100 ) as $gone ) {
			Query::write( 'DELETE FROM ' . Group_Table::name() . " WHERE id = '$gone'" );
		}
		foreach ( array( 1000, 1001, 1050, 1095, 1099, 1100 ) as $offset ) {
			$page = $this->perform( Needs::of_group( Needs::page( $offset, 7 ) ) );
			$this->assertSame( 1100, $page['total'] );
			$this->assertSame( array_slice( $ids, $offset, 7 ), array_column( $page['records'], 'id' ), "offset $offset" );
		}
	}

	public function test_far_page_reads_documents_of_the_page_alone(): void {
		global $wpdb;
		$this->crowd();
		if ( ! Locker::is_sqlite() ) {
			$wpdb->get_results( 'ANALYZE TABLE ' . User_Table::name() );
		}
		$queries  = array();
		$expected = Locker::is_sqlite() ? '/COVERING INDEX|USING INTEGER PRIMARY KEY|^SEARCH \w+$|^(SCAN p|CO-ROUTINE|MATERIALIZE|USE TEMP B-TREE|CORRELATED SCALAR SUBQUERY)/' : '/Using index|eq_ref|optimized away|derived/';
		$listen    = static function ( string $sql ) use ( &$queries ): string {
			$queries[] = $sql;
			return $sql;
		};
		add_filter( 'query', $listen );
		$this->perform( Needs::page( 2500, 10 ) );
		remove_filter( 'query', $listen );
		$this->assertCount( 4, $queries, 'where positions begin, the count, the page, its meta' );
		foreach ( array_slice( $queries, 0, 3 ) as $sql ) {
			foreach ( self::plan( $sql ) as $step ) {
				$this->assertMatchesRegularExpression( $expected, $step, $sql );
			}
		}
	}

	/**
	 * Compares pages with parts of a list.
	 *
	 * @param list<string> $ids    SCIM ids of everybody.
	 * @param Random       $chance Says which pages.
	 */
	private function check( array $ids, Random $chance ): void {
		$total   = count( $ids );
		$offsets = array( 0, 999, 1000, 1001, $total - 10, $total - 1, $total, $total + 1, 10 * $total );
		for ( $number = 0; $number < 20; $number++ ) {
			$offsets[] = $chance->one( array_keys( $ids ) );
		}
		foreach ( $offsets as $offset ) {
			$page = $this->perform( Needs::page( $offset, 7 ) );
			$this->assertSame( $total, $page['total'] );
			$this->assertSame( array_slice( $ids, $offset, 7 ), array_column( $page['records'], 'id' ), "offset $offset, seed $chance->seed" );
		}
	}

	/**
	 * The steps of a query's plan as text.
	 *
	 * @param string $sql The query.
	 * @return list<string>
	 */
	private static function plan( string $sql ): array {
		global $wpdb;
		if ( Locker::is_sqlite() ) {
			$wpdb->query( $sql );
			$queries = $wpdb->dbh->get_last_sqlite_queries();
			return $wpdb->dbh->execute_sqlite_query( 'EXPLAIN QUERY PLAN ' . end( $queries )['sql'] )->fetchAll( \PDO::FETCH_COLUMN, 3 );
		}
		return array_map( 'wp_json_encode', (array) $wpdb->get_results( "EXPLAIN $sql" ) );
	}

	/**
	 * Users past WordPress.
	 *
	 * @return list<string> SCIM ids, in the order of their positions.
	 */
	private function crowd(): array {
		global $wpdb;
		$first = 1 + (int) $wpdb->get_var( "SELECT MAX(ID) FROM $wpdb->users" );
		$ids   = array_map( static fn(): string => wp_generate_uuid4(), range( 1, self::PEOPLE ) );
		foreach ( array_chunk( $ids, Query::CHUNK, true ) as $chunk ) {
			$accounts = array();
			$rows     = array();
			foreach ( $chunk as $number => $id ) {
				$user       = $first + $number;
				$accounts[] = "($user, '$id', '$id', 'crowd', '2026-01-01 00:00:00')";
				$rows[]     = "($user, '$id', '$id', 1, 1, '{\"userName\":\"$id\"}')";
			}
			Query::write( "INSERT INTO $wpdb->users (ID, user_login, user_nicename, user_pass, user_registered) VALUES " . implode( ', ', $accounts ) );
			Query::write( 'INSERT INTO ' . User_Table::name() . ' (user_id, id, user_name, created, modified, document) VALUES ' . implode( ', ', $rows ) );
		}
		return $ids;
	}
}
