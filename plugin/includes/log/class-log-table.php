<?php
/**
 * The table of the log.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

use Scimpress\Store\Query;
use Scimpress\Store\Table;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own table; only its name is interpolated.

/**
 * One row a resource that a request has written or failed to write. Rows are only appended; their position is their order.
 *
 * Times are milliseconds since the epoch, durations microseconds. `name_key` is case-folded by the engine. `refusal` is the
 * key of a row that counts refused requests; `times` is their number. `failure` is the operation of a row that failed: of two
 * indexes MariaDB would make an intersection, and lose the order. `size` is in bytes, of the texts. Every index ends
 * with the position, in MySQL as in SQLite, so that each gives a page in its order.
 */
final class Log_Table extends Table {

	protected const NAME = 'scimpress_log';

	public const DEFINITION = 'position bigint(20) unsigned NOT NULL AUTO_INCREMENT,
time bigint(20) NOT NULL,
request varchar(64) $exact NOT NULL,
token varchar(64) $exact NOT NULL,
agent varchar(255) $exact NOT NULL,
address varchar(45) $exact NOT NULL,
operation varchar(16) $exact NOT NULL,
resource varchar(64) $exact NOT NULL,
scim_id varchar(255) $exact DEFAULT NULL,
user_id bigint(20) unsigned DEFAULT NULL,
name varchar(255) $exact NOT NULL,
name_key varchar(255) $exact DEFAULT NULL,
status smallint(5) unsigned NOT NULL,
failed tinyint(1) NOT NULL,
failure varchar(16) $exact DEFAULT NULL,
scim_type varchar(32) $exact NOT NULL,
message text $exact NOT NULL,
duration bigint(20) NOT NULL,
times int(10) unsigned NOT NULL DEFAULT 1,
size int(10) unsigned NOT NULL,
refusal varchar(64) $exact DEFAULT NULL,
changes longtext $exact DEFAULT NULL,
raw longtext $exact DEFAULT NULL,
PRIMARY KEY  (position),
UNIQUE KEY refusal (refusal),
KEY time (time,failed,size),
KEY failed (failed),
KEY failure (failure),
KEY operation (operation),
KEY request (request),
KEY scim_id (scim_id),
KEY name_key (name_key),
KEY user_id (user_id)';

	/** What a list shows; without the long texts. */
	private const LISTED = 'position, time, request, token, agent, address, operation, resource, scim_id, user_id, name, status, failed, scim_type, message, duration, times';

	/** Bytes of one statement: a fraction of what MySQL takes in a packet, and what wpdb's look for invalid text can bear. */
	private const STATEMENT = 262144;

	/**
	 * Appends rows, by one statement unless a bulk request has made very many.
	 *
	 * @param non-empty-list<array<string,int|string|null>> $rows Column => value, all with the same columns.
	 * @throws \RuntimeException When the database refuses.
	 */
	public static function append( array $rows ): void {
		if ( 1 === count( $rows ) ) {
			Query::plain_write( self::insertion( array_fill_keys( array_keys( $rows[0] ), '?' ) ), array_values( $rows[0] ) );
			return;
		}
		$statement = '';
		foreach ( $rows as $row ) {
			$tuple = '(' . implode( ', ', self::literals( $row ) ) . ')';
			if ( '' !== $statement && strlen( $statement ) + strlen( $tuple ) > self::STATEMENT ) {
				Query::write( $statement );
				$statement = '';
			}
			$statement .= '' === $statement ? 'INSERT INTO ' . self::name() . ' (' . implode( ', ', array_keys( $row ) ) . ") VALUES $tuple" : ", $tuple";
		}
		Query::write( $statement );
	}

	/**
	 * Counts a refused request: the first of its kind makes a row.
	 *
	 * @param array<string,int|string|null> $row Column => value, with `refusal`.
	 * @throws \RuntimeException When the database refuses.
	 */
	public static function count_refusal( array $row ): void {
		global $wpdb;
		// Others may share the row; an address that is not everybody's would be a lie.
		$count = "times = times + 1, address = CASE WHEN address = %s THEN address ELSE '' END";
		// Most find it there, and this is short.
		if ( 0 === Query::plain_write( 'UPDATE ' . self::name() . ' SET ' . str_replace( '%s', '?', $count ) . ' WHERE refusal = ?', array( $row['address'], $row['refusal'] ) ) ) {
			$values = self::literals( $row );
			Query::write( self::insertion( $values ) . $wpdb->prepare( " ON DUPLICATE KEY UPDATE $count", $row['address'] ) );
		}
	}

	/**
	 * The statement that inserts a row.
	 *
	 * @param array<string,string> $values Column => literal or placeholder.
	 */
	private static function insertion( array $values ): string {
		return 'INSERT INTO ' . self::name() . ' (' . implode( ', ', array_keys( $values ) ) . ') VALUES (' . implode( ', ', $values ) . ')';
	}

	/**
	 * A page of rows, newest first.
	 *
	 * @param list<string> $where  Prepared conditions, joined by AND.
	 * @param int|null     $before Only rows below this position, the nearest first.
	 * @param int|null     $after  Only rows above this position, the nearest of them.
	 * @param int          $limit  Most rows.
	 * @param bool         $whole  Whether with the long texts.
	 * @return list<object> Newest first.
	 */
	public static function page( array $where, ?int $before, ?int $after, int $limit, bool $whole = false ): array {
		global $wpdb;
		if ( null !== $before ) {
			$where[] = $wpdb->prepare( 'position < %d', $before );
		}
		if ( null !== $after ) {
			$where[] = $wpdb->prepare( 'position > %d', $after );
		}
		$rows = Query::rows( self::select( $where, null === $after ? 'DESC' : 'ASC', $limit, $whole ) );
		return null === $after ? $rows : array_reverse( $rows );
	}

	/**
	 * The query of a page.
	 *
	 * @param list<string> $where     Prepared conditions.
	 * @param string       $direction DESC or ASC.
	 * @param int          $limit     Most rows.
	 * @param bool         $whole     Whether with the long texts.
	 */
	public static function select( array $where, string $direction, int $limit, bool $whole = false ): string {
		return 'SELECT ' . self::LISTED . ( $whole ? ', name_key, changes, raw' : '' ) . ' FROM ' . self::name()
			. ( $where ? ' WHERE ' . implode( ' AND ', $where ) : '' ) . " ORDER BY position $direction LIMIT $limit";
	}

	/**
	 * Whether there is any row.
	 *
	 * @param list<string> $where Prepared conditions.
	 */
	public static function exists( array $where ): bool {
		return array() !== Query::rows( 'SELECT position FROM ' . self::name() . ( $where ? ' WHERE ' . implode( ' AND ', $where ) : '' ) . ' LIMIT 1' );
	}

	/**
	 * One row with everything.
	 *
	 * @param int $position Its position.
	 */
	public static function find( int $position ): ?object {
		global $wpdb;
		return self::page( array( $wpdb->prepare( 'position = %d', $position ) ), null, null, 1, true )[0] ?? null;
	}

	/**
	 * The position next to a time, by the index of times.
	 *
	 * @param int  $time  Milliseconds.
	 * @param bool $first Whether the first row at or after it; else the last before it.
	 */
	public static function position_at( int $time, bool $first ): ?int {
		global $wpdb;
		$sql  = 'SELECT position FROM ' . self::name() . ( $first ? ' WHERE time >= %d ORDER BY time ASC, failed ASC, size ASC, position ASC LIMIT 1' : ' WHERE time < %d ORDER BY time DESC, failed DESC, size DESC, position DESC LIMIT 1' );
		$rows = Query::rows( $wpdb->prepare( $sql, $time ) );
		return $rows ? (int) $rows[0]->position : null;
	}

	/**
	 * How many rows of a time succeeded and failed.
	 *
	 * @param int $from Milliseconds.
	 * @param int $to   Milliseconds, not included.
	 * @return array{0: int, 1: int} Succeeded, failed.
	 */
	public static function counts( int $from, int $to ): array {
		global $wpdb;
		$counts = array( 0, 0 );
		foreach ( Query::rows( $wpdb->prepare( 'SELECT failed, COUNT(*) AS number FROM ' . self::name() . ' WHERE time >= %d AND time < %d GROUP BY failed', $from, $to ) ) as $row ) {
			$counts[ (int) $row->failed ] = (int) $row->number;
		}
		return $counts;
	}

	/**
	 * How much there is. It reads an index from end to end: for the daily task only.
	 *
	 * @return array{rows: int, bytes: int}
	 */
	public static function weight(): array {
		$row = Query::rows( 'SELECT COUNT(*) AS number, SUM(size) AS bytes FROM ' . self::name() )[0];
		return array(
			'rows'  => (int) $row->number,
			'bytes' => (int) $row->bytes,
		);
	}

	/**
	 * The oldest rows.
	 *
	 * @param int $limit Most rows.
	 * @return list<object{position: string, time: string, size: string}>
	 */
	public static function oldest( int $limit ): array {
		global $wpdb;
		return Query::rows( $wpdb->prepare( 'SELECT position, time, size FROM ' . self::name() . ' ORDER BY position LIMIT %d', $limit ) );
	}

	/**
	 * Removes rows up to a position.
	 *
	 * @param int $position The last to go.
	 * @return int How many went.
	 */
	public static function remove_until( int $position ): int {
		global $wpdb;
		return Query::write( $wpdb->prepare( 'DELETE FROM ' . self::name() . ' WHERE position <= %d', $position ) );
	}

	/**
	 * Drops what was kept of requests: that of a bulk request stands with one entry and is about others, too.
	 *
	 * @param non-empty-list<string> $requests Request ids.
	 */
	public static function forget_requests( array $requests ): void {
		global $wpdb;
		Query::write( $wpdb->prepare( 'UPDATE ' . self::name() . ' SET raw = NULL WHERE raw IS NOT NULL AND request IN (' . Query::placeholders( $requests ) . ')', $requests ) );
	}

	/**
	 * Overwrites columns of a row.
	 *
	 * @param int                           $position Its position.
	 * @param array<string,int|string|null> $values   Column => value.
	 */
	public static function overwrite( int $position, array $values ): void {
		global $wpdb;
		Query::write( 'UPDATE ' . self::name() . ' SET ' . self::assignments( self::literals( $values ) ) . $wpdb->prepare( ' WHERE position = %d', $position ) );
	}
}
