<?php
/**
 * Roles by groups.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Pass;
use Scimpress\Settlement\Queue;

/**
 * Roles follow every change of a group, at once where a client waits, in the background where many are concerned.
 */
final class RoleGroupsTest extends Roles_Test_Case {

	protected function setUp(): void {
		parent::setUp();
		self::rules( array( array( 'editor', 'group', 'Editors' ), array( 'author', 'groupExternalId', 'e-2' ), array( 'contributor', 'filter', 'groups.display eq "Helpers"' ) ) );
	}

	public function test_member_who_joins_has_the_role_with_the_answer_and_loses_it_on_leaving(): void {
		list( $id, $user_id ) = $this->post();
		foreach ( array( array( 'Editors', null, 'editor' ), array( 'Others', 'e-2', 'author' ), array( 'Helpers', null, 'contributor' ) ) as list( $name, $external_id, $role ) ) {
			$group = $this->post_group( $name, array(), $external_id );
			$this->join( $group, $id );
			$this->assertSame( array( 'subscriber', $role ), self::roles( $user_id ) );
			$this->leave( $group, $id );
			$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		}
		$this->assertSame( 0, Queue::count() );
		$this->assertFalse( wp_next_scheduled( Job::HOOK ) );
	}

	public function test_group_that_is_made_renamed_numbered_and_deleted(): void {
		list( $id, $user_id ) = $this->post();
		$group                = $this->post_group( 'Editors', array( $id ) );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $user_id ) );
		$this->patch( "/Groups/$group", array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Former editors' ) );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		$this->patch( "/Groups/$group", array( 'op' => 'add', 'path' => 'externalId', 'value' => 'e-2' ) );
		$this->assertSame( array( 'subscriber', 'author' ), self::roles( $user_id ) );
		$this->sent( 'DELETE', "/Groups/$group" );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
	}

	public function test_members_of_groups_in_groups_in_a_circle(): void {
		list( $id, $user_id ) = $this->post();
		$inner                = $this->post_group( 'Inner', array( $id ) );
		$middle               = $this->post_group( 'Middle', array( $inner ) );
		$outer                = $this->post_group( 'Editors' );
		$this->join( $inner, $outer );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		$this->join( $outer, $middle );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $user_id ) );
		$this->patch( "/Groups/$outer", array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Others' ) );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		$this->patch( "/Groups/$outer", array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Helpers' ) );
		$this->assertSame( array( 'subscriber', 'contributor' ), self::roles( $user_id ) );
		$this->leave( $middle, $inner );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		$this->join( $middle, $inner );
		$this->assertSame( array( 'subscriber', 'contributor' ), self::roles( $user_id ) );
		$this->sent( 'DELETE', "/Groups/$middle" );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
	}

	public function test_list_that_replaces_the_members_concerns_who_comes_and_goes(): void {
		$people = array();
		foreach ( range( 1, 4 ) as $number ) {
			$people[] = $this->post();
		}
		$ids   = array_column( $people, 0 );
		$group = $this->post_group( 'Editors', array( $ids[0], $ids[1] ) );
		$put   = fn( array $members ) => $this->sent( 'PUT', "/Groups/$group", array( 'displayName' => 'Editors', 'members' => self::members( $members ) ) );
		$put( array( $ids[1], $ids[2] ) );
		$has = fn(): array => array_map( static fn( array $person ): bool => in_array( 'editor', self::roles( $person[1] ), true ), $people );
		$this->assertSame( array( false, true, true, false ), $has() );
		$queries = self::sql( fn() => $put( array( $ids[2], $ids[1] ) ) );
		$this->assertCount( 0, preg_grep( '/^\s*DELETE FROM `?' . Queue::name() . '/', $queries ), 'nobody came or went, so nobody is settled' );
		$this->patch( "/Groups/$group", array( 'op' => 'remove', 'path' => 'members' ) );
		$this->assertSame( array( false, false, false, false ), $has() );
	}

	public function test_cost_of_a_member_does_not_grow_with_the_group(): void {
		$costs = array();
		foreach ( array( 3, 40 ) as $size ) {
			$people = array();
			while ( count( $people ) < $size ) {
				$people[] = $this->person()[0]['id'];
			}
			$group = $this->post_group( "Group of $size", $people );
			$this->patch( "/Groups/$group", array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Editors' ) );
			while ( Pass::drain( 100 ) ) {
				continue;
			}
			list( $id, $user_id ) = $this->post();
			$costs[]              = array(
				self::queries( fn() => $this->join( $group, $id ) ),
				self::queries( fn() => $this->leave( $group, $id ) ),
			);
			$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
			$this->sent( 'DELETE', "/Groups/$group" );
		}
		$this->assertSame( $costs[0], $costs[1] );
		$this->assertLessThan( 60, max( $costs[0] ) );
	}

	public function test_many_members_are_left_to_the_background(): void {
		global $wpdb;
		$people = array();
		while ( count( $people ) < Pass::IN_REQUEST + 15 ) {
			list( $need, $record ) = $this->person();
			$people[ $need['id'] ] = $record['userId'];
		}
		$group   = $this->post_group( 'Editors', array_keys( $people ) );
		$editors = static fn(): int => count( array_filter( $people, static fn( int $user_id ): bool => in_array( 'editor', self::roles( $user_id ), true ) ) );
		$this->assertSame( Pass::IN_REQUEST, $editors() );
		$this->assertSame( 15, Queue::count() );
		$this->assertNotFalse( wp_next_scheduled( Job::HOOK ) );

		// One who joins meanwhile does not wait for them.
		list( $id, $user_id ) = $this->post();
		$this->join( $group, $id );
		$this->assertContains( 'editor', self::roles( $user_id ) );
		$this->assertSame( 15, Queue::count() );

		do_action( Job::HOOK );
		$this->assertSame( count( $people ), $editors() );
		$this->assertSame( 0, Queue::count() );
		$this->assertFalse( wp_next_scheduled( Job::HOOK ) );
		$this->assertSame( '0', $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Queue::name() ) );
	}

	public function test_one_account_that_fails_keeps_nobody_else_and_is_given_up(): void {
		$people = array( $this->post(), $this->post(), $this->post() );
		$log    = $this->capture_log();
		add_action(
			'scimpress_before_user_roles_change',
			static fn( int $user_id ) => $user_id === $people[1][1] ? throw new \LogicException( 'mira.halvorsen@corp.example.com' ) : null
		);
		$group = $this->post_group( 'Editors', array_column( $people, 0 ) );
		$this->assertNotSame( '', $group, 'the group is there all the same' );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $people[0][1] ) );
		$this->assertSame( array( 'subscriber' ), self::roles( $people[1][1] ) );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $people[2][1] ) );
		$this->assertSame( 1, Queue::count() );
		$this->assertStringNotContainsString( 'mira', file_get_contents( $log ) );
		do_action( Job::HOOK );
		$this->assertSame( 0, Queue::count(), 'it is not tried for ever' );
		$this->assertSame( 5, substr_count( file_get_contents( $log ), 'LogicException' ) );
	}

	public function test_protected_member_keeps_what_it_has(): void {
		list( $id, $user_id ) = $this->post();
		\Scimpress\Settings::update( array( 'protected_users' => array( $user_id ) ) );
		$this->post_group( 'Editors', array( $id ) );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		$this->assertSame( 0, Queue::count() );
	}

	public function test_deactivated_member_gets_the_role_when_it_is_back(): void {
		list( $id, $user_id ) = $this->post();
		$this->patch( "/Users/$id", array( 'op' => 'replace', 'path' => 'active', 'value' => false ) );
		$this->post_group( 'Editors', array( $id ) );
		$this->assertSame( array(), self::roles( $user_id ) );
		$this->patch( "/Users/$id", array( 'op' => 'replace', 'path' => 'active', 'value' => true ) );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $user_id ) );
	}

	public function test_user_who_goes_while_waiting_is_forgotten(): void {
		list( $id, ) = $this->post();
		$position    = (int) self::row( $id )->position;
		$this->sent( 'DELETE', "/Users/$id" );
		Queue::add( array( $position, 99999999 ) );
		$this->assertFalse( Pass::drain( 10 ) );
		$this->assertSame( 0, Queue::count() );
	}

	public function test_group_write_that_fails_queues_nobody(): void {
		list( $id )  = $this->post();
		$group       = $this->post_group( 'Editors' );
		$answer      = $this->send( 'PATCH', "/Groups/$group", array( 'Operations' => array( array( 'op' => 'add', 'path' => 'members', 'value' => self::members( array( $id, 'nobody' ) ) ) ) ) );
		$this->assertSame( 400, $answer->status );
		$this->assertSame( 0, Queue::count() );
	}

	public function test_replace_takes_all_other_roles(): void {
		list( $id, $user_id ) = $this->post();
		self::rules( array( array( 'editor', 'group', 'Editors' ) ), Rule_Set::REPLACE );
		self::give( $user_id, 'author', 'contributor' );
		$group = $this->post_group( 'Editors', array( $id ) );
		$this->assertSame( array( 'editor' ), self::roles( $user_id ) );
		$this->leave( $group, $id );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
	}
}
