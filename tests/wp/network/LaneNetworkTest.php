<?php
/**
 * The fast lane in networks of sites.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Settings;
use Scimpress\Store\User_Table;
use Scimpress\Tokens;

/**
 * A request is about the site whose address it has, as early as it is answered.
 */
final class LaneNetworkTest extends Test_Case {

	private const TELLS = array( 'X-Scenario' => 'tells-how-far' );

	private const REST = array( 'X-Define-SCIMPRESS_FAST_LANE' => 'false' );

	private static Web $web;

	/**
	 * Domain and path => site.
	 *
	 * @var array<string,int>
	 */
	private static array $sites = array();

	public static function setUpBeforeClass(): void {
		self::$web = new Web();
		foreach ( array( array( '127.0.0.1', '/lane/' ), array( 'lane.example.test', '/' ) ) as list( $domain, $path ) ) {
			self::$sites[ $domain . $path ] = wp_insert_site(
				array(
					'domain'  => $domain,
					'path'    => $path,
					'user_id' => 1,
				)
			);
		}
	}

	public static function tearDownAfterClass(): void {
		array_map( 'wp_delete_site', self::$sites );
		self::$web->stop();
	}

	/**
	 * Addresses of the sites of the network.
	 */
	public function addresses(): array {
		return array(
			'first site'   => array( '127.0.0.1', '/' ),
			'subdirectory' => array( '127.0.0.1', '/lane/' ),
			'subdomain'    => array( 'lane.example.test', '/' ),
		);
	}

	/**
	 * @dataProvider addresses
	 */
	public function test_each_site_answers_about_its_own_users( string $domain, string $path ): void {
		$site  = self::$sites[ $domain . $path ] ?? get_main_site_id();
		$token = $this->open( $site );
		// The rules of a new site are stored by its first request.
		$this->send( $domain, $path, $token, array(), 'GET', '/Users' );
		$name = 'lane-' . bin2hex( random_bytes( 4 ) );
		$body = wp_json_encode(
			array(
				'schemas'  => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ),
				'userName' => "$name@corp.example.com",
			)
		);
		$made = $this->send( $domain, $path, $token, self::TELLS, 'POST', '/Users', $body );
		$this->assertSame( 201, $made->status, $made->body );
		$this->assertSame( 'wp_loaded', $made->header( 'x-reached' ) );
		$id = $made->json()['id'];
		$this->assertSame( "http://$domain{$path}wp-json/wpo365/v1/Users/$id", $made->header( 'location' ) );
		$read  = $this->send( $domain, $path, $token, self::TELLS, 'GET', "/Users/$id" );
		$other = $this->send( $domain, $path, $token, self::TELLS + self::REST, 'GET', "/Users/$id" );
		$this->assertSame( 'plugins_loaded', $read->header( 'x-reached' ) );
		$this->assertSame( 'rest_api_init', $other->header( 'x-reached' ) );
		$this->assertSame( array( 200, $other->body ), array( $read->status, $read->body ) );
		foreach ( array( get_main_site_id(), ...self::$sites ) as $each ) {
			switch_to_blog( $each );
			$found = User_Table::find( $id );
			restore_current_blog();
			$this->assertSame( $each === $site, null !== $found, "site $each" );
		}
		foreach ( $this->addresses() as list( $elsewhere, $below ) ) {
			if ( array( $elsewhere, $below ) !== array( $domain, $path ) ) {
				$this->assertContains( $this->send( $elsewhere, $below, $token, array(), 'GET', "/Users/$id" )->status, array( 401, 503 ), 'the token of another site' );
			}
		}
		switch_to_blog( $site );
		$row = User_Table::find( $id );
		wpmu_delete_user( (int) $row->user_id );
		restore_current_blog();
	}

	public function test_site_that_is_closed_is_closed_in_both_lanes(): void {
		$site  = self::$sites['127.0.0.1/lane/'];
		$token = $this->open( $site );
		$this->send( '127.0.0.1', '/lane/', $token, array(), 'GET', '/Users' );
		$this->assertSame( 200, $this->send( '127.0.0.1', '/lane/', $token, array(), 'GET', '/Users' )->status );
		foreach ( array( 'archived', 'spam', 'deleted' ) as $state ) {
			update_blog_status( $site, $state, '1' );
			$this->assertSame( 410, $this->send( '127.0.0.1', '/lane/', $token, array(), 'GET', '/Users' )->status, $state );
			$this->assertSame( 410, $this->send( '127.0.0.1', '/lane/', $token, self::REST, 'GET', '/Users' )->status, $state );
			update_blog_status( $site, $state, '0' );
		}
	}

	/**
	 * Switches provisioning on.
	 *
	 * @param int $site Site.
	 * @return string Its token.
	 */
	private function open( int $site ): string {
		require_once ABSPATH . 'wp-admin/includes/ms.php';
		switch_to_blog( $site );
		Settings::update( array( 'enabled' => true ) );
		$token = Tokens::create();
		restore_current_blog();
		return $token;
	}

	/**
	 * Sends a request to a site.
	 *
	 * @param string               $domain  Its domain.
	 * @param string               $path    Its path.
	 * @param string               $token   Token.
	 * @param array<string,string> $headers More headers.
	 * @param string               $method  Method.
	 * @param string               $below   Path below the namespace.
	 * @param string               $body    Body.
	 */
	private function send( string $domain, string $path, string $token, array $headers, string $method, string $below, string $body = '' ): Reply {
		$headers += array(
			'Host'          => $domain,
			'Authorization' => "Bearer $token",
		) + ( '' === $body ? array() : array( 'Content-Type' => 'application/scim+json' ) );
		return self::$web->send( $method, "{$path}wp-json/wpo365/v1$below", $headers, $body );
	}
}
