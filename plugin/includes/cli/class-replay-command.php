<?php
/**
 * `wp scimpress replay`
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Answer;

defined( 'ABSPATH' ) || exit;

/**
 * Repeats requests that were written down.
 */
final class Replay_Command {

	private const FIELDS = array( 'line', 'method', 'path', 'status', 'recorded', 'same', 'detail' );

	/** Longest record in bytes: a body and what is around it. */
	private const MAX_RECORD = 4194304;

	/**
	 * Sends recorded requests to this site, without a web server, and compares the status of each answer.
	 *
	 * A recording has a JSON object a line: method, path and, as far as there are, query, headers, body, and the status of the answer.
	 * With the id of what an answer created, later lines may name it. Entries of the provisioning log, as `wp scimpress log show
	 * --format=json` prints them, are recordings, too. Ends with 1 when an answer has another status than the recorded one.
	 *
	 * ## OPTIONS
	 *
	 * <file>
	 * : The recording, `-` for the standard input.
	 *
	 * [--dry-run]
	 * : Take everything back in the end.
	 *
	 * [--format=<format>]
	 * : How to print the answers.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     # Would the request that failed this morning succeed now?
	 *     wp scimpress log show 4711 --format=json | wp scimpress replay - --dry-run
	 *
	 * @param list<string>         $arguments File.
	 * @param array<string,string> $options   dry-run, format.
	 */
	public function __invoke( array $arguments, array $options ): void {
		Console::require_engine();
		$client = new Client();
		$file   = Console::open( $arguments[0] ?? '' );
		$work   = static fn(): array => self::replay( $client, $file );
		$rows   = empty( $options['dry-run'] ) ? $work() : $client->rehearse( $work );
		Console::items( $options, $rows, self::FIELDS );
		$other = count( array_filter( $rows, static fn( array $row ): bool => 'no' === $row['same'] ) );
		if ( $other ) {
			/* translators: 1: number of requests, 2: number of requests. */
			\WP_CLI::error( sprintf( __( '%1$d of %2$d requests had another answer than the recorded one, or none.', 'scimpress' ), $other, count( $rows ) ) );
		}
		if ( 'table' === ( $options['format'] ?? 'table' ) ) {
			/* translators: %d: number of requests. */
			\WP_CLI::success( sprintf( _n( '%d request was answered.', '%d requests were answered.', count( $rows ), 'scimpress' ), count( $rows ) ) );
		}
	}

	/**
	 * Sends the requests of a file.
	 *
	 * @param Client   $client Sends them.
	 * @param resource $file   The recording.
	 * @return list<array<string,string|int>>
	 */
	private static function replay( Client $client, $file ): array {
		$rows = array();
		$ids  = array();
		$move = Console::progress( __( 'Replaying', 'scimpress' ), $file );
		foreach ( ( new Json_Stream( $file, self::MAX_RECORD ) )->objects() as $line => $text ) {
			$object  = null === $text ? null : json_decode( $text, false, 64, JSON_BIGINT_AS_STRING );
			$request = $object instanceof \stdClass ? Recorded_Request::of( $object ) : 'this is no JSON object';
			if ( is_string( $request ) ) {
				$rows[] = array_combine( self::FIELDS, array( $line, '', '', '', '', 'no', $request ) );
				continue;
			}
			$answer = $client->send( $request->method, strtr( $request->path, $ids ), strtr( $request->body, $ids ), array_map( static fn( string $value ): string => strtr( $value, $ids ), $request->query ), $request->headers );
			$made   = 201 === $answer->status ? (string) ( json_decode( $answer->body, true )['id'] ?? '' ) : '';
			if ( '' !== $request->id && '' !== $made ) {
				$ids[ $request->id ] = $made;
			}
			$rows[] = self::row( $line, $request, $answer );
			$move();
		}
		return $rows;
	}

	/**
	 * A request and its answer as a row.
	 *
	 * @param int              $line    Number of the line.
	 * @param Recorded_Request $request The request.
	 * @param Answer           $answer  The answer.
	 * @return array<string,string|int>
	 */
	private static function row( int $line, Recorded_Request $request, Answer $answer ): array {
		return array(
			'line'     => $line,
			'method'   => $request->method,
			'path'     => $request->path,
			'status'   => $answer->status,
			'recorded' => (string) $request->status,
			'same'     => null === $request->status ? '' : ( $answer->status === $request->status ? 'yes' : 'no' ),
			'detail'   => $answer->status >= 400 ? Client::detail( $answer->body ) : '',
		);
	}
}
