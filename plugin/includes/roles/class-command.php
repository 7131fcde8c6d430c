<?php
/**
 * `wp scimpress roles`
 *
 * @package Scimpress
 */

namespace Scimpress\Roles;

use Scimpress\Requirements;
use Scimpress\Settlement\Job;

defined( 'ABSPATH' ) || exit;

/**
 * Roles that rules give.
 */
final class Command {

	/**
	 * Brings the roles of all users in line with the rules.
	 *
	 * Ended in the middle, it goes on in the background; run again, it begins anew.
	 *
	 * ## OPTIONS
	 *
	 * [--dry-run]
	 * : Tell who would change and write nothing.
	 *
	 * [--format=<format>]
	 * : How to print the people whose roles change, of whom the first hundred are told.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress roles apply --dry-run
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   dry-run, format.
	 */
	public function apply( array $arguments, array $options ): void {
		if ( null !== Requirements::problem() ) {
			\WP_CLI::error( Requirements::problem() );
		}
		$json = 'json' === ( $options['format'] ?? 'table' );
		Job::begin( ! empty( $options['dry-run'] ) );
		do {
			$more = Job::advance( 1.0 );
			$run  = (array) Job::state();
			if ( ! $json ) {
				/* translators: 1: number of users done, 2: number of users. */
				\WP_CLI::log( sprintf( __( '%1$d of %2$d users', 'scimpress' ), $run['seen'], $run['total'] ) );
			}
		} while ( $more );

		$people = array_map( array( Report::class, 'person' ), $run['people'] );
		if ( $json ) {
			\WP_CLI::line( (string) wp_json_encode( array( 'people' => $people ) + array_intersect_key( $run, array_flip( array( 'dry', 'state', 'total', 'seen', 'changed', 'failed' ) ) ) ) );
			return;
		}
		if ( $people ) {
			\WP_CLI\Utils\format_items( 'table', $people, array( 'user', 'before', 'after' ) );
		}
		\WP_CLI::success( Report::sentence( $run ) );
	}
}
