<?php
/**
 * Roles by rules, around one user.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Roles\Command;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Queue;
use Scimpress\Store\Account_Switch;

/**
 * Which roles accounts have after a request, and what may not happen to them.
 */
final class RoleRulesTest extends Roles_Test_Case {

	private const BY_TITLE = array(
		array( 'editor', 'filter', 'title eq "Editor"' ),
		array( 'author', 'filter', 'title pr' ),
	);

	/**
	 * Scenario, roles before, title, roles after.
	 */
	public function scenarios(): array {
		return array(
			'mapped: granted ones come, others stay'      => array( Rule_Set::MAPPED, array( 'contributor' ), 'Editor', array( 'contributor', 'editor', 'author' ) ),
			'mapped: named ones that are not granted go'  => array( Rule_Set::MAPPED, array( 'editor', 'contributor' ), 'Author', array( 'contributor', 'author' ) ),
			'mapped: default role when nothing is left'   => array( Rule_Set::MAPPED, array( 'editor' ), null, array( 'subscriber' ) ),
			'mapped: others suffice'                      => array( Rule_Set::MAPPED, array( 'editor', 'contributor' ), null, array( 'contributor' ) ),
			'replace: exactly the granted ones, in order' => array( Rule_Set::REPLACE, array( 'contributor', 'author' ), 'Editor', array( 'editor', 'author' ) ),
			'replace: default role when none is granted'  => array( Rule_Set::REPLACE, array( 'contributor', 'author' ), null, array( 'subscriber' ) ),
			'add: granted ones come'                      => array( Rule_Set::ADD, array( 'contributor' ), 'Author', array( 'contributor', 'author' ) ),
			'add: none ever goes'                         => array( Rule_Set::ADD, array( 'editor', 'contributor' ), null, array( 'editor', 'contributor' ) ),
			'add: no role is none'                        => array( Rule_Set::ADD, array(), null, array() ),
		);
	}

	/**
	 * @dataProvider scenarios
	 */
	public function test_scenarios( string $scenario, array $before, ?string $title, array $after ): void {
		list( $id, $user_id ) = $this->post( array( 'title' => 'Nothing yet' ) );
		self::rules( self::BY_TITLE, $scenario );
		self::give( $user_id, ...$before );
		$this->patch( "/Users/$id", null === $title ? array( 'op' => 'remove', 'path' => 'title' ) : array( 'op' => 'replace', 'path' => 'title', 'value' => $title ) );
		$this->assertSame( $after, self::roles( $user_id ) );
	}

	/**
	 * Scenario, title, roles.
	 */
	public function newcomers(): array {
		return array(
			array( Rule_Set::MAPPED, 'Editor', array( 'editor', 'author' ) ),
			array( Rule_Set::MAPPED, null, array( 'subscriber' ) ),
			array( Rule_Set::REPLACE, 'Editor', array( 'editor', 'author' ) ),
			array( Rule_Set::REPLACE, null, array( 'subscriber' ) ),
			array( Rule_Set::ADD, 'Author', array( 'subscriber', 'author' ) ),
			array( Rule_Set::ADD, null, array( 'subscriber' ) ),
		);
	}

	/**
	 * @dataProvider newcomers
	 */
	public function test_new_people( string $scenario, ?string $title, array $roles ): void {
		self::rules( self::BY_TITLE, $scenario );
		$this->assertSame( $roles, self::roles( $this->post( array( 'title' => $title ) )[1] ) );
	}

	public function test_people_with_an_account_get_roles_when_they_are_linked(): void {
		self::rules( self::BY_TITLE );
		foreach ( array( 'contributor' => array( 'contributor', 'author' ), '' => array( 'author' ) ) as $before => $after ) {
			$stranger = $this->stranger( array( 'role' => $before ) );
			list( , $user_id ) = $this->post( array( 'userName' => $stranger->user_login, 'title' => 'Author' ) );
			$this->assertSame( $stranger->ID, $user_id );
			$this->assertSame( $after, self::roles( $user_id ) );
		}
	}

	public function test_roles_follow_every_change_of_an_attribute_and_nothing_else_is_written(): void {
		self::rules( self::BY_TITLE );
		list( $id, $user_id ) = $this->post();
		$changes              = 0;
		foreach ( array( 'set_user_role', 'add_user_role', 'remove_user_role' ) as $hook ) {
			add_action(
				$hook,
				static function () use ( &$changes ): void {
					++$changes;
				}
			);
		}
		$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'title', 'value' => 'Author' ) );
		$this->assertSame( array( 'subscriber', 'author' ), self::roles( $user_id ) );
		$before = $changes;
		$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'nickName', 'value' => 'x' ) );
		$this->assertSame( $before, $changes, 'the roles are right already' );
		self::give( $user_id, 'contributor' );
		$before = $changes;
		$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'nickName', 'value' => 'x' ) );
		$this->assertSame( array( 'contributor' ), self::roles( $user_id ), 'a request that changes nothing writes nothing' );
		$this->assertSame( $before, $changes );
	}

	public function test_account_that_is_edited_by_hand_meets_the_rules_in_the_background(): void {
		self::rules( array( array( 'editor', 'filter', 'name.familyName eq "Chief"' ) ) );
		list( , $user_id ) = $this->post();
		wp_update_user( array( 'ID' => $this->stranger()->ID, 'last_name' => 'Chief' ) );
		$this->assertSame( 0, Queue::count(), 'nobody whom SCIM does not know' );
		wp_update_user( array( 'ID' => $user_id, 'last_name' => 'Chief' ) );
		$this->assertSame( 1, Queue::count() );
		$this->assertNotFalse( wp_next_scheduled( Job::HOOK ) );
		Job::run();
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $user_id ) );
		$this->assertSame( 0, Queue::count() );
	}

	public function test_command_tells_and_applies(): void {
		require_once __DIR__ . '/fixtures/wp-cli.php';
		list( , $user_id ) = $this->post( array( 'title' => 'Author' ) );
		self::rules( self::BY_TITLE );
		$run = json_decode( \WP_CLI::run( new Command(), 'apply', array(), array( 'dry-run' => true, 'format' => 'json' ) )[0], true );
		$this->assertSame( array( true, Job::DONE, 1, 0 ), array( $run['dry'], $run['state'], $run['changed'], $run['failed'] ) );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		$said = \WP_CLI::run( new Command(), 'apply' );
		$this->assertStringStartsWith( 'Success: ', end( $said ) );
		$this->assertSame( array( 'subscriber', 'author' ), self::roles( $user_id ) );
		$this->assertStringContainsString( get_userdata( $user_id )->user_login, implode( $said ) );
	}

	public function test_site_without_rules_does_nothing_for_them(): void {
		list( $id )  = $this->post();
		$group       = $this->post_group( 'Editors' );
		$queries     = self::sql(
			function () use ( $id, $group ): void {
				$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'title', 'value' => 'Author' ) );
				$this->join( $group, $id );
				$this->leave( $group, $id );
				$this->post();
			}
		);
		foreach ( $queries as $query ) {
			$this->assertDoesNotMatchRegularExpression( '/scimpress_(queue|roles|settlement)/', $query );
		}
		$this->assertFalse( Queue::is_written() );
	}

	public function test_rules_about_attributes_alone_ask_for_no_groups_and_queue_nobody(): void {
		self::rules( self::BY_TITLE );
		list( $id ) = $this->post();
		$group      = $this->post_group( 'Editors' );
		$queries    = self::sql(
			function () use ( $id, $group ): void {
				$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'title', 'value' => 'Author' ) );
				$this->join( $group, $id );
			}
		);
		$this->assertStringNotContainsString( Queue::name(), implode( "\n", $queries ) );
	}

	public function test_no_rule_gives_a_role_that_manages_the_site(): void {
		$rules = self::set( array( array( 'administrator', 'filter', 'title pr' ), array( 'nobody-knows', 'filter', 'title pr' ) ), Rule_Set::REPLACE );
		$this->assertSame( array( 0, 1 ), array_keys( $rules->errors() ) );
		// Whatever got into the database.
		$rules->save();
		$this->assertSame( array( 'subscriber' ), self::roles( $this->post( array( 'title' => 'x' ) )[1] ) );
	}

	public function test_accounts_that_manage_the_site_keep_their_roles(): void {
		list( $id, $user_id ) = $this->post();
		self::rules( self::BY_TITLE, Rule_Set::REPLACE );
		self::give( $user_id, 'administrator' );
		$answer = $this->send( 'PATCH', "/Users/$id", array( 'Operations' => array( array( 'op' => 'add', 'path' => 'title', 'value' => 'Author' ) ) ) );
		$this->assertSame( 403, $answer->status );
		$this->assertSame( array( 'administrator' ), self::roles( $user_id ) );
	}

	public function test_last_administrator_keeps_the_role_although_the_site_allows_changes(): void {
		$administrators = array_map( 'intval', get_users( array( 'role' => 'administrator', 'fields' => 'ID' ) ) );
		list( $id, $user_id ) = $this->post();
		self::rules( self::BY_TITLE, Rule_Set::REPLACE );
		self::give( $user_id, 'administrator' );
		add_filter( 'scimpress_allow_administrators', '__return_true' );
		$patch = fn( string $title ) => $this->send( 'PATCH', "/Users/$id", array( 'Operations' => array( array( 'op' => 'add', 'path' => 'title', 'value' => $title ) ) ) );
		foreach ( $administrators as $administrator ) {
			self::give( $administrator, 'editor' );
		}
		try {
			$answer = $patch( 'Author' );
			$this->assertSame( 403, $answer->status, $answer->body );
			$this->assertSame( array( 'administrator' ), self::roles( $user_id ) );
		} finally {
			foreach ( $administrators as $administrator ) {
				self::give( $administrator, 'administrator' );
			}
		}
		$this->assertSame( 200, $patch( 'Author' )->status );
		$this->assertSame( array( 'author' ), self::roles( $user_id ) );
	}

	public function test_deactivated_account_gets_no_role_until_it_is_back(): void {
		self::rules( self::BY_TITLE );
		list( $id, $user_id ) = $this->post( array( 'title' => 'Author' ) );
		self::give( $user_id, 'author', 'contributor' );
		$this->patch( "/Users/$id", array( 'op' => 'replace', 'path' => 'active', 'value' => false ) );
		$this->patch( "/Users/$id", array( 'op' => 'replace', 'path' => 'title', 'value' => 'Editor' ) );
		$this->assertSame( array(), self::roles( $user_id ) );
		$this->assertSame( array( 'author', 'contributor' ), Account_State::memory( $user_id )['roles'] );
		$this->patch( "/Users/$id", array( 'op' => 'replace', 'path' => 'active', 'value' => true ) );
		$this->assertSame( array( 'author', 'contributor', 'editor' ), self::roles( $user_id ) );
	}

	public function test_account_that_an_administrator_reactivates_meets_the_rules(): void {
		foreach ( array( false, true ) as $throws ) {
			self::rules( self::BY_TITLE );
			list( $id, $user_id ) = $this->post( array( 'title' => 'Author' ) );
			self::give( $user_id, 'author', 'contributor' );
			Account_Switch::set( $user_id, false );
			$this->patch( "/Users/$id", array( 'op' => 'remove', 'path' => 'title' ) );
			Queue::forget();
			$log    = $this->capture_log();
			$throw  = static fn() => $throws ? throw new \LogicException( 'mira' ) : null;
			add_action( 'scimpress_before_user_roles_change', $throw );
			$this->assertTrue( Account_Switch::set( $user_id, true ) );
			remove_action( 'scimpress_before_user_roles_change', $throw );
			$this->assertSame( $throws ? array( 'author', 'contributor' ) : array( 'contributor' ), self::roles( $user_id ) );
			$this->assertSame( $throws ? 1 : 0, Queue::count() );
			if ( $throws ) {
				$this->assertStringContainsString( 'LogicException', file_get_contents( $log ) );
				$this->assertStringNotContainsString( 'mira', file_get_contents( $log ) );
				$this->assertNotFalse( wp_next_scheduled( \Scimpress\Settlement\Job::HOOK ) );
				do_action( \Scimpress\Settlement\Job::HOOK );
				$this->assertSame( array( 'contributor' ), self::roles( $user_id ), 'the background tries again' );
				$this->assertFalse( wp_next_scheduled( \Scimpress\Settlement\Job::HOOK ) );
			}
		}
	}

	public function test_hooks_hear_of_it_with_the_resource(): void {
		self::rules( self::BY_TITLE );
		list( $id, $user_id ) = $this->post();
		$heard                = array();
		foreach ( array( 'before_user_roles_change', 'after_user_roles_change', 'user_roles_changed' ) as $name ) {
			add_action(
				"scimpress_$name",
				static function ( int $user, array $resource ) use ( &$heard, $name ): void {
					$heard[] = array( $name, $user, $resource['id'], $resource['title'], array_values( get_userdata( $user )->roles ), \Scimpress\Store\Transaction::is_open() );
				},
				10,
				2
			);
		}
		$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'title', 'value' => 'Author' ) );
		$this->assertSame(
			array(
				array( 'before_user_roles_change', $user_id, $id, 'Author', array( 'subscriber' ), true ),
				array( 'after_user_roles_change', $user_id, $id, 'Author', array( 'subscriber', 'author' ), true ),
				array( 'user_roles_changed', $user_id, $id, 'Author', array( 'subscriber', 'author' ), false ),
			),
			$heard
		);
		$heard = array();
		$this->patch( "/Users/$id", array( 'op' => 'add', 'path' => 'title', 'value' => 'Writer' ) );
		$this->assertSame( array(), $heard, 'no change, no hook' );
	}

	public function test_hook_that_throws_takes_the_write_back(): void {
		self::rules( self::BY_TITLE );
		$this->capture_log();
		list( $id, $user_id ) = $this->post();
		foreach ( array( 'scimpress_before_user_roles_change', 'scimpress_after_user_roles_change', 'add_user_role' ) as $hook ) {
			$throw = static fn() => throw new \LogicException( 'no' );
			add_action( $hook, $throw );
			$before = self::row( $id );
			$answer = $this->send( 'PATCH', "/Users/$id", array( 'Operations' => array( array( 'op' => 'add', 'path' => 'title', 'value' => 'Author' ) ) ) );
			$this->assertSame( 500, $answer->status, $hook );
			$this->assertEquals( $before, self::row( $id ), $hook );
			$this->assertSame( array( 'subscriber' ), self::roles( $user_id ), $hook );
			$rows = self::rows();
			$this->assertSame( 500, $this->send( 'POST', '/Users', array( 'userName' => "new-$hook@corp.example.com", 'title' => 'x' ) )->status );
			$this->assertSame( $rows, self::rows() );
			remove_action( $hook, $throw );
		}
	}

	public function test_default_role_is_the_one_of_the_settings(): void {
		Settings::update( array( 'default_role' => 'contributor' ) );
		self::rules( self::BY_TITLE, Rule_Set::REPLACE );
		list( $id, $user_id ) = $this->post( array( 'title' => 'Author' ) );
		$this->patch( "/Users/$id", array( 'op' => 'remove', 'path' => 'title' ) );
		$this->assertSame( array( 'contributor' ), self::roles( $user_id ) );
	}

	public function test_rules_out_of_anything(): void {
		foreach ( array( false, 'x', array( 'rules' => 'x' ), array( 'rules' => array( 'x', array(), array( 'role' => array(), 'kind' => 'group', 'value' => 'x' ), array( 'role' => 'editor', 'kind' => 'nothing', 'value' => 'x' ) ) ) ) as $values ) {
			$this->assertTrue( ( new Rule_Set( $values ) )->is_empty() );
		}
		$many = array_fill( 0, Rule_Set::MOST + 5, array( 'role' => 'editor', 'kind' => 'group', 'value' => "a\nb " ) );
		$set  = new Rule_Set( array( 'scenario' => 'nothing', 'rules' => $many ) );
		$this->assertCount( Rule_Set::MOST, $set->rules );
		$this->assertSame( 'a b', $set->rules[0]['value'] );
		$this->assertSame( Rule_Set::MAPPED, $set->scenario );
		$long = self::set( array( array( 'editor', 'group', str_repeat( 'ä', Rule_Set::LONGEST ) ), array( 'editor', 'group', str_repeat( 'ä', Rule_Set::LONGEST + 1 ) ) ) );
		$this->assertSame( array( 1 ), array_keys( $long->errors() ) );
	}
}
