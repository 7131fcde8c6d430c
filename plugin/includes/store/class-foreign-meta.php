<?php
/**
 * User meta of sign-in plugins, on accounts that SCIM does not manage.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers whether an account that SCIM does not manage has an object id or a user principal name.
 *
 * No index covers the values of user meta: a search reads every row of the key, and SCIM itself gives each of its users one.
 * So the search is spared while there is nothing to find. Other plugins' writes are noticed at once; what was written past
 * WordPress's functions is, within a day.
 */
final class Foreign_Meta {

	public const OPTION = 'scimpress_foreign_meta';

	public const OBJECT_ID = 'aadObjectId';
	public const UPN       = 'userPrincipalName';

	private const KEYS = array( self::OBJECT_ID, self::UPN );

	/**
	 * The keys worth a search. Not inside a transaction: its answer is kept for all requests.
	 *
	 * @param bool $keep Whether it is kept.
	 * @return list<string>
	 */
	public static function keys( bool $keep = true ): array {
		$known = self::known();
		if ( null === $known ) {
			$known = array_values( array_filter( self::KEYS, array( self::class, 'exists' ) ) );
			if ( $keep ) {
				self::remember( $known );
			}
		}
		return $known;
	}

	/**
	 * What accounts have, as the database says it.
	 *
	 * @param list<int> $user_ids User IDs.
	 * @return array<int,array<string,string>> User ID => key => first value.
	 */
	public static function of( array $user_ids ): array {
		global $wpdb;
		// phpcs:disable WordPress.DB.PreparedSQL -- a list of integers.
		$rows = Query::rows(
			$wpdb->prepare(
				"SELECT user_id, meta_key, meta_value FROM {$wpdb->usermeta}
				WHERE user_id IN (" . implode( ',', $user_ids ) . ') AND meta_key IN (%s, %s) ORDER BY umeta_id DESC',
				self::OBJECT_ID,
				self::UPN
			)
		);
		// phpcs:enable
		$meta = array();
		foreach ( $rows as $row ) {
			$meta[ (int) $row->user_id ][ $row->meta_key ] = trim( (string) $row->meta_value );
		}
		return $meta;
	}

	/**
	 * Actions `added_user_meta` and `updated_user_meta`.
	 *
	 * @param int    $meta_id Unused.
	 * @param int    $user_id User ID.
	 * @param string $key     Meta key.
	 */
	public static function note( $meta_id, $user_id, $key ): void {
		if ( ! in_array( $key, self::KEYS, true ) || Transaction::is_open() ) {
			return;
		}
		$known = self::known();
		if ( null !== $known && ! in_array( $key, $known, true ) && ! User_Table::manages( (int) $user_id ) ) {
			self::remember( array( ...$known, $key ) );
		}
	}

	/**
	 * Forgets the answer; the next create looks again.
	 */
	public static function forget(): void {
		delete_option( self::OPTION );
	}

	/**
	 * The keys that were found, null when nobody looked for a day.
	 *
	 * @return list<string>|null
	 */
	private static function known(): ?array {
		$stored = get_option( self::OPTION );
		$fresh  = is_array( $stored ) && is_array( $stored['keys'] ?? null ) && ( $stored['time'] ?? 0 ) > time() - DAY_IN_SECONDS;
		return $fresh ? array_values( array_intersect( self::KEYS, $stored['keys'] ) ) : null;
	}

	/**
	 * Keeps the answer.
	 *
	 * @param list<string> $keys Keys that were found.
	 */
	private static function remember( array $keys ): void {
		update_option(
			self::OPTION,
			array(
				'time' => time(),
				'keys' => $keys,
			)
		);
	}

	/**
	 * Whether an account that SCIM does not manage has the meta.
	 *
	 * @param string $key Meta key.
	 */
	private static function exists( string $key ): bool {
		global $wpdb;
		// phpcs:disable WordPress.DB.PreparedSQL -- the name of our own table.
		return (bool) Query::rows(
			$wpdb->prepare(
				"SELECT m.umeta_id FROM {$wpdb->usermeta} m JOIN {$wpdb->users} u ON u.ID = m.user_id LEFT JOIN " . User_Table::name() . ' s ON s.user_id = m.user_id
				WHERE m.meta_key = %s AND s.position IS NULL LIMIT 1',
				$key
			)
		);
		// phpcs:enable
	}
}
