<?php
/**
 * Several at once.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Membership_Table;

/**
 * Writes to the same group, from several connections.
 */
final class StoreGroupRaceTest extends Test_Case {

	private const PROCESSES = 5;

	private ?Locker $locker = null;

	/** @var list<Script> */
	private array $scripts = array();

	protected function tearDown(): void {
		$this->locker?->close();
		foreach ( $this->scripts as $script ) {
			$script->stop();
		}
		parent::tearDown();
	}

	public function test_members_added_at_once_are_all_there(): void {
		$people = array();
		while ( count( $people ) < 6 * self::PROCESSES ) {
			$people[] = $this->person()[0]['id'];
		}
		$group = $this->perform( Needs::create_group() )['record'];
		$this->start( self::PROCESSES );
		foreach ( $people as $number => $person ) {
			$this->scripts[ $number % self::PROCESSES ]->say( wp_json_encode( Needs::update_group( $group['id'], array( 'add' => array( $person ) ) ) ) );
		}
		$versions = array();
		foreach ( $people as $number => $person ) {
			$answer     = json_decode( $this->scripts[ $number % self::PROCESSES ]->hear(), true );
			$versions[] = $answer['record']['version'] ?? wp_json_encode( $answer );
		}
		sort( $versions );
		$this->assertSame( range( 2, count( $people ) + 1 ), $versions, 'each waited for the one before it' );
		$this->assertEqualsCanonicalizing( $people, array_column( $this->perform( Needs::members( $group['id'] ) )['members'], 'id' ) );
	}

	public function test_one_name_is_given_to_one_group(): void {
		$this->start( self::PROCESSES );
		$need = Needs::create_group();
		foreach ( $this->scripts as $script ) {
			$script->say( wp_json_encode( array( 'id' => wp_generate_uuid4() ) + $need ) );
		}
		$answers = array_map( static fn( Script $script ): array => json_decode( $script->hear(), true ), $this->scripts );
		$this->assertCount( 1, array_filter( $answers, static fn( array $answer ): bool => isset( $answer['record'] ) ), wp_json_encode( $answers ) );
		$this->assertCount( self::PROCESSES - 1, array_filter( $answers, static fn( array $answer ): bool => 'display_name_exists' === ( $answer['error'] ?? '' ) ), wp_json_encode( $answers ) );
	}

	public function test_user_who_is_deleted_while_joining_leaves_no_membership(): void {
		global $wpdb;
		$this->start( self::PROCESSES );
		for ( $round = 1; $round <= 4; $round++ ) {
			list( $need ) = $this->person();
			$groups       = array();
			while ( count( $groups ) < self::PROCESSES - 1 ) {
				$groups[] = $this->perform( Needs::create_group( $groups ? array( $need['id'] ) : array() ) )['record']['id'];
			}
			foreach ( $this->scripts as $number => $script ) {
				$script->say( wp_json_encode( isset( $groups[ $number ] ) ? Needs::update_group( $groups[ $number ], array( 'add' => array( $need['id'] ) ) ) : Needs::delete( $need['id'] ) ) );
			}
			$answers = array_map( static fn( Script $script ): array => json_decode( $script->hear(), true ), $this->scripts );
			$this->assertTrue( array_pop( $answers )['deleted'] ?? false );
			foreach ( $answers as $answer ) {
				$this->assertContains( $answer['error'] ?? 'none', array( 'none', 'member_unknown' ), wp_json_encode( $answer ) );
			}
			$this->assertSame( '0', $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Membership_Table::name() ) );
		}
	}

	public function test_lock_that_does_not_clear_is_busy_and_nothing_is_left(): void {
		list( $need )  = $this->person();
		$group         = $this->perform( Needs::create_group() )['record'];
		$this->locker  = new Locker();
		$this->locker->lock( 'SELECT * FROM ' . \Scimpress\Store\Group_Table::name() . " WHERE id = '$group[id]' FOR UPDATE" );
		$this->refused( 'busy', Needs::update_group( $group['id'], array( 'add' => array( $need['id'] ) ) ) );
		$this->locker->release();
		$this->assertSame( array(), $this->perform( Needs::members( $group['id'] ) )['members'] );
		$this->assertSame( array( $group ), $this->perform( Needs::of_group( Needs::by( 'id', $group['id'] ) ) )['records'] );
	}

	public function test_write_to_the_account_does_not_keep_a_user_from_joining(): void {
		global $wpdb;
		list( , $record ) = $this->person();
		$group            = $this->perform( Needs::create_group() )['record'];
		$this->locker     = new Locker();
		$join             = Needs::update_group( $group['id'], array( 'add' => array( $record['id'] ) ) );
		$this->locker->lock( "SELECT * FROM $wpdb->users WHERE ID = $record[userId] FOR UPDATE" );
		if ( Locker::is_sqlite() ) {
			// It has no smaller lock than the one of the whole database.
			$this->refused( 'busy', $join );
			$this->locker->release();
		}
		$this->perform( $join );
		$this->assertCount( 1, $this->perform( Needs::members( $group['id'] ) )['members'] );
	}

	/**
	 * Starts processes that wait for needs.
	 *
	 * @param int $count How many.
	 */
	private function start( int $count ): void {
		for ( $number = 0; $number < $count; $number++ ) {
			$this->scripts[] = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
		}
		foreach ( $this->scripts as $script ) {
			$this->assertSame( 'ready', $script->hear() );
		}
	}
}
