<?php
/**
 * Lists of resources.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

defined( 'ABSPATH' ) || exit;

/**
 * Reads as many resources as are wanted, a page at a time.
 */
final class Listing {

	/** Most rows that are asked for. */
	public const MOST = 100000;

	/**
	 * Resources that a filter finds.
	 *
	 * @param string               $path    Of the collection.
	 * @param array<string,string> $options Of a command: filter, limit.
	 * @param array<string,string> $query   More parameters.
	 * @return list<array> Decoded.
	 */
	public static function read( string $path, array $options, array $query = array() ): array {
		$client = new Client();
		$limit  = Console::number( $options, 'limit', 1, self::MOST, 100 );
		$query += array_filter( array( 'filter' => $options['filter'] ?? '' ), 'strlen' );
		$found  = array();
		$cursor = '';
		do {
			// RFC 9865: a cursor asks for no count, and nothing is skipped that comes or goes between two pages.
			$answer = $client->send( 'GET', $path, '', $query + array( 'cursor' => $cursor, 'count' => (string) min( 200, $limit - count( $found ) ) ) );
			$page   = json_decode( $answer->body, true );
			if ( 200 !== $answer->status ) {
				\WP_CLI::error( Client::detail( $answer->body ) );
			}
			$found  = array( ...$found, ...( $page['Resources'] ?? array() ) );
			$cursor = (string) ( $page['nextCursor'] ?? '' );
			Client::tidy();
		} while ( '' !== $cursor && count( $found ) < $limit );
		return $found;
	}

	/**
	 * Prints a resource as a client reads it.
	 *
	 * @param string $path Its path.
	 */
	public static function show( string $path ): void {
		$answer = ( new Client() )->send( 'GET', $path );
		if ( 200 !== $answer->status ) {
			\WP_CLI::error( Client::detail( $answer->body ) );
		}
		$resource = json_decode( $answer->body, false, 512, JSON_BIGINT_AS_STRING );
		\WP_CLI::line( (string) wp_json_encode( $resource, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
	}
}
