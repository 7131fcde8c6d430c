<?php
/**
 * `wp scimpress import wpo365`
 *
 * @package Scimpress
 */

namespace Scimpress\Import;

use Scimpress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * Moves this site from WPO365 to Scimpress.
 */
final class Command {

	/**
	 * Takes over WPO365's token, settings, mapped values and links; its own data stay as they are.
	 *
	 * Users keep the ids that the identity provider knows. Run again, it goes on with who is not linked yet.
	 *
	 * ## OPTIONS
	 *
	 * [--dry-run]
	 * : List what would change and write nothing.
	 *
	 * [--format=<format>]
	 * : How to print the report.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress import wpo365 --dry-run
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   dry-run, format.
	 */
	public function __invoke( array $arguments, array $options ): void {
		if ( null !== Requirements::problem() ) {
			\WP_CLI::error( Requirements::problem() );
		}
		if ( ! Wpo365::exists() ) {
			\WP_CLI::error( __( 'WPO365 has left no settings on this site.', 'scimpress' ) );
		}
		$dry  = ! empty( $options['dry-run'] );
		$json = 'json' === ( $options['format'] ?? 'table' );
		$plan = Import::plan();
		if ( ! $dry ) {
			Import::take_settings();
		}
		$run = Import::begin( $dry );
		do {
			$run = Import::batch( $run );
			if ( ! $json ) {
				/* translators: 1: number of accounts done, 2: number of accounts. */
				\WP_CLI::log( sprintf( __( '%1$d of %2$d accounts', 'scimpress' ), $run['seen'], $run['total'] ) );
			}
			// Every batch leaves its accounts in the object cache.
			wp_cache_flush_runtime();
		} while ( ! $run['done'] );

		if ( $json ) {
			\WP_CLI::line( (string) wp_json_encode( array( 'settings' => $plan ) + $run ) );
			return;
		}
		\WP_CLI\Utils\format_items( 'table', $plan, array( 'name', 'from', 'to' ) );
		if ( $run['problems'] ) {
			\WP_CLI\Utils\format_items( 'table', $run['problems'], array( 'user', 'problem' ) );
		}
		\WP_CLI::success( Report::sentence( $run ) );
	}
}
