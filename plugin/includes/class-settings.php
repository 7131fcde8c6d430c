<?php
/**
 * What the administrator decides.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * The settings, with wp-config.php above the database.
 */
final class Settings {

	public const OPTION = 'scimpress_settings';

	/** Constant in wp-config.php that replaces the setting. */
	public const ENABLED_CONSTANT = 'SCIMPRESS_ENABLED';

	/** Constants in wp-config.php that replace the settings of the lanes. */
	public const FAST_LANE_CONSTANT      = 'SCIMPRESS_FAST_LANE';
	public const MAX_CONCURRENT_CONSTANT = 'SCIMPRESS_MAX_CONCURRENT';

	/** Most SCIM requests at once that a site may set: more than any PHP has workers. */
	public const MOST_CONCURRENT = 256;

	public const DEACTIVATE = 'deactivate';
	public const DELETE     = 'delete';

	public const STRICT   = 'strict';
	public const ADDITIVE = 'additive';

	/** By what a new user may be found to have an account already; each is a setting of its own. */
	public const MATCH_OBJECT_ID = 'match_object_id';
	public const MATCH_UPN       = 'match_user_principal_name';
	public const MATCH_LOGIN     = 'match_login';
	public const MATCH_EMAIL     = 'match_email';

	private const MATCHES = array( self::MATCH_OBJECT_ID, self::MATCH_UPN, self::MATCH_LOGIN, self::MATCH_EMAIL );

	private const DEFAULTS = array(
		'enabled'             => false,
		'default_role'        => 'subscriber',
		'on_delete'           => self::DEACTIVATE,
		'reassign_to'         => 0,
		'welcome_mail'        => false,
		'welcome_subject'     => '',
		'welcome_body'        => '',
		'members_replace'     => self::STRICT,
		'ignore_passwords'    => false,
		'fast_lane'           => true,
		'max_concurrent'      => 0,
		'addresses_move'      => false,
		self::MATCH_OBJECT_ID => true,
		self::MATCH_UPN       => true,
		self::MATCH_LOGIN     => true,
		self::MATCH_EMAIL     => true,
	);

	/** Setting: user IDs of protected accounts. */
	private const PROTECTED_USERS = 'protected_users';

	/**
	 * What was stored when somebody asked last, and what it means.
	 *
	 * @var array{mixed, array<string,mixed>}|null
	 */
	private static ?array $sanitized = null;

	/** Characters of the welcome mail's subject and text; the settings are loaded with every page. */
	public const MAX_SUBJECT = 200;
	public const MAX_BODY    = 5000;

	/**
	 * Whether provisioning is switched on. A constant that is no boolean switches it off.
	 */
	public static function enabled(): bool {
		return self::is_enabled_constant() ? true === constant( self::ENABLED_CONSTANT ) : self::all()['enabled'];
	}

	/**
	 * Whether wp-config.php decides about `enabled`.
	 */
	public static function is_enabled_constant(): bool {
		return defined( self::ENABLED_CONSTANT );
	}

	/**
	 * Role of new users; an empty string (no role) when the site has no harmless role left.
	 */
	public static function default_role(): string {
		$roles = self::assignable_roles();
		$role  = self::all()['default_role'];
		if ( isset( $roles[ $role ] ) ) {
			return $role;
		}
		return isset( $roles['subscriber'] ) ? 'subscriber' : '';
	}

	/**
	 * Roles that an identity provider may hand out: none that manages the site or provisioning. What the current user may choose
	 * of them is Capability::roles_to_hand_out().
	 *
	 * @return array<string,string> Slug => translated name.
	 */
	public static function assignable_roles(): array {
		$roles = array();
		foreach ( wp_roles()->roles as $slug => $role ) {
			if ( Capability::is_harmless( (array) $role['capabilities'] ) ) {
				$roles[ (string) $slug ] = translate_user_role( $role['name'] );
			}
		}
		return $roles;
	}

	/**
	 * What DELETE does: DEACTIVATE or DELETE.
	 */
	public static function on_delete(): string {
		return self::all()['on_delete'];
	}

	/**
	 * User ID that inherits the content of deleted users, 0 when none is chosen.
	 */
	public static function reassign_to(): int {
		return self::all()['reassign_to'];
	}

	/**
	 * Whether new users get a mail with the link that sets a password.
	 */
	public static function welcome_mail(): bool {
		return self::all()['welcome_mail'];
	}

	/**
	 * The welcome mail's subject and text with placeholders, see Welcome_Mail; an empty one is WordPress's own.
	 *
	 * @return array{subject: string, body: string}
	 */
	public static function welcome_template(): array {
		$settings = self::all();
		return array(
			'subject' => $settings['welcome_subject'],
			'body'    => $settings['welcome_body'],
		);
	}

	/**
	 * Whether replacing the members of a group only adds them.
	 */
	public static function members_additive(): bool {
		return self::ADDITIVE === self::all()['members_replace'];
	}

	/**
	 * Whether passwords that clients send are passed over, on a site where nobody signs in with one.
	 */
	public static function ignore_passwords(): bool {
		return self::all()['ignore_passwords'];
	}

	/**
	 * Whether SCIM requests are answered before WordPress has loaded what they don't need. A constant that is no boolean
	 * switches it off.
	 */
	public static function fast_lane(): bool {
		return defined( self::FAST_LANE_CONSTANT ) ? true === constant( self::FAST_LANE_CONSTANT ) : self::all()['fast_lane'];
	}

	/**
	 * Whether the site's addresses change after `plugins_loaded`, so that the fast lane does not know them. It notices by itself.
	 */
	public static function addresses_move(): bool {
		return self::all()['addresses_move'];
	}

	/**
	 * Most SCIM requests that this server answers at once, 0 for no limit. A constant that is no whole number from 0 to
	 * MOST_CONCURRENT is as if it were not there.
	 */
	public static function max_concurrent(): int {
		return self::is_max_concurrent_constant() ? constant( self::MAX_CONCURRENT_CONSTANT ) : self::all()['max_concurrent'];
	}

	/**
	 * Whether wp-config.php decides about `max_concurrent`, with a limit that can be kept.
	 */
	public static function is_max_concurrent_constant(): bool {
		$limit = defined( self::MAX_CONCURRENT_CONSTANT ) ? constant( self::MAX_CONCURRENT_CONSTANT ) : null;
		return is_int( $limit ) && $limit >= 0 && $limit <= self::MOST_CONCURRENT;
	}

	/**
	 * By what a new user may be found to have an account already.
	 *
	 * @return list<string> Of the MATCH_ constants.
	 */
	public static function matches(): array {
		return array_keys( array_filter( array_intersect_key( self::all(), array_flip( self::MATCHES ) ) ) );
	}

	/**
	 * Accounts that the administrator put out of SCIM's reach.
	 *
	 * @return list<int> User IDs.
	 */
	public static function protected_users(): array {
		return self::all()[ self::PROTECTED_USERS ];
	}

	/**
	 * All stored settings.
	 *
	 * @return array{enabled: bool, default_role: string, on_delete: string, reassign_to: int, welcome_mail: bool, welcome_subject: string, welcome_body: string, members_replace: string, ignore_passwords: bool, fast_lane: bool, max_concurrent: int, addresses_move: bool, protected_users: list<int>, match_object_id: bool, match_user_principal_name: bool, match_login: bool, match_email: bool}
	 */
	public static function all(): array {
		$stored = get_option( self::OPTION, array() );
		// A request asks half a dozen times, and sanitising takes longer than all else that is asked for.
		if ( null === self::$sanitized || $stored !== self::$sanitized[0] ) {
			self::$sanitized = array( $stored, self::sanitize( is_array( $stored ) ? $stored : array() ) );
		}
		return self::$sanitized[1];
	}

	/**
	 * Stores settings.
	 *
	 * @param array<string,mixed> $changes Unslashed values; keys that are absent keep their value.
	 */
	public static function update( array $changes ): void {
		update_option( self::OPTION, self::sanitize( array_merge( self::all(), $changes ) ) );
	}

	/**
	 * What is wrong with the constants of wp-config.php, a sentence each.
	 *
	 * @return list<string>
	 */
	public static function warnings(): array {
		$warnings = array();
		if ( self::is_enabled_constant() && ! is_bool( constant( self::ENABLED_CONSTANT ) ) ) {
			/* translators: %s: name of a constant. */
			$warnings[] = sprintf( __( '%s in wp-config.php is neither true nor false, so provisioning is switched off.', 'scimpress' ), self::ENABLED_CONSTANT );
		}
		if ( defined( self::FAST_LANE_CONSTANT ) && ! is_bool( constant( self::FAST_LANE_CONSTANT ) ) ) {
			/* translators: %s: name of a constant. */
			$warnings[] = sprintf( __( '%s in wp-config.php is neither true nor false, so the fast lane is switched off.', 'scimpress' ), self::FAST_LANE_CONSTANT );
		}
		if ( defined( self::MAX_CONCURRENT_CONSTANT ) && ! self::is_max_concurrent_constant() ) {
			/* translators: 1: name of a constant, 2: a number. */
			$warnings[] = sprintf( __( '%1$s in wp-config.php is no whole number from 0 to %2$d, so it limits nothing.', 'scimpress' ), self::MAX_CONCURRENT_CONSTANT, self::MOST_CONCURRENT );
		}
		if ( Tokens::is_constant() && ! Tokens::is_constant_valid() ) {
			/* translators: %s: name of a constant. */
			$warnings[] = sprintf( __( '%s in wp-config.php is not a SHA-256 digest of 64 lower-case hexadecimal digits, so no token is accepted.', 'scimpress' ), Tokens::CONSTANT );
		}
		return $warnings;
	}

	/**
	 * Turns anything into settings.
	 *
	 * @param array<string,mixed> $values Values from the database or from a form.
	 * @return array{enabled: bool, default_role: string, on_delete: string, reassign_to: int, welcome_mail: bool, welcome_subject: string, welcome_body: string, members_replace: string, ignore_passwords: bool, fast_lane: bool, max_concurrent: int, addresses_move: bool, protected_users: list<int>, match_object_id: bool, match_user_principal_name: bool, match_login: bool, match_email: bool}
	 */
	private static function sanitize( array $values ): array {
		$protected = array_filter( array_map( 'absint', (array) ( $values[ self::PROTECTED_USERS ] ?? array() ) ) );
		$values    = array_merge( self::DEFAULTS, array_filter( array_intersect_key( $values, self::DEFAULTS ), 'is_scalar' ) );
		$sanitized = array(
			'enabled'             => (bool) $values['enabled'],
			'default_role'        => sanitize_text_field( (string) $values['default_role'] ),
			'on_delete'           => self::DELETE === $values['on_delete'] ? self::DELETE : self::DEACTIVATE,
			'reassign_to'         => absint( $values['reassign_to'] ),
			'welcome_mail'        => (bool) $values['welcome_mail'],
			'welcome_subject'     => mb_substr( trim( str_replace( "\n", ' ', self::plain( (string) $values['welcome_subject'] ) ) ), 0, self::MAX_SUBJECT ),
			'welcome_body'        => mb_substr( trim( self::plain( (string) $values['welcome_body'] ) ), 0, self::MAX_BODY ),
			'members_replace'     => self::ADDITIVE === $values['members_replace'] ? self::ADDITIVE : self::STRICT,
			'ignore_passwords'    => (bool) $values['ignore_passwords'],
			'fast_lane'           => (bool) $values['fast_lane'],
			'max_concurrent'      => min( absint( $values['max_concurrent'] ), self::MOST_CONCURRENT ),
			'addresses_move'      => (bool) $values['addresses_move'],
			self::PROTECTED_USERS => array_values( array_unique( $protected ) ),
		);
		foreach ( self::MATCHES as $match ) {
			$sanitized[ $match ] = (bool) $values[ $match ];
		}
		return $sanitized;
	}

	/**
	 * Plain text with lines: sanitize_textarea_field() would eat `<` and percent-encoded addresses, which are text here.
	 *
	 * @param string $text Any text.
	 */
	private static function plain( string $text ): string {
		return (string) preg_replace( '/[^\P{C}\n\t]/u', '', str_replace( array( "\r\n", "\r" ), "\n", wp_check_invalid_utf8( $text ) ) );
	}
}
