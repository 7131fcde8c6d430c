<?php
/**
 * Accounts that may manage the site.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;
use Scimpress\Store\Account_Switch;
use Scimpress\Store\Administrators;
use Scimpress\Store\Failure;

/**
 * A site that lets SCIM change administrators never loses the last one.
 */
final class AdministratorsTest extends Test_Case {

	/** Administrators of the site itself, who are set aside for the test. */
	private array $others = array();

	protected function setUp(): void {
		parent::setUp();
		add_filter( 'scimpress_allow_administrators', '__return_true' );
		foreach ( get_users( array( 'role' => 'administrator' ) ) as $other ) {
			$other->set_role( 'subscriber' );
			$this->others[] = $other;
		}
	}

	protected function tearDown(): void {
		foreach ( $this->others as $other ) {
			get_userdata( $other->ID )->set_role( 'administrator' );
		}
		parent::tearDown();
	}

	/**
	 * Ways in which SCIM takes somebody's rights.
	 */
	public function ways(): array {
		return array(
			'deactivated by PATCH or PUT' => array( Settings::DEACTIVATE, static fn( array $need ): array => Needs::update( $need, 1, array( 'active' => false ) ) ),
			'deactivated by DELETE'       => array( Settings::DEACTIVATE, static fn( array $need ): array => Needs::delete( $need['id'] ) ),
			'deleted'                     => array( Settings::DELETE, static fn( array $need ): array => Needs::delete( $need['id'] ) ),
		);
	}

	/**
	 * @dataProvider ways
	 */
	public function test_last_administrator_stays( string $on_delete, callable $way ): void {
		Settings::update( array( 'on_delete' => $on_delete ) );
		list( $need, , $user ) = $this->administrator();
		$detail                = $this->refused( 'protected', $way( $need ) );
		$this->assertStringContainsString( 'last account that may manage the site', $detail );
		$this->assertTrue( user_can( $user->ID, 'manage_options' ) );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( '1', self::row( $need['id'] )->version );
		$this->assertNull( self::row( $need['id'] )->deleted );

		$this->stranger( array( 'role' => 'administrator' ) );
		$this->perform( $way( $need ) );
		$this->assertFalse( user_can( $user->ID, 'manage_options' ) );
	}

	public function test_who_cannot_sign_in_or_was_denied_does_not_count_as_another_administrator(): void {
		list( $need )              = $this->administrator();
		list( $gone, , $inactive ) = $this->administrator();
		$this->perform( Needs::update( $gone, 1, array( 'active' => false ) ) );
		get_userdata( $inactive->ID )->set_role( 'administrator' );
		$denied = $this->stranger( array( 'role' => 'administrator' ) );
		$denied->add_cap( 'manage_options', false );
		$this->stranger( array( 'role' => 'editor' ) );
		$this->refused( 'protected', Needs::delete( $need['id'] ) );
	}

	public function test_who_manages_by_another_role_or_by_a_capability_of_their_own_counts(): void {
		add_role( 'scimpress_test', 'Test', array( 'manage_options' => true ) );
		$this->afterwards( static fn() => remove_role( 'scimpress_test' ) );
		list( $need )  = $this->administrator();
		list( $other ) = $this->administrator();
		$granted       = $this->stranger();
		$granted->add_cap( 'manage_options' );
		$this->perform( Needs::delete( $need['id'] ) );
		$granted->remove_cap( 'manage_options' );
		$role = $this->stranger( array( 'role' => 'scimpress_test' ) );
		$this->perform( Needs::delete( $other['id'] ) );
		$this->assertTrue( Administrators::is_last( $role->ID ) );
	}

	public function test_administrator_who_comes_back_has_the_rights_of_before_where_the_site_allows_it(): void {
		$this->stranger( array( 'role' => 'administrator' ) );
		list( $need, , $user ) = $this->administrator();
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		remove_filter( 'scimpress_allow_administrators', '__return_true' );
		$this->refused( 'protected', Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertFalse( Account_State::is_active( $user->ID ), 'an identity provider must not make administrators' );
		add_filter( 'scimpress_allow_administrators', '__return_true' );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSame( array( 'administrator' ), get_userdata( $user->ID )->roles );
	}

	public function test_role_that_came_to_manage_the_site_meanwhile_is_not_given_back_by_scim(): void {
		add_role( 'scimpress_test', 'Test', array( 'read' => true ) );
		$this->afterwards( static fn() => remove_role( 'scimpress_test' ) );
		remove_filter( 'scimpress_allow_administrators', '__return_true' );
		list( $need, , $user ) = $this->person();
		$user->set_role( 'scimpress_test' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		get_role( 'scimpress_test' )->add_cap( 'manage_options' );
		$this->refused( 'protected', Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->refused( 'protected', Needs::delete( $need['id'] ) );
	}

	public function test_deactivated_administrator_may_be_deleted(): void {
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		$this->stranger( array( 'role' => 'administrator' ) );
		list( $need, , $user ) = $this->administrator();
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( get_userdata( $user->ID ) );
	}

	public function test_by_hand_the_last_administrator_stays_too(): void {
		list( , , $user ) = $this->administrator();
		try {
			Account_Switch::set( $user->ID, false );
			$this->fail( 'nothing was thrown' );
		} catch ( Failure $failure ) {
			$this->assertSame( 'protected', $failure->reason );
		}
		$this->assertTrue( Account_State::is_active( $user->ID ) );
	}

	public function test_two_requests_that_take_the_last_two_administrators_at_once_leave_one(): void {
		list( $one, , $first )  = $this->administrator();
		list( $two, , $second ) = $this->administrator();
		$needs                  = array( Needs::update( $one, 1, array( 'active' => false ) ), Needs::update( $two, 1, array( 'active' => false ) ) );
		$processes              = array();
		foreach ( $needs as $need ) {
			$process     = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
			$processes[] = $process;
			$this->afterwards( array( $process, 'stop' ) );
			$this->assertSame( 'ready', $process->hear() );
			$process->say( '{"allow":"scimpress_allow_administrators"}' );
		}
		$processes[0]->say( '{"pause":"set_user_role"}' );
		$processes[0]->say( wp_json_encode( $needs[0] ) );
		$this->assertSame( 'paused', $processes[0]->hear() );
		$processes[1]->say( wp_json_encode( $needs[1] ) );
		Locker::await_waiter();
		$processes[0]->say( 'go on' );
		$answers = array_map( static fn( Script $process ): array => json_decode( $process->hear(), true ), $processes );
		wp_cache_flush();
		$this->assertArrayHasKey( 'record', $answers[0], wp_json_encode( $answers ) );
		$this->assertSame( 'protected', $answers[1]['error'] ?? '', wp_json_encode( $answers ) );
		$this->assertFalse( user_can( $first->ID, 'manage_options' ) );
		$this->assertTrue( user_can( $second->ID, 'manage_options' ) );
	}

	/**
	 * A SCIM user who became an administrator.
	 *
	 * @return array{0: array, 1: array, 2: \WP_User} As person().
	 */
	private function administrator(): array {
		$person = $this->person();
		$person[2]->set_role( 'administrator' );
		return $person;
	}
}
