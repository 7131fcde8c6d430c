<?php
/**
 * A php-fpm of its own.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

/**
 * One pool with one worker, listening on a Unix socket in a directory that goes with it.
 */
final class Fpm {

	private string $directory;

	/** @var resource */
	private $process;

	/**
	 * Starts it and waits until it listens.
	 *
	 * @param string                $extension Extension to load.
	 * @param array<string, string> $settings  Settings of the pool, for `php_admin_value`.
	 */
	public function __construct( string $extension, array $settings = array() ) {
		$this->directory = self::room() . '/fpm-' . bin2hex( random_bytes( 6 ) );
		mkdir( $this->directory, 0700 );
		$user  = exec( 'id -un' );
		$lines = array(
			'[global]',
			"error_log = {$this->directory}/error.log",
			'daemonize = no',
			'[test]',
			"user = $user",
			"listen = {$this->directory}/socket",
			'pm = static',
			'pm.max_children = 1',
			'catch_workers_output = no',
			"php_admin_value[error_log] = {$this->directory}/error.log",
			'php_admin_value[log_errors] = 1',
			'php_admin_value[display_errors] = 0',
		);
		foreach ( $settings as $name => $value ) {
			$lines[] = "php_admin_value[$name] = $value";
		}
		file_put_contents( "{$this->directory}/fpm.conf", implode( "\n", $lines ) . "\n" );
		$output = array( 'file', "{$this->directory}/output", 'w' );
		// It ends with these tests, also when they are killed.
		$command       = array( 'setpriv', '--pdeathsig', 'TERM', self::binary(), '-n', '-R', '-F', '-d', "extension=$extension", '-y', "{$this->directory}/fpm.conf" );
		$this->process = proc_open( $command, array( array( 'file', '/dev/null', 'r' ), $output, $output ), $pipes );
		$end           = microtime( true ) + 20;
		while ( ! file_exists( "{$this->directory}/socket" ) ) {
			if ( ! proc_get_status( $this->process )['running'] || microtime( true ) > $end ) {
				throw new \RuntimeException( 'php-fpm does not start: ' . file_get_contents( "{$this->directory}/output" ) );
			}
			usleep( 5000 );
		}
	}

	/**
	 * Ends it.
	 */
	public function __destruct() {
		proc_terminate( $this->process );
		proc_close( $this->process );
		array_map( 'unlink', glob( "{$this->directory}/*" ) );
		rmdir( $this->directory );
	}

	/**
	 * What PHP and php-fpm wrote into the error log.
	 */
	public function log(): string {
		return file_get_contents( "{$this->directory}/error.log" );
	}

	/**
	 * Has the worker run a script, and answers what it printed, header fields included.
	 *
	 * @param string                $script     Path.
	 * @param array<string, string> $parameters Further FastCGI parameters.
	 * @param string                $body       Body of the request.
	 */
	public function request( string $script, array $parameters = array(), string $body = '' ): string {
		$parameters += array(
			'SCRIPT_FILENAME' => $script,
			'REQUEST_METHOD'  => 'GET',
			'CONTENT_LENGTH'  => (string) strlen( $body ),
		);
		$pairs       = '';
		foreach ( $parameters as $name => $value ) {
			$pairs .= pack( 'NN', strlen( $name ) | 1 << 31, strlen( $value ) | 1 << 31 ) . $name . $value;
		}
		$socket = stream_socket_client( "unix://{$this->directory}/socket", $code, $message, 20 );
		stream_set_timeout( $socket, 20 );
		// Begin (a responder), parameters, body; an empty record ends each stream.
		$request = self::record( 1, pack( 'nCx5', 1, 0 ) ) . self::record( 4, $pairs ) . self::record( 4, '' );
		foreach ( '' === $body ? array() : str_split( $body, 65535 ) as $piece ) {
			$request .= self::record( 5, $piece );
		}
		fwrite( $socket, $request . self::record( 5, '' ) );
		$output = '';
		while ( 8 === strlen( $head = self::read( $socket, 8 ) ) ) { // phpcs:ignore Squiz.PHP.DisallowMultipleAssignments -- a record's head decides what follows.
			$head    = unpack( 'Cversion/Ctype/nid/nlength/Cpadding', $head );
			$content = self::read( $socket, $head['length'] );
			self::read( $socket, $head['padding'] );
			if ( 6 === $head['type'] ) {
				$output .= $content;
			}
			if ( 3 === $head['type'] ) {
				break;
			}
		}
		fclose( $socket );
		return $output;
	}

	/**
	 * Where directories may be made: in the tree, unless a socket's path there were longer than Linux allows (107 bytes).
	 */
	private static function room(): string {
		$tree = dirname( __DIR__, 3 ) . '/target/test/php';
		return strlen( $tree ) < 80 ? $tree : sys_get_temp_dir();
	}

	/**
	 * A FastCGI record.
	 *
	 * @param int    $type    Its type.
	 * @param string $content At most 65,535 bytes.
	 */
	private static function record( int $type, string $content ): string {
		return pack( 'CCnnxx', 1, $type, 1, strlen( $content ) ) . $content;
	}

	/**
	 * So many bytes, or fewer when the other side ends.
	 *
	 * @param resource $socket Connection.
	 * @param int      $length Bytes.
	 */
	private static function read( $socket, int $length ): string {
		$bytes = '';
		while ( strlen( $bytes ) < $length ) {
			$more = fread( $socket, $length - strlen( $bytes ) );
			if ( false === $more || '' === $more ) {
				break;
			}
			$bytes .= $more;
		}
		return $bytes;
	}

	/**
	 * The php-fpm of this PHP; the variable PHP_FPM may name another.
	 */
	private static function binary(): string {
		$version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
		$places  = array( "/usr/sbin/php-fpm$version", dirname( PHP_BINARY, 2 ) . '/sbin/php-fpm' );
		$named   = getenv( 'PHP_FPM' );
		foreach ( false === $named || '' === $named ? $places : array( $named ) as $place ) {
			if ( is_executable( $place ) ) {
				return $place;
			}
		}
		throw new \RuntimeException( "php-fpm is missing: install Debian's package php$version-fpm, or name the binary in PHP_FPM" );
	}
}
