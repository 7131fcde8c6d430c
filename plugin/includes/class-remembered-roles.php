<?php
/**
 * What a deactivated account was allowed to do.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Takes roles and single capabilities away from an account on the current site, and gives them back as they were.
 *
 * A memory is `array{roles: list<string>, capabilities: array<string,bool>}`: the roles that the site had then, and the
 * account's capabilities as WordPress keeps them, roles among them, granted and denied ones, in their order.
 */
final class Remembered_Roles {

	/**
	 * What there is to remember.
	 *
	 * @param \WP_User $user The account.
	 * @return array{roles: list<string>, capabilities: array<string,bool>}
	 */
	public static function of( \WP_User $user ): array {
		return array(
			'roles'        => array_values( $user->roles ),
			'capabilities' => (array) $user->caps,
		);
	}

	/**
	 * Takes everything away. The account stays a user of the site: on a network an account whose capabilities are gone, rather
	 * than empty, is no member any more.
	 *
	 * @param \WP_User $user The account.
	 */
	public static function take( \WP_User $user ): void {
		if ( $user->roles ) {
			$user->set_role( '' );
		}
		// Single capabilities; and what plugins hand to whoever has no role, which nobody has decided about this account.
		$left = get_userdata( $user->ID );
		if ( $left && $left->caps ) {
			self::write( $left, array() );
		}
	}

	/**
	 * Gives back what was remembered, without roles that the site has lost since; the default role stands in when none is left.
	 *
	 * Whoever has got a role or a capability meanwhile keeps that instead: it is what an administrator decided last.
	 *
	 * @param \WP_User $user   The account.
	 * @param mixed    $memory What of() returned; anything else gives nothing back.
	 */
	public static function give_back( \WP_User $user, $memory ): void {
		$capabilities = self::capabilities( $memory );
		if ( $user->caps || ! $capabilities ) {
			return;
		}
		$left         = self::coming_back( $memory );
		$lost         = array_filter( self::roles( $memory ), static fn( string $role ): bool => ! wp_roles()->is_role( $role ) );
		$capabilities = array_diff_key( $capabilities, array_flip( $lost ) );
		if ( $left && array_diff( $left, self::roles( $memory ) ) ) {
			$capabilities = array( $left[0] => true ) + $capabilities;
		}

		// Through WordPress, for the hooks of other plugins.
		foreach ( $left as $position => $role ) {
			if ( 0 === $position ) {
				$user->set_role( $role );
			} else {
				$user->add_role( $role );
			}
		}
		if ( $user->caps !== $capabilities ) {
			self::write( $user, $capabilities );
		}
	}

	/**
	 * The roles that an account without any would get back: those that the site still has, or the default role for them.
	 *
	 * @param mixed $memory What of() returned; anything else gives nothing back.
	 * @return list<string>
	 */
	public static function coming_back( $memory ): array {
		$roles = self::roles( $memory );
		$left  = array_values( array_filter( $roles, static fn( string $role ): bool => wp_roles()->is_role( $role ) ) );
		return $roles && ! $left && '' !== Settings::default_role() ? array( Settings::default_role() ) : $left;
	}

	/**
	 * The roles of a memory.
	 *
	 * @param mixed $memory A memory.
	 * @return list<string>
	 */
	private static function roles( $memory ): array {
		$capabilities = self::capabilities( $memory );
		return $capabilities ? array_values( array_intersect( array_filter( $memory['roles'], 'is_string' ), array_keys( $capabilities ) ) ) : array();
	}

	/**
	 * Whether a memory holds a capability, by a role as the site defines it now or by itself.
	 *
	 * @param mixed  $memory     What of() returned.
	 * @param string $capability Name of a capability.
	 */
	public static function grants( $memory, string $capability ): bool {
		$granted = array();
		foreach ( self::capabilities( $memory ) as $name => $grant ) {
			$role = get_role( (string) $name );
			// As WP_User::get_role_caps(): a role counts by its name alone, and what is granted or denied by itself comes last.
			$granted = array_merge( $granted, $role ? (array) $role->capabilities : array() );
		}
		$granted = array_merge( $granted, self::capabilities( $memory ) );
		return ! empty( $granted[ $capability ] );
	}

	/**
	 * The capabilities of a memory. User meta may have been written by anybody.
	 *
	 * @param mixed $memory A memory.
	 * @return array<string,bool>
	 */
	private static function capabilities( $memory ): array {
		return is_array( $memory ) && is_array( $memory['roles'] ?? null ) && is_array( $memory['capabilities'] ?? null ) ? $memory['capabilities'] : array();
	}

	/**
	 * Stores capabilities as they are.
	 *
	 * @param \WP_User           $user         The account.
	 * @param array<string,bool> $capabilities The capabilities.
	 */
	private static function write( \WP_User $user, array $capabilities ): void {
		update_user_meta( $user->ID, $user->cap_key, $capabilities );
		$user->caps = $capabilities;
		$user->get_role_caps();
		$user->update_user_level_from_caps();
	}
}
