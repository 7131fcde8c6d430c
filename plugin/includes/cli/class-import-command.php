<?php
/**
 * `wp scimpress import`
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Import\Command as Wpo365_Command;

defined( 'ABSPATH' ) || exit;

/**
 * Imports users from a file, or everything that WPO365 has left.
 */
final class Import_Command {

	/**
	 * Imports users from a file, or takes over what WPO365 has left on this site.
	 *
	 * A file holds SCIM users as JSON, one a line, or as the answer of a SCIM server to a search, or is CSV. Who is not on the site is
	 * created, or linked as when an identity provider creates him; of others, found by userName, those attributes are changed that
	 * the file names. A line that cannot be imported is told with its number and does not stop the others. Ended in the middle, run it
	 * again: who is as the file says is not written.
	 *
	 * From WPO365 it takes over the token, settings, mapped values and links; its own data stay as they are.
	 *
	 * ## OPTIONS
	 *
	 * <source>
	 * : A file, `-` for the standard input, or the word wpo365.
	 *
	 * [--input=<input>]
	 * : What the file is; by default what its name says.
	 * ---
	 * default: auto
	 * options:
	 *   - auto
	 *   - json
	 *   - csv
	 * ---
	 *
	 * [--dry-run]
	 * : Tell what would happen and keep nothing.
	 *
	 * [--format=<format>]
	 * : How to print the report.
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
	 *     # Look first, then do it.
	 *     wp scimpress import people.csv --dry-run
	 *     wp scimpress import people.csv
	 *
	 *     # Users of another SCIM server.
	 *     curl -H "Authorization: Bearer $TOKEN" 'https://old.example.com/scim/v2/Users?count=1000' | wp scimpress import -
	 *
	 *     # Move from WPO365.
	 *     wp scimpress import wpo365 --dry-run
	 *
	 * @param list<string>         $arguments Source.
	 * @param array<string,string> $options   input, dry-run, format.
	 */
	public function __invoke( array $arguments, array $options ): void {
		$source = $arguments[0] ?? '';
		if ( 'wpo365' === $source ) {
			if ( 'csv' === ( $options['format'] ?? '' ) ) {
				\WP_CLI::error( __( 'The report about WPO365 is a table or JSON.', 'scimpress' ) );
			}
			( new Wpo365_Command() )( array(), array_diff_key( $options, array( 'input' => true ) ) );
			return;
		}
		Console::require_engine();
		$dry    = ! empty( $options['dry-run'] );
		$file   = Console::open( $source );
		$import = new User_Import( new Client(), $dry, static fn( array $problem ) => \WP_CLI::warning( self::sentence( $problem ) ) );
		$format = 'auto' === ( $options['input'] ?? 'auto' ) ? ( str_ends_with( strtolower( $source ), '.csv' ) ? User_File::CSV : User_File::JSON ) : $options['input'];
		$move   = Console::progress( $dry ? __( 'Trying', 'scimpress' ) : __( 'Importing', 'scimpress' ), $file );
		foreach ( User_File::users( $file, $format ) as $line => $user ) {
			if ( $import->add( $line, $user ) ) {
				$move();
			}
		}
		$import->flush();
		$move();
		fclose( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_fclose -- a stream.
		self::report( $import, $dry, $options );
	}

	/**
	 * Tells what has become of the users.
	 *
	 * @param User_Import          $import  The import.
	 * @param bool                 $dry     Whether nothing was kept.
	 * @param array<string,string> $options format.
	 */
	private static function report( User_Import $import, bool $dry, array $options ): void {
		$counts = $import->counts();
		if ( 'json' === ( $options['format'] ?? 'table' ) ) {
			\WP_CLI::line( Client::json( array( 'dry' => $dry ) + $counts + array( 'problems' => $import->problems() ) ) );
			return;
		}
		Console::facts( $options, $counts );
		if ( 'table' === ( $options['format'] ?? 'table' ) ) {
			/* translators: 1: number of users, 2: number of users, 3: number of users, 4: number of lines. */
			$said = sprintf( __( '%1$d created, %2$d updated, %3$d unchanged, %4$d failed.', 'scimpress' ), $counts['created'], $counts['updated'], $counts['unchanged'], $counts['failed'] );
			\WP_CLI::success( $dry ? __( 'Nothing was kept.', 'scimpress' ) . ' ' . $said : $said );
		}
	}

	/**
	 * A problem in a line.
	 *
	 * @param array{line: int, user: string, status: string, reason: string} $problem Of User_Import.
	 */
	private static function sentence( array $problem ): string {
		/* translators: 1: number of a line, 2: name of a user, 3: why he was not imported. */
		return sprintf( __( 'line %1$d: %2$s: %3$s', 'scimpress' ), $problem['line'], '' === $problem['user'] ? '?' : $problem['user'], trim( $problem['status'] . ' ' . $problem['reason'] ) );
	}
}
