<?php
/**
 * Memory.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;

/**
 * A worker that answers for days does not grow.
 */
final class Leak_Test extends TestCase {

	/**
	 * @dataProvider kinds
	 */
	public function test_60000_calls_leave_no_memory_behind( string $kind ): void {
		$result = Php::run( array( __DIR__ . '/scripts/leak.php', $kind ), array( 'error_log' => '/dev/null' ), Php::probe() );
		self::assertSame( array( 0, '' ), array( $result->code, $result->errors ) );
		$grown = json_decode( $result->output, true, 512, JSON_THROW_ON_ERROR );
		self::assertCount( 3, $grown['process'] );
		self::assertLessThanOrEqual( 64, max( $grown['memory'] ), $result->output );
		self::assertLessThanOrEqual( 1 << 20, max( $grown['process'] ), $result->output );
	}

	public static function kinds(): array {
		$kinds = array( 'read', 'list', 'create', 'patch', 'group', 'member', 'sorted', 'bulk', 'filter', 'token', 'errors', 'panic' );
		return array_combine( $kinds, array_map( fn( string $kind ) => array( $kind ), $kinds ) );
	}
}
