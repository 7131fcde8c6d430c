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
}
