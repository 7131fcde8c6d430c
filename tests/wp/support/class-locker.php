<?php
/**
 * Somebody else's transaction.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * A second connection to the site's database, which holds locks that the store then meets.
 */
final class Locker {

	private \mysqli|\PDO $connection;

	/**
	 * Connects, and makes the site's own connection give up at once where it would wait.
	 */
	public function __construct() {
		global $wpdb;
		if ( self::is_sqlite() ) {
			$this->connection = new \PDO( 'sqlite:' . FQDB );
			$this->connection->setAttribute( \PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION );
			$wpdb->get_driver()->get_sqlite_pdo()->setAttribute( \PDO::ATTR_TIMEOUT, 0 );
			return;
		}
		mysqli_report( MYSQLI_REPORT_OFF );
		$host             = $wpdb->parse_db_host( DB_HOST );
		$this->connection = new \mysqli( $host[0], DB_USER, DB_PASSWORD, DB_NAME, (int) $host[1], $host[2] );
		$wpdb->query( 'SET SESSION innodb_lock_wait_timeout = 0' );
	}

	/**
	 * Locks rows; on SQLite the whole database, which has no smaller lock.
	 *
	 * @param string $sql Statement that takes row locks on MariaDB.
	 */
	public function lock( string $sql ): void {
		if ( $this->connection instanceof \PDO ) {
			$this->connection->exec( 'BEGIN IMMEDIATE' );
			return;
		}
		$this->connection->query( 'START TRANSACTION' );
		$this->connection->query( $sql );
	}

	/**
	 * Locks more in the same transaction. MariaDB alone.
	 *
	 * @param string $sql Statement that takes row locks.
	 */
	public function also( string $sql ): void {
		$this->connection->query( $sql );
	}

	/**
	 * Asks for a lock and does not wait for it; reap() does. MariaDB alone.
	 *
	 * @param string $sql Statement that takes row locks.
	 */
	public function ask( string $sql ): void {
		$this->connection->query( $sql, MYSQLI_ASYNC );
	}

	/**
	 * Waits for the lock that ask() asked for.
	 *
	 * @return bool False when the database gave this transaction up, not the other one.
	 */
	public function reap(): bool {
		return false !== $this->connection->reap_async_query();
	}

	/**
	 * Lets go.
	 */
	public function release(): bool {
		return false !== ( $this->connection instanceof \PDO ? $this->connection->exec( 'ROLLBACK' ) : $this->connection->query( 'ROLLBACK' ) );
	}

	/**
	 * Disconnects, and makes the site wait again.
	 */
	public function close(): void {
		global $wpdb;
		unset( $this->connection );
		if ( self::is_sqlite() ) {
			$wpdb->get_driver()->get_sqlite_pdo()->setAttribute( \PDO::ATTR_TIMEOUT, 10 );
		} else {
			$wpdb->query( 'SET SESSION innodb_lock_wait_timeout = DEFAULT' );
		}
	}

	/**
	 * Waits until some transaction waits for a lock. SQLite does not tell; there writers wait for each other from the start.
	 */
	public static function await_waiter(): void {
		global $wpdb;
		$deadline = microtime( true ) + 20;
		while ( ! self::is_sqlite() && ! $wpdb->get_var( "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'" ) ) {
			if ( microtime( true ) > $deadline ) {
				throw new \RuntimeException( 'nobody waits for a lock' );
			}
			// InnoDB shows the same picture again to whoever looks within 100 ms.
			usleep( 150000 );
		}
	}

	/**
	 * Whether the site runs on SQLite.
	 */
	public static function is_sqlite(): bool {
		return defined( 'FQDB' );
	}
}
