<?php
/**
 * What tests on a network share.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Another site, which is there for the tests of one class.
 */
abstract class Network_Test_Case extends Test_Case {

	/** The other site. */
	protected static int $site;

	public static function setUpBeforeClass(): void {
		self::$site = wp_insert_site(
			array(
				'domain'  => '127.0.0.1',
				'path'    => '/other/',
				'user_id' => 1,
			)
		);
	}

	/**
	 * Makes our tables on the other site, as its first request does.
	 */
	protected static function open_other_site(): void {
		switch_to_blog( self::$site );
		\Scimpress\Store\Schema::upgrade();
		restore_current_blog();
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

	protected function tearDown(): void {
		$this->elsewhere(
			static function (): void {
				global $wpdb;
				foreach ( false === get_option( \Scimpress\Store\Schema::VERSION_OPTION ) ? array() : \Scimpress\Store\Schema::tables() as $table ) {
					$wpdb->query( "DELETE FROM $table" );
				}
			}
		);
		\Scimpress\Network::update( array_fill_keys( array_keys( \Scimpress\Network::all() ), false ) );
		parent::tearDown();
	}

	/**
	 * A SCIM user of this site who is on the other one, too.
	 *
	 * @param string $here  Role on this site.
	 * @param string $there Role on the other one.
	 * @return array{0: array, 1: array, 2: \WP_User} As person().
	 */
	protected function member( string $here, string $there ): array {
		list( $need, $record, $user ) = $this->person();
		$user->set_role( $here );
		add_user_to_blog( self::$site, $user->ID, $there );
		return array( $need, $record, get_userdata( $user->ID ) );
	}

	/**
	 * Does something on the other site.
	 *
	 * @param callable $work What to do.
	 * @return mixed What it returns.
	 */
	protected function elsewhere( callable $work ) {
		switch_to_blog( self::$site );
		try {
			return $work();
		} finally {
			restore_current_blog();
		}
	}

	/**
	 * Headers of somebody who is signed in to wp-admin. WordPress wants no port in the addresses of a network, so what is sent
	 * has another host than it is sent to.
	 *
	 * @param int $user_id User ID.
	 * @return array{Host: string, Cookie: string}
	 */
	protected static function signed_in( int $user_id ): array {
		static $sessions = array();
		$expires = $sessions[ $user_id ]['expires'] ??= time() + HOUR_IN_SECONDS;
		$token   = $sessions[ $user_id ]['token'] ??= \WP_Session_Tokens::get_instance( $user_id )->create( $expires );
		return array(
			'Host'   => '127.0.0.1',
			'Cookie' => AUTH_COOKIE . '=' . wp_generate_auth_cookie( $user_id, $expires, 'auth', $token ) . '; ' . LOGGED_IN_COOKIE . '=' . wp_generate_auth_cookie( $user_id, $expires, 'logged_in', $token ),
		);
	}

	/**
	 * A post on the current site.
	 *
	 * @param int $author User ID.
	 */
	protected function post( int $author ): int {
		$site = get_current_blog_id();
		$post = wp_insert_post(
			array(
				'post_title'  => 'Release notes',
				'post_status' => 'publish',
				'post_author' => $author,
			)
		);
		$this->afterwards(
			static function () use ( $site, $post ): void {
				switch_to_blog( $site );
				wp_delete_post( $post, true );
				restore_current_blog();
			}
		);
		return $post;
	}
}
