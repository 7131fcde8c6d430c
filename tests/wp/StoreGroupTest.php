<?php
/**
 * Needs about groups and their members.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Settings;
use Scimpress\Store\Group_Table;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\User_Table;

/**
 * Groups in the store.
 */
final class StoreGroupTest extends Test_Case {

	public function test_created_group_is_read_back_as_it_was_made(): void {
		$need   = Needs::create_group( array(), array( 'externalId' => 'Ext-1' ) );
		$record = $this->perform( $need )['record'];
		$this->assertSame(
			array(
				'position' => $record['position'],
				'id'       => $need['id'],
				'version'  => 1,
				'created'  => Needs::NOW,
				'modified' => Needs::NOW,
				'document' => $need['attributes']['document'],
			),
			$record
		);
		foreach ( array( 'id' => $need['id'], 'displayName' => $need['attributes']['displayName'], 'externalId' => 'Ext-1' ) as $by => $value ) {
			$this->assertSame( array( $record ), $this->select( $by, $value ), $by );
			$this->assertSame( array(), $this->select( $by, strtoupper( "$value'" ) ), $by );
		}
	}

	public function test_groups_are_read_in_pages_in_both_directions_and_by_position(): void {
		$records = array();
		for ( $number = 0; $number < 5; $number++ ) {
			$records[] = $this->group();
		}
		$this->assertSame( array_slice( $records, 2, 2 ), $this->select( null, null, $records[1]['position'], 2 ) );
		$back = array( 'before' => $records[4]['position'] ) + Needs::of_group( Needs::select( null, 0, 2 ) );
		$this->assertSame( array( $records[3], $records[2] ), $this->perform( $back )['records'] );
		$page = $this->perform( Needs::of_group( Needs::page( 3, 10 ) ) );
		$this->assertSame( 5, $page['total'] );
		$this->assertSame( array_slice( $records, 3 ), $page['records'] );
		$fetched = $this->perform( Needs::of_group( Needs::fetch( array( $records[4]['position'], 999999, $records[0]['position'] ) ) ) )['records'];
		$this->assertEqualsCanonicalizing( array( $records[0], $records[4] ), $fetched );
	}

	public function test_name_is_taken_once(): void {
		$first  = $this->group();
		$second = $this->group();
		$taken  = array( 'displayName' => $this->row_of( $first['id'] )->display_name ) + Needs::create_group()['attributes'];
		$this->refused( 'display_name_exists', Needs::create_group( array(), $taken ) );
		$this->refused( 'display_name_exists', Needs::update_group( $second['id'], array( 'attributes' => $taken, 'version' => 1 ) ) );
		$this->assertSame( array( $second ), $this->select( 'id', $second['id'] ) );
		$this->assertCount( 2, $this->select( null, null ) );
		$this->perform( Needs::of_group( Needs::delete( $first['id'] ) ) );
		$this->perform( Needs::create_group( array(), $taken ) );
	}

	public function test_attributes_are_compared_and_set(): void {
		$group      = $this->group();
		$attributes = array(
			'displayName' => 'renamed',
			'display'     => 'Renamed',
			'externalId'  => 'new',
			'document'    => '{"displayName":"Renamed"}',
		);
		$rename     = Needs::update_group( $group['id'], compact( 'attributes' ) + array( 'version' => 1 ) );
		$record     = $this->perform( $rename )['record'];
		$this->assertSame( array( 2, Needs::NOW, Needs::NOW + 1000, $attributes['document'] ), array( $record['version'], $record['created'], $record['modified'], $record['document'] ) );
		$this->refused( 'stale', $rename );
		$this->refused( 'stale', Needs::of_group( Needs::delete( $group['id'], 1 ) ) );
		$this->perform( Needs::of_group( Needs::delete( $group['id'], 2 ) ) );
		$this->refused( 'not_found', Needs::of_group( Needs::delete( $group['id'] ) ) );
		$this->refused( 'not_found', $rename );
	}

	public function test_members_come_and_go_and_only_changes_count(): void {
		list( $ann, $ben, $cy ) = $this->people( 3 );
		$group                  = $this->group( array( $ann ) );
		// What comes and goes, who is there afterwards, the version afterwards.
		$steps = array(
			array( array( 'add' => array( $ben ) ), array( $ann, $ben ), 2 ),
			array( array( 'add' => array( $ben, $ben, $ann ) ), array( $ann, $ben ), 2 ),
			array( array( 'remove' => array( $cy, 'nobody', $group['id'] ) ), array( $ann, $ben ), 2 ),
			array( array( 'add' => array( $cy ), 'remove' => array( $ann ) ), array( $ben, $cy ), 3 ),
			array( array( 'clear' => true, 'add' => array( $cy, $ben ) ), array( $ben, $cy ), 3 ),
			array( array( 'clear' => true, 'add' => array( $cy, $ann ) ), array( $cy, $ann ), 4 ),
			array( array( 'clear' => true ), array(), 5 ),
			array( array( 'clear' => true ), array(), 5 ),
			array( array( 'add' => array() ), array(), 5 ),
		);
		foreach ( $steps as $number => list( $change, $members, $version ) ) {
			$now    = Needs::NOW + 1000 * ( $number + 1 );
			$before = $record ?? $group;
			$record = $this->perform( Needs::update_group( $group['id'], $change + compact( 'now' ) ) )['record'];
			$this->assertSame( $version, $record['version'], "step $number" );
			$this->assertSame( $version > $before['version'] ? $now : $before['modified'], $record['modified'], "step $number" );
			$this->assertSame( $members, $this->member_ids( $group['id'] ), "step $number" );
		}
	}

	public function test_unknown_member_changes_nothing(): void {
		list( $ann, $gone, $buried ) = $this->people( 3 );
		$group                       = $this->group( array( $ann ) );
		$this->perform( Needs::delete( $buried ) );
		wp_delete_user( $this->perform( Needs::by( 'id', $gone ) )['records'][0]['userId'] );
		foreach ( array( 'nobody', "' OR 1 = 1 -- ", 'ä😀', $gone, $buried ) as $unknown ) {
			$this->assertSame( $unknown, $this->refused( 'member_unknown', Needs::update_group( $group['id'], array( 'clear' => true, 'add' => array( $unknown ) ) ) ) );
			$this->assertSame( $unknown, $this->refused( 'member_unknown', Needs::create_group( array( $ann, $unknown ) ) ) );
		}
		$this->assertSame( array( $ann ), $this->member_ids( $group['id'] ) );
		$this->assertSame( array( $group ), $this->select( null, null ) );
	}

	public function test_group_is_no_member_of_itself(): void {
		$group = $this->group();
		$this->assertNotSame( '', $this->refused( 'refused', Needs::update_group( $group['id'], array( 'add' => array( $group['id'] ) ) ) ) );
		$this->assertSame( array(), $this->member_ids( $group['id'] ) );
	}

	public function test_members_are_shown_with_what_they_are_called_now(): void {
		list( $ann ) = $this->people( 1 );
		$child       = $this->group( array(), array( 'display' => 'Ærlig "Talt"' ) );
		$group       = $this->group( array( $ann, $child['id'] ) );
		$user_id     = $this->perform( Needs::by( 'id', $ann ) )['records'][0]['userId'];
		wp_update_user(
			array(
				'ID'           => $user_id,
				'display_name' => 'Ann Edited',
			)
		);
		$this->assertTrue( $this->perform( Needs::by( 'id', $ann ) )['records'][0]['inGroups'] );
		$members = $this->perform( Needs::members( $group['id'] ) )['members'];
		$this->assertLessThan( $members[1]['position'], $members[0]['position'] );
		foreach ( array( array( $ann, false, 'Ann Edited' ), array( $child['id'], true, 'Ærlig "Talt"' ) ) as $number => $expected ) {
			$this->assertSame( $expected, array( $members[ $number ]['id'], $members[ $number ]['isGroup'], $members[ $number ]['display'] ) );
		}
	}

	public function test_members_come_in_pages_and_by_name(): void {
		$people = $this->people( 5 );
		$child  = $this->group();
		$group  = $this->group( array( ...$people, $child['id'] ) );
		$found  = array();
		$after  = 0;
		do {
			$page  = $this->perform( Needs::members( $group['id'], $after, 2 ) )['members'];
			$found = array_merge( $found, array_column( $page, 'id' ) );
			$after = $page ? end( $page )['position'] : $after;
		} while ( 2 === count( $page ) );
		$this->assertSame( array( ...$people, $child['id'] ), $found );
		$only = $this->perform( Needs::members( $group['id'], 0, 10, array( $child['id'], 'nobody', $people[3], $group['id'] ) ) )['members'];
		$this->assertSame( array( $people[3], $child['id'] ), array_column( $only, 'id' ) );
		$this->assertSame( array(), $this->perform( Needs::members( $group['id'], 0, 10, array() ) )['members'] );
		$this->assertSame( array(), $this->perform( Needs::members( 'nobody' ) )['members'] );
	}

	public function test_memberships_are_the_direct_groups_of_users_and_groups(): void {
		list( $ann, $ben, $cy ) = $this->people( 3 );
		$child                  = $this->group( array( $ann, $ben ), array( 'display' => 'Child', 'externalId' => 'of-child' ) );
		$parent                 = $this->group( array( $child['id'], $ann ), array( 'display' => 'Parent' ) );
		$this->assertSame(
			array(
				array( $ann, $child['id'], 'Child', 'of-child' ),
				array( $ben, $child['id'], 'Child', 'of-child' ),
				array( $child['id'], $parent['id'], 'Parent', null ),
				array( $ann, $parent['id'], 'Parent', null ),
			),
			array_map( 'array_values', $this->perform( Needs::memberships( array( $cy, $ben, $child['id'], $ann, 'nobody' ) ) )['memberships'] )
		);
		$this->assertSame( array(), $this->perform( Needs::memberships( array() ) )['memberships'] );
	}

	/**
	 * Ways in which a user goes.
	 */
	public function departures(): array {
		return array(
			'tombstone' => array( Settings::DEACTIVATE, false ),
			'deletion'  => array( Settings::DELETE, false ),
			'wp-admin'  => array( Settings::DEACTIVATE, true ),
		);
	}

	/**
	 * @dataProvider departures
	 */
	public function test_user_who_goes_leaves_all_groups( string $on_delete, bool $in_wp_admin ): void {
		Settings::update( array( 'on_delete' => $on_delete ) );
		list( $ann )           = $this->people( 1 );
		list( $need, $record ) = $this->person();
		$groups                = array( $this->group( array( $need['id'], $ann ) ), $this->group( array( $need['id'] ) ) );
		$other                 = $this->group( array( $ann ) );
		if ( $in_wp_admin ) {
			wp_delete_user( $record['userId'] );
		} else {
			$this->perform( Needs::delete( $need['id'] ) );
		}
		$this->assertSame( array( $ann ), $this->member_ids( $groups[0]['id'] ) );
		$this->assertSame( array(), $this->member_ids( $groups[1]['id'] ) );
		$this->assertSame( 2, self::memberships() );
		foreach ( $groups as $group ) {
			list( $now ) = $this->select( 'id', $group['id'] );
			$this->assertSame( 2, $now['version'] );
			$this->assertGreaterThan( $group['modified'], $now['modified'] );
		}
		$this->assertSame( array( $other ), $this->select( 'id', $other['id'] ) );

		list( $again ) = $this->person( array( 'userName' => $need['userName'] ) );
		$this->assertSame( array(), $this->perform( Needs::memberships( array( $again['id'], $need['id'] ) ) )['memberships'], 'who comes back starts without groups' );
	}

	public function test_refused_delete_keeps_memberships(): void {
		list( $need, , $user ) = $this->person();
		$group                 = $this->group( array( $need['id'] ) );
		$user->set_role( 'administrator' );
		$this->refused( 'protected', Needs::delete( $need['id'] ) );
		$this->assertSame( array( $need['id'] ), $this->member_ids( $group['id'] ) );
		$this->assertSame( array( $group ), $this->select( null, null ) );
	}

	public function test_member_whose_account_vanished_is_not_shown_and_gives_way(): void {
		global $wpdb;
		list( $need, , $user ) = $this->person();
		$group                 = $this->group( array( $need['id'] ) );
		$wpdb->delete( $wpdb->users, array( 'ID' => $user->ID ) );
		clean_user_cache( $user );
		$this->assertSame( array(), $this->member_ids( $group['id'] ) );
		$this->refused( 'member_unknown', Needs::update_group( $group['id'], array( 'add' => array( $need['id'] ) ) ) );
		$this->person( array( 'userName' => $need['userName'] ) );
		$this->assertSame( 0, self::memberships() );
	}

	public function test_deleted_group_leaves_users_and_other_groups(): void {
		list( $ann ) = $this->people( 1 );
		$child       = $this->group( array( $ann ) );
		$parent      = $this->group( array( $child['id'], $ann ) );
		$this->perform( Needs::of_group( Needs::delete( $child['id'] ) ) );
		$this->assertSame( array( $ann ), $this->member_ids( $parent['id'] ) );
		$this->assertSame( 1, self::memberships() );
		$this->assertSame( 2, $this->select( 'id', $parent['id'] )[0]['version'] );
		$this->assertCount( 1, $this->perform( Needs::by( 'id', $ann ) )['records'] );
	}

	public function test_long_lists_are_added_kept_and_removed_whole(): void {
		$people = $this->rows_of_people( 1203 );
		$group  = $this->group( $people );
		$this->assertSame( $people, $this->member_ids( $group['id'], 2000 ) );
		$kept = array_values( array_filter( $people, static fn( int $number ): bool => 0 !== $number % 7 && 1202 !== $number, ARRAY_FILTER_USE_KEY ) );
		shuffle( $kept );
		$this->perform( Needs::update_group( $group['id'], array( 'clear' => true, 'add' => $kept ) ) );
		$this->assertEqualsCanonicalizing( $kept, $this->member_ids( $group['id'], 2000 ) );
		$this->perform( Needs::update_group( $group['id'], array( 'remove' => array_slice( $kept, 1 ) ) ) );
		$this->assertSame( array( $kept[0] ), $this->member_ids( $group['id'] ) );
	}

	public function test_queries_do_not_grow_with_the_group(): void {
		$people = $this->rows_of_people( 400 );
		$small  = $this->group( array_slice( $people, 0, 2 ) );
		$large  = $this->group( array_slice( $people, 0, 398 ) );
		$needs  = array(
			'add'    => static fn( array $group ): array => Needs::update_group( $group['id'], array( 'add' => array( $people[399] ) ) ),
			'again'  => static fn( array $group ): array => Needs::update_group( $group['id'], array( 'add' => array( $people[399] ) ) ),
			'remove' => static fn( array $group ): array => Needs::update_group( $group['id'], array( 'remove' => array( $people[399] ) ) ),
			'only'   => static fn( array $group ): array => Needs::members( $group['id'], 0, 10, array( $people[0] ) ),
			'page'   => static fn( array $group ): array => Needs::members( $group['id'] ),
			'clear'  => static fn( array $group ): array => Needs::update_group( $group['id'], array( 'clear' => true ) ),
			'delete' => static fn( array $group ): array => Needs::of_group( Needs::delete( $group['id'] ) ),
		);
		foreach ( $needs as $name => $need ) {
			$of_small = self::queries( fn() => $this->perform( $need( $small ) ) );
			$this->assertSame( $of_small, self::queries( fn() => $this->perform( $need( $large ) ) ), $name );
			$this->assertLessThanOrEqual( 9, $of_small, $name );
		}
		$this->assertSame( 1, self::queries( fn() => $this->perform( Needs::memberships( $people ) ) ) );
	}

	public function test_everything_is_looked_up_through_an_index(): void {
		global $wpdb;
		if ( Locker::is_sqlite() ) {
			$explain = static fn( string $sql ): array => $wpdb->get_driver()->get_sqlite_pdo()->query( "EXPLAIN QUERY PLAN $sql" )->fetchAll( \PDO::FETCH_COLUMN, 3 );
			$scan    = static fn( string $step ): bool => (bool) preg_match( '/^SCAN (?!t\b|\(|CONSTANT)/', $step );
		} else {
			$explain = static fn( string $sql ): array => $wpdb->get_results( "EXPLAIN $sql", ARRAY_A );
			$scan    = static fn( array $step ): bool => ! str_starts_with( (string) $step['table'], '<' ) && in_array( $step['type'], array( 'ALL', 'index' ), true );
		}
		$people = $this->rows_of_people( 600 );
		for ( $number = 0; $number < 40; $number++ ) {
			$group = $this->group( array_slice( $people, $number, 200 ) );
		}
		if ( ! Locker::is_sqlite() ) {
			foreach ( array( Group_Table::name(), Membership_Table::name() ) as $table ) {
				$wpdb->get_results( "ANALYZE TABLE $table" );
			}
		}
		$seen = array();
		add_filter(
			'query',
			static function ( string $sql ) use ( &$seen ): string {
				if ( preg_match( '/^\s*(SELECT|DELETE|UPDATE)\b/', $sql ) && str_contains( $sql, 'scimpress_' ) ) {
					$seen[] = $sql;
				}
				return $sql;
			}
		);
		$needs = array(
			Needs::update_group( $group['id'], array( 'add' => array( $people[300] ), 'remove' => array( $people[301] ) ) ),
			Needs::members( $group['id'], 10, 50 ),
			Needs::members( $group['id'], 0, 50, array( $people[50], $people[60] ) ),
			Needs::memberships( array( $people[70], $people[71], $group['id'] ) ),
			Needs::delete( $people[2] ),
		);
		foreach ( $needs as $need ) {
			$this->perform( $need );
		}
		$this->assertGreaterThan( 12, count( $seen ) );
		foreach ( $seen as $sql ) {
			if ( Locker::is_sqlite() ) {
				$sql = preg_replace( '/FORCE INDEX \(\w+\)|LOCK IN SHARE MODE|FOR UPDATE/', '', $sql );
			}
			$this->assertSame( array(), array_filter( $explain( $sql ), $scan ), $sql );
		}
	}

	protected function tearDown(): void {
		global $wpdb;
		// Before the accounts are deleted one by one, with hooks.
		$wpdb->query( "DELETE FROM $wpdb->users WHERE user_email = '' AND user_login = user_nicename AND user_login LIKE '________-____-____-____-____________'" );
		parent::tearDown();
	}

	/**
	 * Makes users.
	 *
	 * @param int $count How many.
	 * @return list<string> SCIM ids.
	 */
	private function people( int $count ): array {
		$ids = array();
		while ( count( $ids ) < $count ) {
			$ids[] = $this->person()[0]['id'];
		}
		return $ids;
	}

	/**
	 * Makes many users, row by row: accounts take WordPress long.
	 *
	 * @param int $count How many.
	 * @return list<string> SCIM ids.
	 */
	private function rows_of_people( int $count ): array {
		global $wpdb;
		$ids   = array();
		$table = User_Table::name();
		$wpdb->query( 'START TRANSACTION' );
		for ( $number = 0; $number < $count; $number++ ) {
			$ids[] = wp_generate_uuid4();
			$wpdb->query( "INSERT INTO $wpdb->users (user_login, user_nicename, user_registered) VALUES ('$ids[$number]', '$ids[$number]', '2026-01-01 00:00:00')" );
			$wpdb->query( "INSERT INTO $table (user_id, id, user_name, created, modified, document) VALUES ($wpdb->insert_id, '$ids[$number]', '$ids[$number]', 1, 1, '{}')" );
		}
		$wpdb->query( 'COMMIT' );
		return $ids;
	}

	/**
	 * Makes a group.
	 *
	 * @param list<string> $members SCIM ids.
	 * @param array        $changes Attributes that differ.
	 * @return array The record.
	 */
	private function group( array $members = array(), array $changes = array() ): array {
		return $this->perform( Needs::create_group( $members, $changes ) )['record'];
	}

	/**
	 * Reads groups.
	 *
	 * @param string|null $by    Column.
	 * @param string|null $value Value.
	 * @param int         $after Position.
	 * @param int         $limit Most records.
	 * @return list<array>
	 */
	private function select( ?string $by, ?string $value, int $after = 0, int $limit = 10 ): array {
		return $this->perform( Needs::of_group( Needs::by( $by, $value, $after, $limit ) ) )['records'];
	}

	/**
	 * SCIM ids of the members of a group.
	 *
	 * @param string $group SCIM id.
	 * @param int    $limit Most members.
	 * @return list<string>
	 */
	private function member_ids( string $group, int $limit = 1000 ): array {
		return array_column( $this->perform( Needs::members( $group, 0, $limit ) )['members'], 'id' );
	}

	/**
	 * The row of a group.
	 *
	 * @param string $id SCIM id.
	 */
	private function row_of( string $id ): object {
		global $wpdb;
		return $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . Group_Table::name() . ' WHERE id = %s', $id ) );
	}

	/**
	 * Number of memberships, shown or not.
	 */
	private static function memberships(): int {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Membership_Table::name() );
	}
}
