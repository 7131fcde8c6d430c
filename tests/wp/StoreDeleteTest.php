<?php
/**
 * Need `delete`, and people who come back.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Settings;
use Scimpress\Store\User_Table;

/**
 * Deleted accounts.
 */
final class StoreDeleteTest extends Test_Case {

	public function test_delete_deactivates_and_hides_by_default(): void {
		list( $need, $record, $user ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$this->assertSame(
			array(
				'deleted'  => true,
				'document' => $need['document'],
				'userId'   => $user->ID,
			),
			$this->perform( Needs::delete( $need['id'] ) )
		);

		$this->assertFalse( Account_State::is_active( $user->ID ) );
		$this->assertSame( array(), get_userdata( $user->ID )->roles );
		foreach ( array( 'id' => $need['id'], 'userName' => $need['userName'], 'objectId' => 'aaaa', 'email' => $need['email'] ) as $by => $value ) {
			$this->assertSame( array(), $this->perform( Needs::by( $by, $value ) )['records'], $by );
		}
		$this->assertSame( array(), $this->perform( Needs::select( null ) )['records'] );
		$this->assertSame( 0, $this->page( 0, 10 )['total'] );
		$this->assertSame( $user->ID, scimpress_get_user_by_object_id( 'AAAA' )->ID, 'a sign-in plugin must still find whom to refuse' );
		$this->refused( 'not_found', Needs::delete( $need['id'] ) );
	}

	public function test_delete_of_another_version_is_stale(): void {
		foreach ( array( Settings::DEACTIVATE, Settings::DELETE ) as $mode ) {
			Settings::update( array( 'on_delete' => $mode ) );
			list( $need, , $user ) = $this->person();
			$this->perform( Needs::update( $need, 1 ) );
			$this->refused( 'stale', Needs::delete( $need['id'], 1 ) );
			$this->assertTrue( Account_State::is_active( $user->ID ) );
			$this->assertNull( self::row( $need['id'] )->deleted );
			$this->perform( Needs::delete( $need['id'], 2 ) );
			$this->refused( 'not_found', Needs::delete( $need['id'], 2 ) );
		}
	}

	public function test_person_who_comes_back_gets_the_account_under_a_new_id(): void {
		list( $need, $record, $user ) = $this->person();
		get_userdata( $user->ID )->set_role( 'author' );
		$this->perform( Needs::delete( $need['id'] ) );

		list( $again, $revived, $back ) = $this->person(
			array(
				'userName'   => $need['userName'],
				'externalId' => 'new',
				'document'   => '{"new":true}',
				'now'        => Needs::NOW + 5000,
				'wordpress'  => array(
					'display_name' => 'Mira Østby',
					'user_email'   => 'mira@elsewhere.example',
				),
			)
		);
		$this->assertSame( $user->ID, $back->ID );
		$this->assertNotSame( $need['id'], $revived['id'] );
		$this->assertSame( 1, $revived['version'] );
		$this->assertSame( Needs::NOW + 5000, $revived['created'] );
		$this->assertSame( '{"new":true}', $revived['document'] );
		$this->assertSame( 'Mira Østby', $back->display_name );
		$this->assertSame( 'mira@elsewhere.example', $back->user_email );
		$this->assertSame( array( 'author' ), $back->roles );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertNull( self::row( $need['id'] ) );
		$this->assertSame( 1, self::rows() );
		$this->refused( 'not_found', Needs::update( $need, 1 ) );
	}

	public function test_person_without_a_role_gets_the_default_one_when_coming_back(): void {
		list( $need, , $user ) = $this->person();
		$user->set_role( '' );
		$this->perform( Needs::delete( $need['id'] ) );
		Settings::update( array( 'default_role' => 'contributor' ) );
		list( , , $back ) = $this->person( array( 'userName' => $need['userName'] ) );
		$this->assertSame( array( 'contributor' ), $back->roles );
	}

	public function test_object_id_finds_the_account_of_somebody_who_was_renamed_meanwhile(): void {
		list( $need, , $user ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$this->perform( Needs::delete( $need['id'] ) );
		list( , , $back ) = $this->person(
			array(
				'userName' => 'renamed@corp.example.com',
				'objectId' => 'aaaa',
			)
		);
		$this->assertSame( $user->ID, $back->ID );
	}

	public function test_new_person_with_the_user_name_of_one_who_left_gets_an_account_of_their_own(): void {
		list( $need, , $user ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$this->perform( Needs::delete( $need['id'] ) );
		list( , , $other ) = $this->person(
			array(
				'userName'  => $need['userName'],
				'objectId'  => 'bbbb',
				'wordpress' => array( 'user_email' => 'other@corp.example.com' ),
			)
		);
		$this->assertNotSame( $user->ID, $other->ID );
		$this->assertNotSame( $user->user_login, $other->user_login );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
		$this->assertSame( $user->ID, scimpress_get_user_by_object_id( 'aaaa' )->ID );
		$this->assertNull( self::row( $need['id'] )->user_name );
	}

	public function test_object_id_and_user_name_of_two_who_left_revive_the_one_with_the_object_id(): void {
		list( $first, , $one )  = $this->person( array( 'objectId' => 'aaaa' ) );
		list( $second, , $two ) = $this->person();
		$this->perform( Needs::delete( $first['id'] ) );
		$this->perform( Needs::delete( $second['id'] ) );
		list( , , $back ) = $this->person(
			array(
				'userName'  => $second['userName'],
				'objectId'  => 'aaaa',
				'wordpress' => array( 'user_email' => '' ),
			)
		);
		$this->assertSame( $one->ID, $back->ID );
		$this->assertFalse( Account_State::is_active( $two->ID ) );
		$this->assertNull( self::row( $second['id'] )->user_name );
	}

	public function test_administrator_is_not_revived(): void {
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::delete( $need['id'] ) );
		get_userdata( $user->ID )->set_role( 'administrator' );
		$this->refused( 'protected', Needs::create( array( 'userName' => $need['userName'] ) ) );
		$this->assertNotNull( self::row( $need['id'] )->deleted );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
	}

	public function test_rename_to_the_user_name_of_one_who_left_frees_it(): void {
		list( $gone )          = $this->person();
		list( $need, $record ) = $this->person();
		$this->perform( Needs::delete( $gone['id'] ) );
		$this->perform( Needs::update( $need, 1, array( 'userName' => $gone['userName'] ) ) );
		$this->assertSame( $gone['userName'], self::row( $need['id'] )->user_name );
		$this->assertNull( self::row( $gone['id'] )->user_name );
		$this->assertNotNull( self::row( $gone['id'] )->deleted );
		$this->assertSame( '2', self::row( $need['id'] )->version );
	}

	public function test_failed_rename_takes_nothing_from_one_who_left(): void {
		$stranger     = $this->stranger();
		list( $gone ) = $this->person();
		list( $need ) = $this->person();
		$this->perform( Needs::delete( $gone['id'] ) );
		$this->refused(
			'email_exists',
			Needs::update(
				$need,
				1,
				array(
					'userName'  => $gone['userName'],
					'wordpress' => array( 'user_email' => $stranger->user_email ),
				)
			)
		);
		$this->assertSame( $gone['userName'], self::row( $gone['id'] )->user_name );
	}

	public function test_delete_setting_deletes_account_and_row(): void {
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		list( $need, , $user ) = $this->person();
		$deleted               = array();
		add_action(
			'scimpress_user_deleted',
			static function ( int $user_id ) use ( &$deleted ): void {
				$deleted[] = $user_id;
			}
		);
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( get_userdata( $user->ID ) );
		$this->assertNull( self::row( $need['id'] ) );
		$this->assertSame( array(), get_user_meta( $user->ID ) );
		$this->assertSame( array( $user->ID ), $deleted );
		$this->refused( 'not_found', Needs::delete( $need['id'] ) );
	}

	public function test_content_of_a_deleted_user_goes_to_the_chosen_heir(): void {
		$heir                  = $this->stranger();
		list( $need, , $user ) = $this->person();
		$post                  = $this->post( $user->ID );
		Settings::update(
			array(
				'on_delete'   => Settings::DELETE,
				'reassign_to' => $heir->ID,
			)
		);
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertSame( (string) $heir->ID, get_post( $post )->post_author );
	}

	public function test_user_with_content_and_without_heir_is_not_deleted(): void {
		list( $need, , $user ) = $this->person();
		$post                  = $this->post( $user->ID );
		foreach ( array( 0, $user->ID, 999999 ) as $heir ) {
			Settings::update(
				array(
					'on_delete'   => Settings::DELETE,
					'reassign_to' => $heir,
				)
			);
			$this->refused( 'no_reassign_target', Needs::delete( $need['id'] ) );
			$this->assertNotNull( self::row( $need['id'] ), "heir $heir" );
			$this->assertNotFalse( get_userdata( $user->ID ), "heir $heir" );
			$this->assertSame( (string) $user->ID, get_post( $post )->post_author, "heir $heir" );
		}
	}

	/**
	 * Everything that somebody can own.
	 */
	public function content(): array {
		$kinds = array();
		foreach ( array( 'draft', 'private', 'future', 'trash', 'pending' ) as $status ) {
			$kinds[ "post, $status" ] = array( array( 'post_status' => $status ) );
		}
		foreach ( array( 'page', 'attachment', 'wp_block', 'of_a_lost_plugin' ) as $type ) {
			$kinds[ $type ] = array( array( 'post_type' => $type ) );
		}
		return $kinds;
	}

	/**
	 * @dataProvider content
	 */
	public function test_no_kind_of_content_is_lost( array $fields ): void {
		global $wpdb;
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		list( $need, , $user ) = $this->person();
		$post                  = $this->post( $user->ID );
		$this->assertSame( 1, $wpdb->update( $wpdb->posts, $fields, array( 'ID' => $post ) ) );
		clean_post_cache( $post );
		$this->refused( 'no_reassign_target', Needs::delete( $need['id'] ) );
		$heir = $this->stranger();
		Settings::update( array( 'reassign_to' => $heir->ID ) );
		$this->perform( Needs::delete( $need['id'] ) );
		$kept = $wpdb->get_row( $wpdb->prepare( "SELECT post_author, post_type, post_status FROM $wpdb->posts WHERE ID = %d", $post ), ARRAY_A );
		$this->assertSame( array( 'post_author' => (string) $heir->ID ) + $fields, array_intersect_key( $kept, array( 'post_author' => 1 ) + $fields ) );
	}

	public function test_links_are_content_and_drafts_that_the_editor_opened_by_itself_are_not(): void {
		global $wpdb;
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		list( $need, , $user ) = $this->person();
		$wpdb->update( $wpdb->posts, array( 'post_status' => 'auto-draft' ), array( 'ID' => $this->post( $user->ID ) ) );
		$wpdb->insert(
			$wpdb->links,
			array(
				'link_url'   => 'https://example.com/',
				'link_name'  => 'Example',
				'link_owner' => $user->ID,
			)
		);
		$link = $wpdb->insert_id;
		$this->afterwards( static fn() => $wpdb->delete( $wpdb->links, array( 'link_id' => $link ) ) );
		$this->refused( 'no_reassign_target', Needs::delete( $need['id'] ) );
		$wpdb->delete( $wpdb->links, array( 'link_id' => $link ) );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->assertFalse( get_userdata( $user->ID ) );
	}

	public function test_administrator_is_not_deleted(): void {
		foreach ( array( Settings::DEACTIVATE, Settings::DELETE ) as $mode ) {
			Settings::update( array( 'on_delete' => $mode ) );
			list( $need, , $user ) = $this->person();
			$user->set_role( 'administrator' );
			$this->refused( 'protected', Needs::delete( $need['id'] ) );
			$this->assertTrue( Account_State::is_active( $user->ID ), $mode );
			$this->assertNull( self::row( $need['id'] )->deleted, $mode );
		}
	}

	public function test_account_deleted_in_wp_admin_frees_its_keys(): void {
		list( $need, , $user ) = $this->person( array( 'objectId' => 'aaaa' ) );
		wp_delete_user( $user->ID );
		$this->assertNull( self::row( $need['id'] ) );
		$this->assertSame( array(), $this->perform( Needs::by( 'id', $need['id'] ) )['records'] );
		$this->person(
			array(
				'userName' => $need['userName'],
				'objectId' => 'aaaa',
			)
		);
	}

	public function test_row_whose_account_vanished_gives_way(): void {
		global $wpdb;
		list( $gone, , $user ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$wpdb->delete( $wpdb->users, array( 'ID' => $user->ID ) );
		clean_user_cache( $user );
		$this->assertSame( array(), $this->perform( Needs::by( 'id', $gone['id'] ) )['records'] );

		list( $need ) = $this->person( array( 'objectId' => 'aaaa' ) );
		$this->assertNull( self::row( $gone['id'] ) );
		$this->assertNotNull( self::row( $need['id'] ) );
	}

	/**
	 * A page of the store.
	 *
	 * @param int $offset Offset.
	 * @param int $limit  Limit.
	 */
	private function page( int $offset, int $limit ): array {
		return $this->perform( Needs::page( $offset, $limit ) );
	}

	/**
	 * A post of somebody, removed after the test.
	 *
	 * @param int $author User ID.
	 */
	private function post( int $author ): int {
		$post = wp_insert_post(
			array(
				'post_title'  => 'Release notes',
				'post_status' => 'publish',
				'post_author' => $author,
			)
		);
		$this->afterwards( static fn() => wp_delete_post( $post, true ) );
		return $post;
	}
}
