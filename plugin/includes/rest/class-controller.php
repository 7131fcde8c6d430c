<?php
/**
 * From a REST request to the engine and back.
 *
 * @package Scimpress
 */

namespace Scimpress\Rest;

use Scimpress\Answer;
use Scimpress\Authorization;
use Scimpress\Configuration;
use Scimpress\Doctor\Witness;
use Scimpress\Engine;
use Scimpress\Lane\Slot;
use Scimpress\Log\Recorder;
use Scimpress\Notices;
use Scimpress\Settlement\Pass;
use Scimpress\Settlement\Queue;
use Scimpress\Store\Store;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Decides who may call and hands the raw request to the engine. Routing, 404 and 405 are the engine's.
 */
final class Controller {

	/** Codes of our own refusals begin so; their messages are sent as they are. */
	public const REFUSED = 'scimpress_refused';

	/**
	 * Headers that are nobody's business below this line.
	 */
	private const SECRET_HEADERS = array( 'authorization', 'cookie', 'php_auth_user', 'php_auth_pw', 'proxy_authorization' );

	/**
	 * Content types as the client sent them, while core sees another.
	 *
	 * @var \WeakMap<\WP_REST_Request,string|null>
	 */
	private \WeakMap $content_types;

	/**
	 * Parts of the request that is answered, as the engine takes them.
	 *
	 * @var array{method: string, path: string, query: array<string,string>, headers: array<string,string>, body: string}|array{}
	 */
	private array $parts = array();

	/**
	 * Makes an empty controller.
	 */
	public function __construct() {
		$this->content_types = new \WeakMap();
	}

	/**
	 * Permission callback: the bearer token, and nothing else. A cookie or an application password proves a person, and a
	 * person's browser can be made to send requests; a token is sent on purpose.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return true|\WP_Error
	 */
	public function permission( \WP_REST_Request $request ) {
		list( $status, $detail ) = Admission::refusal( Authorization::header( $request ), $request->get_method(), $request->get_route(), (string) $request->get_body() ) ?? array( null, null );
		if ( null === $status ) {
			return true;
		}
		// Behind the answer: nobody waits for a line about what was not done.
		add_action( 'shutdown', static fn() => Recorder::refused( $status, $detail, Tokens::used_name() ), PHP_INT_MIN );
		return new \WP_Error( self::REFUSED, $detail, array( 'status' => $status ) );
	}

	/**
	 * Answers a request that may pass.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public function handle( \WP_REST_Request $request ): Scim_Response {
		// Nobody acts: hooks of other plugins must neither find the rights of an administrator nor take his name for an audit log.
		wp_set_current_user( 0 );

		$exchange = $this->exchange( $request );
		while ( $exchange->valid() ) {
			$exchange->next();
		}
		return new Scim_Response( $this->conclude( $exchange->getReturn() ) );
	}

	/**
	 * The exchange of a request that may pass, need by need.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return \Generator<int,array,void,Answer> Stops before each need, which going on performs; returns the answer.
	 */
	public function exchange( \WP_REST_Request $request ): \Generator {
		$this->parts = array(
			'method'  => $request->get_method(),
			'path'    => $this->path( $request ),
			'query'   => $this->query( $request ),
			'headers' => $this->headers( $request ),
			'body'    => (string) $request->get_body(),
		);

		$slot = Slot::take();
		if ( null === $slot ) {
			return Engine::refuse( 429, 'this site answers no more requests of identity providers at once; send this one again later' );
		}
		add_action( 'scimpress_user_linked', array( Recorder::class, 'note_link' ) );
		$store = new Store();
		return yield from Engine::run( $this->parts, Configuration::of_site(), array( $store, 'perform' ) );
	}

	/**
	 * What is done once about every answer of an exchange.
	 *
	 * @param Answer $answer The answer.
	 */
	public function conclude( Answer $answer ): Answer {
		if ( $answer->notices ) {
			Notices::record( $answer->notices );
		}
		// What only reads has loaded neither class, and need not now.
		if ( class_exists( Queue::class, false ) ) {
			Pass::after_request();
		}
		if ( ( $answer->changes || class_exists( Recorder::class, false ) ) && ! Witness::is_present() ) {
			Recorder::record( $answer, $this->parts, Tokens::used_name() );
		}
		return $answer;
	}

	/**
	 * Hides the content type from core, which would decode any `+json` body before the permission callback, answer bad
	 * JSON in its own shape and let members of the body pass for parameters.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public function hide_content_type( \WP_REST_Request $request ): void {
		if ( ! isset( $this->content_types[ $request ] ) ) {
			$this->content_types[ $request ] = (string) $request->get_header( 'content-type' );
			$request->set_header( 'content-type', 'application/octet-stream' );
		}
	}

	/**
	 * Path below the namespace, decoded.
	 *
	 * WordPress takes the route out of the raw request path, or out of `?rest_route=`, which PHP has decoded; both slashed.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	private function path( \WP_REST_Request $request ): string {
		$path = wp_unslash( Routes::path( $request->get_route() ) );
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only whether the key is there.
		return isset( $_GET['rest_route'] ) ? $path : rawurldecode( $path );
	}

	/**
	 * Query parameters with a plain value, decoded.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array<string,string>
	 */
	private function query( \WP_REST_Request $request ): array {
		$query = array();
		foreach ( $request->get_query_params() as $name => $value ) {
			if ( is_scalar( $value ) && 'rest_route' !== $name ) {
				$query[ (string) $name ] = (string) $value;
			}
		}
		return $query;
	}

	/**
	 * Request headers, without secrets.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return array<string,string> Lower-case name with hyphens => value.
	 */
	private function headers( \WP_REST_Request $request ): array {
		$headers = array();
		foreach ( $request->get_headers() as $name => $values ) {
			if ( ! in_array( $name, self::SECRET_HEADERS, true ) ) {
				$headers[ str_replace( '_', '-', $name ) ] = implode( ', ', (array) $values );
			}
		}
		unset( $headers['content-type'] );
		$content_type = $this->content_types[ $request ] ?? (string) $request->get_header( 'content-type' );
		if ( '' !== $content_type ) {
			$headers['content-type'] = $content_type;
		}
		return $headers;
	}
}
