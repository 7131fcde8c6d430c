<?php
/**
 * The table of who is in which group.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own table; only its name is interpolated, the rest are numbers of ours.

/**
 * One row a membership. No write reads the list of members first: what it costs depends on the change, not on the group.
 *
 * Indexes are named where a plan must not depend on statistics: while an identity provider fills an empty site they say that the
 * table has no rows, and a scan that locks would lock everybody. SQLite's driver drops these hints.
 *
 * Members are given as `array( kind, position )`, where kind is USER or GROUP and position the number of their row.
 */
final class Membership_Table extends Table {

	/** Values of `is_group`. */
	public const USER  = 0;
	public const GROUP = 1;

	protected const NAME = 'scimpress_members';

	// The second key holds the members of a group in the order in which they came, the last one a member's groups.
	public const DEFINITION = 'position bigint(20) unsigned NOT NULL AUTO_INCREMENT,
group_position bigint(20) unsigned NOT NULL,
is_group tinyint(1) NOT NULL,
member_position bigint(20) unsigned NOT NULL,
PRIMARY KEY  (position),
UNIQUE KEY membership (group_position,is_group,member_position),
KEY members_of (group_position,position),
KEY groups_of (is_group,member_position)';

	/**
	 * Adds members. Those who are in the group already stay as they are.
	 *
	 * @param int                         $group   Position of the group.
	 * @param list<array{0: int, 1: int}> $members Members.
	 * @return int How many were new.
	 */
	public static function join( int $group, array $members ): int {
		$joined = 0;
		foreach ( array_chunk( $members, Query::CHUNK ) as $chunk ) {
			$rows    = array_map( static fn( array $member ): string => "($group, $member[0], $member[1])", $chunk );
			$joined += Query::write( 'INSERT IGNORE INTO ' . self::name() . ' (group_position, is_group, member_position) VALUES ' . implode( ', ', $rows ) );
		}
		return $joined;
	}

	/**
	 * Removes members. Those who are not in the group are no error.
	 *
	 * @param int                         $group   Position of the group.
	 * @param list<array{0: int, 1: int}> $members Members.
	 * @return int How many went.
	 */
	public static function leave( int $group, array $members ): int {
		return self::remove( self::among( $group, $members ) );
	}

	/**
	 * Removes everybody else.
	 *
	 * A list of any length is cut into pieces, each of which decides about the numbers up to its last one.
	 *
	 * @param int                         $group   Position of the group.
	 * @param list<array{0: int, 1: int}> $members Members who may stay.
	 * @return int How many went.
	 */
	public static function keep( int $group, array $members ): int {
		$left = 0;
		foreach ( self::kinds( $members ) as $kind => $positions ) {
			$others = self::others_of( $group, $kind, $positions );
			$above  = array_pop( $others );
			foreach ( $others as $where ) {
				$left += self::remove( self::positions( $where ) );
			}
			$left += Query::write( 'DELETE FROM ' . self::name() . " WHERE $above" );
		}
		return $left;
	}

	/**
	 * Everybody else, as conditions of which each is true of some of them.
	 *
	 * @param int                         $group   Position of the group.
	 * @param list<array{0: int, 1: int}> $members Members who are not meant.
	 * @return list<string>
	 */
	public static function others( int $group, array $members ): array {
		$others = array();
		foreach ( self::kinds( $members ) as $kind => $positions ) {
			$others = array_merge( $others, self::others_of( $group, $kind, $positions ) );
		}
		return $others;
	}

	/**
	 * Everybody else of one kind; the last condition is about those above all who are not meant.
	 *
	 * @param int       $group     Position of the group.
	 * @param int       $kind      USER or GROUP.
	 * @param list<int> $positions Members who are not meant.
	 * @return list<string>
	 */
	private static function others_of( int $group, int $kind, array $positions ): array {
		sort( $positions );
		$above  = 0;
		$others = array();
		foreach ( array_chunk( $positions, Query::CHUNK ) as $chunk ) {
			$last     = end( $chunk );
			$others[] = "group_position = $group AND is_group = $kind AND member_position > $above AND member_position < $last AND member_position NOT IN (" . implode( ', ', $chunk ) . ')';
			$above    = $last;
		}
		$others[] = "group_position = $group AND is_group = $kind AND member_position > $above";
		return $others;
	}

	/**
	 * Number of the last membership of a group, 0 when it has none. Under the lock of the group, those that come get higher ones.
	 *
	 * @param int $group Position of the group.
	 */
	public static function last( int $group ): int {
		$rows = Query::rows( 'SELECT position FROM ' . self::name() . " FORCE INDEX (members_of) WHERE group_position = $group ORDER BY position DESC LIMIT 1" );
		return $rows ? (int) $rows[0]->position : 0;
	}

	/**
	 * Groups that are members.
	 *
	 * @param string $where Condition that begins with the group.
	 * @return list<int> Positions.
	 */
	public static function subgroups( string $where ): array {
		$rows = Query::rows( 'SELECT DISTINCT member_position FROM ' . self::name() . " FORCE INDEX (membership) WHERE $where AND is_group = " . self::GROUP );
		return array_map( 'intval', array_column( $rows, 'member_position' ) );
	}

	/**
	 * Removes all members of a group.
	 *
	 * @param int $group Position of the group.
	 */
	public static function dissolve( int $group ): void {
		Query::write( 'DELETE FROM ' . self::name() . " WHERE group_position = $group" );
	}

	/**
	 * Removes a member from every group.
	 *
	 * @param int $kind     USER or GROUP.
	 * @param int $position Position of the member.
	 */
	public static function leave_all( int $kind, int $position ): void {
		Query::write( 'DELETE FROM ' . self::name() . " WHERE is_group = $kind AND member_position = $position" );
	}

	/**
	 * Groups that have a member, and keep or lack it until the transaction ends.
	 *
	 * @param int $kind     USER or GROUP.
	 * @param int $position Position of the member.
	 * @return list<int> Positions.
	 */
	public static function groups_of( int $kind, int $position ): array {
		$rows = Query::rows( 'SELECT group_position FROM ' . self::name() . " FORCE INDEX (groups_of) WHERE is_group = $kind AND member_position = $position FOR UPDATE" );
		return array_map( 'intval', array_column( $rows, 'group_position' ) );
	}

	/**
	 * Those who are members, by the numbers of their memberships.
	 *
	 * @param int                         $group   Position of the group.
	 * @param list<array{0: int, 1: int}> $members Members.
	 * @return list<int> Positions of rows of this table.
	 */
	public static function among( int $group, array $members ): array {
		$found = array();
		foreach ( self::kinds( $members ) as $kind => $positions ) {
			foreach ( array_chunk( $positions, Query::CHUNK ) as $chunk ) {
				$found = array_merge( $found, self::positions( "group_position = $group AND is_group = $kind AND member_position IN (" . implode( ', ', $chunk ) . ')' ) );
			}
		}
		return $found;
	}

	/**
	 * How many members a group has.
	 *
	 * @param int $group Position of the group.
	 */
	public static function size( int $group ): int {
		return (int) Query::rows( 'SELECT COUNT(*) AS size FROM ' . self::name() . " FORCE INDEX (membership) WHERE group_position = $group" )[0]->size;
	}

	/**
	 * Numbers of memberships.
	 *
	 * @param string $where Condition that begins with the columns of the unique key.
	 * @return list<int>
	 */
	private static function positions( string $where ): array {
		$rows = Query::rows( 'SELECT position FROM ' . self::name() . " FORCE INDEX (membership) WHERE $where" );
		return array_map( 'intval', array_column( $rows, 'position' ) );
	}

	/**
	 * Removes memberships. A DELETE takes no hint: it gets the primary key, which needs none.
	 *
	 * @param list<int> $positions Their numbers.
	 * @return int How many there were.
	 */
	private static function remove( array $positions ): int {
		$left = 0;
		foreach ( array_chunk( $positions, Query::CHUNK ) as $chunk ) {
			$left += Query::write( 'DELETE FROM ' . self::name() . ' WHERE position IN (' . implode( ', ', $chunk ) . ')' );
		}
		return $left;
	}

	/**
	 * Sorts members by what they are.
	 *
	 * @param list<array{0: int, 1: int}> $members Members.
	 * @return array{0: list<int>, 1: list<int>} Kind => positions.
	 */
	private static function kinds( array $members ): array {
		$kinds = array(
			self::USER  => array(),
			self::GROUP => array(),
		);
		foreach ( $members as list( $kind, $position ) ) {
			$kinds[ $kind ][] = $position;
		}
		return $kinds;
	}
}
