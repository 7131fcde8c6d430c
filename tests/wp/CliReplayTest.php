<?php
/**
 * `wp scimpress replay`, `wp scimpress simulate`
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Cli\Replay_Command;
use Scimpress\Cli\Simulate_Command;
use Scimpress\Cli\Simulation;
use Scimpress\Log\Command as Log_Command;
use Scimpress\Settings;
use Scimpress\Store\Query;
use Scimpress\Store\Schema;

/**
 * Requests without a web server.
 */
final class CliReplayTest extends Cli_Test_Case {

	public function test_recording_is_sent_and_compared(): void {
		list( $person ) = self::people( 1 );
		$lines = array(
			array( 'method' => 'GET', 'path' => '/wp-json/wpo365/v1/Users?filter=userName%20eq%20%22' . rawurlencode( $person['userName'] ) . '%22&count=0', 'status' => 200 ),
			array( 'method' => 'post', 'path' => '/Users', 'body' => $person, 'status' => 201, 'id' => 'recorded-id' ),
			array( 'method' => 'PATCH', 'path' => '/Users/recorded-id', 'body' => wp_json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => array( array( 'op' => 'replace', 'path' => 'title', 'value' => 'Editor' ) ) ) ), 'status' => 200 ),
			array( 'method' => 'POST', 'path' => 'https://old.example/scim/wpo365/v1/Users', 'body' => $person, 'status' => 409 ),
			array( 'method' => 'GET', 'path' => '/Users/recorded-id' ),
		);
		$this->assertSame(
			array( array( 200, 'yes' ), array( 201, 'yes' ), array( 200, 'yes' ), array( 409, 'yes' ), array( 200, '' ) ),
			array_map( static fn( array $row ): array => array( $row['status'], $row['same'] ), $this->replay( self::lines( $lines ) ) )
		);
		$this->assertStringContainsString( 'Editor', Query::rows( 'SELECT document FROM ' . \Scimpress\Store\User_Table::name() )[0]->document );
		$this->fails( '1 of 1 requests had another answer', new Replay_Command(), '', array( $this->file( self::lines( array( $lines[1] ) ) ) ) );
		$this->assertStringContainsString( 'userName is already used', \WP_CLI::$items[ array_key_last( \WP_CLI::$items ) ][1][0]['detail'] );
	}

	public function test_dry_run_sees_its_own_writes_and_keeps_nothing(): void {
		list( $person ) = self::people( 1 );
		$lines = array(
			array( 'method' => 'POST', 'path' => '/Users', 'body' => $person, 'status' => 201, 'id' => 'recorded-id' ),
			array( 'method' => 'POST', 'path' => '/Groups', 'body' => array( 'displayName' => 'Replayed', 'members' => array( array( 'value' => 'recorded-id' ) ) ), 'status' => 201, 'id' => 'recorded-group' ),
			array( 'method' => 'PATCH', 'path' => '/Users/recorded-id', 'body' => array( 'Operations' => array( array( 'op' => 'replace', 'path' => 'active', 'value' => false ) ) ), 'status' => 200 ),
			array( 'method' => 'DELETE', 'path' => '/Groups/recorded-group', 'status' => 204 ),
			array( 'method' => 'DELETE', 'path' => '/Users/recorded-id', 'status' => 204 ),
		);
		$tables = array( $GLOBALS['wpdb']->users, $GLOBALS['wpdb']->usermeta, $GLOBALS['wpdb']->options, ...Schema::tables() );
		$state  = static fn(): array => array_map( static fn( string $table ): array => Query::rows( "SELECT * FROM $table" ), $tables );
		$before = $state();
		$rows   = $this->replay( self::lines( $lines ), array( 'dry-run' => true ) );
		$this->assertSame( array_fill( 0, 5, 'yes' ), array_column( $rows, 'same' ), wp_json_encode( $rows ) );
		$this->assertEquals( $before, $state() );
		// A conflict ends SQLite's transaction; what comes after it must not be kept either.
		$rows = $this->replay( self::lines( array( $lines[0], array( 'status' => 409 ) + $lines[0], $lines[0] ) ), array( 'dry-run' => true ), false );
		$this->assertSame( 409, $rows[1]['status'] );
		$this->assertEquals( $before, $state() );
		$this->assertSame( array(), \Scimpress\Store\User_Reader::select( null, 0, null, 1 ) );
	}

	public function test_entry_of_the_log_is_a_recording(): void {
		list( $person ) = self::people( 1 );
		$this->replay( self::lines( array( array( 'method' => 'POST', 'path' => '/Users', 'body' => $person ) ) ) );
		$entry = Query::rows( 'SELECT position FROM ' . \Scimpress\Log\Log_Table::name() . ' ORDER BY position DESC LIMIT 1' )[0]->position;
		$said  = \WP_CLI::run( new Log_Command(), 'show', array( $entry ), array( 'format' => 'json' ) );
		wp_delete_user( get_user_by( 'email', $person['emails'][0]['value'] )->ID );
		$rows = $this->replay( $said[0] . "\n" );
		$this->assertSame( array( 'POST', '/Users', 201, '201', 'yes' ), array_values( array_slice( $rows[0], 1, 5 ) ) );
		$secret = array( 'raw' => "POST /Users\n\n{\"userName\": \"x\", \"password\": \"***\"}", 'status' => '201' );
		$this->fails( 'another answer', new Replay_Command(), '', array( $this->file( self::lines( array( $secret ) ) ) ) );
		$this->assertSame( 'the log has hidden a part of this request', \WP_CLI::$items[ array_key_last( \WP_CLI::$items ) ][1][0]['detail'] );
	}

	public function test_bad_lines_and_options(): void {
		$this->fails( 'another answer', new Replay_Command(), '', array( $this->file( "{\"method\": \"GET\"}\nnothing\n{\"raw\": \"\"}\n" ) ), array( 'format' => 'csv' ) );
		$this->assertStringStartsWith( 'line,method,path,status,recorded,same,detail' . "\n1,,,,,no,", \WP_CLI::$said[0] );
		$this->assertSame( array( 1, 2, 3 ), array_column( \WP_CLI::$items[ array_key_last( \WP_CLI::$items ) ][1], 'line' ) );
		$this->fails( 'missing', new Replay_Command(), '' );
		$this->fails( 'whole number from 1 to 10000', new Simulate_Command(), '', array(), array( 'users' => '0' ) );
		$this->fails( 'whole number from 1 to 10000', new Simulate_Command(), '', array(), array( 'users' => '1e3' ) );
	}

	public function test_simulated_people_live_and_are_gone(): void {
		foreach ( array( Settings::DEACTIVATE, Settings::DELETE ) as $on_delete ) {
			Settings::update( array( 'on_delete' => $on_delete, 'welcome_mail' => true ) );
			// A run that was killed.
			$this->stranger( array( 'user_email' => 'left@' . Simulation::DOMAIN ) );
			$other  = $this->stranger( array( 'user_email' => "left-$on_delete@" . Simulation::DOMAIN . '.example' ) );
			$mails  = array();
			add_filter(
				'pre_wp_mail',
				static function ( $sent, $mail ) use ( &$mails ) {
					$mails[] = $mail['to'];
					return $sent ?? true;
				},
				10,
				2
			);
			$before = self::user_ids();
			$rows   = json_decode( \WP_CLI::run( new Simulate_Command(), '', array(), array( 'users' => '3', 'format' => 'json' ) )[0], true );
			$this->assertSame( Simulation::KINDS, array_column( $rows, 'operation' ) );
			foreach ( $rows as $row ) {
				$this->assertSame( array( 3, 0, '' ), array( $row['requests'], $row['failures'], $row['detail'] ), $row['operation'] );
				$this->assertGreaterThan( 0.0, (float) $row['median_ms'] );
				$this->assertGreaterThanOrEqual( (float) $row['median_ms'], (float) $row['p99_ms'] );
			}
			$this->assertSame( array( 'Simulating', 3, 3, true ), \WP_CLI::$bars[ array_key_last( \WP_CLI::$bars ) ] );
			$this->assertSame( array( $other->ID ), array_values( array_diff( self::user_ids(), array_diff( $before, array( $other->ID ) ) ) ), 'a stranger stays' );
			$this->assertSame( 0, self::rows(), 'no tombstone' );
			$this->assertFalse( has_filter( 'pre_wp_mail', array( Simulation::class, 'hold_mail' ) ) );
		}
	}

	public function test_simulation_tells_what_fails_and_cleans_up(): void {
		$before = self::user_ids();
		add_action(
			'scimpress_before_user_update',
			static function (): void {
				throw new \RuntimeException( 'no' );
			}
		);
		$log = $this->capture_log();
		$this->fails( '6 requests failed', new Simulate_Command(), '', array(), array( 'users' => '2' ) );
		$this->assertStringContainsString( 'scimpress: incident', file_get_contents( $log ) );
		$rows = array_column( \WP_CLI::$items[0][1], null, 'operation' );
		$this->assertSame( array( 2, '' ), array( $rows['change, with path']['failures'], $rows['change, with path']['median_ms'] ) );
		$this->assertStringStartsWith( '500 ', $rows['change, without path']['detail'] );
		$this->assertSame( $before, self::user_ids() );
	}

	/**
	 * The rows of a replay.
	 *
	 * @param string $lines   Content of the file.
	 * @param array  $options More options.
	 * @param bool   $good    Whether all answers are the recorded ones.
	 */
	private function replay( string $lines, array $options = array(), bool $good = true ): array {
		try {
			\WP_CLI::run( new Replay_Command(), '', array( $this->file( $lines ) ), array( 'format' => 'json' ) + $options );
		} catch ( \RuntimeException $thrown ) {
			$this->assertFalse( $good, $thrown->getMessage() . implode( \WP_CLI::$said ) );
		}
		return json_decode( \WP_CLI::$said[0], true );
	}
}
