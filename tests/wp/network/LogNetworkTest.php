<?php
/**
 * The log on a network of sites.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Answer;
use Scimpress\Log\Days;
use Scimpress\Log\Log_Table;
use Scimpress\Log\Privacy;
use Scimpress\Log\Pruner;
use Scimpress\Log\Recorder;
use Scimpress\Log\Settings;
use Scimpress\Store\Schema;

/**
 * Every site has a log, settings and a task of its own.
 */
final class LogNetworkTest extends Test_Case {

	/** The other site. */
	private static int $site;

	public static function setUpBeforeClass(): void {
		self::$site = wp_insert_site(
			array(
				'domain'  => '127.0.0.1',
				'path'    => '/log/',
				'user_id' => 1,
			)
		);
	}

	public static function tearDownAfterClass(): void {
		wp_delete_site( self::$site );
	}

	public function test_entries_settings_and_tasks_are_those_of_one_site(): void {
		$here = Log_Table::name();
		self::record( 'mira@corp.example' );
		switch_to_blog( self::$site );
		Schema::upgrade();
		$this->assertNotSame( $here, Log_Table::name() );
		$this->assertSame( array(), Log_Table::page( array(), null, null, 9 ) );
		self::record( 'other@corp.example' );
		self::record( 'other@corp.example' );
		Settings::update( array( 'rows' => 1 ) );
		$this->assertFalse( Privacy::erase( 'mira@corp.example' )['items_removed'] );
		$this->assertSame( 2, array_sum( Days::last()[ current_datetime()->format( 'Y-m-d' ) ] ) );
		$this->assertSame( 1, Pruner::prune( '__return_true' )[0] );
		Pruner::schedule();
		Pruner::unschedule();
		restore_current_blog();
		$this->assertSame( array( 'mira@corp.example' ), array_column( Log_Table::page( array(), null, null, 9 ), 'name' ) );
		$this->assertNotSame( 1, Settings::all()['rows'] );
		$this->assertNotFalse( wp_next_scheduled( Pruner::HOOK ), 'the task of this site stays' );
		$this->assertTrue( Privacy::erase( 'mira@corp.example' )['items_removed'] );
	}

	/**
	 * Records a failed create.
	 *
	 * @param string $name User name.
	 */
	private static function record( string $name ): void {
		$change = array( 'operation' => 'create', 'resourceType' => 'User', 'id' => '', 'name' => $name, 'key' => $name, 'status' => 409, 'scimType' => 'uniqueness', 'detail' => 'taken', 'attributes' => array(), 'more' => 0, 'members' => null, 'userId' => null );
		Recorder::record( new Answer( 409, array(), '', array(), array( $change ) ), array( 'method' => 'POST', 'path' => '/Users', 'query' => array(), 'headers' => array(), 'body' => '' ) );
	}
}
