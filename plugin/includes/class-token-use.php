<?php
/**
 * When and from where tokens are used.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the last use of every token, and the first request of all.
 *
 * Not with the tokens: a request that notes its use must not be able to bring back a token that was revoked meanwhile. The option
 * is loaded with all others, so that looking at it costs no query.
 */
final class Token_Use {

	public const OPTION = 'scimpress_token_use';

	/** Seconds in which the use of a token is not noted again: it must not cost every request a write. */
	public const INTERVAL = 5 * MINUTE_IN_SECONDS;

	/** Characters kept of a User-Agent. */
	public const MAX_AGENT = 80;

	/**
	 * Notes the use of a token, if that has not been done lately.
	 *
	 * @param array $token A token of Tokens.
	 * @param int   $now   Seconds since the epoch.
	 */
	public static function record( array $token, int $now ): void {
		$uses = self::all();
		$last = $uses['tokens'][ $token['id'] ]['time'] ?? null;
		// A clock that was set back must not silence it for long.
		if ( null !== $last && abs( $now - $last ) < self::INTERVAL ) {
			return;
		}
		$use = array(
			'time'    => $now,
			// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- made a network, or nothing.
			'address' => self::network( (string) ( $_SERVER['REMOTE_ADDR'] ?? '' ) ),
			// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- reduced to printable ASCII.
			'agent'   => self::agent( (string) wp_unslash( $_SERVER['HTTP_USER_AGENT'] ?? '' ) ),
		);

		$uses['tokens'][ $token['id'] ] = $use;

		$known = array( ...array_column( Tokens::stored(), 'id' ), Tokens::CONSTANT_ID );
		update_option(
			self::OPTION,
			array(
				'first'  => $uses['first'] ?? $use + array( 'client' => $token['client'] ),
				'tokens' => array_intersect_key( $uses['tokens'], array_flip( $known ) ),
			),
			true
		);
	}

	/**
	 * Last use of a token.
	 *
	 * @param string $id Id of the token.
	 * @return array{time: int, address: string, agent: string}|null Null when it was not used. `agent` is empty when the client named none, as Entra does.
	 */
	public static function last( string $id ): ?array {
		return self::all()['tokens'][ $id ] ?? null;
	}

	/**
	 * The first request that was let in.
	 *
	 * @return array{time: int, address: string, agent: string, client: string}|null
	 */
	public static function first(): ?array {
		return self::all()['first'];
	}

	/**
	 * The network of an address, which is nobody's own: /24 of IPv4, /48 of IPv6.
	 *
	 * @param string $address IP address; behind a proxy that does not restore it, the proxy's.
	 * @return string Empty when it is no address.
	 */
	public static function network( string $address ): string {
		$bytes = filter_var( $address, FILTER_VALIDATE_IP ) ? inet_pton( $address ) : false;
		if ( false === $bytes ) {
			return '';
		}
		// IPv4 as IPv6 sockets show it, RFC 4291 §2.5.5.2.
		if ( 16 === strlen( $bytes ) && str_starts_with( $bytes, str_repeat( "\0", 10 ) . "\xff\xff" ) ) {
			$bytes = substr( $bytes, 12 );
		}
		list( $kept, $bits ) = 4 === strlen( $bytes ) ? array( 3, 24 ) : array( 6, 48 );
		return inet_ntop( str_pad( substr( $bytes, 0, $kept ), strlen( $bytes ), "\0" ) ) . "/$bits";
	}

	/**
	 * A User-Agent as a short line.
	 *
	 * @param string $agent Value of the header.
	 */
	private static function agent( string $agent ): string {
		return trim( substr( (string) preg_replace( '/[^\x20-\x7e]+/', '', $agent ), 0, self::MAX_AGENT ) );
	}

	/**
	 * What is stored.
	 *
	 * @return array{first: array|null, tokens: array<string,array>}
	 */
	private static function all(): array {
		$stored = get_option( self::OPTION );
		$stored = is_array( $stored ) ? $stored : array();
		$uses   = array_filter( is_array( $stored['tokens'] ?? null ) ? $stored['tokens'] : array(), array( self::class, 'is_use' ) );
		return array(
			'first'  => self::is_use( $stored['first'] ?? null ) ? $stored['first'] + array( 'client' => 'other' ) : null,
			'tokens' => $uses,
		);
	}

	/**
	 * Whether a value is a use.
	 *
	 * @param mixed $value Anything.
	 */
	private static function is_use( $value ): bool {
		return is_array( $value ) && is_int( $value['time'] ?? null ) && is_string( $value['address'] ?? null ) && is_string( $value['agent'] ?? null );
	}
}
