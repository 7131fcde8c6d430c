<?php
/**
 * The login name of a new account.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Fits a login name into WordPress's rules. It is chosen once: WordPress never renames an account.
 */
final class Login {

	/** Characters of `user_login`. */
	private const MAX_CHARACTERS = 60;

	/** Numbered names tried before giving up. Two take a collision of 32-bit suffixes, more take malice. */
	private const ATTEMPTS = 100;

	/**
	 * Chooses a free login name.
	 *
	 * @param string $preferred What the user should sign in as.
	 * @param string $suffix    Eight hexadecimal digits that belong to the userName, for names that do not fit or are taken.
	 * @param bool   $is_free   Whether a look into the database has just met nobody with the preferred name.
	 * @throws Failure `login_exists` when somebody whom SCIM does not manage has the preferred name.
	 */
	public static function choose( string $preferred, string $suffix, bool $is_free = false ): string {
		$clean = sanitize_user( $preferred, true );
		// Multisite lower-cases login names, and WordPress looks them up in any case: nothing is lost by that.
		if ( '' !== $clean && 0 === strcasecmp( $clean, $preferred ) && mb_strlen( $clean ) <= self::MAX_CHARACTERS ) {
			$owner = $is_free ? false : username_exists( $clean );
			if ( ! $owner ) {
				return $clean;
			}
			if ( ! User_Table::manages( $owner ) ) {
				throw new Failure( 'login_exists', 'a wordpress account that is not provisioned has this login name already' );
			}
		}
		for ( $number = 1; $number <= self::ATTEMPTS; $number++ ) {
			$ending = "-$suffix" . ( 1 === $number ? '' : "-$number" );
			$start  = rtrim( mb_substr( $clean, 0, self::MAX_CHARACTERS - strlen( $ending ) ), ' ' );
			$login  = ( '' === $start ? 'user' : $start ) . $ending;
			if ( ! username_exists( $login ) ) {
				return $login;
			}
		}
		throw new Failure( 'login_exists', 'no free login name was found for this user' );
	}
}
