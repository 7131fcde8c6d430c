<?php
/**
 * Loading.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;

/**
 * The extension beside what else PHP may do.
 */
final class Load_Test extends TestCase {

	public function test_loaded_twice_is_phps_own_warning(): void {
		$result = Php::code( 'echo Scimpress\version();', array( 'extension' => Php::extension() ) );
		self::assertSame( array( 0, \Scimpress\version() ), array( $result->code, $result->output ) );
		self::assertStringContainsString( 'Module "scimpress" is already loaded', $result->errors );
	}

	/**
	 * @dataProvider compilers
	 */
	public function test_just_in_time_compiler_changes_nothing( string $mode ): void {
		$code     = sprintf(
			'foreach ( array_diff_key( require %s, array( "panic" => 0 ) ) as $name => $work ) { for ( $i = 0; $i < 2000; ++$i ) { $found = $work(); } $all[ $name ] = $found; }'
			. 'echo json_encode( $all );',
			var_export( __DIR__ . '/scripts/work.php', true )
		);
		$settings = array(
			'zend_extension'         => 'opcache',
			'opcache.enable_cli'     => '1',
			'opcache.jit'            => $mode,
			'opcache.jit_buffer_size' => '16M',
			'opcache.jit_hot_loop'   => '8',
			'opcache.jit_hot_func'   => '8',
		);
		$compiled = Php::code( 'if ( ! opcache_get_status()["jit"]["on"] ) { exit( 3 ); } ' . $code, $settings );
		self::assertSame( array( 0, '' ), array( $compiled->code, $compiled->errors ) );
		self::assertSame( Php::code( $code )->output, $compiled->output );
	}

	public static function compilers(): array {
		return array( array( 'tracing' ), array( 'function' ) );
	}

	public function test_forked_process_works_on_with_what_it_inherits(): void {
		$code   = sprintf(
			'require %s; use Scimpress\Tests\Extension\Requests;'
			. '$exchange = new Scimpress\Exchange( Requests::request(), Requests::config() ); $need = $exchange->next(); $child = pcntl_fork();'
			. '$exchange->resume( Requests::perform( $need ) ); Requests::finish( $exchange );'
			. 'if ( 0 === $child ) { exit( 200 === $exchange->status() ? 7 : 1 ); } pcntl_waitpid( $child, $status );'
			. 'echo pcntl_wexitstatus( $status ), " ", $exchange->status();',
			var_export( __DIR__ . '/support/class-requests.php', true )
		);
		$result = Php::code( $code );
		self::assertSame( array( '7 200', '' ), array( $result->output, $result->errors ) );
	}
}
