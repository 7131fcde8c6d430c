<?php
/**
 * What tests of SCIM over HTTP share.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Page;
use Scimpress\Tokens;

/**
 * A server and a client with a token.
 */
abstract class Scim_Test_Case extends Test_Case {

	protected const BASE = '/wp-json/wpo365/v1';

	/** Headers of every request: lines of wp-config.php, see scenarios.php. */
	protected const DEFINED = array();

	protected static Web $web;

	protected string $token;

	public static function setUpBeforeClass(): void {
		self::$web = new Web( array(), static::DEFINED );
	}

	public static function tearDownAfterClass(): void {
		self::$web->stop();
	}

	protected function setUp(): void {
		parent::setUp();
		$this->token = Tokens::create();
	}

	/**
	 * Sends a request with the token.
	 *
	 * @param string               $method  Method.
	 * @param string               $path    Path below the namespace, with query.
	 * @param array<string,string> $headers More headers; an empty value leaves one out.
	 * @param string               $body    Body.
	 */
	protected function scim( string $method, string $path, array $headers = array(), string $body = '' ): Reply {
		$headers += array( 'Authorization' => "Bearer $this->token" );
		if ( '' !== $body ) {
			$headers += array( 'Content-Type' => 'application/scim+json; charset=utf-8' );
		}
		return self::$web->send( $method, self::BASE . $path, array_filter( $headers, 'strlen' ), $body );
	}

	/**
	 * Asserts that an answer is SCIM's, to the last header.
	 *
	 * @param int    $status Expected status.
	 * @param Reply  $reply  The answer.
	 * @param string $case   Which case.
	 */
	protected function assertScim( int $status, Reply $reply, string $case = '' ): void {
		$said = "$case: $reply->status $reply->body";
		$this->assertSame( $status, $reply->status, $said );
		$this->assertSame( 'no-store', $reply->header( 'cache-control' ), $said );
		foreach ( array( 'link', 'access-control-allow-headers', 'access-control-expose-headers', 'set-cookie', 'expires', 'pragma', 'vary', 'last-modified' ) as $foreign ) {
			$this->assertNull( $reply->header( $foreign ), "$foreign $said" );
		}
		$this->assertSame( 405 === $status, null !== $reply->header( 'allow' ), $said );
		$this->assertSame( 401 === $status, null !== $reply->header( 'www-authenticate' ), $said );
		$this->assertSame( in_array( $status, array( 429, 503 ), true ), null !== $reply->header( 'retry-after' ), $said );
		$this->assertSame( 201 === $status, null !== $reply->header( 'location' ), $said );
		if ( 204 === $status ) {
			$this->assertSame( '', $reply->body );
			return;
		}
		$this->assertSame( 'application/scim+json', $reply->header( 'content-type' ), $said );
		$json = $reply->json();
		$this->assertIsArray( $json, $said );
		if ( $status >= 400 ) {
			$this->assertSame( array( 'urn:ietf:params:scim:api:messages:2.0:Error' ), $json['schemas'], $said );
			$this->assertSame( (string) $status, $json['status'], $said );
			$this->assertMatchesRegularExpression( '/\A[^\n<>]{10,300}[^.]\z/u', str_replace( '<secret token>', '', $json['detail'] ), $said );
		}
	}

	/**
	 * A SCIM user as JSON, whom nobody else is.
	 *
	 * @param array $changes Attributes that differ.
	 */
	protected static function user_json( array $changes = array() ): string {
		$name = 'person-' . bin2hex( random_bytes( 6 ) ) . '@corp.example.com';
		return wp_json_encode(
			$changes + array(
				'schemas'     => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ),
				'userName'    => $name,
				'displayName' => 'Mira Halvorsen',
				'emails'      => array(
					array(
						'type'    => 'work',
						'primary' => true,
						'value'   => $name,
					),
				),
				'active'      => true,
			)
		);
	}

	/**
	 * A browser in which a new account has signed in.
	 *
	 * @param string $role Its role.
	 */
	protected function signed_in_as( string $role ): Browser {
		$browser = new Browser( self::$web );
		$browser->sign_in( $this->stranger( array( 'role' => $role ) )->user_login, 'secret phrase' );
		return $browser;
	}

	/**
	 * Sends a form of a page.
	 *
	 * @param Browser $browser Who sends it.
	 * @param string  $page    Path and query.
	 * @param string  $action  What the form does.
	 * @param array   $fields  Fields.
	 */
	protected function submit( Browser $browser, string $page, string $action, array $fields = array() ): Reply {
		$reply = $browser->post(
			$page,
			$fields + array(
				Page::ACTION => $action,
				'_wpnonce'   => $this->nonce( $browser, $page, $action ),
			)
		);
		wp_cache_flush();
		return $reply;
	}

	/**
	 * The nonce in a form of a page.
	 *
	 * @param Browser $browser Who looks.
	 * @param string  $page    Path and query.
	 * @param string  $action  What the form does.
	 */
	protected function nonce( Browser $browser, string $page, string $action ): string {
		$pattern = '/name="_wpnonce" value="([0-9a-f]+)".{0,300}?name="' . Page::ACTION . '" value="' . $action . '"/s';
		$this->assertSame( 1, preg_match( $pattern, $browser->get( $page )->body, $matches ), $action );
		return $matches[1];
	}
}
