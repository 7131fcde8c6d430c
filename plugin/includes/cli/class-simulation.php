<?php
/**
 * A cycle of an identity provider.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Answer;
use Scimpress\Store\Departure;
use Scimpress\Store\Transaction;

defined( 'ABSPATH' ) || exit;

/**
 * Plays the life of invented people with the requests that Microsoft Entra ID sends, and takes their time. Their addresses end in
 * a domain that cannot exist (RFC 2606); whoever has such an address is one of them, and is removed.
 */
final class Simulation {

	public const DOMAIN = 'simulation.scimpress.invalid';

	/** Kinds of requests, in the order of a life. */
	public const KINDS = array( 'probe', 'look up', 'create', 'read', 'change, with path', 'change, without path', 'deactivate', 'reactivate', 'delete' );

	/** Accounts removed at a time. */
	private const PAGE = 100;

	/**
	 * Milliseconds of the requests that succeeded, and what others were told.
	 *
	 * @var array<string,array{times: list<float>, failures: list<string>}>
	 */
	private array $results;

	/**
	 * Makes a simulation.
	 *
	 * @param Client $client Sends the requests.
	 */
	public function __construct( private readonly Client $client ) {
		$this->results = array_fill_keys(
			self::KINDS,
			array(
				'times'    => array(),
				'failures' => array(),
			)
		);
	}

	/**
	 * Plays lives, and removes everybody who has come by it, also in a run that was killed.
	 *
	 * @param int              $users  How many.
	 * @param callable(): void $lived  Called after each.
	 */
	public function run( int $users, callable $lived ): void {
		add_filter( 'pre_wp_mail', array( self::class, 'hold_mail' ), PHP_INT_MAX, 2 );
		self::clean();
		try {
			for ( $number = 0; $number < $users; $number++ ) {
				$this->live( bin2hex( random_bytes( 8 ) ) );
				$lived();
			}
		} finally {
			self::clean();
			remove_filter( 'pre_wp_mail', array( self::class, 'hold_mail' ), PHP_INT_MAX );
		}
	}

	/**
	 * What became of the requests.
	 *
	 * @return list<array{operation: string, requests: int, failures: int, median_ms: string, p99_ms: string, detail: string}>
	 */
	public function rows(): array {
		$rows = array();
		foreach ( $this->results as $kind => $result ) {
			$times = $result['times'];
			sort( $times );
			$at     = static fn( float $part ): string => $times ? number_format( $times[ max( 0, (int) ceil( count( $times ) * $part ) - 1 ) ], 2, '.', '' ) : '';
			$rows[] = array(
				'operation' => $kind,
				'requests'  => count( $times ) + count( $result['failures'] ),
				'failures'  => count( $result['failures'] ),
				'median_ms' => $at( 0.5 ),
				'p99_ms'    => $at( 0.99 ),
				'detail'    => $result['failures'][0] ?? '',
			);
		}
		return $rows;
	}

	/**
	 * Filter `pre_wp_mail`: nobody has these addresses.
	 *
	 * @param bool|null $sent Whether another plugin has sent it.
	 * @param array     $mail Arguments of wp_mail().
	 * @return bool|null
	 */
	public static function hold_mail( $sent, $mail ) {
		return str_contains( implode( ',', (array) ( $mail['to'] ?? '' ) ), '@' . self::DOMAIN ) ? true : $sent;
	}

	/**
	 * Removes the invented people, with those that a killed run has left.
	 */
	public static function clean(): void {
		do {
			$found = get_users(
				array(
					'search'         => '*@' . self::DOMAIN,
					'search_columns' => array( 'user_email' ),
					'number'         => self::PAGE,
				)
			);
			foreach ( $found as $user ) {
				// The search is the database's; what is deleted here must be ours.
				if ( ! str_ends_with( strtolower( $user->user_email ), '@' . self::DOMAIN ) ) {
					return;
				}
				Transaction::run(
					static function ( Transaction $transaction ) use ( $user ): void {
						$transaction->touch( $user->ID );
						Departure::delete( $user->ID );
					}
				);
			}
			Client::tidy();
		} while ( count( $found ) === self::PAGE );
	}

	/**
	 * One life.
	 *
	 * @param string $name Nobody has it.
	 */
	private function live( string $name ): void {
		$address = "$name@" . self::DOMAIN;
		$this->send( 'probe', array( 200 ), 'GET', '/Users', null, array( 'filter' => 'userName eq "' . bin2hex( random_bytes( 16 ) ) . '"' ) );
		$this->send( 'look up', array( 200 ), 'GET', '/Users', null, array( 'filter' => "userName eq \"$address\"" ) );
		$user = $this->send( 'create', array( 201 ), 'POST', '/Users', self::person( $name, $address ) );
		$id   = null === $user ? '' : (string) json_decode( $user->body )->id;
		if ( '' === $id ) {
			return;
		}
		$path = "/Users/$id";
		$this->send( 'read', array( 200 ), 'GET', $path );
		// The dialect of Entra's standard flags, and that of aadOptscim062020.
		$this->send( 'change, with path', array( 200, 204 ), 'PATCH', $path, self::patch( array( 'op' => 'Replace', 'path' => 'title', 'value' => 'Editor' ) ) );
		$this->send( 'change, without path', array( 200, 204 ), 'PATCH', $path, self::patch( array( 'op' => 'replace', 'value' => array( 'name.familyName' => 'Simulated', 'displayName' => 'Sim Simulated' ) ) ) );
		$this->send( 'deactivate', array( 200, 204 ), 'PATCH', $path, self::patch( array( 'op' => 'Replace', 'path' => 'active', 'value' => 'False' ) ) );
		$this->send( 'reactivate', array( 200, 204 ), 'PATCH', $path, self::patch( array( 'op' => 'replace', 'path' => 'active', 'value' => true ) ) );
		$this->send( 'delete', array( 204 ), 'DELETE', $path );
	}

	/**
	 * Sends a request and takes its time.
	 *
	 * @param string               $kind   Of KINDS.
	 * @param list<int>            $good   Statuses of success.
	 * @param string               $method HTTP method.
	 * @param string               $path   Path below the base URL.
	 * @param array|null           $body   The message.
	 * @param array<string,string> $query  Parameters.
	 * @return Answer|null Null when it failed.
	 */
	private function send( string $kind, array $good, string $method, string $path, ?array $body = null, array $query = array() ): ?Answer {
		$body   = null === $body ? '' : Client::json( $body );
		$begun  = hrtime( true );
		$answer = $this->client->send( $method, $path, $body, $query );
		$taken  = ( hrtime( true ) - $begun ) / 1e6;
		// Each request of a client begins without what another has read.
		Client::tidy();
		if ( ! in_array( $answer->status, $good, true ) ) {
			$this->results[ $kind ]['failures'][] = "$answer->status " . Client::detail( $answer->body );
			return null;
		}
		$this->results[ $kind ]['times'][] = $taken;
		return $answer;
	}

	/**
	 * A person as Entra describes one.
	 *
	 * @param string $name    Nobody has it.
	 * @param string $address Address and userName.
	 */
	private static function person( string $name, string $address ): array {
		return array(
			'schemas'     => array( 'urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' ),
			'externalId'  => $name,
			'userName'    => $address,
			'active'      => true,
			'displayName' => 'Sim Ulation',
			'emails'      => array(
				array(
					'primary' => true,
					'type'    => 'work',
					'value'   => $address,
				),
			),
			'name'        => array(
				'formatted'  => 'Sim Ulation',
				'familyName' => 'Ulation',
				'givenName'  => 'Sim',
			),
			'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' => array( 'department' => 'Simulation' ),
		);
	}

	/**
	 * A PATCH of one operation.
	 *
	 * @param array $operation The operation.
	 */
	private static function patch( array $operation ): array {
		return array(
			'schemas'    => array( Client::PATCH ),
			'Operations' => array( $operation ),
		);
	}
}
