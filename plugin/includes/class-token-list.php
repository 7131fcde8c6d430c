<?php
/**
 * What is kept of the tokens.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Lists of tokens, as values.
 *
 * A token is array{id: string, name: string, client: string, rights: string, digest: string, hint: string, created: int,
 * expires: int|null, successor: string|null}: times in seconds since the epoch; `digest` lower-case hex SHA-256; `hint` the last
 * characters of a generated one; `successor` the id of the token that replaces it.
 */
final class Token_List {

	/** Clients that a token may be for. */
	public const CLIENTS = array( 'entra', 'okta', 'other' );

	public const READ  = 'read';
	public const WRITE = 'write';

	/** Tokens kept: each request compares its own with all of them. */
	public const MAXIMUM = 20;

	/** Characters of a name. */
	public const MAX_NAME = 60;

	/**
	 * Turns anything into tokens. Until there were several, a token was a digest, a time and a hint: such a one goes on, for any
	 * client and without end, and is called by its place, which no random id is.
	 *
	 * @param mixed $stored Value of the option.
	 * @return list<array>
	 */
	public static function of( $stored ): array {
		$tokens = array();
		foreach ( is_array( $stored ) ? array_values( $stored ) : array() as $place => $token ) {
			if ( ! is_array( $token ) || ! is_string( $token['digest'] ?? null ) ) {
				continue;
			}
			$token    = array_filter( $token, 'is_scalar' );
			$client   = in_array( $token['client'] ?? null, self::CLIENTS, true ) ? $token['client'] : 'other';
			$name     = self::plain( (string) ( $token['name'] ?? '' ) );
			$tokens[] = array(
				'id'        => (string) ( $token['id'] ?? $place + 1 ),
				'name'      => '' === $name ? self::client_name( $client ) : $name,
				'client'    => $client,
				'rights'    => self::READ === ( $token['rights'] ?? null ) ? self::READ : self::WRITE,
				'digest'    => $token['digest'],
				'hint'      => (string) ( $token['hint'] ?? '' ),
				'created'   => (int) ( $token['created'] ?? 0 ),
				'expires'   => isset( $token['expires'] ) ? (int) $token['expires'] : null,
				'successor' => isset( $token['successor'] ) ? (string) $token['successor'] : null,
			);
		}
		return $tokens;
	}

	/**
	 * What people call a client.
	 *
	 * @param string $client Of CLIENTS.
	 */
	public static function client_name( string $client ): string {
		return match ( $client ) {
			'entra' => 'Microsoft Entra ID',
			'okta'  => 'Okta',
			default => __( 'Identity provider', 'scimpress' ),
		};
	}

	/**
	 * A line of text of limited length. Marks that turn the direction of writing would let a name pass for another.
	 *
	 * @param string $text Any text.
	 */
	private static function plain( string $text ): string {
		$text = (string) preg_replace( '/[\p{Cc}\x{2028}-\x{202E}\x{2066}-\x{2069}]+/u', ' ', wp_check_invalid_utf8( $text ) );
		return trim( mb_substr( trim( $text ), 0, self::MAX_NAME ) );
	}

	/**
	 * What is kept of a new token.
	 *
	 * @param array  $about  As of create().
	 * @param string $secret The token.
	 * @param int    $now    Seconds since the epoch.
	 * @return array A token.
	 * @throws Token_Refusal When it would have ended already.
	 */
	public static function describe( array $about, string $secret, int $now ): array {
		$expires = $about['expires'] ?? null;
		if ( null !== $expires && $expires <= $now ) {
			throw new Token_Refusal( __( 'This token was not made: it would have ended already.', 'scimpress' ) );
		}
		return self::of(
			array(
				array(
					'id'        => bin2hex( random_bytes( 6 ) ),
					'digest'    => hash( 'sha256', $secret ),
					// The last characters tell two tokens apart; they leave 232 unknown bits.
					'hint'      => substr( $secret, -4 ),
					'created'   => $now,
					'successor' => null,
				) + $about,
			)
		)[0];
	}

	/**
	 * Puts a token among others. When there are too many, the one that ended first makes room.
	 *
	 * @param list<array> $tokens Tokens.
	 * @param array       $token  One more.
	 * @return list<array>
	 * @throws Token_Refusal When there are too many, and none has ended.
	 */
	public static function with( array $tokens, array $token ): array {
		if ( count( $tokens ) >= self::MAXIMUM ) {
			$ended = array_filter( array_column( $tokens, 'expires', 'id' ), static fn( ?int $end ): bool => null !== $end && $end <= $token['created'] );
			if ( ! $ended ) {
				/* translators: %d: number of tokens. */
				throw new Token_Refusal( sprintf( __( 'No token was made: a site has at most %d. Revoke one that is not needed any more.', 'scimpress' ), self::MAXIMUM ) );
			}
			unset( $tokens[ self::index( $tokens, (string) array_search( min( $ended ), $ended, true ) ) ] );
		}
		return array( ...array_values( $tokens ), $token );
	}

	/**
	 * Where a token stands.
	 *
	 * @param list<array> $tokens Tokens.
	 * @param string      $id     Id of one.
	 * @throws Token_Refusal When there is no such token.
	 */
	public static function index( array $tokens, string $id ): int {
		$index = array_search( $id, array_column( $tokens, 'id' ), true );
		if ( false === $index ) {
			throw new Token_Refusal( __( 'There is no such token any more.', 'scimpress' ) );
		}
		return $index;
	}
}
