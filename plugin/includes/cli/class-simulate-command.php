<?php
/**
 * `wp scimpress simulate`
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

defined( 'ABSPATH' ) || exit;

/**
 * Plays an identity provider.
 */
final class Simulate_Command {

	private const FIELDS = array( 'operation', 'requests', 'failures', 'median_ms', 'p99_ms', 'detail' );

	/** Most people of a run. */
	private const MOST = 10000;

	/**
	 * Plays the lives of invented users on this site, as Microsoft Entra ID would, and measures them.
	 *
	 * Each is probed for, looked up, created, read, changed in both dialects of Entra, deactivated, reactivated and deleted. All of
	 * it goes through the engine, the store and the hooks of other plugins, without a web server. The users have addresses in
	 * simulation.scimpress.invalid, to which nothing is mailed, and are removed in the end; whoever an earlier run has left, that was
	 * killed, is removed first. The provisioning log tells of them. Ends with 1 when a request fails.
	 *
	 * ## OPTIONS
	 *
	 * [--users=<number>]
	 * : How many users, up to 10000.
	 * ---
	 * default: 10
	 * ---
	 *
	 * [--format=<format>]
	 * : How to print the measurements.
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
	 *     wp scimpress simulate --users=100
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   users, format.
	 */
	public function __invoke( array $arguments, array $options ): void {
		Console::require_engine();
		$users      = Console::number( $options, 'users', 1, self::MOST, 10 );
		$simulation = new Simulation( new Client() );
		$bar        = \WP_CLI\Utils\make_progress_bar( __( 'Simulating', 'scimpress' ), $users );
		$simulation->run( $users, static fn() => $bar->tick() );
		$bar->finish();
		$rows = $simulation->rows();
		Console::items( $options, $rows, self::FIELDS );
		$failures = array_sum( array_column( $rows, 'failures' ) );
		if ( $failures ) {
			/* translators: %d: number of requests. */
			\WP_CLI::error( sprintf( _n( '%d request failed.', '%d requests failed.', $failures, 'scimpress' ), $failures ) );
		}
	}
}
