<?php
/**
 * Guards the SCIM routes inside WordPress's REST server.
 *
 * @package Scimpress
 */

namespace Scimpress\Rest;

use Scimpress\Answer;
use Scimpress\Doctor\Witness;
use Scimpress\Engine;

defined( 'ABSPATH' ) || exit;

/**
 * Makes sure that a SCIM client reads SCIM and nothing else: no conveniences of core, no errors in another shape, no stray
 * output, no fatal-error screen.
 */
final class Server {

	/**
	 * Headers that core or other plugins set before we know the answer. The answer's own headers are complete.
	 */
	private const FOREIGN_HEADERS = array(
		'Allow',
		'Access-Control-Allow-Credentials',
		'Access-Control-Allow-Headers',
		'Access-Control-Allow-Methods',
		'Access-Control-Allow-Origin',
		'Access-Control-Expose-Headers',
		'Cache-Control',
		'Content-Disposition',
		'Content-Location',
		'Content-Type',
		'ETag',
		'Expires',
		'Last-Modified',
		'Link',
		'Location',
		'Pragma',
		'Set-Cookie',
		'Vary',
		'WWW-Authenticate',
		'X-WP-Nonce',
	);

	/**
	 * Whether this HTTP request is SCIM's.
	 *
	 * @var bool
	 */
	private bool $serving = false;

	/**
	 * Whether the answer has left.
	 *
	 * @var bool
	 */
	private bool $sent = false;

	/**
	 * Takes the controller that answers the routes.
	 *
	 * @param Controller $controller Permission and callback.
	 */
	public function __construct( private readonly Controller $controller ) {}

	/**
	 * Holds back what is printed from now on, if this looks like a SCIM request: a deprecation notice printed before the
	 * answer would send the headers. Other requests of the namespace get it back when WordPress flushes its buffers.
	 */
	public function hold_output(): void {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- only looked at.
		if ( false !== stripos( rawurldecode( (string) ( $_SERVER['REQUEST_URI'] ?? '' ) ), Routes::NAMESPACE ) ) {
			ob_start();
		}
	}

	/**
	 * Action `parse_request`: from here on the answer is ours.
	 *
	 * @param \WP $wp The parsed request.
	 */
	public function begin( \WP $wp ): void {
		$route = $wp->query_vars['rest_route'] ?? null;
		if ( ! is_string( $route ) || ! Routes::in_namespace( $route ) ) {
			return;
		}
		$route = untrailingslashit( $route );
		if ( Routes::is_endpoint( $route ) ) {
			$this->take_over();
			return;
		}
		// Whether another plugin owns the route is known when all routes are.
		$decide = function ( \WP_REST_Server $server ) use ( $route ): void {
			if ( Routes::is_ours( $route, $server ) ) {
				$this->take_over();
			}
		};
		if ( did_action( 'rest_api_init' ) ) {
			$decide( rest_get_server() );
		} else {
			add_action( 'rest_api_init', $decide, PHP_INT_MAX );
		}
	}

	/**
	 * Action `rest_api_init`.
	 */
	public function register(): void {
		Routes::register( array( $this->controller, 'permission' ), array( $this->controller, 'handle' ) );
	}

	/**
	 * Filter `rest_endpoints`.
	 *
	 * @param array<string,array> $endpoints Route pattern => handlers.
	 * @return array<string,array>
	 */
	public function prioritise( $endpoints ): array {
		return Routes::prioritise( (array) $endpoints );
	}

	/**
	 * Filter `rest_authentication_errors`: tells plugins that close the REST API to anonymous visitors, and core, which checks
	 * cookies, that this request is none of theirs. Nobody acts in it, and permission is the route's to give.
	 *
	 * @param \WP_Error|true|null $result Outcome so far.
	 * @return \WP_Error|true|null
	 */
	public function authenticate( $result ) {
		if ( ! empty( $result ) || ! $this->serving ) {
			return $result;
		}
		wp_set_current_user( 0 );
		return true;
	}

	/**
	 * Filter `rest_pre_dispatch`, first.
	 *
	 * @param mixed            $result  Outcome so far.
	 * @param \WP_REST_Server  $server  The server.
	 * @param \WP_REST_Request $request The request.
	 * @return mixed
	 */
	public function hide_body( $result, \WP_REST_Server $server, \WP_REST_Request $request ) {
		if ( Routes::is_ours( $request->get_route(), $server ) ) {
			$this->controller->hide_content_type( $request );
		}
		return $result;
	}

	/**
	 * Filter `rest_pre_dispatch`, last: only an error may stand in for our routes. Core would answer OPTIONS with a
	 * description of the route, a cache with what somebody else was allowed to read.
	 *
	 * @param mixed            $result  Outcome so far.
	 * @param \WP_REST_Server  $server  The server.
	 * @param \WP_REST_Request $request The request.
	 * @return mixed
	 */
	public function keep_dispatch( $result, \WP_REST_Server $server, \WP_REST_Request $request ) {
		if ( empty( $result ) || ! Routes::is_ours( $request->get_route(), $server ) ) {
			return $result;
		}
		$is_error = is_wp_error( $result ) || ( $result instanceof \WP_REST_Response && $result->is_error() );
		return $is_error ? $result : null;
	}

	/**
	 * Filter `rest_post_dispatch`: whatever is no answer of the engine becomes a SCIM error.
	 *
	 * @param \WP_HTTP_Response $result  The response.
	 * @param \WP_REST_Server   $server  The server.
	 * @param \WP_REST_Request  $request The request.
	 */
	public function own( $result, \WP_REST_Server $server, \WP_REST_Request $request ): \WP_HTTP_Response {
		if ( ! Routes::is_ours( $request->get_route(), $server ) ) {
			return $result;
		}
		if ( $result instanceof Scim_Response ) {
			// A fresh one has no matched route, which core would ask for permission once a method to build an Allow header.
			return new Scim_Response( $result->answer );
		}
		$error = $result instanceof \WP_REST_Response ? $result->as_error() : null;
		return new Scim_Response( $this->refuse( $result->get_status(), is_wp_error( $error ) ? $error : null ) );
	}

	/**
	 * Filter `rest_pre_serve_request`: sends the answer byte for byte.
	 *
	 * @param bool              $served Whether somebody else has sent something.
	 * @param \WP_HTTP_Response $result The response, in an envelope if somebody asked for one.
	 */
	public function serve( $served, $result ): bool {
		if ( ! $result instanceof Scim_Response ) {
			return (bool) $served;
		}
		$this->send( $result->answer );
		return true;
	}

	/**
	 * Filter `rest_send_nocache_headers`: until WordPress 6.3 core sends them after the answer.
	 *
	 * @param bool $send Outcome so far.
	 */
	public function no_cache_headers( $send ): bool {
		return ! $this->serving && $send;
	}

	/**
	 * The `wp_die_handler` family: a wp_die() anywhere, and the screen of the fatal-error handler.
	 *
	 * @param callable $handler Outcome so far.
	 */
	public function die_handler( $handler ): callable {
		return $this->serving && ! $this->sent ? array( $this, 'handle_die' ) : $handler;
	}

	/**
	 * What wp_die() calls.
	 *
	 * @param string|\WP_Error $message What should have been shown; not for a client to read.
	 * @param string           $title   Unused.
	 * @param array            $args    `response`: status, `exit`: whether to end.
	 */
	public function handle_die( $message, $title = '', $args = array() ): void {
		$args = wp_parse_args( $args, array( 'exit' => true ) );
		$this->send( $this->refuse( (int) ( $args['response'] ?? 500 ), is_wp_error( $message ) ? $message : null ) );
		if ( $args['exit'] ) {
			die();
		}
	}

	/**
	 * Action `shutdown`: a hook of another plugin ended the request, by exit, by a redirect or by a fatal error.
	 */
	public function finish(): void {
		if ( $this->serving && ! $this->sent ) {
			$this->send( $this->refuse( 500, null ) );
		}
	}

	/**
	 * Takes this HTTP request over: from here on the answer is ours.
	 */
	public function take_over(): void {
		$this->serving = true;
		// What is printed before the answer is thrown away.
		ob_start();
		// Conveniences of core for clients that cannot do HTTP. They change methods, statuses and bodies.
		unset( $_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE'] );
		foreach ( array( '_method', '_envelope', '_jsonp', '_fields', '_embed' ) as $name ) {
			unset( $_GET[ $name ] );
		}
	}

	/**
	 * Gives this HTTP request back to WordPress, for the time being.
	 */
	public function step_aside(): void {
		$this->serving = false;
	}

	/**
	 * Sends an answer and ends the request.
	 *
	 * @param Answer $answer The answer.
	 */
	public function end( Answer $answer ): never {
		$this->send( $answer );
		exit;
	}

	/**
	 * A SCIM error for a refusal of ours or of another plugin.
	 *
	 * @param \WP_Error $error The refusal; `status` in its data is its HTTP status.
	 */
	public function refusal( \WP_Error $error ): Answer {
		return $this->refuse( (int) ( $error->get_error_data()['status'] ?? 500 ), $error );
	}

	/**
	 * A SCIM error for what WordPress or another plugin refused.
	 *
	 * @param int            $status Status of the refusal; below 400 it is not one and becomes 500.
	 * @param \WP_Error|null $error  The refusal, when known.
	 */
	private function refuse( int $status, ?\WP_Error $error ): Answer {
		$code = (string) $error?->get_error_code();
		if ( Controller::REFUSED === $code ) {
			return Engine::refuse( $status, $error->get_error_message() );
		}
		// The code is a word of a program. The message is for a person and may say anything.
		$code   = substr( preg_replace( '/[^A-Za-z0-9_.-]/', '', $code ), 0, 64 );
		$status = $status >= 400 && $status <= 599 ? $status : 500;
		$detail = $status < 500 ? 'wordpress or one of its plugins refused this request' : 'wordpress or one of its plugins failed while it handled this request';
		return Engine::refuse( $status, '' === $code ? $detail : "$detail (`$code`)" );
	}

	/**
	 * Sends an answer, and nothing else.
	 *
	 * @param Answer $answer The answer.
	 */
	private function send( Answer $answer ): void {
		$this->sent = true;
		while ( ob_get_level() > 0 && ob_get_status()['flags'] & PHP_OUTPUT_HANDLER_REMOVABLE ) {
			ob_end_clean();
		}
		if ( ! headers_sent() ) {
			array_map( 'header_remove', self::FOREIGN_HEADERS );
			status_header( $answer->status );
			// What core sends with every answer of the REST API.
			header( 'X-Robots-Tag: noindex' );
			header( 'X-Content-Type-Options: nosniff' );
			foreach ( $answer->headers as $name => $value ) {
				header( "$name: $value" );
			}
			Witness::testify( $answer->body );
			if ( ! isset( array_change_key_case( $answer->headers )['content-type'] ) ) {
				// PHP would name a type for the body that a 204 has not.
				ini_set( 'default_mimetype', '' ); // phpcs:ignore WordPress.PHP.IniSet.Risky -- for the rest of this answer only.
			}
		}
		if ( 'HEAD' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) {
			echo $answer->body; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- JSON of the engine, sent byte for byte.
		}
		// The client need not wait for what plugins do at shutdown, nor read what they print there, expecting a whole page behind it.
		if ( function_exists( 'fastcgi_finish_request' ) ) {
			fastcgi_finish_request();
		} else {
			flush();
		}
		ob_start( static fn(): string => '' );
	}
}
