<?php
/**
 * Settings → Scimpress → Setup.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Page;
use Scimpress\Admin\Setup_Tab;
use Scimpress\Settings;
use Scimpress\Token_Use;
use Scimpress\Tokens;

/**
 * From activation to the first request.
 */
final class SetupTabTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/options-general.php?page=scimpress';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = $this->signed_in_as( 'administrator' );
	}

	public function test_one_button_makes_a_token_and_switches_provisioning_on(): void {
		delete_option( Tokens::OPTION );
		Settings::update( array( 'enabled' => false ) );
		$this->assertSame( array( true, false, false ), $this->steps() );
		$reply = $this->submit( $this->browser, self::PAGE, Setup_Tab::CONNECT, array( 'client' => 'okta' ) );
		$this->assertSame( 200, $reply->status );
		$this->assertStringContainsString( 'no-store', $reply->header( 'cache-control' ) );
		$this->assertSame( 1, preg_match( '/id="scimpress-token"[^>]* value="([A-Za-z0-9_-]{43})"/', $reply->body, $matches ) );
		$this->assertTrue( Settings::enabled() );
		$this->assertSame( array( 'Okta', 'okta' ), array( Tokens::stored()[0]['name'], Tokens::stored()[0]['client'] ) );
		$this->token = $matches[1];
		$this->assertScim( 200, $this->scim( 'GET', '/Users' ) );
		$page = $this->page();
		$this->assertHides( $this->token, $page );
		$this->assertHides( Setup_Tab::CONNECT, $page, 'the next ones are made under Tokens' );
		$this->assertSame( array( true, false, true ), $this->steps() );
		$this->assertShows( 'by Okta from 127.0.0.0/24.', $page );
	}

	public function test_page_shows_what_to_enter_and_what_to_map(): void {
		$page = $this->page();
		$this->assertShows( 'value="' . home_url( '/wp-json/wpo365/v1/' ) . '"', $page );
		$this->assertShows( \Scimpress\Engine::extension_version(), $page );
		$this->assertHides( $this->token, $page );
		$this->assertHides( hash( 'sha256', $this->token ), $page );
		foreach ( array( 'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId', 'Switch([IsSoftDeleted]', 'externalId', 'mailNickname', 'SCIM connector base URL', 'tab=doctor' ) as $said ) {
			$this->assertShows( $said, $page );
		}
	}

	public function test_steps_name_what_is_in_the_way(): void {
		$this->assertShows( 'does not use HTTPS', $this->page() );
		Settings::update( array( 'enabled' => false ) );
		$this->assertShows( 'Provisioning is switched off.', $this->page() );
		$structure = get_option( 'permalink_structure' );
		$this->afterwards( static fn() => update_option( 'permalink_structure', $structure ) );
		update_option( 'permalink_structure', '' );
		$this->assertShows( 'plain permalinks', $this->page() );
	}

	public function test_button_switches_on_where_there_is_a_token(): void {
		Settings::update( array( 'enabled' => false ) );
		$this->assertSame( 303, $this->submit( $this->browser, self::PAGE, Setup_Tab::ENABLE )->status );
		$this->assertTrue( Settings::enabled() );
		$this->assertHides( Setup_Tab::ENABLE, $this->page() );
	}

	public function test_constants_take_the_buttons_away(): void {
		delete_option( Tokens::OPTION );
		$page = $this->page( array( 'X-Define-SCIMPRESS_TOKEN_SHA256' => '"' . hash( 'sha256', 'x' ) . '"', 'X-Define-SCIMPRESS_ENABLED' => 'false' ) );
		$this->assertShows( '<code>SCIMPRESS_TOKEN_SHA256</code> in wp-config.php', $page );
		$this->assertHides( Setup_Tab::CONNECT, $page );
		$this->assertHides( Setup_Tab::ENABLE, $page );
	}

	public function test_nothing_happens_without_the_right_nonce(): void {
		delete_option( Tokens::OPTION );
		Settings::update( array( 'enabled' => false ) );
		foreach ( array( Setup_Tab::CONNECT, Setup_Tab::ENABLE ) as $action ) {
			foreach ( array( '', 'wrong', array( 'x' ), wp_create_nonce( $action ) ) as $nonce ) {
				$this->assertSame( 403, $this->browser->post( self::PAGE, array( Page::ACTION => $action, '_wpnonce' => $nonce ) )->status );
			}
		}
		wp_cache_flush();
		$this->assertSame( array( array(), false ), array( Tokens::stored(), Settings::enabled() ) );
	}

	public function test_hostile_client_is_another_one_and_what_callers_say_is_escaped(): void {
		foreach ( array( '"><script>alert(1)</script>', "entra'; --", "\0x", str_repeat( 'x', 1 << 20 ), '🔑', array( 'okta' ) ) as $attack ) {
			delete_option( Tokens::OPTION );
			$this->assertHides( '<script>alert(', $this->submit( $this->browser, self::PAGE, Setup_Tab::CONNECT, array( 'client' => $attack ) )->body );
			$this->assertSame( 'other', Tokens::stored()[0]['client'] );
		}
		update_option( Token_Use::OPTION, array( 'first' => array( 'time' => 1, 'address' => '<img src=x>', 'agent' => '<script>alert(2)</script>' ) ) );
		$page = $this->page();
		$this->assertHides( '<script>alert(', $page );
		$this->assertHides( '<img src=x', $page );
	}

	public function test_site_that_nobody_has_set_up_says_where_to_go(): void {
		delete_option( Tokens::OPTION );
		$words = 'Set it up in three steps';
		$this->assertShows( $words, $this->browser->get( '/wp-admin/plugins.php' )->body );
		$this->assertShows( $words, $this->browser->get( '/wp-admin/index.php' )->body );
		$this->assertHides( $words, $this->browser->get( '/wp-admin/edit.php' )->body );
		$this->assertHides( $words, $this->signed_in_as( 'editor' )->get( '/wp-admin/index.php' )->body );
		$this->assertHides( $words, $this->browser->get( '/wp-admin/index.php', array( 'X-Define-SCIMPRESS_TOKEN_SHA256' => '"x"' ) )->body );
		Tokens::create();
		$this->assertHides( $words, $this->browser->get( '/wp-admin/index.php' )->body );
	}

	/**
	 * The page.
	 *
	 * @param array<string,string> $headers More headers.
	 */
	private function page( array $headers = array() ): string {
		return $this->browser->get( self::PAGE, $headers )->body;
	}

	/**
	 * Which steps are done.
	 *
	 * @return list<bool>
	 */
	private function steps(): array {
		preg_match_all( '/<li class="scimpress-(done|open)">/', $this->page(), $steps );
		return array_map( static fn( string $state ): bool => 'done' === $state, $steps[1] );
	}
}
