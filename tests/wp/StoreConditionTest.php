<?php
/**
 * Conditions and orders of needs.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Store\Condition;
use Scimpress\Store\Group_Table;
use Scimpress\Store\User_Table;

/**
 * What the store finds by them, and how.
 */
final class StoreConditionTest extends Test_Case {

	public function test_texts_compare_byte_by_byte(): void {
		$texts = array( 'a', 'a ', 'A', 'ab', 'a%b', 'a_b', 'a\\b', "a'b", 'é', "e\u{301}", 'ß', 'ss', '😀', 'Z', '[', null );
		$ids   = array_map( fn( ?string $text ): string => $this->person( array( 'externalId' => $text ) )[0]['id'], $texts );
		$tests = array(
			'eq' => static fn( string $text, string $value ): bool => $text === $value,
			'co' => static fn( string $text, string $value ): bool => str_contains( $text, $value ),
			'sw' => static fn( string $text, string $value ): bool => str_starts_with( $text, $value ),
			'ew' => static fn( string $text, string $value ): bool => str_ends_with( $text, $value ),
			'gt' => static fn( string $text, string $value ): bool => strcmp( $text, $value ) > 0,
			'ge' => static fn( string $text, string $value ): bool => strcmp( $text, $value ) >= 0,
			'lt' => static fn( string $text, string $value ): bool => strcmp( $text, $value ) < 0,
			'le' => static fn( string $text, string $value ): bool => strcmp( $text, $value ) <= 0,
		);
		foreach ( array( 'a', 'a ', 'A', 'ab', 'a%b', 'é', '😀', 'Z', '[', ' ', '%', '_', '\\', "'", "\u{D7FF}", "\u{10FFFF}", str_repeat( 'a', 5000 ) ) as $value ) {
			foreach ( $tests as $relation => $test ) {
				$holds = static fn( ?string $text ): bool => null !== $text && $test( $text, $value );
				$is    = array( $relation, 'externalId', $value );
				$case  = "$relation $value";
				$this->assertSame( array_values( array_intersect_key( $ids, array_filter( $texts, $holds ) ) ), $this->selected( $is ), $case );
				$this->assertSame( array_values( array_diff_key( $ids, array_filter( $texts, $holds ) ) ), $this->selected( array( 'not', $is ) ), "not $case" );
			}
		}
		$this->assertSame( array_slice( $ids, 0, -1 ), $this->ids( array( 'present', 'externalId' ) ) );
		$this->assertSame( array_slice( $ids, -1 ), $this->ids( array( 'not', array( 'present', 'externalId' ) ) ) );
	}

	public function test_conditions_are_put_together(): void {
		$ids = array_map( fn( string $text ): string => $this->person( array( 'externalId' => $text ) )[0]['id'], array( 'a', 'b', 'c' ) );
		$is  = static fn( string $text ): array => array( 'eq', 'externalId', $text );
		foreach ( array(
			array( null, array( 0, 1, 2 ) ),
			array( array( 'and' ), array( 0, 1, 2 ) ),
			array( array( 'or' ), array() ),
			array( array( 'not', array( 'or' ) ), array( 0, 1, 2 ) ),
			array( array( 'or', $is( 'a' ), $is( 'c' ), $is( 'a' ) ), array( 0, 2 ) ),
			array( array( 'or', $is( 'a' ), array( 'gt', 'externalId', 'b' ) ), array( 0, 2 ) ),
			array( array( 'and', $is( 'a' ), $is( 'c' ) ), array() ),
			array( array( 'and', array( 'or', $is( 'a' ), $is( 'b' ) ), array( 'or', $is( 'b' ), $is( 'c' ) ) ), array( 1 ) ),
			array( array( 'not', array( 'or', $is( 'a' ), $is( 'b' ) ) ), array( 2 ) ),
			array( array( 'or', array( 'or' ), $is( 'b' ) ), array( 1 ) ),
			array( array( 'and', array( 'ge', 'created', Needs::NOW ), array( 'lt', 'modified', Needs::NOW + 1 ) ), array( 0, 1, 2 ) ),
			array( array( 'gt', 'created', Needs::NOW ), array() ),
		) as list( $condition, $expected ) ) {
			$this->assertSame( array_values( array_intersect_key( $ids, array_flip( $expected ) ) ), $this->ids( $condition ), wp_json_encode( $condition ) );
		}
	}

	public function test_no_condition_reaches_a_deleted_user(): void {
		list( $gone )  = $this->person( array( 'externalId' => 'shared' ) );
		list( $there ) = $this->person( array( 'externalId' => 'shared' ) );
		$this->perform( Needs::delete( $gone['id'] ) );
		foreach ( array( array( 'or', array( 'eq', 'externalId', 'shared' ), array( 'not', array( 'or' ) ) ), array( 'not', array( 'present', 'groups' ) ), array( 'or', array( 'eq', 'email', $gone['email'] ), array( 'eq', 'id', $there['id'] ) ) ) as $condition ) {
			$this->assertSame( array( $there['id'] ), $this->ids( $condition ) );
		}
	}

	public function test_active_is_what_the_account_is_now(): void {
		$document = array( 'document' => '{"active":true}' );
		list( $shut, $record )      = $this->person( $document );
		list( $open )               = $this->person( $document );
		list( $nothing, $without )  = $this->person( array( 'document' => '{"title":"\"active\":true","urn:x":{"active":true}}' ) );
		Account_State::deactivate( $record['userId'] );
		Account_State::deactivate( $without['userId'] );
		add_user_meta( $record['userId'], Account_State::meta_key(), 'again' );
		foreach ( array(
			array( array( 'eq', 'active', false ), array( $shut['id'] ) ),
			array( array( 'eq', 'active', true ), array( $open['id'] ) ),
			array( array( 'present', 'active' ), array( $shut['id'], $open['id'] ) ),
			array( array( 'not', array( 'eq', 'active', true ) ), array( $shut['id'], $nothing['id'] ) ),
		) as list( $condition, $expected ) ) {
			$this->assertSame( $expected, $this->ids( $condition ), wp_json_encode( $condition ) );
		}
	}

	public function test_memberships_are_conditions_of_both_sides(): void {
		list( $in )  = $this->person();
		list( $out ) = $this->person();
		$inner       = $this->perform( Needs::create_group( array( $in['id'] ) ) )['record']['id'];
		$outer       = $this->perform( Needs::create_group( array( $inner ) ) )['record']['id'];
		$empty       = $this->perform( Needs::create_group() )['record']['id'];
		$groups      = fn( array $condition ): array => array_column( $this->perform( Needs::of_group( Needs::select( $condition ) ) )['records'], 'id' );
		$this->assertSame( array( $inner ), $groups( array( 'eq', 'member', $in['id'] ) ) );
		$this->assertSame( array( $outer ), $groups( array( 'eq', 'member', $inner ) ) );
		$this->assertSame( array(), $groups( array( 'eq', 'member', $out['id'] ) ) );
		$this->assertSame( array(), $groups( array( 'eq', 'member', "$inner " ) ) );
		$this->assertSame( array( $outer, $empty ), $groups( array( 'not', array( 'eq', 'member', $in['id'] ) ) ) );
		$this->assertSame( array( $inner, $outer ), $groups( array( 'or', array( 'eq', 'member', $in['id'] ), array( 'eq', 'member', $inner ) ) ) );
		$this->assertSame( array( $in['id'] ), $this->ids( array( 'present', 'groups' ) ) );
		$this->assertSame( array( $out['id'] ), $this->ids( array( 'not', array( 'present', 'groups' ) ) ) );
	}

	public function test_pages_are_counted_and_sorted(): void {
		$texts = array( 'b', 'a ', 'B', null, 'a', 'é', 'b' );
		$ids   = array_map( fn( ?string $text ): string => $this->person( array( 'externalId' => $text ) )[0]['id'], $texts );
		$of    = static fn( array $indexes ): array => array_map( static fn( int $index ): string => $ids[ $index ], $indexes );
		foreach ( array(
			array( 'ascending', null, array( 2, 4, 1, 0, 6, 5, 3 ) ),
			array( 'descending', null, array( 3, 5, 0, 6, 1, 4, 2 ) ),
			array( 'ascending', array( 'sw', 'externalId', 'a' ), array( 4, 1 ) ),
			array( 'descending', array( 'or', array( 'eq', 'externalId', 'b' ), array( 'eq', 'externalId', 'a' ) ), array( 0, 6, 4 ) ),
		) as list( $direction, $where, $expected ) ) {
			foreach ( array( array( 0, 10 ), array( 1, 2 ), array( 0, 0 ) ) as list( $offset, $limit ) ) {
				$page = $this->perform( Needs::page( $offset, $limit, $where, array( 'externalId', $direction ) ) );
				$this->assertSame( count( $expected ), $page['total'] );
				$this->assertSame( array_slice( $of( $expected ), $offset, $limit ), array_column( $page['records'], 'id' ), "$direction $offset $limit" );
			}
		}
	}

	/**
	 * @dataProvider strangers
	 */
	public function test_what_the_contract_does_not_have_is_not_guessed( array $need ): void {
		$this->expectException( \UnexpectedValueException::class );
		$this->store->perform( $need );
	}

	public static function strangers(): array {
		return array(
			'column'             => array( Needs::select( array( 'eq', 'user_name', 'x' ) ) ),
			'column of a group'  => array( Needs::select( array( 'eq', 'displayName', 'x' ) ) ),
			'column of a user'   => array( Needs::of_group( Needs::select( array( 'present', 'active' ) ) ) ),
			'relation'           => array( Needs::select( array( 'like', 'userName', 'x' ) ) ),
			'relation of number' => array( Needs::select( array( 'co', 'created', 1 ) ) ),
			'relation of email'  => array( Needs::select( array( 'sw', 'email', 'x' ) ) ),
			'relation of active' => array( Needs::select( array( 'gt', 'active', true ) ) ),
			'inside'             => array( Needs::select( array( 'and', array( 'not', array( 'xor' ) ) ) ) ),
			'order'              => array( Needs::page( 0, 1, null, array( 'active', 'ascending' ) ) ),
			'direction'          => array( Needs::page( 0, 1, null, array( 'userName', 'up' ) ) ),
		);
	}

	public function test_look_ups_read_through_an_index(): void {
		for ( $number = 0; $number < 150; $number++ ) {
			list( $need ) = $this->person();
			$this->perform( Needs::create_group( array( $need['id'] ) ) );
		}
		global $wpdb;
		if ( ! Locker::is_sqlite() ) {
			// Plans are made from statistics, and those from other tests are of other tables.
			foreach ( array( $wpdb->users, $wpdb->usermeta, ...\Scimpress\Store\Schema::tables() ) as $table ) {
				$wpdb->get_results( "ANALYZE TABLE $table" );
			}
		}
		$users  = new Condition( User_Table::name(), Condition::USER );
		$groups = new Condition( Group_Table::name(), Condition::GROUP );
		foreach ( array(
			array( $users, array( 'eq', 'id', 'x' ) ),
			array( $users, array( 'eq', 'userName', 'x' ) ),
			array( $users, array( 'eq', 'externalId', 'x' ) ),
			array( $users, array( 'eq', 'objectId', 'x' ) ),
			array( $users, array( 'or', array( 'eq', 'email', 'x' ), array( 'eq', 'email', '*' ) ) ),
			array( $users, array( 'or', array( 'eq', 'userName', 'x' ), array( 'eq', 'objectId', 'x' ) ) ),
			array( $users, array( 'and', array( 'present', 'groups' ), array( 'eq', 'externalId', 'x' ) ) ),
			array( $users, array( 'eq', 'active', false ) ),
			array( $users, array( 'and', array( 'eq', 'active', false ), array( 'eq', 'userName', 'x' ) ) ),
			array( $groups, array( 'eq', 'id', 'x' ) ),
			array( $groups, array( 'eq', 'displayName', 'x' ) ),
			array( $groups, array( 'eq', 'externalId', 'x' ) ),
			array( $groups, array( 'eq', 'member', $need['id'] ) ),
			array( $groups, array( 'eq', 'member', 'nobody' ) ),
			array( $groups, array( 'and', array( 'eq', 'member', $need['id'] ), array( 'sw', 'displayName', 'g' ) ) ),
		) as list( $of, $condition ) ) {
			$steps = $this->scans( 'SELECT s.document FROM ' . $of->from( $condition ) . ' WHERE ' . $of->sql( $condition ) . ' ORDER BY s.position LIMIT 200' );
			$this->assertSame( array(), $steps, wp_json_encode( $condition ) );
		}
		$both = array( 'and', array( 'eq', 'active', false ), array( 'eq', 'userName', 'x' ) );
		$this->assertSame( User_Table::name() . ' s', $users->from( $both ), 'who is inactive may be anybody' );
		$all = $users->sql( array( 'present', 'userName' ) );
		$this->assertCount( 1, $this->scans( 'SELECT s.document FROM ' . User_Table::name() . " s WHERE $all ORDER BY s.document" ), 'a plan that reads everybody is recognised' );
	}

	/**
	 * Tables that the plan of a query reads as a whole; what look-ups have found is none.
	 *
	 * @param string $sql The query.
	 * @return list<object> Steps of the plan.
	 */
	private function scans( string $sql ): array {
		global $wpdb;
		if ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) {
			$plan  = $wpdb->dbh->execute_sqlite_query( 'EXPLAIN QUERY PLAN ' . $this->translated( $sql ) )->fetchAll( \PDO::FETCH_OBJ );
			$scans = static fn( object $step ): bool => 1 === preg_match( '/^SCAN (?!`?c`?$|\(?subquery|\d|CONSTANT)/', $step->detail );
		} else {
			$plan  = $wpdb->get_results( "EXPLAIN $sql" );
			$scans = static fn( object $step ): bool => in_array( $step->type, array( 'ALL', 'index' ), true ) && ! str_starts_with( (string) $step->table, '<' );
		}
		$this->assertNotEmpty( $plan, $sql );
		return array_values( array_filter( $plan, $scans ) );
	}

	/**
	 * What SQLite's driver makes of a query.
	 *
	 * @param string $sql SQL of MySQL.
	 */
	private function translated( string $sql ): string {
		global $wpdb;
		$wpdb->query( $sql );
		$queries = $wpdb->dbh->get_last_sqlite_queries();
		return end( $queries )['sql'];
	}

	/**
	 * Ids that a condition finds, by select and by page alike.
	 *
	 * @param array|null $condition The condition.
	 * @return list<string>
	 */
	private function ids( ?array $condition ): array {
		$ids  = $this->selected( $condition );
		$page = $this->perform( Needs::page( 0, 100, $condition ) );
		$this->assertSame( array( count( $ids ), $ids ), array( $page['total'], array_column( $page['records'], 'id' ) ), wp_json_encode( $condition ) );
		return $ids;
	}

	/**
	 * Ids that a condition selects.
	 *
	 * @param array|null $condition The condition.
	 * @return list<string>
	 */
	private function selected( ?array $condition ): array {
		return array_column( $this->perform( Needs::select( $condition, 0, 100 ) )['records'], 'id' );
	}
}
