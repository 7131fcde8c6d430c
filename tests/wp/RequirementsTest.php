<?php
/**
 * Without the extension.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;

/**
 * A server without the extension, or with an old one: no fatal error, the fix is named, deactivated people stay out.
 */
final class RequirementsTest extends Scim_Test_Case {

	private static string $ini;

	public static function setUpBeforeClass(): void {
		// PHP's own ini files, less the line that loads the extension.
		self::$ini = get_temp_dir() . 'scimpress-without-' . getmypid();
		mkdir( self::$ini );
		$lines = (array) file( (string) php_ini_loaded_file() );
		file_put_contents( self::$ini . '/php.ini', implode( '', preg_grep( '/^\s*extension\s*=.*scimpress/', $lines, PREG_GREP_INVERT ) ) );
		self::$web = new Web( array( '-c', self::$ini ) );
	}

	public static function tearDownAfterClass(): void {
		self::$web->stop();
		unlink( self::$ini . '/php.ini' );
		rmdir( self::$ini );
	}

	/**
	 * No extension, and an old one.
	 */
	public function servers(): array {
		return array(
			'missing' => array( array(), 'is not loaded' ),
			'too old' => array( array( 'X-Scenario' => 'old-extension' ), '0.0.9' ),
		);
	}

	/**
	 * @dataProvider servers
	 */
	public function test_every_scim_route_answers_503( array $headers ): void {
		foreach ( array( 'GET /Users', 'POST /Users', 'GET ', 'GET /nothing', 'OPTIONS /Users', 'GET /Schemas' ) as $request ) {
			list( $method, $path ) = explode( ' ', $request );
			$reply = $this->scim( $method, $path, $headers );
			$this->assertScim( 503, $reply, $request );
			$this->assertStringContainsString( 'extension', $reply->json()['detail'] );
			$this->assertScim( 503, $this->scim( $method, $path, $headers + array( 'Authorization' => '' ) ), $request );
		}
		$this->assertScim( 503, $this->scim( 'POST', '/Users', $headers, '{' ) );
	}

	/**
	 * @dataProvider servers
	 */
	public function test_administrators_read_what_to_do( array $headers, string $says ): void {
		$browser = new Browser( self::$web );
		$browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
		foreach ( array( '/wp-admin/index.php', '/wp-admin/options-general.php?page=scimpress' ) as $path ) {
			$page = $browser->get( $path, $headers );
			$this->assertSame( 200, $page->status, $path );
			$this->assertShows( 'The PHP extension scimpress', $page->body, $path );
			$this->assertShows( $says, $page->body, $path );
		}
		$author = new Browser( self::$web );
		$author->sign_in( $this->stranger( array( 'role' => 'author' ) )->user_login, 'secret phrase' );
		$this->assertHides( 'The PHP extension scimpress', $author->get( '/wp-admin/index.php', $headers )->body );
	}

	public function test_site_goes_on_and_deactivated_people_stay_out(): void {
		$this->assertSame( 200, self::$web->send( 'GET', '/wp-login.php' )->status );
		$this->assertSame( 200, self::$web->send( 'GET', '/wp-json/' )->status );
		$stranger = $this->stranger();
		$browser  = new Browser( self::$web );
		$this->assertSame( 302, $browser->sign_in( $stranger->user_login, 'secret phrase' )->status );
		Account_State::deactivate( $stranger->ID );
		$this->assertFalse( $browser->is_signed_in() );
		$this->assertShows( 'This account is deactivated.', $browser->sign_in( $stranger->user_login, 'secret phrase' )->body );
	}

	public function test_typed_token_is_refused_where_nobody_can_judge_it(): void {
		$browser = new Browser( self::$web );
		$browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
		$page  = '/wp-admin/options-general.php?page=scimpress&tab=tokens';
		$found = preg_match( '/name="_wpnonce" value="([0-9a-f]+)".{0,200}?value="scimpress_type_token"/s', $browser->get( $page )->body, $matches );
		$this->assertSame( 1, $found );
		$reply = $browser->post(
			$page,
			array(
				'scimpress_action' => 'scimpress_type_token',
				'_wpnonce'         => $matches[1],
				'token'            => str_repeat( 't', 32 ),
			)
		);
		$this->assertSame( 200, $reply->status );
		$this->assertShows( 'This token was not saved.', $reply->body );
	}
}
