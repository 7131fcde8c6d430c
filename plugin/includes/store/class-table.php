<?php
/**
 * What all our tables share.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own tables; every caller prepares its values, and unique keys decide races that a cache would lose.

/**
 * A table, by its name and its definition.
 */
abstract class Table {

	/** Name without the site's prefix. */
	protected const NAME = '';

	/** Columns and keys in the spelling that dbDelta() wants; `$exact` stands for our character set and collation. */
	public const DEFINITION = '';

	/**
	 * Name of the table on this site.
	 */
	public static function name(): string {
		global $wpdb;
		return $wpdb->prefix . static::NAME;
	}

	/**
	 * Values as SQL.
	 *
	 * @param array<string,int|string|null> $values Column => value.
	 * @return array<string,string> Column => literal.
	 */
	protected static function literals( array $values ): array {
		global $wpdb;
		return array_map( static fn( $value ): string => null === $value ? 'NULL' : $wpdb->prepare( is_int( $value ) ? '%d' : '%s', $value ), $values );
	}

	/**
	 * Values as a SET list.
	 *
	 * @param array<string,string> $values Column => literal.
	 */
	protected static function assignments( array $values ): string {
		return implode( ', ', array_map( static fn( string $column, string $literal ): string => "$column = $literal", array_keys( $values ), $values ) );
	}

	/**
	 * Inserts a row.
	 *
	 * @param array<string,string> $values Column => literal.
	 * @return int Its position.
	 * @throws Conflict When another row holds one of the keys.
	 */
	protected static function insert( array $values ): int {
		global $wpdb;
		Query::write( 'INSERT INTO ' . static::name() . ' (' . implode( ', ', array_keys( $values ) ) . ') VALUES (' . implode( ', ', $values ) . ')' );
		return (int) $wpdb->insert_id;
	}
}
