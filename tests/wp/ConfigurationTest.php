<?php
/**
 * Settings, tokens, notices, and the constants of wp-config.php.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Notices;
use Scimpress\Settings;
use Scimpress\Tokens;

/**
 * What the administrator decides, and where it is kept.
 */
final class ConfigurationTest extends Scim_Test_Case {

	public function test_constant_switches_provisioning_on_and_off(): void {
		$define = static fn( string $json ): array => array( 'X-Define-SCIMPRESS_ENABLED' => $json );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $define( 'true' ) ) );
		$this->assertScim( 503, $this->scim( 'GET', '/Users', $define( 'false' ) ) );
		Settings::update( array( 'enabled' => false ) );
		$this->assertScim( 503, $this->scim( 'GET', '/Users' ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $define( 'true' ) ) );
		foreach ( array( '"true"', '1', '"1"', 'null', '[]' ) as $malformed ) {
			$this->assertScim( 503, $this->scim( 'GET', '/Users', $define( $malformed ) ), $malformed );
		}
	}

	public function test_constant_replaces_the_stored_tokens(): void {
		$digest  = hash( 'sha256', 'token-from-the-configuration' );
		$defined = array( 'X-Define-SCIMPRESS_TOKEN_SHA256' => "\"$digest\"" );
		$this->assertScim( 401, $this->scim( 'GET', '/Users', $defined ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $defined + array( 'Authorization' => 'Bearer token-from-the-configuration' ) ) );
	}

	public function test_malformed_constant_lets_nobody_in(): void {
		$digest = hash( 'sha256', $this->token );
		foreach ( array( '""', '"' . strtoupper( $digest ) . '"', '"' . substr( $digest, 1 ) . '"', "\"$digest\\n\"", "\"$this->token\"", 'true', 'null', "[\"$digest\"]" ) as $malformed ) {
			$this->assertScim( 401, $this->scim( 'GET', '/Users', array( 'X-Define-SCIMPRESS_TOKEN_SHA256' => $malformed ) ), $malformed );
		}
	}

	public function test_rubbish_in_the_options_lets_nobody_in_and_breaks_nothing(): void {
		foreach ( array( 'text', array( 'text' ), array( array( 'digest' => array() ) ), array( array() ), 7 ) as $rubbish ) {
			update_option( Tokens::OPTION, $rubbish, false );
			$this->assertSame( array(), Tokens::digests() );
			$this->assertScim( 401, $this->scim( 'GET', '/Users' ) );
			update_option( Settings::OPTION, $rubbish );
			$this->assertFalse( Settings::enabled() );
			$this->assertSame( 'subscriber', Settings::default_role() );
		}
	}

	public function test_default_role_falls_back_when_the_role_is_gone(): void {
		add_role( 'guest of the house', 'Guest', array( 'read' => true ) );
		Settings::update( array( 'default_role' => 'guest of the house' ) );
		$this->assertSame( 'guest of the house', Settings::default_role() );
		remove_role( 'guest of the house' );
		$this->assertSame( 'subscriber', Settings::default_role() );
		$this->assertArrayNotHasKey( 'administrator', Settings::assignable_roles() );
	}

	public function test_last_notices_are_kept_and_announced(): void {
		$heard = array();
		add_action(
			'scimpress_notice',
			static function ( ...$notice ) use ( &$heard ): void {
				$heard[] = $notice;
			},
			10,
			3
		);
		for ( $number = 1; $number <= Notices::KEEP + 5; $number++ ) {
			Notices::record(
				array(
					array(
						'code'     => 'code',
						'detail'   => "detail $number",
						'resource' => 'id',
					),
				)
			);
		}
		$this->assertCount( Notices::KEEP + 5, $heard );
		$this->assertSame( array( 'code', 'detail 1', 'id' ), $heard[0] );
		$details = array_column( Notices::latest(), 'detail' );
		$this->assertCount( Notices::KEEP, $details );
		$this->assertSame( 'detail ' . ( Notices::KEEP + 5 ), $details[0] );
	}

	public function test_notice_that_comes_again_and_again_is_kept_once_and_announced_each_time(): void {
		$heard = 0;
		add_action(
			'scimpress_notice',
			static function () use ( &$heard ): void {
				++$heard;
			}
		);
		foreach ( array( 'one', 'two', 'one', 'one' ) as $detail ) {
			Notices::record(
				array(
					array(
						'code'     => 'code',
						'detail'   => $detail,
						'resource' => 'id',
					),
				)
			);
		}
		$this->assertSame( array( 'two', 'one' ), array_column( Notices::latest(), 'detail' ) );
		$this->assertSame( 4, $heard );
	}

	public function test_listener_that_throws_is_logged_and_changes_nothing(): void {
		$log = $this->capture_log();
		add_action( 'scimpress_notice', static fn() => throw new \LogicException( 'mira.halvorsen@corp.example.com' ) );
		Notices::record(
			array(
				array(
					'code'     => 'code',
					'detail'   => 'detail',
					'resource' => 'id',
				),
			)
		);
		$this->assertSame( 'detail', Notices::latest()[0]['detail'] );
		$this->assertStringContainsString( 'LogicException', file_get_contents( $log ) );
		$this->assertStringNotContainsString( 'mira.halvorsen', file_get_contents( $log ) );
	}

	public function test_request_without_notice_writes_no_option(): void {
		delete_option( Notices::OPTION );
		Notices::record( array() );
		$this->assertFalse( get_option( Notices::OPTION ) );
	}
}
