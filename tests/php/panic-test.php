<?php
/**
 * Panics.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;

/**
 * A defect ends one call, not the process.
 */
final class Panic_Test extends TestCase {

	private const LOOP = <<<'PHP'
		require '%s';
		use Scimpress\Tests\Extension\Requests;
		$exchange = new Scimpress\Exchange( Requests::request( array( 'path' => '/Users/' . Requests::ID ) ), Requests::config() );
		for ( $need = $exchange->next(); null !== $need; $need = $exchange->next() ) {
			try {
				Scimpress\Probe\panic();
			} catch ( Exception ) {
				echo 'as an exception ';
			} catch ( Error $error ) {
				echo get_class( $error ), ': ', $error->getMessage(), ' ';
			}
			$exchange->resume( Requests::perform( $need ) );
		}
		echo $exchange->status();
		PHP;

	public function test_panic_is_an_error_and_an_exchange_goes_on(): void {
		$result = Php::code( sprintf( self::LOOP, __DIR__ . '/support/class-requests.php' ), array( 'error_log' => '/dev/null' ), Php::probe() );
		self::assertSame( array( 0, str_repeat( 'Error: Rust panic: a panic on demand ', 3 ) . '200' ), array( $result->code, $result->output ) );
	}

	public function test_panic_that_nobody_catches_is_an_ordinary_fatal_error(): void {
		$result = Php::code( 'register_shutdown_function( fn() => print( Scimpress\version() ) ); Scimpress\Probe\panic();', array( 'error_log' => '/dev/null' ), Php::probe() );
		self::assertSame( array( 255, \Scimpress\version() ), array( $result->code, $result->output ) );
		self::assertStringContainsString( 'Uncaught Error: Rust panic', $result->errors );
	}

	public function test_error_log_gets_the_place_and_not_the_message(): void {
		$log = tempnam( dirname( __DIR__, 2 ) . '/target/test/php', 'log' );
		try {
			Php::code( 'try { Scimpress\Probe\panic(); } catch ( Error ) { echo 1; }', array( 'error_log' => $log ), Php::probe() );
			$lines = file( $log );
		} finally {
			unlink( $log );
		}
		self::assertCount( 1, $lines );
		self::assertMatchesRegularExpression( '~ scimpress [\d.]+: defect at src/php/probe\.rs:\d+, ~', $lines[0] );
		self::assertStringNotContainsString( 'on demand', $lines[0] );
	}

	public function test_panic_inside_of_a_fiber_and_a_destructor_is_caught(): void {
		$code   = 'class D { function __destruct() { try { Scimpress\Probe\panic(); } catch ( Error ) { echo "destructor "; } } } new D();'
			. '$f = new Fiber( function () { try { Scimpress\Probe\panic(); } catch ( Error ) { Fiber::suspend(); echo "fiber"; } } ); $f->start(); $f->resume();';
		$result = Php::code( $code, array( 'error_log' => '/dev/null' ), Php::probe() );
		self::assertSame( array( 0, 'destructor fiber', '' ), array( $result->code, $result->output, $result->errors ) );
	}
}
