<?php
/**
 * Need `create`.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;

/**
 * New accounts.
 */
final class StoreCreateTest extends Test_Case {

	public function test_new_person_gets_an_account_a_row_and_the_meta_of_sign_in_plugins(): void {
		list( $need, $record, $user ) = $this->person( array( 'objectId' => '0190a4b2-7c1e-7d0a-9f43-5b8f1b0e6a11' ) );

		$this->assertSame( $need['userName'], $user->user_login );
		$this->assertSame( $need['userName'], $user->user_email );
		$this->assertSame( 'Mira', $user->first_name );
		$this->assertSame( 'Halvorsen', $user->last_name );
		$this->assertSame( 'Mira Halvorsen', $user->display_name );
		$this->assertSame( array( 'subscriber' ), $user->roles );
		$this->assertSame( $need['userName'], get_user_meta( $user->ID, 'userPrincipalName', true ) );
		$this->assertSame( $need['objectId'], get_user_meta( $user->ID, 'aadObjectId', true ) );
		$this->assertTrue( Account_State::is_active( $user->ID ) );

		$row = self::row( $need['id'] );
		$this->assertSame( (string) $user->ID, $row->user_id );
		$this->assertSame( $need['objectId'], $row->object_id );
		$this->assertSame( (string) Needs::NOW, $row->created );
		$this->assertSame( (string) Needs::NOW, $row->modified );
		$this->assertNull( $row->deleted );
		unset( $record['position'] );
		$this->assertSame(
			array(
				'id'        => $need['id'],
				'userId'    => $user->ID,
				'version'   => 1,
				'created'   => Needs::NOW,
				'modified'  => Needs::NOW,
				'document'  => $need['document'],
				'observed'  => $row->observed,
				'inGroups'  => false,
				'wordpress' => array(
					'user_email'   => $need['userName'],
					'first_name'   => 'Mira',
					'last_name'    => 'Halvorsen',
					'display_name' => 'Mira Halvorsen',
					'active'       => true,
				),
			),
			$record
		);
	}

	/**
	 * Values that lose something on the way through WordPress unless they are slashed, and encoded, rightly.
	 */
	public function values(): array {
		return array(
			'backslash'          => array( 'AC\\DC' ),
			'backslash and n'    => array( 'C:\\new' ),
			'double backslash'   => array( 'two \\\\ of them' ),
			'apostrophe'         => array( "O'Brien" ),
			'double quote'       => array( 'The "Boss"' ),
			'percent'            => array( '100 %s %d %%' ),
			'Latin'              => array( 'Zoë Łukaszewicz' ),
			'combining mark'     => array( "Zoe\u{0308}" ),
			'right to left'      => array( 'מירה' ),
			'Han'                => array( '山田太郎' ),
			'emoji'              => array( 'Mira 👩🏽‍🚀' ),
			'looks like a quote' => array( "'; DROP TABLE wp_users; -- " ),
		);
	}

	/**
	 * @dataProvider values
	 */
	public function test_value_reaches_the_database_as_it_was_sent( string $value ): void {
		$document             = wp_json_encode( array( 'nickName' => $value ) );
		list( , $record, )    = $this->person(
			array(
				'externalId' => $value,
				'document'   => $document,
				'wordpress'  => array(
					'first_name'        => $value,
					'last_name'         => $value,
					'display_name'      => $value,
					'userPrincipalName' => $value,
				),
			)
		);
		$expected             = trim( $value );
		$this->assertSame( $expected, $record['wordpress']['first_name'] );
		$this->assertSame( $expected, $record['wordpress']['last_name'] );
		$this->assertSame( $expected, $record['wordpress']['display_name'] );
		$this->assertSame( $document, $record['document'] );
		$this->assertSame( $value, self::row( $record['id'] )->external_id );
		$this->assertSame( $value, get_user_meta( $record['userId'], 'userPrincipalName', true ) );
		wp_cache_flush();
		$this->assertSame( $expected, get_userdata( $record['userId'] )->display_name );
		$this->assertSame( array_diff_key( $record['wordpress'], array( 'active' => true ) ), json_decode( $record['observed'], true ) );
	}

	public function test_value_that_wordpress_changes_is_observed_as_changed(): void {
		list( , $record, ) = $this->person( array( 'wordpress' => array( 'display_name' => 'R&D <b>Team</b>' ) ) );
		$this->assertSame( 'R&amp;D Team', $record['wordpress']['display_name'] );
		$this->assertSame( 'R&amp;D Team', json_decode( $record['observed'], true )['display_name'] );
	}

	public function test_display_name_that_does_not_fit_is_cut_at_a_character(): void {
		list( , $record, $user ) = $this->person( array( 'wordpress' => array( 'display_name' => str_repeat( 'ö', 300 ) ) ) );
		$this->assertSame( str_repeat( 'ö', 250 ), $user->display_name );
		$this->assertSame( $user->display_name, json_decode( $record['observed'], true )['display_name'] );
	}

	public function test_email_that_does_not_fit_is_refused_and_nothing_is_left(): void {
		$rows   = self::rows();
		$users  = self::user_ids();
		$detail = $this->refused( 'refused', Needs::create( array( 'wordpress' => array( 'user_email' => str_repeat( 'a', 60 ) . '@' . str_repeat( 'b', 60 ) . '.example' ) ) ) );
		$this->assertStringContainsString( '100', $detail );
		$this->assertSame( $rows, self::rows() );
		$this->assertSame( $users, self::user_ids() );
	}

	public function test_people_without_mailbox_have_no_email_and_do_not_collide(): void {
		foreach ( range( 1, 2 ) as $number ) {
			list( , $record, $user ) = $this->person(
				array(
					'email'     => null,
					'wordpress' => array( 'user_email' => '' ),
				)
			);
			$this->assertSame( '', $user->user_email, "person $number" );
			$this->assertSame( '', $record['wordpress']['user_email'], "person $number" );
		}
	}

	public function test_inactive_person_is_made_and_shut(): void {
		list( , $record, $user ) = $this->person( array( 'active' => false ) );
		$this->assertFalse( $record['wordpress']['active'] );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
	}

	public function test_new_account_has_the_role_of_the_settings(): void {
		Settings::update( array( 'default_role' => 'author' ) );
		list( , , $user ) = $this->person();
		$this->assertSame( array( 'author' ), $user->roles );
	}

	public function test_role_that_manages_the_site_is_never_given(): void {
		Settings::update( array( 'default_role' => 'administrator' ) );
		list( , , $user ) = $this->person();
		$this->assertSame( array( 'subscriber' ), $user->roles );
	}

	public function test_password_is_random_and_hashed_cheaply_only_for_our_own_insert(): void {
		list( , , $first )  = $this->person();
		list( , , $second ) = $this->person();
		$this->assertNotSame( $first->user_pass, $second->user_pass );
		foreach ( array( '', $first->user_login, $first->user_email ) as $guess ) {
			$this->assertFalse( wp_check_password( $guess, $first->user_pass ) );
		}
		if ( str_starts_with( $first->user_pass, '$wp' ) ) {
			// WordPress 6.8: bcrypt.
			$this->assertStringStartsWith( '$wp$2y$04$', $first->user_pass );
		}
		wp_set_password( 'correct horse', $first->ID );
		$set = get_userdata( $first->ID )->user_pass;
		$this->assertStringStartsNotWith( '$wp$2y$04$', $set );
		$this->assertTrue( wp_check_password( 'correct horse', $set ) );
	}

	public function test_mail_is_sent_only_when_the_site_asks_for_it(): void {
		$mails = array();
		add_filter(
			'pre_wp_mail',
			static function ( $sent, array $mail ) use ( &$mails ): bool {
				$mails[] = $mail['to'];
				return true;
			},
			10,
			2
		);
		$this->person();
		$this->assertSame( array(), $mails );

		Settings::update( array( 'welcome_mail' => true ) );
		list( $need ) = $this->person();
		$this->assertSame( array( $need['userName'] ), $mails );
		$this->person(
			array(
				'email'     => null,
				'wordpress' => array( 'user_email' => '' ),
			)
		);
		$this->assertCount( 1, $mails, 'nobody can be mailed without an address' );
	}

	public function test_user_name_of_somebody_else_is_refused(): void {
		list( $need ) = $this->person();
		$this->refused(
			'user_name_exists',
			Needs::create(
				array(
					'userName'  => $need['userName'],
					'email'     => null,
					'wordpress' => array( 'user_email' => '' ),
				)
			)
		);
		$this->assertSame( 1, self::rows() );
	}

	public function test_object_id_of_somebody_else_is_refused(): void {
		$this->person( array( 'objectId' => 'aaaa' ) );
		$users = self::user_ids();
		$this->refused( 'object_id_exists', Needs::create( array( 'objectId' => 'aaaa' ) ) );
		$this->assertSame( $users, self::user_ids() );
		$this->assertSame( 1, self::rows() );
	}

	public function test_external_id_may_be_shared(): void {
		$this->person( array( 'externalId' => 'shared' ) );
		$this->person( array( 'externalId' => 'shared' ) );
		$this->assertSame( 2, self::rows() );
	}

	public function test_email_of_a_stranger_is_refused_when_he_may_not_be_linked(): void {
		Settings::update( array( Settings::MATCH_EMAIL => false ) );
		$stranger = $this->stranger();
		$users    = self::user_ids();
		$this->refused( 'email_exists', Needs::create( array( 'wordpress' => array( 'user_email' => $stranger->user_email ) ) ) );
		$this->assertSame( 0, self::rows() );
		$this->assertSame( $users, self::user_ids() );
	}

	public function test_login_of_a_stranger_is_refused_when_he_may_not_be_linked(): void {
		Settings::update( array( Settings::MATCH_LOGIN => false ) );
		$stranger = $this->stranger();
		$users    = self::user_ids();
		$this->refused( 'login_exists', Needs::create( array( 'login' => array( 'preferred' => $stranger->user_login ) ) ) );
		$this->assertSame( 0, self::rows() );
		$this->assertSame( $users, self::user_ids() );
	}

	public function test_refusal_of_a_plugin_arrives_as_plain_text(): void {
		add_filter( 'illegal_user_logins', static fn(): array => array( 'root' ) );
		$detail = $this->refused( 'refused', Needs::create( array( 'login' => array( 'preferred' => 'root' ) ) ) );
		$this->assertSame( 'Sorry, that username is not allowed.', $detail );
		$this->assertSame( 0, self::rows() );
	}

	public function test_actions_fire_after_the_commit_with_the_user_id(): void {
		$seen = array();
		add_action(
			'scimpress_user_created',
			static function ( int $user_id ) use ( &$seen ): void {
				global $wpdb;
				$wpdb->query( 'ROLLBACK' );
				$seen[] = $user_id;
			}
		);
		list( , $record, ) = $this->person();
		$this->assertSame( array( $record['userId'] ), $seen );
		$this->assertNotNull( self::row( $record['id'] ), 'a rollback in the action comes too late' );
	}

	public function test_action_that_throws_changes_nothing(): void {
		$log = $this->capture_log();
		add_action( 'scimpress_user_created', static fn() => throw new \RuntimeException( 'mira.halvorsen@corp.example.com' ) );
		list( , $record, ) = $this->person();
		$this->assertNotNull( self::row( $record['id'] ) );
		$this->assertStringContainsString( 'RuntimeException', file_get_contents( $log ) );
		$this->assertStringNotContainsString( 'mira.halvorsen', file_get_contents( $log ) );
	}
}
