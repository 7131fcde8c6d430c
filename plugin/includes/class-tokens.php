<?php
/**
 * Digests of the secret tokens.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps digests, never a token: who reads the database or a backup of it cannot call the site.
 */
final class Tokens {

	public const OPTION = 'scimpress_tokens';

	/** Constant in wp-config.php that replaces the stored digests. */
	public const CONSTANT = 'SCIMPRESS_TOKEN_SHA256';

	/**
	 * Makes a token of 256 random bits that replaces all others.
	 *
	 * @return string The token (base64url, 43 characters). Nobody can read it again.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function create(): string {
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- the alphabet of bearer tokens, RFC 6750 §2.1.
		$token = rtrim( strtr( base64_encode( random_bytes( 32 ) ), '+/', '-_' ), '=' );
		// The last characters tell two tokens apart; they leave 232 unknown bits.
		self::store( hash( 'sha256', $token ), substr( $token, -4 ) );
		return $token;
	}

	/**
	 * Takes a token that somebody typed; it replaces all others.
	 *
	 * @param string $secret 16 to 4096 visible ASCII characters, as the engine allows them in a header.
	 * @return bool False when the text cannot be a bearer token, or no extension is there to judge it; nothing is stored then.
	 */
	public static function set( string $secret ): bool {
		$digest = Requirements::met() ? Engine::digest( $secret ) : null;
		if ( null === $digest ) {
			return false;
		}
		self::store( $digest, null );
		return true;
	}

	/**
	 * Digests that a token may match now. A malformed constant matches nothing: it must not open what it was meant to close.
	 *
	 * @return list<string> Lower-case hex SHA-256.
	 */
	public static function digests(): array {
		if ( self::is_constant() ) {
			return self::is_constant_valid() ? array( constant( self::CONSTANT ) ) : array();
		}
		return array_column( self::stored(), 'digest' );
	}

	/**
	 * Stored tokens.
	 *
	 * @return list<array{digest: string, created: int, hint?: string}> created in seconds since the epoch.
	 */
	public static function stored(): array {
		$stored = get_option( self::OPTION, array() );
		return is_array( $stored ) ? array_values( array_filter( $stored, static fn( $token ) => is_array( $token ) && is_string( $token['digest'] ?? null ) ) ) : array();
	}

	/**
	 * Whether wp-config.php sets the token.
	 */
	public static function is_constant(): bool {
		return defined( self::CONSTANT );
	}

	/**
	 * Whether the constant is a lower-case hex SHA-256 digest.
	 */
	public static function is_constant_valid(): bool {
		$digest = self::is_constant() ? constant( self::CONSTANT ) : null;
		return is_string( $digest ) && 1 === preg_match( '/\A[0-9a-f]{64}\z/', $digest );
	}

	/**
	 * Replaces all stored tokens by one.
	 *
	 * @param string      $digest Lower-case hex SHA-256.
	 * @param string|null $hint   Last characters of the token, for generated ones.
	 */
	private static function store( string $digest, ?string $hint ): void {
		$token = array(
			'digest'  => $digest,
			'created' => time(),
		);
		if ( null !== $hint ) {
			$token['hint'] = $hint;
		}
		update_option( self::OPTION, array( $token ), false );
	}
}
