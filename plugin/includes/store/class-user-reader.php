<?php
/**
 * Reads linked users.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Account_State;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery -- what is compared with `observed` is what the database holds, not what filters make of it.
// phpcs:disable WordPress.DB.PreparedSQL -- table and column names are ours, values are prepared.

/**
 * Turns rows into records, two queries for any number of them.
 */
final class User_Reader {

	/** `by` of a select need => column that holds the same folded value. */
	private const COLUMNS = array(
		'id'         => 'id',
		'userName'   => 'user_name',
		'externalId' => 'external_id',
		'objectId'   => 'object_id',
	);

	/** The strings of an account that `observed` remembers. */
	private const OBSERVED = array( 'user_email', 'first_name', 'last_name', 'display_name' );

	/**
	 * Live records after a position.
	 *
	 * @param string|null $by    `id`, `userName`, `externalId`, `objectId`, `email`; null for everybody.
	 * @param string|null $value What the column equals.
	 * @param int         $after Position before the first record.
	 * @param int         $limit Most records returned.
	 * @return list<array> Records, ascending by position.
	 */
	public static function select( ?string $by, ?string $value, int $after, int $limit ): array {
		global $wpdb;
		$table = User_Table::name();
		$from  = "$table s";
		$where = '';
		if ( 'email' === $by ) {
			// WordPress owns the address: the row's column is what SCIM said, the account's may be newer. Each has an index.
			$from = $wpdb->prepare(
				"(SELECT position FROM $table WHERE email = %s
				UNION SELECT t.position FROM {$wpdb->users} a JOIN $table t ON t.user_id = a.ID WHERE a.user_email = %s) m
				JOIN $table s ON s.position = m.position",
				$value,
				$value
			);
		} elseif ( null !== $by ) {
			if ( ! isset( self::COLUMNS[ $by ] ) ) {
				throw new \UnexpectedValueException( 'the engine selects by something that the store does not know' );
			}
			$where = $wpdb->prepare( 'AND s.' . self::COLUMNS[ $by ] . ' = %s', $value );
		}
		return self::records( $from, $where . $wpdb->prepare( ' AND s.position > %d ORDER BY s.position LIMIT %d', $after, $limit ) );
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
		$table   = User_Table::name();
		$records = array();
		$total   = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $table WHERE deleted IS NULL" );
		if ( $limit > 0 && $offset < $total ) {
			// The positions come out of an index; documents are read for the page alone.
			$page    = $wpdb->prepare( "(SELECT position FROM $table WHERE deleted IS NULL ORDER BY position LIMIT %d OFFSET %d) p", $limit, $offset );
			$records = self::records( "$page JOIN $table s ON s.position = p.position", 'ORDER BY s.position' );
		}
		return array(
			'total'   => $total,
			'records' => $records,
		);
	}

	/**
	 * One live record.
	 *
	 * @param string $id SCIM id.
	 * @return array|null
	 */
	public static function find( string $id ): ?array {
		return self::select( 'id', $id, 0, 1 )[0] ?? null;
	}

	/**
	 * The strings of a record that `observed` remembers, as JSON.
	 *
	 * @param array<string,mixed> $wordpress `wordpress` of a record.
	 */
	public static function observe( array $wordpress ): string {
		$strings = array();
		foreach ( self::OBSERVED as $key ) {
			$strings[ $key ] = $wordpress[ $key ];
		}
		return wp_json_encode( $strings, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE );
	}

	/**
	 * Runs a query and completes its rows.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared, after `WHERE s.deleted IS NULL`.
	 * @return list<array>
	 */
	private static function records( string $from, string $where ): array {
		global $wpdb;
		$rows = $wpdb->get_results(
			"SELECT s.position, s.id, s.user_id, s.version, s.created, s.modified, s.document, s.observed, u.user_email, u.display_name
			FROM $from JOIN {$wpdb->users} u ON u.ID = s.user_id WHERE s.deleted IS NULL $where"
		);
		if ( ! $rows ) {
			if ( '' !== $wpdb->last_error ) {
				throw Database_Error::thrown( $wpdb );
			}
			return array();
		}
		$meta = self::meta( array_map( 'intval', array_column( $rows, 'user_id' ) ) );
		return array_map( static fn( object $row ): array => self::record( $row, $meta[ (int) $row->user_id ] ?? array() ), $rows );
	}

	/**
	 * Meta of accounts.
	 *
	 * @param list<int> $user_ids User IDs.
	 * @return array<int,array<string,string>> User ID => key => first value.
	 */
	private static function meta( array $user_ids ): array {
		global $wpdb;
		$rows = $wpdb->get_results(
			$wpdb->prepare(
				"SELECT user_id, meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id IN (" . implode( ',', $user_ids ) . ') AND meta_key IN (%s, %s, %s) ORDER BY umeta_id DESC',
				'first_name',
				'last_name',
				Account_State::META
			)
		);
		$meta = array();
		foreach ( (array) $rows as $row ) {
			$meta[ (int) $row->user_id ][ $row->meta_key ] = (string) $row->meta_value;
		}
		return $meta;
	}

	/**
	 * A record of the contract with the engine.
	 *
	 * @param object               $row  Row with the account's columns.
	 * @param array<string,string> $meta The account's meta.
	 * @return array
	 */
	private static function record( object $row, array $meta ): array {
		return array(
			'position'  => (int) $row->position,
			'id'        => $row->id,
			'userId'    => (int) $row->user_id,
			'version'   => (int) $row->version,
			'created'   => (int) $row->created,
			'modified'  => (int) $row->modified,
			'document'  => $row->document,
			'observed'  => $row->observed ?? '{}',
			'wordpress' => array(
				'user_email'   => (string) $row->user_email,
				'first_name'   => $meta['first_name'] ?? '',
				'last_name'    => $meta['last_name'] ?? '',
				'display_name' => (string) $row->display_name,
				'active'       => ! isset( $meta[ Account_State::META ] ),
			),
		);
	}
}
