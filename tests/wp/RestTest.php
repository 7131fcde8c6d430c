<?php
/**
 * SCIM inside WordPress's REST server.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Notices;
use Scimpress\Settings;
use Scimpress\Tokens;

/**
 * A SCIM client sees SCIM, whatever core would make of its request.
 */
class RestTest extends Scim_Test_Case {

	public function test_user_is_made_read_and_deleted_over_http(): void {
		$made = $this->scim( 'POST', '/Users', array(), self::user_json() );
		$this->assertScim( 201, $made );
		$id = $made->json()['id'];
		// RFC 7643 §3.1: nobody else gets it, and it holds no "bulkId".
		$this->assertMatchesRegularExpression( '/\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z/', $id );
		$this->assertStringEndsWith( self::BASE . "/Users/$id", $made->header( 'location' ) );
		$read = $this->scim( 'GET', "/Users/$id" );
		$this->assertScim( 200, $read );
		$this->assertSame( $made->body, $read->body );
		$this->assertScim( 204, $this->scim( 'DELETE', "/Users/$id" ) );
		$this->assertScim( 404, $this->scim( 'GET', "/Users/$id" ) );
	}

	/**
	 * Headers that prove nothing.
	 */
	public function strangers(): array {
		return array(
			'nothing'          => array( '' ),
			'wrong token'      => array( 'Bearer ' . str_repeat( 'x', 43 ) ),
			'no scheme'        => array( str_repeat( 'x', 43 ) ),
			'scheme only'      => array( 'Bearer' ),
			'another scheme'   => array( 'Basic YWRtaW46eA==' ),
			'digest of tokens' => array( 'Bearer ' . hash( 'sha256', 'x' ) ),
		);
	}

	/**
	 * @dataProvider strangers
	 */
	public function test_nobody_gets_in_without_the_token( string $authorization ): void {
		foreach ( array( 'GET /Users', 'POST /Users', 'GET /Schemas', 'GET ', 'GET /nothing', 'OPTIONS /Users', 'PROPFIND /Users' ) as $request ) {
			list( $method, $path ) = explode( ' ', $request );
			$this->assertScim( 401, $this->scim( $method, $path, array( 'Authorization' => $authorization ) ), $request );
		}
	}

	public function test_digest_is_no_token(): void {
		$this->assertScim( 401, $this->scim( 'GET', '/Users', array( 'Authorization' => 'Bearer ' . hash( 'sha256', $this->token ) ) ) );
	}

	public function test_cookie_of_an_administrator_never_satisfies(): void {
		$admin   = $this->stranger( array( 'role' => 'administrator' ) );
		$browser = new Browser( self::$web );
		$browser->sign_in( $admin->user_login, 'secret phrase' );
		$nonce = array( 'X-WP-Nonce' => $browser->get( '/wp-admin/admin-ajax.php?action=rest-nonce' )->body );
		$this->assertSame( 200, $browser->get( '/wp-json/wp/v2/users/me', $nonce )->status, 'core knows this cookie' );
		$this->assertScim( 401, $browser->get( self::BASE . '/Users', $nonce ) );
		$this->assertScim( 401, $browser->get( self::BASE . '/Users' ) );
	}

	public function test_application_password_of_an_administrator_never_satisfies(): void {
		$admin       = $this->stranger( array( 'role' => 'administrator' ) );
		$application = \WP_Application_Passwords::create_new_application_password( $admin->ID, array( 'name' => 'test' ) )[0];
		$basic       = array( 'Authorization' => 'Basic ' . base64_encode( "$admin->user_login:$application" ) );
		$this->assertSame( 200, self::$web->send( 'GET', '/wp-json/wp/v2/users/me', $basic )->status, 'core knows this password' );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', $basic ) );
	}

	public function test_hooks_find_nobody_at_work_even_beside_a_cookie(): void {
		$admin   = $this->stranger( array( 'role' => 'administrator' ) );
		$browser = new Browser( self::$web );
		$browser->sign_in( $admin->user_login, 'secret phrase' );
		$this->afterwards( static fn() => delete_option( 'scimpress_test_who' ) );
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array( 'X-Scenario' => 'asks-who' ) + $browser->cookie(), self::user_json() ) );
		wp_cache_flush();
		$this->assertSame( array( 0, false ), get_option( 'scimpress_test_who' ) );
	}

	public function test_token_is_asked_for_before_the_body_is_looked_at(): void {
		foreach ( array( '{', "\xff", '[]', str_repeat( '[', 5000 ) ) as $body ) {
			$this->assertScim( 401, $this->scim( 'POST', '/Users', array( 'Authorization' => 'Bearer wrong-wrong-wrong-wrong' ), $body ) );
			$this->assertScim( 400, $this->scim( 'POST', '/Users', array(), $body ) );
			$this->assertScim( 400, $this->scim( 'POST', '/Users', array( 'Content-Type' => 'application/json' ), $body ) );
		}
	}

	public function test_content_type_is_judged_by_the_engine(): void {
		foreach ( array( 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x' ) as $type ) {
			$this->assertScim( 415, $this->scim( 'POST', '/Users', array( 'Content-Type' => $type ), self::user_json() ), $type );
		}
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array( 'Content-Type' => 'application/json' ), self::user_json() ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Content-Type' => 'text/plain' ) ) );
	}

	public function test_id_in_the_body_never_names_the_resource(): void {
		$mine   = $this->scim( 'POST', '/Users', array(), self::user_json() )->json();
		$theirs = $this->scim( 'POST', '/Users', array(), self::user_json() )->json();
		$patch  = array(
			'id'         => $theirs['id'],
			'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
			'Operations' => array(
				array(
					'op'    => 'replace',
					'path'  => 'nickName',
					'value' => 'Changed',
				),
			),
		);
		$this->scim( 'PATCH', "/Users/{$mine['id']}?id={$theirs['id']}", array(), wp_json_encode( $patch ) );
		$this->assertArrayNotHasKey( 'nickName', $this->scim( 'GET', "/Users/{$theirs['id']}" )->json() );
		$this->assertSame( $mine['id'], $this->scim( 'GET', "/Users/{$mine['id']}?id={$theirs['id']}" )->json()['id'] );
	}

	/**
	 * Both forms of a REST URL.
	 */
	public function forms(): array {
		return array(
			'pretty'     => array( self::BASE . '/Users?' ),
			'rest_route' => array( '/?rest_route=/wpo365/v1/Users&' ),
			'index.php'  => array( '/index.php?rest_route=%2Fwpo365%2Fv1%2FUsers&' ),
			'other case' => array( '/wp-json/WPO365/V1/Users?' ),
		);
	}

	/**
	 * @dataProvider forms
	 */
	public function test_conveniences_of_core_have_no_effect( string $url ): void {
		$token = array( 'Authorization' => "Bearer $this->token" );
		$plain = self::$web->send( 'GET', $url . 'count=0', $token );
		$this->assertScim( 200, $plain );
		foreach ( array( '_method=DELETE', '_method=POST', '_envelope=1', '_envelope', '_jsonp=alert', '_jsonp=1()', '_fields=id', '_embed=1', '_method[]=x', '_envelope=1&_jsonp=f&_method=PUT' ) as $convenience ) {
			$reply = self::$web->send( 'GET', "{$url}count=0&$convenience", $token );
			$this->assertScim( 200, $reply, $convenience );
			$this->assertSame( $plain->body, $reply->body, $convenience );
			$this->assertScim( 401, self::$web->send( 'GET', "{$url}count=0&$convenience" ), $convenience );
		}
		$override = array( 'X-HTTP-Method-Override' => 'DELETE' );
		$this->assertSame( $plain->body, self::$web->send( 'GET', $url . 'count=0', $token + $override )->body );
	}

	public function test_conveniences_of_core_go_on_working_elsewhere(): void {
		$this->assertSame( 404, self::$web->send( 'GET', '/wp-json/wp/v2/nothing?_envelope=1' )->json()['status'] );
		$this->assertStringStartsWith( '/**/f(', self::$web->send( 'GET', '/wp-json/?_jsonp=f' )->body );
		$core = self::$web->send( 'GET', '/wp-json/wp/v2/nothing' );
		$this->assertSame( 'rest_no_route', $core->json()['code'] );
		$this->assertStringStartsWith( 'application/json', $core->header( 'content-type' ) );
	}

	public function test_unknown_paths_and_methods_are_answered_by_the_engine(): void {
		foreach ( array( '', '/', '/nothing', '/Users/nobody', '/Users/a/b', '/Usersx', '/Users%2Fnobody', '/%2e%2e/%2e%2e' ) as $path ) {
			$this->assertScim( 404, $this->scim( 'GET', $path ), $path );
		}
		foreach ( array( 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'REPORT' ) as $method ) {
			$this->assertScim( 405, $this->scim( $method, '/Users', array(), 'PUT' === $method || 'PATCH' === $method ? '{}' : '' ), $method );
		}
	}

	public function test_head_has_the_headers_and_no_body(): void {
		$head = $this->scim( 'HEAD', '/Users' );
		$this->assertSame( '', $head->body );
		$this->assertSame( 'application/scim+json', $head->header( 'content-type' ) );
		$this->assertSame( 'no-store', $head->header( 'cache-control' ) );
	}

	public function test_encoded_path_and_form_encoded_filter_are_decoded_once(): void {
		$urn = 'urn:ietf:params:scim:schemas:core:2.0:User';
		$this->assertSame( $urn, $this->scim( 'GET', '/Schemas/' . rawurlencode( $urn ) )->json()['id'] );
		$this->assertSame( $urn, self::$web->send( 'GET', '/?rest_route=' . rawurlencode( "/wpo365/v1/Schemas/$urn" ), array( 'Authorization' => "Bearer $this->token" ) )->json()['id'] );

		$name = 'mira+%41\\' . bin2hex( random_bytes( 4 ) ) . '@corp.example.com';
		$made = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'userName' => $name, 'emails' => array() ) ) );
		$this->assertScim( 201, $made );
		$filter = 'userName+eq+' . rawurlencode( '"' . str_replace( '\\', '\\\\', $name ) . '"' );
		$this->assertSame( array( $made->json()['id'] ), array_column( $this->scim( 'GET', "/Users?filter=$filter" )->json()['Resources'], 'id' ) );
	}

	public function test_switched_off_means_503_for_those_who_may_know_and_401_for_others(): void {
		Settings::update( array( 'enabled' => false ) );
		$this->assertScim( 503, $this->scim( 'GET', '/Users' ) );
		$this->assertScim( 503, $this->scim( 'POST', '/Users', array(), '{' ) );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', array( 'Authorization' => '' ) ) );
	}

	public function test_token_is_found_wherever_the_server_puts_it(): void {
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "bEARER $this->token" ) ) );
		$this->assertScim(
			200,
			$this->scim(
				'GET',
				'/Users',
				array(
					'Authorization' => '',
					'X-Scenario'    => 'redirected-header',
					'X-Moved'       => "Bearer $this->token",
				)
			)
		);
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'X-Scenario' => 'no-header-variables' ) ) );
		$this->assertScim( 401, $this->scim( 'GET', "/Users?access_token=$this->token&authorization=Bearer+$this->token", array( 'Authorization' => '' ) ) );
	}

	public function test_token_that_wordpress_would_slash_is_found_wherever_it_is(): void {
		$token = 'my\\own"token\'s-of-many-characters';
		$this->assertTrue( Tokens::set( $token ) );
		foreach ( array( 'redirected-header', 'twice-redirected' ) as $scenario ) {
			$moved = array(
				'Authorization' => '',
				'X-Scenario'    => $scenario,
			);
			$this->assertScim( 200, $this->scim( 'GET', '/Users', $moved + array( 'X-Moved' => "Bearer $token" ) ), $scenario );
			$this->assertScim( 401, $this->scim( 'GET', '/Users', $moved + array( 'X-Moved' => 'Bearer ' . stripslashes( $token ) ) ), $scenario );
		}
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $token" ) ) );
	}

	public function test_body_larger_than_php_takes_as_a_form_is_read_whole(): void {
		$web   = new Web( array( '-d', 'post_max_size=1K', '-d', 'display_startup_errors=0' ), static::DEFINED );
		$reply = $web->send(
			'POST',
			self::BASE . '/Users',
			array(
				'Authorization' => "Bearer $this->token",
				'Content-Type'  => 'application/scim+json',
			),
			self::user_json( array( 'title' => str_repeat( 'x', 2048 ) ) )
		);
		$web->stop();
		Web::install();
		$this->assertScim( 201, $reply );
		$this->assertSame( 2048, strlen( $reply->json()['title'] ) );
	}

	public function test_notices_of_the_engine_are_kept(): void {
		$this->scim( 'POST', '/Users', array(), self::user_json( array( 'externalId' => 'shared' ) ) );
		$this->assertSame( array(), Notices::latest() );
		$second = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'externalId' => 'shared' ) ) )->json();
		wp_cache_flush();
		$notice = Notices::latest()[0];
		$this->assertSame( 'externalIdShared', $notice['code'] );
		$this->assertSame( $second['id'], $notice['resource'] );
		$this->assertEqualsWithDelta( time(), $notice['time'], 60 );
		$this->assertStringNotContainsString( '@', $notice['detail'] );
	}
}
