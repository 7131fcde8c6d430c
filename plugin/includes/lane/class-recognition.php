<?php
/**
 * Which requests are SCIM's, before WordPress has looked.
 *
 * @package Scimpress
 */

namespace Scimpress\Lane;

use Scimpress\Rest\Routes;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.Security.ValidatedSanitizedInput, WordPress.Security.NonceVerification -- only compared; WordPress has not slashed anything yet.

/**
 * Finds the REST route of a request as WP::parse_request() will find it, in the rewrite rules that the site has stored.
 *
 * It may say no where WordPress says yes: the REST server answers then. It never says yes where WordPress says no, or finds
 * another route.
 */
final class Recognition {

	/** What core's rule makes of a path of the REST API. */
	private const TARGET = 'index.php?rest_route=/$matches[1]';

	/** The same as \WP_Rewrite::$index, which does not exist yet. */
	private const INDEX = 'index.php';

	/**
	 * The route of this request, if it is an endpoint of SCIM.
	 *
	 * @return string|null As the client sent it, with the namespace.
	 */
	public static function route(): ?string {
		if ( ! self::is_worth_a_look() || ! Settings::fast_lane() || ! self::is_front_end() || Settings::addresses_move() ) {
			return null;
		}
		// As untrailingslashit(), which WordPress calls on it.
		$route = rtrim( (string) self::requested(), '/\\' );
		return Routes::is_endpoint( $route ) ? $route : null;
	}

	/**
	 * Whether the namespace is in the address at all: nothing else costs requests for pages anything.
	 */
	private static function is_worth_a_look(): bool {
		return isset( $_GET['rest_route'] ) || false !== stripos( rawurldecode( (string) ( $_SERVER['REQUEST_URI'] ?? '' ) ), Routes::NAMESPACE );
	}

	/**
	 * Whether WordPress is going to parse this request, for a site that is open. Scripts that load WordPress for themselves
	 * never do, and what else reaches a REST route is left to it.
	 */
	private static function is_front_end(): bool {
		if ( ! defined( 'WP_USE_THEMES' ) || ! WP_USE_THEMES || wp_installing() || is_admin() || str_contains( (string) ( $_SERVER['PHP_SELF'] ?? '' ), 'wp-admin/' ) ) {
			return false;
		}
		// Core registers the routes for methods of letters alone.
		if ( 1 !== preg_match( '/\A[A-Za-z]+\z/', (string) ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) ) {
			return false;
		}
		if ( ! is_multisite() ) {
			return true;
		}
		$site = get_site();
		// A site that is archived, deleted or spam shows its visitors why; see ms_site_check().
		return ! ms_is_switched() && $site && ! (int) $site->archived && ! (int) $site->spam && ! (int) $site->deleted;
	}

	/**
	 * Value that `rest_route` is going to have.
	 */
	private static function requested(): ?string {
		$rules  = get_option( 'rewrite_rules' );
		$rules  = is_array( $rules ) ? $rules : array();
		$pretty = '' !== (string) get_option( 'permalink_structure' );
		// A form decides above everything else. A prefix that is not in the rules is given by somebody who has not loaded yet.
		if ( isset( $_POST['rest_route'] ) || ( $pretty && self::TARGET !== ( $rules[ self::patterns()[0] ] ?? null ) ) ) {
			return null;
		}
		if ( isset( $_GET['rest_route'] ) ) {
			return is_string( $_GET['rest_route'] ) ? $_GET['rest_route'] : null;
		}
		return $pretty ? self::matched( $rules ) : null;
	}

	/**
	 * The rules of the REST API, see rest_api_register_rewrites().
	 *
	 * @return list<string>
	 */
	private static function patterns(): array {
		return array( '^' . rest_get_url_prefix() . '/(.*)?', '^' . self::INDEX . '/' . rest_get_url_prefix() . '/(.*)?' );
	}

	/**
	 * What the first rule that matches the path makes of it.
	 *
	 * @param array<string,string> $rules Pattern => target.
	 */
	private static function matched( array $rules ): ?string {
		list( $file, $path ) = self::file_and_path();
		if ( '' === $path || '0' === $path ) {
			return null;
		}
		$subject = $path;
		foreach ( $rules as $pattern => $target ) {
			if ( '' !== $file && $file !== $path && str_starts_with( $pattern, $file ) ) {
				$subject = "$file/$path";
			}
			$raw = preg_match( "#^$pattern#", $subject, $matches );
			if ( ! $raw && ! preg_match( "#^$pattern#", urldecode( $subject ) ) ) {
				continue;
			}
			// What only fits when it is decoded is decoded once more by the route; such paths are nobody's honest request.
			return $raw && self::TARGET === $target && in_array( $pattern, self::patterns(), true ) ? '/' . ( $matches[1] ?? '' ) : null;
		}
		return null;
	}

	/**
	 * File and path of the request below the site's address, as rules see them. They differ only where the path follows the
	 * name of a script.
	 *
	 * @return array{string, string}
	 */
	private static function file_and_path(): array {
		$info  = str_replace( '%', '%25', explode( '?', (string) ( $_SERVER['PATH_INFO'] ?? '' ) )[0] );
		$file  = str_replace( $info, '', explode( '?', (string) ( $_SERVER['REQUEST_URI'] ?? '' ) )[0] );
		$home  = trim( (string) wp_parse_url( home_url(), PHP_URL_PATH ), '/' );
		$below = static fn( string $path ): string => trim( (string) preg_replace( '|^' . preg_quote( $home, '|' ) . '|i', '', trim( $path, '/' ) ), '/' );
		$file  = $below( $file );
		$info  = $below( $info );
		if ( '' !== $info && '0' !== $info && ! preg_match( '|^.*' . self::INDEX . '$|', $info ) ) {
			return array( $file, $info );
		}
		$file = self::INDEX === $file ? '' : $file;
		return array( $file, $file );
	}
}
