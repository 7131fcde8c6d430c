<?php
/**
 * Reads records.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- table and column names are ours, values are prepared; what is read is what the database holds, not what filters make of it.

/**
 * The ways in which the engine reads users and groups alike. A condition of the engine is always one parenthesised term
 * beside what makes a row live.
 */
abstract class Reader {

	/** What is true of live rows, in terms of the row `s`. */
	protected const LIVE = '1 = 1';

	/** Hint for the index that has nothing but the positions of live rows, in their order. SQLite's driver drops it. */
	protected const NARROW = '';

	/** Records before a page from which on its place is computed instead of counted out. */
	private const FAR = 1000;

	/**
	 * Live records on one side of a position.
	 *
	 * @param array|null $where  Condition, see Condition; null for everybody.
	 * @param int        $after  Position before the first record.
	 * @param int|null   $before Position behind the first record, for the other direction; null for this one.
	 * @param int        $limit  Most records returned.
	 * @return list<array> Records, ascending by position; with $before descending.
	 */
	public static function select( ?array $where, int $after, ?int $before, int $limit ): array {
		global $wpdb;
		$condition = static::condition();
		$rows      = $condition->sql( $where );
		if ( null !== $before ) {
			$rows .= $wpdb->prepare( ' AND s.position < %d', $before );
		} elseif ( $after > 0 ) {
			$rows .= $wpdb->prepare( ' AND s.position > %d', $after );
		}
		if ( $condition->is_of_one( $where ) ) {
			return static::record_of( $condition->from( $where ), $rows, $condition->is_plain( $where ) );
		}
		$order = null === $before ? 'ASC' : 'DESC';
		return static::records( $condition->from( $where ), $rows . $wpdb->prepare( " ORDER BY s.position $order LIMIT %d", $limit ) );
	}

	/**
	 * A page of live records, and their number.
	 *
	 * @param array|null                 $where  Condition, see Condition; null for everybody.
	 * @param array{string, string}|null $order  Column and direction, see Condition::order(); null for the order of positions.
	 * @param int                        $offset Records before the page.
	 * @param int                        $limit  Most records returned; 0 asks for the total only.
	 * @return array{total: int, records: list<array>}
	 */
	public static function page( ?array $where, ?array $order, int $offset, int $limit ): array {
		global $wpdb;
		if ( null === $where && null === $order && $limit > 0 && $offset > self::FAR ) {
			return self::far_page( $offset, $limit );
		}
		$condition = static::condition();
		$table     = static::table();
		$rows      = $condition->from( $where ) . ' WHERE ' . static::LIVE . ' AND ' . $condition->sql( $where );
		$sorted    = $condition->order( $order );
		$records   = array();
		$total     = (int) Query::rows( "SELECT COUNT(*) AS total FROM $rows" )[0]->total;
		if ( $limit > 0 && $offset < $total ) {
			// The positions come out of an index; documents are read for the page alone.
			$page    = "SELECT s.position FROM $rows ORDER BY $sorted " . $wpdb->prepare( 'LIMIT %d OFFSET %d', $limit, $offset );
			$records = static::records( "($page) p JOIN $table s ON s.position = p.position", "1 = 1 ORDER BY $sorted" );
		}
		return array(
			'total'   => $total,
			'records' => $records,
		);
	}

	/**
	 * A page of everybody, far from the first one.
	 *
	 * The rows have to be counted anyway. The same scan tells how many of them are before the position where the page would begin
	 * if no number were missing; it begins there or behind, by as many rows as numbers are missing. So the last page of
	 * a million costs what the first one does. Nothing is remembered between requests, so nothing can be out of date.
	 *
	 * @param int $offset Records before the page.
	 * @param int $limit  Most records returned, at least 1.
	 * @return array{total: int, records: list<array>}
	 */
	private static function far_page( int $offset, int $limit ): array {
		global $wpdb;
		$table = static::table();
		$live  = "$table s " . static::NARROW . ' WHERE ' . static::LIVE;
		$place = (int) Query::rows( "SELECT MIN(position) AS first FROM $table" )[0]->first + $offset;
		$count = Query::rows( $wpdb->prepare( "SELECT COUNT(*) AS total, COUNT(CASE WHEN s.position < %d THEN 1 END) AS passed FROM $live", $place ) )[0];
		$total = (int) $count->total;
		$page  = "SELECT s.position FROM $live " . $wpdb->prepare( 'AND s.position >= %d ORDER BY s.position LIMIT %d OFFSET %d', $place, $limit, $offset - (int) $count->passed );
		return array(
			'total'   => $total,
			'records' => $offset < $total ? static::records( "($page) p JOIN $table s ON s.position = p.position", '1 = 1 ORDER BY s.position' ) : array(),
		);
	}

	/**
	 * Live records by position.
	 *
	 * @param list<int> $positions Positions.
	 * @return list<array> Records, in any order.
	 */
	public static function fetch( array $positions ): array {
		if ( count( $positions ) <= 1 ) {
			return $positions ? static::record_of( static::table() . ' s', 's.position = ' . (int) reset( $positions ), true ) : array();
		}
		return static::records( static::table() . ' s', 's.position IN (' . implode( ', ', array_map( 'intval', $positions ) ) . ')' );
	}

	/**
	 * One live record.
	 *
	 * @param string $id SCIM id.
	 * @return array|null
	 */
	public static function find( string $id ): ?array {
		return static::select( array( 'eq', 'id', $id ), 0, null, 1 )[0] ?? null;
	}

	/**
	 * Name of the table.
	 */
	abstract protected static function table(): string;

	/**
	 * Conditions on its rows.
	 */
	abstract protected static function condition(): Condition;

	/**
	 * Runs a query and completes its rows.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared condition, order and limit; of live rows.
	 * @return list<array>
	 */
	abstract protected static function records( string $from, string $where ): array;

	/**
	 * Runs a query that finds one row at most, and completes it.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared condition; of a live row.
	 * @param bool   $plain Whether the condition is one for Query::plain_rows().
	 * @return list<array>
	 */
	protected static function record_of( string $from, string $where, bool $plain ): array { // phpcs:ignore Generic.CodeAnalysis.UnusedFunctionParameter -- for who needs it.
		return static::records( $from, $where );
	}
}
