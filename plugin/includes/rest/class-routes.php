<?php
/**
 * Which routes are SCIM's.
 *
 * @package Scimpress
 */

namespace Scimpress\Rest;

defined( 'ABSPATH' ) || exit;

/**
 * The SCIM part of the namespace `wpo365/v1`, which another plugin may use too.
 */
final class Routes {

	public const NAMESPACE = 'wpo365/v1';

	/** The endpoints of RFC 7644 §3.2, and everything below them. */
	private const ENDPOINTS = '(?:Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig|Bulk|Me|\.search)(?:/.*)?';

	private const SEARCH = '(?:/(?:Users|Groups))?/\.search/?';

	private const ENDPOINTS_KEY = '/' . self::NAMESPACE . '/' . self::ENDPOINTS;

	/** What nobody else answers is answered by SCIM, as a SCIM error. */
	private const REST_KEY = '/' . self::NAMESPACE . '/.*';

	private const INDEX_KEY = '/' . self::NAMESPACE;

	private const METHODS = array( 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS' );

	/**
	 * Registers the routes.
	 *
	 * @param callable $permission Permission callback.
	 * @param callable $callback   Answers every method of every route.
	 */
	public static function register( callable $permission, callable $callback ): void {
		// An unknown method gets its 405 from the engine (RFC 9110 §15.5.6), where WordPress would say that there is no route.
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- only its letters are used.
		$method = preg_replace( '/[^A-Z]/', '', strtoupper( (string) ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) );
		$args   = array(
			'methods'             => array_values( array_unique( array_filter( array( ...self::METHODS, $method ) ) ) ),
			'callback'            => $callback,
			'permission_callback' => $permission,
			'show_in_index'       => false,
		);
		register_rest_route( self::NAMESPACE, self::ENDPOINTS, array( $args ) );
		register_rest_route( self::NAMESPACE, '.*', array( $args ) );
	}

	/**
	 * Puts the SCIM endpoints before, and the rest of the namespace after what other plugins registered.
	 *
	 * @param array<string,array> $endpoints Route pattern => handlers, tried in this order.
	 * @return array<string,array>
	 */
	public static function prioritise( array $endpoints ): array {
		if ( ! isset( $endpoints[ self::ENDPOINTS_KEY ], $endpoints[ self::REST_KEY ] ) ) {
			return $endpoints;
		}
		$first = array( self::ENDPOINTS_KEY => $endpoints[ self::ENDPOINTS_KEY ] );
		$last  = array(
			self::INDEX_KEY => $endpoints[ self::REST_KEY ],
			self::REST_KEY  => $endpoints[ self::REST_KEY ],
		);
		return $first + array_diff_key( $endpoints, $last ) + $last;
	}

	/**
	 * Place of the SCIM endpoints among others, null when somebody has taken them away; prioritise() makes it 0.
	 *
	 * @param array<string,array> $endpoints Route pattern => handlers.
	 */
	public static function place( array $endpoints ): ?int {
		$place = array_search( self::ENDPOINTS_KEY, array_keys( $endpoints ), true );
		return false === $place ? null : $place;
	}

	/**
	 * Whether a route is in the namespace. WordPress matches routes without regard to case.
	 *
	 * @param string $route Route of a request, with the namespace.
	 */
	public static function in_namespace( string $route ): bool {
		return self::matches( self::REST_KEY, "$route/" );
	}

	/**
	 * Whether a route is one of the SCIM endpoints.
	 *
	 * @param string $route Route of a request, with the namespace.
	 */
	public static function is_endpoint( string $route ): bool {
		return self::matches( self::ENDPOINTS_KEY, $route );
	}

	/**
	 * Whether SCIM answers a route: an endpoint, or a route of the namespace that no other plugin registered.
	 *
	 * @param string          $route  Route of a request, with the namespace.
	 * @param \WP_REST_Server $server Knows all routes.
	 */
	public static function is_ours( string $route, \WP_REST_Server $server ): bool {
		if ( self::is_endpoint( $route ) || ! self::in_namespace( $route ) ) {
			return self::is_endpoint( $route );
		}
		foreach ( array_keys( $server->get_routes( self::NAMESPACE ) ) as $pattern ) {
			if ( ! in_array( $pattern, array( self::INDEX_KEY, self::REST_KEY ), true ) && self::matches( $pattern, $route ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether a request cannot change anything: its method is safe (RFC 9110 §9.2.1), or it is a search, which reads by POST
	 * (RFC 7644 §3.4.3).
	 *
	 * @param string $method HTTP method.
	 * @param string $route  Route of the request, with the namespace.
	 */
	public static function is_read( string $method, string $route ): bool {
		return in_array( $method, array( 'GET', 'HEAD', 'OPTIONS' ), true ) || ( 'POST' === $method && self::matches( '/' . self::NAMESPACE . self::SEARCH, $route ) );
	}

	/**
	 * The part of a route below the namespace; '' or '/…'.
	 *
	 * @param string $route Route of a request that is in the namespace.
	 */
	public static function path( string $route ): string {
		return substr( $route, strlen( self::INDEX_KEY ) );
	}

	/**
	 * Matches as WordPress does.
	 *
	 * @param string $pattern Route pattern.
	 * @param string $route   Route of a request.
	 */
	private static function matches( string $pattern, string $route ): bool {
		return 1 === preg_match( '@^' . $pattern . '$@i', $route );
	}
}
