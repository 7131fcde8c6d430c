<?php
/**
 * The plugin comes and goes.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Log\Log_Table;
use Scimpress\Notices;
use Scimpress\Settings;
use Scimpress\Store\Group_Table;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\Schema;
use Scimpress\Store\User_Table;
use Scimpress\Tokens;

/**
 * The tables are made, kept and removed with the plugin.
 */
final class LifecycleTest extends Test_Case {

	protected function tearDown(): void {
		delete_option( Schema::VERSION_OPTION );
		Schema::upgrade();
		parent::tearDown();
	}

	public function test_upgrade_of_current_tables_changes_nothing(): void {
		global $wpdb;
		list( $need ) = $this->person();
		delete_option( Schema::VERSION_OPTION );
		$changes = array();
		add_filter(
			'query',
			static function ( string $sql ) use ( &$changes ): string {
				if ( preg_match( '/^\s*(ALTER|CREATE|DROP)/i', $sql ) ) {
					$changes[] = $sql;
				}
				return $sql;
			}
		);
		Schema::upgrade();
		$this->assertSame( array(), $changes );
		$this->assertSame( '', $wpdb->last_error );
		$this->assertNotNull( self::row( $need['id'] ) );
		$this->assertSame( 0, self::queries( array( Schema::class, 'upgrade' ) ), 'and costs nothing from then on' );
	}

	public function test_site_of_the_version_before_groups_gets_their_tables_and_keeps_its_users(): void {
		global $wpdb;
		list( $need ) = $this->person();
		$wpdb->query( 'DROP TABLE ' . Group_Table::name() );
		$wpdb->query( 'DROP TABLE ' . Membership_Table::name() );
		update_option( Schema::VERSION_OPTION, '1' );
		Schema::upgrade();
		$this->perform( Needs::create_group( array( $need['id'] ) ) );
		$this->assertSame( self::version(), get_option( Schema::VERSION_OPTION ) );
	}

	public function test_site_of_the_version_before_the_log_gets_its_table(): void {
		global $wpdb;
		$wpdb->query( 'DROP TABLE ' . Log_Table::name() );
		update_option( Schema::VERSION_OPTION, '2' );
		Schema::upgrade();
		$this->assertSame( array(), Log_Table::page( array(), null, null, 1 ) );
		$this->assertSame( '', $wpdb->last_error );
		$this->assertSame( self::version(), get_option( Schema::VERSION_OPTION ) );
	}

	public function test_lost_index_is_made_again(): void {
		global $wpdb;
		$wpdb->query( 'ALTER TABLE ' . User_Table::name() . ' DROP INDEX email' );
		delete_option( Schema::VERSION_OPTION );
		Schema::upgrade();
		$this->assertContains( 'email', array_column( $wpdb->get_results( 'SHOW INDEX FROM ' . User_Table::name(), ARRAY_A ), 'Key_name' ) );
	}

	public function test_uninstalling_removes_everything_of_ours_and_no_account(): void {
		global $wpdb;
		list( , , $user ) = $this->person(
			array(
				'active'   => false,
				'objectId' => 'aaaa',
			)
		);
		$more = array();
		foreach ( array( array( 'editor' => true, 'edit_theme_options' => true ), array( 'author' => true ) ) as $capabilities ) {
			list( , , $left ) = $this->person();
			update_user_meta( $left->ID, $left->cap_key, $capabilities );
			Account_State::deactivate( $left->ID );
			$more[ $left->ID ] = $capabilities;
		}
		$this->perform( Needs::create_group() );
		\Scimpress\Settlement\Job::begin( false );
		Attribute_Settings::map( array( array( 'path' => 'title', 'target' => 'job' ) ) );
		Tokens::create();
		\Scimpress\Token_Use::record( Tokens::stored()[0], time() );
		\Scimpress\Log\Settings::update( array( 'days' => 7 ) );
		\Scimpress\Log\Days::close();
		\Scimpress\Log\Pruner::schedule();
		\Scimpress\Doctor\Visitor_Pass::issue( array(), time() );
		Settings::update( array( 'max_concurrent' => 2 ) );
		\Scimpress\Lane\Slot::take();
		$this->assertCount( 1, glob( get_temp_dir() . 'scimpress-*.lock' ) );
		Notices::record(
			array(
				array(
					'code'     => 'code',
					'detail'   => 'detail',
					'resource' => 'id',
				),
			)
		);
		if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
			define( 'WP_UNINSTALL_PLUGIN', plugin_basename( \Scimpress\PLUGIN_FILE ) );
		}
		require dirname( \Scimpress\PLUGIN_FILE ) . '/uninstall.php';

		wp_cache_flush();
		$this->assertFalse( wp_next_scheduled( \Scimpress\Settlement\Job::HOOK ) );
		$this->assertSame( array(), $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->prefix . 'scimpress' ) . '%' ) ) );
		$this->assertSame( array(), $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE 'scimpress%'" ) );
		$this->assertFalse( wp_next_scheduled( \Scimpress\Log\Pruner::HOOK ) );
		$this->assertSame( array(), $wpdb->get_col( "SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%scimpress%'" ) );
		$this->assertSame( array(), glob( get_temp_dir() . 'scimpress-*.lock' ) );
		foreach ( $more as $user_id => $capabilities ) {
			$this->assertSame( $capabilities, get_userdata( $user_id )->caps, 'nobody is left without the rights of before' );
		}
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( $user->user_login, get_userdata( $user->ID )->user_login );
		$this->assertSame( 'aaaa', get_user_meta( $user->ID, 'aadObjectId', true ) );
		$this->assertFalse( Settings::enabled() );
	}

	/**
	 * The version of the tables that the plugin wants.
	 */
	private static function version(): string {
		return ( new \ReflectionClassConstant( Schema::class, 'VERSION' ) )->getValue();
	}

	public function test_files_of_the_plugin_do_nothing_by_themselves(): void {
		$directory = new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( dirname( \Scimpress\PLUGIN_FILE ), \FilesystemIterator::SKIP_DOTS ) );
		$files     = array();
		foreach ( $directory as $file ) {
			if ( 'php' === $file->getExtension() && 'index.php' !== $file->getFilename() ) {
				$files[] = $file->getPathname();
				$this->assertMatchesRegularExpression( "/^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$/m", file_get_contents( $file->getPathname() ), $file->getFilename() );
			}
		}
		$this->assertGreaterThan( 20, count( $files ) );
	}
}
