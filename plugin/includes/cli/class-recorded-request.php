<?php
/**
 * A request as somebody wrote it down.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Rest\Routes;

defined( 'ABSPATH' ) || exit;

/**
 * Reads a line of a recording: an object with `method`, `path` and, as far as there are, `query`, `headers`, `body`, the `status` of the
 * answer and the `id` of what it created; or an entry of the provisioning log, as `wp scimpress log show --format=json` prints it.
 */
final class Recorded_Request {

	/** What the log shows in the place of a secret. */
	private const HIDDEN = '***';

	/**
	 * Holds a request.
	 *
	 * @param string               $method  HTTP method.
	 * @param string               $path    Path below the base URL, decoded.
	 * @param array<string,string> $query   Parameters, decoded.
	 * @param array<string,string> $headers Names in lower case.
	 * @param string               $body    Raw body.
	 * @param int|null             $status  Status that the answer had; null when it is not known.
	 * @param string               $id      SCIM id of what the answer created; empty when it is not known.
	 */
	private function __construct(
		public readonly string $method,
		public readonly string $path,
		public readonly array $query,
		public readonly array $headers,
		public readonly string $body,
		public readonly ?int $status,
		public readonly string $id,
	) {}

	/**
	 * Reads a line.
	 *
	 * @param \stdClass $line The object.
	 * @return self|string What is wrong with it.
	 */
	public static function of( \stdClass $line ): self|string {
		if ( is_string( $line->raw ?? null ) ) {
			return self::of_log( $line );
		}
		if ( ! is_string( $line->method ?? null ) || ! is_string( $line->path ?? null ) ) {
			return 'the line has no method and path';
		}
		$body                 = $line->body ?? '';
		$status               = $line->status ?? $line->expect_status ?? null;
		$headers              = array_change_key_case( array_map( 'strval', array_filter( (array) ( $line->headers ?? array() ), 'is_scalar' ) ) );
		list( $path, $query ) = self::target( $line->path );
		return new self(
			strtoupper( $line->method ),
			$path,
			array_map( 'strval', array_filter( (array) ( $line->query ?? array() ), 'is_scalar' ) ) + $query,
			$headers,
			is_string( $body ) ? $body : Client::json( $body ),
			is_numeric( $status ) ? (int) $status : null,
			is_string( $line->id ?? null ) ? $line->id : (string) ( $line->response->id ?? '' )
		);
	}

	/**
	 * Reads an entry of the log.
	 *
	 * @param \stdClass $entry With `raw`, `status`, `operation` and `scim_id`.
	 * @return self|string What is wrong with it.
	 */
	private static function of_log( \stdClass $entry ): self|string {
		list( $head, $body )     = explode( "\n\n", $entry->raw, 2 ) + array( 1 => '' );
		$lines                   = explode( "\n", trim( $head ) );
		list( $method, $target ) = explode( ' ', array_shift( $lines ), 2 ) + array( 1 => '' );
		if ( ! str_starts_with( $target, '/' ) ) {
			return 'the entry has no request: those of one bulk request share that of the first';
		}
		// A password that is `***` would be set.
		if ( str_contains( $entry->raw, self::HIDDEN ) ) {
			return 'the log has hidden a part of this request';
		}
		if ( str_starts_with( $body, '(' ) ) {
			return 'the log has not kept the body of this request';
		}
		$headers = array();
		foreach ( $lines as $line ) {
			list( $name, $value )           = explode( ':', $line, 2 ) + array( 1 => '' );
			$headers[ strtolower( $name ) ] = trim( $value );
		}
		// Of the body that was sent.
		unset( $headers['content-length'] );
		list( $path, $query ) = array( strtok( $target, '?' ), array() );
		foreach ( array_filter( explode( '&', (string) substr( (string) strstr( $target, '?' ), 1 ) ) ) as $pair ) {
			list( $name, $value ) = explode( '=', $pair, 2 ) + array( 1 => '' );
			$query[ $name ]       = $value;
		}
		$created = in_array( $entry->operation ?? '', array( 'create', 'link' ), true );
		return new self( $method, $path, $query, $headers, $body, is_numeric( $entry->status ?? null ) ? (int) $entry->status : null, $created ? (string) ( $entry->scim_id ?? '' ) : '' );
	}

	/**
	 * A path or an address in its parts.
	 *
	 * @param string $target Such as `/Users?count=1`, with or without what comes before it on some site.
	 * @return array{0: string, 1: array<string,string>} Path below the base URL and parameters, decoded.
	 */
	private static function target( string $target ): array {
		$place  = strpos( $target, Routes::NAMESPACE );
		$target = false === $place ? str_replace( '{{base}}', '', $target ) : substr( $target, $place + strlen( Routes::NAMESPACE ) );
		$query  = array();
		foreach ( array_filter( explode( '&', substr( (string) strstr( $target, '?' ), 1 ) ), 'strlen' ) as $pair ) {
			list( $name, $value )        = explode( '=', $pair, 2 ) + array( 1 => '' );
			$query[ urldecode( $name ) ] = urldecode( $value );
		}
		return array( rawurldecode( '/' . ltrim( (string) strtok( $target . '?', '?' ), '/' ) ), $query );
	}
}
