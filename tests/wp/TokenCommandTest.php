<?php
/**
 * `wp scimpress token`
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Token_Command;
use Scimpress\Token_Use;
use Scimpress\Tokens;

require_once __DIR__ . '/fixtures/wp-cli.php';

/**
 * The command, through a stand-in for WP-CLI.
 */
final class TokenCommandTest extends Scim_Test_Case {

	public function test_created_token_is_printed_once_and_works(): void {
		list( $token, $said ) = $this->wp( 'create', array( 'Entra, production' ), array( 'days' => '30', 'read-only' => true ) );
		$this->assertStringStartsWith( 'Success: ', $said );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $token" ) ) );
		$this->assertScim( 403, $this->scim( 'POST', '/Users', array( 'Authorization' => "Bearer $token" ), self::user_json() ) );
		$stored = Tokens::stored()[1];
		$this->assertSame( array( 'Entra, production', 'entra', 'read' ), array( $stored['name'], $stored['client'], $stored['rights'] ) );
		$this->assertSame( 30 * DAY_IN_SECONDS, $stored['expires'] - $stored['created'] );
		$this->assertSame( 1, count( $this->wp( 'create', array(), array( 'porcelain' => true, 'client' => 'okta' ) ) ) );
		$this->assertSame( 'Okta', Tokens::stored()[2]['name'] );
		$this->assertStringNotContainsString( $token, implode( $this->wp( 'list', array(), array( 'format' => 'json' ) ) ) );
	}

	public function test_list_is_a_table_json_or_csv(): void {
		Token_Use::record( Tokens::stored()[0], 1_800_000_000 );
		$id   = Tokens::stored()[0]['id'];
		$list = json_decode( $this->wp( 'list', array(), array( 'format' => 'json' ) )[0], true );
		$this->assertSame( array( $id, 'other', 'write', '', '2027-01-15T08:00:00Z' ), array( $list[0]['id'], $list[0]['client'], $list[0]['rights'], $list[0]['expires'], $list[0]['last_used'] ) );
		$this->assertStringStartsWith( 'id,name,client,rights,hint,created,expires,replaced_by,last_used,from,agent' . "\n$id,", $this->wp( 'list', array(), array( 'format' => 'csv' ) )[0] );
		$this->assertStringContainsString( "$id | ", $this->wp( 'list' )[0] );
		$this->fails( 'Invalid value', 'list', array(), array( 'format' => 'yaml' ) );
	}

	public function test_token_is_rotated_and_revoked(): void {
		$id          = Tokens::stored()[0]['id'];
		list( $new ) = $this->wp( 'rotate', array( $id ) );
		$this->assertEqualsWithDelta( time() + Tokens::OVERLAP * HOUR_IN_SECONDS, Tokens::stored()[0]['expires'], 60 );
		$this->assertScim( 200, $this->scim( 'GET', '/Users' ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $new" ) ) );
		$this->fails( 'replaced already', 'rotate', array( $id ) );
		list( $last ) = $this->wp( 'rotate', array( Tokens::stored()[1]['id'] ), array( 'overlap' => '0' ) );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $new" ) ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $last" ) ) );
		$this->assertSame( array( 'Success: The token was revoked and is refused from now on.' ), $this->wp( 'revoke', array( $id ) ) );
		$this->assertScim( 401, $this->scim( 'GET', '/Users' ) );
		$this->fails( 'no such token', 'revoke', array( $id ) );
	}

	public function test_nonsense_is_refused_and_changes_nothing(): void {
		$before = Tokens::stored();
		foreach ( array( '0', '-1', '1.5', 'x', '100000', '1e3' ) as $days ) {
			$this->fails( 'no number from 1', 'create', array(), array( 'days' => $days ) );
		}
		foreach ( array( '-1', '721', 'x', '1.5', '' ) as $hours ) {
			$this->fails( 'no number of hours', 'rotate', array( $before[0]['id'] ), array( 'overlap' => $hours ) );
		}
		$this->fails( 'Invalid value', 'create', array(), array( 'client' => '<script>' ) );
		$this->fails( 'no such token', 'rotate', array( "'; DROP TABLE wp_options; --" ) );
		$this->assertSame( $before, Tokens::stored() );
	}

	/**
	 * Runs the command.
	 *
	 * @param string $name      Subcommand.
	 * @param array  $arguments Arguments.
	 * @param array  $options   Options.
	 * @return list<string> What it said.
	 */
	private function wp( string $name, array $arguments = array(), array $options = array() ): array {
		return \WP_CLI::run( new Token_Command(), $name, $arguments, $options );
	}

	/**
	 * Asserts that the command ends with an error.
	 *
	 * @param string $words     Part of it.
	 * @param string $name      Subcommand.
	 * @param array  $arguments Arguments.
	 * @param array  $options   Options.
	 */
	private function fails( string $words, string $name, array $arguments = array(), array $options = array() ): void {
		try {
			$this->wp( $name, $arguments, $options );
		} catch ( \RuntimeException $error ) {
			$this->assertStringContainsString( $words, $error->getMessage() );
			return;
		}
		$this->fail( "no error: $words" );
	}
}
