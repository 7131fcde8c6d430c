<?php
/**
 * Users of a network who come to a site.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Store\Foreign_Meta_Table;

/**
 * Whoever is somewhere on the network already is added to the site, and not made again.
 */
final class NetworkLinkTest extends Network_Test_Case {

	private const PASSWORD = 'correct horse battery staple';

	/** @var list<Script> */
	private array $scripts = array();

	public static function setUpBeforeClass(): void {
		parent::setUpBeforeClass();
		self::open_other_site();
	}

	protected function tearDown(): void {
		foreach ( $this->scripts as $script ) {
			$script->stop();
		}
		parent::tearDown();
	}

	/**
	 * The four ways in which an account is found: what the account has, and what the client sends.
	 *
	 * @return array<string,array{0: array, 1: callable(\WP_User): array}>
	 */
	public static function ways(): array {
		return array(
			'object id'           => array(
				array( 'meta_input' => array( 'aadObjectId' => 'C0FFEE00-0000-4000-8000-000000000001' ) ),
				static fn(): array => array( 'objectId' => 'c0ffee00-0000-4000-8000-000000000001' ),
			),
			'user principal name' => array(
				array( 'meta_input' => array( 'userPrincipalName' => 'Mira@corp.example.com' ) ),
				static fn(): array => array( 'userName' => 'mira@corp.example.com' ),
			),
			'login name'          => array(
				array(),
				static fn( \WP_User $user ): array => array( 'login' => array( 'preferred' => $user->user_login ) ),
			),
			'e-mail address'      => array(
				array(),
				static fn( \WP_User $user ): array => array( 'wordpress' => array( 'user_email' => $user->user_email ) ),
			),
		);
	}

	/**
	 * @dataProvider ways
	 *
	 * @param array    $has  Fields of the account.
	 * @param callable $sent Members of the need that lead to it.
	 */
	public function test_user_of_another_site_is_added( array $has, callable $sent ): void {
		$user = $this->somewhere( $has, 'editor' );
		$this->comes( $user, $sent( $user ) );
		$this->elsewhere( fn() => $this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles ) );
	}

	/**
	 * @dataProvider ways
	 *
	 * @param array    $has  Fields of the account.
	 * @param callable $sent Members of the need that lead to it.
	 */
	public function test_user_of_no_site_is_added( array $has, callable $sent ): void {
		$user = $this->somewhere( $has, null );
		$this->comes( $user, $sent( $user ) );
		$this->elsewhere( fn() => $this->assertFalse( is_user_member_of_blog( $user->ID ) ) );
	}

	/**
	 * @dataProvider ways
	 *
	 * @param array    $has  Fields of the account.
	 * @param callable $sent Members of the need that lead to it.
	 */
	public function test_super_admin_of_no_site_is_refused( array $has, callable $sent ): void {
		$user = $this->somewhere( $has, null );
		grant_super_admin( $user->ID );
		$this->afterwards( static fn() => update_site_option( 'site_admins', array( get_userdata( 1 )->user_login ) ) );
		$known = self::user_ids();
		$this->refused( 'protected', Needs::create( $sent( $user ) ) );
		$this->assertSame( $known, self::user_ids() );
		$this->assertSame( 0, self::rows() );
		$this->assertFalse( metadata_exists( 'user', $user->ID, $GLOBALS['wpdb']->get_blog_prefix() . 'capabilities' ) );
	}

	public function test_one_person_is_provisioned_on_two_sites_with_one_account(): void {
		list( $need, $record, $user ) = $this->person( array( 'objectId' => 'c0ffee00-0000-4000-8000-000000000002' ) );
		$known = self::user_ids();
		$there = $this->elsewhere( fn(): array => $this->perform( array( 'id' => wp_generate_uuid4() ) + $need )['record'] );
		$this->assertSame( $user->ID, $there['userId'] );
		$this->assertNotSame( $record['id'], $there['id'], 'a resource of its own' );
		$this->assertSame( $known, self::user_ids() );
		$this->elsewhere( fn() => $this->refused( 'not_found', Needs::delete( $need['id'] ) ) );
	}

	public function test_creates_that_cross_on_two_sites_make_one_account(): void {
		foreach ( array( array(), array( 'active' => false ) ) as $changes ) {
			$first  = $this->script();
			$second = $this->script();
			$second->say( wp_json_encode( array( 'site' => self::$site ) ) );
			$known = self::user_ids();
			$need  = Needs::create( $changes );
			$first->say( wp_json_encode( array( 'pause' => 'user_register' ) ) );
			$first->say( wp_json_encode( $need ) );
			$this->assertSame( 'paused', $first->hear() );
			$second->say( wp_json_encode( array( 'id' => wp_generate_uuid4() ) + $need ) );
			$first->say( 'go on' );
			$here  = json_decode( $first->hear(), true );
			$there = json_decode( $second->hear(), true );
			$this->assertSame( $here['record']['userId'] ?? $here, $there['record']['userId'] ?? $there );
			$this->assertCount( count( $known ) + 1, self::user_ids() );
		}
	}

	public function test_many_creates_that_cross_make_one_account_each(): void {
		$scripts = array();
		for ( $number = 0; $number < 6; $number++ ) {
			$scripts[ $number ] = $this->script();
			if ( $number % 2 ) {
				$scripts[ $number ]->say( wp_json_encode( array( 'site' => self::$site ) ) );
			}
		}
		for ( $round = 1; $round <= 3; $round++ ) {
			$known = self::user_ids();
			$need  = Needs::create( array( 'objectId' => "c0ffee00-0000-4000-8000-00000000001$round" ) );
			foreach ( $scripts as $script ) {
				$script->say( wp_json_encode( array( 'id' => wp_generate_uuid4() ) + $need ) );
			}
			$answers = array_map( static fn( Script $script ): array => json_decode( $script->hear(), true ), $scripts );
			$this->assertCount( 2, array_filter( $answers, static fn( array $answer ): bool => isset( $answer['record'] ) ), wp_json_encode( $answers ) );
			$this->assertCount( count( $known ) + 1, self::user_ids() );
		}
	}

	public function test_who_is_deactivated_on_one_site_comes_to_another_active(): void {
		list( $need, , $user ) = $this->person();
		wp_set_password( self::PASSWORD, $user->ID );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->elsewhere(
			function () use ( $need, $user ): void {
				$record = $this->perform( array( 'id' => wp_generate_uuid4() ) + $need )['record'];
				$this->assertSame( $user->ID, $record['userId'] );
				$this->assertTrue( $record['wordpress']['active'] );
				$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
				$this->assertInstanceOf( \WP_User::class, wp_authenticate( $user->user_login, self::PASSWORD ) );
			}
		);
		$this->assertFalse( Account_State::is_active( $user->ID ) );
		$this->assertSame( 'scimpress_deactivated', wp_authenticate( $user->user_login, self::PASSWORD )->get_error_code() );
	}

	public function test_who_is_active_on_one_site_comes_to_another_deactivated(): void {
		list( $need, , $user ) = $this->person();
		$this->elsewhere(
			function () use ( $need, $user ): void {
				$record = $this->perform( array_merge( $need, array( 'id' => wp_generate_uuid4(), 'active' => false ) ) )['record'];
				$this->assertSame( $user->ID, $record['userId'] );
				$this->assertFalse( Account_State::is_active( $user->ID ) );
			}
		);
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
	}

	public function test_who_is_provisioned_on_one_site_is_found_by_the_object_id_on_the_next(): void {
		$sent = array( 'objectId' => 'c0ffee00-0000-4000-8000-000000000003' );
		// Both have looked at everybody already.
		$this->person();
		$this->elsewhere( fn() => $this->person() );
		list( , , $user ) = $this->person( $sent );
		$known            = self::user_ids();
		$record           = $this->elsewhere( fn(): array => $this->perform( Needs::create( $sent ) )['record'] );
		$this->assertSame( $user->ID, $record['userId'] );
		$this->assertSame( $known, self::user_ids() );
	}

	public function test_a_create_that_fails_leaves_nothing_to_be_found_by(): void {
		global $wpdb;
		$throw = static fn() => throw new \LogicException( 'a plugin failed' );
		add_action( 'user_register', $throw );
		try {
			$this->perform( Needs::create( array( 'objectId' => 'c0ffee00-0000-4000-8000-000000000004' ) ) );
			$this->fail( 'the plugin did not fail' );
		} catch ( \LogicException ) {
			$digest = Foreign_Meta_Table::digest( 0, 'c0ffee00-0000-4000-8000-000000000004' );
			$this->assertSame( '0', $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Foreign_Meta_Table::name() . " WHERE digest = '$digest'" ) );
		}
	}

	public function test_the_table_is_the_networks(): void {
		$this->elsewhere( fn() => $this->assertSame( $GLOBALS['wpdb']->base_prefix . 'scimpress_foreign_meta', Foreign_Meta_Table::name() ) );
		$this->assertNotContains( Foreign_Meta_Table::name(), apply_filters( 'wpmu_drop_tables', array(), self::$site ), 'a site that goes leaves it' );
	}

	/**
	 * An account that is not on this site.
	 *
	 * @param array       $has  Fields that differ.
	 * @param string|null $role Role on the other site; null: it is on none.
	 */
	private function somewhere( array $has, ?string $role ): \WP_User {
		$user = $this->stranger( $has );
		remove_user_from_blog( $user->ID, get_current_blog_id() );
		if ( null !== $role ) {
			$this->elsewhere( static fn() => add_user_to_blog( self::$site, $user->ID, $role ) );
		}
		return $user;
	}

	/**
	 * Asserts that a create finds the account and makes it a member of this site.
	 *
	 * @param \WP_User $user The account.
	 * @param array    $sent Members of the need that differ.
	 */
	private function comes( \WP_User $user, array $sent ): void {
		$known  = self::user_ids();
		$record = $this->perform( Needs::create( $sent ) )['record'];
		$this->assertSame( $user->ID, $record['userId'] );
		$this->assertSame( $known, self::user_ids() );
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
	}

	/**
	 * Another process with the same network.
	 */
	private function script(): Script {
		$script          = new Script( array( dirname( __DIR__ ) . '/fixtures/perform.php' ) );
		$this->scripts[] = $script;
		$this->assertSame( 'ready', $script->hear() );
		return $script;
	}
}
