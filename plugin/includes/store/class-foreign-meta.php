<?php
/**
 * User meta of sign-in plugins.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * Finds accounts by the object id and the user principal name that a sign-in plugin has given them.
 *
 * No index of WordPress covers the values of user meta: a search reads every row of the key, and SCIM itself gives each of its users one.
 * A single administrator who signs in with Microsoft, and whom SCIM does not manage, made each create of a large site take a second.
 * So a table of our own has them. Writes by WordPress's functions reach it at once; what was written past these, and before the plugin
 * came, does when all accounts have been looked at: a part with every create, once a day. Until that has happened once, the meta is searched.
 */
final class Foreign_Meta {

	/** How far the look at all accounts is; an option of the network. */
	public const OPTION = 'scimpress_foreign_meta';

	public const OBJECT_ID = 'aadObjectId';
	public const UPN       = 'userPrincipalName';

	/** Keys by their numbers in the table. */
	public const KINDS = array(
		0 => self::OBJECT_ID,
		1 => self::UPN,
	);

	/** User IDs that are looked at together. */
	private const STEP = 5000;

	/** Seconds that a create spends on looking: while it has to search the meta, and when a day has passed. */
	private const FIRST = 1.0;
	private const AGAIN = 0.02;

	/**
	 * Whether the table has everybody; looks on if it should. Not inside a transaction.
	 *
	 * @param bool $look Whether it may look on, which writes.
	 */
	public static function is_indexed( bool $look = true ): bool {
		$state = self::state();
		if ( $look && $state['done'] <= time() - DAY_IN_SECONDS ) {
			try {
				$state = self::look( $state, $state['done'] ? self::AGAIN : self::FIRST );
				update_site_option( self::OPTION, $state );
			} catch ( \RuntimeException ) {
				// Somebody holds a lock, say. A create does without; the next one looks again.
				return $state['done'] > 0;
			}
		}
		return $state['done'] > 0;
	}

	/**
	 * A query for the accounts that may have one of the values.
	 *
	 * @param array<string,string> $values  Meta key => folded value; at least one.
	 * @param bool                 $indexed As is_indexed() says.
	 * @return string SQL whose rows are ID, user_login and user_email.
	 */
	public static function query( array $values, bool $indexed ): string {
		global $wpdb;
		$kinds = array_intersect( self::KINDS, array_keys( $values ) );
		// phpcs:disable WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQLPlaceholders -- names of tables; as many placeholders as values.
		if ( $indexed ) {
			$digests = array_map( static fn( int $kind, string $key ): string => Foreign_Meta_Table::digest( $kind, $values[ $key ] ), array_keys( $kinds ), $kinds );
			return $wpdb->prepare(
				'SELECT u.ID, u.user_login, u.user_email FROM ' . Foreign_Meta_Table::name() . " f JOIN {$wpdb->users} u ON u.ID = f.user_id WHERE f.digest IN (" . Query::placeholders( $digests ) . ')',
				$digests
			);
		}
		$parts = array_map(
			static fn( string $key ): string => $wpdb->prepare(
				"SELECT u.ID, u.user_login, u.user_email FROM {$wpdb->usermeta} m JOIN {$wpdb->users} u ON u.ID = m.user_id WHERE m.meta_key = %s AND m.meta_value = %s",
				$key,
				$values[ $key ]
			),
			$kinds
		);
		// phpcs:enable
		return implode( ' UNION ', $parts );
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
	 * Actions `added_user_meta`, `updated_user_meta` and `deleted_user_meta`.
	 *
	 * @param mixed  $meta_id Unused.
	 * @param int    $user_id User ID.
	 * @param string $key     Meta key.
	 * @throws \Throwable When the database refuses, inside a transaction of ours.
	 */
	public static function note( $meta_id, $user_id, $key ): void {
		$kind = array_search( $key, self::KINDS, true );
		if ( false === $kind || ! $user_id || ! self::is_wanted() ) {
			return;
		}
		if ( ! Requirements::met() ) {
			self::forget();
			return;
		}
		try {
			Foreign_Meta_Table::put( (int) $user_id, $kind, self::of( array( (int) $user_id ) )[ (int) $user_id ][ $key ] ?? null );
		} catch ( \Throwable $thrown ) {
			if ( Transaction::is_open() ) {
				throw $thrown;
			}
			// Another plugin writes; that ours cannot is found within a day.
			return;
		}
	}

	/**
	 * Meta of a new account that was written past the actions.
	 *
	 * @param int          $user_id User ID.
	 * @param list<string> $keys    Meta keys.
	 */
	public static function note_new( int $user_id, array $keys ): void {
		foreach ( array_intersect( $keys, self::KINDS ) as $key ) {
			self::note( 0, $user_id, $key );
		}
	}

	/**
	 * Forgets what was looked at; the next create begins anew.
	 */
	public static function forget(): void {
		delete_site_option( self::OPTION );
	}

	/**
	 * Whether what is written now is looked for. On a single site nobody looks for whom SCIM manages, and it is SCIM that writes in its
	 * transactions; on a network the next site may.
	 */
	private static function is_wanted(): bool {
		return is_multisite() || ! Transaction::is_open();
	}

	/**
	 * Looks at accounts.
	 *
	 * @param array{done: int, after: int} $state   How far that is.
	 * @param float                        $seconds After which no further accounts are looked at.
	 * @return array{done: int, after: int} How far it is then.
	 */
	private static function look( array $state, float $seconds ): array {
		$end = microtime( true ) + $seconds;
		do {
			$last = self::last_of_step( $state['after'] );
			foreach ( array_chunk( self::unmanaged( $state['after'], $last ), Query::CHUNK ) as $user_ids ) {
				Foreign_Meta_Table::correct( $user_ids, array_map( array( self::class, 'numbered' ), self::of( $user_ids ) ) );
			}
			if ( null === $last ) {
				return array(
					'done'  => time(),
					'after' => 0,
				);
			}
			$state['after'] = $last;
		} while ( microtime( true ) < $end );
		return $state;
	}

	/**
	 * The last of the accounts that are looked at together.
	 *
	 * @param int $after User ID before the first.
	 * @return int|null User ID, null when they are the last ones.
	 */
	private static function last_of_step( int $after ): ?int {
		global $wpdb;
		$rows = Query::rows( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} WHERE ID > %d ORDER BY ID LIMIT 1 OFFSET %d", $after, self::STEP - 1 ) );
		return $rows ? (int) $rows[0]->ID : null;
	}

	/**
	 * Accounts that belong into the table.
	 *
	 * @param int      $after User ID before the first.
	 * @param int|null $last  The last user ID, null for all that follow.
	 * @return list<int> User IDs.
	 */
	private static function unmanaged( int $after, ?int $last ): array {
		global $wpdb;
		// phpcs:disable WordPress.DB.PreparedSQL -- the name of our own table.
		list( $join, $where ) = is_multisite() ? array( '', '' ) : array( ' LEFT JOIN ' . User_Table::name() . ' s ON s.user_id = u.ID', ' AND s.position IS NULL' );
		$rows                 = Query::rows( $wpdb->prepare( "SELECT u.ID FROM {$wpdb->users} u$join WHERE u.ID > %d AND u.ID <= %d$where", $after, $last ?? PHP_INT_MAX ) );
		// phpcs:enable
		return array_map( 'intval', array_column( $rows, 'ID' ) );
	}

	/**
	 * Meta by the numbers of its keys.
	 *
	 * @param array<string,string> $meta Values by meta key.
	 * @return array<int,string>
	 */
	private static function numbered( array $meta ): array {
		$kinds = array_intersect( self::KINDS, array_keys( $meta ) );
		return array_map( static fn( string $key ): string => $meta[ $key ], $kinds );
	}

	/**
	 * How far the look at all accounts is.
	 *
	 * @return array{done: int, after: int} When all were looked at, seconds since the epoch, 0 for never; and the last user ID of this time.
	 */
	private static function state(): array {
		$stored = get_site_option( self::OPTION );
		return array(
			'done'  => (int) ( is_array( $stored ) ? $stored['done'] ?? 0 : 0 ),
			'after' => (int) ( is_array( $stored ) ? $stored['after'] ?? 0 : 0 ),
		);
	}
}
