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
 * Turns rows into records: one query for one of them, two for any number.
 */
final class User_Reader extends Reader {

	protected const LIVE = 's.deleted IS NULL';

	protected const NARROW = 'USE INDEX (deleted)';

	/** The strings of an account that `observed` remembers. */
	private const OBSERVED = array( 'user_email', 'first_name', 'last_name', 'display_name' );

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
	 * Name of the table.
	 */
	protected static function table(): string {
		return User_Table::name();
	}

	/**
	 * Conditions on its rows.
	 */
	protected static function condition(): Condition {
		return new Condition( User_Table::name(), Condition::USER );
	}

	/**
	 * Runs a query and completes its rows.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared condition, order and limit; of live rows.
	 * @return list<array>
	 */
	protected static function records( string $from, string $where ): array {
		$rows = Query::rows( self::query( $from, '', $where ) );
		if ( ! $rows ) {
			return array();
		}
		$meta = self::meta( array_map( 'intval', array_column( $rows, 'user_id' ) ) );
		return array_map( static fn( object $row ): array => self::record( $row, $meta[ (int) $row->user_id ] ?? array() ), $rows );
	}

	/**
	 * Runs a query that finds one row at most, and completes it. The row comes once with each of the account's meta: a second query
	 * would take longer than that.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared condition; of a live row.
	 * @param bool   $plain Whether the condition is one for Query::plain_rows().
	 * @return list<array>
	 */
	protected static function record_of( string $from, string $where, bool $plain ): array {
		global $wpdb;
		$query = self::query( $from, "LEFT JOIN {$wpdb->usermeta} m ON m.user_id = u.ID AND m.meta_key IN " . self::keys(), $where, ', m.umeta_id, m.meta_key, m.meta_value' );
		$rows  = $plain ? Query::plain_rows( $query ) : Query::rows( $query );
		if ( ! $rows ) {
			return array();
		}
		// Here, because the database would make a temporary table for it. The first value of a key counts.
		usort( $rows, static fn( object $one, object $other ): int => $other->umeta_id <=> $one->umeta_id );
		return array( self::record( $rows[0], array_map( 'strval', array_column( $rows, 'meta_value', 'meta_key' ) ) ) );
	}

	/**
	 * The query of rows with what is the account's.
	 *
	 * @param string $from   Tables; the row is `s`.
	 * @param string $join   Another table, `u` being the account.
	 * @param string $where  Prepared condition, order and limit; of live rows.
	 * @param string $select Columns of the other table.
	 */
	private static function query( string $from, string $join, string $where, string $select = '' ): string {
		global $wpdb;
		// Who is in no group, as most are while a site has none, need not be looked up there.
		$grouped = 'EXISTS (SELECT 1 FROM ' . Membership_Table::name() . ' g WHERE g.is_group = ' . Membership_Table::USER . ' AND g.member_position = s.position)';
		// All columns: SQLite's driver takes a tenth of a millisecond for each that is named.
		return "SELECT s.*, u.user_email, u.display_name, $grouped AS grouped$select FROM $from JOIN {$wpdb->users} u ON u.ID = s.user_id $join WHERE " . self::LIVE . " AND $where";
	}

	/**
	 * The keys of the meta that records are made of, as SQL.
	 */
	private static function keys(): string {
		global $wpdb;
		return $wpdb->prepare( '(%s, %s, %s)', 'first_name', 'last_name', Account_State::meta_key() );
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
			"SELECT user_id, meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id IN (" . implode( ',', $user_ids ) . ') AND meta_key IN ' . self::keys() . ' ORDER BY umeta_id DESC'
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
			'inGroups'  => (bool) (int) $row->grouped,
			'wordpress' => array(
				'user_email'   => (string) $row->user_email,
				'first_name'   => $meta['first_name'] ?? '',
				'last_name'    => $meta['last_name'] ?? '',
				'display_name' => (string) $row->display_name,
				'active'       => ! isset( $meta[ Account_State::meta_key() ] ),
			),
		);
	}
}
