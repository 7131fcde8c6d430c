<?php
/**
 * How many SCIM requests are answered at once.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Lane\Slot;
use Scimpress\Settings;

/**
 * A slot is held by one, given back by everybody, and none is there without a limit.
 */
final class SlotTest extends Test_Case {

	protected function tearDown(): void {
		Slot::forget();
		parent::tearDown();
	}

	public function test_there_is_no_limit_by_default(): void {
		$this->assertSame( 0, Settings::max_concurrent() );
		$held = array();
		for ( $count = 0; $count < 300; $count++ ) {
			$held[] = Slot::take();
		}
		$this->assertNotContains( null, $held );
		$this->assertSame( array(), self::files() );
	}

	public function test_as_many_as_the_limit_are_let_in_and_their_slots_come_back(): void {
		Settings::update( array( 'max_concurrent' => 3 ) );
		$held = array( Slot::take(), Slot::take(), Slot::take() );
		$this->assertNotContains( null, $held );
		$this->assertNull( Slot::take() );
		$held[1] = null;
		$again   = Slot::take();
		$this->assertNotNull( $again );
		$this->assertNull( Slot::take() );
		$this->assertCount( 3, self::files() );
		$this->assertSame( array( 0, 0, 0 ), array_map( 'filesize', self::files() ) );
	}

	public function test_slot_of_a_process_that_crashed_is_free(): void {
		Settings::update( array( 'max_concurrent' => 1 ) );
		$slot = Slot::take();
		unset( $slot );
		list( $file ) = self::files();
		$ready        = tempnam( get_temp_dir(), 'scimpress-ready-' );
		$code         = '$held = fopen( $argv[1], "c" ); flock( $held, LOCK_EX ); file_put_contents( $argv[2], "held" ); sleep( 600 );';
		$process      = new Script( array( '-r', $code, '--', $file, $ready ) );
		$deadline     = microtime( true ) + 20;
		while ( 'held' !== file_get_contents( $ready ) ) {
			$this->assertLessThan( $deadline, microtime( true ), 'the other process took no slot' );
			usleep( 5000 );
		}
		$this->assertNull( Slot::take() );
		$process->stop();
		unlink( $ready );
		$deadline = microtime( true ) + 20;
		do {
			$slot = Slot::take();
		} while ( null === $slot && microtime( true ) < $deadline );
		$this->assertNotNull( $slot );
	}

	public function test_limit_is_a_number_that_can_be_kept(): void {
		foreach ( array( array( -3, 3 ), array( '7', 7 ), array( 'many', 0 ), array( 100000, Settings::MOST_CONCURRENT ), array( null, 0 ) ) as list( $given, $kept ) ) {
			Settings::update( array( 'max_concurrent' => $given ) );
			$this->assertSame( $kept, Settings::max_concurrent() );
		}
	}

	/**
	 * Files of slots.
	 *
	 * @return list<string>
	 */
	private static function files(): array {
		return glob( get_temp_dir() . 'scimpress-*.lock' );
	}
}
