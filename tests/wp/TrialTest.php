<?php
/**
 * What the site would make of a user.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Log\Log_Table;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Store\Foreign_Meta;
use Scimpress\Store\Transaction;
use Scimpress\Trial\Trial;

/**
 * A trial says what a POST then does, and does nothing itself.
 */
final class TrialTest extends Scim_Test_Case {

	private const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
	private const OBJECT     = 'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User';

	private const MAPPINGS = array(
		array( 'path' => 'title', 'target' => 'job' ),
		array( 'path' => 'nickName', 'target' => 'nickname' ),
		array( 'path' => 'profileUrl', 'target' => 'user_url' ),
		array( 'path' => 'preferredLanguage', 'target' => 'locale' ),
		array( 'path' => 'roles.value', 'target' => 'app_roles' ),
		array( 'path' => self::ENTERPRISE . ':department', 'target' => 'department' ),
	);

	protected function setUp(): void {
		parent::setUp();
		// Asking for an option that is missing makes it.
		Attribute_Settings::mappings();
		$this->afterwards( static fn() => delete_option( Attribute_Settings::OPTION ) );
	}

	public function test_trial_says_what_the_post_then_does(): void {
		$this->saved( self::MAPPINGS, self::rules() );
		$user  = self::user_json(
			array(
				'name'              => array( 'givenName' => ' Mira  ', 'familyName' => "O'Brien \\ <b>x</b>" ),
				'title'             => "Editor & 'Chief' \\ \u{1f600}",
				'nickName'          => 'Mimi',
				'profileUrl'        => 'https://example.com/~mira?a=1&b=2',
				'preferredLanguage' => 'nb-NO',
				'roles'             => array( array( 'value' => 'Writer' ), array( 'value' => 'Other' ) ),
				self::ENTERPRISE    => array( 'department' => 'Press' ),
				self::OBJECT        => array( 'objectId' => 'B0C1' ),
			)
		);
		$trial = $this->tried( $user );
		$this->assertSame( array( 201, '' ), $trial->answer );
		$reply = $this->scim( 'POST', '/Users', array(), $user );
		$this->assertScim( 201, $reply );
		$account = get_userdata( (int) self::row( $reply->json()['id'] )->user_id );
		$this->assertSame( $account->user_login, $trial->account->login );
		$held = array( 'user_email' => $account->user_email, 'display_name' => $account->display_name, 'user_url' => $account->user_url );
		foreach ( array( 'first_name', 'last_name', 'nickname', 'description', 'locale' ) as $field ) {
			$held[ $field ] = get_user_meta( $account->ID, $field, true );
		}
		$this->assertEquals( $held, $trial->account->fields );
		foreach ( $trial->mapped as $mapped ) {
			$this->assertSame( 'user_url' === $mapped['target'] ? $account->user_url : get_user_meta( $account->ID, $mapped['target'], true ), $mapped['value'], $mapped['path'] );
		}
		$this->assertSame( array_column( self::MAPPINGS, 'target' ), array_column( $trial->mapped, 'target' ) );
		$this->assertSame( array( 'Writer', 'Other' ), $trial->mapped[4]['value'] );
		$this->assertSame( array_values( $account->roles ), array_map( 'strval', array_keys( $trial->roles ) ) );
		$this->assertSame( array( 'author' => array( 1 ), 'contributor' => array( 2, 3 ) ), $trial->roles );
	}

	public function test_groups_bring_theirs_and_need_not_be_here(): void {
		$inner = Needs::create_group( array(), array( 'displayName' => 'inner', 'display' => 'Inner', 'externalId' => 'inner-id' ) );
		$this->perform( $inner );
		$outer = Needs::create_group( array( $inner['id'] ), array( 'displayName' => 'outer', 'display' => 'Outer', 'externalId' => 'outer-id' ) );
		$this->perform( $outer );
		$rules = new Rule_Set(
			array(
				'scenario' => Rule_Set::REPLACE,
				'rules'    => array(
					array( 'role' => 'editor', 'kind' => 'groupExternalId', 'value' => 'outer-id' ),
					array( 'role' => 'author', 'kind' => 'filter', 'value' => 'groups.display eq "planned"' ),
					array( 'role' => 'contributor', 'kind' => 'group', 'value' => 'nobody\'s' ),
				),
			)
		);
		$roles = fn( array $groups ): array => ( new Trial( self::user_json( array( 'groups' => array( array( 'value' => $outer['id'], 'display' => 'Outer' ) ) ) ), $groups, array(), $rules ) )->roles;
		$this->assertSame( array( 'subscriber' => array() ), $roles( array() ), 'what a client says of groups is passed over' );
		$this->assertSame( array( 'editor' => array( 0 ) ), $roles( array( 'INNER' ) ) );
		$this->assertSame( array( 'editor' => array( 0 ) ), $roles( array( 'inner-id' ) ) );
		$this->assertSame( array( 'editor' => array( 0 ), 'author' => array( 1 ) ), $roles( array( 'Planned', 'Outer' ) ) );
	}

	/**
	 * @dataProvider app_roles
	 */
	public function test_app_roles_arrive_in_each_encoding( $roles ): void {
		$rules = new Rule_Set( array( 'rules' => array( array( 'role' => 'author', 'kind' => 'appRole', 'value' => 'writer' ) ) ) );
		$this->assertSame( array( 'author' => array( 0 ) ), ( new Trial( self::user_json( array( 'roles' => $roles ) ), array(), array(), $rules ) )->roles );
	}

	public function app_roles(): array {
		return array(
			'single'    => array( array( array( 'value' => 'Writer' ) ) ),
			'complex'   => array( array( array( 'primary' => false, 'type' => 'WindowsAzureActiveDirectoryRole', 'display' => 'Writer', 'value' => 'Writer' ) ) ),
			'assertive' => array( array( array( 'primary' => 'True', 'display' => 'Writer', 'value' => 'Writer' ) ) ),
			'packed'    => array( array( array( 'value' => '{"id":"7","value":"Writer","displayName":"Writer"}' ) ) ),
		);
	}

	public function test_account_that_is_here_is_linked_and_keeps_the_rest(): void {
		$stranger = $this->stranger( array( 'role' => 'author', 'first_name' => 'Mira', 'description' => 'Long.' ) );
		update_user_meta( $stranger->ID, 'job', 'Boss' );
		$user  = self::user_json( array( 'userName' => $stranger->user_email, 'emails' => array( array( 'value' => $stranger->user_email ) ), 'displayName' => 'New name' ) );
		$trial = $this->tried( $user, self::MAPPINGS, self::rules() );
		$this->assertSame( array( $stranger->ID, $stranger->user_login, false ), array( $trial->account->user_id, $trial->account->login, $trial->account->returns ) );
		$this->assertSame( 'New name', $trial->account->fields['display_name'] );
		$this->assertSame( array(), $trial->mapped, 'nothing is said of them' );
		$this->assertSame( array( 'contributor' ), array_keys( $trial->roles ), 'the rules name author, and give another one' );
		$this->saved( self::MAPPINGS, self::rules() );
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), $user ) );
		wp_cache_flush();
		$account = get_userdata( $stranger->ID );
		$this->assertSame( array( 'New name', array( 'contributor' ), 'Boss', 'Mira' ), array( $account->display_name, array_values( $account->roles ), $account->job, $account->first_name ) );
	}

	public function test_deleted_person_comes_back_with_roles_of_before(): void {
		list( $need, , $account ) = $this->person();
		$account->set_role( 'editor' );
		$this->perform( Needs::delete( $need['id'] ) );
		$user  = self::user_json( array( 'userName' => $need['userName'], 'emails' => array( array( 'value' => $need['userName'] ) ) ) );
		$trial = $this->tried( $user );
		$this->assertSame( array( true, $account->ID, array( 'editor' => array() ) ), array( $trial->account->returns, $trial->account->user_id, $trial->roles ) );
		$this->assertFalse( Account_State::is_active( $account->ID ) );
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), $user ) );
		wp_cache_flush();
		$this->assertSame( array( 'editor' ), array_values( get_userdata( $account->ID )->roles ) );
	}

	public function test_deactivated_user_has_no_role(): void {
		$trial = $this->tried( self::user_json( array( 'active' => 'False' ) ), self::MAPPINGS, self::rules() );
		$this->assertSame( array( false, array() ), array( $trial->account->active, $trial->roles ) );
	}

	public function test_refusals_are_those_of_the_post(): void {
		list( $need ) = $this->person( array( 'objectId' => 'object-1' ) );
		$this->stranger( array( 'user_login' => 'taken-login', 'user_email' => 'taken@elsewhere.example' ) );
		Settings::update( array_fill_keys( self::MATCHES, false ) + array( Settings::MATCH_EMAIL => true ) );
		$admin = $this->stranger( array( 'role' => 'administrator' ) );
		$cases = array(
			'JSON'       => '{"userName": ',
			'null bytes' => "\0{}",
			'no UTF-8'   => "{\"userName\":\"\xff\"}",
			'an array'   => '[]',
			'nothing'    => '',
			'nobody'     => self::user_json( array( 'userName' => '' ) ),
			'an object'  => self::user_json( array( 'title' => array( 'a' => 'b' ) ) ),
			'twice'      => '{"userName":"a","username":"b"}',
			'too long'   => str_repeat( ' ', 3 * MB_IN_BYTES ),
			'is here'    => self::user_json( array( 'userName' => strtoupper( $need['userName'] ) ) ),
			'object id'  => self::user_json( array( self::OBJECT => array( 'objectId' => 'OBJECT-1' ) ) ),
			'login'      => self::user_json( array( 'userName' => 'taken-login' ) ),
			'admin'      => self::user_json( array( 'emails' => array( array( 'value' => $admin->user_email ) ) ) ),
			'password'   => self::user_json( array( 'password' => ' 0 ' ) ),
		);
		foreach ( $cases as $case => $user ) {
			$trial = $this->tried( $user );
			$reply = $this->scim( 'POST', '/Users', array( 'Content-Type' => 'application/scim+json' ), $user );
			$this->assertGreaterThanOrEqual( 400, $reply->status, $case );
			$this->assertSame( array( $reply->status, $reply->json()['detail'] ), $trial->answer, $case );
			$this->assertSame( array( null, array(), array() ), array( $trial->account, $trial->mapped, $trial->roles ), $case );
		}
		$this->assertStringContainsString( 'title', $this->tried( $cases['an object'] )->answer[1] );
	}

	public function test_filters_of_values_count_and_one_that_throws_is_a_500(): void {
		add_filter( 'scimpress_mapped_value', static fn( $value, string $path ) => 'title' === $path ? 'by code' : $value, 10, 2 );
		add_filter( 'scimpress_user_values', static fn( array $values ): array => array( 'first_name' => 'Filtered' ) + $values );
		add_filter( 'pre_user_last_name', static fn( string $name ): string => strtoupper( $name ) );
		$trial = $this->tried( self::user_json( array( 'title' => 'x', 'name' => array( 'familyName' => 'halvorsen' ) ) ), self::MAPPINGS, self::rules() );
		$this->assertSame( array( 'by code', 'Filtered', 'HALVORSEN' ), array( $trial->mapped[0]['value'], $trial->account->fields['first_name'], $trial->account->fields['last_name'] ) );
		$this->capture_log();
		add_filter( 'scimpress_user_values', static fn() => throw new \LogicException( 'no' ) );
		$this->assertSame( 500, $this->tried( self::user_json() )->answer[0] );
	}

	public function test_nothing_is_written_and_nobody_hears_of_it(): void {
		global $wpdb;
		$stranger = $this->stranger();
		$gone     = Needs::create();
		$this->perform( $gone );
		$this->perform( Needs::delete( $gone['id'] ) );
		$living = Needs::create();
		$this->perform( $living );
		Foreign_Meta::forget();
		$users = array(
			self::user_json( array( 'password' => 'correct horse', 'externalId' => 'e', self::OBJECT => array( 'objectId' => 'o' ) ) ),
			self::user_json( array( 'active' => false ) ),
			self::user_json( array( 'userName' => $stranger->user_email ) ),
			self::user_json( array( 'userName' => $stranger->user_email, 'active' => false, 'title' => 'x' ) ),
			self::user_json( array( 'userName' => $gone['userName'] ) ),
			self::user_json( array( 'userName' => $living['userName'] ) ),
			'{',
		);
		$fired = array();
		add_action(
			'all',
			static function ( string $hook ) use ( &$fired ): void {
				$fired[ $hook ] = true;
			}
		);
		$queries = array();
		add_filter(
			'query',
			static function ( string $sql ) use ( &$queries ): string {
				$queries[] = $sql;
				return $sql;
			}
		);
		$before   = self::everything();
		$answered = array();
		foreach ( $users as $user ) {
			$answered[] = ( new Trial( $user, array( 'Somewhere' ), self::MAPPINGS, self::rules() ) )->answer[0];
			$this->assertFalse( Transaction::is_open() );
		}
		remove_all_filters( 'query' );
		$this->assertSame( array( 201, 201, 201, 201, 201, 409, 400 ), $answered );
		$this->assertGreaterThan( 10, count( $queries ) );
		$this->assertSame( array(), array_values( array_filter( $queries, static fn( string $sql ): bool => ! preg_match( '/\A\s*SELECT\b/i', $sql ) ) ) );
		$events = array( 'created', 'linked', 'updated', 'deactivated', 'reactivated', 'roles_changed' );
		$hooks  = array_map( static fn( string $event ): string => "scimpress_user_$event", $events );
		foreach ( array( 'create', 'link', 'update', 'deactivate', 'reactivate', 'roles_change' ) as $event ) {
			array_push( $hooks, "scimpress_before_user_$event", "scimpress_after_user_$event" );
		}
		array_push( $hooks, 'user_register', 'profile_update', 'set_user_role', 'insert_user_meta', 'add_user_meta', 'update_user_meta', 'update_option', 'add_option', 'wpo365/user/creating', 'wpo365/user/created', 'wpo365/user/updated', 'wpo365/user/created/fail', 'scimpress_notice', 'wp_mail' );
		$this->assertSame( array(), array_values( array_intersect( $hooks, array_keys( $fired ) ) ) );
		$this->assertArrayHasKey( 'wp_pre_insert_user_data', $fired );
		$this->assertSame( $before, self::everything() );
	}

	/**
	 * Tries a user with mappings and rules of the site, or others.
	 */
	private function tried( string $user, ?array $mappings = null, ?Rule_Set $rules = null ): Trial {
		wp_cache_flush();
		return new Trial( $user, array(), $mappings ?? Attribute_Settings::mappings(), $rules ?? Rule_Set::of_site() );
	}

	/**
	 * Rules of which the first never fits.
	 */
	private static function rules(): Rule_Set {
		return new Rule_Set(
			array(
				'scenario' => Rule_Set::MAPPED,
				'rules'    => array(
					array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'title eq "nobody has it"' ),
					array( 'role' => 'author', 'kind' => 'appRole', 'value' => 'writer' ),
					array( 'role' => 'contributor', 'kind' => 'filter', 'value' => 'active eq true' ),
					array( 'role' => 'contributor', 'kind' => 'filter', 'value' => 'userName pr' ),
				),
			)
		);
	}

	/**
	 * Makes mappings and rules those of the site.
	 */
	private function saved( array $mappings, Rule_Set $rules ): void {
		Attribute_Settings::map( $mappings );
		$rules->save();
	}

	/**
	 * Numbers of rows, and the state of all there are.
	 */
	private static function everything(): array {
		global $wpdb;
		return array( self::user_ids(), self::meta_rows(), self::rows(), (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Log_Table::name() ), (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options" ) );
	}
}
