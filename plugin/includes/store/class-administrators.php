<?php
/**
 * Who may manage the site.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Account_State;
use Scimpress\Remembered_Roles;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- locking reads; WordPress has no function for them, and its caches would lose the race.

/**
 * Knows the accounts that may manage the site, and whether one of them would be left.
 */
final class Administrators {

	private const CAPABILITY = 'manage_options';

	/**
	 * Whether the account may manage the site, or could when it is activated again.
	 *
	 * @param int $user_id User ID.
	 */
	public static function includes( int $user_id ): bool {
		$user = get_userdata( $user_id );
		return $user && (
			user_can( $user, self::CAPABILITY )
			|| is_super_admin( $user_id )
			// A role that a deactivated account got by hand, or that comes back with it.
			|| ! empty( $user->allcaps[ self::CAPABILITY ] )
			|| Remembered_Roles::grants( Account_State::memory( $user_id ), self::CAPABILITY )
		);
	}

	/**
	 * Whether without this account nobody who can sign in could manage the site.
	 *
	 * Of the others it holds the first who can until the transaction ends: two requests that take the last two administrators
	 * at once cannot both find the other one.
	 *
	 * @param int $user_id User ID.
	 */
	public static function is_last( int $user_id ): bool {
		if ( ! Account_State::is_active( $user_id ) || ! self::includes( $user_id ) ) {
			return false;
		}
		if ( is_multisite() ) {
			// They manage every site of the network.
			if ( array_filter( array_diff( get_super_admins(), array( get_userdata( $user_id )->user_login ) ), 'username_exists' ) ) {
				return false;
			}
			if ( is_super_admin( $user_id ) ) {
				return true;
			}
		}
		foreach ( self::candidates( $user_id ) as $candidate ) {
			if ( self::manages_now( $candidate ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Stops before the site would be left without anybody who can manage it.
	 *
	 * @param int $user_id User ID of an account that is about to lose its rights.
	 * @throws Failure `protected`.
	 */
	public static function keep_one( int $user_id ): void {
		if ( self::is_last( $user_id ) ) {
			throw new Failure( 'protected', 'this is the last account that may manage the site; give another account an administrator\'s role in wordpress first' );
		}
	}

	/**
	 * Accounts that seem to manage the site.
	 *
	 * @param int $but User ID of one that does not count.
	 * @return \Generator<int> User IDs.
	 */
	private static function candidates( int $but ): \Generator {
		global $wpdb;
		$names = array( self::CAPABILITY );
		foreach ( wp_roles()->roles as $slug => $role ) {
			if ( ! empty( $role['capabilities'][ self::CAPABILITY ] ) ) {
				$names[] = (string) $slug;
			}
		}
		$likes = implode( ' OR ', array_map( static fn( string $name ): string => $wpdb->prepare( 'meta_value LIKE %s', '%' . $wpdb->esc_like( "\"$name\"" ) . '%' ), $names ) );
		$rows  = Query::rows( $wpdb->prepare( "SELECT user_id FROM $wpdb->usermeta WHERE meta_key = %s AND user_id <> %d", $wpdb->get_blog_prefix() . 'capabilities', $but ) . " AND ($likes) ORDER BY user_id" );
		foreach ( $rows as $row ) {
			yield (int) $row->user_id;
		}
	}

	/**
	 * Whether an account may manage the site, as the database has it now, whatever this transaction has seen before.
	 *
	 * @param int $user_id User ID.
	 */
	private static function manages_now( int $user_id ): bool {
		global $wpdb;
		$rows = Query::rows(
			$wpdb->prepare(
				"SELECT m.meta_key, m.meta_value FROM $wpdb->usermeta m JOIN $wpdb->users u ON u.ID = m.user_id WHERE m.user_id = %d AND m.meta_key IN (%s, %s) FOR UPDATE",
				$user_id,
				$wpdb->get_blog_prefix() . 'capabilities',
				Account_State::meta_key()
			)
		);
		$meta = array_column( $rows, 'meta_value', 'meta_key' );
		if ( isset( $meta[ Account_State::meta_key() ] ) ) {
			return false;
		}
		$capabilities = maybe_unserialize( $meta[ $wpdb->get_blog_prefix() . 'capabilities' ] ?? '' );
		return Remembered_Roles::grants(
			array(
				'roles'        => array(),
				'capabilities' => $capabilities,
			),
			self::CAPABILITY
		);
	}
}
