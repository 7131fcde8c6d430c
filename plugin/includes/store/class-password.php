<?php
/**
 * Passwords that a client sets, and those that nobody knows.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * What WordPress makes of a password on its way into the database and at sign-in. It is handed over slashed, as wp-login.php
 * hands over what somebody types: core hashes and compares the slashes.
 */
final class Password {

	/** Longest password that wp_hash_password() hashes, in bytes, slashes included; a longer one would lock the account. */
	private const MAX_BYTES = 4096;

	/**
	 * Runs the save of an account with a password: the given one, or one that nobody knows.
	 *
	 * @param string|null             $password The password, not slashed.
	 * @param callable( string ): int $save     Gets the password as the account shall have it, not slashed.
	 * @return int What the save returns.
	 * @throws Failure When nobody could sign in with the password.
	 */
	public static function with_hash( #[\SensitiveParameter] ?string $password, callable $save ): int {
		if ( null !== $password ) {
			return $save( self::typed( $password ) );
		}
		add_filter( 'wp_hash_password_options', array( self::class, 'cheap_hash' ), PHP_INT_MAX, 2 );
		try {
			return $save( bin2hex( random_bytes( 32 ) ) );
		} finally {
			remove_filter( 'wp_hash_password_options', array( self::class, 'cheap_hash' ), PHP_INT_MAX );
		}
	}

	/**
	 * Whether the account has this password already. Saving it again would end all sessions of its owner.
	 *
	 * @param int         $user_id  User ID.
	 * @param string|null $password The password, not slashed; null is never the present one.
	 * @throws Failure When nobody could sign in with the password.
	 */
	public static function is_of( int $user_id, #[\SensitiveParameter] ?string $password ): bool {
		if ( null === $password ) {
			return false;
		}
		return wp_check_password( wp_slash( self::typed( $password ) ), get_userdata( $user_id )->user_pass, $user_id );
	}

	/**
	 * Filter `wp_hash_password_options` (WordPress 6.8): the least work, around our own save only.
	 *
	 * Stretching makes guessing weak passwords slow. This one is 256 random bits that nobody has seen: there is nothing to
	 * guess, at any speed. The next password of the account is hashed at full cost.
	 *
	 * @param array  $options   Options of password_hash().
	 * @param string $algorithm Its algorithm.
	 * @return array
	 */
	public static function cheap_hash( $options, $algorithm ) {
		return PASSWORD_BCRYPT === $algorithm ? array( 'cost' => 4 ) + (array) $options : $options;
	}

	/**
	 * The password as it arrives when somebody types it: wp_authenticate() trims, and takes what PHP calls empty for none.
	 *
	 * @param string $password The password, not slashed.
	 * @throws Failure When nobody could sign in with it.
	 */
	private static function typed( #[\SensitiveParameter] string $password ): string {
		$typed = trim( $password );
		if ( empty( $typed ) ) {
			throw new Failure( 'refused', 'nobody can sign in with a password of blanks, or with a single 0' );
		}
		if ( strlen( wp_slash( $typed ) ) > self::MAX_BYTES ) {
			throw new Failure( 'refused', 'a password may have up to ' . self::MAX_BYTES . ' bytes, quotes and backslashes counted twice' );
		}
		return $typed;
	}
}
