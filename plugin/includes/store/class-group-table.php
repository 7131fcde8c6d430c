<?php
/**
 * The table of groups.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own table; only its name is interpolated.

/**
 * One row a group; its members are rows of their own. The row's lock puts writes to the same group in a line.
 *
 * Times are milliseconds since the epoch (UTC). `display_name` is case-folded by the engine and compared byte by byte.
 */
final class Group_Table extends Table {

	protected const NAME = 'scimpress_groups';

	public const DEFINITION = 'position bigint(20) unsigned NOT NULL AUTO_INCREMENT,
id varchar(64) $exact NOT NULL,
display_name varchar(255) $exact NOT NULL,
display varchar(255) $exact NOT NULL,
external_id varchar(255) $exact DEFAULT NULL,
created bigint(20) NOT NULL,
modified bigint(20) NOT NULL,
version bigint(20) NOT NULL DEFAULT 1,
document longtext $exact NOT NULL,
PRIMARY KEY  (position),
UNIQUE KEY id (id),
UNIQUE KEY display_name (display_name),
KEY external_id (external_id)';

	/**
	 * Position of a group.
	 *
	 * @param string $id SCIM id.
	 */
	public static function position( string $id ): ?int {
		global $wpdb;
		$rows = Query::rows( $wpdb->prepare( 'SELECT position FROM ' . self::name() . ' WHERE id = %s', $id ) );
		return $rows ? (int) $rows[0]->position : null;
	}

	/**
	 * Locks a row until the transaction ends. It must be the first statement: whoever locks the group first and its members
	 * afterwards meets no one who does it the other way round.
	 *
	 * @param string $id SCIM id.
	 * @return object{position: string, version: string, display: string, external_id: string|null, document: string}|null
	 */
	public static function lock( string $id ): ?object {
		global $wpdb;
		return Query::rows( $wpdb->prepare( 'SELECT position, version, display, external_id, document FROM ' . self::name() . ' WHERE id = %s FOR UPDATE', $id ) )[0] ?? null;
	}

	/**
	 * Inserts a group.
	 *
	 * @param array $need A create need.
	 * @return int Its position.
	 * @throws Conflict When another group has the name.
	 */
	public static function create( array $need ): int {
		return self::insert(
			self::literals(
				self::values( $need['attributes'] ) + array(
					'id'       => $need['id'],
					'created'  => $need['now'],
					'modified' => $need['now'],
				)
			)
		);
	}

	/**
	 * Overwrites the attributes of a locked row.
	 *
	 * @param int   $position   Position of the row.
	 * @param array $attributes `attributes` of an update need.
	 * @throws Conflict When another group has the name.
	 */
	public static function update( int $position, array $attributes ): void {
		global $wpdb;
		Query::write(
			'UPDATE ' . self::name() . ' SET ' . self::assignments( self::literals( self::values( $attributes ) ) )
			. $wpdb->prepare( ' WHERE position = %d', $position )
		);
	}

	/**
	 * Counts a change of groups.
	 *
	 * @param list<int> $positions Positions of the rows.
	 * @param int       $now       Milliseconds since the epoch.
	 */
	public static function touch( array $positions, int $now ): void {
		global $wpdb;
		foreach ( array_chunk( $positions, Query::CHUNK ) as $chunk ) {
			Query::write( $wpdb->prepare( 'UPDATE ' . self::name() . ' SET version = version + 1, modified = %d', $now ) . ' WHERE position IN (' . implode( ', ', $chunk ) . ')' );
		}
	}

	/**
	 * Removes a group, its members' rows and its own memberships.
	 *
	 * @param int $position Position of the row.
	 */
	public static function remove( int $position ): void {
		global $wpdb;
		Membership_Table::dissolve( $position );
		Membership_Table::leave_all( Membership_Table::GROUP, $position );
		Query::write( $wpdb->prepare( 'DELETE FROM ' . self::name() . ' WHERE position = %d', $position ) );
	}

	/**
	 * Columns of attributes.
	 *
	 * @param array $attributes `attributes` of a need.
	 * @return array<string,string|null>
	 */
	private static function values( array $attributes ): array {
		return array(
			'display_name' => $attributes['displayName'],
			'display'      => $attributes['display'],
			'external_id'  => $attributes['externalId'],
			'document'     => $attributes['document'],
		);
	}
}
