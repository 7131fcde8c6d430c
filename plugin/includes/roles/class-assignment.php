<?php
/**
 * From granted roles to those of an account.
 *
 * @package Scimpress
 */

namespace Scimpress\Roles;

use Scimpress\Account_State;
use Scimpress\Settings;
use Scimpress\Store\Administrators;
use Scimpress\Store\Failure;
use Scimpress\Store\Hooks;

defined( 'ABSPATH' ) || exit;

/**
 * Gives accounts the roles that rules grant, as the scenario of the site says.
 *
 * No rule gives a role that may manage the site. Callers keep protected accounts away, see Store\Protection.
 */
final class Assignment {

	/**
	 * Brings the roles of an account in line, with the hooks around it, if that is a change. One that is deactivated has no
	 * roles; they are put away and come back with it, and then the rules are applied.
	 *
	 * @param Hooks             $hooks   Hooks of the write.
	 * @param int               $user_id User ID.
	 * @param list<string>|null $granted Roles that the rules grant, in their order; null when the site has no rules.
	 * @param bool              $fresh   Whether the account has its roles only because it has just been made.
	 * @return bool Whether that was a change.
	 * @throws Failure    When nobody could manage the site any more.
	 * @throws \Throwable What a hook throws.
	 */
	public static function apply( Hooks $hooks, int $user_id, ?array $granted, bool $fresh = false ): bool {
		if ( null === $granted || ! Account_State::is_active( $user_id ) ) {
			return false;
		}
		$rules = Rule_Set::of_site();
		$user  = get_userdata( $user_id );
		$roles = $user && is_user_member_of_blog( $user_id ) ? self::target( $user, $granted, $rules, $fresh ) : null;
		if ( null === $roles ) {
			return false;
		}
		if ( array_diff( $user->roles, $roles ) ) {
			Administrators::keep_one( $user_id );
		}
		$hooks->around( 'roles_change', $user_id, static fn() => self::give( $user, $roles, Rule_Set::REPLACE === $rules->scenario ) );
		return true;
	}

	/**
	 * The roles that an account should have.
	 *
	 * @param \WP_User     $user    The account.
	 * @param list<string> $granted Roles that the rules grant, in their order.
	 * @param Rule_Set     $rules   The rules.
	 * @param bool         $fresh   Whether the account has its roles only because it has just been made.
	 * @return list<string>|null Null when it has them already, in whatever order.
	 */
	public static function target( \WP_User $user, array $granted, Rule_Set $rules, bool $fresh = false ): ?array {
		$default = Settings::default_role();
		$default = '' === $default ? array() : array( $default );
		$granted = array_values( array_intersect( array_unique( $granted ), array_map( 'strval', array_keys( Settings::assignable_roles() ) ) ) );
		$now     = array_values( $user->roles );
		$roles   = match ( $rules->scenario ) {
			Rule_Set::ADD     => array_merge( $now, $granted ),
			Rule_Set::REPLACE => $granted,
			Rule_Set::MAPPED  => array_merge( array_diff( $now, $rules->roles(), $fresh ? $default : array() ), $granted ),
		};
		$roles = array_values( array_unique( $roles ) );
		if ( ! $roles && Rule_Set::ADD !== $rules->scenario ) {
			$roles = $default;
		}
		return array_diff( $roles, $now ) || array_diff( $now, $roles ) ? $roles : null;
	}

	/**
	 * Gives an account roles, through WordPress, for the hooks of other plugins.
	 *
	 * @param \WP_User     $user  The account.
	 * @param list<string> $roles All that it is to have.
	 * @param bool         $anew  Whether they come in this order; the first one is the one that WordPress shows.
	 */
	private static function give( \WP_User $user, array $roles, bool $anew ): void {
		if ( $anew || ! array_intersect( $user->roles, $roles ) ) {
			$user->set_role( $roles[0] ?? '' );
		}
		// First what comes, so that nobody is without a role in between.
		foreach ( array_diff( $roles, $user->roles ) as $role ) {
			$user->add_role( $role );
		}
		foreach ( array_diff( $user->roles, $roles ) as $role ) {
			$user->remove_role( $role );
		}
	}
}
