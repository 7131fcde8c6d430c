<?php
/**
 * The table by which accounts are found by their user meta.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Engine;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.PreparedSQL.InterpolatedNotPrepared, WordPress.DB.PreparedSQL.NotPrepared -- names of tables, and numbers.

/**
 * A row for each key of Foreign_Meta that an account has. On a single site those are left out that SCIM itself wrote, since it knows whom it
 * manages; on a network the next site does not. One table a network, as WordPress has one of user meta.
 *
 * A digest says enough to find somebody; who was found is compared by the meta itself. So a row too many does no harm.
 */
final class Foreign_Meta_Table extends Table {

	protected const NAME = 'scimpress_foreign_meta';

	public const DEFINITION = 'user_id bigint(20) unsigned NOT NULL,
kind tinyint(3) unsigned NOT NULL,
digest char(32) $exact NOT NULL,
PRIMARY KEY  (user_id, kind),
KEY digest (digest)';

	/**
	 * Name of the table, the same on all sites of a network.
	 */
	public static function name(): string {
		global $wpdb;
		return $wpdb->base_prefix . self::NAME;
	}

	/**
	 * A value as the table has it.
	 *
	 * @param int    $kind  Number of the key.
	 * @param string $value The value, in any case.
	 */
	public static function digest( int $kind, string $value ): string {
		return substr( hash( 'sha256', "$kind\0" . Engine::fold( $value ) ), 0, 32 );
	}

	/**
	 * What an account has under a key from now on.
	 *
	 * @param int         $user_id User ID.
	 * @param int         $kind    Number of the key.
	 * @param string|null $value   The value, null for none.
	 */
	public static function put( int $user_id, int $kind, ?string $value ): void {
		global $wpdb;
		if ( null === $value ) {
			Query::write( $wpdb->prepare( 'DELETE FROM ' . self::name() . ' WHERE user_id = %d AND kind = %d', $user_id, $kind ) );
			return;
		}
		$digest = self::digest( $kind, $value );
		Query::write( $wpdb->prepare( 'INSERT INTO ' . self::name() . ' (user_id, kind, digest) VALUES (%d, %d, %s) ON DUPLICATE KEY UPDATE digest = %s', $user_id, $kind, $digest, $digest ) );
	}

	/**
	 * Removes the rows of an account.
	 *
	 * @param int $user_id User ID.
	 */
	public static function drop( int $user_id ): void {
		global $wpdb;
		Query::write( $wpdb->prepare( 'DELETE FROM ' . self::name() . ' WHERE user_id = %d', $user_id ) );
	}

	/**
	 * Corrects the rows of some accounts. What somebody else writes at the same time is newer, and stays.
	 *
	 * @param list<int>                       $user_ids User IDs, at most Query::CHUNK.
	 * @param array<int,array<string,string>> $values   User ID => number of the key => value, as it was read.
	 */
	public static function correct( array $user_ids, array $values ): void {
		global $wpdb;
		$has = array();
		foreach ( Query::rows( 'SELECT user_id, kind, digest FROM ' . self::name() . ' WHERE user_id IN (' . implode( ', ', $user_ids ) . ')' ) as $row ) {
			$has[ (int) $row->user_id ][ (int) $row->kind ] = $row->digest;
		}
		$missing = array();
		foreach ( $values as $user_id => $of_user ) {
			foreach ( $of_user as $kind => $value ) {
				$digest = self::digest( $kind, $value );
				$old    = $has[ $user_id ][ $kind ] ?? null;
				if ( null === $old ) {
					$missing[] = $wpdb->prepare( '(%d, %d, %s)', $user_id, $kind, $digest );
				} elseif ( $old !== $digest ) {
					Query::write( $wpdb->prepare( 'UPDATE ' . self::name() . ' SET digest = %s WHERE user_id = %d AND kind = %d AND digest = %s', $digest, $user_id, $kind, $old ) );
				}
			}
		}
		foreach ( array_chunk( $missing, Query::CHUNK ) as $tuples ) {
			Query::write( 'INSERT IGNORE INTO ' . self::name() . ' (user_id, kind, digest) VALUES ' . implode( ', ', $tuples ) );
		}
	}
}
