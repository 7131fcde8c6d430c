<?php
/**
 * The WordPress account behind a SCIM user.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Account_State;
use Scimpress\Network;
use Scimpress\Attributes\Mapped_Attributes;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Writes accounts through WordPress's own functions, so that every hook of every plugin sees what it expects.
 */
final class Account {

	/** Keys of `wordpress` in a need that are user meta, as Microsoft sign-in plugins look for them. */
	private const META = array( 'userPrincipalName', 'aadObjectId' );

	/** Keys of `wordpress` in a need that wp_update_user() takes. */
	public const FIELDS = array( 'user_email', 'first_name', 'last_name', 'display_name' );

	/** Characters of `user_email` and `display_name` in the database; wpdb refuses longer values and WordPress does not notice. */
	private const MAX_EMAIL        = 100;
	private const MAX_DISPLAY_NAME = 250;

	/**
	 * Makes an account.
	 *
	 * @param Transaction|null    $transaction Surrounds the write; none in a rehearsal, which ends before it.
	 * @param string              $login       Free login name.
	 * @param array<string,mixed> $values      `wordpress` of a create need.
	 * @param array<string,mixed> $mapped      Mapped attributes, see Mapped_Attributes::filtered().
	 * @return int User ID.
	 * @throws Failure When WordPress refuses.
	 */
	public static function create( ?Transaction $transaction, string $login, array $values, array $mapped = array() ): int {
		$meta = array_intersect_key( $values, array_flip( self::META ) ) + Mapped_Attributes::meta( $mapped );
		$note = static function ( $meta, $user ) use ( $transaction ) {
			$transaction?->touch( $user->ID );
			return $meta;
		};
		// The first hook that knows the new ID; a later one may throw.
		add_filter( 'insert_user_meta', $note, PHP_INT_MIN, 2 );
		$counts = User_Count::put_off( $transaction );
		try {
			return Password::with_hash(
				$values['password'] ?? null,
				static fn( string $password ): int => self::saved(
					static fn() => Meta_Buffer::around(
						static fn() => wp_insert_user(
							wp_slash(
								self::fields( $values ) + Mapped_Attributes::fields( $mapped ) + array(
									'user_login' => $login,
									'user_pass'  => $password,
									'role'       => Settings::default_role(),
									'meta_input' => array_filter( $meta, static fn( $value ): bool => null !== $value ),
								)
							)
						)
					)
				)
			);
		} finally {
			remove_filter( 'insert_user_meta', $note, PHP_INT_MIN );
			$counts();
		}
	}

	/**
	 * Changes an account.
	 *
	 * @param int                 $user_id User ID.
	 * @param array<string,mixed> $values  The keys of `wordpress` that change; aadObjectId null removes the meta, password null
	 *                                     gives the account one that nobody knows.
	 * @param array<string,mixed> $mapped  Mapped attributes, see Mapped_Attributes::filtered().
	 * @return bool Whether a field or a mapped attribute was written.
	 * @throws Failure When WordPress refuses.
	 */
	public static function update( int $user_id, array $values, array $mapped = array() ): bool {
		$user   = $mapped ? get_userdata( $user_id ) : false;
		$fields = self::fields( $values ) + ( $user ? Mapped_Attributes::fields( $mapped, $user ) : array() );
		$save   = static fn( array $fields ): int => self::saved( static fn() => wp_update_user( wp_slash( $fields + array( 'ID' => $user_id ) ) ) );
		if ( array_key_exists( 'password', $values ) && ! Password::is_of( $user_id, $values['password'] ) ) {
			Password::with_hash( $values['password'], static fn( string $password ): int => $save( $fields + array( 'user_pass' => $password ) ) );
		} elseif ( $fields ) {
			$save( $fields );
		}
		foreach ( array_intersect_key( $values, array_flip( self::META ) ) as $key => $value ) {
			if ( null === $value ) {
				delete_user_meta( $user_id, $key );
			} else {
				update_user_meta( $user_id, $key, wp_slash( $value ) );
			}
		}
		return Mapped_Attributes::write( $user_id, Mapped_Attributes::meta( $mapped ) ) || array() !== $fields;
	}

	/**
	 * The strings of an account that SCIM attributes map to, as they are.
	 *
	 * @param int $user_id User ID.
	 * @return array<string,string> Keys as in FIELDS.
	 */
	public static function strings( int $user_id ): array {
		$user = get_userdata( $user_id );
		return array(
			'user_email'   => (string) $user->data->user_email,
			'first_name'   => (string) get_user_meta( $user_id, 'first_name', true ),
			'last_name'    => (string) get_user_meta( $user_id, 'last_name', true ),
			'display_name' => (string) $user->data->display_name,
		);
	}

	/**
	 * Opens or shuts an account, with the hooks around it, if that is a change.
	 *
	 * @param Hooks $hooks   Hooks of the write.
	 * @param int   $user_id User ID.
	 * @param bool  $active  Whether it may sign in.
	 * @return bool Whether that was a change.
	 * @throws Failure When nobody could manage the site any more.
	 */
	public static function set_active( Hooks $hooks, int $user_id, bool $active ): bool {
		if ( Account_State::is_active( $user_id ) === $active ) {
			return false;
		}
		if ( $active ) {
			$hooks->around( 'reactivate', $user_id, static fn() => Account_State::activate( $user_id ) );
		} else {
			self::keep_administrators( $user_id );
			$hooks->around( 'deactivate', $user_id, static fn() => Account_State::deactivate( $user_id ) );
		}
		return true;
	}

	/**
	 * Stops before a site is left without anybody who can manage it: this one, and those where the account is deactivated with it.
	 *
	 * @param int $user_id User ID.
	 * @throws Failure `protected`.
	 */
	public static function keep_administrators( int $user_id ): void {
		Administrators::keep_one( $user_id );
		foreach ( Network::deactivates_everywhere() ? Network::other_sites( $user_id, true ) : array() as $site ) {
			Network::on( $site, static fn() => Administrators::keep_one( $user_id ) );
		}
	}

	/**
	 * Makes an account a member of this site; one that has no role here gets the default one. Not while it is deactivated: then
	 * it would be a role that somebody gave by hand, and those of before would not come back.
	 *
	 * @param int $user_id User ID.
	 * @throws Failure When a plugin refuses.
	 */
	public static function join( int $user_id ): void {
		if ( is_multisite() && ! is_user_member_of_blog( $user_id ) ) {
			$joined = add_user_to_blog( get_current_blog_id(), $user_id, Settings::default_role() );
			if ( is_wp_error( $joined ) ) {
				throw self::failure( $joined );
			}
		}
		$user = get_userdata( $user_id );
		if ( $user && ! $user->roles && Account_State::is_active( $user_id ) && '' !== Settings::default_role() ) {
			$user->set_role( Settings::default_role() );
		}
	}

	/**
	 * Filter `wp_pre_insert_user_data`: the values are what the database gets, after the filters of all plugins.
	 *
	 * @param array $data Columns of the users table.
	 * @return array
	 * @throws Failure When the e-mail address is too long to be stored.
	 */
	public static function fit( $data ) {
		if ( is_array( $data ) && mb_strlen( (string) ( $data['user_email'] ?? '' ) ) > self::MAX_EMAIL ) {
			throw new Failure( 'refused', 'wordpress stores e-mail addresses of up to ' . self::MAX_EMAIL . ' characters' );
		}
		if ( isset( $data['display_name'] ) ) {
			$data['display_name'] = mb_substr( $data['display_name'], 0, self::MAX_DISPLAY_NAME );
		}
		return $data;
	}

	/**
	 * The fields of the account in a need.
	 *
	 * @param array<string,mixed> $values `wordpress` of a need.
	 * @return array<string,string>
	 */
	private static function fields( array $values ): array {
		return array_intersect_key( $values, array_flip( self::FIELDS ) );
	}

	/**
	 * Saves an account without mails, and turns what WordPress says against it into a failure.
	 *
	 * @param callable(): (int|\WP_Error) $save wp_insert_user() or wp_update_user().
	 * @return int User ID.
	 * @throws Failure When WordPress refuses.
	 */
	private static function saved( callable $save ): int {
		add_filter( 'send_email_change_email', '__return_false', PHP_INT_MAX );
		add_filter( 'send_password_change_email', '__return_false', PHP_INT_MAX );
		add_filter( 'wp_pre_insert_user_data', array( self::class, 'fit' ), PHP_INT_MAX );
		try {
			$saved = $save();
		} finally {
			remove_filter( 'send_email_change_email', '__return_false', PHP_INT_MAX );
			remove_filter( 'send_password_change_email', '__return_false', PHP_INT_MAX );
			remove_filter( 'wp_pre_insert_user_data', array( self::class, 'fit' ), PHP_INT_MAX );
		}
		if ( is_wp_error( $saved ) ) {
			throw self::failure( $saved );
		}
		if ( ! $saved ) {
			throw new Failure( 'refused', 'wordpress did not save the user' );
		}
		return (int) $saved;
	}

	/**
	 * A refusal of WordPress as a failure.
	 *
	 * @param \WP_Error $error What wp_insert_user() or another function returned.
	 */
	private static function failure( \WP_Error $error ): Failure {
		$detail = trim( html_entity_decode( wp_strip_all_tags( $error->get_error_message(), true ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ) );
		return new Failure(
			match ( $error->get_error_code() ) {
				'existing_user_email' => 'email_exists',
				'existing_user_login' => 'login_exists',
				default               => 'refused',
			},
			$detail
		);
	}
}
