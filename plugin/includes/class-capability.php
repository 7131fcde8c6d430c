<?php
/**
 * Who decides about provisioning.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * The capability `manage_scimpress`. Whoever may manage the site has it without being given it: nothing is stored with roles, so
 * there is nothing to add on the sites of a network, to lose with a restored role, or to take out on uninstall. Roles and
 * accounts that are given it by hand have it too; a denial by hand counts.
 */
final class Capability {

	public const NAME = 'manage_scimpress';

	/** Whoever has it manages the site. */
	private const SITE = 'manage_options';

	/**
	 * Filter `user_has_cap`, behind other plugins that give or take `manage_options`, and before Account_State takes everything
	 * from a deactivated account.
	 *
	 * @param array<string,bool> $capabilities What the account may do.
	 * @return array<string,bool>
	 */
	public static function filter_capabilities( $capabilities ): array {
		$capabilities = (array) $capabilities;
		if ( ! empty( $capabilities[ self::SITE ] ) && ! isset( $capabilities[ self::NAME ] ) ) {
			$capabilities[ self::NAME ] = true;
		}
		return $capabilities;
	}

	/**
	 * Whether a role may be handed out by an identity provider: it neither manages the site nor decides about provisioning.
	 *
	 * @param array<string,bool> $capabilities Capabilities of the role.
	 */
	public static function is_harmless( array $capabilities ): bool {
		return empty( $capabilities[ self::SITE ] ) && empty( $capabilities[ self::NAME ] );
	}

	/**
	 * Roles that the current user may let an identity provider hand out. Who may not give roles in WordPress either chooses among
	 * those that can do nothing that he cannot: a user made with his own token must not be more than he is.
	 *
	 * @return array<string,string> Slug => translated name.
	 */
	public static function roles_to_hand_out(): array {
		$roles = Settings::assignable_roles();
		if ( current_user_can( 'promote_users' ) ) {
			return $roles;
		}
		$mine = array_filter( wp_get_current_user()->allcaps );
		return array_filter(
			$roles,
			static fn( string $slug ): bool => array() === array_diff_key( array_filter( get_role( $slug )->capabilities ?? array() ), $mine ),
			ARRAY_FILTER_USE_KEY
		);
	}
}
