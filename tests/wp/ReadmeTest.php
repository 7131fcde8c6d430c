<?php
/**
 * The readme.txt of the plugin directory.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use PHPUnit\Framework\TestCase;

/**
 * It has the form that WordPress.org reads, says what the plugin's own header says, and names what is there.
 */
final class ReadmeTest extends TestCase {

	private string $text;

	/** @var array<string,string> */
	private array $headers = array();

	protected function setUp(): void {
		$this->text = file_get_contents( dirname( \Scimpress\PLUGIN_FILE ) . '/readme.txt' );
		list( $head ) = explode( "\n\n", $this->text );
		preg_match_all( '/^([A-Z][A-Za-z ]+): (.+)$/m', $head, $lines, PREG_SET_ORDER );
		foreach ( $lines as $line ) {
			$this->headers[ $line[1] ] = $line[2];
		}
	}

	public function test_headers_agree_with_the_plugin(): void {
		$plugin = get_file_data( \Scimpress\PLUGIN_FILE, array( 'Plugin Name', 'Version', 'Requires at least', 'Requires PHP', 'License', 'License URI' ) );
		$this->assertStringStartsWith( "=== {$plugin[0]} ===\n", $this->text );
		$this->assertSame( array_slice( $plugin, 1 ), array_map( fn( string $name ): ?string => $this->headers[ $name ] ?? null, array( 'Stable tag', 'Requires at least', 'Requires PHP', 'License', 'License URI' ) ) );
		$this->assertMatchesRegularExpression( '/\A\d+\.\d+\z/', $this->headers['Tested up to'] );
		$this->assertMatchesRegularExpression( '/\A[a-z0-9, -]+\z/', $this->headers['Contributors'] );
	}

	public function test_limits_of_the_directory_are_kept(): void {
		$this->assertLessThanOrEqual( 5, count( explode( ',', $this->headers['Tags'] ) ) );
		list( , $short ) = explode( "\n\n", $this->text );
		$this->assertLessThanOrEqual( 150, strlen( $short ) );
		$this->assertStringNotContainsString( "\n", $short );
		preg_match_all( '/^== (.+) ==$/m', $this->text, $sections );
		$this->assertSame( array( 'Description', 'Installation', 'Frequently Asked Questions', 'Changelog' ), $sections[1] );
		$this->assertStringContainsString( '= ' . \Scimpress\VERSION . ' =', $this->text );
	}

	public function test_commands_constants_and_the_capability_are_named(): void {
		$named = array( 'wp scimpress token', 'wp scimpress import wpo365', \Scimpress\Tokens::CONSTANT, \Scimpress\Settings::ENABLED_CONSTANT, '`' . \Scimpress\Capability::NAME . '`' );
		foreach ( $named as $name ) {
			$this->assertStringContainsString( $name, $this->text );
		}
	}
}
