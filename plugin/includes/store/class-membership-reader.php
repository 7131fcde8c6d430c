<?php
/**
 * Reads who is in which group.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- table names are ours, values are prepared.

/**
 * Memberships from either side, a fixed number of queries for any number of them.
 */
final class Membership_Reader {

	/**
	 * Live members of a group, ascending by the number of their membership.
	 *
	 * @param string            $group SCIM id of the group.
	 * @param int               $after Number of the last membership already seen, 0 at first.
	 * @param int               $limit Most members returned.
	 * @param list<string>|null $only  Only those of these SCIM ids; null for all.
	 * @return list<array{position: int, id: string, isGroup: bool, display: string}>
	 */
	public static function members( string $group, int $after, int $limit, ?array $only ): array {
		global $wpdb;
		$position = Group_Table::position( $group );
		if ( null === $position ) {
			return array();
		}
		$where = "m.group_position = $position";
		$index = 'members_of';
		if ( null !== $only ) {
			$among = Membership_Table::among( $position, array_values( Member_Rows::find( $only ) ) );
			if ( ! $among ) {
				return array();
			}
			$where = 'm.position IN (' . implode( ', ', $among ) . ')';
			$index = 'PRIMARY';
		}
		// Only left joins: the memberships lead, in the order of their index, and reading ends at the limit.
		$rows = Query::rows(
			$wpdb->prepare(
				'SELECT m.position, m.is_group, COALESCE(s.id, g.id) AS id, u.display_name, g.display
				FROM ' . Membership_Table::name() . " m FORCE INDEX ($index)
				LEFT JOIN " . User_Table::name() . " s FORCE INDEX (PRIMARY) ON m.is_group = 0 AND s.position = m.member_position AND s.deleted IS NULL
				LEFT JOIN {$wpdb->users} u ON u.ID = s.user_id
				LEFT JOIN " . Group_Table::name() . " g FORCE INDEX (PRIMARY) ON m.is_group = 1 AND g.position = m.member_position
				WHERE $where AND m.position > %d AND (u.ID IS NOT NULL OR g.position IS NOT NULL) ORDER BY m.position LIMIT %d",
				$after,
				$limit
			)
		);
		return array_map(
			static fn( object $row ): array => array(
				'position' => (int) $row->position,
				'id'       => $row->id,
				'isGroup'  => (bool) $row->is_group,
				'display'  => $row->is_group ? (string) $row->display : (string) $row->display_name,
			),
			$rows
		);
	}

	/**
	 * The groups that users and groups are direct members of, in the order in which they joined.
	 *
	 * @param list<string> $members SCIM ids.
	 * @return list<array{member: string, group: string, display: string, externalId: string|null, nested: bool}> nested: the group is in groups itself.
	 */
	public static function memberships( array $members ): array {
		global $wpdb;
		if ( ! $members ) {
			return array();
		}
		$groups      = Group_Table::name();
		$memberships = Membership_Table::name();
		$ids         = Query::placeholders( $members );
		$row         = "m.position, s.id AS member, g.id, g.display, g.external_id, EXISTS (SELECT 1 FROM $memberships n WHERE n.is_group = " . Membership_Table::GROUP . ' AND n.member_position = g.position) AS nested';
		// Only left joins: those who are asked about lead. Who has no group comes without one.
		$of   = "s FORCE INDEX (id) LEFT JOIN $memberships m FORCE INDEX (groups_of) ON m.is_group = %d AND m.member_position = s.position
			LEFT JOIN $groups g FORCE INDEX (PRIMARY) ON g.position = m.group_position WHERE s.id IN ($ids)";
		$rows = Query::rows(
			$wpdb->prepare(
				'SELECT t.* FROM (SELECT ' . $row . ' FROM ' . User_Table::name() . " $of AND s.deleted IS NULL
				UNION ALL SELECT $row FROM $groups $of) t ORDER BY t.position",
				array( Membership_Table::USER, ...$members, Membership_Table::GROUP, ...$members )
			)
		);
		return array_map(
			static fn( object $row ): array => array(
				'member'     => $row->member,
				'group'      => $row->id,
				'display'    => (string) $row->display,
				'externalId' => $row->external_id,
				'nested'     => (bool) (int) $row->nested,
			),
			array_values( array_filter( $rows, static fn( object $row ): bool => null !== $row->id ) )
		);
	}
}
