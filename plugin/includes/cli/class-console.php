<?php
/**
 * What commands share.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Log\Csv;
use Scimpress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * Options in, lists out.
 */
final class Console {

	/**
	 * Ends the command where the extension is missing: its text says what to do.
	 */
	public static function require_engine(): void {
		if ( null !== Requirements::problem() ) {
			\WP_CLI::error( Requirements::problem() );
		}
	}

	/**
	 * A whole number among the options.
	 *
	 * @param array<string,string> $options Of a command.
	 * @param string               $name    Name of the option.
	 * @param int                  $least   Least value.
	 * @param int                  $most    Greatest value.
	 * @param int                  $default What holds when it is not given.
	 */
	public static function number( array $options, string $name, int $least, int $most, int $default ): int {
		$value = filter_var( $options[ $name ] ?? $default, FILTER_VALIDATE_INT, array( 'options' => array( 'min_range' => $least, 'max_range' => $most ) ) );
		if ( false === $value ) {
			/* translators: 1: name of an option, 2: a number, 3: a number. */
			\WP_CLI::error( sprintf( __( '--%1$s takes a whole number from %2$d to %3$d.', 'scimpress' ), $name, $least, $most ) );
		}
		return (int) $value;
	}

	/**
	 * Prints rows.
	 *
	 * @param array<string,string>              $options Of a command: format.
	 * @param list<array<string,string|int>>    $rows    Rows.
	 * @param list<string>                      $fields  Columns.
	 */
	public static function items( array $options, array $rows, array $fields ): void {
		$format = $options['format'] ?? 'table';
		if ( 'csv' === $format ) {
			$rows = array_map( static fn( array $row ): array => array_map( static fn( $value ) => is_string( $value ) ? Csv::guard( $value ) : $value, $row ), $rows );
		}
		\WP_CLI\Utils\format_items( $format, $rows, $fields );
	}

	/**
	 * Prints one thing as names and values; as JSON, an object.
	 *
	 * @param array<string,string>          $options Of a command: format.
	 * @param array<string,string|int|bool> $values  Name => value.
	 */
	public static function facts( array $options, array $values ): void {
		if ( 'json' === ( $options['format'] ?? 'table' ) ) {
			\WP_CLI::line( Client::json( $values ) );
			return;
		}
		$rows = array();
		foreach ( $values as $name => $value ) {
			$rows[] = array(
				'name'  => $name,
				'value' => is_bool( $value ) ? ( $value ? 'yes' : 'no' ) : (string) $value,
			);
		}
		self::items( $options, $rows, array( 'name', 'value' ) );
	}

	/**
	 * A file to read, or the standard input.
	 *
	 * @param string $name Path, or `-`.
	 * @return resource
	 */
	public static function open( string $name ) {
		// phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_fopen -- a stream that is read line by line.
		$file = '-' === $name ? fopen( 'php://stdin', 'rb' ) : ( is_file( $name ) && is_readable( $name ) ? fopen( $name, 'rb' ) : false );
		if ( ! $file ) {
			/* translators: %s: a file name. */
			\WP_CLI::error( sprintf( __( 'The file %s cannot be read.', 'scimpress' ), $name ) );
		}
		return $file;
	}

	/**
	 * A progress bar for a file, in bytes.
	 *
	 * @param string   $what What is done, for people.
	 * @param resource $file The file.
	 * @return callable(): void Moves it on to where the file is read.
	 */
	public static function progress( string $what, $file ): callable {
		$size = (int) ( fstat( $file )['size'] ?? 0 );
		if ( ! $size ) {
			return static fn() => null;
		}
		$bar  = \WP_CLI\Utils\make_progress_bar( $what, $size );
		$seen = 0;
		return static function () use ( $bar, $file, $size, &$seen ): void {
			$place = min( $size, (int) ftell( $file ) );
			if ( $place > $seen ) {
				$bar->tick( $place - $seen );
			}
			$seen = $place;
			if ( $place === $size && feof( $file ) ) {
				$bar->finish();
			}
		};
	}
}
