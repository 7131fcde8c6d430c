<?php
/**
 * What tests of commands share.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

require_once dirname( __DIR__ ) . '/fixtures/wp-cli.php';

/**
 * Runs commands under a stand-in for WP-CLI, as on a command line: nothing of a request is there.
 */
abstract class Cli_Test_Case extends Test_Case {

	/** @var array<string,mixed> */
	private array $server;

	protected function setUp(): void {
		parent::setUp();
		$this->server = $_SERVER;
		foreach ( array( 'HTTP_HOST', 'REMOTE_ADDR', 'REQUEST_METHOD', 'REQUEST_URI', 'SERVER_PROTOCOL', 'REQUEST_TIME_FLOAT' ) as $name ) {
			unset( $_SERVER[ $name ] );
		}
		\WP_CLI::$items  = array();
		\WP_CLI::$bars   = array();
		\WP_CLI::$agrees = true;
	}

	protected function tearDown(): void {
		$_SERVER = $this->server;
		parent::tearDown();
	}

	/**
	 * A file with this content, gone after the test.
	 *
	 * @param string $content Content.
	 * @param string $ending  Ending of its name.
	 */
	protected function file( string $content, string $ending = '.jsonl' ): string {
		$file = tempnam( get_temp_dir(), 'scimpress-cli-' ) . $ending;
		file_put_contents( $file, $content );
		$this->afterwards( static fn() => array_map( 'unlink', array( $file, substr( $file, 0, -strlen( $ending ) ) ) ) );
		return $file;
	}

	/**
	 * Asserts that a command ends with an error.
	 *
	 * @param string $text    Part of the error.
	 * @param object $command The command.
	 * @param string $name    Subcommand.
	 * @param array  $arguments Arguments.
	 * @param array  $options   Options.
	 */
	protected function fails( string $text, object $command, string $name, array $arguments = array(), array $options = array() ): void {
		try {
			\WP_CLI::run( $command, $name, $arguments, $options );
			$said = implode( "\n", \WP_CLI::$said );
		} catch ( \RuntimeException $thrown ) {
			$this->assertStringContainsString( $text, $thrown->getMessage() );
			return;
		}
		$this->fail( "no error, but: $said" );
	}

	/**
	 * Has the engine create a resource.
	 *
	 * @param string $path     Of the collection.
	 * @param array  $resource The resource.
	 * @return array As the client reads it.
	 */
	protected function post( string $path, array $resource ): array {
		$answer = ( new \Scimpress\Cli\Client() )->message( 'POST', $path, $resource );
		$this->assertSame( 201, $answer->status, $answer->body );
		return json_decode( $answer->body, true );
	}

	/**
	 * SCIM users, whom nobody else is.
	 *
	 * @param int   $number  How many.
	 * @param array $changes Attributes that differ.
	 * @return list<array>
	 */
	protected static function people( int $number, array $changes = array() ): array {
		$people = array();
		for ( $index = 0; $index < $number; $index++ ) {
			$name     = bin2hex( random_bytes( 6 ) ) . '@import.example.com';
			$people[] = $changes + array(
				'userName'    => $name,
				'displayName' => "Person $index",
				'emails'      => array(
					array(
						'type'    => 'work',
						'primary' => true,
						'value'   => $name,
					),
				),
			);
		}
		return $people;
	}

	/**
	 * Users as JSON, one a line.
	 *
	 * @param list<array> $people The users.
	 */
	protected static function lines( array $people ): string {
		return implode( "\n", array_map( static fn( array $person ): string => wp_json_encode( $person ), $people ) ) . "\n";
	}
}
