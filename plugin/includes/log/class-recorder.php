<?php
/**
 * Writes the log.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

use Scimpress\Answer;
use Scimpress\Engine;
use Scimpress\Store\Group_Table;
use Scimpress\Store\Query;
use Scimpress\Store\Store;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * One insert a request, after its transaction, so that a write that was rolled back is on record, too. A log that cannot be
 * written stops nobody: what it is about has happened.
 */
final class Recorder {

	/** Rows that requests refused for one reason can make in a minute. Whoever floods the site, from as many networks as he likes, makes no more. */
	private const REFUSAL_ROWS = 16;

	/** Characters of the columns. */
	private const AGENT   = 255;
	private const NAME    = 255;
	private const MESSAGE = 2000;

	/** Bytes of the changes of one row. */
	private const CHANGES = 65535;

	/**
	 * Accounts that a create of this request has linked.
	 *
	 * @var array<int,true>
	 */
	private static array $linked = array();

	/**
	 * Writes down what a request has changed and what failed of it. Reads and writes that changed nothing cost nothing.
	 *
	 * @param Answer $answer  What the client gets.
	 * @param array  $request What the engine got.
	 * @param string $token   Which token it came with; never the secret.
	 */
	public static function record( Answer $answer, array $request, string $token = '' ): void {
		$linked       = self::$linked;
		self::$linked = array();
		if ( ! $answer->changes || ! Settings::enabled() ) {
			return;
		}
		try {
			$known  = self::known( $answer->changes );
			$common = self::common( $token, $request['headers']['user-agent'] ?? '', $request['headers']['x-request-id'] ?? '' );
			$rows   = array();
			foreach ( $answer->changes as $change ) {
				$user_id = $change['userId'] ?? $known[ $change['id'] ]->user_id ?? null;
				$row     = array(
					'operation' => 'create' === $change['operation'] && isset( $linked[ (int) $user_id ] ) ? 'link' : $change['operation'],
					'resource'  => $change['resourceType'],
					'scim_id'   => '' === $change['id'] ? null : self::line( $change['id'], self::NAME ),
					'user_id'   => null === $user_id ? null : (int) $user_id,
					'name'      => self::line( '' === $change['name'] ? (string) ( $known[ $change['id'] ]->name ?? '' ) : $change['name'], self::NAME ),
					'name_key'  => self::line( '' === $change['key'] ? (string) ( $known[ $change['id'] ]->name_key ?? '' ) : $change['key'], self::NAME ),
					'status'    => $change['status'],
					'failed'    => (int) ( $change['status'] >= 400 ),
					'failure'   => $change['status'] >= 400 ? $change['operation'] : null,
					'scim_type' => $change['scimType'],
					'message'   => self::line( $change['detail'], self::MESSAGE ),
					'changes'   => self::changes( $change ),
					// Those of one request share it.
					'raw'       => $rows ? null : self::text( Engine::redacted( $request ) ),
				);
				$rows[]  = self::finished( $common + $row );
			}
			Log_Table::append( $rows );
		} catch ( \Throwable $thrown ) {
			self::complain( $thrown );
		}
	}

	/**
	 * Counts a request that was refused before anything was looked at: who sends wrong tokens must not fill the database.
	 *
	 * @param int    $status HTTP status.
	 * @param string $detail What the client is told.
	 * @param string $token  Which token it came with, if any.
	 */
	public static function refused( int $status, string $detail, string $token = '' ): void {
		if ( ! Settings::enabled() ) {
			return;
		}
		try {
			$network = self::short( self::remote_address() );
			$row     = self::common( $token, self::server( 'HTTP_USER_AGENT' ), '' ) + array(
				'operation' => 'refused',
				'resource'  => '',
				'scim_id'   => null,
				'user_id'   => null,
				'name'      => '',
				'name_key'  => null,
				'status'    => $status,
				'failed'    => 1,
				'failure'   => 'refused',
				'scim_type' => '',
				'message'   => self::line( $detail, self::MESSAGE ),
				'changes'   => null,
				'raw'       => null,
			);
			// A reason and a token are the site's words, so there are few of them; nobody else's count under them.
			$reason  = crc32( "$status $detail $token" );
			$refusal = array( 'refusal' => sprintf( '%d-%d-%d', $row['time'] / MINUTE_IN_SECONDS / 1000, $reason, crc32( $network ) % self::REFUSAL_ROWS ) );
			Log_Table::count_refusal( self::finished( $row ) + $refusal );
		} catch ( \Throwable $thrown ) {
			self::complain( $thrown );
		}
	}

	/**
	 * Action `scimpress_user_linked`: the engine cannot know whether a create made an account or found one.
	 *
	 * @param int $user_id User ID.
	 */
	public static function note_link( $user_id ): void {
		self::$linked[ (int) $user_id ] = true;
	}

	/**
	 * What all rows of a request share.
	 *
	 * @param string $token      Name of the token.
	 * @param string $agent      User-Agent.
	 * @param string $request_id Request id of the web server or of a proxy.
	 */
	private static function common( string $token, string $agent, string $request_id ): array {
		$begun   = is_numeric( $_SERVER['REQUEST_TIME_FLOAT'] ?? null ) ? (float) $_SERVER['REQUEST_TIME_FLOAT'] : microtime( true );
		$address = self::remote_address();
		return array(
			'time'     => Store::now(),
			'request'  => preg_match( '/\A[A-Za-z0-9._-]{8,64}\z/', $request_id ) ? $request_id : bin2hex( random_bytes( 8 ) ),
			'token'    => self::line( $token, 64 ),
			'agent'    => self::line( $agent, self::AGENT ),
			'address'  => Settings::all()['full_addresses'] ? $address : self::short( $address ),
			'duration' => max( 0, (int) ( ( microtime( true ) - $begun ) * 1e6 ) ),
		);
	}

	/**
	 * A row as it is stored.
	 *
	 * @param array<string,int|string|null> $row Column => value.
	 */
	private static function finished( array $row ): array {
		if ( Settings::anonymise() ) {
			$row = Anonymiser::pseudonymous( $row );
		}
		if ( '' === $row['name_key'] ) {
			$row['name_key'] = null;
		}
		return $row + array( 'size' => Anonymiser::size( $row ) );
	}

	/**
	 * What the store knows of resources that the engine has not read before it refused.
	 *
	 * @param list<array> $changes Of the engine.
	 * @return array<string,object{user_id: string|null, name: string, name_key: string}> By SCIM id.
	 */
	private static function known( array $changes ): array {
		$known = array();
		foreach ( array( 'User' => User_Table::name(), 'Group' => Group_Table::name() ) as $type => $table ) {
			$ids = array();
			foreach ( $changes as $change ) {
				if ( $type === $change['resourceType'] && '' === $change['name'] && '' !== $change['id'] ) {
					$ids[] = $change['id'];
				}
			}
			foreach ( array_chunk( array_unique( $ids ), Query::CHUNK ) as $chunk ) {
				global $wpdb;
				$columns = 'User' === $type ? 'user_id, user_name AS name, user_name AS name_key' : 'NULL AS user_id, display AS name, display_name AS name_key';
				// phpcs:ignore WordPress.DB -- our own tables; as many placeholders as values.
				$known += array_column( Query::rows( $wpdb->prepare( "SELECT id, $columns FROM $table WHERE id IN (" . Query::placeholders( $chunk ) . ')', $chunk ) ), null, 'id' );
			}
		}
		return $known;
	}

	/**
	 * Attributes and members of a change as JSON; null when there are none.
	 *
	 * @param array $change Of the engine.
	 */
	private static function changes( array $change ): ?string {
		$changes = array_filter( array_intersect_key( $change, array_flip( array( 'attributes', 'more', 'members' ) ) ) );
		if ( ! $changes ) {
			return null;
		}
		$json = self::text( (string) wp_json_encode( $changes, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
		if ( strlen( $json ) <= self::CHANGES ) {
			return $json;
		}
		return (string) wp_json_encode( array( 'more' => count( $change['attributes'] ) + $change['more'] ) + array_intersect_key( $changes, array( 'members' => true ) ) );
	}

	/**
	 * The client's address, empty when there is none.
	 */
	private static function remote_address(): string {
		$address = self::server( 'REMOTE_ADDR' );
		return filter_var( $address, FILTER_VALIDATE_IP ) ? $address : '';
	}

	/**
	 * The network of an address.
	 *
	 * @param string $address Address; empty for none.
	 */
	private static function short( string $address ): string {
		return '' === $address ? '' : wp_privacy_anonymize_ip( $address );
	}

	/**
	 * A variable of the server.
	 *
	 * @param string $name Its name.
	 */
	private static function server( string $name ): string {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- who takes it validates it.
		return is_string( $_SERVER[ $name ] ?? null ) ? wp_unslash( $_SERVER[ $name ] ) : '';
	}

	/**
	 * A text on one line, of at most so many characters.
	 *
	 * @param string $text  Any bytes.
	 * @param int    $limit Characters.
	 */
	private static function line( string $text, int $limit ): string {
		return mb_substr( (string) preg_replace( '/\p{C}/u', "\u{fffd}", mb_scrub( $text, 'UTF-8' ) ), 0, $limit, 'UTF-8' );
	}

	/**
	 * A text with lines that every database takes.
	 *
	 * @param string $text Any bytes.
	 */
	private static function text( string $text ): string {
		return (string) preg_replace( '/[^\P{Cc}\n\t]/u', "\u{fffd}", mb_scrub( $text, 'UTF-8' ) );
	}

	/**
	 * Tells the error log that the log could not be written.
	 *
	 * @param \Throwable $thrown Why; its message may quote the query.
	 */
	private static function complain( \Throwable $thrown ): void {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- only the error log can tell.
		error_log( sprintf( 'scimpress: the provisioning log was not written: %s thrown in %s on line %d', get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
	}
}
