<?php
/**
 * A SCIM client inside the process.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Answer;
use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Log\Recorder;
use Scimpress\Notices;
use Scimpress\Settlement\Pass;
use Scimpress\Store\Store;
use Scimpress\Store\Transaction;

defined( 'ABSPATH' ) || exit;

/**
 * Sends requests to the engine and the store as the web server's would arrive there, without a web server, a token or a limit of
 * requests at once. Whether provisioning is switched on does not matter either: who runs commands is the administrator.
 */
final class Client {

	/** What the provisioning log calls the token. */
	public const NAME = 'wp-cli';

	/** Schemas of messages, RFC 7644 §3.5.2, §3.7, §3.4.3. */
	public const PATCH  = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
	public const BULK   = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
	public const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

	/**
	 * Whether everything is going to be taken back.
	 *
	 * @var bool
	 */
	private bool $rehearses = false;

	/**
	 * Makes a client.
	 */
	public function __construct() {
		add_action( 'scimpress_user_linked', array( Recorder::class, 'note_link' ) );
	}

	/**
	 * Sends requests whose writes are all taken back in the end.
	 *
	 * @template T
	 * @param callable(): T $work Sends them.
	 * @return T
	 * @throws \Throwable Whatever the work throws.
	 */
	public function rehearse( callable $work ) {
		$this->rehearses = true;
		try {
			return Transaction::rehearse( $work );
		} finally {
			$this->rehearses = false;
		}
	}

	/**
	 * Sends a request and does what follows it: the log, notices, accounts that the rules of roles concern.
	 *
	 * @param string               $method  HTTP method.
	 * @param string               $path    Path below the base URL, decoded.
	 * @param string               $body    Raw body, empty for none.
	 * @param array<string,string> $query   Parameters, decoded.
	 * @param array<string,string> $headers Names in lower case.
	 * @return Answer With `changes`, whether the site keeps a log or not.
	 */
	public function send( string $method, string $path, string $body = '', array $query = array(), array $headers = array() ): Answer {
		// The log counts the duration from here; the process may be hours old.
		$_SERVER['REQUEST_TIME_FLOAT'] = microtime( true );

		$request = array(
			'method'  => $method,
			'path'    => $path,
			'query'   => $query,
			'headers' => $headers + array( 'content-type' => 'application/scim+json' ),
			'body'    => $body,
		);
		$actor   = get_current_user_id();
		// As over HTTP: hooks of other plugins must not find the rights of an administrator.
		wp_set_current_user( 0 );
		try {
			$answer = Engine::answer( $request, array( 'journal' => true ) + Configuration::of_site(), array( new Store(), 'perform' ) );
			// Who only looks must not set anything going.
			if ( ! $this->rehearses && 'GET' !== $method ) {
				Notices::record( $answer->notices );
				Pass::after_request();
				Recorder::record( $answer, $request, self::NAME );
			}
		} finally {
			wp_set_current_user( $actor );
		}
		return $answer;
	}

	/**
	 * Sends a message.
	 *
	 * @param string       $method  HTTP method.
	 * @param string       $path    Path below the base URL, decoded.
	 * @param array|object $message Becomes the body.
	 */
	public function message( string $method, string $path, array|object $message ): Answer {
		return $this->send( $method, $path, self::json( $message ) );
	}

	/**
	 * A value as JSON, as it came.
	 *
	 * @param mixed $value Of json_decode(), objects as objects.
	 */
	public static function json( $value ): string {
		return (string) wp_json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION );
	}

	/**
	 * What went wrong, in the words that an identity provider would show.
	 *
	 * @param string $body Body of an answer.
	 */
	public static function detail( string $body ): string {
		return (string) ( json_decode( $body, true )['detail'] ?? '' );
	}

	/**
	 * Forgets what a long run would pile up.
	 */
	public static function tidy(): void {
		global $wpdb;
		wp_cache_flush_runtime();
		$wpdb->queries          = array();
		$GLOBALS['EZSQL_ERROR'] = array(); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- wpdb keeps every failed query of the process.
	}
}
