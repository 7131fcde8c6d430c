<?php
/**
 * What all tests inside WordPress share.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use PHPUnit\Framework\TestCase;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Job_State;
use Scimpress\Settlement\Queue;
use Scimpress\Store\Schema;
use Scimpress\Store\Store;
use Scimpress\Store\User_Table;
use Scimpress\Tokens;

/**
 * Leaves the site as it was: no users, no groups, no rows, no hooks, default settings.
 */
abstract class Test_Case extends TestCase {

	protected const MATCHES = array( Settings::MATCH_OBJECT_ID, Settings::MATCH_UPN, Settings::MATCH_LOGIN, Settings::MATCH_EMAIL );

	protected Store $store;

	/** @var array<string,\WP_Hook> */
	private array $hooks;

	/** @var list<int> */
	private array $users;

	/** @var list<callable> */
	private array $later = array();

	protected function setUp(): void {
		parent::setUp();
		$this->store = new Store();
		$this->users = self::user_ids();
		$this->hooks = array_map( static fn( \WP_Hook $hook ): \WP_Hook => clone $hook, $GLOBALS['wp_filter'] );
		Settings::update(
			array(
				'enabled'          => true,
				'default_role'     => 'subscriber',
				'on_delete'        => Settings::DEACTIVATE,
				'reassign_to'      => 0,
				'welcome_mail'     => false,
				'welcome_subject'  => '',
				'welcome_body'     => '',
				'members_replace'  => Settings::STRICT,
				'ignore_passwords' => false,
				'fast_lane'        => true,
				'max_concurrent'   => 0,
				'addresses_move'   => false,
				'protected_users'  => array(),
			) + array_fill_keys( self::MATCHES, true )
		);
		\Scimpress\Store\Foreign_Meta::forget();
		delete_option( Tokens::OPTION );
		delete_option( Job_State::OPTION );
		update_option( Rule_Set::OPTION, ( new Rule_Set( array() ) )->to_array() );
		Queue::forget();
		wp_clear_scheduled_hook( Job::HOOK );
		delete_option( \Scimpress\Token_Use::OPTION );
		// The server of the tests wrote it behind this process's cache.
		wp_cache_delete( \Scimpress\Token_Use::OPTION, 'options' );
		delete_option( \Scimpress\Notices::OPTION );
		wp_set_current_user( 0 );
	}

	protected function tearDown(): void {
		global $wpdb;
		$GLOBALS['wp_filter'] = $this->hooks;
		foreach ( array_diff( self::user_ids(), $this->users ) as $user_id ) {
			wp_delete_user( $user_id, 1 );
		}
		foreach ( Schema::tables() as $table ) {
			$wpdb->query( "DELETE FROM $table" );
		}
		foreach ( $this->later as $later ) {
			$later();
		}
		parent::tearDown();
	}

	/**
	 * Puts something off until the test is over, whatever its end.
	 *
	 * @param callable $later Called without arguments.
	 */
	protected function afterwards( callable $later ): void {
		$this->later[] = $later;
	}

	/**
	 * Sends the PHP error log into a file of its own.
	 *
	 * @return string Its path.
	 */
	protected function capture_log(): string {
		$file = tempnam( get_temp_dir(), 'scimpress-log-' );
		$old  = ini_set( 'error_log', $file );
		$this->afterwards(
			static function () use ( $file, $old ): void {
				ini_set( 'error_log', (string) $old );
				unlink( $file );
			}
		);
		return $file;
	}

	/**
	 * Performs a need that must succeed.
	 *
	 * @param array $need The need.
	 * @return array The answer.
	 */
	protected function perform( array $need ): array {
		$answer = $this->store->perform( $need );
		$this->assertArrayNotHasKey( 'error', $answer, wp_json_encode( $answer ) );
		return $answer;
	}

	/**
	 * Performs a need that must fail.
	 *
	 * @param string $code Expected code.
	 * @param array  $need The need.
	 * @return string The detail.
	 */
	protected function refused( string $code, array $need ): string {
		$answer = $this->store->perform( $need );
		$this->assertSame( $code, $answer['error'] ?? 'no error at all' );
		return $answer['detail'];
	}

	/**
	 * Asserts that a page shows a text; unlike assertStringContainsString() it does not print the page.
	 *
	 * @param string $text  The text.
	 * @param string $page  HTML.
	 * @param string $case  Which case.
	 */
	protected function assertShows( string $text, string $page, string $case = '' ): void {
		$this->assertTrue( str_contains( $page, $text ), "`$text` is not on the page $case" );
	}

	/**
	 * Asserts that a page does not show a text.
	 *
	 * @param string $text  The text.
	 * @param string $page  HTML.
	 * @param string $case  Which case.
	 */
	protected function assertHides( string $text, string $page, string $case = '' ): void {
		$this->assertFalse( str_contains( $page, $text ), "`$text` is on the page $case" );
	}

	/**
	 * Makes a SCIM user.
	 *
	 * @param array $changes Members of the create need that differ.
	 * @return array{0: array, 1: array, 2: \WP_User} The need, the record, the account.
	 */
	protected function person( array $changes = array() ): array {
		$need   = Needs::create( $changes );
		$record = $this->perform( $need )['record'];
		return array( $need, $record, get_userdata( $record['userId'] ) );
	}

	/**
	 * Makes an account that SCIM does not know.
	 *
	 * @param array $changes Fields that differ; user_pass is `secret phrase`.
	 */
	protected function stranger( array $changes = array() ): \WP_User {
		$name    = 'stranger-' . bin2hex( random_bytes( 6 ) );
		$user_id = wp_insert_user(
			wp_slash(
				$changes + array(
					'user_login' => $name,
					'user_email' => "$name@elsewhere.example",
					'user_pass'  => 'secret phrase',
					'role'       => 'subscriber',
				)
			)
		);
		$this->assertIsInt( $user_id, is_wp_error( $user_id ) ? $user_id->get_error_message() : '' );
		return get_userdata( $user_id );
	}

	/**
	 * The row of a SCIM id.
	 *
	 * @param string $id SCIM id.
	 */
	protected static function row( string $id ): ?object {
		global $wpdb;
		return $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . User_Table::name() . ' WHERE id = %s', $id ) );
	}

	/**
	 * Number of rows, whatever their state.
	 */
	protected static function rows(): int {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . User_Table::name() );
	}

	/**
	 * IDs of all accounts, past every cache.
	 *
	 * @return list<int>
	 */
	protected static function user_ids(): array {
		global $wpdb;
		return array_map( 'intval', $wpdb->get_col( "SELECT ID FROM $wpdb->users ORDER BY ID" ) );
	}

	/**
	 * All meta in the database.
	 */
	protected static function meta_rows(): int {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->usermeta" );
	}

	/**
	 * Counts queries.
	 *
	 * @param callable $work What to count.
	 */
	protected static function queries( callable $work ): int {
		global $wpdb;
		$before = $wpdb->num_queries;
		$work();
		return $wpdb->num_queries - $before;
	}
}
