<?php
/**
 * All or nothing.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery -- transactions have no other way.

/**
 * Runs WordPress functions and the hooks they fire in one database transaction.
 */
final class Transaction {

	/** Runs of one transaction before the store gives up as `busy`. */
	private const ATTEMPTS = 5;

	/** Longest pause before the second run, in microseconds; it grows with every run. Two that collided must not meet again. */
	private const PAUSE = 20000;

	/**
	 * The transaction that is open now.
	 *
	 * @var self|null
	 */
	private static ?self $open = null;

	/**
	 * The transaction around all others while they are only rehearsed.
	 *
	 * @var self|null
	 */
	private static ?self $rehearsal = null;

	/**
	 * Accounts that may be in the object cache with values that a rollback takes back.
	 *
	 * @var array<int,true>
	 */
	private array $touched = array();

	/**
	 * What waits for the commit.
	 *
	 * @var list<callable>
	 */
	private array $later = array();

	/**
	 * Errors that wpdb had noted before.
	 *
	 * @var int
	 */
	private int $errors;

	/**
	 * The meta of the accounts.
	 *
	 * @var Meta_Cache
	 */
	private readonly Meta_Cache $meta;

	/**
	 * Only run() makes transactions.
	 */
	private function __construct() {
		$this->errors = self::noted();
		// settle() and rollback() clear the caches of the accounts that are touched.
		$this->meta = new Meta_Cache( fn( int $user_id ): bool => isset( $this->touched[ $user_id ] ) );
	}

	/**
	 * Runs work in a transaction, again when the database gave it up for another one.
	 *
	 * @template T
	 * @param callable(self): T $work Must be repeatable: all it does is undone before it is run again.
	 * @return T
	 * @throws Failure    `busy` when the locks did not clear.
	 * @throws \Throwable Whatever the work throws, after the rollback.
	 */
	public static function run( callable $work ) {
		for ( $attempt = 1; ; $attempt++ ) {
			try {
				return ( new self() )->attempt( $work );
			} catch ( Contention ) {
				if ( $attempt >= self::ATTEMPTS || null !== self::$rehearsal ) {
					throw new Failure( 'busy', 'the database is busy with other writes to the same users and groups' );
				}
				usleep( random_int( 1000, self::PAUSE * $attempt ) );
			}
		}
	}

	/**
	 * Does work whose transactions are all taken back in the end, as if it had never been done. They see each other's writes; what
	 * would wait for their commit never happens.
	 *
	 * SQLite ends the transaction with a statement that fails, MySQL with a deadlock. The rehearsal then goes on in a new one, without
	 * what was written before: less is seen, never more is kept.
	 *
	 * @template T
	 * @param callable(): T $work The work.
	 * @return T
	 * @throws \Throwable Whatever the work throws.
	 */
	public static function rehearse( callable $work ) {
		global $wpdb;
		if ( null !== self::$open || null !== self::$rehearsal ) {
			throw new \LogicException( 'a rehearsal inside a transaction' );
		}
		$rehearsal  = new self();
		$suppressed = $wpdb->suppress_errors( true );
		$retries    = $wpdb->reconnect_retries;
		// On another connection there would be no transaction, and writes would stay.
		$wpdb->reconnect_retries = 0;
		try {
			if ( false === $wpdb->query( 'START TRANSACTION' ) ) {
				throw Database_Error::thrown( $wpdb );
			}
			self::$rehearsal = $rehearsal;
			return $work();
		} finally {
			self::$rehearsal = null;
			$rehearsal->undo( 'ROLLBACK' );
			$wpdb->reconnect_retries = $retries;
			$wpdb->suppress_errors( $suppressed );
		}
	}

	/**
	 * Whether everything is going to be taken back.
	 */
	public static function is_rehearsed(): bool {
		return null !== self::$rehearsal;
	}

	/**
	 * Notes an account that the work writes to.
	 *
	 * @param int $user_id User ID.
	 */
	public function touch( int $user_id ): void {
		$this->touched[ $user_id ] = true;
	}

	/**
	 * Puts something off until the transaction has been committed: mails and actions for other plugins. Nothing that goes
	 * wrong there changes the answer, since the write has happened.
	 *
	 * @param callable $later Called without arguments.
	 */
	public function after_commit( callable $later ): void {
		$this->later[] = $later;
	}

	/**
	 * Whether a transaction is open.
	 */
	public static function is_open(): bool {
		return null !== self::$open;
	}

	/**
	 * Action `shutdown`: a hook ended the request inside a transaction. Closing the connection would roll it back as well,
	 * but what other plugins still write at shutdown would go with it.
	 */
	public static function abandon(): void {
		self::$open?->rollback();
		self::$rehearsal?->undo( 'ROLLBACK' );
		self::$rehearsal = null;
	}

	/**
	 * Filter `query`, while the transaction is open: stops at the first query after one that failed.
	 *
	 * WordPress ignores most failed queries. After a deadlock the database has ended the transaction, and everything that
	 * wp_insert_user() goes on to write would stay.
	 *
	 * @param string $query SQL.
	 * @return string
	 * @throws \RuntimeException When an earlier query failed in a way that matters.
	 */
	public function watch( $query ) {
		$this->check();
		return $query;
	}

	/**
	 * One run.
	 *
	 * @param callable $work The work.
	 * @return mixed
	 * @throws \Throwable Whatever the work throws, after the rollback.
	 */
	private function attempt( callable $work ) {
		global $wpdb;
		$suppressed = $wpdb->suppress_errors( true );
		$retries    = $wpdb->reconnect_retries;
		// A connection that is lost half-way must stay lost: wpdb would reconnect and write the second half alone.
		$wpdb->reconnect_retries = 0;
		try {
			if ( ! ( null === self::$rehearsal ? false !== $wpdb->query( 'START TRANSACTION' ) : self::$rehearsal->resume() ) ) {
				throw Database_Error::thrown( $wpdb );
			}
			self::$open = $this;
			add_filter( 'query', array( $this, 'watch' ), PHP_INT_MIN );
			$this->meta->open();
			$result = $work( $this );
			$this->check();
			$this->unwatch();
			if ( false === $wpdb->query( null === self::$rehearsal ? 'COMMIT' : 'RELEASE SAVEPOINT scimpress' ) ) {
				throw Database_Error::thrown( $wpdb );
			}
			self::$open = null;
		} catch ( \Throwable $thrown ) {
			$this->rollback();
			throw $thrown;
		} finally {
			$wpdb->reconnect_retries = $retries;
			$wpdb->suppress_errors( $suppressed );
		}
		$this->settle();
		return $result;
	}

	/**
	 * Undoes everything, in the database and in the object cache.
	 */
	private function rollback(): void {
		global $wpdb;
		$this->unwatch();
		if ( self::$open !== $this ) {
			return;
		}
		self::$open = null;
		$undone     = $this->undo( null === self::$rehearsal ? 'ROLLBACK' : 'ROLLBACK TO SAVEPOINT scimpress' );
		if ( $undone ) {
			self::$rehearsal?->note_errors();
		}
	}

	/**
	 * Undoes writes, in the database and in the object cache.
	 *
	 * @param string $statement Does it in the database.
	 * @return bool Whether the database did it.
	 */
	private function undo( string $statement ): bool {
		global $wpdb;
		// Once with the keys (login, e-mail, nicename) that the account has now, once with those that it gets back.
		$this->forget();
		$done = $wpdb->query( $statement );
		$this->forget();
		if ( wp_using_ext_object_cache() ) {
			wp_cache_delete( 'alloptions', 'options' );
			wp_cache_delete( 'notoptions', 'options' );
		} else {
			wp_cache_flush();
		}
		return false !== $done;
	}

	/**
	 * Begins a part of a rehearsal. Where a query has failed there may be no transaction any more, in which a savepoint would be an
	 * empty word: what follows it would stay.
	 *
	 * @return bool Whether it has begun.
	 */
	private function resume(): bool {
		global $wpdb;
		if ( self::noted() !== $this->errors ) {
			$this->undo( 'ROLLBACK' );
			if ( false === $wpdb->query( 'START TRANSACTION' ) ) {
				return false;
			}
			$this->note_errors();
		}
		return false !== $wpdb->query( 'SAVEPOINT scimpress' );
	}

	/**
	 * The failed queries of now are known to have left the transaction alone.
	 */
	private function note_errors(): void {
		$this->errors = self::noted();
	}

	/**
	 * What follows a commit.
	 */
	private function settle(): void {
		if ( null !== self::$rehearsal ) {
			self::$rehearsal->touched += $this->touched;
			return;
		}
		// Another request may have read the old row into a shared cache between our write and the commit.
		if ( wp_using_ext_object_cache() ) {
			$this->forget();
		}
		foreach ( $this->later as $later ) {
			try {
				$later();
			} catch ( \Throwable $thrown ) {
				// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- the write has happened; only the log can tell.
				error_log( sprintf( 'scimpress: %s thrown in %s on line %d after a commit', get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
			}
		}
	}

	/**
	 * Drops the touched accounts from the object cache.
	 */
	private function forget(): void {
		foreach ( array_keys( $this->touched ) as $user_id ) {
			try {
				clean_user_cache( $user_id );
			} catch ( \Throwable ) { // phpcs:ignore Generic.CodeAnalysis.EmptyStatement -- a hook of another plugin; the lines below do what matters.
			}
			wp_cache_delete( $user_id, 'users' );
			wp_cache_delete( $user_id, 'user_meta' );
		}
	}

	/**
	 * Stops watching.
	 */
	private function unwatch(): void {
		remove_filter( 'query', array( $this, 'watch' ), PHP_INT_MIN );
		$this->meta->close();
	}

	/**
	 * Looks at the queries that failed since the last look.
	 *
	 * A failed query of another plugin, to a table of its own, is its own affair: it must not block provisioning. On SQLite
	 * it is ours too, because there it has ended the transaction.
	 *
	 * @throws \RuntimeException When one of them matters.
	 */
	private function check(): void {
		global $wpdb;
		$failed = array_slice( $GLOBALS['EZSQL_ERROR'] ?? array(), $this->errors );
		if ( ! $failed ) {
			return;
		}
		$this->errors = self::noted();
		$thrown       = Database_Error::thrown( $wpdb );
		if ( $thrown instanceof Contention || Database_Error::is_sqlite( $wpdb ) ) {
			throw $thrown;
		}
		foreach ( $failed as $error ) {
			foreach ( array( $wpdb->users, $wpdb->usermeta, ...Schema::tables() ) as $table ) {
				if ( str_contains( (string) $error['query'], $table ) ) {
					throw $thrown;
				}
			}
		}
	}

	/**
	 * Number of failed queries that wpdb has noted.
	 */
	private static function noted(): int {
		return count( $GLOBALS['EZSQL_ERROR'] ?? array() );
	}
}
