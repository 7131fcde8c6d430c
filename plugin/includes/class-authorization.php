<?php
/**
 * Where the Authorization header hides.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Finds the Authorization header on servers that hand it over in different places.
 */
final class Authorization {

	/**
	 * Value of the header, empty when none arrived.
	 *
	 * Apache keeps the header from CGI programs unless a rewrite rule copies it, and every internal redirect then adds one
	 * more REDIRECT_ to the variable's name; getallheaders() sees what the variables do not.
	 *
	 * @param \WP_REST_Request|null $request The REST request, null before there is one.
	 */
	public static function header( ?\WP_REST_Request $request = null ): string {
		$candidates = array( $request?->get_header( 'authorization' ) );
		foreach ( array( 'HTTP_AUTHORIZATION', 'REDIRECT_HTTP_AUTHORIZATION', 'REDIRECT_REDIRECT_HTTP_AUTHORIZATION' ) as $name ) {
			// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- a secret is compared as it came, by its digest.
			$value = $_SERVER[ $name ] ?? null;
			// WordPress slashes its variables after `plugins_loaded`, and this is the action that follows.
			$candidates[] = is_string( $value ) && did_action( 'sanitize_comment_cookies' ) ? wp_unslash( $value ) : $value;
		}
		foreach ( $candidates as $value ) {
			if ( is_string( $value ) && '' !== trim( $value ) ) {
				return trim( $value );
			}
		}
		if ( function_exists( 'getallheaders' ) ) {
			foreach ( getallheaders() as $name => $value ) {
				if ( 0 === strcasecmp( (string) $name, 'Authorization' ) && '' !== trim( $value ) ) {
					return trim( $value );
				}
			}
		}
		return '';
	}
}
