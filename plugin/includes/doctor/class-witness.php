<?php
/**
 * What arrives of a request of the doctor.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use Scimpress\Authorization;
use Scimpress\Engine;
use Scimpress\Rest\Controller;
use Scimpress\Rest\Routes;

defined( 'ABSPATH' ) || exit;

/**
 * The end of the doctor's requests inside WordPress: says in a response header what arrived, to who shows a visitor's pass.
 * Everybody else gets the answer that he would get without it.
 */
final class Witness {

	/** Response header: the statement as JSON in base64url. */
	public const HEADER = 'X-Scimpress-Witness';

	/** Names of other plugins that fit into a header beside the rest. */
	private const MAX_RIVALS = 5;

	/**
	 * The witness of this request, null for requests of others.
	 *
	 * @var self|null
	 */
	private static ?self $present = null;

	/**
	 * Route of the request, as whoever asks for admission has it; null when nobody has asked.
	 *
	 * @var string|null
	 */
	private ?string $route = null;

	/**
	 * Owner of the handler that WordPress chose for our route, null until it has chosen.
	 *
	 * @var array{kind: string, name: string, file: string}|null
	 */
	private ?array $handler = null;

	/**
	 * Names of others who registered a handler for the same route.
	 *
	 * @var list<string>
	 */
	private array $rivals = array();

	/**
	 * Holds a witness.
	 *
	 * @param Visitor_Pass $pass   What the request shows.
	 * @param string       $number Its number.
	 * @param Watch        $watch  Sees who refuses it.
	 */
	private function __construct( private readonly Visitor_Pass $pass, private readonly string $number, private readonly Watch $watch ) {}

	/**
	 * As soon as the plugin is loaded: looks whether the doctor sent this request.
	 */
	public static function begin(): void {
		$name = 'HTTP_' . strtoupper( str_replace( '-', '_', Visitor_Pass::HEADER ) );
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- the two parts are checked by their patterns.
		if ( ! isset( $_SERVER[ $name ] ) || 1 !== preg_match( '/\A([A-Za-z0-9_-]{43})\.([0-9a-f]{16})\z/', (string) $_SERVER[ $name ], $parts ) ) {
			return;
		}
		$pass = Visitor_Pass::shown( $parts[1], time() );
		if ( null === $pass ) {
			return;
		}
		self::$present = new self( $pass, $parts[2], new Watch() );
		self::$present->watch->begin();
		add_filter( 'rest_request_before_callbacks', array( self::$present, 'note_handler' ), PHP_INT_MIN, 3 );
		// Also when a page, a redirect or a fatal error of somebody else is the answer; what was printed is still held back.
		add_action( 'shutdown', array( self::class, 'testify' ), PHP_INT_MIN );
	}

	/**
	 * Whether this request shows a visitor's pass.
	 */
	public static function is_present(): bool {
		return null !== self::$present;
	}

	/**
	 * Notes where the request arrived.
	 *
	 * @param string $route Its route.
	 */
	public static function note_route( string $route ): void {
		if ( null !== self::$present ) {
			self::$present->route = $route;
		}
	}

	/**
	 * Whether an Authorization header carries the token of the pass that this request shows.
	 *
	 * @param string $authorization Value of the header.
	 */
	public static function vouches( string $authorization ): bool {
		return null !== self::$present && 1 === preg_match( '/\ABearer (.+)\z/i', $authorization, $parts ) && hash_equals( self::$present->pass->token, $parts[1] );
	}

	/**
	 * Whether the engine may answer this request of the doctor: only what the doctor has sent, to the last byte.
	 *
	 * @param string $method Method.
	 * @param string $route  Route of the request.
	 * @param string $body   Raw body.
	 */
	public static function admits( string $method, string $route, string $body ): bool {
		return null !== self::$present && in_array( self::fingerprint( $method, $route, $body ), self::$present->pass->requests, true );
	}

	/**
	 * Filter `rest_request_before_callbacks`: WordPress has chosen a handler.
	 *
	 * @param mixed            $response Outcome so far.
	 * @param array            $handler  The handler.
	 * @param \WP_REST_Request $request  The request.
	 * @return mixed The outcome as it was.
	 */
	public function note_handler( $response, $handler, $request ) {
		if ( Routes::is_endpoint( $request->get_route() ) ) {
			$this->handler = Owner::of( $handler['callback'] ?? null );
			$owners        = array();
			foreach ( rest_get_server()->get_routes( Routes::NAMESPACE ) as $pattern => $handlers ) {
				if ( 1 === preg_match( "@^$pattern$@i", $request->get_route() ) ) {
					foreach ( $handlers as $candidate ) {
						$owners[] = Owner::of( $candidate['callback'] ?? null );
					}
				}
			}
			$rivals       = array_filter( $owners, static fn( array $owner ): bool => Owner::SELF !== $owner['kind'] );
			$this->rivals = array_slice( array_values( array_unique( array_column( $rivals, 'name' ) ) ), 0, self::MAX_RIVALS );
		}
		return $response;
	}

	/**
	 * Adds the statement to the answer, once. A header that has left already keeps the witness silent.
	 *
	 * @param string|null $body Body of an answer of ours; null, or what `shutdown` hands over, when somebody else answers.
	 */
	public static function testify( $body = null ): void {
		$witness       = self::$present;
		self::$present = null;
		if ( null === $witness || headers_sent() ) {
			return;
		}
		$statement = (string) wp_json_encode( $witness->statement( is_string( $body ) && '' !== $body ? $body : null ) );
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- a header has to be ASCII.
		header( self::HEADER . ': ' . rtrim( strtr( base64_encode( $statement ), '+/', '-_' ), '=' ) );
	}

	/**
	 * Reads a statement, null when the header has none.
	 *
	 * @param string $header Value of the header.
	 */
	public static function read( string $header ): ?array {
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- see testify().
		$statement = json_decode( (string) base64_decode( strtr( $header, '-_', '+/' ), true ), true );
		return is_array( $statement ) && is_string( $statement['number'] ?? null ) ? $statement : null;
	}

	/**
	 * What arrived. Paths and versions are for the administrator who runs the doctor; secrets are not in it.
	 *
	 * @param string|null $body Body of our answer, null when somebody else answers.
	 * @return array{number: string, method: string, authorization: string, changed: bool, length: int, digest: string, type: string, extension: string|null, php: string, sapi: string, ini: string, server: string, ours: bool, answer: string, culprit: array|null, handler: array|null, rivals: list<string>, time: int}
	 */
	private function statement( ?string $body ): array {
		$raw           = (string) file_get_contents( 'php://input' );
		$authorization = Authorization::header();
		$is_own        = 1 === preg_match( '/\ABearer (.+)\z/i', $authorization, $parts ) && hash_equals( $this->pass->token, $parts[1] );
		return array(
			'number'        => $this->number,
			'method'        => self::server( 'REQUEST_METHOD' ),
			'authorization' => '' === $authorization ? 'none' : ( $is_own ? 'own' : 'other' ),
			'target'        => self::fingerprint( '', $this->route ?? (string) ( $GLOBALS['wp']->query_vars['rest_route'] ?? '' ), '' )['target'],
			'length'        => strlen( $raw ),
			'digest'        => hash( 'sha256', $raw ),
			'type'          => self::server( 'CONTENT_TYPE' ) ?: self::server( 'HTTP_CONTENT_TYPE' ),
			'extension'     => Engine::extension_version(),
			'php'           => PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION,
			'sapi'          => PHP_SAPI,
			'ini'           => (string) php_ini_loaded_file(),
			'server'        => self::server( 'SERVER_SOFTWARE' ),
			'ours'          => null !== $body,
			'answer'        => null === $body ? '' : hash( 'sha256', $body ),
			'culprit'       => $this->watch->culprit(),
			'handler'       => $this->handler,
			'rivals'        => $this->rivals,
			'time'          => time(),
		);
	}

	/**
	 * What makes a request the one that it is; see Request::fingerprint().
	 *
	 * @param string $method Method.
	 * @param string $route  Route of the request.
	 * @param string $body   Raw body.
	 * @return array{method: string, target: string, digest: string}
	 */
	private static function fingerprint( string $method, string $route, string $body ): array {
		// phpcs:ignore WordPress.Security -- compared, not used.
		$query = wp_unslash( array_diff_key( $_GET, array( 'rest_route' => '' ) ) );
		$pairs = array();
		foreach ( $query as $name => $value ) {
			$pairs[] = $name . '=' . ( is_string( $value ) ? $value : '' );
		}
		return array(
			'method' => $method,
			'target' => Routes::path( $route ) . ( $pairs ? '?' . implode( '&', $pairs ) : '' ),
			'digest' => hash( 'sha256', $body ),
		);
	}

	/**
	 * A variable of the web server, printable and of a sane length.
	 *
	 * @param string $name Its name.
	 */
	private static function server( string $name ): string {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- what is not printable ASCII is taken out.
		return substr( (string) preg_replace( '/[^\x20-\x7e]/', '', (string) ( $_SERVER[ $name ] ?? '' ) ), 0, 200 );
	}
}
