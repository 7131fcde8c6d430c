<?php
/**
 * A token that has just been made.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Shows a token once, in the answer to the form that made it. A redirect would have to keep it somewhere until the next request.
 */
final class New_Token {

	/**
	 * Keeps the answer out of every cache.
	 */
	public static function headers(): void {
		nocache_headers();
		header( 'Cache-Control: no-store, private' );
	}

	/**
	 * Prints it.
	 *
	 * @param string|null $token The token; nothing is printed without one.
	 */
	public static function render( ?string $token ): void {
		if ( null !== $token ) {
			require __DIR__ . '/views/new-token.php';
		}
	}

	/**
	 * Prints a button that copies a field. It needs a script, which shows it.
	 *
	 * @param string $field   HTML id of the field.
	 * @param string $what    Translated name of what is copied.
	 * @param string $classes More classes.
	 */
	public static function copy_button( string $field, string $what, string $classes = '' ): void {
		printf(
			'<button type="button" class="button scimpress-copy %s" hidden data-copy="%s" data-copied="%s"><span>%s</span> <span class="screen-reader-text">%s</span></button>',
			esc_attr( $classes ),
			esc_attr( $field ),
			esc_attr__( 'Copied', 'scimpress' ),
			esc_html__( 'Copy', 'scimpress' ),
			esc_html( $what )
		);
	}
}
