<?php
/**
 * Networks of sites.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * What the network decides, and the sites of it that a person is a member of.
 *
 * Every site has its own endpoint, token and settings. What SCIM or an administrator does on one site stays there, unless the
 * network says otherwise.
 */
final class Network {

	/** Option of the network. */
	public const OPTION = 'scimpress_network';

	/** Who may decide. */
	public const CAPABILITY = 'manage_network_options';

	private const DEFAULTS = array(
		'deactivate' => false,
		'delete'     => false,
	);

	/**
	 * Whether deactivating an account concerns all sites of the network that it is a member of.
	 */
	public static function deactivates_everywhere(): bool {
		return is_multisite() && self::all()['deactivate'];
	}

	/**
	 * Whether deleting an account concerns all sites of the network that it is a member of.
	 */
	public static function deletes_everywhere(): bool {
		return is_multisite() && self::all()['delete'];
	}

	/**
	 * What the network decides; each true for all sites and false for the one alone.
	 *
	 * @return array{deactivate: bool, delete: bool}
	 */
	public static function all(): array {
		$stored = get_site_option( self::OPTION );
		$stored = is_array( $stored ) ? $stored : array();
		return array_map( 'boolval', array_merge( self::DEFAULTS, array_intersect_key( $stored, self::DEFAULTS ) ) );
	}

	/**
	 * Stores what the network decides.
	 *
	 * @param array<string,bool> $changes Keys of all().
	 */
	public static function update( array $changes ): void {
		update_site_option( self::OPTION, array_map( 'boolval', array_intersect_key( $changes, self::DEFAULTS ) ) + self::all() );
	}

	/**
	 * The other sites that an account is a member of.
	 *
	 * @param int  $user_id User ID.
	 * @param bool $all     Whether archived sites and the like count, where nobody can sign in.
	 * @return list<int> Site IDs; none without a network.
	 */
	public static function other_sites( int $user_id, bool $all ): array {
		return is_multisite() ? array_values( array_diff( array_keys( get_blogs_of_user( $user_id, $all ) ), array( get_current_blog_id() ) ) ) : array();
	}

	/**
	 * Does something on another site.
	 *
	 * @template T
	 * @param int           $site Site ID.
	 * @param callable(): T $work What to do there.
	 * @return T
	 */
	public static function on( int $site, callable $work ) {
		switch_to_blog( $site );
		try {
			return $work();
		} finally {
			restore_current_blog();
		}
	}
}
