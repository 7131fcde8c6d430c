<?php
/**
 * Who may sign in.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;

/**
 * Deactivated accounts stay out by every way, and have everything back when they are activated again.
 */
final class SignInTest extends Test_Case {

	private const PASSWORD = 'correct horse battery staple';

	private static Web $web;

	public static function setUpBeforeClass(): void {
		self::$web = new Web();
	}

	public static function tearDownAfterClass(): void {
		self::$web->stop();
	}

	/**
	 * Ways of signing in: each says whether a person got in.
	 */
	public function ways(): array {
		return array(
			'form with login name'           => array( fn( \WP_User $user ): bool => $this->form( $user->user_login ) ),
			'form with e-mail address'       => array( fn( \WP_User $user ): bool => $this->form( $user->user_email ) ),
			'XML-RPC'                        => array( fn( \WP_User $user ): bool => $this->xmlrpc( $user->user_login, self::PASSWORD ) ),
			'XML-RPC, application password'  => array( fn( \WP_User $user, string $application ): bool => $this->xmlrpc( $user->user_login, $application ) ),
			'REST, application password'     => array( fn( \WP_User $user, string $application ): bool => 200 === $this->me( $user->user_login, $application )->status ),
			'REST, app password, e-mail'     => array( fn( \WP_User $user, string $application ): bool => 200 === $this->me( $user->user_email, $application )->status ),
			'wp_authenticate()'              => array( fn( \WP_User $user ): bool => wp_authenticate( $user->user_login, self::PASSWORD ) instanceof \WP_User ),
			'wp_set_auth_cookie() by plugin' => array( fn( \WP_User $user ): bool => $this->receives_cookies( $user->ID ) ),
			'determine_current_user'         => array( fn( \WP_User $user ): bool => $this->is_recognised( $user->ID ) ),
			'authenticate by plugin'         => array( fn( \WP_User $user ): bool => apply_filters( 'authenticate', $user, '', '' ) instanceof \WP_User ),
			'link that resets the password'  => array( fn( \WP_User $user ): bool => is_string( get_password_reset_key( get_userdata( $user->ID ) ) ) ),
		);
	}

	/**
	 * @dataProvider ways
	 */
	public function test_way_is_open_to_active_shut_to_deactivated_and_open_again_to_reactivated( callable $enters ): void {
		list( $need, , $user ) = $this->person();
		$application           = $this->equip( $user );
		$this->assertTrue( $enters( $user, $application ), 'active' );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( $enters( get_userdata( $user->ID ), $application ), 'deactivated' );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertTrue( $enters( get_userdata( $user->ID ), $application ), 'reactivated' );
	}

	public function test_session_ends_at_once_and_never_comes_back(): void {
		list( $need, , $user ) = $this->person();
		$this->equip( $user );
		$browser = new Browser( self::$web );
		$browser->sign_in( $user->user_login, self::PASSWORD );
		$this->assertTrue( $browser->is_signed_in() );
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( $browser->is_signed_in() );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertFalse( $browser->is_signed_in(), 'the old cookie is dead' );
	}

	public function test_cookie_of_a_session_made_after_the_deactivation_is_worth_nothing(): void {
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$expires = time() + HOUR_IN_SECONDS;
		$token   = \WP_Session_Tokens::get_instance( $user->ID )->create( $expires );
		$cookie  = LOGGED_IN_COOKIE . '=' . wp_generate_auth_cookie( $user->ID, $expires, 'logged_in', $token );
		$reply   = self::$web->send( 'GET', '/wp-json/wp/v2/users/me', array( 'Cookie' => $cookie ) );
		$this->assertSame( 401, $reply->status );

		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$_COOKIE[ LOGGED_IN_COOKIE ] = wp_generate_auth_cookie( $user->ID, $expires, 'logged_in', $token );
		$this->afterwards(
			static function (): void {
				unset( $_COOKIE[ LOGGED_IN_COOKIE ] );
			}
		);
		$this->assertSame( $user->ID, apply_filters( 'determine_current_user', false ), 'the cookie itself was good' );
	}

	public function test_cookies_that_were_not_sent_leave_no_session_behind(): void {
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->assertFalse( $this->receives_cookies( $user->ID ) );
		$this->assertSame( array(), \WP_Session_Tokens::get_instance( $user->ID )->get_all() );
	}

	public function test_only_who_knows_the_password_learns_that_the_account_is_deactivated(): void {
		list( $need, , $user ) = $this->person( array( 'active' => false ) );
		$this->equip( $user );
		$right = wp_authenticate( $user->user_login, self::PASSWORD );
		$this->assertSame( 'scimpress_deactivated', $right->get_error_code() );
		$this->assertSame( 'This account is deactivated. Please contact your administrator.', $right->get_error_message() );
		$wrong = wp_authenticate( $user->user_login, 'wrong' );
		$this->assertSame( 'incorrect_password', $wrong->get_error_code() );

		add_filter( 'application_password_is_api_request', '__return_true' );
		$right = wp_authenticate_application_password( null, $user->user_login, $this->equip( $user ) );
		$this->assertSame( 'scimpress_deactivated', $right->get_error_code() );
		$wrong = wp_authenticate_application_password( null, $user->user_login, 'wrong wrong wrong wrong' );
		$this->assertSame( 'incorrect_password', $wrong->get_error_code() );
	}

	public function test_strangers_are_left_alone(): void {
		$stranger = $this->stranger();
		$this->assertInstanceOf( \WP_User::class, wp_authenticate( $stranger->user_login, 'secret phrase' ) );
		$this->assertTrue( $this->receives_cookies( $stranger->ID ) );
		$this->assertTrue( Account_State::is_active( $stranger->ID ) );
	}

	public function test_signing_out_is_possible_whatever_the_state(): void {
		$sent = 0;
		add_filter(
			'send_auth_cookies',
			static function ( $send ) use ( &$sent ): bool {
				$sent += (int) $send;
				return false;
			},
			PHP_INT_MAX
		);
		wp_clear_auth_cookie();
		$this->assertSame( 1, $sent );
	}

	public function test_everything_but_the_sessions_survives(): void {
		list( $need, , $user ) = $this->person();
		$this->equip( $user );
		$user->set_role( 'editor' );
		$before = get_user_meta( $user->ID );
		$hash   = get_userdata( $user->ID )->user_pass;
		$this->perform( Needs::update( $need, 1, array( 'active' => false ) ) );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertEquals( $before, get_user_meta( $user->ID ) );
		$this->assertSame( $hash, get_userdata( $user->ID )->user_pass );
	}

	/**
	 * Gives a person a password and an application password.
	 *
	 * @param \WP_User $user The person.
	 * @return string The application password.
	 */
	private function equip( \WP_User $user ): string {
		wp_set_password( self::PASSWORD, $user->ID );
		return \WP_Application_Passwords::create_new_application_password( $user->ID, array( 'name' => wp_generate_uuid4() ) )[0];
	}

	/**
	 * Signs in at the form.
	 *
	 * @param string $login Login name or e-mail address.
	 */
	private function form( string $login ): bool {
		$browser = new Browser( self::$web );
		$reply   = $browser->sign_in( $login, self::PASSWORD );
		$entered = 302 === $reply->status && $browser->is_signed_in();
		if ( ! $entered ) {
			$this->assertShows( 'This account is deactivated.', $reply->body );
		}
		return $entered;
	}

	/**
	 * Asks for one's own profile by XML-RPC.
	 *
	 * @param string $login    Login name.
	 * @param string $password Password.
	 */
	private function xmlrpc( string $login, string $password ): bool {
		$values = '';
		foreach ( array( '1', $login, $password ) as $value ) {
			$values .= '<param><value><string>' . htmlspecialchars( $value, ENT_XML1 ) . '</string></value></param>';
		}
		$reply = self::$web->send( 'POST', '/xmlrpc.php', array( 'Content-Type' => 'text/xml' ), "<?xml version=\"1.0\"?><methodCall><methodName>wp.getProfile</methodName><params>$values</params></methodCall>" );
		$this->assertSame( 200, $reply->status );
		$this->assertMatchesRegularExpression( '/<name>(user_id|faultCode)<\/name>/', $reply->body );
		return str_contains( $reply->body, '<name>user_id</name>' );
	}

	/**
	 * Asks the REST API who one is.
	 *
	 * @param string $login    Login name or e-mail address.
	 * @param string $password Application password.
	 */
	private function me( string $login, string $password ): Reply {
		return self::$web->send( 'GET', '/wp-json/wp/v2/users/me', array( 'Authorization' => 'Basic ' . base64_encode( "$login:$password" ) ) );
	}

	/**
	 * Signs somebody in as plugins for single sign-on do, and looks whether cookies would leave.
	 *
	 * @param int $user_id User ID.
	 */
	private function receives_cookies( int $user_id ): bool {
		$sends = false;
		$probe = static function ( $send ) use ( &$sends ): bool {
			$sends = (bool) $send;
			// The test has no browser that could keep them.
			return false;
		};
		add_filter( 'send_auth_cookies', $probe, PHP_INT_MAX );
		wp_set_auth_cookie( $user_id );
		remove_filter( 'send_auth_cookies', $probe, PHP_INT_MAX );
		return $sends;
	}

	/**
	 * Lets another plugin recognise somebody, by whatever means.
	 *
	 * @param int $user_id User ID.
	 */
	private function is_recognised( int $user_id ): bool {
		$plugin = static fn(): int => $user_id;
		add_filter( 'determine_current_user', $plugin, 999 );
		$recognised = apply_filters( 'determine_current_user', false ) === $user_id;
		remove_filter( 'determine_current_user', $plugin, 999 );
		return $recognised;
	}
}
