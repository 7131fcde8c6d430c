<?php
/**
 * Many users at once.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Answer;
use Scimpress\Engine;

defined( 'ABSPATH' ) || exit;

/**
 * Brings users of a file onto the site, as a client that is allowed everything: one search tells who is there, one bulk request creates
 * those who are not and changes the others by what the file says of them. Who is as the file says is not written, so that a run that was
 * interrupted is simply repeated.
 */
final class User_Import {

	/** Users of a batch: what the store makes at once, and what a page of a search holds. */
	private const USERS = 100;

	/** Bytes of a batch, below what the engine takes as a body. */
	private const BYTES = 1048576;

	/** Bytes of the filter of one search, below what the engine takes. */
	private const FILTER = 7000;

	/** Problems kept for a report; all of them are counted, and told as they come. */
	private const PROBLEMS = 1000;

	/** Members that only a server sets, or that belong to a message. */
	private const NOT_SENT = array( 'id', 'meta', 'schemas', 'groups' );

	/**
	 * What has become of the users so far.
	 *
	 * @var array{lines: int, created: int, updated: int, unchanged: int, failed: int}
	 */
	private array $counts = array(
		'lines'     => 0,
		'created'   => 0,
		'updated'   => 0,
		'unchanged' => 0,
		'failed'    => 0,
	);

	/**
	 * What went wrong, the first of it.
	 *
	 * @var list<array{line: int, user: string, status: string, reason: string}>
	 */
	private array $problems = array();

	/**
	 * Users that wait for the batch to be full, by folded userName.
	 *
	 * @var array<string,array{line: int, name: string, user: \stdClass}>
	 */
	private array $batch = array();

	/**
	 * Bytes of the batch.
	 *
	 * @var int
	 */
	private int $bytes = 0;

	/**
	 * Makes an import.
	 *
	 * @param Client                $client Sends the requests.
	 * @param bool                  $dry    Whether nothing is to be kept.
	 * @param callable(array): void $tell   Hears of each problem.
	 */
	public function __construct( private readonly Client $client, private readonly bool $dry, private $tell ) {}

	/**
	 * Takes a user.
	 *
	 * @param int              $line Number of the line where he begins.
	 * @param \stdClass|string $user The resource, or what is wrong with the line.
	 * @return bool Whether a batch was done.
	 */
	public function add( int $line, \stdClass|string $user ): bool {
		++$this->counts['lines'];
		$name = is_string( $user ) ? null : self::name( $user );
		if ( null === $name ) {
			$this->fail( $line, '', '', is_string( $user ) ? $user : 'the user has no userName' );
			return false;
		}
		$key  = Engine::fold( $name );
		$size = strlen( Client::json( $user ) );
		// Who comes twice is changed the second time.
		$done = isset( $this->batch[ $key ] ) || count( $this->batch ) >= self::USERS || $this->bytes + $size > self::BYTES;
		if ( $done ) {
			$this->flush();
		}
		$this->bytes        += $size;
		$this->batch[ $key ] = array(
			'line' => $line,
			'name' => $name,
			'user' => $user,
		);
		return $done;
	}

	/**
	 * Does the batch.
	 */
	public function flush(): void {
		$batch       = $this->batch;
		$this->batch = array();
		$this->bytes = 0;
		if ( $batch ) {
			$this->dry ? $this->client->rehearse( fn() => $this->send( $batch ) ) : $this->send( $batch );
			Client::tidy();
		}
	}

	/**
	 * What has become of the users.
	 *
	 * @return array{lines: int, created: int, updated: int, unchanged: int, failed: int}
	 */
	public function counts(): array {
		return $this->counts;
	}

	/**
	 * What went wrong, the first of it.
	 *
	 * @return list<array{line: int, user: string, status: string, reason: string}>
	 */
	public function problems(): array {
		return $this->problems;
	}

	/**
	 * Sends a batch.
	 *
	 * @param array<string,array{line: int, name: string, user: \stdClass}> $batch The batch.
	 */
	private function send( array $batch ): void {
		$known      = $this->known( $batch );
		$operations = array();
		foreach ( $batch as $key => $item ) {
			$operations[] = isset( $known[ $key ] )
				? array(
					'method' => 'PATCH',
					'path'   => '/Users/' . $known[ $key ],
					'data'   => self::patch( $item['user'] ),
				)
				: array(
					'method' => 'POST',
					'path'   => '/Users',
					'bulkId' => (string) count( $operations ),
					'data'   => $item['user'],
				);
		}
		$answer  = $this->client->message( 'POST', '/Bulk', array( 'schemas' => array( Client::BULK ), 'Operations' => $operations ) );
		$results = json_decode( $answer->body, true )['Operations'] ?? array();
		$changed = array_column( array_filter( $answer->changes, static fn( array $change ): bool => $change['status'] < 400 ), 'id', 'id' );
		foreach ( array_values( $batch ) as $index => $item ) {
			$this->count( $item, $results[ $index ] ?? array( 'status' => (string) $answer->status, 'response' => array( 'detail' => Client::detail( $answer->body ) ) ), $changed );
		}
	}

	/**
	 * Counts what became of a user.
	 *
	 * @param array{line: int, name: string} $item    The user.
	 * @param array                          $result  Of a bulk response (RFC 7644 §3.7.3).
	 * @param array<string,string>           $changed SCIM ids of whom was written.
	 */
	private function count( array $item, array $result, array $changed ): void {
		$status = (string) ( $result['status'] ?? '' );
		if ( '201' === $status ) {
			++$this->counts['created'];
		} elseif ( '200' === $status ) {
			++$this->counts[ isset( $changed[ basename( $result['location'] ?? '' ) ] ) ? 'updated' : 'unchanged' ];
		} else {
			$this->fail( $item['line'], $item['name'], $status, (string) ( $result['response']['detail'] ?? '' ) );
		}
	}

	/**
	 * Notes a problem.
	 *
	 * @param int    $line   Number of the line.
	 * @param string $user   userName, empty where there is none.
	 * @param string $status HTTP status, empty where nothing was sent.
	 * @param string $reason Why.
	 */
	private function fail( int $line, string $user, string $status, string $reason ): void {
		++$this->counts['failed'];
		$problem = array(
			'line'   => $line,
			'user'   => $user,
			'status' => $status,
			'reason' => $reason,
		);
		if ( count( $this->problems ) < self::PROBLEMS ) {
			$this->problems[] = $problem;
		}
		( $this->tell )( $problem );
	}

	/**
	 * Who of a batch is on the site.
	 *
	 * @param array<string,array{name: string}> $batch The batch.
	 * @return array<string,string> Folded userName => SCIM id.
	 */
	private function known( array $batch ): array {
		$known  = array();
		$filter = '';
		foreach ( array_column( $batch, 'name' ) as $name ) {
			$term = 'userName eq ' . Client::json( $name );
			if ( '' !== $filter && strlen( $filter ) + strlen( $term ) > self::FILTER ) {
				$known += $this->search( $filter );
				$filter = '';
			}
			$filter .= ( '' === $filter ? '' : ' or ' ) . $term;
		}
		return $known + $this->search( $filter );
	}

	/**
	 * Whom a filter finds.
	 *
	 * @param string $filter The filter.
	 * @return array<string,string> Folded userName => SCIM id.
	 * @throws \RuntimeException When the search fails: all of the batch would be taken for new.
	 */
	private function search( string $filter ): array {
		$answer = $this->client->message(
			'POST',
			'/Users/.search',
			array(
				'schemas'    => array( Client::SEARCH ),
				'filter'     => $filter,
				'attributes' => array( 'userName' ),
				'count'      => self::USERS,
			)
		);
		if ( 200 !== $answer->status ) {
			throw new \RuntimeException( Client::detail( $answer->body ) );
		}
		$users = json_decode( $answer->body, true )['Resources'] ?? array();
		return array_combine( array_map( array( Engine::class, 'fold' ), array_column( $users, 'userName' ) ), array_column( $users, 'id' ) );
	}

	/**
	 * A change that leaves everything alone of which the file says nothing.
	 *
	 * @param \stdClass $user The resource.
	 */
	private static function patch( \stdClass $user ): array {
		$value = array_filter( (array) $user, static fn( $name ): bool => ! in_array( strtolower( (string) $name ), self::NOT_SENT, true ), ARRAY_FILTER_USE_KEY );
		return array(
			'schemas'    => array( Client::PATCH ),
			'Operations' => array(
				array(
					'op'    => 'replace',
					'value' => (object) $value,
				),
			),
		);
	}

	/**
	 * The userName of a resource, whatever the case of its member (RFC 7643 §2.1).
	 *
	 * @param \stdClass $user The resource.
	 */
	private static function name( \stdClass $user ): ?string {
		foreach ( (array) $user as $member => $value ) {
			if ( 'username' === strtolower( (string) $member ) && is_string( $value ) && '' !== $value ) {
				return $value;
			}
		}
		return null;
	}
}
