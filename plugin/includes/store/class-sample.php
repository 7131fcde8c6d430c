<?php
/**
 * A part of what is stored, for a person to look at.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.PreparedSQL -- names of our own tables, and numbers of ours; values are prepared.

/**
 * Reads the newest users and groups, by their primary keys and of bounded size: no index is kept, and no request of a client
 * pays, for suggestions.
 */
final class Sample {

	/** Users and groups that are looked at. */
	public const SIZE = 200;

	/** Bytes of a document above which it is left out. */
	private const LONGEST = 65536;

	/**
	 * Documents of the newest users.
	 *
	 * @return list<string>
	 */
	public static function documents(): array {
		global $wpdb;
		$table     = User_Table::name();
		$positions = array_column( Query::rows( $wpdb->prepare( "SELECT position FROM $table WHERE deleted IS NULL ORDER BY position DESC LIMIT %d", self::SIZE ) ), 'position' );
		if ( ! $positions ) {
			return array();
		}
		$rows = Query::rows( $wpdb->prepare( "SELECT document FROM $table WHERE position IN (" . implode( ', ', array_map( 'intval', $positions ) ) . ') AND LENGTH(document) <= %d', self::LONGEST ) );
		return array_column( $rows, 'document' );
	}

	/**
	 * Names of the newest groups.
	 *
	 * @return list<string>
	 */
	public static function group_names(): array {
		global $wpdb;
		return array_column( Query::rows( $wpdb->prepare( 'SELECT display FROM ' . Group_Table::name() . ' ORDER BY position DESC LIMIT %d', self::SIZE ) ), 'display' );
	}

	/**
	 * A group by its name or its external id.
	 *
	 * @param string $folded      Name, case-folded by the engine.
	 * @param string $external_id External id.
	 * @return object{id: string, display: string, external_id: string|null}|null
	 */
	public static function group( string $folded, string $external_id ): ?object {
		global $wpdb;
		$select = 'SELECT id, display, external_id FROM ' . Group_Table::name();
		return Query::rows( $wpdb->prepare( "$select WHERE display_name = %s UNION ALL $select WHERE external_id = %s LIMIT 1", $folded, $external_id ) )[0] ?? null;
	}
}
