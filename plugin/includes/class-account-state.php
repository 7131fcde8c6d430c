<?php
/**
 * Accounts that may not sign in.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps deactivated accounts out, by every way of signing in that WordPress has, and takes what they may do.
 *
 * Passwords, application passwords and meta stay, and roles are remembered, so that activating it again restores what it
 * had. All of it concerns the current site, unless the network decides otherwise. WordPress knows sessions and mailed reset keys
 * of a whole network only: they end with the last site where the account is active, and until then a site that has shut it
 * takes no notice of them.
 */
final class Account_State {

	private const META = 'scimpress_deactivated';

	private const ERROR = 'scimpress_deactivated';

	/**
	 * The account that wp_set_auth_cookie() is about to send cookies for, and its new session.
	 *
	 * @var array{0: int, 1: string}|null
	 */
	private static ?array $receives_cookies = null;

	/**
	 * User meta on accounts that are deactivated on a site: the time (`since`; UTC, ISO 8601), the site where it was decided if
	 * that is another one (`by`; site ID), and what Remembered_Roles keeps.
	 *
	 * @param int|null $site Site ID; null for the current one.
	 */
	public static function meta_key( ?int $site = null ): string {
		global $wpdb;
		return $wpdb->get_blog_prefix( $site ) . self::META;
	}

	/**
	 * Whether the account may sign in.
	 *
	 * @param int $user_id User ID.
	 */
	public static function is_active( int $user_id ): bool {
		return ! metadata_exists( 'user', $user_id, self::meta_key() );
	}

	/**
	 * Shuts the account and takes its roles, on this site or on all that it is a member of. A second time changes nothing.
	 *
	 * @param int $user_id User ID.
	 */
	public static function deactivate( int $user_id ): void {
		$here = get_current_blog_id();
		self::shut( $user_id );
		foreach ( Network::deactivates_everywhere() ? Network::other_sites( $user_id, true ) : array() as $site ) {
			Network::on( $site, static fn() => self::shut( $user_id, $here ) );
		}
		$user = get_userdata( $user_id );
		if ( $user && ! self::is_active( $user_id ) && ! self::is_active_elsewhere( $user_id ) ) {
			self::void_reset_key( $user );
			\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
		}
	}

	/**
	 * Opens the account again and gives its roles back; also on the sites that deactivate() has shut with this one. There a site
	 * whose own SCIM client manages the account decides for itself.
	 *
	 * @param int $user_id User ID.
	 */
	public static function activate( int $user_id ): void {
		$here = get_current_blog_id();
		self::open( $user_id );
		foreach ( Network::other_sites( $user_id, true ) as $site ) {
			$by = get_user_meta( $user_id, self::meta_key( $site ), true )['by'] ?? null;
			if ( $here === $by ) {
				Network::on( $site, static fn() => Store\User_Table::serves( $user_id ) || self::open( $user_id ) );
			}
		}
	}

	/**
	 * Shuts the account on the current site.
	 *
	 * @param int      $user_id User ID.
	 * @param int|null $by      ID of the site where that was decided; null when it is this one.
	 */
	private static function shut( int $user_id, ?int $by = null ): void {
		// What another request has just written must not be remembered, or forgotten, from before.
		wp_cache_delete( $user_id, 'user_meta' );
		$user = get_userdata( $user_id );
		if ( ! $user || ! self::is_active( $user_id ) ) {
			return;
		}
		$memory = array( 'since' => gmdate( 'Y-m-d\TH:i:s\Z' ) ) + Remembered_Roles::of( $user ) + array_filter( array( 'by' => $by ) );
		update_user_meta( $user_id, self::meta_key(), wp_slash( $memory ) );
		Remembered_Roles::take( $user );
	}

	/**
	 * Opens the account on the current site.
	 *
	 * @param int $user_id User ID.
	 */
	private static function open( int $user_id ): void {
		wp_cache_delete( $user_id, 'user_meta' );
		$memory = self::memory( $user_id );
		$user   = get_userdata( $user_id );
		delete_user_meta( $user_id, self::meta_key() );
		if ( $user ) {
			Remembered_Roles::give_back( $user, $memory );
		}
	}

	/**
	 * Whether the account may sign in on another site of the network.
	 *
	 * @param int $user_id User ID.
	 */
	private static function is_active_elsewhere( int $user_id ): bool {
		foreach ( Network::other_sites( $user_id, false ) as $site ) {
			if ( ! metadata_exists( 'user', $user_id, self::meta_key( $site ) ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Action `remove_user_from_blog`: WordPress takes the roles of a member who goes, and leaves our meta. Whoever is added
	 * again later starts anew.
	 *
	 * @param int $user_id User ID; the current site is the one that is left.
	 */
	public static function forget( $user_id ): void {
		delete_user_meta( (int) $user_id, self::meta_key() );
	}

	/**
	 * What activating the account would give back, if it gave back everything.
	 *
	 * @param int $user_id User ID.
	 * @return mixed A memory of Remembered_Roles, or nothing of the kind.
	 */
	public static function memory( int $user_id ) {
		return get_user_meta( $user_id, self::meta_key(), true );
	}

	/**
	 * Activates every account of the current site, in batches: the plugin goes.
	 */
	public static function activate_all(): void {
		global $wpdb;
		$after = 0;
		do {
			// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- by an index, and in an order that an account which cannot be saved does not hold up.
			$rows = $wpdb->get_results( $wpdb->prepare( "SELECT umeta_id, user_id FROM $wpdb->usermeta WHERE meta_key = %s AND umeta_id > %d ORDER BY umeta_id LIMIT 500", self::meta_key(), $after ) );
			foreach ( $rows as $row ) {
				$after = (int) $row->umeta_id;
				self::open( (int) $row->user_id );
				wp_cache_delete( (int) $row->user_id, 'users' );
				wp_cache_delete( (int) $row->user_id, 'user_meta' );
			}
		} while ( $rows );
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
	 * Action `auth_redirect`: WordPress lets a good cookie into wp-admin without asking `determine_current_user`, and every page
	 * would load for nobody. The account goes to the form, which says why; its cookies are those of the whole network and stay.
	 *
	 * @param int $user_id Whose cookie it is.
	 */
	public static function refuse_admin( $user_id ): void {
		if ( ! self::is_active( (int) $user_id ) ) {
			nocache_headers();
			wp_safe_redirect( wp_login_url( admin_url() ) );
			exit;
		}
	}

	/**
	 * Action `set_auth_cookie`: remembers for whom. `send_auth_cookies` says so itself only since WordPress 6.2.
	 *
	 * @param string $cookie     Unused.
	 * @param int    $expire     Unused.
	 * @param int    $expiration Unused.
	 * @param int    $user_id    User ID.
	 * @param string $scheme     Unused.
	 * @param string $session    Token of the session.
	 */
	public static function note_cookie_owner( $cookie, $expire, $expiration, $user_id, $scheme = '', $session = '' ): void {
		self::$receives_cookies = array( (int) $user_id, (string) $session );
	}

	/**
	 * Filter `send_auth_cookies`: plugins for single sign-on call wp_set_auth_cookie() without asking `authenticate`.
	 *
	 * @param bool $send Whether cookies are sent. Also asked when cookies are cleared.
	 */
	public static function filter_send_cookies( $send ): bool {
		$receiver               = self::$receives_cookies;
		self::$receives_cookies = null;
		if ( null === $receiver || self::is_active( $receiver[0] ) ) {
			return (bool) $send;
		}
		// The session was made before this filter and would come alive when the account is activated again.
		\WP_Session_Tokens::get_instance( $receiver[0] )->destroy( $receiver[1] );
		return false;
	}

	/**
	 * Filter `user_has_cap`, last: a plugin that hands out roles of its own, or code that runs as somebody without a sign-in
	 * (WP-Cron, WP-CLI, posting by e-mail), finds that a deactivated account may do nothing.
	 *
	 * @param array<string,bool> $capabilities What the account may do.
	 * @param string[]           $required     Unused.
	 * @param array              $arguments    Unused.
	 * @param \WP_User           $user         The account.
	 * @return array<string,bool>
	 */
	public static function filter_capabilities( $capabilities, $required, $arguments, $user ) {
		return $user instanceof \WP_User && $user->ID && ! self::is_active( $user->ID ) ? array() : $capabilities;
	}

	/**
	 * Makes a mailed link that resets the password worthless: whoever has left sets no password for the day of coming back.
	 *
	 * @param \WP_User $user The account.
	 */
	private static function void_reset_key( \WP_User $user ): void {
		global $wpdb;
		if ( '' !== (string) $user->data->user_activation_key ) {
			// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- wp_update_user() would save, and announce, all of the account.
			$wpdb->update( $wpdb->users, array( 'user_activation_key' => '' ), array( 'ID' => $user->ID ) );
			clean_user_cache( $user );
		}
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
