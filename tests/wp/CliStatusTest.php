<?php
/**
 * `wp scimpress status`, `user`, `group`
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Cli\Group_Command;
use Scimpress\Cli\Import_Command;
use Scimpress\Cli\Status_Command;
use Scimpress\Cli\User_Command;
use Scimpress\Settings;
use Scimpress\Settlement\Queue;
use Scimpress\Store\User_Reader;
use Scimpress\Store\User_Table;
use Scimpress\Token_Use;
use Scimpress\Tokens;

/**
 * What an administrator sees and does.
 */
final class CliStatusTest extends Cli_Test_Case {

	public function test_status_is_true(): void {
		foreach ( self::people( 2 ) as $person ) {
			$this->post( '/Users', $person );
		}
		$this->post( '/Users', self::people( 1, array( 'active' => false ) )[0] );
		$this->post( '/Groups', array( 'displayName' => 'Counted' ) );
		list( $queued ) = User_Reader::select( null, 0, null, 1 );
		Queue::add( array( $queued['position'] ) );
		Tokens::create( array( 'expires' => time() + 60 ) );
		Tokens::create( array( 'expires' => time() - 60 + 120 ), time() - 3600 );
		Tokens::create();
		Token_Use::record( Tokens::stored()[0], 1_800_000_000 );
		Settings::update( array( 'enabled' => false, 'fast_lane' => false, 'max_concurrent' => 7 ) );
		$status = json_decode( \WP_CLI::run( new Status_Command(), '', array(), array( 'format' => 'json' ) )[0], true );
		$this->assertSame( array( 3, 1, 1, 1 ), array( $status['users'], $status['users_deactivated'], $status['groups'], $status['accounts_waiting'] ) );
		$this->assertSame( array( false, false, 7 ), array( $status['provisioning'], $status['fast_lane'], $status['max_concurrent'] ) );
		$this->assertSame( array( 3, 0, '2027-01-15T08:00:00Z' ), array( $status['tokens'], $status['tokens_expired'], $status['last_request'] ) );
		$this->assertSame( Tokens::stored()[0]['expires'], strtotime( $status['next_token_ends'] ) );
		$this->assertSame( array( \Scimpress\Engine::extension_version(), true ), array( $status['extension'], $status['extension_fits'] ) );
		$this->assertStringEndsWith( '/wpo365/v1', $status['endpoint'] );
		$table = \WP_CLI::run( new Status_Command(), '' )[0];
		$this->assertStringContainsString( "provisioning | no\n", $table );
		$this->assertStringStartsWith( "name,value\nextension,", \WP_CLI::run( new Status_Command(), '', array(), array( 'format' => 'csv' ) )[0] );
		$this->fails( 'Invalid value', new Status_Command(), '', array(), array( 'format' => 'yaml' ) );
	}

	public function test_users_are_listed_by_filter(): void {
		$record = $this->post( '/Users', self::people( 1, array( 'displayName' => '=cmd()' ) )[0] );
		$user   = get_user_by( 'email', $record['userName'] );
		$this->post( '/Users', self::people( 1, array( 'active' => false ) )[0] );
		$list = fn( array $options ): array => json_decode( \WP_CLI::run( new User_Command(), 'list', array(), array( 'format' => 'json' ) + $options )[0], true );
		$this->assertSame( array( array( $record['id'], (string) $user->ID, 'yes' ) ), array_map( static fn( array $row ): array => array( $row['id'], $row['user_id'], $row['active'] ), $list( array( 'filter' => 'active eq true' ) ) ) );
		$this->assertCount( 2, $list( array() ) );
		$this->assertCount( 1, $list( array( 'limit' => '1' ) ) );
		$this->assertSame( array(), $list( array( 'filter' => 'userName eq "nobody"' ) ) );
		$this->fails( 'filter', new User_Command(), 'list', array(), array( 'filter' => 'userName eq' ) );
		$this->fails( '--limit takes a whole number', new User_Command(), 'list', array(), array( 'limit' => '-1' ) );
		$csv = \WP_CLI::run( new User_Command(), 'list', array(), array( 'format' => 'csv' ) )[0];
		$this->assertStringStartsWith( 'id,user_id,userName,', $csv );
		$this->assertStringContainsString( ",'=cmd(),yes,", $csv, 'no formula for a spreadsheet' );
	}

	public function test_long_list_is_read_to_its_end(): void {
		\WP_CLI::run( new Import_Command(), '', array( $this->file( self::lines( self::people( 205 ) ) ) ) );
		\WP_CLI::run( new User_Command(), 'list', array(), array( 'limit' => '1000' ) );
		$this->assertCount( 205, array_unique( array_column( end( \WP_CLI::$items )[1], 'id' ) ) );
		\WP_CLI::run( new User_Command(), 'list', array(), array( 'limit' => '203' ) );
		$this->assertCount( 203, end( \WP_CLI::$items )[1] );
	}

	public function test_user_is_found_by_every_name_and_shown_as_clients_read_him(): void {
		list( , $record, $user ) = $this->person();
		foreach ( array( $record['id'], (string) $user->ID, $user->user_login, $user->user_email ) as $name ) {
			$resource = json_decode( \WP_CLI::run( new User_Command(), 'get', array( $name ) )[0], true );
			$this->assertSame( $record['id'], $resource['id'], $name );
			$this->assertSame( 'User', $resource['meta']['resourceType'] );
		}
		foreach ( array( '', '0', '-1', "' OR 1=1 --", 'nobody@example.com', '99999999999999999999' ) as $name ) {
			$this->fails( 'There is no user', new User_Command(), 'get', array( $name ) );
		}
		$this->fails( 'SCIM does not know', new User_Command(), 'get', array( $this->stranger()->user_login ) );
	}

	public function test_account_is_shut_and_opened(): void {
		list( , , $user ) = $this->person();
		$this->assertSame( array( 'Success: The account is deactivated.' ), \WP_CLI::run( new User_Command(), 'deactivate', array( $user->user_login ) ) );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
		$this->assertSame( array( 'Success: The account was deactivated already.' ), \WP_CLI::run( new User_Command(), 'deactivate', array( $user->user_login ) ) );
		$this->assertSame( array( 'Success: The account is active.' ), \WP_CLI::run( new User_Command(), 'reactivate', array( $user->user_email ) ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
		$this->fails( 'protected', new User_Command(), 'deactivate', array( $this->stranger( array( 'role' => 'administrator' ) )->user_login ) );
	}

	public function test_account_is_linked_and_unlinked(): void {
		$user = $this->stranger( array( 'first_name' => 'Ada', 'display_name' => 'Ada L' ) );
		\WP_CLI::run( new User_Command(), 'link', array( $user->user_login ), array( 'user-name' => 'ada@corp.example.com', 'external-id' => 'e-1' ) );
		$resource = json_decode( \WP_CLI::run( new User_Command(), 'get', array( (string) $user->ID ) )[0], true );
		$this->assertSame( array( 'ada@corp.example.com', 'e-1', 'Ada L' ), array( $resource['userName'], $resource['externalId'], $resource['displayName'] ) );
		$this->assertEquals( $user->data, get_userdata( $user->ID )->data, 'the account is as it was' );
		$this->fails( 'already', new User_Command(), 'link', array( $user->user_login ) );
		$this->fails( 'userName', new User_Command(), 'link', array( $this->stranger()->user_login ), array( 'user-name' => 'ADA@corp.example.com' ) );
		$this->fails( 'protected', new User_Command(), 'link', array( $this->stranger( array( 'role' => 'administrator' ) )->user_login ) );
		$this->fails( 'needs a value', new User_Command(), 'link', array( $user->user_login ), array( 'external-id' => true ) );

		\WP_CLI::$agrees = false;
		$this->fails( 'not confirmed', new User_Command(), 'unlink', array( $user->user_login ) );
		$this->assertTrue( User_Table::manages( $user->ID ) );
		\WP_CLI::run( new User_Command(), 'unlink', array( $user->user_login ), array( 'yes' => true ) );
		$this->assertFalse( User_Table::manages( $user->ID ) );
		$this->assertEquals( $user->data, get_userdata( $user->ID )->data );
		$this->fails( 'SCIM does not know', new User_Command(), 'unlink', array( $user->user_login ), array( 'yes' => true ) );
	}

	public function test_groups_are_listed_shown_and_their_members(): void {
		$person = $this->post( '/Users', self::people( 1 )[0] );
		$inner  = $this->post( '/Groups', array( 'displayName' => 'Inner' ) );
		$outer  = $this->post( '/Groups', array( 'displayName' => 'Outer "quoted"', 'members' => array( array( 'value' => $person['id'] ), array( 'value' => $inner['id'] ) ) ) );
		$rows  = json_decode( \WP_CLI::run( new Group_Command(), 'list', array(), array( 'format' => 'json', 'filter' => 'displayName sw "Outer"' ) )[0], true );
		$this->assertSame( array( $outer['id'] ), array_column( $rows, 'id' ) );
		foreach ( array( $outer['id'], 'Outer "quoted"' ) as $name ) {
			$this->assertSame( $outer['id'], json_decode( \WP_CLI::run( new Group_Command(), 'get', array( $name ) )[0], true )['id'] );
			$members = json_decode( \WP_CLI::run( new Group_Command(), 'members', array( $name ), array( 'format' => 'json' ) )[0], true );
			$this->assertSame( array( array( $person['id'], 'User' ), array( $inner['id'], 'Group' ) ), array_map( static fn( array $row ): array => array( $row['id'], $row['type'] ), $members ) );
		}
		$this->assertCount( 1, json_decode( \WP_CLI::run( new Group_Command(), 'members', array( $outer['id'] ), array( 'format' => 'json', 'limit' => '1' ) )[0], true ) );
		$this->fails( 'There is no group', new Group_Command(), 'members', array( 'Nowhere' ) );
		$this->fails( 'There is no group', new Group_Command(), 'get', array( '' ) );
	}

	public function test_every_command_is_registered_with_help_that_wp_cli_reads(): void {
		\WP_CLI::$commands = array();
		( new \ReflectionMethod( \Scimpress\Plugin::class, 'commands' ) )->invoke( null );
		$names = array( 'status', 'doctor', 'token', 'user', 'group', 'log', 'import', 'replay', 'simulate', 'roles' );
		$this->assertEqualsCanonicalizing( array_map( static fn( string $name ): string => "scimpress $name", $names ), array_keys( \WP_CLI::$commands ) );
		foreach ( \WP_CLI::$commands as $name => $command ) {
			foreach ( ( new \ReflectionObject( $command ) )->getMethods( \ReflectionMethod::IS_PUBLIC ) as $method ) {
				$help = (string) $method->getDocComment();
				$this->assertStringContainsString( '## EXAMPLES', $help, "$name {$method->getName()}" );
				$this->assertMatchesRegularExpression( "/\n\t? +\\* +(# .*|.*wp $name)/", $help, "$name {$method->getName()}" );
				// An option that is not known is refused before anything is done, so reading the help has no effect.
				$own = preg_match( '/@subcommand (\S+)/', $help, $found ) ? $found[1] : ( '__invoke' === $method->getName() ? '' : $method->getName() );
				$this->fails( str_contains( $help, "\n\t * <" ) ? 'an argument is missing' : 'unknown --nonsense', $command, $own, array(), array( 'nonsense' => 'x' ) );
			}
		}
	}
}
