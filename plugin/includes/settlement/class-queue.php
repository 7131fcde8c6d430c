<?php
/**
 * Users who wait to be settled.
 *
 * @package Scimpress
 */

namespace Scimpress\Settlement;

use Scimpress\Store\Membership_Table;
use Scimpress\Store\Query;
use Scimpress\Store\Table;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own tables; only their names are interpolated, the rest are numbers of ours.

/**
 * One row a user whose account may no longer be what the rules say. Rows are written in the transaction of what changed, so that
 * nothing is forgotten whatever becomes of the request; who settles a user removes the row in the same transaction.
 *
 * A writer that finds the row of somebody else waits until that one is settled, or is settled after it. Either way the last
 * look at the user sees the last write.
 */
final class Queue extends Table {

	protected const NAME = 'scimpress_queue';

	public const DEFINITION = 'number bigint(20) unsigned NOT NULL AUTO_INCREMENT,
position bigint(20) unsigned NOT NULL,
attempts tinyint(3) unsigned NOT NULL DEFAULT 0,
PRIMARY KEY  (number),
UNIQUE KEY position (position)';

	/** Failures after which a user is given up until the next change. */
	private const ATTEMPTS = 5;

	/** Users whom this request remembers as its own. */
	private const OWN = 25;

	/**
	 * Users whom this request has queued, by name.
	 *
	 * @var array<int,true>
	 */
	private static array $own = array();

	/**
	 * Whether this request has queued anybody.
	 *
	 * @var bool
	 */
	private static bool $written = false;

	/**
	 * Whether this request has queued others, whom it does not know.
	 *
	 * @var bool
	 */
	private static bool $unknown = false;

	/**
	 * Queues users.
	 *
	 * @param list<int> $positions Positions of users.
	 */
	public static function add( array $positions ): void {
		foreach ( array_chunk( $positions, Query::CHUNK ) as $chunk ) {
			self::$written = true;
			Query::write( 'INSERT IGNORE INTO ' . self::name() . ' (position) VALUES (' . implode( '), (', $chunk ) . ')' );
		}
		self::$own = array_slice( self::$own + array_fill_keys( $positions, true ), 0, self::OWN, true );
	}

	/**
	 * Queues users who are members of groups.
	 *
	 * @param string $where Condition on memberships, of numbers of ours.
	 */
	public static function add_members( string $where ): void {
		$queued        = Query::write( 'INSERT IGNORE INTO ' . self::name() . ' (position) SELECT member_position FROM ' . Membership_Table::name() . ' WHERE is_group = ' . Membership_Table::USER . " AND $where" );
		self::$unknown = self::$unknown || $queued;
		self::$written = self::$written || $queued;
	}

	/**
	 * Whether this request has queued anybody.
	 */
	public static function is_written(): bool {
		return self::$written;
	}

	/**
	 * Who is next: those whom this request has queued, a client waits for what it has just sent; then the latest.
	 *
	 * @param int $limit Most users.
	 * @return list<int> Positions.
	 */
	public static function next( int $limit ): array {
		$next    = array_slice( array_keys( self::$own ), 0, $limit );
		$unknown = self::$unknown || ! $next;
		self::forget();
		if ( $unknown && count( $next ) < $limit ) {
			$rows = Query::rows( 'SELECT position FROM ' . self::name() . " ORDER BY attempts, number DESC LIMIT $limit" );
			$next = array_slice( array_unique( array_merge( $next, array_map( 'intval', array_column( $rows, 'position' ) ) ) ), 0, $limit );
		}
		return $next;
	}

	/**
	 * Removes users.
	 *
	 * @param list<int> $positions Positions.
	 */
	public static function remove( array $positions ): void {
		foreach ( array_chunk( $positions, Query::CHUNK ) as $chunk ) {
			Query::write( 'DELETE FROM ' . self::name() . ' WHERE position IN (' . implode( ', ', $chunk ) . ')' );
		}
	}

	/**
	 * Puts a user who could not be settled behind all others, and gives up after a while.
	 *
	 * @param int $position Position.
	 */
	public static function failed( int $position ): void {
		Query::write( 'UPDATE ' . self::name() . " SET attempts = attempts + 1 WHERE position = $position" );
		Query::write( 'DELETE FROM ' . self::name() . " WHERE position = $position AND attempts >= " . self::ATTEMPTS );
	}

	/**
	 * Whether nobody waits.
	 */
	public static function is_empty(): bool {
		return array() === Query::rows( 'SELECT number FROM ' . self::name() . ' LIMIT 1' );
	}

	/**
	 * How many wait.
	 */
	public static function count(): int {
		return (int) Query::rows( 'SELECT COUNT(*) AS number FROM ' . self::name() )[0]->number;
	}

	/**
	 * Forgets what this process has queued; a process of many requests (WP-CLI, tests) begins anew.
	 */
	public static function forget(): void {
		self::$own     = array();
		self::$written = false;
		self::$unknown = false;
	}
}
