<?php
/**
 * Settings → Scimpress → Performance.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Page;
use Scimpress\Admin\Performance_Tab;
use Scimpress\Settings;

/**
 * The lanes' settings, for administrators alone.
 */
final class PerformanceTabTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/options-general.php?page=scimpress&tab=performance';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = new Browser( self::$web );
		$this->browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
	}

	public function test_settings_are_saved_and_shown(): void {
		$this->assertMatchesRegularExpression( '/name="fast_lane"[^>]*checked/', $this->browser->get( self::PAGE )->body );
		Settings::update( array( 'addresses_move' => true ) );
		$reply = $this->save( array( 'max_concurrent' => '3' ) );
		$this->assertFalse( Settings::addresses_move() );
		$this->assertSame( 303, $reply->status );
		$this->assertSame( array( false, 3 ), array( Settings::fast_lane(), Settings::max_concurrent() ) );
		$shown = $this->browser->get( self::PAGE . '&saved=1' )->body;
		$this->assertShows( 'Settings saved.', $shown );
		$this->assertMatchesRegularExpression( '/name="max_concurrent"[^>]*value="3"/', $shown );
		$this->assertDoesNotMatchRegularExpression( '/name="fast_lane"[^>]*checked/', $shown );
		$this->save( array( 'fast_lane' => '1', 'max_concurrent' => '-1"><script>' ) );
		$this->assertSame( array( true, 1 ), array( Settings::fast_lane(), Settings::max_concurrent() ) );
		$this->assertTrue( Settings::enabled(), 'settings of other tabs stay' );
	}

	public function test_form_without_its_nonce_changes_nothing(): void {
		$reply = $this->browser->post( self::PAGE, array( Page::ACTION => Performance_Tab::SAVE, '_wpnonce' => 'wrong', 'max_concurrent' => '3' ) );
		$this->assertSame( 403, $reply->status );
		wp_cache_flush();
		$this->assertSame( array( true, 0 ), array( Settings::fast_lane(), Settings::max_concurrent() ) );
	}

	public function test_constants_decide_disable_their_fields_and_are_named_when_malformed(): void {
		$defined = array( 'X-Define-SCIMPRESS_FAST_LANE' => 'false', 'X-Define-SCIMPRESS_MAX_CONCURRENT' => '7' );
		$body    = $this->browser->get( self::PAGE, $defined )->body;
		$this->assertMatchesRegularExpression( '/name="fast_lane"[^>]*disabled/', $body );
		$this->assertMatchesRegularExpression( '/name="max_concurrent"[^>]*value="7"[^>]*disabled/', $body );
		$this->assertShows( '<code>SCIMPRESS_FAST_LANE</code> in wp-config.php', $body );
		$this->assertShows( '<code>SCIMPRESS_MAX_CONCURRENT</code> in wp-config.php', $body );
		$this->save( array( 'fast_lane' => '1', 'max_concurrent' => '3' ), $defined );
		$this->assertSame( array( true, 0 ), array( Settings::fast_lane(), Settings::max_concurrent() ) );

		$wrong = $this->browser->get( self::PAGE, array( 'X-Define-SCIMPRESS_FAST_LANE' => '"on"', 'X-Define-SCIMPRESS_MAX_CONCURRENT' => '"7"' ) )->body;
		$this->assertShows( 'SCIMPRESS_FAST_LANE in wp-config.php is neither true nor false', $wrong );
		$this->assertShows( 'SCIMPRESS_MAX_CONCURRENT in wp-config.php is no whole number from 0 to 256', $wrong );
		$this->assertDoesNotMatchRegularExpression( '/name="max_concurrent"[^>]*disabled/', $wrong );
	}

	/**
	 * Sends the form.
	 *
	 * @param array<string,string> $fields  Fields.
	 * @param array<string,string> $headers Headers.
	 */
	private function save( array $fields, array $headers = array() ): Reply {
		$pattern = '/name="_wpnonce" value="([0-9a-f]+)".{0,200}?name="' . Page::ACTION . '" value="' . Performance_Tab::SAVE . '"/s';
		$this->assertSame( 1, preg_match( $pattern, $this->browser->get( self::PAGE )->body, $matches ) );
		$reply = $this->browser->post( self::PAGE, $fields + array( Page::ACTION => Performance_Tab::SAVE, '_wpnonce' => $matches[1] ), $headers );
		wp_cache_flush();
		return $reply;
	}
}
