<?php
/**
 * What the log writes down.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Answer;
use Scimpress\Log\Log_Table;
use Scimpress\Log\Recorder;
use Scimpress\Log\Settings;

/**
 * Every request that changed something, or failed to, and nothing else.
 */
final class LogRecordTest extends Log_Test_Case {

	private const SECRET = 'Hunter2-correct-horse';

	public function test_every_field_of_a_create(): void {
		$before = (int) ( microtime( true ) * 1000 );
		$reply  = $this->scim( 'POST', '/Users', array( 'User-Agent' => 'Probe/1.0 <b>', 'X-Request-Id' => 'from-the-proxy-1' ), self::user_json( array( 'userName' => 'Mira@Corp.example' ) ) );
		$this->assertScim( 201, $reply );
		list( $entry ) = self::entries();
		$this->assertCount( 1, self::entries() );
		$this->assertSame(
			array( 'create', 'User', $reply->json()['id'], 'Mira@Corp.example', 'mira@corp.example', '201', '0', '', '', '1', 'from-the-proxy-1', 'Probe/1.0 <b>', \Scimpress\Tokens::stored()[0]['name'], '127.0.0.0' ),
			array( $entry->operation, $entry->resource, $entry->scim_id, $entry->name, $entry->name_key, $entry->status, $entry->failed, $entry->scim_type, $entry->message, $entry->times, $entry->request, $entry->agent, $entry->token, $entry->address )
		);
		$this->assertSame( get_user_by( 'login', 'mira@corp.example' )->ID, (int) $entry->user_id );
		$this->assertGreaterThanOrEqual( $before, (int) $entry->time );
		$this->assertLessThanOrEqual( (int) ( microtime( true ) * 1000 ) + 1, (int) $entry->time );
		$this->assertGreaterThan( 1000, (int) $entry->duration );
		$this->assertLessThan( 60e6, (int) $entry->duration );
		$this->assertSame( array( null, 'Mira Halvorsen' ), self::attributes( $entry )['displayName'] );
		$this->assertStringStartsWith( 'POST /Users', $entry->raw );
		$this->assertStringContainsString( '"userName": "Mira@Corp.example"', $entry->raw );
		$this->assertNotLogged( $this->token );
	}

	public function test_changes_are_written_and_reads_and_repetitions_are_not(): void {
		$id = $this->created();
		self::forget();
		$title = self::patch( array( 'op' => 'replace', 'path' => 'title', 'value' => 'Clerk' ) );
		$this->assertScim( 200, $this->scim( 'PATCH', "/Users/$id", array(), $title ) );
		$this->assertSame( array( array( 'title' => array( null, 'Clerk' ) ) ), array_map( array( self::class, 'attributes' ), self::entries() ) );
		$this->assertScim( 200, $this->scim( 'PATCH', "/Users/$id", array(), $title ) );
		$this->assertScim( 200, $this->scim( 'PUT', "/Users/$id", array(), $this->scim( 'GET', "/Users/$id" )->body ) );
		$this->assertScim( 404, $this->scim( 'GET', '/Users/nobody' ) );
		$this->assertScim( 400, $this->scim( 'GET', '/Users?filter=nonsense' ) );
		$this->assertCount( 1, self::entries() );
	}

	public function test_delete_shows_who_it_was_and_a_link_is_called_so(): void {
		$stranger = $this->stranger();
		$reply    = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => $stranger->user_login ) ) );
		$this->assertScim( 201, $reply );
		foreach ( array( 'deactivate', 'delete' ) as $on_delete ) {
			\Scimpress\Settings::update( array( 'on_delete' => $on_delete ) );
			wp_cache_flush();
			$this->assertScim( 204, $this->scim( 'DELETE', '/Users/' . $reply->json()['id'] ) );
			$reply = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => "again-$on_delete@corp.example.com" ) ) );
		}
		$said = array_map( static fn( object $entry ): array => array( $entry->operation, $entry->name, (int) $entry->user_id > 0 ), self::entries() );
		$this->assertSame(
			array(
				array( 'link', $stranger->user_login, true ),
				array( 'delete', $stranger->user_login, true ),
				array( 'create', 'again-deactivate@corp.example.com', true ),
				array( 'delete', 'again-deactivate@corp.example.com', true ),
				array( 'create', 'again-delete@corp.example.com', true ),
			),
			$said
		);
	}

	public function test_groups_and_their_members(): void {
		$id    = $this->created();
		$group = $this->scim( 'POST', '/Groups', array(), wp_json_encode( array( 'displayName' => 'Crew' ) ) )->json()['id'];
		self::forget();
		$this->scim( 'PATCH', "/Groups/$group", array(), self::patch( array( 'op' => 'add', 'path' => 'members', 'value' => array( array( 'value' => $id ) ) ) ) );
		$this->scim( 'PATCH', "/Groups/$group", array(), self::patch( array( 'op' => 'add', 'path' => 'members', 'value' => array( array( 'value' => $id ) ) ) ) );
		$this->scim( 'DELETE', "/Groups/$group" );
		$entries = self::entries();
		$this->assertSame( array( array( 'update', 'Crew' ), array( 'delete', 'Crew' ) ), array_map( static fn( object $entry ): array => array( $entry->operation, $entry->name ), $entries ) );
		$this->assertSame( array( $id ), json_decode( $entries[0]->changes, true )['members']['joined'] );
	}

	public function test_failures_say_why_and_whom(): void {
		$id = $this->created( array( 'userName' => 'mira@corp.example' ) );
		self::forget();
		$this->assertScim( 409, $this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => 'MIRA@corp.example' ) ) ) );
		$broken = $this->scim( 'PATCH', "/Users/$id", array(), '{"Operations": [' );
		$this->assertScim( 400, $broken );
		$this->assertScim( 404, $this->scim( 'DELETE', '/Users/nobody' ) );
		list( $conflict, $syntax, $missing ) = self::entries();
		$this->assertSame( array( 'create', 'MIRA@corp.example', '409', '1', 'uniqueness' ), array( $conflict->operation, $conflict->name, $conflict->status, $conflict->failed, $conflict->scim_type ) );
		$this->assertStringContainsString( 'userName is already used', $conflict->message );
		$this->assertSame( array( 'update', 'mira@corp.example', $id, 'invalidSyntax', $broken->json()['detail'] ), array( $syntax->operation, $syntax->name, $syntax->scim_id, $syntax->scim_type, $syntax->message ) );
		$this->assertSame( get_user_by( 'login', 'mira@corp.example' )->ID, (int) $syntax->user_id );
		$this->assertStringContainsString( 'not kept', $syntax->raw );
		$this->assertSame( array( 'delete', '', 'nobody', '404' ), array( $missing->operation, $missing->name, $missing->scim_id, $missing->status ) );
	}

	public function test_write_that_was_rolled_back_is_on_record(): void {
		foreach ( array( 'throws', 'throws-before', 'throws-after' ) as $scenario ) {
			self::forget();
			$users = self::user_ids();
			$reply = $this->scim( 'POST', '/Users', array( 'X-Scenario' => $scenario ), self::user_json( array( 'userName' => 'mira@corp.example' ) ) );
			$this->assertScim( 500, $reply );
			$this->assertSame( $users, self::user_ids() );
			list( $entry ) = self::entries();
			$this->assertSame( array( 'create', 'mira@corp.example', '500', '1', $reply->json()['detail'], null ), array( $entry->operation, $entry->name, $entry->status, $entry->failed, $entry->message, $entry->changes ), $scenario );
		}
	}

	public function test_each_operation_of_bulk_is_an_entry_and_the_request_stands_with_the_first(): void {
		$operations = array();
		foreach ( array( 'a', 'b', 'b' ) as $index => $name ) {
			$operations[] = array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => "b$index", 'data' => json_decode( self::user_json( array( 'userName' => "$name@corp.example", 'password' => self::SECRET, 'emails' => array() ) ), true ) );
		}
		$body  = wp_json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => $operations ) );
		$count = self::queries( fn() => $this->assertScim( 200, $this->scim( 'POST', '/Bulk', array(), $body ) ) );
		$this->assertSame( 0, $count );
		$entries = self::entries();
		$this->assertSame( array( '201', '201', '409' ), array_column( $entries, 'status' ) );
		$this->assertCount( 1, array_unique( array_column( $entries, 'request' ) ) );
		$this->assertSame( array( true, false, false ), array_map( static fn( object $entry ): bool => null !== $entry->raw, $entries ) );
		$this->assertNotLogged( self::SECRET );
	}

	public function test_bulk_that_a_plugin_interrupts_shows_what_was_done_before(): void {
		$operations = array(
			array( 'method' => 'POST', 'path' => '/Groups', 'bulkId' => 'g', 'data' => array( 'displayName' => 'Crew' ) ),
			array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => 'u', 'data' => json_decode( self::user_json(), true ) ),
		);
		$body = wp_json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => $operations ) );
		$this->assertScim( 500, $this->scim( 'POST', '/Bulk', array( 'X-Scenario' => 'throws' ), $body ) );
		$this->assertSame( array( array( 'Group', '201' ), array( 'User', '500' ) ), array_map( static fn( object $entry ): array => array( $entry->resource, $entry->status ), self::entries() ) );
	}

	public function test_one_insert_and_no_more(): void {
		global $wpdb;
		$answer  = new Answer( 200, array(), '', array(), array_fill( 0, 3, self::change() ) );
		$request = array( 'method' => 'PATCH', 'path' => '/Users/1', 'query' => array(), 'headers' => array(), 'body' => '' );
		Settings::all();
		$this->assertSame( 1, self::queries( static fn() => Recorder::record( $answer, $request ) ) );
		$this->assertSame( 0, self::queries( static fn() => Recorder::record( new Answer( 200, array(), '' ), $request ) ) );
		$this->assertCount( 3, self::entries() );
		$this->assertSame( '', $wpdb->last_error );
	}

	public function test_refused_requests_are_counted_and_cannot_flood_the_table(): void {
		for ( $time = 0; $time < 4; $time++ ) {
			$this->assertScim( 401, $this->scim( 'POST', '/Users', array( 'Authorization' => 'Bearer ' . str_repeat( 'x', 32 ) ), self::user_json() ) );
		}
		$entries = self::entries();
		// A minute may end in between.
		$this->assertLessThanOrEqual( 2, count( $entries ) );
		$this->assertSame( 4, array_sum( array_column( $entries, 'times' ) ) );
		$this->assertSame( array( 'refused', '401', '1', null ), array( $entries[0]->operation, $entries[0]->status, $entries[0]->failed, $entries[0]->raw ) );
		$this->assertStringContainsString( 'secret token', $entries[0]->message );
		$this->assertNotLogged( 'xxxxxxxx' );

		$_SERVER['REMOTE_ADDR'] = '';
		$this->afterwards(
			static function (): void {
				unset( $_SERVER['REMOTE_ADDR'] );
			}
		);
		self::forget();
		for ( $network = 0; $network < 300; $network++ ) {
			$_SERVER['REMOTE_ADDR'] = "10.0.$network.9";
			if ( $network > 255 ) {
				$_SERVER['REMOTE_ADDR'] = sprintf( '2001:db8:%x::1', $network );
			}
			Recorder::refused( 401, 'no' );
		}
		$entries = self::entries();
		$this->assertLessThanOrEqual( 32, count( $entries ), 'sixteen a minute' );
		$this->assertSame( 300, array_sum( array_column( $entries, 'times' ) ) );
		$this->assertContains( '', array_column( $entries, 'address' ), 'who shares a row has no address in it' );
	}

	public function test_each_reason_of_a_refusal_is_on_record(): void {
		foreach ( array( array( 'no header', '' ), array( 'no header', '' ), array( 'wrong token', '' ), array( 'expired', 'Entra' ), array( 'expired', 'Okta' ) ) as list( $detail, $token ) ) {
			Recorder::refused( 401, $detail, $token );
		}
		$found = array();
		foreach ( self::entries() as $entry ) {
			$found[ "$entry->message $entry->token" ] = ( $found[ "$entry->message $entry->token" ] ?? 0 ) + $entry->times;
		}
		ksort( $found );
		$this->assertSame( array( 'expired Entra' => 1, 'expired Okta' => 1, 'no header ' => 2, 'wrong token ' => 1 ), $found );
	}

	public function test_provisioning_that_is_switched_off_is_on_record(): void {
		\Scimpress\Settings::update( array( 'enabled' => false ) );
		$this->assertScim( 503, $this->scim( 'GET', '/Users' ) );
		$this->assertSame( array( array( 'refused', '503' ) ), array_map( static fn( object $entry ): array => array( $entry->operation, $entry->status ), self::entries() ) );
	}

	public function test_no_form_of_a_password_is_kept(): void {
		$id  = $this->created( array( 'password' => self::SECRET ) );
		$urn = 'urn:ietf:params:scim:schemas:core:2.0:User';
		foreach ( array(
			self::patch( array( 'op' => 'replace', 'path' => 'password', 'value' => self::SECRET . '1' ) ),
			self::patch( array( 'op' => 'replace', 'path' => "$urn:password", 'value' => self::SECRET . '2' ) ),
			self::patch( array( 'op' => 'replace', 'value' => array( 'PASSWORD' => self::SECRET . '3' ) ) ),
			self::patch( array( 'op' => 'replace', 'path' => 'title', 'value' => wp_json_encode( array( 'password' => self::SECRET ) ) ) ),
			substr( self::patch( array( 'op' => 'replace', 'path' => 'password', 'value' => self::SECRET ) ), 0, -1 ),
		) as $body
		) {
			$this->scim( 'PATCH', "/Users/$id?access_token=" . self::SECRET, array( 'Cookie' => 'a=' . self::SECRET, 'X-Api-Key' => self::SECRET ), $body );
		}
		$this->assertGreaterThan( 4, count( self::entries() ) );
		foreach ( self::entries() as $entry ) {
			// The title is no password, whatever it holds: it is stored and shown as what it is.
			$this->assertStringNotContainsString( self::SECRET, $entry->raw . $entry->message . $entry->agent );
		}
		$this->assertSame( array( null, 'set' ), self::attributes( self::entries()[1] )['password'] );
	}

	/**
	 * Texts that break what is built of them.
	 */
	public function hostile(): array {
		return array(
			'script'    => array( '<script>alert(1)</script>' ),
			'sql'       => array( "'; DROP TABLE wp_users; -- %s %d \\" ),
			'emoji'     => array( '🦀 ø 山田' ),
			'null byte' => array( "a\0b" ),
			'bytes'     => array( "a\xff\xfeb" ),
			'long'      => array( str_repeat( 'ø', 1 << 19 ) ),
		);
	}

	/**
	 * @dataProvider hostile
	 */
	public function test_hostile_texts_are_kept_as_texts( string $text ): void {
		global $wpdb;
		$change  = array( 'name' => $text, 'key' => $text, 'detail' => $text, 'id' => $text, 'attributes' => array( array( 'path' => 'title', 'old' => null, 'new' => mb_scrub( $text ) ) ) ) + self::change();
		$request = array( 'method' => 'PATCH', 'path' => "/Users/$text", 'query' => array( $text => $text ), 'headers' => array( 'user-agent' => $text, 'x-request-id' => $text ), 'body' => wp_json_encode( array( 'title' => mb_scrub( $text ) ) ) );
		Recorder::record( new Answer( 400, array(), '', array(), array( $change ) ), $request, $text );
		list( $entry ) = self::entries();
		$this->assertSame( '', $wpdb->last_error );
		$start = mb_substr( str_replace( array( "\0" ), "\u{fffd}", mb_scrub( $text ) ), 0, 20 );
		foreach ( array( 'name', 'agent', 'message', 'scim_id', 'token' ) as $column ) {
			$this->assertStringStartsWith( $start, $entry->$column, $column );
			$this->assertLessThanOrEqual( 2000, mb_strlen( $entry->$column ), $column );
		}
		$this->assertLessThan( 40000, strlen( (string) $entry->raw ) );
		if ( strlen( $text ) > 65535 ) {
			$this->assertSame( '{"more":1}', $entry->changes, 'what is too long is counted' );
		} else {
			$this->assertSame( mb_scrub( $text ), self::attributes( $entry )['title'][1] );
		}
		$this->assertNotFalse( $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->users" ) );
	}

	public function test_a_log_that_cannot_be_written_stops_nobody(): void {
		global $wpdb;
		$log  = $this->capture_log();
		$fail = static fn( string $sql ): string => str_contains( $sql, 'INSERT INTO ' . Log_Table::name() ) ? 'SELECT nothing FROM nowhere' : $sql;
		add_filter( 'query', $fail );
		$wpdb->suppress_errors( true );
		Recorder::record( new Answer( 200, array(), '', array(), array( self::change() ) ), array( 'method' => 'PUT', 'path' => '/', 'query' => array(), 'headers' => array(), 'body' => '' ) );
		Recorder::refused( 401, 'no' );
		$wpdb->suppress_errors( false );
		remove_filter( 'query', $fail );
		$this->assertSame( 2, substr_count( (string) file_get_contents( $log ), 'the provisioning log was not written' ) );
		$this->assertSame( array(), self::entries() );
	}

	public function test_log_that_is_switched_off_writes_nothing(): void {
		Settings::update( array( 'enabled' => false ) );
		$this->created();
		$this->scim( 'GET', '/Users', array( 'Authorization' => 'Bearer ' . str_repeat( 'x', 32 ) ) );
		$this->assertSame( array(), self::entries() );
	}

	public function test_anonymous_entries_name_nobody_and_can_be_followed(): void {
		Settings::update( array( 'anonymise' => true ) );
		$id = $this->created( array( 'userName' => 'Mira@Corp.example', 'displayName' => 'Mira Halvorsen' ) );
		$this->scim( 'PATCH', "/Users/$id", array(), self::patch( array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Mira Berg' ) ) );
		$this->scim( 'PATCH', "/Users/$id", array(), self::patch( array( 'op' => 'replace', 'path' => 'emails[type eq "work"].value', 'value' => 'halvorsen is none' ) ) );
		$this->scim( 'DELETE', "/Users/$id" );
		$entries = self::entries();
		$this->assertCount( 4, $entries );
		foreach ( array( 'ira', 'alvorsen', 'Berg', 'orp.example', '127.0' ) as $piece ) {
			$this->assertNotLogged( $piece );
		}
		$this->assertCount( 1, array_unique( array_column( $entries, 'name' ) ) );
		$this->assertStringStartsWith( 'anonymous-', $entries[0]->name );
		$this->assertSame( array( null, null, null, null ), array_column( $entries, 'raw' ) );
		$this->assertSame( self::attributes( $entries[0] )['displayName'][1], self::attributes( $entries[1] )['displayName'][0] );
		$this->assertSame( '400', $entries[2]->status );
		$where = \Scimpress\Log\Criteria::of( array( 's' => 'mira@CORP.example' ) )->where();
		$this->assertCount( 4, Log_Table::page( $where, null, null, 10 ), 'whoever knows the name finds it' );
		$digest = substr( hash( 'sha256', 'mira@corp.example' ), 0, 12 );
		$this->assertNotSame( "anonymous-$digest", $entries[0]->name, 'a digest without a key could be guessed' );
	}

	public function test_addresses_are_kept_whole_only_when_wanted(): void {
		foreach ( array( array( false, '203.0.113.77', '203.0.113.0' ), array( true, '203.0.113.77', '203.0.113.77' ), array( false, '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::' ), array( true, 'nonsense', '' ) ) as list( $full, $address, $kept ) ) {
			self::forget();
			Settings::update( array( 'full_addresses' => $full ) );
			$_SERVER['REMOTE_ADDR'] = $address;
			Recorder::refused( 401, 'no' );
			$this->assertSame( $kept, self::entries()[0]->address );
		}
		unset( $_SERVER['REMOTE_ADDR'] );
	}

	/**
	 * Creates a user over HTTP.
	 *
	 * @param array $changes Attributes that differ.
	 */
	private function created( array $changes = array() ): string {
		$reply = $this->scim( 'POST', '/Users', array(), self::user_json( $changes ) );
		$this->assertScim( 201, $reply );
		return $reply->json()['id'];
	}

	/**
	 * Empties the log.
	 */
	private static function forget(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Log_Table::name() );
	}

	/**
	 * A change as the engine tells it.
	 */
	private static function change(): array {
		return array(
			'operation'    => 'update',
			'resourceType' => 'User',
			'id'           => '1',
			'name'         => 'mira',
			'key'          => 'mira',
			'status'       => 200,
			'scimType'     => '',
			'detail'       => '',
			'attributes'   => array(),
			'more'         => 0,
			'members'      => null,
			'userId'       => 7,
		);
	}
}
