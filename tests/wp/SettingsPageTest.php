<?php
/**
 * Settings → Scimpress.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Page;
use Scimpress\Admin\Settings_Tab;
use Scimpress\Notices;
use Scimpress\Settings;

/**
 * The settings page as administrators, other users and attackers meet it.
 */
final class SettingsPageTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/options-general.php?page=scimpress&tab=settings';

	private Browser $browser;

	/** Whether WordPress has to count its users again. */
	private bool $counted = false;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = $this->signed_in_as( 'administrator' );
	}

	protected function tearDown(): void {
		if ( $this->counted ) {
			wp_update_user_counts();
		}
		parent::tearDown();
	}

	public function test_settings_are_saved_and_shown(): void {
		$heir  = $this->stranger( array( 'role' => 'editor' ) );
		$reply = $this->save(
			array(
				'enabled'          => '1',
				'default_role'     => 'author',
				'on_delete'        => 'delete',
				'reassign_to'      => (string) $heir->ID,
				'welcome_mail'     => '1',
				'members_replace'  => 'additive',
				'ignore_passwords' => '1',
			)
		);
		$this->assertSame( 303, $reply->status );
		$this->assertStringContainsString( 'page=scimpress', $reply->header( 'location' ) );
		$this->assertSettings(
			array(
				'enabled'          => true,
				'default_role'     => 'author',
				'on_delete'        => 'delete',
				'reassign_to'      => $heir->ID,
				'welcome_mail'     => true,
				'members_replace'  => 'additive',
				'ignore_passwords' => true,
			)
		);
		$body = $this->browser->get( self::PAGE . '&saved=1' )->body;
		$this->assertShows( 'Settings saved.', $body );
		$this->assertMatchesRegularExpression( '/<option value="author"\s+selected/', $body );
		$this->assertMatchesRegularExpression( "/<option value='$heir->ID'\s+selected/", $body );

		$this->save( array( 'default_role' => 'subscriber' ) );
		$this->assertSettings( array() );
	}

	public function test_on_a_site_with_many_users_the_heir_is_named_by_login(): void {
		$heir = $this->stranger( array( 'role' => 'editor' ) );
		$this->assertStringContainsString( '<select name=\'reassign_to\'', $this->browser->get( self::PAGE )->body );
		// What WordPress counts twice a day, and calls large above 10,000.
		update_network_option( null, 'user_count', 10001 );
		$this->counted = true;
		$this->assertStringNotContainsString( '<select name=\'reassign_to\'', $this->browser->get( self::PAGE )->body );
		$this->assertSame( 303, $this->save( array( 'reassign_login' => " $heir->user_login " ) )->status );
		$this->assertSettings( array( 'reassign_to' => $heir->ID ) );
		$this->assertMatchesRegularExpression( "/name=\"reassign_login\" value=\"$heir->user_login\"/", $this->browser->get( self::PAGE )->body );

		$reply = $this->save( array( 'reassign_login' => 'no<b>body' ) );
		$this->assertSame( 200, $reply->status );
		$this->assertShows( 'nobody has the login name nobody, so', $reply->body );
		$this->assertSettings( array() );
		$this->save( array( 'reassign_login' => $heir->user_login ) );
		$this->assertSame( 303, $this->save( array( 'reassign_login' => '' ) )->status );
		$this->assertSettings( array() );
	}

	public function test_ways_of_matching_are_saved_one_by_one_and_shown(): void {
		foreach ( self::MATCHES as $match ) {
			$this->save( array( $match => '1' ) );
			$this->assertSame( array( $match ), Settings::matches() );
			preg_match_all( '/name="(match_\w+)" value="1"\s+checked/', $this->browser->get( self::PAGE )->body, $shown );
			$this->assertSame( array( $match ), $shown[1] );
		}
		$this->save( array() );
		$this->assertSame( array(), Settings::matches() );
	}

	public function test_protected_accounts_are_saved_by_login_and_shown(): void {
		list( $one, $two ) = array( $this->stranger(), $this->stranger() );
		$this->assertSame( 303, $this->save( array( 'protected_users' => " $one->user_login \r\n\r\n$two->user_login\r\n" ) )->status );
		$this->assertSame( array( $one->ID, $two->ID ), Settings::protected_users() );
		$this->assertMatchesRegularExpression( "/>$one->user_login\n$two->user_login<\/textarea>/", $this->browser->get( self::PAGE )->body );

		$reply = $this->save( array( 'protected_users' => "$two->user_login\nno<b>body" ) );
		$this->assertSame( 200, $reply->status );
		$this->assertShows( 'protect nobody: nobody', $reply->body );
		$this->assertSame( array( $two->ID ), Settings::protected_users() );

		$this->save( array() );
		$this->assertSame( array( $two->ID ), Settings::protected_users(), 'a form without the field takes nobody off the list' );
	}

	public function test_hostile_values_are_refused_or_made_harmless(): void {
		$this->save(
			array(
				'enabled'         => '1',
				'default_role'    => 'administrator',
				'on_delete'       => 'explode',
				'members_replace' => 'explode',
				'reassign_to'     => '999999',
			)
		);
		$this->assertSettings( array( 'enabled' => true ) );
		$this->save(
			array(
				'default_role' => array( 'x' ),
				'on_delete'    => array( 'delete' ),
				'reassign_to'  => '<script>1</script>',
			)
		);
		$this->assertSettings( array() );
		$this->assertHides( 'value="administrator"', $this->browser->get( self::PAGE )->body );
	}

	public function test_welcome_mail_is_kept_as_plain_text_and_shown_escaped(): void {
		$body = "Dear {name},\n\n<b>5 < 6</b> & \"quotes\" \\ https://example.com/?a=%20b\n\t{reset_url}";
		$this->save(
			array(
				'welcome_mail'    => '1',
				'welcome_subject' => "Welcome\r\nBcc: x@example.com \x07to {site}",
				'welcome_body'    => " \r\n" . str_replace( "\n", "\r\n", $body ) . "\x00\n\n",
			)
		);
		$this->assertSettings(
			array(
				'welcome_mail'    => true,
				'welcome_subject' => 'Welcome Bcc: x@example.com to {site}',
				'welcome_body'    => $body,
			)
		);
		$page = $this->browser->get( self::PAGE )->body;
		$this->assertShows( '&lt;b&gt;5 &lt; 6&lt;/b&gt; &amp; &quot;quotes&quot; \\ https://example.com/?a=%20b', $page );
		$this->assertHides( '<b>5', $page );

		$this->save(
			array(
				'welcome_subject' => str_repeat( 'ø', Settings::MAX_SUBJECT + 1 ),
				'welcome_body'    => array( 'x' ),
			)
		);
		$this->assertSettings( array( 'welcome_subject' => str_repeat( 'ø', Settings::MAX_SUBJECT ) ) );
	}

	public function test_text_of_others_is_escaped(): void {
		Notices::record(
			array(
				array(
					'code'     => '"><script>alert(1)</script>',
					'detail'   => '<img src=x onerror=alert(2)>',
					'resource' => '\'"><script>alert(3)</script>',
				),
			)
		);
		$body = $this->browser->get( self::PAGE )->body;
		foreach ( array( '<script>alert', '<img src=x' ) as $attack ) {
			$this->assertHides( $attack, $body );
		}
		$this->assertShows( '&lt;img src=x', $body );
	}

	public function test_nothing_happens_without_the_right_nonce(): void {
		$before = Settings::all();
		foreach ( array( '', 'wrong', wp_create_nonce( Settings_Tab::SAVE ), $this->nonce( $this->browser, self::PAGE, Settings_Tab::SAVE ) . '0' ) as $nonce ) {
			$reply = $this->browser->post(
				self::PAGE,
				array(
					Page::ACTION => Settings_Tab::SAVE,
					'_wpnonce'   => $nonce,
					'on_delete'  => 'delete',
				)
			);
			$this->assertSame( 403, $reply->status, $nonce );
		}
		wp_cache_flush();
		$this->assertSame( $before, Settings::all() );
	}

	public function test_only_administrators_get_in(): void {
		$nonce  = $this->nonce( $this->browser, self::PAGE, Settings_Tab::SAVE );
		$before = Settings::all();
		foreach ( array( 'subscriber', 'editor' ) as $role ) {
			$browser = $this->signed_in_as( $role );
			$this->assertSame( 403, $browser->get( self::PAGE )->status, $role );
			$reply = $browser->post(
				self::PAGE,
				array(
					Page::ACTION => Settings_Tab::SAVE,
					'_wpnonce'            => $nonce,
					'on_delete'           => 'delete',
				)
			);
			$this->assertSame( 403, $reply->status, $role );
		}
		$this->assertSame( 302, ( new Browser( self::$web ) )->get( self::PAGE )->status );
		wp_cache_flush();
		$this->assertSame( $before, Settings::all() );
	}

	public function test_constant_shows_and_disables_its_field(): void {
		$body = $this->browser->get( self::PAGE, array( 'X-Define-SCIMPRESS_ENABLED' => 'false' ) )->body;
		$this->assertMatchesRegularExpression( '/name="enabled"[^>]*disabled/', $body );
		$this->assertShows( '<code>SCIMPRESS_ENABLED</code> in wp-config.php', $body );
	}

	public function test_malformed_constants_are_named(): void {
		$body = $this->browser->get(
			self::PAGE,
			array(
				'X-Define-SCIMPRESS_ENABLED'      => '"yes"',
				'X-Define-SCIMPRESS_TOKEN_SHA256' => '"' . strtoupper( hash( 'sha256', 'x' ) ) . '"',
			)
		)->body;
		$this->assertShows( 'SCIMPRESS_ENABLED in wp-config.php is neither true nor false', $body );
		$this->assertShows( 'SCIMPRESS_TOKEN_SHA256 in wp-config.php is not a SHA-256 digest', $body );
	}

	public function test_assets_are_loaded_on_our_page_only(): void {
		$this->assertShows( 'scimpress/assets/settings.js', $this->browser->get( self::PAGE )->body );
		$this->assertHides( 'scimpress/assets/', $this->browser->get( '/wp-admin/options-general.php' )->body );
	}

	/**
	 * Sends the settings form.
	 *
	 * @param array $fields Fields.
	 */
	private function save( array $fields ): Reply {
		return $this->submit( $this->browser, self::PAGE, Settings_Tab::SAVE, $fields );
	}

	/**
	 * Asserts what is stored.
	 *
	 * @param array<string,mixed> $saved The settings that are not as they are by default.
	 */
	private function assertSettings( array $saved ): void {
		$defaults = array(
			'enabled'          => false,
			'default_role'     => 'subscriber',
			'on_delete'        => 'deactivate',
			'reassign_to'      => 0,
			'welcome_mail'     => false,
			'welcome_subject'  => '',
			'welcome_body'     => '',
			'members_replace'  => 'strict',
			'ignore_passwords' => false,
		);
		$this->assertSame( array_merge( $defaults, $saved ), array_intersect_key( Settings::all(), $defaults ) );
	}
}
