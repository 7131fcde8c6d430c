<?php
/**
 * Settings → Scimpress → Tokens.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Page;
use Scimpress\Admin\Tokens_Tab;
use Scimpress\Token_List;
use Scimpress\Token_Use;
use Scimpress\Tokens;

/**
 * The tokens as administrators and attackers meet them.
 */
final class TokensTabTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/options-general.php?page=scimpress&tab=tokens';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = $this->signed_in_as( 'administrator' );
	}

	public function test_created_token_is_shown_once_works_and_is_stored_nowhere(): void {
		global $wpdb;
		$reply = $this->send( Tokens_Tab::CREATE, array( 'name' => 'Production', 'client' => 'okta', 'rights' => 'read', 'expires' => '2099-12-31' ) );
		$token = $this->shown( $reply );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $token" ) ) );
		$this->assertScim( 403, $this->scim( 'DELETE', '/Users/x', array( 'Authorization' => "Bearer $token" ) ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users' ) );
		$end = ( new \DateTimeImmutable( '2100-01-01', wp_timezone() ) )->getTimestamp();
		$this->assertSame( array( 'Production', 'okta', Token_List::READ, $end ), array_values( array_intersect_key( Tokens::stored()[1], array_flip( array( 'name', 'client', 'rights', 'expires' ) ) ) ) );
		$page = $this->browser->get( self::PAGE )->body;
		$this->assertHides( $token, $page );
		$this->assertHides( hash( 'sha256', $token ), $page );
		$row = $this->row_of( Tokens::stored()[1]['id'], $page );
		foreach ( array( 'Production', substr( $token, -4 ), 'Okta', 'only read', '2100', '127.0.0.0/24' ) as $said ) {
			$this->assertStringContainsString( $said, $row );
		}
		$found = (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->options WHERE option_value LIKE %s", '%' . $wpdb->esc_like( $token ) . '%' ) )
			+ (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->usermeta WHERE meta_value LIKE %s", '%' . $wpdb->esc_like( $token ) . '%' ) );
		$this->assertSame( 0, $found );
	}

	public function test_token_is_replaced_and_revoked(): void {
		$id    = Tokens::stored()[0]['id'];
		$new   = $this->shown( $this->send( Tokens_Tab::ROTATE, array( 'id' => $id, 'overlap' => '24' ) ) );
		$other = Tokens::stored()[1]['id'];
		$this->assertScim( 200, $this->scim( 'GET', '/Users' ) );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $new" ) ) );
		$page = $this->browser->get( self::PAGE )->body;
		$this->assertStringContainsString( 'Replaced, ends on', $this->row_of( $id, $page ) );
		$this->assertStringNotContainsString( Tokens_Tab::ROTATE, $this->row_of( $id, $page ) );
		$this->assertStringContainsString( Tokens_Tab::ROTATE, $this->row_of( $other, $page ) );

		$this->assertShows( 'The token was revoked', $this->send( Tokens_Tab::REVOKE, array( 'id' => $id ) )->body );
		$this->assertScim( 401, $this->scim( 'GET', '/Users' ) );
		$this->assertShows( 'There is no such token any more.', $this->send( Tokens_Tab::REVOKE, array( 'id' => $id ) )->body );
		$this->assertShows( 'There is no such token any more.', $this->send( Tokens_Tab::ROTATE, array( 'id' => $id ) )->body );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $new" ) ) );
		$this->assertStringContainsString( '127.0.0.0/24', $this->row_of( $other, $this->browser->get( self::PAGE )->body ) );
	}

	public function test_typed_token_works_and_one_that_could_not_travel_is_refused(): void {
		// WordPress slashes forms: what is stored must be the digest of what was typed.
		$typed = 'my.own-token_with~all+of/it\'s"\\==';
		$reply = $this->send( Tokens_Tab::TYPE, array( 'token' => " $typed ", 'name' => 'Typed "one"' ) );
		$this->assertShows( 'The token was saved.', $reply->body );
		$this->assertShows( 'Typed &quot;one&quot;', $reply->body );
		$this->assertHides( $typed, $reply->body );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', array( 'Authorization' => "Bearer $typed" ) ) );
		foreach ( array( '', 'short', 'with blanks inside it', "null\0null-null-null-null", str_repeat( '🔑', 20 ), str_repeat( 'x', 1 << 20 ), array( 'x' ) ) as $bad ) {
			$this->assertShows( 'This token was not saved.', $this->send( Tokens_Tab::TYPE, array( 'token' => $bad ) )->body );
		}
		$this->assertCount( 2, Tokens::stored() );
	}

	public function test_hostile_fields_are_made_harmless(): void {
		$attacks = array( '"><script>alert(1)</script>', "'; DROP TABLE wp_users; --", "\0\u{202E}evil", '🔑', str_repeat( 'x', 1 << 20 ), array( 'x' ) );
		foreach ( $attacks as $attack ) {
			$reply = $this->send( Tokens_Tab::CREATE, array( 'name' => $attack, 'client' => $attack, 'rights' => $attack ) );
			$this->shown( $reply );
			$this->assertHides( '<script>alert(', $reply->body );
			foreach ( array( Tokens_Tab::ROTATE, Tokens_Tab::REVOKE ) as $action ) {
				$before = Tokens::stored();
				$this->assertShows( 'There is no such token any more.', $this->send( $action, array( 'id' => $attack, 'overlap' => $attack ) )->body );
				$this->assertSame( $before, Tokens::stored() );
			}
			$before = Tokens::stored();
			if ( ! is_array( $attack ) ) {
				$this->assertShows( 'is no date', $this->send( Tokens_Tab::CREATE, array( 'expires' => $attack ) )->body );
			}
			$this->assertSame( $before, Tokens::stored() );
		}
		foreach ( array( '2030-02-30', '30-01-01', '2030-1-1', 'tomorrow' ) as $day ) {
			$this->assertShows( 'is no date', $this->send( Tokens_Tab::CREATE, array( 'expires' => $day ) )->body );
		}
		$this->assertShows( 'would have ended already', $this->send( Tokens_Tab::CREATE, array( 'expires' => '2020-01-01' ) )->body );
		update_option( Token_Use::OPTION, array( 'tokens' => array( Tokens::stored()[0]['id'] => array( 'time' => 1, 'address' => '<script>alert(2)', 'agent' => '"><img src=x onerror=alert(3)>' ) ) ) );
		$page = $this->browser->get( self::PAGE )->body;
		$this->assertHides( '<script>alert(', $page );
		$this->assertHides( '<img src=x', $page );
	}

	public function test_nothing_happens_without_the_right_nonce(): void {
		$before = Tokens::stored();
		foreach ( array( Tokens_Tab::CREATE, Tokens_Tab::TYPE, Tokens_Tab::ROTATE, Tokens_Tab::REVOKE ) as $action ) {
			$other = Tokens_Tab::CREATE === $action ? Tokens_Tab::REVOKE : Tokens_Tab::CREATE;
			foreach ( array( '', 'wrong', $this->nonce( $this->browser, self::PAGE, $other ) ) as $nonce ) {
				$fields = array( Page::ACTION => $action, '_wpnonce' => $nonce, 'id' => $before[0]['id'], 'token' => str_repeat( 't', 32 ) );
				$this->assertSame( 403, $this->browser->post( self::PAGE, $fields )->status, "$action $nonce" );
			}
		}
		wp_cache_flush();
		$this->assertSame( $before, Tokens::stored() );
	}

	public function test_constant_takes_the_forms_away(): void {
		$defined = array( 'X-Define-SCIMPRESS_TOKEN_SHA256' => '"' . hash( 'sha256', 'x' ) . '"' );
		$nonce   = $this->nonce( $this->browser, self::PAGE, Tokens_Tab::CREATE );
		$body    = $this->browser->get( self::PAGE, $defined )->body;
		$this->assertShows( '<code>SCIMPRESS_TOKEN_SHA256</code> in wp-config.php', $body );
		$this->assertHides( Tokens_Tab::CREATE, $body );
		$this->assertHides( hash( 'sha256', 'x' ), $body );
		$headers = array( 'Content-Type' => 'application/x-www-form-urlencoded' ) + $defined + $this->browser->cookie();
		$reply   = self::$web->send( 'POST', self::PAGE, $headers, http_build_query( array( Page::ACTION => Tokens_Tab::CREATE, '_wpnonce' => $nonce ) ) );
		$this->assertShows( 'is set in wp-config.php and cannot be changed here', $reply->body );
		wp_cache_flush();
		$this->assertCount( 1, Tokens::stored() );
	}

	public function test_end_of_a_token_is_announced_to_those_who_can_do_something(): void {
		Tokens::create( array( 'name' => 'Ends <b>soon</b>', 'expires' => time() + DAY_IN_SECONDS ) );
		$page = $this->browser->get( '/wp-admin/index.php' )->body;
		$this->assertShows( 'The token “Ends &lt;b&gt;soon&lt;/b&gt;” expires on', $page );
		$this->assertHides( 'The token “', $this->signed_in_as( 'editor' )->get( '/wp-admin/index.php' )->body );
		$ended = array( 'created' => time() - 60 * DAY_IN_SECONDS, 'expires' => time() - 60 ) + Tokens::stored()[1];
		update_option( Tokens::OPTION, array( Tokens::stored()[0], $ended ), false );
		$this->assertShows( 'and is refused.', $this->browser->get( '/wp-admin/index.php' )->body );
		$this->assertStringContainsString( 'Expired on', $this->row_of( $ended['id'], $this->browser->get( self::PAGE )->body ) );
		Tokens::rotate( $ended['id'], 0 );
		$this->assertHides( 'The token “', $this->browser->get( '/wp-admin/index.php' )->body );
	}

	/**
	 * Sends a form of the page.
	 *
	 * @param string $action What the form does.
	 * @param array  $fields Fields.
	 */
	private function send( string $action, array $fields ): Reply {
		return $this->submit( $this->browser, self::PAGE, $action, $fields );
	}

	/**
	 * The token that an answer shows.
	 *
	 * @param Reply $reply The answer.
	 */
	private function shown( Reply $reply ): string {
		$this->assertSame( 200, $reply->status );
		$this->assertStringContainsString( 'no-store', $reply->header( 'cache-control' ) );
		$this->assertSame( 1, preg_match( '/id="scimpress-token"[^>]* value="([A-Za-z0-9_-]{43})"/', $reply->body, $matches ) );
		return $matches[1];
	}

	/**
	 * The row of a token.
	 *
	 * @param string $id   Its id.
	 * @param string $page HTML.
	 */
	private function row_of( string $id, string $page ): string {
		$this->assertSame( 1, preg_match( "/<tr id=\"scimpress-token-$id\".*?<\/tr>/s", $page, $matches ) );
		return $matches[0];
	}
}
