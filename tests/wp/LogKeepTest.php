<?php
/**
 * How long entries of the log live, and whose they are.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Log\Anonymiser;
use Scimpress\Log\Backlog;
use Scimpress\Log\Command;
use Scimpress\Log\Log_Table;
use Scimpress\Log\Privacy;
use Scimpress\Log\Pruner;
use Scimpress\Log\Settings;

/**
 * Retention, personal data tools, the command.
 */
final class LogKeepTest extends Log_Test_Case {

	/** Milliseconds; a day is 86,400,000. */
	private const NOW = 1795330800000;

	public function test_what_is_too_old_goes(): void {
		Settings::update( array( 'days' => 2 ) );
		foreach ( array( 3, 2.001, 1.999, 0 ) as $age ) {
			self::entry( array( 'name' => (string) $age, 'time' => self::NOW - (int) ( $age * 86400000 ) ) );
		}
		$this->assertSame( array( 2, true ), Pruner::prune( '__return_true', self::NOW ) );
		$this->assertSame( array( '1.999', '0' ), array_column( self::entries(), 'name' ) );
		$this->assertSame( array( 0, true ), Pruner::prune( '__return_true', self::NOW ) );
	}

	public function test_what_is_too_much_goes_oldest_first(): void {
		for ( $number = 1; $number <= 5; $number++ ) {
			self::entry( array( 'name' => (string) $number, 'size' => MB_IN_BYTES ) );
		}
		Settings::update( array( 'megabytes' => 4 ) );
		$this->assertSame( 1, Pruner::prune( '__return_true' )[0] );
		Settings::update( array( 'rows' => 2 ) );
		$this->assertSame( 2, Pruner::prune( '__return_true' )[0] );
		$this->assertSame( array( '4', '5' ), array_column( self::entries(), 'name' ) );
	}

	public function test_a_run_ends_between_batches_and_the_next_goes_on(): void {
		$row = array_diff_key( (array) self::entry( array( 'time' => 0 ) ), array( 'position' => 1, 'refusal' => 1, 'times' => 1 ) );
		Log_Table::append( array_fill( 0, 2500, $row ) );
		$statements = array();
		$note       = static function ( string $sql ) use ( &$statements ): string {
			$statements[] = substr( $sql, 0, 6 );
			return $sql;
		};
		add_filter( 'query', $note );
		$this->assertSame( array( 1000, false ), Pruner::prune( '__return_false', self::NOW ) );
		remove_filter( 'query', $note );
		$this->assertSame( 1, array_count_values( $statements )['DELETE'] );
		$this->assertSame( array( 1501, true ), Pruner::prune( '__return_true', self::NOW ) );
		$this->assertSame( array(), self::entries() );
	}

	public function test_when_names_are_to_be_replaced_those_that_are_there_follow(): void {
		$id   = $this->scim( 'POST', '/Users', array(), $this->mira() )->json()['id'];
		$name = self::entries()[0]->name;
		for ( $number = 0; $number < 250; $number++ ) {
			self::entry( array( 'name' => $name, 'name_key' => self::entries()[0]->name_key, 'address' => '192.0.2.0', 'raw' => 'POST', 'message' => "userName: 'Mira'" ) );
		}
		Settings::update( array( 'anonymise' => true ) );
		$this->assertIsInt( wp_next_scheduled( Backlog::HOOK ) );
		$this->scim( 'PATCH', "/Users/$id", array(), self::patch( array( 'op' => 'replace', 'path' => 'title', 'value' => 'Clerk' ) ) );

		$this->assertFalse( Backlog::replace( '__return_false' ) );
		$this->assertCount( 51, array_filter( self::entries(), static fn( object $entry ): bool => $entry->name === $name ), 'a batch, then the next run goes on' );
		wp_clear_scheduled_hook( Backlog::HOOK );
		// The daily task finds what a killed run has left.
		Pruner::run();
		$this->assertIsInt( wp_next_scheduled( Backlog::HOOK ) );
		$this->assertTrue( Backlog::replace( '__return_true' ) );

		$entries = self::entries();
		$this->assertCount( 1, array_unique( array_column( $entries, 'name' ) ), 'the person can still be followed' );
		$this->assertStringStartsWith( 'anonymous-', $entries[0]->name );
		$this->assertSame( array( '' ), array_values( array_unique( array_column( $entries, 'address' ) ) ) );
		$this->assertSame( array( null ), array_values( array_unique( array_column( $entries, 'raw' ) ) ) );
		foreach ( array( 'Mira', 'mira', '192.0.2' ) as $text ) {
			self::assertNotLogged( $text );
		}
		$this->assertFalse( get_option( Backlog::OPTION ) );
		$this->assertTrue( Backlog::replace( '__return_true' ) );
		$this->assertSame( $entries[0]->name, self::entries()[0]->name );
	}

	public function test_who_changes_his_mind_stops_it(): void {
		self::entry( array( 'name' => 'mira', 'name_key' => 'mira' ) );
		Settings::update( array( 'anonymise' => true ) );
		Settings::update( array( 'anonymise' => false ) );
		$this->assertFalse( wp_next_scheduled( Backlog::HOOK ) );
		do_action( Backlog::HOOK );
		$this->assertSame( 'mira', self::entries()[0]->name );

		// A run that was at work just then has written down how far it is.
		update_option(
			Backlog::OPTION,
			array(
				'done'  => 0,
				'until' => PHP_INT_MAX,
			)
		);
		Pruner::run();
		$this->assertFalse( wp_next_scheduled( Backlog::HOOK ) );
		do_action( Backlog::HOOK );
		$this->assertSame( 'mira', self::entries()[0]->name );
	}

	public function test_task_is_daily_ends_with_the_plugin_and_requests_do_not_prune(): void {
		Pruner::unschedule();
		$this->assertFalse( wp_next_scheduled( Pruner::HOOK ) );
		Pruner::schedule();
		Pruner::schedule();
		$this->assertSame( 'daily', wp_get_schedule( Pruner::HOOK ) );
		$count = 0;
		foreach ( _get_cron_array() as $events ) {
			$count += count( $events[ Pruner::HOOK ] ?? array() );
		}
		$this->assertSame( 1, $count );

		Settings::update( array( 'days' => 1 ) );
		self::entry( array( 'time' => 0 ) );
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), self::user_json() ) );
		$this->assertCount( 2, self::entries() );
		do_action( Pruner::HOOK );
		$this->assertCount( 1, self::entries() );
		$this->assertCount( 13, get_option( \Scimpress\Log\Days::OPTION ) );
	}

	public function test_export_holds_resource_and_entries_of_the_person_and_of_nobody_else(): void {
		$id = $this->scim( 'POST', '/Users', array(), $this->mira() )->json()['id'];
		$this->scim( 'PATCH', "/Users/$id", array(), self::patch( array( 'op' => 'replace', 'path' => 'title', 'value' => '<b>Clerk</b>' ), array( 'op' => 'replace', 'path' => 'password', 'value' => 'correct horse' ) ) );
		$this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => 'other@corp.example' ) ) );
		$user_id = get_user_by( 'email', 'mira@mail.example' )->ID;
		for ( $number = 0; $number < 120; $number++ ) {
			self::entry( array( 'user_id' => $user_id, 'message' => "entry $number." ) );
		}
		$exporter = apply_filters( 'wp_privacy_personal_data_exporters', array() )['scimpress'];
		$data     = array();
		$page     = 0;
		do {
			$answer = ( $exporter['callback'] )( 'mira@mail.example', ++$page );
			$data   = array_merge( $data, $answer['data'] );
		} while ( ! $answer['done'] );
		$this->assertSame( 2, $page );
		$this->assertSame( array( 'scimpress' => 1, 'scimpress-log' => 122 ), array_count_values( array_column( $data, 'group_id' ) ) );
		$this->assertCount( 123, array_unique( array_column( $data, 'item_id' ) ) );
		$text = (string) wp_json_encode( $data, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
		foreach ( array( $id, 'mira@corp.example', 'Mira Halvorsen', '&lt;b&gt;Clerk', 'entry 119.' ) as $piece ) {
			$this->assertStringContainsString( $piece, $text );
		}
		foreach ( array( 'other@corp.example', 'correct horse', '<b>' ) as $piece ) {
			$this->assertStringNotContainsString( $piece, $text );
		}
		$this->assertSame( array( 'data' => array(), 'done' => true ), Privacy::export( 'nobody@corp.example' ) );
	}

	public function test_erasing_takes_the_person_out_and_says_what_stays(): void {
		$id = $this->scim( 'POST', '/Users', array(), $this->mira() )->json()['id'];
		$this->scim( 'POST', '/Users', array(), $this->mira() );
		$this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => 'other@corp.example', 'displayName' => 'Else' ) ) );
		$eraser = apply_filters( 'wp_privacy_personal_data_erasers', array() )['scimpress'];
		$answer = ( $eraser['callback'] )( 'mira@mail.example', 1 );
		$this->assertSame( array( true, true, true ), array( $answer['items_removed'], $answer['items_retained'], $answer['done'] ) );
		$this->assertStringContainsString( 'keeps the link', $answer['messages'][0] );
		foreach ( array( 'mira', 'Mira', 'Halvorsen', $id ) as $piece ) {
			$this->assertNotLogged( $piece );
		}
		$entries = self::entries();
		$this->assertSame( array( 'create', 'create', 'create' ), array_column( $entries, 'operation' ) );
		$this->assertSame( array( '201', '409', '201' ), array_column( $entries, 'status' ) );
		$this->assertSame( array( null, Anonymiser::GONE ), self::attributes( $entries[0] )['displayName'] );
		$this->assertSame( array( null, null, null ), array( $entries[0]->user_id, $entries[0]->scim_id, $entries[0]->raw ) );
		$this->assertStringContainsString( 'other@corp.example', $entries[2]->raw );
		$this->assertScim( 200, $this->scim( 'GET', "/Users/$id" ) );
		$this->assertFalse( ( $eraser['callback'] )( 'mira@mail.example', 1 )['items_removed'] );
	}

	public function test_erasing_finds_who_has_no_account_any_more_and_anonymous_entries(): void {
		self::entry( array( 'name' => 'Mira@Corp.example', 'name_key' => 'mira@corp.example', 'message' => "'Mira' is taken" ) );
		self::entry( array( 'name' => Anonymiser::name( 'mira@corp.example' ), 'name_key' => Anonymiser::name( 'mira@corp.example' ) ) );
		$answer = Privacy::erase( 'MIRA@corp.example' );
		$this->assertSame( array( true, false, array() ), array( $answer['items_removed'], $answer['items_retained'], $answer['messages'] ) );
		$this->assertNotLogged( 'ira' );
		$this->assertNotLogged( 'anonymous' );
	}

	public function test_erasing_drops_a_bulk_request_that_stands_with_somebody_else(): void {
		self::entry( array( 'request' => 'request-1', 'name_key' => 'else@corp.example', 'name' => 'else@corp.example', 'raw' => 'else and mira' ) );
		self::entry( array( 'request' => 'request-1', 'name_key' => 'mira@corp.example', 'name' => 'mira@corp.example' ) );
		self::entry( array( 'request' => 'request-2', 'raw' => 'others' ) );
		Privacy::erase( 'mira@corp.example' );
		$this->assertSame( array( null, null, 'others' ), array_column( self::entries(), 'raw' ) );
		$this->assertSame( 'else@corp.example', self::entries()[0]->name );
	}

	public function test_erasing_many_entries_takes_several_pages(): void {
		$user = $this->stranger();
		$row  = array_diff_key( (array) self::entry( array( 'user_id' => $user->ID, 'name' => 'gone' ) ), array( 'position' => 1, 'refusal' => 1, 'times' => 1 ) );
		Log_Table::append( array_fill( 0, 149, $row ) );
		$this->assertFalse( Privacy::erase( $user->user_email )['done'] );
		$this->assertTrue( Privacy::erase( $user->user_email )['done'] );
		$this->assertNotLogged( 'gone' );
	}

	public function test_privacy_policy_has_a_text_of_ours(): void {
		$browser = new Browser( self::$web );
		$browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
		$this->assertShows( 'deleted after 90 days at the latest', $browser->get( '/wp-admin/options-privacy.php?tab=policyguide' )->body );
	}

	public function test_command_lists_shows_exports_and_prunes(): void {
		require_once __DIR__ . '/fixtures/wp-cli.php';
		\WP_CLI::$items = array();
		\WP_CLI::$said  = array();
		$command        = new Command();
		$one            = self::entry( array( 'name' => '=one', 'name_key' => '=one', 'failed' => 1, 'status' => 409, 'message' => 'taken' ) );
		$two            = self::entry( array( 'name' => 'two', 'name_key' => 'two', 'operation' => 'delete', 'raw' => 'DELETE /Users/2', 'changes' => '{"attributes":[{"path":"title","old":"a","new":null}]}' ) );

		$names = static fn(): array => array_column( end( \WP_CLI::$items )[1], 'name' );
		$command->list_( array(), array() );
		$this->assertSame( array( 'two', '=one' ), $names() );
		$this->assertSame( 'table', end( \WP_CLI::$items )[0] );
		$this->assertSame( array( 'entry', 'time', 'operation', 'resource', 'name', 'scim_id', 'status', 'message', 'duration_ms', 'times', 'request' ), array_keys( end( \WP_CLI::$items )[1][0] ) );
		foreach ( array( array( array( 'failed' => true ), array( '=one' ) ), array( array( 'operation' => 'delete' ), array( 'two' ) ), array( array( 'search' => 'TWO' ), array( 'two' ) ), array( array( 'search' => 'nobody' ), array() ), array( array( 'limit' => '1' ), array( 'two' ) ), array( array( 'before' => $two->position ), array( '=one' ) ), array( array( 'from' => '2999-01-01' ), array() ) ) as list( $options, $expected ) ) {
			$command->list_( array(), $options );
			$this->assertSame( $expected, $names(), wp_json_encode( $options ) );
		}
		$command->list_( array(), array( 'format' => 'csv', 'failed' => true ) );
		$this->assertSame( array( "'=one" ), $names() );

		$command->show( array( $two->position ), array() );
		$shown = array_column( end( \WP_CLI::$items )[1], 'value', 'field' );
		$this->assertSame( array( 'two', 'title: a → –', 'DELETE /Users/2' ), array( $shown['name'], $shown['changes'], $shown['raw'] ) );
		$command->show( array( $two->position ), array( 'format' => 'json' ) );
		$this->assertSame( 'title', json_decode( end( \WP_CLI::$said ), true )['changes']['attributes'][0]['path'] );
		try {
			$command->show( array( 'nonsense' ), array() );
			$this->fail( 'there is no such entry' );
		} catch ( \RuntimeException $said ) {
			$this->assertSame( 'There is no such entry.', $said->getMessage() );
		}

		ob_start();
		$command->export( array(), array( 'failed' => true ) );
		$this->assertMatchesRegularExpression( '/\A"time".*\r\n"[^\r]*"\'=one"[^\r]*\r\n\z/', ob_get_clean() );

		Settings::update( array( 'rows' => 1 ) );
		$command->prune( array(), array() );
		$this->assertSame( 'Success: 1 entry was removed.', end( \WP_CLI::$said ) );
		$this->assertSame( array( $two->position ), array_column( self::entries(), 'position' ) );
		unset( $one );
	}

	/**
	 * A user whose name and mailbox differ.
	 */
	private function mira(): string {
		return self::user_json( array( 'userName' => 'mira@corp.example', 'emails' => array( array( 'type' => 'work', 'primary' => true, 'value' => 'mira@mail.example' ) ) ) );
	}
}
