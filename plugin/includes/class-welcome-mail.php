<?php
/**
 * The only mail that provisioning sends.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * WordPress's mail to new users, with words of the site's own if it has some.
 */
final class Welcome_Mail {

	public const PLACEHOLDERS = array( '{name}', '{login}', '{site}', '{reset_url}' );

	/**
	 * Sends the mail, if the site wants that and the user can sign in.
	 *
	 * @param int $user_id User ID.
	 */
	public static function send( int $user_id ): void {
		$user = Settings::welcome_mail() && Account_State::is_active( $user_id ) ? get_userdata( $user_id ) : false;
		if ( ! $user || '' === $user->user_email ) {
			return;
		}
		add_filter( 'wp_new_user_notification_email', array( self::class, 'fill' ), 5, 2 );
		try {
			wp_new_user_notification( $user_id, null, 'user' );
		} finally {
			remove_filter( 'wp_new_user_notification_email', array( self::class, 'fill' ), 5 );
		}
	}

	/**
	 * Filter `wp_new_user_notification_email`, around our own mail only: other plugins still have the last word.
	 *
	 * @param array    $mail `to`, `subject`, `message`, `headers` of WordPress's own mail.
	 * @param \WP_User $user The new user.
	 * @return array
	 */
	public static function fill( $mail, $user ): array {
		$template = Settings::welcome_template();
		$mail     = (array) $mail;
		$values   = array(
			'{name}'  => wp_specialchars_decode( $user->display_name, ENT_QUOTES ),
			'{login}' => $user->user_login,
			'{site}'  => wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES ),
		);
		if ( '' !== $template['subject'] ) {
			// A name with a line break would start a header of its own.
			$mail['subject'] = preg_replace( '/\s+/u', ' ', strtr( $template['subject'], array( '{reset_url}' => '' ) + $values ) );
		}
		if ( '' !== $template['body'] ) {
			if ( str_contains( $template['body'], '{reset_url}' ) ) {
				$values['{reset_url}'] = self::reset_url( $user );
			}
			$mail['message'] = strtr( $template['body'], $values );
			$mail['headers'] = array( ...array_filter( (array) ( $mail['headers'] ?? array() ), 'strlen' ), 'Content-Type: text/plain; charset=UTF-8' );
		}
		return $mail;
	}

	/**
	 * The address under which the user chooses a password. Its key replaces the one in WordPress's own text.
	 *
	 * @param \WP_User $user The user.
	 */
	private static function reset_url( \WP_User $user ): string {
		$key = get_password_reset_key( $user );
		return is_wp_error( $key )
			? wp_lostpassword_url()
			: network_site_url( 'wp-login.php?login=' . rawurlencode( $user->user_login ) . '&key=' . rawurlencode( $key ) . '&action=rp', 'login' );
	}
}
