<?php
/**
 * Creates that cross on two sites of a network.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- locks of the database server; WordPress has no function for them.

/**
 * Lets one create at a time look for a person and make the account.
 *
 * On one site unique keys decide. Two sites have a table each, share the accounts, and the database takes two accounts with one
 * login name: both creates would meet nobody and make one. SQLite has one writer at a time and needs no lock.
 */
final class Network_Lock {

	/** Seconds to wait for a create of the same person on another site. */
	private const SECONDS = 10;

	/**
	 * Does a create while no other site of the network creates a person of the same names.
	 *
	 * @template T
	 * @param array         $need A create need.
	 * @param callable(): T $work Looks and creates, in a transaction that begins behind the lock.
	 * @return T
	 * @throws Failure `busy` when the other create did not end in time.
	 */
	public static function around( array $need, callable $work ) {
		global $wpdb;
		if ( ! is_multisite() || Database_Error::is_sqlite( $wpdb ) ) {
			return $work();
		}
		$names = self::names( $need );
		try {
			foreach ( $names as $name ) {
				if ( '1' !== $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', $name, self::SECONDS ) ) ) {
					throw new Failure( 'busy', 'another site of the network creates this person, and did not end' );
				}
			}
			return $work();
		} finally {
			foreach ( $names as $name ) {
				$wpdb->query( $wpdb->prepare( 'DO RELEASE_LOCK(%s)', $name ) );
			}
		}
	}

	/**
	 * Names of the locks: by whatever an account could be found, in an order in which two creates do not wait for each other.
	 *
	 * @param array $need A create need.
	 * @return list<string> Up to 64 characters each.
	 */
	private static function names( array $need ): array {
		global $wpdb;
		$keys  = array( $need['userName'], $need['objectId'], $need['login']['preferred'], $need['wordpress']['user_email'] ?? null );
		$keys  = array_unique( array_map( static fn( string $key ): string => mb_strtolower( $key, 'UTF-8' ), array_filter( $keys, 'is_string' ) ) );
		$names = array_map( static fn( string $key ): string => 'scimpress-' . md5( "$wpdb->dbname $wpdb->base_prefix $key" ), $keys );
		sort( $names );
		return $names;
	}
}
