<?php
/**
 * When and from where tokens are used.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Token_Use;
use Scimpress\Tokens;

/**
 * What is kept of requests, and what that costs.
 */
final class TokenUseTest extends Scim_Test_Case {

	public function test_use_is_noted_with_time_network_and_program(): void {
		$id = Tokens::stored()[0]['id'];
		$this->assertNull( Token_Use::last( $id ) );
		$this->assertNull( Token_Use::first() );
		$this->assertScim( 200, $this->scim( 'GET', '/Users?count=1', array( 'User-Agent' => "Okta SCIM Client 1.0.0 \x07<b>" ) ) );
		wp_cache_flush();
		$use = Token_Use::last( $id );
		$this->assertEqualsWithDelta( time(), $use['time'], 60 );
		$this->assertSame( array( '127.0.0.0/24', 'Okta SCIM Client 1.0.0 <b>' ), array( $use['address'], $use['agent'] ) );
		$this->assertSame( $use + array( 'client' => 'other' ), Token_Use::first() );
	}

	public function test_refused_requests_are_not_noted(): void {
		$id = Tokens::stored()[0]['id'];
		$this->scim( 'GET', '/Users', array( 'Authorization' => 'Bearer nobody-knows-this-token' ) );
		$this->scim( 'GET', '/Users', array( 'Authorization' => '' ) );
		$this->scim( 'GET', '/Users', array( 'X-Define-SCIMPRESS_ENABLED' => 'false' ) );
		$read = Tokens::create( array( 'rights' => 'read' ) );
		$this->assertScim( 403, $this->scim( 'POST', '/Users', array( 'Authorization' => "Bearer $read" ), self::user_json() ) );
		wp_cache_flush();
		$this->assertFalse( get_option( Token_Use::OPTION ) );
		$this->assertNull( Token_Use::last( $id ) );
	}

	public function test_one_write_in_some_minutes_however_many_requests(): void {
		list( $one ) = Tokens::stored();
		Tokens::create();
		$two    = Tokens::stored()[1];
		$now    = 1_800_000_000;
		$writes = 0;
		$count  = static function () use ( &$writes ): void {
			++$writes;
		};
		add_action( 'update_option_' . Token_Use::OPTION, $count );
		add_action( 'add_option_' . Token_Use::OPTION, $count );
		Token_Use::record( $one, $now );
		$this->assertSame( 1, $writes );
		$this->assertSame( 0, self::queries( static fn() => Token_Use::record( $one, $now + Token_Use::INTERVAL - 1 ) ), 'not even a read' );
		Token_Use::record( $two, $now + 1 );
		$this->assertSame( 2, $writes );
		Token_Use::record( $one, $now + Token_Use::INTERVAL );
		$this->assertSame( 3, $writes );
		$this->assertSame( array( $now + Token_Use::INTERVAL, $now + 1, $now ), array( Token_Use::last( $one['id'] )['time'], Token_Use::last( $two['id'] )['time'], Token_Use::first()['time'] ) );
		Token_Use::record( $one, $now - DAY_IN_SECONDS );
		$this->assertSame( $now - DAY_IN_SECONDS, Token_Use::last( $one['id'] )['time'], 'a clock that was set back' );
	}

	public function test_use_of_a_revoked_token_is_forgotten_and_the_first_request_is_not(): void {
		list( $one ) = Tokens::stored();
		Token_Use::record( $one, 1_800_000_000 );
		Tokens::create();
		Tokens::revoke( $one['id'] );
		Token_Use::record( Tokens::stored()[0], 1_800_000_001 );
		$this->assertNull( Token_Use::last( $one['id'] ) );
		$this->assertSame( 1_800_000_000, Token_Use::first()['time'] );
	}

	public function test_token_of_wp_config_is_noted_too(): void {
		$defined = array( 'X-Define-SCIMPRESS_TOKEN_SHA256' => '"' . hash( 'sha256', 'token-from-the-configuration' ) . '"' );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $defined + array( 'Authorization' => 'Bearer token-from-the-configuration' ) ) );
		wp_cache_flush();
		$this->assertNotNull( Token_Use::last( Tokens::CONSTANT_ID ) );
	}

	public function test_request_knows_its_token(): void {
		$token = Tokens::stored()[0];
		$this->assertNull( \Scimpress\Rest\Admission::refusal( "Bearer $this->token", 'GET', '/wpo365/v1/Users' ) );
		$this->assertSame( $token['id'], Tokens::used() );
	}

	/**
	 * Addresses and their networks.
	 */
	public function addresses(): array {
		return array(
			array( '203.0.113.77', '203.0.113.0/24' ),
			array( '::ffff:203.0.113.77', '203.0.113.0/24' ),
			array( '2001:db8:1:2:3:4:5:6', '2001:db8:1::/48' ),
			array( '::1', '::/48' ),
			array( '', '' ),
			array( 'unix:', '' ),
			array( '203.0.113.77, 10.0.0.1', '' ),
			array( "203.0.113.77\0", '' ),
		);
	}

	/**
	 * @dataProvider addresses
	 */
	public function test_addresses_are_kept_as_networks( string $address, string $network ): void {
		$this->assertSame( $network, Token_Use::network( $address ) );
	}
}
