<?php
/**
 * The setting of php.ini.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;

/**
 * `scimpress.max_body_bytes`, and what phpinfo() tells.
 */
final class Ini_Test extends TestCase {

	private const NAME = 'scimpress.max_body_bytes';

	public function test_default_is_two_mebibytes_and_only_the_system_may_change_it(): void {
		self::assertSame(
			array(
				'global_value' => '2097152',
				'local_value'  => '2097152',
				'access'       => INI_SYSTEM,
			),
			ini_get_all( 'scimpress' )[ self::NAME ]
		);
		self::assertFalse( ini_set( self::NAME, '5' ) );
		self::assertSame( '2097152', ini_get( self::NAME ) );
	}

	/**
	 * @dataProvider values
	 */
	public function test_value_has_this_effect( string $value, int $limit ): void {
		$result = Php::run( array( '--ri', 'scimpress' ), array( self::NAME => $value ) );
		self::assertSame( 0, $result->code, $result->errors );
		self::assertStringContainsString( "\nLargest body, bytes => $limit\n", $result->output );
	}

	public static function values(): array {
		$default = 2097152;
		$ceiling = 67108864;
		return array(
			'bytes'            => array( '300', 300 ),
			'blanks'           => array( ' 300 ', 300 ),
			'one'              => array( '1', 1 ),
			'kibibytes'        => array( '3K', 3072 ),
			'small letter'     => array( '3k', 3072 ),
			'mebibytes'        => array( '4M', 4194304 ),
			'the ceiling'      => array( '64M', $ceiling ),
			'above'            => array( '67108865', $ceiling ),
			'gibibytes'        => array( '1G', $ceiling ),
			'beyond integers'  => array( '99999999999999999999999', $ceiling ),
			'beyond with unit' => array( '9223372036854775807G', $ceiling ),
			'zeros ahead'      => array( '0300', 300 ),
			'zero'             => array( '0', $default ),
			'negative'         => array( '-1', $default ),
			'empty'            => array( '', $default ),
			'a word'           => array( 'abc', $default ),
			'only a unit'      => array( 'M', $default ),
			'a fraction'       => array( '2.5M', $default ),
			'hexadecimal'      => array( '0x10', $default ),
			'another unit'     => array( '2MB', $default ),
		);
	}

	public function test_body_above_the_limit_is_413_and_at_the_limit_is_read(): void {
		$code   = sprintf(
			'require %s; foreach ( array( 300, 301 ) as $size ) { echo Scimpress\Tests\Extension\Requests::answer( array( "method" => "POST", "body" => str_pad( "{\"userName\":\"x\"}", $size ) ) )->status(), " "; }',
			var_export( __DIR__ . '/support/class-requests.php', true )
		);
		$result = Php::code( $code, array( self::NAME => '300' ) );
		self::assertSame( array( '201 413 ', '' ), array( $result->output, $result->errors ) );
	}

	public function test_phpinfo_shows_version_limits_and_setting(): void {
		$result = Php::code( 'phpinfo( INFO_MODULES );', array( self::NAME => '1M' ) );
		foreach ( array(
			'Version => ' . \Scimpress\version(),
			'Largest body, bytes => 1048576',
			'Deepest JSON nesting => 16',
			'Longest filter, bytes => 8192',
			'Comparisons in a filter => 128',
			'Operations in a PATCH => 2000',
			'Operations in a bulk request => 1000',
			'Members that a request may add => 100000',
			'Resources in an answer => 200',
			'Resources read for a query => 100000',
			self::NAME . ' => 1M => 1M',
		) as $line
		) {
			self::assertStringContainsString( "\n$line\n", $result->output );
		}
	}
}
