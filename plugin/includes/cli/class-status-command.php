<?php
/**
 * `wp scimpress status`
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Log;
use Scimpress\Requirements;
use Scimpress\Settings;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Job_State;
use Scimpress\Settlement\Queue;
use Scimpress\Token_Use;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * The state of provisioning on one screen.
 */
final class Status_Command {

	/**
	 * Shows the state of provisioning.
	 *
	 * Times are UTC. Ends with 1 when the extension is missing.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : How to print it.
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
	 *     wp scimpress status
	 *     wp scimpress status --format=json | jq .users
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   format.
	 */
	public function __invoke( array $arguments, array $options ): void {
		Console::facts( $options, self::site() + self::tokens() + self::people() + self::work() + self::log() );
		foreach ( Settings::warnings() as $warning ) {
			\WP_CLI::warning( $warning );
		}
		Console::require_engine();
	}

	/**
	 * Extension, address and switches.
	 *
	 * @return array<string,string|int|bool>
	 */
	private static function site(): array {
		return array(
			'extension'      => (string) Engine::extension_version(),
			'extension_fits' => Requirements::met(),
			'endpoint'       => Configuration::base(),
			'provisioning'   => Settings::enabled(),
			'fast_lane'      => Settings::fast_lane(),
			'max_concurrent' => Settings::max_concurrent(),
		);
	}

	/**
	 * Tokens and their last use.
	 *
	 * @return array<string,string|int>
	 */
	private static function tokens(): array {
		$now     = time();
		$tokens  = Tokens::stored();
		$uses    = array_filter( array_map( array( Token_Use::class, 'last' ), array( ...array_column( $tokens, 'id' ), Tokens::CONSTANT_ID ) ) );
		$expired = array_filter( $tokens, static fn( array $token ): bool => Tokens::is_expired( $token, $now ) );
		$ends    = array_filter( array_column( array_diff_key( $tokens, $expired ), 'expires' ) );
		return array(
			'tokens'            => count( $tokens ) - count( $expired ) + (int) Tokens::is_constant(),
			'tokens_expired'    => count( $expired ),
			'next_token_ends'   => $ends ? self::time( min( $ends ) ) : '',
			'last_request'      => $uses ? self::time( max( array_column( $uses, 'time' ) ) ) : '',
		);
	}

	/**
	 * Users and groups by their state.
	 *
	 * @return array<string,string|int>
	 */
	private static function people(): array {
		return array(
			'users'             => self::total( '/Users' ),
			'users_deactivated' => self::total( '/Users', 'active eq false' ),
			'groups'            => self::total( '/Groups' ),
		);
	}

	/**
	 * What waits for the background.
	 *
	 * @return array<string,string|int>
	 */
	private static function work(): array {
		list( $state ) = Job_State::read();
		return array(
			'accounts_waiting' => Queue::count(),
			'roles_job'        => (string) ( $state['state'] ?? '' ),
			'roles_job_left'   => null !== $state && in_array( $state['state'], array( Job::RUNNING, Job::PAUSED ), true ) ? max( 0, $state['total'] - $state['seen'] ) : 0,
		);
	}

	/**
	 * The provisioning log.
	 *
	 * @return array<string,int|bool>
	 */
	private static function log(): array {
		$weight = Log\Log_Table::weight();
		return array(
			'log'         => Log\Settings::enabled(),
			'log_entries' => $weight['rows'],
			'log_bytes'   => $weight['bytes'],
		);
	}

	/**
	 * How many resources there are.
	 *
	 * @param string $path   Of the collection.
	 * @param string $filter A SCIM filter; empty for all.
	 * @return int|string Empty when the extension, which counts, is missing.
	 */
	private static function total( string $path, string $filter = '' ): int|string {
		if ( ! Requirements::met() ) {
			return '';
		}
		$answer = ( new Client() )->send( 'GET', $path, '', array_filter( array( 'filter' => $filter ), 'strlen' ) + array( 'count' => '0' ) );
		return (int) ( json_decode( $answer->body, true )['totalResults'] ?? 0 );
	}

	/**
	 * A time for people and programs.
	 *
	 * @param int $seconds Since the epoch.
	 */
	private static function time( int $seconds ): string {
		return gmdate( 'Y-m-d\TH:i:s\Z', $seconds );
	}
}
