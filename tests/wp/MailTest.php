<?php
/**
 * What provisioning mails.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Settings;
use Scimpress\Store\Account_Switch;

/**
 * Nothing, unless the site asks for it; then one mail, to the new user.
 */
final class MailTest extends Test_Case {

	/** @var list<array> */
	private array $mails = array();

	protected function setUp(): void {
		parent::setUp();
		add_filter(
			'pre_wp_mail',
			function ( $sent, array $mail ): bool {
				$this->mails[] = $mail;
				return true;
			},
			10,
			2
		);
	}

	public function test_life_of_an_account_sends_no_mail(): void {
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'user_email' => "new-$user->ID@corp.example.com" ) ) ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => false ) ) );
		$this->perform( Needs::update( $need, 3, array( 'active' => true ) ) );
		Account_Switch::set( $user->ID, false );
		Account_Switch::set( $user->ID, true );
		$this->perform( Needs::delete( $need['id'] ) );
		$this->person( array( 'userName' => $need['userName'] ) );
		Settings::update( array( 'on_delete' => Settings::DELETE ) );
		list( $other ) = $this->person();
		$this->perform( Needs::delete( $other['id'] ) );
		$this->assertSame( array(), $this->mails );
	}

	public function test_welcome_mail_has_the_words_of_wordpress_by_default(): void {
		Settings::update( array( 'welcome_mail' => true ) );
		list( , , $user ) = $this->person();
		$this->assertSame( array( $user->user_email ), array_column( $this->mails, 'to' ) );
		$this->assertStringContainsString( 'Login Details', $this->mails[0]['subject'] );
		$this->assertKeyWorks( $user, $this->mails[0]['message'] );
	}

	public function test_welcome_mail_has_the_words_of_the_site(): void {
		update_option( 'blogname', 'Tea &amp; "Co"' );
		$this->afterwards( static fn() => update_option( 'blogname', 'Scimpress' ) );
		Settings::update(
			array(
				'welcome_mail'    => true,
				'welcome_subject' => '{name}: {site}{reset_url}',
				'welcome_body'    => "Dear {name},\nyou are {login} at {site}.\n\n{reset_url}\n{unknown} <b>",
			)
		);
		$name             = "O'Brien & {login} <x> \\";
		list( , , $user ) = $this->person( array( 'wordpress' => array( 'display_name' => $name ) ) );
		$shown            = wp_specialchars_decode( $user->display_name, ENT_QUOTES );
		$this->assertStringContainsString( "O'Brien & {login}", $shown );
		list( $mail )     = $this->mails;
		$this->assertCount( 1, $this->mails );
		$this->assertSame( $user->user_email, $mail['to'] );
		$this->assertSame( "$shown: Tea & \"Co\"", $mail['subject'], 'no key in a subject, no placeholder out of a name' );
		$this->assertStringStartsWith( "Dear $shown,\nyou are $user->user_login at Tea & \"Co\".\n\nhttp", $mail['message'] );
		$this->assertStringEndsWith( "\n{unknown} <b>", $mail['message'] );
		$this->assertContains( 'Content-Type: text/plain; charset=UTF-8', $mail['headers'] );
		$this->assertKeyWorks( $user, $mail['message'] );
	}

	public function test_subject_or_text_alone_may_be_the_sites(): void {
		Settings::update(
			array(
				'welcome_mail'    => true,
				'welcome_subject' => 'Hello {login}',
			)
		);
		list( , , $user ) = $this->person();
		$this->assertSame( "Hello $user->user_login", $this->mails[0]['subject'] );
		$this->assertKeyWorks( $user, $this->mails[0]['message'] );
		Settings::update(
			array(
				'welcome_subject' => '',
				'welcome_body'    => 'Hello',
			)
		);
		$this->person();
		$this->assertStringContainsString( 'Login Details', $this->mails[1]['subject'] );
		$this->assertSame( 'Hello', $this->mails[1]['message'] );
	}

	public function test_name_with_line_breaks_makes_no_header(): void {
		Settings::update(
			array(
				'welcome_mail'    => true,
				'welcome_subject' => 'For {name}',
			)
		);
		add_filter( 'pre_user_display_name', static fn(): string => "Mira\r\nBcc: victim@example.com", PHP_INT_MAX );
		$this->person();
		$this->assertSame( 'For Mira Bcc: victim@example.com', $this->mails[0]['subject'] );
	}

	public function test_nobody_is_welcomed_who_cannot_come_in_or_was_here_before(): void {
		Settings::update(
			array(
				'welcome_mail' => true,
				'welcome_body' => '{reset_url}',
			)
		);
		list( $need ) = $this->person( array( 'active' => false ) );
		$this->perform( Needs::update( $need, 1, array( 'active' => true ) ) );
		$this->person( array( 'wordpress' => array( 'user_email' => '' ) ) );
		$this->assertSame( array(), $this->mails );

		list( $gone ) = $this->person();
		$this->assertCount( 1, $this->mails );
		$this->perform( Needs::delete( $gone['id'] ) );
		$this->person( array( 'userName' => $gone['userName'] ) );
		$this->assertCount( 1, $this->mails );
	}

	public function test_account_that_was_rolled_back_is_not_welcomed(): void {
		Settings::update( array( 'welcome_mail' => true ) );
		add_action( 'user_register', static fn() => throw new \LogicException( 'a plugin failed' ) );
		try {
			$this->store->perform( Needs::create() );
			$this->fail( 'nothing was thrown' );
		} catch ( \LogicException ) {
			$this->assertSame( array(), $this->mails );
		}
	}

	public function test_mail_server_that_fails_leaves_the_account_that_was_committed(): void {
		Settings::update( array( 'welcome_mail' => true ) );
		$log = $this->capture_log();
		add_filter( 'pre_wp_mail', static fn() => throw new \RuntimeException( 'mira.halvorsen@corp.example.com' ), PHP_INT_MAX );
		list( $need, , $user ) = $this->person();
		$this->assertNotNull( self::row( $need['id'] ) );
		$this->assertSame( array( 'subscriber' ), $user->roles );
		$this->assertStringContainsString( 'after a commit', file_get_contents( $log ) );
		$this->assertStringNotContainsString( 'mira', file_get_contents( $log ) );
	}

	/**
	 * Asserts that the link in a mail lets its reader choose a password.
	 *
	 * @param \WP_User $user The reader.
	 * @param string   $text The mail.
	 */
	private function assertKeyWorks( \WP_User $user, string $text ): void {
		$this->assertSame( 1, preg_match( '/https?:\S+wp-login\.php\?\S+/', $text, $matches ) );
		parse_str( (string) wp_parse_url( $matches[0], PHP_URL_QUERY ), $query );
		$this->assertSame( 'rp', $query['action'] );
		$this->assertSame( $user->user_login, $query['login'] );
		$this->assertInstanceOf( \WP_User::class, check_password_reset_key( $query['key'], $query['login'] ) );
	}
}
