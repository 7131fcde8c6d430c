<?php
/**
 * Rules over everybody.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Job_State;

/**
 * The preview, the run that follows it, and everything that may come in between.
 */
final class RoleJobTest extends Roles_Test_Case {

	private const RULES = array( array( 'editor', 'filter', 'displayName co "7"' ) );

	/** @var array<string,int> SCIM id => user ID. */
	private array $people = array();

	private ?Script $script = null;

	protected function tearDown(): void {
		$this->script?->stop();
		parent::tearDown();
	}

	public function test_preview_is_what_then_happens(): void {
		$this->people( 40 );
		$rules   = self::set( self::RULES, Rule_Set::REPLACE );
		$before  = $this->all();
		// Of those who would change, one is protected, one deactivated, one an editor already; one is an editor without reason.
		$ids = array_values( $this->people );
		Settings::update( array( 'protected_users' => array( $ids[7] ) ) );
		$this->perform( Needs::update( array( 'id' => array_keys( $this->people )[17], 'userName' => 'seventeen', 'externalId' => null, 'objectId' => null, 'email' => null, 'document' => self::document( 17 ), 'now' => Needs::NOW ), 1, array( 'active' => false ) ) );
		self::give( $ids[27], 'editor' );
		self::give( $ids[5], 'editor', 'author' );

		Job::begin( true, $rules );
		$this->assertFalse( Job::advance( 60 ) );
		$preview = Job::state();
		$this->assertSame( array( Job::DONE, 40, 40, 2, 0 ), array( $preview['state'], $preview['total'], $preview['seen'], $preview['changed'], $preview['failed'] ) );
		$this->assertSame(
			array(
				array( 'user' => $ids[5], 'before' => array( 'editor', 'author' ), 'after' => array( 'subscriber' ) ),
				array( 'user' => $ids[37], 'before' => array( 'subscriber' ), 'after' => array( 'editor' ) ),
			),
			$preview['people']
		);
		$this->assertTrue( Rule_Set::of_site()->is_empty(), 'nothing is saved' );
		$this->assertSame( array( 'editor', 'author' ), self::roles( $ids[5] ) );

		$rules->save();
		Job::begin( false );
		$this->assertFalse( Job::advance( 60 ) );
		$run = Job::state();
		$this->assertSame( array( $preview['changed'], $preview['people'], 40 ), array( $run['changed'], $run['people'], $run['seen'] ) );
		$expected = $before;
		foreach ( array( 17 => array(), 27 => array( 'editor' ), 37 => array( 'editor' ) ) as $number => $roles ) {
			$expected[ $ids[ $number ] ] = $roles;
		}
		$this->assertSame( $expected, $this->all() );

		Job::begin( false );
		Job::advance( 60 );
		$this->assertSame( 0, Job::state()['changed'], 'a second run finds nothing to do' );
	}

	public function test_process_that_is_killed_in_the_middle_leaves_nothing_half_done_and_another_goes_on(): void {
		$this->people( 60 );
		self::rules( array( array( 'editor', 'filter', 'displayName pr' ) ), Rule_Set::REPLACE );
		Job::begin( false );
		$this->script = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
		$this->assertSame( 'ready', $this->script->hear() );
		$this->script->say( '{"kill": 25}' );
		$this->script->say( '{"job": 60}' );
		$this->assertSame( '', $this->script->hear(), 'it is dead' );

		$left = Job::state();
		$this->assertSame( array( Job::RUNNING, 20, 20 ), array( $left['state'], $left['changed'], $left['seen'] ), 'what was committed' );
		$this->assertCount( 20, $this->editors(), 'the batch of the killed process was rolled back' );
		$this->assertGreaterThan( time(), $left['lease'] );

		$this->assertTrue( Job::advance( 60 ), 'nobody knows yet that it is dead' );
		$this->assertSame( $left, Job::state() );
		$this->assertFalse( Job::advance( 60, static fn(): int => time() + Job::LEASE + 1 ) );
		$run = Job::state();
		$this->assertSame( array( Job::DONE, 60, 60, 60 ), array( $run['state'], $run['changed'], $run['seen'], $run['total'] ) );
		$this->assertCount( 60, $this->editors() );
	}

	public function test_two_processes_do_not_work_on_it_together(): void {
		$this->people( 30 );
		self::rules( array( array( 'editor', 'filter', 'displayName pr' ) ) );
		Job::begin( false );
		$this->script = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
		$this->assertSame( 'ready', $this->script->hear() );
		$this->script->say( '{"pause": "scimpress_user_roles_changed"}' );
		$this->script->say( '{"job": 60}' );
		$this->assertSame( 'paused', $this->script->hear() );
		$before = Job::state();
		$this->assertSame( 10, $before['changed'] );
		$this->assertTrue( Job::advance( 60 ) );
		$this->assertSame( $before, Job::state(), 'somebody else works on it' );

		// One that seems dead and is not finds out that another has taken over, and writes nothing any more.
		$this->assertFalse( Job::advance( 60, static fn(): int => time() + Job::LEASE + 1 ) );
		$after = Job::state();
		$this->assertSame( array( Job::DONE, 30 ), array( $after['state'], $after['changed'] ) );
		while ( 'paused' === ( $said = $this->go_on() ) ) {
			continue;
		}
		$this->assertSame( 'false', $said );
		$this->assertSame( $after, Job::state() );
	}

	public function test_pause_resume_cancel_and_a_new_run_reach_a_process_at_work(): void {
		$this->people( 30 );
		self::rules( array( array( 'editor', 'filter', 'displayName pr' ) ) );
		foreach ( array( Job::PAUSED, Job::CANCELLED, Job::RUNNING ) as $to ) {
			array_map( static fn( int $user_id ) => self::give( $user_id, 'subscriber' ), $this->people );
			Job::begin( false );
			$turned = 0;
			$turn   = static function () use ( &$turned, $to ): void {
				if ( 12 === ++$turned ) {
					Job::RUNNING === $to ? Job::begin( true ) : Job::turn( $to );
				}
			};
			add_action( 'scimpress_user_roles_changed', $turn );
			Job::advance( 60 );
			remove_action( 'scimpress_user_roles_changed', $turn );
			$state = Job::state();
			$this->assertSame( $to, $state['state'] );
			$this->assertCount( 20, $this->editors(), 'the batch of the click was committed before it, and none after it' );
			if ( Job::RUNNING === $to ) {
				$this->assertSame( array( true, 0 ), array( $state['dry'], $state['seen'] ) );
				continue;
			}
			$this->assertSame( 20, $state['changed'] );
			$this->assertFalse( Job::advance( 60 ) );
			$this->assertCount( 20, $this->editors() );
			Job::turn( Job::RUNNING );
			Job::advance( 60 );
			$this->assertCount( Job::PAUSED === $to ? 30 : 20, $this->editors() );
			$this->assertSame( Job::PAUSED === $to ? Job::DONE : Job::CANCELLED, Job::state()['state'] );
		}
	}

	public function test_account_that_fails_is_counted_and_keeps_nobody_else(): void {
		$this->people( 25 );
		$ids = array_values( $this->people );
		$log = $this->capture_log();
		self::rules( array( array( 'editor', 'filter', 'displayName pr' ) ) );
		add_action( 'scimpress_after_user_roles_change', static fn( int $user_id ) => $user_id === $ids[12] ? throw new \LogicException( 'mira' ) : null );
		Job::begin( false );
		$this->assertFalse( Job::advance( 60 ) );
		$run = Job::state();
		$this->assertSame( array( Job::DONE, 25, 24, 1 ), array( $run['state'], $run['seen'], $run['changed'], $run['failed'] ) );
		$this->assertCount( 24, $this->editors() );
		$this->assertSame( 1, substr_count( file_get_contents( $log ), 'LogicException' ) );
		$this->assertStringNotContainsString( 'mira', file_get_contents( $log ) );
	}

	public function test_work_ends_with_its_time_and_goes_on_in_the_background(): void {
		$this->people( 30 );
		self::rules( array( array( 'editor', 'filter', 'displayName pr' ) ) );
		Job::begin( false );
		$this->assertNotFalse( wp_next_scheduled( Job::HOOK ) );
		$this->assertTrue( Job::advance( 0 ) );
		$this->assertSame( array( 10, 0 ), array( Job::state()['changed'], Job::state()['lease'] ) );
		do_action( Job::HOOK );
		$this->assertSame( Job::DONE, Job::state()['state'] );
		$this->assertCount( 30, $this->editors() );
		$this->assertFalse( wp_next_scheduled( Job::HOOK ) );
	}

	public function test_run_without_rules_changes_nobody(): void {
		$this->people( 3 );
		Job::begin( false );
		$this->assertFalse( Job::advance( 60 ) );
		$this->assertSame( array( 3, 0 ), array( Job::state()['seen'], Job::state()['changed'] ) );
		$this->assertFalse( Job::advance( 60 ) );
	}

	public function test_state_that_somebody_damaged_is_none(): void {
		foreach ( array( 'x', '[]', '{"state":"running"}' ) as $text ) {
			update_option( Job_State::OPTION, $text, false );
			$this->assertNull( Job::state() );
			$this->assertFalse( Job::advance( 1 ) );
			Job::turn( Job::PAUSED );
		}
	}

	public function test_first_hundred_people_are_told(): void {
		$this->people( Job::PEOPLE + 5 );
		Job::begin( true, self::set( array( array( 'editor', 'filter', 'displayName pr' ) ) ) );
		Job::advance( 60 );
		$this->assertCount( Job::PEOPLE, Job::state()['people'] );
		$this->assertSame( Job::PEOPLE + 5, Job::state()['changed'] );
	}

	private function go_on(): string {
		$this->script->say( 'go on' );
		return $this->script->hear();
	}

	/**
	 * Makes people with numbers.
	 */
	private function people( int $count ): void {
		for ( $number = 0; $number < $count; $number++ ) {
			list( $need, $record )       = $this->person( array( 'document' => self::document( $number ), 'wordpress' => array( 'display_name' => "Person $number" ) ) );
			$this->people[ $need['id'] ] = $record['userId'];
		}
	}

	private static function document( int $number ): string {
		return wp_json_encode( array( 'displayName' => "Person $number", 'active' => true ) );
	}

	/**
	 * @return array<int,list<string>> User ID => roles.
	 */
	private function all(): array {
		$all = array();
		foreach ( $this->people as $user_id ) {
			$all[ $user_id ] = self::roles( $user_id );
		}
		return $all;
	}

	private function editors(): array {
		return array_filter( $this->all(), static fn( array $roles ): bool => in_array( 'editor', $roles, true ) );
	}
}
