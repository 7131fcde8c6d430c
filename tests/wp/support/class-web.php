<?php
/**
 * The site over HTTP.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * PHP's built-in server in front of the site. nginx and php-fpm have tests of their own; these are about WordPress.
 */
final class Web {

	/** Fixture => file beside the site's must-use plugins; only .php files are plugins. */
	private const SCENARIOS = array(
		'scenarios.php'     => 'scimpress-scenarios.php',
		'old-extension.php' => 'scimpress-old-extension.inc',
	);

	private Script $server;

	private string $address;

	private string $log;

	/**
	 * Installs the scenarios, starts the server and waits until it listens.
	 *
	 * @param list<string>         $options Options of PHP.
	 * @param array<string,string> $always  Headers of every request.
	 */
	public function __construct( array $options = array(), private readonly array $always = array() ) {
		self::install();
		$probe         = stream_socket_server( 'tcp://127.0.0.1:0' );
		$this->address = stream_socket_get_name( $probe, false );
		fclose( $probe );
		$this->log    = tempnam( get_temp_dir(), 'scimpress-web-' );
		$this->server = new Script(
			array( ...$options, '-S', $this->address, '-t', rtrim( ABSPATH, '/' ), dirname( __DIR__ ) . '/fixtures/router.php' ),
			$this->log
		);
		$deadline     = microtime( true ) + 20;
		while ( ! str_contains( (string) file_get_contents( $this->log ), ' started' ) ) {
			if ( ! $this->server->is_running() || microtime( true ) > $deadline ) {
				throw new \RuntimeException( 'the built-in server of PHP did not start: ' . file_get_contents( $this->log ) );
			}
			usleep( 10000 );
		}
	}

	/**
	 * Puts the scenarios among the site's must-use plugins.
	 */
	public static function install(): void {
		wp_mkdir_p( WPMU_PLUGIN_DIR );
		foreach ( self::SCENARIOS as $source => $target ) {
			copy( dirname( __DIR__ ) . "/fixtures/$source", WPMU_PLUGIN_DIR . "/$target" );
		}
	}

	/**
	 * Sends a request and reads the answer.
	 *
	 * @param string               $method  Method.
	 * @param string               $path    Path and query.
	 * @param array<string,string> $headers Header name => value.
	 * @param string               $body    Body.
	 */
	public function send( string $method, string $path, array $headers = array(), string $body = '' ): Reply {
		$headers += $this->always + array(
			'Host'           => $this->address,
			'Connection'     => 'close',
			'Content-Length' => (string) strlen( $body ),
		);
		$request  = "$method $path HTTP/1.1\r\n";
		foreach ( $headers as $name => $value ) {
			$request .= "$name: $value\r\n";
		}
		$connection = stream_socket_client( "tcp://$this->address", $code, $message, 10 );
		stream_set_timeout( $connection, 60 );
		fwrite( $connection, "$request\r\n$body" );
		$answer = stream_get_contents( $connection );
		fclose( $connection );

		list( $head, $body ) = explode( "\r\n\r\n", $answer, 2 ) + array( '', '' );
		$lines               = explode( "\r\n", $head );
		$parsed              = array();
		foreach ( array_slice( $lines, 1 ) as $line ) {
			list( $name, $value )            = explode( ':', $line, 2 );
			$parsed[ strtolower( $name ) ][] = trim( $value );
		}
		return new Reply( (int) ( explode( ' ', $lines[0] )[1] ?? 0 ), $parsed, $body );
	}

	/**
	 * Ends the server and removes the scenarios.
	 */
	public function stop(): void {
		$this->server->stop();
		foreach ( self::SCENARIOS as $target ) {
			unlink( WPMU_PLUGIN_DIR . "/$target" );
		}
		unlink( $this->log );
	}
}
