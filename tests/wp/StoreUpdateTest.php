<?php
/**
 * Need `update`.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;

/**
 * Changed accounts.
 */
final class StoreUpdateTest extends Test_Case {

	public function test_only_named_fields_change(): void {
		list( $need, , $user ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$record                = $this->perform(
			Needs::update(
				$need,
				1,
				array(
					'now'       => Needs::NOW + 1000,
					'document'  => '{"changed":true}',
					'wordpress' => array( 'last_name' => 'Østby \\ Hansen' ),
				)
			)
		)['record'];
		$this->assertSame( 2, $record['version'] );
		$this->assertSame( Needs::NOW, $record['created'] );
		$this->assertSame( Needs::NOW + 1000, $record['modified'] );
		$this->assertSame( '{"changed":true}', $record['document'] );
		$this->assertSame( 'Østby \\ Hansen', $record['wordpress']['last_name'] );
		wp_cache_flush();
		$changed = get_userdata( $user->ID );
		$this->assertSame( 'Østby \\ Hansen', $changed->last_name );
		foreach ( array( 'user_login', 'user_email', 'user_pass', 'user_nicename', 'display_name', 'first_name', 'nickname', 'roles' ) as $kept ) {
			$this->assertSame( $user->$kept, $changed->$kept, $kept );
		}
		$this->assertSame( 'aaaa', get_user_meta( $user->ID, 'aadObjectId', true ) );
	}

	public function test_object_id_is_changed_and_removed_with_its_meta(): void {
		list( $need, $record ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$this->perform(
			Needs::update(
				$need,
				1,
				array(
					'objectId'  => 'bbbb',
					'wordpress' => array( 'aadObjectId' => 'bbbb' ),
				)
			)
		);
		$this->assertSame( 'bbbb', get_user_meta( $record['userId'], 'aadObjectId', true ) );
		$this->assertSame( $record['userId'], scimpress_get_user_by_object_id( 'bbbb' )->ID );
		$this->assertNull( scimpress_get_user_by_object_id( 'aaaa' ) );
		$this->perform(
			Needs::update(
				$need,
				2,
				array(
					'objectId'  => null,
					'wordpress' => array( 'aadObjectId' => null ),
				)
			)
		);
		$this->assertFalse( metadata_exists( 'user', $record['userId'], 'aadObjectId' ) );
		$this->assertNull( self::row( $need['id'] )->object_id );
	}

	public function test_email_is_changed_and_cleared_without_mail(): void {
		list( $need, , $user ) = $this->person();
		$mails                 = 0;
		add_filter(
			'pre_wp_mail',
			static function () use ( &$mails ): bool {
				++$mails;
				return true;
			}
		);
		foreach ( array( 'new@corp.example.com', '' ) as $version => $email ) {
			$record = $this->perform( Needs::update( $need, $version + 1, array( 'wordpress' => array( 'user_email' => $email ) ) ) )['record'];
			$this->assertSame( $email, $record['wordpress']['user_email'] );
			$this->assertSame( $email, get_userdata( $user->ID )->user_email );
		}
		$this->assertSame( 0, $mails );
	}

	public function test_mails_about_changes_that_others_make_are_still_sent(): void {
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'user_email' => 'new@corp.example.com' ) ) ) );
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
		wp_update_user(
			array(
				'ID'         => $user->ID,
				'user_email' => 'newer@corp.example.com',
			)
		);
		$this->assertSame( array( 'new@corp.example.com' ), $mails );
	}

	public function test_email_of_somebody_else_is_refused_and_nothing_changes(): void {
		$stranger              = $this->stranger();
		list( $need, , $user ) = $this->person();
		$this->refused(
			'email_exists',
			Needs::update(
				$need,
				1,
				array(
					'document'  => '{"changed":true}',
					'wordpress' => array(
						'user_email'   => $stranger->user_email,
						'display_name' => 'Changed',
					),
				)
			)
		);
		$row = self::row( $need['id'] );
		$this->assertSame( '1', $row->version );
		$this->assertSame( $need['document'], $row->document );
		$this->assertSame( 'Mira Halvorsen', get_userdata( $user->ID )->display_name );
	}

	public function test_version_that_is_not_the_last_is_stale(): void {
		list( $need, $record ) = $this->person();
		$this->perform( Needs::update( $need, 1 ) );
		$this->refused( 'stale', Needs::update( $need, 1, array( 'wordpress' => array( 'first_name' => 'Too late' ) ) ) );
		$this->assertSame( '2', self::row( $need['id'] )->version );
		$this->assertSame( 'Mira', get_user_meta( $record['userId'], 'first_name', true ) );
	}

	public function test_unknown_and_deleted_ids_are_not_found(): void {
		$this->refused( 'not_found', Needs::update( Needs::create(), 1 ) );
		list( $need ) = $this->person();
		$this->perform( Needs::delete( $need['id'] ) );
		$this->refused( 'not_found', Needs::update( $need, 1 ) );
		$this->refused( 'not_found', Needs::update( $need, 2 ) );
	}

	public function test_keys_of_somebody_else_are_refused(): void {
		list( $first )  = $this->person( array( 'objectId' => 'aaaa' ) );
		list( $second ) = $this->person( array( 'objectId' => 'bbbb' ) );
		$this->refused( 'user_name_exists', Needs::update( $second, 1, array( 'userName' => $first['userName'] ) ) );
		$this->refused( 'object_id_exists', Needs::update( $second, 1, array( 'objectId' => 'aaaa' ) ) );
		$this->assertSame( '1', self::row( $second['id'] )->version );
	}

	public function test_state_changes_fire_actions_and_unchanged_state_does_not(): void {
		$fired = array();
		foreach ( array( 'created', 'updated', 'deactivated', 'reactivated', 'deleted' ) as $event ) {
			add_action(
				"scimpress_user_$event",
				static function ( int $user_id ) use ( &$fired, $event ): void {
					$fired[] = "$event $user_id";
				}
			);
		}
		list( $need, $record ) = $this->person();
		$id                    = $record['userId'];
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( Account_State::is_active( $id ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => false ) ) );
		$this->perform( Needs::update( $need, 3, array( 'active' => true ) ) );
		$this->assertTrue( Account_State::is_active( $id ) );
		$this->assertSame( array( "created $id", "updated $id", "deactivated $id", "updated $id", "updated $id", "reactivated $id" ), $fired );
	}

	public function test_state_is_left_alone_when_the_client_does_not_change_it(): void {
		list( $need, $record ) = $this->person();
		Account_State::deactivate( $record['userId'] );
		$written = $this->perform( Needs::update( $need, 1, array( 'active' => null, 'document' => '{"changed":true}' ) ) )['record'];
		$this->assertFalse( $written['wordpress']['active'] );
		$this->assertFalse( Account_State::is_active( $record['userId'] ) );
		$this->assertSame( '1', self::row( $need['id'] )->active, 'what SCIM said last' );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertTrue( Account_State::is_active( $record['userId'] ) );
	}

	public function test_edit_in_wp_admin_between_read_and_write_goes_on_looking_changed(): void {
		list( $need, $record ) = $this->person();
		$this->perform( Needs::by( 'id', $need['id'] ) );
		wp_update_user(
			array(
				'ID'           => $record['userId'],
				'display_name' => 'Edited by an administrator',
			)
		);
		$written = $this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'first_name' => 'M.' ) ) ) )['record'];
		$this->assertSame( 'Edited by an administrator', $written['wordpress']['display_name'] );
		$observed = json_decode( $written['observed'], true );
		$this->assertSame( 'Mira Halvorsen', $observed['display_name'] );
		$this->assertSame( 'M.', $observed['first_name'] );
		$this->assertSame( $written['observed'], self::row( $need['id'] )->observed );
	}

	public function test_account_that_may_manage_the_site_is_protected_unless_the_filter_says_otherwise(): void {
		list( $need, $record, $user ) = $this->person();
		$user->set_role( 'administrator' );
		$rename = Needs::update( $need, 1, array( 'wordpress' => array( 'display_name' => 'Taken over' ) ) );
		$this->refused( 'protected', $rename );
		$this->refused( 'protected', Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertSame( '1', self::row( $need['id'] )->version );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( 'Mira Halvorsen', get_userdata( $user->ID )->display_name );

		add_filter( 'scimpress_allow_administrators', static fn( bool $allow, int $user_id ): bool => $user_id === $user->ID, 10, 2 );
		$this->perform( $rename );
		$this->assertSame( 'Taken over', get_userdata( $user->ID )->display_name );
	}

	public function test_roles_and_foreign_meta_survive_every_write(): void {
		list( $need, $record, $user ) = $this->person();
		$user->set_role( 'editor' );
		update_user_meta( $user->ID, 'shop_points', '42' );
		$this->perform(
			Needs::update(
				$need,
				1,
				array(
					'active'    => false,
					'wordpress' => array( 'first_name' => 'M.' ),
				)
			)
		);
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$changed = get_userdata( $record['userId'] );
		$this->assertSame( array( 'editor' ), $changed->roles );
		$this->assertSame( '42', $changed->shop_points );
	}
}
