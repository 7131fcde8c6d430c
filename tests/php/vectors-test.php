<?php
/**
 * The shared tables, through the extension.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\{Exchange, Filter, FilterError, Token};

/**
 * The rows that Rust's own tests run, so that the boundary is known to change nothing.
 */
final class Vectors_Test extends TestCase {

	/**
	 * Rows about an empty string. The text that a caller hands over is read like a request's, in which `""` says that there
	 * is no value (RFC 7643 §2.5, Entra quirk Q-24); Rust's tests match the bare value.
	 */
	private const EMPTY_STRING = array(
		'title ge ""' => array( 'mira' ),
		'title eq ""' => array(),
	);

	private static function table( string $name ): array {
		$rows = json_decode( file_get_contents( dirname( __DIR__ ) . "/vectors/$name.json" ), false, 512, JSON_THROW_ON_ERROR );
		$rows = is_array( $rows ) ? $rows : (array) $rows;
		self::assertNotEmpty( $rows );
		return $rows;
	}

	/**
	 * Runs a check on every row and names all rows that fail.
	 */
	private static function each( array $rows, callable $check ): void {
		self::assertNotEmpty( $rows );
		$wrong = array();
		foreach ( $rows as $row ) {
			$problem = $check( $row );
			if ( null !== $problem ) {
				$wrong[] = json_encode( $row, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) . "\n    $problem";
			}
		}
		self::assertSame( '', implode( "\n", $wrong ) );
	}

	public function test_filters_have_their_canonical_text(): void {
		self::each(
			self::table( 'filter-parse' ),
			function ( \stdClass $row ): ?string {
				$filter = Filter::parse( $row->filter );
				$found  = array( $filter->canonical(), (string) $filter );
				return array( $row->canonical, $row->canonical ) === $found ? null : "found {$found[0]} and {$found[1]}";
			}
		);
	}

	public function test_bad_filters_are_refused_with_their_position(): void {
		self::each(
			self::table( 'filter-error' ),
			function ( \stdClass $row ): ?string {
				try {
					return 'accepted as ' . Filter::parse( $row->filter )->canonical();
				} catch ( FilterError $error ) {
					$whole = str_contains( $error->getMessage(), $row->detail ) && str_contains( $error->getMessage(), "at position $row->position" );
					return $whole ? null : $error->getMessage();
				}
			}
		);
	}

	public function test_bad_filters_in_a_request_have_the_same_text(): void {
		self::each(
			// A filter of nothing but blanks is a list without one.
			array_filter( self::table( 'filter-error' ), fn( \stdClass $row ) => '' !== trim( $row->filter ) ),
			function ( \stdClass $row ): ?string {
				$exchange = new Exchange( Requests::request( array( 'query' => array( 'filter' => $row->filter ) ) ), Requests::config() );
				if ( null !== $exchange->next() || 400 !== $exchange->status() ) {
					return 'accepted';
				}
				$error = json_decode( $exchange->body(), false, 512, JSON_THROW_ON_ERROR );
				return 'invalidFilter' === $error->scimType && str_contains( $error->detail, $row->detail ) ? null : $exchange->body();
			}
		);
	}

	public function test_filters_match_the_resources_they_should(): void {
		$tables    = self::table( 'filter-match' );
		$resources = array_map( fn( \stdClass $resource ) => json_encode( $resource ), (array) $tables['resources'] );
		self::each(
			$tables['rows'],
			function ( \stdClass $row ) use ( $resources ): ?string {
				$filter = Filter::parse( $row->filter );
				$found  = array_keys( array_filter( $resources, array( $filter, 'matches' ) ) );
				return ( self::EMPTY_STRING[ $row->filter ] ?? $row->matches ) === $found ? null : 'found ' . json_encode( $found );
			}
		);
	}

	public function test_tokens_are_read_digested_and_found(): void {
		self::each(
			self::table( 'token' ),
			function ( \stdClass $row ): ?string {
				$token = isset( $row->header ) ? Token::parse( $row->header ) : Token::fromSecret( str_repeat( $row->secret, $row->times ?? 1 ) );
				$found = array( $token?->digest(), $token?->matches( $row->stored ?? array() ) );
				return array( $row->digest ?? null, $row->index ?? null ) === $found ? null : 'found ' . json_encode( $found );
			}
		);
	}

	/**
	 * A site with Ada, Bob, a group of Ada, and an administrator whom SCIM does not manage, and the request of a row.
	 */
	private static function staged( \stdClass $row ): array {
		$store = new Store();
		$post  = fn( string $body, string $path = '/Users' ) => $store->answer( Requests::request( array( 'method' => 'POST', 'path' => $path, 'body' => $body ) ) );
		$post( '{"userName":"ada@example.com","emails":[{"type":"work","value":"ada@example.com"}]}' );
		$post( '{"userName":"bob@example.com","urn:ietf:params:scim:schemas:extension:wpo365:2.0:User":{"objectId":"8d6a"}}' );
		$ids     = array_keys( $store->rows );
		$post( sprintf( '{"displayName":"Editors","members":[{"value":"%s"}]}', $ids[0] ), '/Groups' );
		$ids[]   = array_key_first( $store->groups->rows );
		$written = $row->request;
		$fill    = fn( string $text ) => str_replace( array( '{1}', '{2}', '{3}', '{1:upper}', '{3:upper}' ), array( ...$ids, strtoupper( $ids[0] ), strtoupper( $ids[2] ) ), $text );
		$raw     = fn( string $hex ) => hex2bin( str_replace( ' ', '', $hex ) );
		$body    = $written->text ?? ( isset( $written->hex ) ? $raw( $written->hex ) : '' );
		if ( isset( $written->body ) ) {
			for ( $count = 0; $count < ( $written->operations ?? 0 ); ++$count ) {
				$written->body->Operations[] = array( 'op' => 'add', 'path' => 'title', 'value' => 'x' );
			}
			$body = $fill( json_encode( $written->body, JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION ) );
		}
		$request = array(
			'method'  => $written->method,
			'path'    => $fill( $written->path ),
			'query'   => (array) ( $written->query ?? array() ) + array_map( $raw, (array) ( $written->queryHex ?? array() ) ),
			'headers' => ( isset( $written->contentType ) ? array( 'content-type' => $written->contentType ) : array() ) + (array) ( $written->headers ?? array() ),
			'body'    => $body,
		);
		return array( $store, $request );
	}

	/**
	 * What is wrong with an error answer, null when nothing is.
	 */
	private static function refusal( Exchange $exchange, \stdClass $expected, string $method ): ?string {
		if ( 'HEAD' === strtoupper( $method ) ) {
			// RFC 9110 §9.3.2
			return array( $expected->status ?? 400, '' ) === array( $exchange->status(), $exchange->body() ) ? null : "{$exchange->status()} {$exchange->body()}";
		}
		$error = json_decode( $exchange->body() );
		if ( ! is_object( $error ) ) {
			return "{$exchange->status()} {$exchange->body()}";
		}
		$right = array( $expected->status ?? 400, (string) ( $expected->status ?? 400 ), $expected->scimType ?? null );
		$found = array( $exchange->status(), $error->status ?? null, $error->scimType ?? null );
		return $right === $found && str_contains( $error->detail ?? '', $expected->detail ) ? null : "{$exchange->status()} {$exchange->body()}";
	}

	public function test_bad_requests_are_refused_and_change_nothing(): void {
		self::each(
			// Rows with a limit of their own need a PHP of their own; the tests of the setting have one.
			array_filter( self::table( 'errors-requests' ), fn( \stdClass $row ) => ! isset( $row->maxBodyBytes ) ),
			function ( \stdClass $row ): ?string {
				list( $store, $request ) = self::staged( $row );
				$before                  = $store->state();
				$exchange                = $store->answer( $request );
				if ( $before !== $store->state() ) {
					return 'something was changed';
				}
				return ( $row->allow ?? null ) === ( $exchange->headers()['Allow'] ?? null ) ? self::refusal( $exchange, $row->error, $request['method'] ) : json_encode( $exchange->headers() );
			}
		);
	}

	public function test_refusals_of_the_store_have_their_status(): void {
		self::each(
			self::table( 'errors-store' ),
			function ( \stdClass $row ): ?string {
				list( $store, $request ) = self::staged( $row );
				$store->refused          = array(
					$row->store->need => array(
						'error'  => $row->store->error,
						'detail' => $row->store->words ?? '',
					),
				);
				return self::refusal( $store->answer( $request ), $row->error, $request['method'] );
			}
		);
	}

	public function test_text_that_is_no_user_is_a_filter_error(): void {
		$filter = Filter::parse( 'title pr' );
		foreach ( array( '', 'x', '[]', 'null', "\xff", '{"title":5}', '{"a":1,"a":2}', '{"userName":"x"', "{\"userName\":\"\0\"}" ) as $text ) {
			try {
				$filter->matches( $text );
				self::fail( "accepted: $text" );
			} catch ( FilterError $error ) {
				self::assertStringNotContainsString( "\n", $error->getMessage() );
			}
		}
	}
}
