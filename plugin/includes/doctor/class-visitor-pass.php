<?php
/**
 * The secret by which the doctor knows his own requests.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * A random token for the requests of one run. Its digest is stored for seconds, with the requests that it is good for: who
 * overhears it on its way can repeat those, which change nothing, and nothing else.
 *
 * Rows are read past every cache: a persistent object cache may be another one on the command line, and the name of the row
 * is a stranger's to choose, who could fill the cache of names that do not exist.
 */
final class Visitor_Pass {

	/** Begin of the option's name; the beginning of the digest follows. */
	public const OPTION = 'scimpress_visitor_';

	/** Request header: the token and the number of the request, with a dot between. */
	public const HEADER = 'X-Scimpress-Visitor';

	/** Seconds after which the token is worth nothing, even if nobody took it back. A run is shorter. */
	public const SECONDS = 45;

	/**
	 * Holds a pass.
	 *
	 * @param string                                                  $token    43 characters of base64url.
	 * @param int                                                     $until    Seconds since the epoch.
	 * @param list<array{method: string, target: string, digest: string}> $requests What it is good for: method, path below the namespace with query, SHA-256 of the body.
	 */
	private function __construct( public readonly string $token, private readonly int $until, public readonly array $requests ) {}

	/**
	 * Makes and stores a pass; passes that an interrupted run has left go.
	 *
	 * @param list<Request> $requests The requests of the run.
	 * @param int           $now      Seconds since the epoch.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function issue( array $requests, int $now ): self {
		global $wpdb;
		// phpcs:ignore WordPress.DB -- see above.
		foreach ( $wpdb->get_results( $wpdb->prepare( "SELECT option_name, option_value FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like( self::OPTION ) . '%' ) ) as $row ) {
			if ( ( json_decode( $row->option_value, true )['until'] ?? 0 ) < $now ) {
				delete_option( $row->option_name );
			}
		}
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- the alphabet of bearer tokens, RFC 6750 §2.1.
		$token  = rtrim( strtr( base64_encode( random_bytes( 32 ) ), '+/', '-_' ), '=' );
		$pass   = new self( $token, $now + self::SECONDS, array_map( static fn( Request $request ): array => $request->fingerprint(), $requests ) );
		$stored = array(
			'digest'   => hash( 'sha256', $token ),
			'until'    => $pass->until,
			'requests' => $pass->requests,
		);
		add_option( self::name( $token ), (string) wp_json_encode( $stored ), '', false );
		return $pass;
	}

	/**
	 * Takes the pass back.
	 */
	public function revoke(): void {
		delete_option( self::name( $this->token ) );
	}

	/**
	 * The pass that a request shows, null when it shows none that is good now.
	 *
	 * @param string $token What the request shows.
	 * @param int    $now   Seconds since the epoch.
	 */
	public static function shown( string $token, int $now ): ?self {
		global $wpdb;
		if ( 1 !== preg_match( '/\A[A-Za-z0-9_-]{43}\z/', $token ) ) {
			return null;
		}
		// phpcs:ignore WordPress.DB -- see above.
		$value  = $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", self::name( $token ) ) );
		$stored = json_decode( (string) $value, true );
		if ( ! is_array( $stored ) || $stored['until'] < $now || ! hash_equals( $stored['digest'], hash( 'sha256', $token ) ) ) {
			return null;
		}
		return new self( $token, $stored['until'], $stored['requests'] );
	}

	/**
	 * Name of the row.
	 *
	 * @param string $token The token.
	 */
	private static function name( string $token ): string {
		return self::OPTION . substr( hash( 'sha256', $token ), 0, 16 );
	}
}
