<?php
/**
 * `wp scimpress import`
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Cli\Import_Command;
use Scimpress\Cli\Json_Stream;
use Scimpress\Log\Log_Table;
use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

/**
 * Users from a file.
 */
final class CliImportTest extends Cli_Test_Case {

	public function test_people_are_created_changed_or_left_alone(): void {
		$people = self::people( 3 );
		$this->assertSame( array( 3, 3, 0, 0, 0 ), $this->counts( $this->file( self::lines( $people ) ) ) );
		$user = get_user_by( 'email', $people[1]['emails'][0]['value'] );
		$this->assertSame( 'Person 1', $user->display_name );
		$before = self::row( self::id_of( $user->ID ) );
		$this->assertSame( array( 3, 0, 0, 3, 0 ), $this->counts( $this->file( self::lines( $people ) ) ), 'again' );
		$this->assertEquals( $before, self::row( $before->id ), 'who is as the file says is not written' );
		$people[1] = array( 'USERNAME' => strtoupper( $people[1]['userName'] ), 'title' => 'Editor' );
		$this->assertSame( array( 3, 0, 1, 2, 0 ), $this->counts( $this->file( self::lines( $people ) ) ), 'one changes' );
		$document = self::row( $before->id )->document;
		$this->assertStringContainsString( 'Editor', $document );
		$this->assertStringContainsString( 'Person 1', $document, 'of which the file says nothing stays' );
		$names = array_column( Query::rows( 'SELECT operation FROM ' . Log_Table::name() . " WHERE token = 'wp-cli' ORDER BY position" ), 'operation' );
		$this->assertSame( array( 'create', 'create', 'create', 'update' ), $names, 'the log knows' );
	}

	public function test_dry_run_tells_and_keeps_nothing(): void {
		$people   = self::people( 120 );
		$people[] = $people[0];
		$tables   = array( $GLOBALS['wpdb']->users, $GLOBALS['wpdb']->usermeta, $GLOBALS['wpdb']->options, ...\Scimpress\Store\Schema::tables() );
		$state    = static fn(): array => array_map( static fn( string $table ): array => Query::rows( "SELECT * FROM $table" ), $tables );
		$fired    = 0;
		add_action(
			'scimpress_user_created',
			static function () use ( &$fired ): void {
				++$fired;
			}
		);
		$before = $state();
		$this->assertSame( array( 121, 121, 0, 0, 0 ), $this->counts( $this->file( self::lines( $people ) ), array( 'dry-run' => true ) ), 'batches do not see each other' );
		$this->assertEquals( $before, $state() );
		$this->assertSame( 0, $fired, 'nothing is in the database' );
		$this->assertFalse( get_user_by( 'login', $people[0]['userName'] ), 'the cache forgets' );
	}

	public function test_broken_lines_are_told_and_stop_nobody(): void {
		$this->stranger( array( 'user_email' => 'boss@import.example.com', 'role' => 'administrator' ) );
		$people = self::people( 6 );
		$boss   = array( 'userName' => 'boss@import.example.com', 'emails' => array( array( 'value' => 'boss@import.example.com' ) ) );
		$lines  = array(
			wp_json_encode( $people[0] ),
			'',
			'{"userName": "cut off',
			'[1, 2]',
			'"text"',
			'{"displayName": "Nobody"}',
			wp_json_encode( array( 'active' => 'perhaps' ) + $people[1] ),
			wp_json_encode( $boss ),
			'{"userName": "x", "nickName": "' . str_repeat( 'x', 2097152 ) . '"}',
			wp_json_encode( $people[2] ),
			wp_json_encode( array( 'displayName' => 'Twice' ) + $people[2] ),
			wp_json_encode( $people[3] ),
		);
		$report = $this->report( $this->file( implode( "\r\n", $lines ) ) );
		$this->assertSame( array( 11, 3, 1, 0, 7 ), array_values( array_slice( $report, 1, 5 ) ) );
		$this->assertSame( array( 3, 4, 5, 6, 7, 8, 9 ), self::sorted( array_column( $report['problems'], 'line' ) ) );
		$reasons = array_column( $report['problems'], 'reason', 'line' );
		$this->assertStringContainsString( 'no JSON', $reasons[3] );
		$this->assertStringContainsString( 'userName', $reasons[6] );
		$this->assertStringContainsString( 'active', $reasons[7] );
		$this->assertStringContainsString( 'protected', $reasons[8] );
		$this->assertSame( array( '400', $people[1]['userName'] ), array( array_column( $report['problems'], 'status', 'line' )[7], array_column( $report['problems'], 'user', 'line' )[7] ) );
		$this->assertSame( 7, count( preg_grep( '/^Warning: line \d+: /', \WP_CLI::$said ) ), 'told as they come' );
		$this->assertSame( 'Twice', get_user_by( 'email', $people[2]['emails'][0]['value'] )->display_name );
	}

	public function test_lists_of_scim_servers_are_read_in_every_form(): void {
		$forms = array(
			'pretty list'  => static fn( array $people ): string => wp_json_encode( array( 'totalResults' => 2, 'Resources' => $people, 'schemas' => array( 'x' ) ), JSON_PRETTY_PRINT ),
			'one line'     => static fn( array $people ): string => wp_json_encode( array( 'schemas' => array( 'Resources' ), 'resources' => $people ) ),
			'array'        => static fn( array $people ): string => "\xEF\xBB\xBF" . wp_json_encode( $people ),
			'one user'     => static fn( array $people ): string => wp_json_encode( $people[0], JSON_PRETTY_PRINT ) . "\n" . wp_json_encode( $people[1], JSON_PRETTY_PRINT ),
			'lines'        => static fn( array $people ): string => self::lines( $people ),
		);
		foreach ( $forms as $name => $form ) {
			// What a server answers: more than it takes.
			$people = self::people( 2, array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'id' => 'of-another', 'meta' => array( 'version' => 'W/"1"' ), 'groups' => array() ) );
			$people[1]['displayName'] = 'Brackets ]} and "quotes\\';
			$file   = $this->file( $form( $people ), '.json' );
			$this->assertSame( array( 2, 2, 0, 0, 0 ), $this->counts( $file ), $name . ' ' . implode( \WP_CLI::$said ) );
			$this->assertSame( 'Brackets ]} and "quotes\\', get_user_by( 'email', $people[1]['emails'][0]['value'] )->display_name, $name );
			$this->assertSame( array( 2, 0, 0, 2, 0 ), $this->counts( $file ), $name );
		}
	}

	public function test_table_is_read_by_its_first_line(): void {
		$head = "\xEF\xBB\xBFuserName,name.givenName,name.familyName,active,\"emails[type eq \"\"work\"\"].value\",urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department\r\n";
		$rows = "ada@table.example.com,Ada,\"Lovelace\nKing\",true,ada@table.example.com,\"Engines, analytical\"\r\n"
			. "bob@table.example.com,Bob,Builder,False,,\r\n\r\n"
			. "cut@table.example.com,Cut\r\n"
			. "odd@table.example.com,Odd,Even,perhaps,,\r\n";

		$report = $this->report( $this->file( $head . $rows, '.csv' ) );
		$this->assertSame( array( 4, 2, 0, 0, 2 ), array_values( array_slice( $report, 1, 5 ) ) );
		$this->assertSame( array( 6, 7 ), array_column( $report['problems'], 'line' ), 'a field of the second line has two' );
		$ada = get_user_by( 'email', 'ada@table.example.com' );
		$this->assertSame( 'Ada', $ada->first_name );
		$this->assertStringContainsString( 'Engines, analytical', self::row( self::id_of( $ada->ID ) )->document );
		$this->assertFalse( \Scimpress\Account_State::is_active( get_user_by( 'login', 'bob@table.example.com' )->ID ) );
		$this->assertSame( array( 4, 0, 0, 2, 2 ), $this->counts( $this->file( $head . $rows, '.csv' ) ) );
		$report = $this->report( $this->file( "name,mail\nx,y\n", '.csv' ) );
		$this->assertStringContainsString( 'userName', $report['problems'][0]['reason'] );
		$report = $this->report( $this->file( "userName,Vorname\nx@table.example.com,Ada\n", '.csv' ) );
		$this->assertSame( "'Vorname' is not an attribute of users", $report['problems'][0]['reason'] );
	}

	public function test_killed_import_is_finished_by_the_next(): void {
		$people = self::people( 220 );
		$file   = $this->file( self::lines( $people ) );
		$script = new Script( array( __DIR__ . '/fixtures/import.php', $file, '150' ) );
		$this->assertSame( '', $script->hear(), 'it ends without a word' );
		$script->stop();
		wp_cache_flush();
		$there = self::rows();
		$this->assertGreaterThanOrEqual( 100, $there );
		$this->assertLessThan( 150, $there );
		$this->assertSame( array( 220, 220 - $there, 0, $there, 0 ), $this->counts( $file ) );
		$this->assertSame( 220, self::rows() );
		$this->assertSame( 220, count( array_filter( self::user_ids(), static fn( int $id ): bool => User_Table::manages( $id ) ) ) );
		list( $text, $length, $reached, $finished ) = \WP_CLI::$bars[0];
		$this->assertSame( array( 'Importing', filesize( $file ), filesize( $file ), true ), array( $text, $length, $reached, $finished ) );
	}

	public function test_file_of_any_size_is_read_in_little_memory(): void {
		$file = tmpfile();
		fwrite( $file, '{"Resources": [' );
		$text = str_repeat( 'x', 1000 );
		for ( $index = 0; $index < 20000; $index++ ) {
			fwrite( $file, ( $index ? ',' : '' ) . "\n{\"userName\": \"$index\", \"emails\": [{\"value\": \"$text\"}]}" );
		}
		fwrite( $file, '], "more": "' . str_repeat( 'y', 3000000 ) . '"}' );
		rewind( $file );
		memory_reset_peak_usage();
		$before = memory_get_usage();
		$seen   = 0;
		foreach ( ( new Json_Stream( $file, 2097152 ) )->objects() as $line => $object ) {
			$this->assertSame( $seen + 2, $line );
			$this->assertSame( (string) $seen++, json_decode( $object )->userName );
		}
		fclose( $file );
		$this->assertSame( 20000, $seen );
		$this->assertLessThan( 4000000, memory_get_peak_usage() - $before, 'of 20 MB' );
	}

	public function test_what_is_no_file_or_option_is_refused(): void {
		$this->fails( 'an argument is missing', new Import_Command(), '' );
		$this->fails( 'cannot be read', new Import_Command(), '', array( '/nowhere/people.csv' ) );
		$this->fails( 'cannot be read', new Import_Command(), '', array( get_temp_dir() ) );
		$this->fails( 'unknown --force', new Import_Command(), '', array( 'x' ), array( 'force' => true ) );
		$this->fails( 'Invalid value', new Import_Command(), '', array( 'x' ), array( 'input' => 'xml' ) );
		$this->fails( 'table or JSON', new Import_Command(), '', array( 'wpo365' ), array( 'format' => 'csv' ) );
		$this->fails( 'WPO365 has left no settings', new Import_Command(), '', array( 'wpo365' ) );
		$this->assertSame( 'Success: 0 created, 0 updated, 0 unchanged, 0 failed.', \WP_CLI::run( new Import_Command(), '', array( $this->file( '' ) ) )[1] );
		$this->assertStringStartsWith( "name,value\nlines,0\n", \WP_CLI::run( new Import_Command(), '', array( $this->file( "\n\n" ) ), array( 'format' => 'csv' ) )[0] );
	}

	/**
	 * The report of an import.
	 *
	 * @param string $file    File.
	 * @param array  $options More options.
	 */
	private function report( string $file, array $options = array() ): array {
		return json_decode( (string) array_slice( \WP_CLI::run( new Import_Command(), '', array( $file ), array( 'format' => 'json' ) + $options ), -1 )[0], true );
	}

	/**
	 * Lines, and users created, updated, unchanged and failed.
	 *
	 * @param string $file    File.
	 * @param array  $options More options.
	 */
	private function counts( string $file, array $options = array() ): array {
		$report = $this->report( $file, $options );
		$this->assertSame( $options['dry-run'] ?? false, $report['dry'], wp_json_encode( $report ) );
		return array_values( array_intersect_key( $report, array_flip( array( 'lines', 'created', 'updated', 'unchanged', 'failed' ) ) ) );
	}

	/**
	 * SCIM id of an account.
	 *
	 * @param int $user_id User ID.
	 */
	private static function id_of( int $user_id ): string {
		return User_Table::of_users( array( $user_id ) )[ $user_id ]->id;
	}

	/**
	 * Numbers in their order.
	 *
	 * @param list<int> $numbers Numbers.
	 */
	private static function sorted( array $numbers ): array {
		sort( $numbers );
		return $numbers;
	}
}
