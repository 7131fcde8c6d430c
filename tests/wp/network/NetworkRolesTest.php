<?php
/**
 * Role rules on a network of sites.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Pass;
use Scimpress\Settlement\Queue;

/**
 * Rules of one site give roles on that site.
 */
final class NetworkRolesTest extends Roles_Test_Case {

	/** The other site. */
	private static int $site;

	public static function setUpBeforeClass(): void {
		self::$site = wp_insert_site(
			array(
				'domain'  => '127.0.0.1',
				'path'    => '/roles/',
				'user_id' => 1,
			)
		);
	}

	public static function tearDownAfterClass(): void {
		wp_delete_site( self::$site );
	}

	protected function setUp(): void {
		parent::setUp();
		require_once ABSPATH . 'wp-admin/includes/ms.php';
		$known = self::user_ids();
		$this->afterwards(
			static function () use ( $known ): void {
				foreach ( array_diff( self::user_ids(), $known ) as $user_id ) {
					wpmu_delete_user( $user_id );
				}
			}
		);
	}

	public function test_roles_of_other_sites_stay(): void {
		self::rules( array( array( 'editor', 'group', 'Editors' ) ), Rule_Set::REPLACE );
		list( $id, $user_id ) = $this->post();
		add_user_to_blog( self::$site, $user_id, 'author' );
		$group = $this->post_group( 'Editors', array( $id ) );
		$this->assertSame( array( 'editor' ), self::roles( $user_id ) );
		$this->leave( $group, $id );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		switch_to_blog( self::$site );
		$there = array( self::roles( $user_id ), Rule_Set::of_site()->is_empty() );
		restore_current_blog();
		$this->assertSame( array( array( 'author' ), true ), $there );
	}

	public function test_who_was_taken_off_the_site_is_not_brought_back_by_a_rule(): void {
		list( $id, $user_id ) = $this->post( array( 'title' => 'x' ) );
		self::rules( array( array( 'editor', 'filter', 'title pr' ), array( 'author', 'group', 'Authors' ) ) );
		remove_user_from_blog( $user_id, get_current_blog_id() );
		$this->patch( "/Users/$id", array( 'op' => 'replace', 'path' => 'title', 'value' => 'y' ) );
		$this->post_group( 'Authors', array( $id ) );
		Queue::add( array( (int) self::row( $id )->position ) );
		Pass::drain( 10 );
		Job::begin( false );
		Job::advance( 60 );
		$this->assertSame( 0, Job::state()['changed'] );
		$this->assertFalse( is_user_member_of_blog( $user_id ) );
	}

	public function test_user_of_another_site_joins_with_the_roles_of_the_rules(): void {
		self::rules( array( array( 'editor', 'filter', 'title pr' ) ) );
		$stranger = $this->stranger();
		add_user_to_blog( self::$site, $stranger->ID, 'author' );
		remove_user_from_blog( $stranger->ID, get_current_blog_id() );
		list( , $user_id ) = $this->post( array( 'userName' => $stranger->user_login, 'title' => 'x' ) );
		$this->assertSame( $stranger->ID, $user_id );
		$this->assertSame( array( 'editor' ), self::roles( $user_id ) );
	}
}
