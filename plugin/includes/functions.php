<?php
/**
 * Functions for other plugins.
 *
 * @package Scimpress
 */

defined( 'ABSPATH' ) || exit;

if ( ! function_exists( 'scimpress_get_user_by_object_id' ) ) {
	/**
	 * Finds the user that Microsoft Entra ID knows by an object id, for plugins that sign users in with Microsoft.
	 *
	 * The answer comes from an indexed table, not from user meta, and costs the same on sites of every size.
	 *
	 * Deactivated users are returned too: a caller who got null might take them for new and make a second account.
	 * They cannot sign in: `authenticate` refuses them, wp_set_auth_cookie() sends them no cookie and no request runs as
	 * them. To tell them so, pass the user through the filter before signing in:
	 *
	 *     $user = apply_filters( 'authenticate', scimpress_get_user_by_object_id( $object_id ), '', '' );
	 *     if ( is_wp_error( $user ) ) { … show $user->get_error_message() … }
	 *
	 * Users whom SCIM deleted by deactivating them are returned as well, for the same reason.
	 *
	 * @since 0.1.0
	 *
	 * @param string $object_id Entra object id (GUID), in any case.
	 * @return WP_User|null Null when no provisioned user has this object id.
	 */
	function scimpress_get_user_by_object_id( string $object_id ): ?WP_User {
		$user_id = Scimpress\Store\User_Table::user_id_of_object( strtolower( trim( $object_id ) ) );
		$user    = null === $user_id ? false : get_userdata( $user_id );
		return $user instanceof WP_User ? $user : null;
	}
}
