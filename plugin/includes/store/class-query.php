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
	 * Runs a read that every database understands alike: names, numbers, texts, HEX(), joins and subqueries by equality.
	 *
	 * @param string $sql Prepared SQL.
	 * @return list<object> Rows; what SQLite holds as a number may be one.
	 * @throws Contention|\RuntimeException When the database refuses.
	 */
	public static function plain_rows( string $sql ): array {
		// A text with a backslash is escaped as MySQL has it.
		$done = str_contains( $sql, '\\' ) ? null : self::untranslated( $sql, array() );
		return null === $done ? self::rows( $sql ) : $done->fetchAll( \PDO::FETCH_OBJ );
	}

	/**
	 * Runs a write that every database understands alike.
	 *
	 * @param string                $sql    SQL with a `?` for each value, and no other.
	 * @param list<int|string|null> $values Values.
	 * @return int Rows changed.
	 * @throws Conflict|Contention|\RuntimeException When the database refuses.
	 */
	public static function plain_write( string $sql, array $values ): int {
		global $wpdb;
		$done = self::untranslated( $sql, $values );
		if ( null !== $done ) {
			return $done->rowCount();
		}
		$literals = array_map( static fn( $value ): string => null === $value ? 'NULL' : $wpdb->prepare( is_int( $value ) ? '%d' : '%s', $value ), $values );
		return self::write( vsprintf( str_replace( '?', '%s', $sql ), $literals ) );
	}

	/**
	 * Hands a statement to SQLite as it is. WordPress's driver takes each apart, in PHP, to say it in SQLite's words: of one that
	 * says the same in both that takes longer than all else that is done for a read.
	 *
	 * @param string                $sql    Statement.
	 * @param list<int|string|null> $values Values of its placeholders.
	 * @return \PDOStatement|null Null when the driver has to do it: another database, or a refusal that the driver explains.
	 */
	private static function untranslated( string $sql, array $values ): ?\PDOStatement {
		global $wpdb;
		if ( ! is_callable( array( $wpdb->dbh, 'execute_sqlite_query' ) ) ) {
			return null;
		}
		try {
			++$wpdb->num_queries;
			return $wpdb->dbh->execute_sqlite_query( (string) apply_filters( 'query', $sql ), $values ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- as wpdb does.
		} catch ( \PDOException ) {
			--$wpdb->num_queries;
			return null;
		}
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
