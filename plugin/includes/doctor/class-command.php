<?php
/**
 * `wp scimpress doctor`
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * Examines the connection on the command line.
 */
final class Command {

	/**
	 * Calls this site as an identity provider would and says what is wrong and what to do.
	 *
	 * Nothing is changed, and no request goes to another host. Ends with 1 when the connection does not work or cannot be judged.
	 *
	 * ## OPTIONS
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
	 *     wp scimpress doctor
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   format.
	 */
	public function __invoke( array $arguments, array $options ): void {
		$report = Doctor::examine();
		$fails  = in_array( $report->state(), array( Finding::PROBLEM, Finding::UNKNOWN ), true );
		if ( 'json' === ( $options['format'] ?? 'table' ) ) {
			\WP_CLI::line( (string) wp_json_encode( $report->to_array(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) );
			\WP_CLI::halt( $fails ? 1 : 0 );
			return;
		}
		$rows = array();
		foreach ( $report->states() as $check => $state ) {
			$rows[] = array(
				'check' => Catalogue::checks()[ $check ],
				'state' => Report::state_name( $state ),
			);
		}
		\WP_CLI\Utils\format_items( 'table', $rows, array( 'check', 'state' ) );
		foreach ( $report->findings() as $finding ) {
			\WP_CLI::line( "\n" . $finding->title() . "\n" . $finding->explanation() );
			foreach ( $finding->fixes( $report->servers() ) as $fix ) {
				\WP_CLI::line( "\n" . ( '' === $fix['server'] ? '' : "{$fix['server']}. " ) . $fix['where'] );
				if ( '' !== $fix['paste'] ) {
					\WP_CLI::line( '    ' . str_replace( "\n", "\n    ", $fix['paste'] ) );
				}
			}
		}
		if ( $fails ) {
			\WP_CLI::error( $report->sentence() );
		}
		\WP_CLI::success( $report->sentence() );
	}
}
