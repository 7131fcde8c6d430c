<?php
/**
 * The log as administrators, other users and attackers meet it.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Log_Profile;
use Scimpress\Admin\Log_Tab;
use Scimpress\Admin\Log_Widget;
use Scimpress\Admin\Page;
use Scimpress\Log\Criteria;
use Scimpress\Log\Csv;
use Scimpress\Log\Days;
use Scimpress\Log\Log_Table;
use Scimpress\Log\Settings;

/**
 * List, entry, file, settings, dashboard, profile.
 */
final class LogPageTest extends Log_Test_Case {

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = new Browser( self::$web );
		$this->browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
	}

	public function test_empty_log_says_what_will_be_there(): void {
		$body = $this->browser->get( self::PAGE )->body;
		$this->assertShows( 'Nothing has been provisioned yet.', $body );
		$this->assertHides( '<thead>', $body );
		$this->assertHides( 'name="scimpress_action" value="' . Log_Tab::EXPORT . '"', $body );
	}

	public function test_list_and_entry_show_what_happened(): void {
		$id = $this->scim( 'POST', '/Users', array( 'User-Agent' => 'Probe/1.0' ), self::user_json( array( 'userName' => 'mira@corp.example' ) ) )->json()['id'];
		$this->scim( 'PATCH', "/Users/$id", array(), self::patch( array( 'op' => 'replace', 'path' => 'title', 'value' => 'Clerk' ), array( 'op' => 'replace', 'path' => 'password', 'value' => 'correct horse' ) ) );
		$this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => 'mira@corp.example' ) ) );
		$body = $this->browser->get( self::PAGE )->body;
		foreach ( array( 'Create User', 'Update User', 'mira@corp.example', 'Probe/1.0', '127.0.0.0', '409 uniqueness', 'userName is already used', '<th scope="col">Time</th>', 'aria-current="page">Log' ) as $text ) {
			$this->assertShows( $text, $body );
		}
		$this->assertSame( 1, substr_count( $body, 'scimpress-log-failed' ) );
		$this->assertLessThan( strpos( $body, '>Update User<' ), strpos( $body, '409 uniqueness' ), 'newest first' );

		list( , $update ) = self::entries();
		$body             = $this->browser->get( self::PAGE . "&entry=$update->position" )->body;
		foreach ( array( '<code>title</code>', '<bdi>Clerk</bdi>', '<code>password</code>', '<bdi>set</bdi>', "PATCH /Users/$id", '&quot;value&quot;: &quot;***&quot;', $update->request, 'user-edit.php?user_id=' ) as $text ) {
			$this->assertShows( $text, $body );
		}
		foreach ( array( 'correct horse', $this->token ) as $secret ) {
			$this->assertHides( $secret, $body );
		}
		$this->assertShows( 'There is no such entry.', $this->browser->get( self::PAGE . '&entry=999999999' )->body );
	}

	public function test_entries_of_one_request_lead_to_each_other_and_to_the_request(): void {
		$first  = self::entry( array( 'request' => 'request-1', 'name' => 'first one', 'raw' => 'POST /Bulk' ) );
		$second = self::entry( array( 'request' => 'request-1', 'name' => 'second one' ) );
		$body   = $this->browser->get( self::PAGE . "&entry=$second->position" )->body;
		$this->assertShows( "entry=$first->position", $body );
		$this->assertShows( 'POST /Bulk', $body );
		$this->assertHides( 'POST /Bulk', $this->browser->get( self::PAGE )->body );
	}

	public function test_pages_hold_every_entry_once_in_both_directions(): void {
		for ( $number = 1; $number <= 120; $number++ ) {
			self::entry( array( 'name' => "person-$number." ) );
		}
		$seen = array();
		$url  = self::PAGE;
		$path = array();
		while ( null !== $url ) {
			$path[] = $url;
			$body   = $this->browser->get( $url )->body;
			preg_match_all( '/<bdi>person-(\d+)\./', $body, $found );
			$this->assertLessThanOrEqual( 50, count( $found[1] ) );
			$pages[] = $found[1];
			$seen    = array_merge( $seen, $found[1] );
			$url     = self::link( $body, 'next' );
		}
		$this->assertSame( array_map( 'strval', range( 120, 1 ) ), $seen );
		$this->assertCount( 3, $path );
		preg_match_all( '/<bdi>person-(\d+)\./', $body = $this->browser->get( self::link( $body, 'prev' ) )->body, $back );
		$this->assertSame( $pages[1], $back[1] );
		preg_match_all( '/<bdi>person-(\d+)\./', $body = $this->browser->get( self::link( $body, 'prev' ) )->body, $back );
		$this->assertSame( $pages[0], $back[1] );
		$this->assertNull( self::link( $body, 'prev' ) );
	}

	public function test_filters_and_search(): void {
		$day = static fn( string $date ): int => ( new \DateTimeImmutable( $date, wp_timezone() ) )->getTimestamp() * 1000;
		self::entry( array( 'name' => 'one.', 'name_key' => 'one.', 'time' => $day( '2026-01-01 23:59:59' ), 'operation' => 'create' ) );
		self::entry( array( 'name' => 'two.', 'name_key' => 'two.', 'time' => $day( '2026-01-02 00:00:00' ), 'failed' => 1, 'status' => 409, 'scim_id' => 'id-of-two' ) );
		self::entry( array( 'name' => 'three.', 'name_key' => 'three.', 'time' => $day( '2026-01-02 23:59:59' ), 'operation' => 'delete', 'request' => 'request-three' ) );
		self::entry( array( 'name' => 'four.', 'name_key' => 'two.', 'time' => $day( '2026-01-03 00:00:00' ), 'failed' => 1, 'status' => 500, 'operation' => 'delete' ) );
		$cases = array(
			array( array(), 'four three two one' ),
			array( array( 'failed' => '1' ), 'four two' ),
			array( array( 'operation' => 'delete' ), 'four three' ),
			array( array( 'operation' => 'delete', 'failed' => '1' ), 'four' ),
			array( array( 'operation' => 'explode' ), 'four three two one' ),
			array( array( 'from' => '2026-01-02' ), 'four three two' ),
			array( array( 'to' => '2026-01-02' ), 'three two one' ),
			array( array( 'from' => '2026-01-02', 'to' => '2026-01-02' ), 'three two' ),
			array( array( 'from' => '2026-01-04' ), '' ),
			array( array( 'to' => '2025-12-31' ), '' ),
			array( array( 'from' => '2026-02-31', 'to' => 'x' ), 'four three two one' ),
			array( array( 's' => ' TWO. ' ), 'four two' ),
			array( array( 's' => 'id-of-two' ), 'two' ),
			array( array( 's' => 'request-three' ), 'three' ),
			array( array( 's' => 'tw' ), '' ),
			array( array( 's' => 'two.', 'operation' => 'delete' ), 'four' ),
			array( array( 's' => "' OR 1=1 -- " ), '' ),
			array( array( 's' => "%\0\xff" ), '' ),
			array( array( 's' => array( 'x' ), 'failed' => array( 'x' ), 'from' => array() ), 'four three two one' ),
			array( array( 'before' => '-1', 'after' => 'x' ), 'four three two one' ),
		);
		foreach ( $cases as list( $fields, $expected ) ) {
			$case = wp_json_encode( $fields, JSON_PARTIAL_OUTPUT_ON_ERROR );
			$body = $this->browser->get( self::PAGE . '&' . http_build_query( $fields ) )->body;
			preg_match_all( '/<bdi>(\w+)\.<\/bdi>/', $body, $found );
			$this->assertSame( $expected, implode( ' ', $found[1] ), $case );
			$where = Criteria::of( $fields )->where();
			$this->assertSame( $expected, null === $where ? '' : rtrim( str_replace( '.', '', implode( ' ', array_column( Log_Table::page( $where, null, null, 9 ), 'name' ) ) ) ), $case );
		}
		$this->assertShows( 'No entry fits.', $this->browser->get( self::PAGE . '&s=nobody' )->body );
		$this->assertMatchesRegularExpression( '/value="delete"\s+selected/', $this->browser->get( self::PAGE . '&operation=delete' )->body );
	}

	public function test_every_page_is_read_by_an_index(): void {
		global $wpdb;
		for ( $number = 0; $number < 300; $number++ ) {
			self::entry( array( 'name_key' => "n$number", 'scim_id' => "i$number", 'request' => "request-$number", 'user_id' => $number, 'failed' => (int) ( 0 === $number % 40 ), 'operation' => 0 === $number % 30 ? 'delete' : 'update', 'time' => 1000 * $number ) );
		}
		$sqlite = \Scimpress\Store\Database_Error::is_sqlite( $wpdb );
		if ( ! $sqlite ) {
			$wpdb->query( 'ANALYZE TABLE ' . Log_Table::name() );
		}
		$cases = array(
			'PRIMARY'   => array(),
			'failed'    => array( 'failed = 1' ),
			'operation' => array( "operation = 'delete'" ),
			'failure'   => array( "failure = 'delete'" ),
			'name_key'  => array( "name_key = 'n7'" ),
			'scim_id'   => array( "scim_id = 'i7'" ),
			'request'   => array( "request = 'request-7'" ),
			'user_id'   => array( 'user_id = 7' ),
		);
		foreach ( $cases as $index => $where ) {
			foreach ( array( array(), array( 'position < 100000000' ) ) as $more ) {
				$this->assertMatchesRegularExpression( "/$index/", $this->plan( Log_Table::select( array_merge( $where, $more ), 'DESC', 51 ) ), $index );
			}
		}
		foreach ( array( true, false ) as $first ) {
			$sql = $this->last_query( static fn() => Log_Table::position_at( 5000, $first ) );
			$this->assertMatchesRegularExpression( '/time/', $this->plan( $sql ) );
		}
		$this->assertMatchesRegularExpression( '/time/', $this->plan( $this->last_query( static fn() => Log_Table::counts( 0, 5000 ) ) ) );
		$this->assertStringNotContainsString( 'OFFSET', Log_Table::select( array(), 'DESC', 51 ) );
	}

	public function test_text_of_others_is_escaped_everywhere(): void {
		$attack = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
		$user   = $this->stranger();
		$entry  = self::entry(
			array(
				'name'      => $attack,
				'name_key'  => $attack,
				'agent'     => $attack,
				'token'     => substr( $attack, 0, 60 ),
				'address'   => substr( $attack, 0, 40 ),
				'message'   => $attack,
				'scim_id'   => $attack,
				'scim_type' => substr( $attack, 0, 30 ),
				'resource'  => substr( $attack, 0, 60 ),
				'operation' => '"><script>',
				'raw'       => $attack,
				'failed'    => 1,
				'user_id'   => $user->ID,
				'changes'   => wp_json_encode(
					array(
						'attributes' => array( array( 'path' => $attack, 'old' => $attack, 'new' => $attack ) ),
						'members'    => array( 'joined' => array( $attack ) ),
					)
				),
			)
		);
		$pages = array( self::PAGE, self::PAGE . "&entry=$entry->position", self::PAGE . '&' . http_build_query( array( 's' => $attack ) ), self::PAGE . '&' . http_build_query( array( 's' => "$attack no" ) ), '/wp-admin/index.php', "/wp-admin/user-edit.php?user_id=$user->ID" );
		foreach ( $pages as $page ) {
			$body = $this->browser->get( $page )->body;
			foreach ( array( '<script>alert(1)', '<img src=x', '"><script>' ) as $raw ) {
				$this->assertHides( $raw, $body, $page );
			}
			$this->assertShows( '&lt;script&gt;alert(1)', $body, $page );
		}
	}

	public function test_file_holds_what_fits_and_no_formulas(): void {
		foreach ( array( '=cmd|x', '+1', '-1', '@x', "\tx", "\rx", ' =x', "\n=x", '＝x', 'harmless', 'a "b", c' ) as $number => $name ) {
			self::entry( array( 'name' => $name, 'failed' => $number % 2, 'message' => "=m$number" ) );
		}
		$reply = $this->export();
		$this->assertSame( 200, $reply->status );
		$this->assertSame( 'text/csv; charset=utf-8', $reply->header( 'content-type' ) );
		$this->assertMatchesRegularExpression( '/^attachment; filename="scimpress-log-[\d-]+\.csv"$/', $reply->header( 'content-disposition' ) );
		$this->assertSame( 'nosniff', $reply->header( 'x-content-type-options' ) );
		$this->assertStringContainsString( 'no-store', $reply->header( 'cache-control' ) );
		$body = $reply->body;
		$this->assertStringStartsWith( "\xEF\xBB\xBF\"time\"", $body );
		$rows = self::csv( $body );
		$this->assertSame( Csv::COLUMNS, $rows[0] );
		$names = array_column( array_slice( $rows, 1 ), 9 );
		$this->assertSame( array( 'a "b", c', 'harmless', "'＝x", "'\n=x", "' =x", "'\rx", "'\tx", "'@x", "'-1", "'+1", "'=cmd|x" ), $names );
		$this->assertSame( array( 'harmless', "'\n=x" ), array( self::csv( $this->export( array( 'failed' => '1' ) )->body )[1][9], self::csv( $this->export( array( 'failed' => '1' ) )->body )[2][9] ) );
		$this->assertCount( 1, self::csv( $this->export( array( 's' => 'nobody' ) )->body ) );
	}

	public function test_a_long_file_is_written_in_pieces_and_complete(): void {
		$row = array_diff_key( (array) self::entry(), array( 'position' => 1, 'refusal' => 1, 'times' => 1 ) );
		Log_Table::append( array_fill( 0, 1200, $row ) );
		$pieces = array();
		Csv::write(
			new Criteria(),
			static function ( string $piece ) use ( &$pieces ): void {
				$pieces[] = substr_count( $piece, "\r\n" );
			}
		);
		$this->assertSame( array( 1, 500, 500, 201 ), $pieces );
	}

	public function test_settings_are_saved_shown_and_bounded(): void {
		$reply = $this->fill( Log_Tab::SAVE, array( 'days' => '7', 'rows' => '1000', 'megabytes' => '5', 'anonymise' => '1', 'full_addresses' => '1' ) );
		$this->assertSame( 303, $reply->status );
		$this->assertSame( array( 'enabled' => false, 'days' => 7, 'rows' => 1000, 'megabytes' => 5, 'anonymise' => true, 'full_addresses' => true ), Settings::all() );
		$body = $this->browser->get( self::PAGE . '&saved=1' )->body;
		foreach ( array( 'Settings saved.', 'The log is switched off', 'value="1000"', 'name="anonymise" value="1"  checked' ) as $text ) {
			$this->assertShows( $text, preg_replace( '/value="1" +checked/', 'value="1"  checked', $body ) );
		}
		$this->fill( Log_Tab::SAVE, array( 'enabled' => '1', 'days' => '-5', 'rows' => '99999999999999999999', 'megabytes' => '<script>' ) );
		$this->assertSame( array( 'enabled' => true, 'days' => 5, 'rows' => Settings::MOST['rows'], 'megabytes' => 5, 'anonymise' => false, 'full_addresses' => false ), Settings::all() );
		$this->fill( Log_Tab::SAVE, array( 'enabled' => array( 'x' ), 'days' => array( '3' ), 'rows' => '', 'megabytes' => str_repeat( '9', 1 << 20 ) ) );
		$this->assertSame( array( 5, Settings::MOST['rows'], 5 ), array( Settings::all()['days'], Settings::all()['rows'], Settings::all()['megabytes'] ) );
	}

	public function test_nothing_happens_without_nonce_or_capability(): void {
		self::entry( array( 'name' => 'harmless' ) );
		$before = Settings::all();
		$good   = array( Log_Tab::SAVE => $this->nonce( $this->browser, self::PAGE, Log_Tab::SAVE ), Log_Tab::EXPORT => $this->nonce( $this->browser, self::PAGE, Log_Tab::EXPORT ) );
		foreach ( array( Log_Tab::SAVE => Log_Tab::EXPORT, Log_Tab::EXPORT => Log_Tab::SAVE ) as $action => $other ) {
			foreach ( array( '', 'wrong', $good[ $other ] ) as $nonce ) {
				$reply = $this->browser->post( self::PAGE, array( Page::ACTION => $action, '_wpnonce' => $nonce, 'days' => '3' ) );
				$this->assertSame( 403, $reply->status, "$action $nonce" );
				$this->assertHides( 'harmless', $reply->body );
			}
			foreach ( array( 'subscriber', 'editor' ) as $role ) {
				$browser = new Browser( self::$web );
				$browser->sign_in( $this->stranger( array( 'role' => $role ) )->user_login, 'secret phrase' );
				foreach ( array( $browser->post( self::PAGE, array( Page::ACTION => $action, '_wpnonce' => $good[ $action ] ) ), $browser->get( self::PAGE ) ) as $reply ) {
					$this->assertSame( 403, $reply->status, $role );
					$this->assertHides( 'harmless', $reply->body );
				}
				$this->assertHides( 'scimpress_log', $browser->get( '/wp-admin/index.php' )->body, 'no widget' );
			}
		}
		wp_cache_flush();
		$this->assertSame( $before, Settings::all() );
	}

	public function test_dashboard_shows_failures_first_and_a_chart_that_can_be_read(): void {
		self::entry( array( 'name' => 'mira@corp.example', 'failed' => 1, 'status' => 409, 'message' => 'taken' ) );
		self::entry();
		$body = $this->browser->get( '/wp-admin/index.php' )->body;
		$this->assertSame( 1, preg_match( '/id="scimpress_log".*?<\/svg>.*?<\/table>/s', $body, $widget ) );
		$this->assertLessThan( strpos( $widget[0], '<svg' ), strpos( $widget[0], 'taken' ) );
		$this->assertMatchesRegularExpression( '/<svg[^>]* role="img" aria-label="[^"]+"/', $widget[0] );
		$this->assertSame( 2, substr_count( $widget[0], '<rect ' ) );
		$this->assertMatchesRegularExpression( '/<td>1<\/td><td>1<\/td>/', $widget[0] );
		$this->assertSame( Days::SHOWN, substr_count( $widget[0], '<th scope="row">' ) );
	}

	public function test_days_that_are_over_are_counted_once(): void {
		$now       = new \DateTimeImmutable( 'now', wp_timezone() );
		$yesterday = $now->modify( '-1 day' )->getTimestamp() * 1000;
		$day       = $now->modify( '-1 day' )->format( 'Y-m-d' );
		self::entry( array( 'time' => $yesterday ) );
		Days::close();
		self::entry( array( 'time' => $yesterday, 'failed' => 1 ) );
		$this->assertSame( array( 1, 0 ), Days::last()[ $day ] );
		delete_option( Days::OPTION );
		$this->assertSame( array( 1, 1 ), Days::last()[ $day ] );
		Days::close();
		$this->assertSame( 1, self::queries( static fn() => Days::last() ), 'today alone' );
		$this->assertContains( $GLOBALS['wpdb']->get_var( "SELECT autoload FROM {$GLOBALS['wpdb']->options} WHERE option_name = 'scimpress_log_days'" ), array( 'no', 'off' ) );
	}

	public function test_profile_shows_the_last_entries_of_that_user(): void {
		list( $mira, $other ) = array( $this->stranger(), $this->stranger() );
		for ( $number = 1; $number <= 12; $number++ ) {
			self::entry( array( 'user_id' => $mira->ID, 'message' => "mira-$number." ) );
		}
		self::entry( array( 'user_id' => $other->ID, 'message' => 'other.' ) );
		$body = $this->browser->get( "/wp-admin/user-edit.php?user_id=$mira->ID" )->body;
		preg_match_all( '/mira-(\d+)\./', $body, $found );
		$this->assertSame( array_map( 'strval', range( 12, 3 ) ), $found[1] );
		$this->assertHides( 'other.', $body );
		wp_set_current_user( $mira->ID );
		ob_start();
		Log_Profile::render( $mira );
		$this->assertSame( '', ob_get_clean(), 'not for those who may not see the log' );
	}

	/**
	 * Exports.
	 *
	 * @param array $fields Filters.
	 */
	private function export( array $fields = array() ): Reply {
		return $this->fill( Log_Tab::EXPORT, $fields );
	}

	/**
	 * Sends a form of the tab.
	 *
	 * @param string $action What the form does.
	 * @param array  $fields Fields.
	 */
	private function fill( string $action, array $fields ): Reply {
		return $this->submit( $this->browser, self::PAGE, $action, $fields );
	}

	/**
	 * Where a link of a page leads.
	 *
	 * @param string $body The page.
	 * @param string $rel  `next` or `prev`.
	 */
	private static function link( string $body, string $rel ): ?string {
		return preg_match( "/rel=\"$rel\" href=\"([^\"]+)\"/", $body, $found ) ? preg_replace( '#^https?://[^/]+#', '', html_entity_decode( $found[1] ) ) : null;
	}

	/**
	 * Reads CSV.
	 *
	 * @param string $text The file.
	 * @return list<list<string>>
	 */
	private static function csv( string $text ): array {
		$stream = fopen( 'php://memory', 'w+' );
		fwrite( $stream, substr( $text, 3 ) );
		rewind( $stream );
		$rows = array();
		while ( false !== ( $row = fgetcsv( $stream, null, ',', '"', '' ) ) ) { // phpcs:ignore
			$rows[] = $row;
		}
		fclose( $stream );
		return $rows;
	}

	/**
	 * How the database will run a query.
	 *
	 * @param string $sql The query.
	 */
	private function plan( string $sql ): string {
		global $wpdb;
		if ( ! \Scimpress\Store\Database_Error::is_sqlite( $wpdb ) ) {
			$plan = $wpdb->get_results( "EXPLAIN $sql" )[0];
			$this->assertStringNotContainsString( 'filesort', str_contains( $sql, 'ORDER BY' ) ? (string) $plan->Extra : '', $sql );
			return (string) $plan->key;
		}
		$database = new \PDO( 'sqlite:' . FQDB );
		$rows     = $database->query( 'EXPLAIN QUERY PLAN ' . $sql )->fetchAll( \PDO::FETCH_COLUMN, 3 );
		$plan     = implode( ' | ', $rows );
		$this->assertStringNotContainsString( 'TEMP B-TREE FOR ORDER', $plan, $sql );
		// In SQLite the table is its primary key.
		return 'SCAN ' . Log_Table::name() === $plan || str_contains( $plan, 'INTEGER PRIMARY KEY' ) ? "PRIMARY $plan" : $plan;
	}

	/**
	 * The last query that something sends.
	 *
	 * @param callable $work It.
	 */
	private function last_query( callable $work ): string {
		$last = '';
		$note = static function ( string $sql ) use ( &$last ): string {
			$last = $sql;
			return $sql;
		};
		add_filter( 'query', $note );
		$work();
		remove_filter( 'query', $note );
		return $last;
	}
}
