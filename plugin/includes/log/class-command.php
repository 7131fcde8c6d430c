<?php
/**
 * `wp scimpress log`
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * Lists, shows, exports and prunes the provisioning log.
 */
final class Command {

	private const FIELDS = array( 'entry', 'time', 'operation', 'resource', 'name', 'scim_id', 'status', 'message', 'duration_ms', 'times', 'request' );

	/**
	 * Lists entries, newest first.
	 *
	 * ## OPTIONS
	 *
	 * [--search=<text>]
	 * : A user name, a SCIM id or a request id, whole.
	 *
	 * [--failed]
	 * : Only what failed.
	 *
	 * [--operation=<operation>]
	 * : One of create, link, update, delete, bulk, refused.
	 *
	 * [--from=<date>]
	 * : First day, such as 2026-01-31, in the site's time zone.
	 *
	 * [--to=<date>]
	 * : Last day.
	 *
	 * [--before=<entry>]
	 * : Only entries older than this one, for the next page.
	 *
	 * [--limit=<number>]
	 * : Most entries, up to 1000.
	 * ---
	 * default: 50
	 * ---
	 *
	 * [--format=<format>]
	 * : How to print them.
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
	 *     wp scimpress log list --failed --from=2026-01-31
	 *
	 * @subcommand list
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   See above.
	 */
	public function list_( array $arguments, array $options ): void {
		$where  = self::criteria( $options )->where();
		$before = isset( $options['before'] ) ? (int) $options['before'] : null;
		$limit  = min( 1000, max( 1, (int) ( $options['limit'] ?? 50 ) ) );
		$rows   = null === $where ? array() : Log_Table::page( $where, $before, null, $limit );
		$format = $options['format'] ?? 'table';
		$items  = array_map( array( self::class, 'item' ), $rows );
		if ( 'csv' === $format ) {
			$items = array_map( static fn( array $item ): array => array_map( array( Csv::class, 'guard' ), $item ), $items );
		}
		\WP_CLI\Utils\format_items( $format, $items, self::FIELDS );
	}

	/**
	 * Shows one entry with everything.
	 *
	 * ## OPTIONS
	 *
	 * <entry>
	 * : Its number, as list shows it.
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
	 *     wp scimpress log show 4711
	 *
	 * @param list<string>         $arguments The number.
	 * @param array<string,string> $options   format.
	 */
	public function show( array $arguments, array $options ): void {
		$row = Log_Table::find( (int) ( $arguments[0] ?? 0 ) );
		if ( ! $row ) {
			\WP_CLI::error( __( 'There is no such entry.', 'scimpress' ) );
			return;
		}
		$item = self::item( $row ) + array(
			'token'   => $row->token,
			'client'  => $row->agent,
			'address' => $row->address,
			'user_id' => (string) $row->user_id,
			'changes' => Entry::summary( $row ),
			'raw'     => (string) $row->raw,
		);
		if ( 'json' === ( $options['format'] ?? 'table' ) ) {
			\WP_CLI::line( (string) wp_json_encode( array( 'changes' => Entry::changes( $row ) ) + $item ) );
			return;
		}
		$fields = array();
		foreach ( $item as $field => $value ) {
			$fields[] = array(
				'field' => $field,
				'value' => 'csv' === ( $options['format'] ?? 'table' ) ? Csv::guard( $value ) : $value,
			);
		}
		\WP_CLI\Utils\format_items( $options['format'] ?? 'table', $fields, array( 'field', 'value' ) );
	}

	/**
	 * Writes entries as CSV to the standard output, with what they changed.
	 *
	 * ## OPTIONS
	 *
	 * [--search=<text>]
	 * : A user name, a SCIM id or a request id, whole.
	 *
	 * [--failed]
	 * : Only what failed.
	 *
	 * [--operation=<operation>]
	 * : One of create, link, update, delete, bulk, refused.
	 *
	 * [--from=<date>]
	 * : First day, such as 2026-01-31, in the site's time zone.
	 *
	 * [--to=<date>]
	 * : Last day.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress log export --from=2026-01-01 > log.csv
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   See above.
	 */
	public function export( array $arguments, array $options ): void {
		Csv::write(
			self::criteria( $options ),
			static function ( string $piece ): void {
				echo $piece; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- a file, not a page.
			}
		);
	}

	/**
	 * Removes entries that are older or more than the settings allow, as the daily task does.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress log prune
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   None.
	 */
	public function prune( array $arguments, array $options ): void {
		list( $removed ) = Pruner::prune( static fn(): bool => true );
		/* translators: %d: number of entries. */
		\WP_CLI::success( sprintf( _n( '%d entry was removed.', '%d entries were removed.', $removed, 'scimpress' ), $removed ) );
	}

	/**
	 * What the options ask for.
	 *
	 * @param array<string,string> $options Of a command.
	 */
	private static function criteria( array $options ): Criteria {
		return Criteria::of( array( 's' => $options['search'] ?? '' ) + $options );
	}

	/**
	 * A row as a list of texts.
	 *
	 * @param object $row Row of the table.
	 * @return array<string,string>
	 */
	private static function item( object $row ): array {
		return array_combine(
			self::FIELDS,
			array( (string) $row->position, Entry::machine_time( $row ), $row->operation, $row->resource, $row->name, (string) $row->scim_id, (string) $row->status, $row->message, number_format( (int) $row->duration / 1000, 3, '.', '' ), (string) $row->times, $row->request )
		);
	}
}
