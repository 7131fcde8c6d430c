<?php
/**
 * What a refusal of the database means.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Tells kinds of database errors apart, by number: texts are translated and quote the query with its values.
 */
final class Database_Error {

	/** ER_DUP_ENTRY. */
	private const MYSQL_DUPLICATE = 1062;

	/** ER_CHECKREAD (MariaDB's snapshot isolation), ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_LOCK_NOWAIT. */
	private const MYSQL_CONTENTION = array( 1020, 1205, 1213, 3572 );

	/** SQLITE_CONSTRAINT. */
	private const SQLITE_DUPLICATE = 19;

	/** SQLITE_BUSY, SQLITE_LOCKED. */
	private const SQLITE_CONTENTION = array( 5, 6 );

	/**
	 * The exception for the query that has just failed.
	 *
	 * @param \wpdb $wpdb Connection.
	 */
	public static function thrown( \wpdb $wpdb ): \RuntimeException {
		$number = self::number( $wpdb );
		$sqlite = self::is_sqlite( $wpdb );
		if ( ( $sqlite ? self::SQLITE_DUPLICATE : self::MYSQL_DUPLICATE ) === $number ) {
			return new Conflict( 'a unique key is taken' );
		}
		if ( in_array( $number, $sqlite ? self::SQLITE_CONTENTION : self::MYSQL_CONTENTION, true ) ) {
			return new Contention( 'the database gave the transaction up' );
		}
		return new \RuntimeException( "the database refused a query with error $number" );
	}

	/**
	 * Whether the connection is WordPress's SQLite driver, where any failed query ends the transaction.
	 *
	 * @param \wpdb $wpdb Connection.
	 */
	public static function is_sqlite( \wpdb $wpdb ): bool {
		return ! $wpdb->dbh instanceof \mysqli;
	}

	/**
	 * Error number of the last query, 0 when it has none.
	 *
	 * @param \wpdb $wpdb Connection.
	 */
	private static function number( \wpdb $wpdb ): int {
		$dbh = $wpdb->dbh;
		if ( $dbh instanceof \mysqli ) {
			return mysqli_errno( $dbh ); // phpcs:ignore WordPress.DB.RestrictedFunctions -- wpdb has no way to ask for the number.
		}
		if ( ! is_object( $dbh ) || ! method_exists( $dbh, 'errorInfo' ) ) {
			return 0;
		}
		return (int) ( $dbh->errorInfo()[1] ?? 0 );
	}
}
