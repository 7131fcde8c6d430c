<?php
/**
 * Accounts that may not sign in.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps deactivated accounts out, by every way of signing in that WordPress has.
 *
 * Nothing of the account is taken away but its sessions: password, application passwords, roles and meta stay, so that
 * activating it again restores what it had.
 */
final class Account_State {

	/** User meta: present on deactivated accounts, its value is the time (UTC, ISO 8601). */
	public const META = 'scimpress_deactivated';

	private const ERROR = 'scimpress_deactivated';

	/**
	 * The account that wp_set_auth_cookie() is about to send cookies for.
	 *
	 * @var int|null
	 */
	private static ?int $receives_cookies = null;

	/**
	 * Whether the account may sign in.
	 *
	 * @param int $user_id User ID.
	 */
	public static function is_active( int $user_id ): bool {
		return ! metadata_exists( 'user', $user_id, self::META );
	}

	/**
	 * Shuts the account and ends its sessions at once.
	 *
	 * @param int $user_id User ID.
	 */
	public static function deactivate( int $user_id ): void {
		update_user_meta( $user_id, self::META, gmdate( 'Y-m-d\TH:i:s\Z' ) );
		\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
	}

	/**
	 * Opens the account again.
	 *
	 * @param int $user_id User ID.
	 */
	public static function activate( int $user_id ): void {
		delete_user_meta( $user_id, self::META );
	}

	/**
	 * Filter `authenticate`, after every other handler: forms, e-mail login, XML-RPC, wp_signon().
	 *
	 * Only somebody whom another handler has just authenticated learns that the account is deactivated. The filter
	 * `wp_authenticate_user` runs before the password is checked and would tell everybody, by text or by time.
	 *
	 * @param \WP_User|\WP_Error|null $user Outcome so far.
	 * @return \WP_User|\WP_Error|null
	 */
	public static function filter_authenticate( $user ) {
		return $user instanceof \WP_User && ! self::is_active( $user->ID ) ? self::error() : $user;
	}

	/**
	 * Action `wp_authenticate_application_password_errors`: the application password was right, the account is shut.
	 *
	 * @param \WP_Error $error Collects reasons to refuse.
	 * @param \WP_User  $user  Owner of the application password.
	 */
	public static function refuse_application_password( \WP_Error $error, \WP_User $user ): void {
		if ( ! self::is_active( $user->ID ) ) {
			$error->add( self::ERROR, self::message(), array( 'status' => 401 ) );
		}
	}

	/**
	 * Filter `determine_current_user`, last: cookies, application passwords and whatever other plugins recognise.
	 *
	 * @param int|false $user_id Who the request seems to come from.
	 * @return int|false
	 */
	public static function filter_current_user( $user_id ) {
		return $user_id && is_numeric( $user_id ) && ! self::is_active( (int) $user_id ) ? false : $user_id;
	}

	/**
	 * Filter `allow_password_reset`: no mail that leads nowhere.
	 *
	 * @param bool|\WP_Error $allow   Outcome so far.
	 * @param int            $user_id User ID.
	 * @return bool|\WP_Error
	 */
	public static function filter_password_reset( $allow, $user_id ) {
		return self::is_active( (int) $user_id ) ? $allow : false;
	}

	/**
	 * Action `set_auth_cookie`: remembers for whom. `send_auth_cookies` says so itself only since WordPress 6.2.
	 *
	 * @param string $cookie     Unused.
	 * @param int    $expire     Unused.
	 * @param int    $expiration Unused.
	 * @param int    $user_id    User ID.
	 */
	public static function note_cookie_owner( $cookie, $expire, $expiration, $user_id ): void {
		self::$receives_cookies = (int) $user_id;
	}

	/**
	 * Filter `send_auth_cookies`: plugins for single sign-on call wp_set_auth_cookie() without asking `authenticate`.
	 *
	 * @param bool $send Whether cookies are sent. Also asked when cookies are cleared.
	 */
	public static function filter_send_cookies( $send ): bool {
		$user_id                = self::$receives_cookies;
		self::$receives_cookies = null;
		if ( null === $user_id || self::is_active( $user_id ) ) {
			return (bool) $send;
		}
		// The session was made before this filter and would come alive when the account is activated again.
		\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
		return false;
	}

	/**
	 * The answer to a deactivated account that proved who it is.
	 */
	private static function error(): \WP_Error {
		return new \WP_Error( self::ERROR, self::message() );
	}

	/**
	 * What its owner reads.
	 */
	private static function message(): string {
		return __( 'This account is deactivated. Please contact your administrator.', 'scimpress' );
	}
}
