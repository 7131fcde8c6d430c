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

	private const DEFECTIVE = <<<'PHP'
		$exchange = Scimpress\Probe\defective();
		$answer   = array( 'total' => 0, 'records' => array() );
		$needs    = array( $exchange->next()['need'], $exchange->next()['need'] );
		$before   = $exchange->status();
		$exchange->resume( $answer );
		$after = array();
		for ( $round = 0; $round < 3; $round++ ) {
			$after[] = array( $exchange->next(), $exchange->status(), $exchange->headers(), json_decode( $exchange->body(), true ), $exchange->notices() );
			$exchange->resume( $answer );
		}
		$whole = new Scimpress\Exchange( array( 'method' => 'GET', 'path' => '/Nothing', 'query' => array(), 'headers' => array(), 'body' => '' ), array( 'base' => '', 'now' => 0, 'newId' => '', 'membersAdditive' => false, 'passwordsIgnored' => false ) );
		echo json_encode( array( $needs, $before, $after, $whole->next(), $whole->status() ) );
		PHP;

	/**
	 * A defect of the engine between two needs, where no exception can reach PHP.
	 */
	public function test_panic_within_the_engine_is_a_scim_error_of_an_exchange_that_is_over(): void {
		$log = tempnam( dirname( __DIR__, 2 ) . '/target/test/php', 'log' );
		try {
			$result = Php::code( self::DEFECTIVE, array( 'error_log' => $log ), Php::probe() );
			$lines  = file( $log );
		} finally {
			unlink( $log );
		}
		self::assertSame( array( 0, '' ), array( $result->code, $result->errors ) );
		list( $needs, $before, $after, $next, $status ) = json_decode( $result->output, true );
		self::assertSame( array( array( 'page', 'page' ), 500 ), array( $needs, $before ) );
		$error = array(
			'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:Error' ),
			'status'  => '500',
			'detail'  => "the server failed to answer, nothing was changed; the site's administrator finds the reason in its error log",
		);
		$headers = array(
			'Content-Type'  => 'application/scim+json',
			'Cache-Control' => 'no-store',
		);
		self::assertSame( array_fill( 0, 3, array( null, 500, $headers, $error, array() ) ), $after );
		self::assertSame( array( null, 404 ), array( $next, $status ), 'the process serves the next request' );
		// A second poll would panic, and say so, again.
		self::assertCount( 1, $lines );
		self::assertMatchesRegularExpression( '~ scimpress [\d.]+: defect at src/exchange/mod\.rs:\d+, ~', $lines[0] );
		self::assertStringNotContainsString( 'on demand', $lines[0] );
	}

	public function test_panic_inside_of_a_fiber_and_a_destructor_is_caught(): void {
		$code   = 'class D { function __destruct() { try { Scimpress\Probe\panic(); } catch ( Error ) { echo "destructor "; } } } new D();'
			. '$f = new Fiber( function () { try { Scimpress\Probe\panic(); } catch ( Error ) { Fiber::suspend(); echo "fiber"; } } ); $f->start(); $f->resume();';
		$result = Php::code( $code, array( 'error_log' => '/dev/null' ), Php::probe() );
		self::assertSame( array( 0, 'destructor fiber', '' ), array( $result->code, $result->output, $result->errors ) );
	}
}
