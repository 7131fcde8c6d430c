<?php
/**
 * The short way through WordPress.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Settings;

/**
 * Both lanes give the same answers; how far WordPress has come differs.
 */
final class FastLaneTest extends Scim_Test_Case {

	private const TELLS = array( 'X-Scenario' => 'tells-how-far' );

	private const REST = array( 'X-Define-SCIMPRESS_FAST_LANE' => 'false' );

	public function test_reads_and_refusals_are_answered_before_init_and_writes_when_everything_is_loaded(): void {
		$made = $this->scim( 'POST', '/Users', self::TELLS, self::user_json() );
		$this->assertScim( 201, $made );
		$this->assertSame( 'wp_loaded', $made->header( 'x-reached' ) );
		$id    = $made->json()['id'];
		$name  = rawurlencode( "userName eq \"{$made->json()['userName']}\"" );
		$early = array(
			array( 200, 'GET', "/Users/$id", array(), '' ),
			array( 200, 'GET', "/Users?filter=$name", array(), '' ),
			array( 200, 'HEAD', '/Users', array(), '' ),
			array( 200, 'GET', '/Schemas', array(), '' ),
			array( 200, 'POST', '/.search', array(), '{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"count":1}' ),
			array( 401, 'GET', '/Users', array( 'Authorization' => '' ), '' ),
			array( 401, 'POST', '/Users', array( 'Authorization' => 'Bearer wrong-wrong-wrong-wrong' ), self::user_json() ),
			array( 404, 'PATCH', '/Users/nobody', array(), '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"x"}]}' ),
			array( 405, 'PUT', '/Users', array(), '{}' ),
			array( 400, 'POST', '/Users', array(), '{' ),
			array( 415, 'POST', '/Users', array( 'Content-Type' => 'text/plain' ), '{}' ),
		);
		foreach ( $early as list( $status, $method, $path, $headers, $body ) ) {
			$reply = $this->scim( $method, $path, $headers + self::TELLS, $body );
			$this->assertSame( $status, $reply->status, "$method $path" );
			$this->assertSame( 'plugins_loaded', $reply->header( 'x-reached' ), "$method $path" );
			$other = $this->scim( $method, $path, $headers + self::TELLS + self::REST, $body );
			$this->assertSame( 'rest_api_init', $other->header( 'x-reached' ), "$method $path" );
			$this->assertSame( self::told( $other ), self::told( $reply ), "$method $path" );
		}
		$this->assertSame( 'wp_loaded', $this->scim( 'DELETE', "/Users/$id", self::TELLS )->header( 'x-reached' ) );
	}

	public function test_change_that_changes_nothing_writes_nothing_and_need_not_wait(): void {
		$made  = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'title' => 'Buyer' ) ) )->json();
		$patch = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"%s"}]}';
		$same  = $this->scim( 'PATCH', "/Users/{$made['id']}", self::TELLS, sprintf( $patch, 'Buyer' ) );
		$this->assertScim( 200, $same );
		$this->assertSame( 'plugins_loaded', $same->header( 'x-reached' ) );
		$this->assertSame( 'wp_loaded', $this->scim( 'PATCH', "/Users/{$made['id']}", self::TELLS, sprintf( $patch, 'Seller' ) )->header( 'x-reached' ) );
	}

	public function test_hooks_of_a_write_find_everything_as_in_the_rest_server(): void {
		$this->afterwards( static fn() => delete_option( 'scimpress_test_rest' ) );
		foreach ( array( array(), self::REST ) as $lane ) {
			delete_option( 'scimpress_test_rest' );
			$this->assertScim( 201, $this->scim( 'POST', '/Users', $lane + array( 'X-Scenario' => 'asks-whether-rest' ), self::user_json() ) );
			wp_cache_flush();
			$this->assertSame( array( true, true ), get_option( 'scimpress_test_rest' ) );
		}
	}

	public function test_listener_to_notices_that_comes_on_init_hears_them(): void {
		$this->afterwards( static fn() => delete_option( 'scimpress_test_notice' ) );
		$this->scim( 'POST', '/Users', array(), self::user_json( array( 'externalId' => 'shared' ) ) );
		$this->scim( 'POST', '/Users', array( 'X-Scenario' => 'listens-to-notices' ), self::user_json( array( 'externalId' => 'shared' ) ) );
		wp_cache_flush();
		$this->assertSame( 'externalIdShared', get_option( 'scimpress_test_notice' ) );
	}

	public function test_plugin_that_ends_every_request_on_init_ends_writes_before_they_happen(): void {
		$before = array( self::rows(), self::user_ids() );
		$reply  = $this->scim( 'POST', '/Users', array( 'X-Scenario' => 'ends-on-init' ), self::user_json() );
		$this->assertSame( 302, $reply->status );
		$this->assertSame( $before, array( self::rows(), self::user_ids() ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'X-Scenario' => 'ends-on-init' ) ) );
	}

	public function test_plugin_that_closes_the_rest_api_does_not_close_the_fast_lane(): void {
		foreach ( array( 'closed-to-everybody', 'rate-limit', 'own-envelope' ) as $scenario ) {
			$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'X-Scenario' => $scenario ) ), $scenario );
			$this->assertScim( 201, $this->scim( 'POST', '/Users', array( 'X-Scenario' => $scenario ), self::user_json() ), $scenario );
			$this->assertScim( 401, $this->scim( 'GET', '/Users', array( 'X-Scenario' => $scenario, 'Authorization' => '' ) ), $scenario );
		}
	}

	public function test_setting_and_constant_switch_it_off(): void {
		$reached = fn( array $headers ): ?string => $this->scim( 'GET', '/Users', $headers + self::TELLS )->header( 'x-reached' );
		$this->assertSame( 'plugins_loaded', $reached( array() ) );
		foreach ( array( 'false', '"yes"', '1' ) as $value ) {
			$this->assertSame( 'rest_api_init', $reached( array( 'X-Define-SCIMPRESS_FAST_LANE' => $value ) ), $value );
		}
		Settings::update( array( 'fast_lane' => false ) );
		$this->afterwards( static fn() => Settings::update( array( 'fast_lane' => true ) ) );
		$this->assertSame( 'rest_api_init', $reached( array() ) );
		$this->assertSame( 'plugins_loaded', $reached( array( 'X-Define-SCIMPRESS_FAST_LANE' => 'true' ) ) );
	}

	/**
	 * Permalinks, and an address that works with them.
	 */
	public function addresses(): array {
		return array(
			'plain'         => array( '', '/?rest_route=/wpo365/v1/', '/index.php?rest_route=/wpo365/v1/' ),
			'names'         => array( '/%postname%/', '/wp-json/wpo365/v1/', '/wp-json/wpo365/v1/' ),
			'names, plain'  => array( '/%postname%/', '/index.php?rest_route=/wpo365/v1/', '/wp-json/wpo365/v1/' ),
			'index.php'     => array( '/index.php/%postname%/', '/index.php/wp-json/wpo365/v1/', '/index.php/wp-json/wpo365/v1/' ),
			'another order' => array( '/%year%/%postname%/', '/index.php/wp-json/wpo365/v1/', '/wp-json/wpo365/v1/' ),
		);
	}

	/**
	 * @dataProvider addresses
	 */
	public function test_addresses_are_the_same_in_both_lanes( string $structure, string $tenant, string $base ): void {
		$this->permalinks( $structure );
		$token = array( 'Authorization' => "Bearer $this->token" );
		$made  = self::$web->send( 'POST', "{$tenant}Users", $token, self::user_json() );
		$this->assertScim( 201, $made );
		$this->assertStringEndsWith( rtrim( $base, '/' ) . "/Users/{$made->json()['id']}", rawurldecode( $made->header( 'location' ) ) );
		$read = self::$web->send( 'GET', "{$tenant}Users/{$made->json()['id']}", $token + self::TELLS );
		$this->assertSame( 'plugins_loaded', $read->header( 'x-reached' ) );
		$this->assertSame( $made->body, $read->body );
		$other = self::$web->send( 'GET', "{$tenant}Users/{$made->json()['id']}", $token + self::TELLS + self::REST );
		$this->assertSame( 'rest_api_init', $other->header( 'x-reached' ) );
		$this->assertSame( self::told( $other ), self::told( $read ) );
	}

	public function test_proxy_that_speaks_https_gets_the_same_addresses_in_both_lanes(): void {
		$made = $this->scim( 'POST', '/Users', array(), self::user_json() )->json();
		foreach ( array( 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'elsewhere.example.com', 'Host' => 'elsewhere.example.com' ) as $name => $value ) {
			$reply = $this->scim( 'GET', "/Users/{$made['id']}", array( $name => $value ) );
			$this->assertSame( $made['meta']['location'], $reply->json()['meta']['location'], $name );
			$this->assertSame( self::told( $this->scim( 'GET', "/Users/{$made['id']}", array( $name => $value ) + self::REST ) ), self::told( $reply ), $name );
		}
	}

	public function test_prefix_of_a_plugin_is_known_early_and_that_of_a_theme_is_left_to_the_rest_server(): void {
		add_filter( 'rest_url_prefix', static fn(): string => 'api' );
		$this->permalinks( '/%postname%/' );
		$token = array( 'Authorization' => "Bearer $this->token" );
		$theme = self::$web->send( 'GET', '/api/wpo365/v1/ServiceProviderConfig', $token + array( 'X-Scenario' => 'theme-moves-rest' ) );
		$this->assertScim( 200, $theme );
		$this->assertStringEndsWith( '/api/wpo365/v1/ServiceProviderConfig', $theme->json()['meta']['location'] );
		$plugin = self::$web->send( 'GET', '/api/wpo365/v1/ServiceProviderConfig', $token + array( 'X-Scenario' => 'plugin-moves-rest' ) );
		$this->assertSame( self::told( $theme ), self::told( $plugin ) );
	}

	public function test_addresses_that_a_theme_moves_are_found_out_by_the_first_write(): void {
		$moved = array( 'X-Scenario' => 'theme-moves-addresses' );
		$made  = $this->scim( 'POST', '/Users', $moved, self::user_json() );
		$this->assertScim( 201, $made );
		$this->assertStringContainsString( '/moved/wpo365/v1/Users/', $made->header( 'location' ) );
		$this->assertSame( 1, self::rows() );
		$this->assertSame( $made->body, $this->scim( 'GET', "/Users/{$made->json()['id']}", $moved )->body );
		$this->assertSame( 'rest_api_init', $this->scim( 'GET', '/Users', self::TELLS )->header( 'x-reached' ), 'until the settings are saved again' );
	}

	public function test_nothing_is_logged_by_reads_before_init(): void {
		$log   = (string) ( defined( 'WP_DEBUG_LOG' ) && is_string( WP_DEBUG_LOG ) ? WP_DEBUG_LOG : ini_get( 'error_log' ) );
		$start = is_file( $log ) ? filesize( $log ) : 0;
		$made  = $this->scim( 'POST', '/Users', array(), self::user_json() )->json();
		foreach ( array( '/Users', "/Users/{$made['id']}", '/Groups', '/Schemas', '/ServiceProviderConfig', '/Users?filter=active+eq+true', '/Users?filter=title+co+%22x%22', '/Me', '/Users?count=x' ) as $path ) {
			$this->scim( 'GET', $path );
		}
		clearstatcache();
		$this->assertSame( '', is_file( $log ) ? (string) file_get_contents( $log, false, null, $start ) : '' );
	}

	/**
	 * All of an answer that a client may rely on.
	 *
	 * @param Reply $reply The answer.
	 */
	private static function told( Reply $reply ): array {
		return array( $reply->status, array_diff_key( $reply->headers, array_flip( array( 'date', 'host', 'x-reached' ) ) ), $reply->body );
	}

	/**
	 * Sets permalinks until the test is over.
	 *
	 * @param string $structure Permalinks.
	 */
	private function permalinks( string $structure ): void {
		$before = get_option( 'permalink_structure' );
		$set    = static function ( string $structure ): void {
			update_option( 'permalink_structure', $structure );
			$GLOBALS['wp_rewrite'] = new \WP_Rewrite();
			rest_api_register_rewrites();
			flush_rewrite_rules( false );
		};
		$set( $structure );
		$this->afterwards( static fn() => $set( $before ) );
	}
}
