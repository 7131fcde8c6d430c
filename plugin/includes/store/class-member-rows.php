<?php
/**
 * From SCIM ids to rows.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own tables; names are ours, values are prepared.

/**
 * Finds the rows of users and groups that may be members.
 */
final class Member_Rows {

	/**
	 * Members by SCIM id.
	 *
	 * @param list<string> $ids    SCIM ids.
	 * @param bool         $locked Whether they must stay until the transaction ends: one that is being deleted would leave
	 *                             its membership behind.
	 * @return array<string,array{0: int, 1: int}> SCIM id => kind and position, as Membership_Table takes them; unknown ids are left out.
	 */
	public static function find( array $ids, bool $locked = false ): array {
		global $wpdb;
		$users  = User_Table::name();
		$groups = Group_Table::name();
		$lock   = $locked ? ' LOCK IN SHARE MODE' : '';
		$found  = array();
		foreach ( array_chunk( $ids, Query::CHUNK ) as $chunk ) {
			// The account is looked at without a lock: others write to it for reasons of their own.
			$found += self::rows(
				Membership_Table::USER,
				"SELECT s.id, s.position FROM $users s FORCE INDEX (id) WHERE s.id IN (%s) AND s.deleted IS NULL AND EXISTS (SELECT 1 FROM {$wpdb->users} u WHERE u.ID = s.user_id)$lock",
				$chunk
			);
			$others = array_values( array_filter( $chunk, static fn( string $id ): bool => ! isset( $found[ $id ] ) ) );
			if ( $others ) {
				$found += self::rows( Membership_Table::GROUP, "SELECT id, position FROM $groups FORCE INDEX (id) WHERE id IN (%s)$lock", $others );
			}
		}
		return $found;
	}

	/**
	 * Who of those who may be members is one, as the database has it now.
	 *
	 * @param int          $group Position of the group.
	 * @param list<string> $ids   SCIM ids.
	 * @return array<string,bool> SCIM id => whether it is a member; unknown ids are left out.
	 */
	public static function memberships( int $group, array $ids ): array {
		global $wpdb;
		$found = array();
		foreach ( array_chunk( $ids, Query::CHUNK ) as $chunk ) {
			foreach ( array( Membership_Table::USER, Membership_Table::GROUP ) as $kind ) {
				$left = array_values( array_diff( $chunk, array_keys( $found ) ) );
				if ( $left ) {
					// As find(): whoever has no account any more is nobody.
					$live = Membership_Table::USER === $kind ? "s.deleted IS NULL AND EXISTS (SELECT 1 FROM {$wpdb->users} u WHERE u.ID = s.user_id)" : '1 = 1';
					$rows = Query::rows(
						$wpdb->prepare(
							'SELECT s.id, m.position FROM ' . ( Membership_Table::USER === $kind ? User_Table::name() : Group_Table::name() ) . ' s FORCE INDEX (id)
							LEFT JOIN ' . Membership_Table::name() . " m FORCE INDEX (membership) ON m.group_position = $group AND m.is_group = $kind AND m.member_position = s.position
							WHERE s.id IN (" . Query::placeholders( $left ) . ") AND $live",
							$left
						)
					);
					foreach ( $rows as $row ) {
						$found[ $row->id ] = null !== $row->position;
					}
				}
			}
		}
		return $found;
	}

	/**
	 * Rows of one table.
	 *
	 * @param int          $kind USER or GROUP.
	 * @param string       $sql  Query with one `%s`, which becomes the list of ids.
	 * @param list<string> $ids  SCIM ids.
	 * @return array<string,array{0: int, 1: int}>
	 */
	private static function rows( int $kind, string $sql, array $ids ): array {
		global $wpdb;
		$found = array();
		foreach ( Query::rows( $wpdb->prepare( sprintf( $sql, Query::placeholders( $ids ) ), $ids ) ) as $row ) {
			$found[ $row->id ] = array( $kind, (int) $row->position );
		}
		return $found;
	}
}
