<?php
/**
 * php-fpm.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;

/**
 * The extension in a real worker.
 */
final class Fpm_Test extends TestCase {

	private static function ask( Fpm $fpm, string $what, string $body = '' ): array {
		$method = '' === $body ? 'GET' : 'POST';
		$answer = $fpm->request( __DIR__ . '/scripts/fpm.php', array( 'QUERY_STRING' => $what, 'REQUEST_METHOD' => $method, 'CONTENT_TYPE' => 'application/scim+json' ), $body );
		$parts  = explode( "\r\n\r\n", $answer, 2 ) + array( '', '' );
		return array( 'head' => $parts[0] ) + (array) json_decode( $parts[1], true );
	}

	public function test_shipped_build_answers_within_the_limit_of_the_pool(): void {
		$fpm = new Fpm( Php::extension(), array( 'scimpress.max_body_bytes' => '1K' ) );
		self::assertSame( 201, self::ask( $fpm, 'exchange', str_pad( '{"userName":"x"}', 1024 ) )['status'] );
		self::assertSame( 413, self::ask( $fpm, 'exchange', str_pad( '{"userName":"x"}', 1025 ) )['status'] );
	}

	/**
	 * PHP applies its own limit only to forms; `docs/ini.md` says so.
	 */
	public function test_post_max_size_takes_nothing_from_a_scim_body(): void {
		$fpm  = new Fpm( Php::extension(), array( 'post_max_size' => '1K' ) );
		$body = str_pad( '{"userName":"x"}', 3000 );
		self::assertSame( 201, self::ask( $fpm, 'exchange', $body )['status'] );
		self::assertStringContainsString( 'POST Content-Length of 3000 bytes exceeds the limit of 1024 bytes', $fpm->log() );
	}

	public function test_worker_survives_panics(): void {
		$fpm    = new Fpm( Php::probe() );
		$worker = self::ask( $fpm, 'exchange', '{"userName":"x"}' )['worker'];
		for ( $round = 0; $round < 3; ++$round ) {
			$caught = self::ask( $fpm, 'caught' );
			self::assertSame( array( $worker, 'Rust panic: a panic on demand' ), array( $caught['worker'], $caught['caught'] ) );
			self::assertStringContainsString( 'Status: 500', self::ask( $fpm, 'uncaught' )['head'] );
			$exchange = self::ask( $fpm, 'exchange', '{"userName":"x"}' );
			self::assertSame( array( $worker, 201 ), array( $exchange['worker'], $exchange['status'] ) );
		}
		// php-fpm drops what a worker writes to standard error; the log has the place all the same.
		self::assertSame( 6, preg_match_all( '~scimpress [\d.]+: defect at src/php/probe\.rs~', $fpm->log() ) );
	}

	public function test_requests_that_end_in_the_middle_leave_no_memory_behind(): void {
		$fpm = new Fpm( Php::extension() );
		for ( $request = 0; $request < 20; ++$request ) {
			self::assertStringContainsString( 'Status: 500', self::ask( $fpm, 'exhausted' )['head'] );
		}
		$before = self::ask( $fpm, 'exchange', '{"userName":"x"}' );
		for ( $request = 0; $request < 100; ++$request ) {
			self::ask( $fpm, 'exhausted' );
		}
		$after = self::ask( $fpm, 'exchange', '{"userName":"x"}' );
		self::assertSame( $before['worker'], $after['worker'] );
		self::assertSame( 120, substr_count( $fpm->log(), 'Allowed memory size' ) );
		// Left behind, the exchanges would be more than 100 MB.
		self::assertLessThan( 8 << 20, $after['resident'] - $before['resident'] );
	}
}
