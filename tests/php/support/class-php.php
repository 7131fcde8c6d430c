<?php
/**
 * A PHP process of its own.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

/**
 * Runs PHP with nothing but the extension, and keeps what it says.
 */
final class Php {

	/**
	 * What a process left.
	 *
	 * @param int    $code   Exit code, 128 and more after a signal.
	 * @param string $output Standard output.
	 * @param string $errors Standard error.
	 */
	private function __construct( public readonly int $code, public readonly string $output, public readonly string $errors ) {}

	/**
	 * The extension as it is shipped.
	 */
	public static function extension(): string {
		return self::required( 'SCIMPRESS_EXTENSION' );
	}

	/**
	 * The extension with `Scimpress\Probe`.
	 */
	public static function probe(): string {
		return self::required( 'SCIMPRESS_PROBE' );
	}

	/**
	 * Runs PHP code.
	 *
	 * @param string                $code      Without the opening tag.
	 * @param array<string, string> $ini       Settings by name.
	 * @param string|null           $extension Null loads the shipped extension, an empty string none.
	 */
	public static function code( string $code, array $ini = array(), ?string $extension = null ): self {
		return self::run( array( '-r', $code ), $ini, $extension );
	}

	/**
	 * Runs PHP with arguments such as `--ri scimpress`, or a script.
	 *
	 * @param list<string>          $arguments After the settings.
	 * @param array<string, string> $ini       Settings by name.
	 * @param string|null           $extension Null loads the shipped extension, an empty string none.
	 */
	public static function run( array $arguments, array $ini = array(), ?string $extension = null ): self {
		$command   = array( PHP_BINARY, '-n', '-d', 'display_errors=stderr', '-d', 'error_reporting=-1' );
		$extension = $extension ?? self::extension();
		if ( '' !== $extension ) {
			array_push( $command, '-d', "extension=$extension" );
		}
		foreach ( $ini as $name => $value ) {
			array_push( $command, '-d', "$name=$value" );
		}
		// Files rather than pipes: nothing can wait for a full one.
		$output  = tmpfile();
		$errors  = tmpfile();
		$process = proc_open( array_merge( $command, $arguments ), array( array( 'file', '/dev/null', 'r' ), $output, $errors ), $pipes, __DIR__ . '/..' );
		do {
			$status = proc_get_status( $process );
			usleep( 2000 );
		} while ( $status['running'] );
		proc_close( $process );
		$code = $status['signaled'] ? 128 + $status['termsig'] : $status['exitcode'];
		return new self( $code, self::text( $output ), self::text( $errors ) );
	}

	/**
	 * The whole of a file that a process wrote.
	 *
	 * @param resource $file Open file.
	 */
	private static function text( $file ): string {
		rewind( $file );
		return stream_get_contents( $file );
	}

	/**
	 * A variable that `tests/php/run` sets.
	 *
	 * @param string $name Name of the variable.
	 */
	private static function required( string $name ): string {
		$value = getenv( $name );
		if ( false === $value || ! is_file( $value ) ) {
			throw new \RuntimeException( "$name must name the built extension; start the tests by tests/php/run" );
		}
		return $value;
	}
}
