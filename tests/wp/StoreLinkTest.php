<?php
/**
 * Need `create` for somebody who has an account already.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;

/**
 * Accounts that SCIM did not make are linked, not duplicated, and never by a guess.
 */
final class StoreLinkTest extends Test_Case {

	private const OBJECT_ID = '0190a4b2-7c1e-7d0a-9f43-5b8f1b0e6a11';

	/**
	 * By what an account is found: the setting, the account's fields, its meta, what the need brings, the error while it is off.
	 */
	public function steps(): array {
		return array(
			'object id'               => array( Settings::MATCH_OBJECT_ID, array(), array( 'aadObjectId' => strtoupper( self::OBJECT_ID ) ), array( 'objectId' => self::OBJECT_ID ), null ),
			'user principal name'     => array( Settings::MATCH_UPN, array(), array( 'userPrincipalName' => 'Mira.H@Corp.example.com' ), array( 'userName' => 'mira.h@corp.example.com' ), null ),
			'login name'              => array( Settings::MATCH_LOGIN, array( 'user_login' => 'Mira.H@corp.example.com' ), array(), array( 'userName' => 'mira.h@corp.example.com' ), 'login_exists' ),
			'login name of a guest'   => array(
				Settings::MATCH_LOGIN,
				array( 'user_login' => 'mira@fabrikam.example' ),
				array(),
				array(
					'userName' => 'mira_fabrikam.example#ext#@corp.onmicrosoft.com',
					'login'    => array( 'preferred' => 'mira@fabrikam.example' ),
				),
				'login_exists',
			),
			'e-mail address'          => array( Settings::MATCH_EMAIL, array( 'user_email' => 'MIRA@mail.example' ), array(), array( 'wordpress' => array( 'user_email' => 'mira@mail.example' ) ), 'email_exists' ),
		);
	}

	/**
	 * @dataProvider steps
	 */
	public function test_account_is_found_and_linked( string $match, array $fields, array $meta, array $changes ): void {
		Settings::update( array_fill_keys( array_diff( self::MATCHES, array( $match ) ), false ) );
		$stranger = $this->stranger( $fields + array( 'role' => 'editor', 'meta_input' => $meta + array( 'nickname' => 'Mi' ) ) );
		$users    = self::user_ids();

		list( $need, $record ) = $this->person( $changes );

		$this->assertSame( $users, self::user_ids() );
		$this->assertSame( $stranger->ID, $record['userId'] );
		wp_cache_flush();
		$user = get_userdata( $stranger->ID );
		$this->assertSame( $stranger->user_login, $user->user_login );
		$this->assertSame( $stranger->user_pass, $user->user_pass );
		$this->assertSame( array( 'editor' ), $user->roles );
		$this->assertSame( 'Mi', $user->nickname );
		$this->assertSame( $need['wordpress']['user_email'], $user->user_email );
		$this->assertSame( 'Halvorsen', $user->last_name );
		$this->assertSame( 'Mira Halvorsen', $user->display_name );
		$this->assertSame( $need['userName'], $user->userPrincipalName );
		$this->assertSame( $need['id'], $record['id'] );
		$this->assertSame( 1, $record['version'] );
		$this->assertSame( $need['document'], $record['document'] );
		$this->assertSame( array_diff_key( $record['wordpress'], array( 'active' => true ) ), json_decode( $record['observed'], true ) );
		$this->assertSame( array( $record ), $this->perform( Needs::by( 'id', $need['id'] ) )['records'] );
		$this->refused( 'user_name_exists', array( 'id' => wp_generate_uuid4() ) + $need );
	}

	/**
	 * @dataProvider steps
	 */
	public function test_account_is_left_alone_while_the_step_is_off( string $match, array $fields, array $meta, array $changes, ?string $refusal ): void {
		Settings::update( array( $match => false ) );
		$stranger = $this->stranger( $fields + array( 'meta_input' => $meta ) );
		$users    = self::user_ids();
		if ( null !== $refusal ) {
			$this->refused( $refusal, Needs::create( $changes ) );
			$this->assertSame( $users, self::user_ids() );
			$this->assertSame( 0, self::rows() );
		} else {
			list( , $record ) = $this->person( $changes );
			$this->assertNotSame( $stranger->ID, $record['userId'] );
			$this->assertSame( '', get_userdata( $stranger->ID )->first_name );
		}
	}

	public function test_object_id_decides_alone(): void {
		$person = $this->stranger( array( 'meta_input' => array( 'aadObjectId' => self::OBJECT_ID ) ) );
		$other  = $this->stranger( array( 'meta_input' => array( 'userPrincipalName' => 'mira@corp.example.com' ) ) );
		list( , $record ) = $this->person(
			array(
				'userName' => 'mira@corp.example.com',
				'objectId' => self::OBJECT_ID,
				'login'    => array( 'preferred' => $other->user_login ),
			)
		);
		$this->assertSame( $person->ID, $record['userId'] );
		$this->assertSame( $other->user_login, get_userdata( $other->ID )->user_login );
	}

	public function test_address_of_somebody_else_is_refused_whom_the_object_id_names(): void {
		$this->stranger( array( 'meta_input' => array( 'aadObjectId' => self::OBJECT_ID ) ) );
		$other  = $this->stranger();
		$before = $this->everything();
		$this->refused( 'email_exists', Needs::create( array( 'objectId' => self::OBJECT_ID, 'wordpress' => array( 'user_email' => $other->user_email ) ) ) );
		$this->assertSame( $before, $this->everything() );
	}

	/**
	 * Fields and meta of two accounts, and the words for what they fit by.
	 */
	public function doubles(): array {
		$by_login = array( array( 'user_login' => 'mira@corp.example.com' ), array() );
		$by_email = array( array( 'user_email' => 'mira@corp.example.com' ), array() );
		$by_upn   = array( array(), array( 'userPrincipalName' => 'Mira@corp.example.com' ) );
		$by_id    = array( array(), array( 'aadObjectId' => self::OBJECT_ID ) );
		return array(
			'one object id'         => array( $by_id, $by_id, 'object id' ),
			'one name'              => array( $by_upn, $by_upn, 'user principal name' ),
			'name, login'           => array( $by_upn, $by_login, 'user principal name and login name' ),
			'name, address'         => array( $by_upn, $by_email, 'user principal name and e-mail address' ),
			'login, address'        => array( $by_login, $by_email, 'login name and e-mail address' ),
		);
	}

	/**
	 * @dataProvider doubles
	 */
	public function test_two_accounts_are_never_a_guess( array $one, array $two, string $words ): void {
		foreach ( array( $one, $two ) as list( $fields, $meta ) ) {
			$this->stranger( $fields + array( 'meta_input' => $meta ) );
		}
		$before = $this->everything();
		$this->assertSame( $words, $this->refused( 'ambiguous', Needs::create( array( 'userName' => 'mira@corp.example.com', 'objectId' => self::OBJECT_ID ) ) ) );
		$this->assertSame( $before, $this->everything() );
	}

	public function test_one_account_that_fits_by_everything_is_one(): void {
		$stranger = $this->stranger(
			array(
				'user_login' => 'mira@corp.example.com',
				'user_email' => 'mira@corp.example.com',
				'meta_input' => array(
					'userPrincipalName' => 'mira@corp.example.com',
					'aadObjectId'       => self::OBJECT_ID,
				),
			)
		);
		list( , $record ) = $this->person( array( 'userName' => 'mira@corp.example.com', 'objectId' => self::OBJECT_ID ) );
		$this->assertSame( $stranger->ID, $record['userId'] );
	}

	/**
	 * Names that somebody left behind.
	 */
	public function left_behind(): array {
		return array(
			'user principal name' => array( array(), array( 'userPrincipalName' => 'mira@corp.example.com' ), 'user principal name' ),
			'login name'          => array( array( 'user_login' => 'mira@corp.example.com' ), array(), 'login name' ),
			'e-mail address'      => array( array( 'user_email' => 'mira@corp.example.com' ), array(), 'e-mail address' ),
		);
	}

	/**
	 * @dataProvider left_behind
	 */
	public function test_account_with_another_object_id_is_another_persons( array $fields, array $meta, string $words ): void {
		$this->stranger( $fields + array( 'meta_input' => $meta + array( 'aadObjectId' => 'another' ) ) );
		$before = $this->everything();
		$need   = Needs::create( array( 'userName' => 'mira@corp.example.com', 'objectId' => self::OBJECT_ID ) );
		$this->assertSame( $words, $this->refused( 'another_person', $need ) );
		$this->assertSame( $before, $this->everything() );
	}

	public function test_account_that_is_provisioned_is_no_candidate(): void {
		list( $need, $record, $user ) = $this->person( array( 'objectId' => 'first' ) );
		$this->perform(
			Needs::update(
				$need,
				1,
				array(
					'userName'  => 'renamed@corp.example.com',
					'email'     => 'renamed@corp.example.com',
					'wordpress' => array(
						'user_email'        => 'renamed@corp.example.com',
						'userPrincipalName' => 'renamed@corp.example.com',
					),
				)
			)
		);
		list( $heir, $second ) = $this->person( array( 'userName' => $need['userName'], 'objectId' => 'second' ) );
		$this->assertNotSame( $record['userId'], $second['userId'] );
		$this->assertSame( "$user->user_login-{$heir['login']['suffix']}", get_userdata( $second['userId'] )->user_login );
	}

	public function test_object_id_in_the_meta_of_somebody_provisioned_is_refused(): void {
		$this->stranger( array( 'meta_input' => array( 'aadObjectId' => 'a stranger makes the search worth it' ) ) );
		list( , $record ) = $this->person();
		update_user_meta( $record['userId'], 'aadObjectId', self::OBJECT_ID );
		$this->refused( 'object_id_exists', Needs::create( array( 'objectId' => self::OBJECT_ID ) ) );
	}

	/**
	 * The database takes these for equal, SCIM does not.
	 */
	public function test_collation_of_the_database_decides_nothing(): void {
		$stranger = $this->stranger(
			array(
				'user_login' => 'jose-perez',
				'meta_input' => array( 'userPrincipalName' => 'jose-perez' ),
			)
		);
		list( , $record ) = $this->person( array( 'userName' => "jos\u{e9}-perez", 'email' => null, 'wordpress' => array( 'user_email' => '' ) ) );
		$this->assertNotSame( $stranger->ID, $record['userId'] );
	}

	/**
	 * What makes an account untouchable.
	 */
	public function protections(): array {
		return array(
			'may manage the site'     => array( 'administrator', static fn() => null ),
			'is listed'               => array( 'subscriber', static fn( int $user_id ) => Settings::update( array( 'protected_users' => array( $user_id ) ) ) ),
			'is listed by a filter'   => array( 'subscriber', static fn( int $user_id ) => add_filter( 'scimpress_protected_users', static fn( array $listed ): array => array( ...$listed, (string) $user_id ) ) ),
		);
	}

	/**
	 * @dataProvider protections
	 */
	public function test_protected_account_is_not_linked( string $role, callable $protect ): void {
		$stranger = $this->stranger( array( 'role' => $role ) );
		$protect( $stranger->ID );
		$before = $this->everything();
		$this->refused( 'protected', Needs::create( array( 'wordpress' => array( 'user_email' => $stranger->user_email ) ) ) );
		$this->assertSame( $before, $this->everything() );
	}

	public function test_listed_account_is_neither_changed_nor_deleted(): void {
		list( $need, $record ) = $this->person();
		Settings::update( array( 'protected_users' => array( $record['userId'] ) ) );
		$before = $this->everything();
		$this->refused( 'protected', Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->refused( 'protected', Needs::delete( $need['id'] ) );
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		$this->refused( 'protected', Needs::delete( $need['id'] ) );
		$this->assertSame( $before, $this->everything() );
	}

	public function test_administrator_is_linked_when_the_site_allows_it(): void {
		$stranger = $this->stranger( array( 'role' => 'administrator' ) );
		add_filter( 'scimpress_allow_administrators', static fn( bool $allow, int $user_id ): bool => $user_id === $stranger->ID, 10, 2 );
		list( , $record ) = $this->person( array( 'wordpress' => array( 'user_email' => $stranger->user_email ) ) );
		$this->assertSame( $stranger->ID, $record['userId'] );
		$this->assertSame( array( 'administrator' ), get_userdata( $stranger->ID )->roles );
	}

	public function test_what_the_client_does_not_say_stays(): void {
		$stranger = $this->stranger(
			array(
				'first_name' => 'Mirabel',
				'meta_input' => array( 'aadObjectId' => self::OBJECT_ID ),
			)
		);
		$this->person(
			array(
				'email'     => null,
				'login'     => array( 'preferred' => $stranger->user_login ),
				'wordpress' => array(
					'user_email' => '',
					'first_name' => '',
				),
			)
		);
		wp_cache_flush();
		$user = get_userdata( $stranger->ID );
		$this->assertSame( $stranger->user_email, $user->user_email );
		$this->assertSame( 'Mirabel', $user->first_name );
		$this->assertSame( 'Halvorsen', $user->last_name );
		$this->assertSame( self::OBJECT_ID, $user->aadObjectId );
	}

	public function test_account_without_a_role_gets_the_default_one(): void {
		$stranger = $this->stranger( array( 'role' => '' ) );
		$this->person( array( 'login' => array( 'preferred' => $stranger->user_login ) ) );
		wp_cache_flush();
		$this->assertSame( array( 'subscriber' ), get_userdata( $stranger->ID )->roles );
	}

	public function test_state_is_the_clients(): void {
		foreach ( array( true, false ) as $active ) {
			$stranger = $this->stranger();
			if ( $active ) {
				Account_State::deactivate( $stranger->ID );
			}
			list( , $record ) = $this->person( array( 'active' => $active, 'login' => array( 'preferred' => $stranger->user_login ) ) );
			$this->assertSame( $stranger->ID, $record['userId'] );
			$this->assertSame( $active, $record['wordpress']['active'] );
			$this->assertSame( $active, Account_State::is_active( $stranger->ID ) );
		}
	}

	/**
	 * Role before, whether it was deactivated before, whether the client wants it active, role then, role after an activation.
	 */
	public function roles_of_the_linked(): array {
		return array(
			'comes back'                            => array( 'editor', true, true, array( 'editor' ), array( 'editor' ) ),
			'comes back without a role'             => array( '', true, true, array( 'subscriber' ), array( 'subscriber' ) ),
			'stays deactivated'                     => array( 'editor', true, false, array(), array( 'editor' ) ),
			'is deactivated'                        => array( 'editor', false, false, array(), array( 'editor' ) ),
			'is deactivated and never had a role'   => array( '', false, false, array(), array( 'subscriber' ) ),
		);
	}

	/**
	 * @dataProvider roles_of_the_linked
	 */
	public function test_roles_are_remembered_across_a_link( string $role, bool $deactivated, bool $active, array $then, array $later ): void {
		$stranger = $this->stranger( array( 'role' => $role ) );
		if ( $deactivated ) {
			Account_State::deactivate( $stranger->ID );
		}
		list( $need ) = $this->person( array( 'active' => $active, 'login' => array( 'preferred' => $stranger->user_login ) ) );
		$this->assertSame( $then, get_userdata( $stranger->ID )->roles );
		$this->perform( Needs::update( $need, 1, array( 'active' => true ) ) );
		$this->assertSame( $later, get_userdata( $stranger->ID )->roles );
	}

	public function test_administrator_who_was_deactivated_is_not_linked(): void {
		$stranger = $this->stranger( array( 'role' => 'administrator' ) );
		Account_State::deactivate( $stranger->ID );
		$before = $this->everything();
		$this->refused( 'protected', Needs::create( array( 'login' => array( 'preferred' => $stranger->user_login ) ) ) );
		$this->assertSame( $before, $this->everything() );
	}

	public function test_account_keeps_its_password_until_the_client_changes_it(): void {
		$stranger = $this->stranger( array( 'user_pass' => 'my own words' ) );
		list( $need ) = $this->person( array( 'login' => array( 'preferred' => $stranger->user_login ), 'wordpress' => array( 'password' => 'drawn by the client' ) ) );
		$this->assertInstanceOf( \WP_User::class, wp_authenticate( $stranger->user_login, 'my own words' ) );
		$this->assertInstanceOf( \WP_Error::class, wp_authenticate( $stranger->user_login, 'drawn by the client' ) );
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'password' => 'correct horse' ) ) ) );
		$this->assertInstanceOf( \WP_User::class, wp_authenticate( $stranger->user_login, 'correct horse' ) );
	}

	public function test_no_mail_is_sent(): void {
		Settings::update( array( 'welcome_mail' => true ) );
		add_filter( 'pre_wp_mail', fn() => $this->fail( 'a mail was sent' ) );
		$stranger = $this->stranger();
		list( , $record ) = $this->person( array( 'login' => array( 'preferred' => $stranger->user_login ) ) );
		$this->assertSame( $stranger->ID, $record['userId'] );
		$this->assertNotSame( $stranger->user_email, $record['wordpress']['user_email'] );
	}

	public function test_deleted_and_provisioned_again_it_is_the_same_account(): void {
		$stranger = $this->stranger();
		list( $need ) = $this->person( array( 'login' => array( 'preferred' => $stranger->user_login ) ) );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( Account_State::is_active( $stranger->ID ) );
		$record = $this->perform( array( 'id' => wp_generate_uuid4() ) + $need )['record'];
		$this->assertSame( $stranger->ID, $record['userId'] );
		$this->assertTrue( Account_State::is_active( $stranger->ID ) );
	}

	public function test_failed_link_leaves_the_account_as_it_was(): void {
		$stranger = $this->stranger( array( 'role' => '' ) );
		foreach ( array( 'wp_pre_insert_user_data', 'profile_update', 'update_user_meta', 'set_user_role' ) as $hook ) {
			$before = $this->everything();
			$throw  = static fn() => throw new \LogicException( 'a plugin failed' );
			add_filter( $hook, $throw, PHP_INT_MAX );
			try {
				$this->store->perform( Needs::create( array( 'login' => array( 'preferred' => $stranger->user_login ) ) ) );
				$this->fail( "$hook did not throw" );
			} catch ( \LogicException ) {
				$this->assertSame( $before, $this->everything(), $hook );
				$this->assertSame( array(), get_userdata( $stranger->ID )->roles );
			}
			remove_filter( $hook, $throw, PHP_INT_MAX );
		}
	}

	/**
	 * Everything that a refusal must leave as it was.
	 */
	private function everything(): array {
		global $wpdb;
		$meta = $wpdb->get_results( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta ORDER BY umeta_id", ARRAY_N );
		return array( self::rows(), $wpdb->get_results( "SELECT * FROM $wpdb->users ORDER BY ID", ARRAY_N ), $meta );
	}
}
