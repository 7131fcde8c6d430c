<?php
/**
 * Users who go.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Network;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Deletes accounts. On a network an account leaves the site, and goes altogether with the last one that it is a member of.
 */
final class Departure {

	/**
	 * Deletes an account, from this site or from all. Its content goes to the user whom the administrator of each site chose.
	 *
	 * @param int $user_id User ID.
	 * @throws Failure When nobody could manage a site any more, it owns content that nobody inherits, or a plugin refuses.
	 */
	public static function delete( int $user_id ): void {
		$left = self::leave( $user_id );
		foreach ( self::sites_to_leave( $user_id ) as $site ) {
			$left = $left && Network::on( $site, static fn(): bool => self::leave( $user_id ) );
		}
		if ( is_multisite() && $left && ! get_blogs_of_user( $user_id, true ) ) {
			// On a network wp_delete_user() only ends the membership.
			require_once ABSPATH . 'wp-admin/includes/ms.php';
			$left = wpmu_delete_user( $user_id );
		}
		if ( ! $left || ( ! is_multisite() && get_userdata( $user_id ) ) ) {
			throw new Failure( 'refused', 'wordpress did not delete the user' );
		}
	}

	/**
	 * The other sites that the account goes from, too: all when the network says so and the SCIM client of none of them knows
	 * the person, else none.
	 *
	 * @param int $user_id User ID.
	 * @return list<int> Site IDs.
	 */
	private static function sites_to_leave( int $user_id ): array {
		$sites = Network::deletes_everywhere() ? Network::other_sites( $user_id, true ) : array();
		foreach ( $sites as $site ) {
			if ( Network::on( $site, static fn(): bool => User_Table::serves( $user_id ) ) ) {
				return array();
			}
		}
		return $sites;
	}

	/**
	 * Deletes the account from the current site.
	 *
	 * @param int $user_id User ID.
	 * @return bool Whether WordPress did it.
	 * @throws Failure When nobody could manage the site any more, or the account owns content that nobody inherits.
	 */
	private static function leave( int $user_id ): bool {
		Administrators::keep_one( $user_id );
		$heir = Settings::reassign_to();
		if ( ! $heir || $heir === $user_id || ! get_userdata( $heir ) || ( is_multisite() && ! is_user_member_of_blog( $heir ) ) ) {
			if ( self::owns_content( $user_id ) ) {
				$site = is_multisite() ? ' of the site ' . home_url() : '';
				throw new Failure( 'no_reassign_target', "the user owns content$site, and no user is chosen in wordpress under settings, scimpress to inherit it" );
			}
			$heir = null;
		}
		require_once ABSPATH . 'wp-admin/includes/user.php';
		require_once ABSPATH . 'wp-admin/includes/bookmark.php';
		return (bool) wp_delete_user( $user_id, $heir );
	}

	/**
	 * Whether deleting the account without an heir would delete or orphan anything on the current site.
	 *
	 * @param int $user_id User ID.
	 */
	private static function owns_content( int $user_id ): bool {
		global $wpdb;
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- WordPress has no function that looks at all types and at links.
		return null !== $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_author = %d AND post_status <> 'auto-draft' LIMIT 1", $user_id ) )
			|| null !== $wpdb->get_var( $wpdb->prepare( "SELECT link_id FROM $wpdb->links WHERE link_owner = %d LIMIT 1", $user_id ) );
		// phpcs:enable
	}
}
