<?php
/**
 * Accounts out of reach.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps provisioning away from accounts that may manage the site, and from those that its administrator listed: an identity
 * provider must not be a way to take a site over.
 */
final class Protection {

	/**
	 * Stops at a protected account.
	 *
	 * @param int $user_id User ID.
	 * @throws Failure `protected`.
	 */
	public static function guard( int $user_id ): void {
		if ( self::is_protected( $user_id ) ) {
			throw new Failure( 'protected', 'this account may manage the site or is protected, and is not changed by provisioning' );
		}
	}

	/**
	 * Whether SCIM must neither link nor change nor delete an account, nor the list of users deactivate it.
	 *
	 * @param int $user_id User ID.
	 */
	public static function is_protected( int $user_id ): bool {
		/**
		 * Filters the accounts that SCIM never links, changes or deletes, whatever they may do on the site.
		 *
		 * @param list<int> $user_ids User IDs; by default those that the administrator listed under Settings → Scimpress.
		 */
		$listed = (array) apply_filters( 'scimpress_protected_users', Settings::protected_users() );
		if ( in_array( $user_id, array_map( 'intval', $listed ), true ) ) {
			return true;
		}
		if ( ! self::manages_a_site( $user_id ) ) {
			return false;
		}
		/**
		 * Filters whether SCIM may link, change or delete an account that may manage the site, and whether other administrators
		 * may deactivate it in the list of users. The last one stays in any case, see Administrators.
		 *
		 * @param bool $allow   Default false.
		 * @param int  $user_id User ID.
		 */
		return true !== apply_filters( 'scimpress_allow_administrators', false, $user_id );
	}

	/**
	 * Whether an account manages this site, the network or another site of it: whoever may change its address may sign in to
	 * all of them.
	 *
	 * @param int $user_id User ID.
	 */
	private static function manages_a_site( int $user_id ): bool {
		if ( Administrators::includes( $user_id ) ) {
			return true;
		}
		foreach ( is_multisite() ? array_keys( get_blogs_of_user( $user_id ) ) : array() as $site ) {
			switch_to_blog( $site );
			try {
				if ( Administrators::includes( $user_id ) ) {
					return true;
				}
			} finally {
				restore_current_blog();
			}
		}
		return false;
	}
}
