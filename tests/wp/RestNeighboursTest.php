<?php
/**
 * SCIM beside other plugins.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Whatever other plugins do, the client reads SCIM and a failed write has not happened.
 */
class RestNeighboursTest extends Scim_Test_Case {

	public function test_our_routes_win_over_those_of_another_plugin(): void {
		$foreign = array( 'X-Scenario' => 'foreign-routes' );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $foreign ) );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', $foreign + array( 'Authorization' => '' ) ) );
		$this->assertScim( 404, $this->scim( 'GET', '/Users/123', $foreign ) );
		$this->assertScim( 404, $this->scim( 'GET', '/nothing', $foreign ) );
	}

	public function test_other_routes_of_the_namespace_stay_with_their_plugin(): void {
		$foreign = array( 'X-Scenario' => 'foreign-routes' );
		$this->assertScim( 404, $this->scim( 'GET', '/sync' ) );
		$reply = $this->scim( 'GET', '/sync', $foreign );
		$this->assertSame( true, $reply->json()['foreign'] );
		$this->assertStringStartsWith( 'application/json', $reply->header( 'content-type' ) );
		$this->assertSame( 'POST', $this->scim( 'GET', '/sync?_method=POST', $foreign )->json()['method'] );
		$json = $foreign + array( 'Content-Type' => 'application/json' );
		$this->assertSame( 'hello', $this->scim( 'POST', '/sync', $json, '{"said":"hello"}' )->json()['said'] );
		$this->assertSame( 'rest_invalid_json', $this->scim( 'POST', '/sync', $json, '{' )->json()['code'] );
	}

	public function test_each_operation_of_bulk_may_take_as_long_as_php_lets_a_request(): void {
		$operations = array_map(
			static fn( int $number ): array => array(
				'method' => 'POST',
				'path'   => '/Users',
				'bulkId' => "u$number",
				'data'   => json_decode( self::user_json(), true ),
			),
			range( 1, 4 )
		);
		$body       = array(
			'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ),
			'Operations' => $operations,
		);
		$reply      = $this->scim( 'POST', '/Bulk', array( 'X-Scenario' => 'slow-registration' ), wp_json_encode( $body ) );
		$this->assertScim( 200, $reply );
		$this->assertSame( array_fill( 0, 4, '201' ), array_column( $reply->json()['Operations'], 'status' ) );
	}

	public function test_plugin_that_shuts_anonymous_visitors_out_lets_the_token_in(): void {
		$closed = array( 'X-Scenario' => 'closed-to-anonymous' );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $closed ) );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', $closed + array( 'Authorization' => '' ) ) );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', $closed + array( 'Authorization' => 'Bearer wrong-wrong-wrong-wrong' ) ) );
	}

	public function test_answers_are_never_taken_from_a_cache(): void {
		$cache = array( 'X-Scenario' => 'cache' );
		$reply = $this->scim( 'GET', '/Users', $cache );
		$this->assertScim( 200, $reply );
		$this->assertStringNotContainsString( 'cached', $reply->body );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', $cache + array( 'Authorization' => '' ) ) );
	}

	public function test_output_of_other_plugins_never_reaches_the_client(): void {
		foreach ( array( 'own-output', 'chatter', 'routes-removed' ) as $scenario ) {
			$made = $this->scim( 'POST', '/Users', array( 'X-Scenario' => $scenario ), self::user_json() );
			$this->assertScim( 201, $made, $scenario );
			$this->assertSame( '{', $made->body[0], $scenario );
		}
	}

	public function test_what_plugins_say_at_the_end_of_a_request_is_not_part_of_the_answer(): void {
		$made = $this->scim( 'POST', '/Users', array( 'X-Scenario' => 'chatters-at-the-end' ), self::user_json() );
		$this->assertScim( 201, $made );
		$this->assertSame( $made->body, $this->scim( 'GET', "/Users/{$made->json()['id']}", array( 'X-Scenario' => 'chatters-at-the-end' ) )->body );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', array( 'X-Scenario' => 'chatters-at-the-end', 'Authorization' => '' ) ) );
		$head = $this->scim( 'HEAD', '/Users', array( 'X-Scenario' => 'chatters-at-the-end' ) );
		$this->assertSame( array( 200, '' ), array( $head->status, $head->body ) );
		$this->assertScim( 204, $this->scim( 'DELETE', "/Users/{$made->json()['id']}", array( 'X-Scenario' => 'chatters-at-the-end' ) ) );
	}

	/**
	 * Ways to end a request inside a hook, and the status that arrives.
	 */
	public function ends(): array {
		return array(
			'throws'             => array( 'throws', 500 ),
			'throws before'      => array( 'throws-before', 500 ),
			'throws after'       => array( 'throws-after', 500 ),
			'throws as WPO365'   => array( 'throws-as-wpo365', 500 ),
			'wp_die()'           => array( 'dies', 403 ),
			'exit'               => array( 'exits', 500 ),
			'redirect'           => array( 'redirects', 500 ),
			'memory limit'       => array( 'runs-out-of-memory', 500 ),
		);
	}

	/**
	 * @dataProvider ends
	 */
	public function test_hook_that_ends_the_request_leaves_a_scim_error_and_nothing_else( string $scenario, int $status ): void {
		$before = array( self::rows(), self::user_ids(), self::meta_rows() );
		$body   = self::user_json();
		foreach ( array( array(), array( 'Accept' => 'text/html' ), array( 'Accept' => 'application/json' ) ) as $accept ) {
			$reply = $this->scim( 'POST', '/Users', array( 'X-Scenario' => $scenario ) + $accept, $body );
			$this->assertScim( $status, $reply );
			$this->assertStringNotContainsString( 'mira.halvorsen', $reply->body );
			$this->assertSame( $before, array( self::rows(), self::user_ids(), self::meta_rows() ) );
		}
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), $body ), 'the same request again' );
	}

	public function test_what_others_write_at_shutdown_does_not_go_with_the_rolled_back_write(): void {
		$this->afterwards( static fn() => delete_option( 'scimpress_test_shutdown' ) );
		$this->assertScim( 500, $this->scim( 'POST', '/Users', array( 'X-Scenario' => 'exits' ), self::user_json() ) );
		wp_cache_flush();
		$this->assertSame( 'written', get_option( 'scimpress_test_shutdown' ) );
	}

	public function test_what_a_hook_throws_is_logged_without_its_message(): void {
		$log   = (string) ( defined( 'WP_DEBUG_LOG' ) && is_string( WP_DEBUG_LOG ) ? WP_DEBUG_LOG : ini_get( 'error_log' ) );
		$start = is_file( $log ) ? filesize( $log ) : 0;
		$reply = $this->scim( 'POST', '/Users', array( 'X-Scenario' => 'throws' ), self::user_json() );
		$this->assertSame( 1, preg_match( '/`([0-9a-f]{12})`/', $reply->json()['detail'], $matches ) );
		$logged = (string) file_get_contents( $log, false, null, $start );
		$this->assertStringContainsString( $matches[1], $logged );
		$this->assertStringContainsString( 'LogicException', $logged );
		$this->assertStringNotContainsString( 'mira.halvorsen', $logged );
	}
}
