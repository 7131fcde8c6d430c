<?php
/**
 * Queries that fail aloud.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- every caller prepares its values, and unique keys decide races that a cache would lose.

/**
 * Runs prepared SQL; what wpdb only notes is thrown.
 */
final class Query {

	/** Values in one list of a write. The SQLite driver makes a tree of every statement, in PHP's memory. */
	public const CHUNK = 500;

	/**
	 * Runs a write.
	 *
	 * @param string $sql Prepared SQL.
	 * @return int Rows changed.
	 * @throws Conflict|Contention|\RuntimeException When the database refuses.
	 */
	public static function write( string $sql ): int {
		global $wpdb;
		$changed = $wpdb->query( $sql );
		if ( false === $changed ) {
			throw Database_Error::thrown( $wpdb );
		}
		return (int) $changed;
	}

	/**
	 * Runs a read.
	 *
	 * @param string $sql Prepared SQL.
	 * @return list<object> Rows.
	 * @throws Contention|\RuntimeException When the database refuses.
	 */
	public static function rows( string $sql ): array {
		global $wpdb;
		$rows = $wpdb->get_results( $sql );
		if ( ! $rows && '' !== $wpdb->last_error ) {
			throw Database_Error::thrown( $wpdb );
		}
		return (array) $rows;
	}

	/**
	 * Placeholders for a list of strings.
	 *
	 * @param list<string> $values The strings.
	 */
	public static function placeholders( array $values ): string {
		return implode( ', ', array_fill( 0, count( $values ), '%s' ) );
	}
}
