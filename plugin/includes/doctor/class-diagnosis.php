<?php
/**
 * From what was seen to what is wrong.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use const Scimpress\MINIMUM_EXTENSION;

defined( 'ABSPATH' ) || exit;

/**
 * Decides by probes alone: no request, no clock, no database.
 */
final class Diagnosis {

	/** Seconds by which the clock of the server may differ from the one in the answer. */
	private const CLOCK_SECONDS = 120;

	/**
	 * Words of cURL, of PHP and of the TLS libraries behind them, in the order in which they decide.
	 */
	private const ERRORS = array(
		'late'              => '/no time left/',
		'request_forbidden' => '/blocked requests|http_request_not_executed|User has blocked/i',
		'dns'               => '/resolv|name lookup|getaddrinfo|name or service not known/i',
		'tls_expired'       => '/certificate has expired|expired certificate|not yet valid|CERT_EXPIRED/i',
		'tls_name'          => '/subject name|alternative certificate|does not match target host|did not match expected|hostname mismatch|no alternative/i',
		'tls_untrusted'     => '/self.signed|unable to get local issuer|unable to verify|unknown (ca|issuer)|not trusted|verify failed|verification failed|certificate problem|peer certificate cannot be authenticated/i',
		'tls'               => '/ssl|tls|handshake|certificate/i',
		'timeout'           => '/timed? ?out/i',
		'refused'           => '/refused|failed to connect|couldn.t connect|could not connect|no route|unreachable|reset by peer|empty reply/i',
	);

	/**
	 * Why no answer came.
	 *
	 * @param Probe $probe Any probe.
	 */
	public static function address( Probe $probe ): ?Finding {
		if ( 0 !== $probe->status ) {
			return null;
		}
		foreach ( self::ERRORS as $id => $pattern ) {
			if ( 1 === preg_match( $pattern, $probe->error ) ) {
				return new Finding( $id, self::facts( $probe ) );
			}
		}
		return new Finding( 'no_answer', self::facts( $probe ) );
	}

	/**
	 * Where the answer sends the client.
	 *
	 * @param Probe  $probe Any probe.
	 * @param string $url   Where it was sent to.
	 */
	public static function redirect( Probe $probe, string $url ): ?Finding {
		$location = $probe->headers['location'] ?? '';
		if ( $probe->status < 300 || $probe->status > 399 || '' === $location ) {
			return null;
		}
		$culprit = self::culprit( $probe );
		if ( null !== $culprit ) {
			return new Finding( 'plugin_page', $culprit + self::facts( $probe ) );
		}
		$from = (array) wp_parse_url( $url );
		$to   = (array) wp_parse_url( $location ) + $from;
		$host = static fn( array $parts ): string => strtolower( $parts['host'] ?? '' ) . ':' . ( $parts['port'] ?? '' );
		if ( str_contains( $to['path'] ?? '', 'wp-login.php' ) ) {
			return new Finding( 'login_redirect', self::facts( $probe ) );
		}
		$facts = self::facts( $probe ) + array( 'origin' => self::plain( $to['scheme'] . '://' . ( $to['host'] ?? '' ) . ( isset( $to['port'] ) && wp_parse_url( $location, PHP_URL_PORT ) ? ":{$to['port']}" : '' ) ) );
		if ( strtolower( $from['host'] ?? '' ) !== strtolower( $to['host'] ?? '' ) ) {
			return new Finding( 'redirect_host', $facts );
		}
		if ( 'http' === $from['scheme'] && 'https' === $to['scheme'] ) {
			return new Finding( 'redirect_https', $facts );
		}
		if ( $host( $from ) === $host( $to ) && ( $from['path'] ?? '' ) !== ( $to['path'] ?? '' ) && untrailingslashit( $from['path'] ?? '' ) === untrailingslashit( $to['path'] ?? '' ) ) {
			return new Finding( 'redirect_slash', $facts );
		}
		return new Finding( 'redirect', $facts );
	}

	/**
	 * Whether an answer without a witness comes from somebody before WordPress, or from another WordPress.
	 *
	 * @param Probe      $probe      The look-up.
	 * @param Probe|null $with_agent The same with a User-Agent; null when it was not sent.
	 * @param Probe|null $plain      The same by `?rest_route=`; null when it was not sent.
	 * @param bool       $maintained Whether WordPress's own maintenance file is there.
	 */
	public static function wordpress( Probe $probe, ?Probe $with_agent, ?Probe $plain, bool $maintained ): ?Finding {
		$facts = self::facts( $probe );
		if ( null !== $probe->witness ) {
			// A page of a plugin; without a culprit it comes after all, and others will say what is wrong with it.
			$culprit = self::culprit( $probe );
			return $probe->witness['ours'] || null === $culprit || $probe->number !== $probe->witness['number'] ? null : new Finding( 'plugin_page', $culprit + $facts );
		}
		if ( $maintained || ( 503 === $probe->status && 1 === preg_match( '/scheduled maintenance|maintenance mode/i', $probe->start ) ) ) {
			return new Finding( 'maintenance', $facts );
		}
		if ( 401 === $probe->status && 1 === preg_match( '/\b(basic|digest|negotiate)\b/i', $probe->headers['www-authenticate'] ?? '' ) ) {
			return new Finding( 'password', $facts );
		}
		if ( null !== $with_agent?->witness ) {
			return new Finding( 'user_agent', $facts );
		}
		if ( $probe->is_without_authorization() ) {
			return new Finding( 'authorization', $facts );
		}
		if ( str_contains( $probe->headers['content-type'] ?? '', 'scim+json' ) ) {
			return new Finding( 'visitor_dropped', $facts );
		}
		if ( 404 === $probe->status && null !== $plain?->witness ) {
			return new Finding( 'rewrite', $facts );
		}
		if ( in_array( $probe->status, array( 400, 401, 403, 405, 406, 418, 429, 501 ), true ) ) {
			return new Finding( $probe->is_page() && 1 === preg_match( '/<input[^>]+type=.?password/i', $probe->start ) ? 'login_page' : 'firewall', $facts );
		}
		if ( $probe->status >= 500 ) {
			return new Finding( 'server_error', $facts );
		}
		return new Finding( $probe->is_page() ? 'login_page' : 'elsewhere', $facts );
	}

	/**
	 * Whether an answer was stored before.
	 *
	 * @param Probe $probe Any probe.
	 */
	public static function cache( Probe $probe ): ?Finding {
		$is_stale = null !== $probe->witness && ! $probe->is_witnessed();
		$is_hit   = 1 === preg_match( '/\bhit\b/i', implode( ' ', array_intersect_key( $probe->headers, array_flip( array( 'x-cache', 'x-cache-status', 'x-proxy-cache', 'cf-cache-status', 'x-litespeed-cache', 'x-varnish-cache' ) ) ) ) );
		return $is_stale || $is_hit || (int) ( $probe->headers['age'] ?? 0 ) > 0 ? new Finding( 'cache', self::facts( $probe ) ) : null;
	}

	/**
	 * The extension behind the web server.
	 *
	 * @param Probe       $probe A probe with a witness.
	 * @param string|null $here  Version of the extension in the PHP that runs the doctor.
	 */
	public static function extension( Probe $probe, ?string $here ): ?Finding {
		$there = $probe->witness['extension'];
		$facts = array(
			'sapi' => self::plain( $probe->witness['sapi'] ),
			'php'  => self::plain( $probe->witness['php'] ),
			'ini'  => self::plain( $probe->witness['ini'] ?: 'php.ini' ),
		);
		if ( null === $there ) {
			return new Finding( null === $here ? 'extension' : 'extension_web', $facts );
		}
		if ( version_compare( $there, MINIMUM_EXTENSION, '<' ) ) {
			return new Finding(
				'extension_old',
				$facts + array(
					'version' => self::plain( $there ),
					'minimum' => MINIMUM_EXTENSION,
				)
			);
		}
		return null === $here ? new Finding( 'extension_here', array( 'ini' => self::plain( (string) php_ini_loaded_file() ?: 'php.ini' ) ) + $facts ) : null;
	}

	/**
	 * What became of the Authorization header.
	 *
	 * @param Probe $probe A probe with a witness.
	 */
	public static function authorization( Probe $probe ): ?Finding {
		return match ( $probe->witness['authorization'] ) {
			'none'  => new Finding( 'authorization', self::facts( $probe ) ),
			'other' => new Finding( 'authorization_other', self::facts( $probe ) ),
			default => null,
		};
	}

	/**
	 * Who answers instead of us.
	 *
	 * @param Probe $probe A probe with a witness.
	 */
	public static function routes( Probe $probe ): ?Finding {
		$culprit = self::culprit( $probe );
		$handler = $probe->witness['handler'];
		if ( null !== $handler && Owner::SELF !== $handler['kind'] ) {
			return new Finding( 'foreign_handler', self::owner( $handler ) + self::facts( $probe ) );
		}
		// A refusal that a later plugin took back is none.
		if ( null !== $culprit && $probe->status !== $probe->request->expect ) {
			return new Finding( $probe->witness['ours'] ? 'rest_blocked' : 'plugin_page', $culprit + self::facts( $probe ) );
		}
		return null;
	}

	/**
	 * Others who want the same routes and do not get them.
	 *
	 * @param Probe $probe A probe with a witness.
	 */
	public static function rivals( Probe $probe ): ?Finding {
		$rivals = $probe->witness['rivals'];
		return $rivals ? new Finding( 'rival', array( 'plugin' => self::plain( implode( ', ', $rivals ) ) ) ) : null;
	}

	/**
	 * The answer on its way back, and whether it is the right one.
	 *
	 * @param Probe $probe A probe with a witness, whose request arrived as it was sent.
	 */
	public static function answer( Probe $probe ): ?Finding {
		if ( $probe->status !== $probe->request->expect ) {
			return new Finding( 'unexpected', self::facts( $probe ) );
		}
		if ( ! str_contains( strtolower( $probe->headers['content-type'] ?? '' ), 'application/scim+json' ) ) {
			return new Finding( 'content_type', self::facts( $probe ) );
		}
		return '' !== $probe->witness['answer'] && $probe->digest !== $probe->witness['answer'] ? new Finding( 'answer_changed', self::facts( $probe ) ) : null;
	}

	/**
	 * What arrived of the request itself.
	 *
	 * @param Probe $probe A probe with a witness.
	 */
	public static function request( Probe $probe ): ?Finding {
		$sent    = $probe->request->fingerprint();
		$witness = $probe->witness;
		if ( $witness['method'] !== $probe->request->method ) {
			return new Finding( 'method_changed', array( 'other' => self::plain( $witness['method'] ) ) + self::facts( $probe ) );
		}
		if ( '' !== $witness['target'] && $witness['target'] !== $sent['target'] ) {
			return new Finding( 'query_changed', self::facts( $probe ) );
		}
		if ( $witness['digest'] !== $sent['digest'] ) {
			return new Finding( 0 === $witness['length'] ? 'body_dropped' : 'body_changed', self::facts( $probe ) );
		}
		if ( '' !== $probe->request->body && ! str_contains( strtolower( $witness['type'] ), 'application/scim+json' ) ) {
			return new Finding( 'type_changed', array( 'type' => self::plain( $witness['type'] ) ) + self::facts( $probe ) );
		}
		return null;
	}

	/**
	 * Why somebody before WordPress refuses writes: for their content type, which firewalls do not know, or their method.
	 * Only Okta and its like send PUT.
	 *
	 * @param list<Probe>      $probes  The writes.
	 * @param list<Probe|null> $as_json Each again as application/json; null when it was not sent.
	 * @return list<Finding>
	 */
	public static function blocked( array $probes, array $as_json ): array {
		$kinds = array(
			'type_blocked'   => array(),
			'method_blocked' => array(),
		);
		foreach ( $probes as $index => $probe ) {
			if ( self::is_blocked( $probe ) ) {
				$kinds[ null === $as_json[ $index ]?->witness ? 'method_blocked' : 'type_blocked' ][] = $probe;
			}
		}
		$findings = array();
		foreach ( array_filter( $kinds ) as $id => $blocked ) {
			$methods    = array_map( static fn( Probe $probe ): string => $probe->request->method, $blocked );
			$id         = 'method_blocked' === $id && array( 'PUT' ) === $methods ? 'put_blocked' : $id;
			$findings[] = new Finding( $id, array( 'methods' => implode( ', ', $methods ) ) + self::facts( $blocked[0] ) );
		}
		return $findings;
	}

	/**
	 * Whether a write was answered by somebody before WordPress. A redirect is another matter, and so is our own refusal.
	 *
	 * @param Probe $probe A write.
	 */
	public static function is_blocked( Probe $probe ): bool {
		return null === $probe->witness && 0 !== $probe->status && ( $probe->status < 300 || $probe->status > 399 )
			&& ! str_contains( $probe->headers['content-type'] ?? '', 'scim+json' );
	}

	/**
	 * The clock behind the answer, against the one of this machine.
	 *
	 * @param Probe $probe A probe with an answer.
	 */
	public static function clock( Probe $probe ): ?Finding {
		$date = strtotime( $probe->headers['date'] ?? '' );
		$skew = false === $date ? 0 : $date - $probe->time;
		return abs( $skew ) > self::CLOCK_SECONDS ? new Finding( 'clock', array( 'seconds' => (string) abs( $skew ) ) ) : null;
	}

	/**
	 * The culprit's facts, null when nobody is named.
	 *
	 * @param Probe $probe Any probe.
	 * @return array<string,string>|null
	 */
	private static function culprit( Probe $probe ): ?array {
		$culprit = $probe->witness['culprit'] ?? null;
		return is_array( $culprit ) ? self::owner( $culprit ) + array( 'hook' => self::plain( $culprit['hook'] ) ) : null;
	}

	/**
	 * Facts about an owner.
	 *
	 * @param array{name: string, file: string} $owner Of Owner::of().
	 * @return array{plugin: string, file: string}
	 */
	private static function owner( array $owner ): array {
		return array(
			'plugin' => self::plain( $owner['name'] ),
			'file'   => self::plain( $owner['file'] ),
		);
	}

	/**
	 * Facts about a probe.
	 *
	 * @param Probe $probe Any probe.
	 * @return array<string,string>
	 */
	private static function facts( Probe $probe ): array {
		return array(
			'method'   => $probe->request->method,
			'status'   => (string) $probe->status,
			'expected' => (string) $probe->request->expect,
			'error'    => self::plain( $probe->error ),
			'location' => self::plain( $probe->headers['location'] ?? '' ),
			'type'     => self::plain( $probe->headers['content-type'] ?? '' ),
			'detail'   => self::plain( $probe->detail() ),
		);
	}

	/**
	 * A text of others on one line: some of them stand in what is pasted into a shell or a configuration.
	 *
	 * @param string $text Any text.
	 */
	private static function plain( string $text ): string {
		return mb_substr( trim( (string) preg_replace( '/[\p{C}\'"`\\\\$<>{};|]+/u', ' ', wp_check_invalid_utf8( $text, true ) ) ), 0, 300 );
	}
}
