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
 * The ways in which the engine reads users and groups alike.
 */
abstract class Reader {

	/** `by` of a select need => column that holds the same folded value. */
	protected const COLUMNS = array();

	/** What is true of live rows, in terms of the table's own columns. */
	protected const LIVE = '1 = 1';

	/**
	 * Live records on one side of a position.
	 *
	 * @param string|null $by     A key of COLUMNS; null for everybody.
	 * @param string|null $value  What the column equals.
	 * @param int         $after  Position before the first record.
	 * @param int|null    $before Position behind the first record, for the other direction; null for this one.
	 * @param int         $limit  Most records returned.
	 * @return list<array> Records, ascending by position; with $before descending.
	 */
	public static function select( ?string $by, ?string $value, int $after, ?int $before, int $limit ): array {
		global $wpdb;
		$where = null === $before
			? $wpdb->prepare( 's.position > %d ORDER BY s.position LIMIT %d', $after, $limit )
			: $wpdb->prepare( 's.position < %d ORDER BY s.position DESC LIMIT %d', $before, $limit );
		return null === $by
			? static::records( static::table() . ' s', $where )
			: static::selected( $by, (string) $value, $where );
	}

	/**
	 * A page of all live records.
	 *
	 * @param int $offset Records before the page.
	 * @param int $limit  Most records returned; 0 asks for the total only.
	 * @return array{total: int, records: list<array>}
	 */
	public static function page( int $offset, int $limit ): array {
		global $wpdb;
		$table   = static::table();
		$live    = static::LIVE;
		$records = array();
		$total   = (int) Query::rows( "SELECT COUNT(*) AS total FROM $table WHERE $live" )[0]->total;
		if ( $limit > 0 && $offset < $total ) {
			// The positions come out of an index; documents are read for the page alone.
			$page    = $wpdb->prepare( "(SELECT position FROM $table WHERE $live ORDER BY position LIMIT %d OFFSET %d) p", $limit, $offset );
			$records = static::records( "$page JOIN $table s ON s.position = p.position", '1 = 1 ORDER BY s.position' );
		}
		return array(
			'total'   => $total,
			'records' => $records,
		);
	}

	/**
	 * Live records by position.
	 *
	 * @param list<int> $positions Positions.
	 * @return list<array> Records, in any order.
	 */
	public static function fetch( array $positions ): array {
		if ( ! $positions ) {
			return array();
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
		return static::select( 'id', $id, 0, null, 1 )[0] ?? null;
	}

	/**
	 * Records whose column equals a value.
	 *
	 * @param string $by    A key of COLUMNS.
	 * @param string $value The value.
	 * @param string $where Prepared: which side, in which order, how many.
	 * @return list<array>
	 */
	protected static function selected( string $by, string $value, string $where ): array {
		global $wpdb;
		if ( ! isset( static::COLUMNS[ $by ] ) ) {
			throw new \UnexpectedValueException( 'the engine selects by something that the store does not know' );
		}
		return static::records( static::table() . ' s', $wpdb->prepare( 's.' . static::COLUMNS[ $by ] . ' = %s', $value ) . " AND $where" );
	}

	/**
	 * Name of the table.
	 */
	abstract protected static function table(): string;

	/**
	 * Runs a query and completes its rows.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared condition, order and limit; of live rows.
	 * @return list<array>
	 */
	abstract protected static function records( string $from, string $where ): array;
}
