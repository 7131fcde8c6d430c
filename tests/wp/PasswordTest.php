<?php
/**
 * Passwords that a client sets.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Password;

/**
 * WordPress hashes them, and the person signs in with exactly what was sent.
 */
final class PasswordTest extends Scim_Test_Case {

	/**
	 * Passwords that somebody may choose.
	 */
	public function passwords(): array {
		return array(
			'plain'           => array( 'correct horse battery staple' ),
			'quotes'          => array( 'O\'Neill "x"' ),
			'backslashes'     => array( 'C:\\new\\\\table\\' ),
			'slashed already' => array( "a\\'b\\\"c\\\\" ),
			'blanks around'   => array( '  two blanks  ' ),
			'markup'          => array( '<b>&amp;</b> 100%41 +' ),
			'every script'    => array( 'Ærø 山田 🦀 👩🏽‍🚒' ),
			'short'           => array( 'x' ),
			'two zeros'       => array( '00' ),
			'4096 bytes'      => array( str_repeat( 'é', 2048 ) ),
			'slashes counted' => array( str_repeat( "'", 2048 ) ),
		);
	}

	/**
	 * @dataProvider passwords
	 */
	public function test_person_signs_in_with_the_password_of_a_create_and_of_a_change( string $password ): void {
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => $password ) ) );
		$this->assertSignsIn( $user, $password );

		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'password' => substr( $password, 0, 1000 ) . ' and more' ) ) ) );
		$this->assertNotSignsIn( $user, $password );
		$this->perform( Needs::update( $need, 2, array( 'wordpress' => array( 'password' => $password ) ) ) );
		$this->assertSignsIn( $user, $password );
	}

	/**
	 * Passwords that WordPress would keep and nobody could use.
	 */
	public function unusable_passwords(): array {
		return array(
			'blanks'                => array( " \t " ),
			'what PHP calls empty'  => array( '0' ),
			'the same, with blanks' => array( ' 0 ' ),
			'too long'              => array( str_repeat( 'x', 4097 ) ),
			'too long when slashed' => array( str_repeat( "'", 2049 ) ),
		);
	}

	/**
	 * @dataProvider unusable_passwords
	 */
	public function test_password_that_would_lock_the_account_is_refused_and_nothing_is_changed( string $password ): void {
		$rows   = self::rows();
		$detail = $this->refused( 'refused', Needs::create( array( 'wordpress' => array( 'password' => $password ) ) ) );
		$this->assertStringContainsString( 'password', $detail );
		$this->assertStringNotContainsString( 'xx', $detail );
		$this->assertSame( $rows, self::rows() );

		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => 'correct horse' ) ) );
		$this->refused(
			'refused',
			Needs::update(
				$need,
				1,
				array(
					'wordpress' => array(
						'password'   => $password,
						'first_name' => 'Changed',
					),
				)
			)
		);
		$this->assertSignsIn( $user, 'correct horse' );
		$this->assertSame( 'Mira', get_user_meta( $user->ID, 'first_name', true ) );
	}

	public function test_password_is_hashed_at_full_cost_and_a_random_one_cheaply(): void {
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => 'correct horse' ) ) );
		$this->assertHash( false, $user );
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'password' => 'battery staple' ) ) ) );
		$this->assertHash( false, $user );
		$this->perform( Needs::update( $need, 2, array( 'wordpress' => array( 'password' => null ) ) ) );
		$this->assertHash( true, $user );
		$this->assertNotSignsIn( $user, 'battery staple' );
		$this->assertFalse( has_filter( 'wp_hash_password_options', array( Password::class, 'cheap_hash' ) ) );
	}

	public function test_present_password_is_no_change_and_sessions_stay(): void {
		$password              = 'O\'Neill \\ ';
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => $password ) ) );
		$browser               = $this->signed_in( $user, $password );
		$hash                  = get_userdata( $user->ID )->user_pass;
		$set                   = 0;
		add_action(
			'profile_update',
			static function () use ( &$set ): void {
				++$set;
			}
		);
		$record = $this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'password' => $password ) ) ) )['record'];
		$this->assertSame( 2, $record['version'], 'the client wrote' );
		$this->assertSame( 0, $set, 'the account was not saved' );
		$this->assertSame( $hash, get_userdata( $user->ID )->user_pass );
		$this->assertTrue( $browser->is_signed_in() );

		$this->perform(
			Needs::update(
				$need,
				2,
				array(
					'wordpress' => array(
						'password'   => $password,
						'first_name' => 'Maria',
					),
				)
			)
		);
		$this->assertSame( 'Maria', get_user_meta( $user->ID, 'first_name', true ) );
		$this->assertTrue( $browser->is_signed_in(), 'another change beside it' );
	}

	/**
	 * A new password, and none.
	 */
	public function endings(): array {
		return array(
			'new'     => array( 'battery staple' ),
			'removed' => array( null ),
		);
	}

	/**
	 * @dataProvider endings
	 */
	public function test_other_password_ends_sessions_and_sends_no_mail( ?string $password ): void {
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => 'correct horse' ) ) );
		$browser               = $this->signed_in( $user, 'correct horse' );
		$mails                 = 0;
		add_filter(
			'pre_wp_mail',
			static function () use ( &$mails ): bool {
				++$mails;
				return true;
			}
		);
		$this->perform( Needs::update( $need, 1, array( 'wordpress' => array( 'password' => $password ) ) ) );
		$this->assertFalse( $browser->is_signed_in() );
		$this->assertNotSignsIn( $user, 'correct horse' );
		$this->assertSame( 0, $mails );
		$this->assertSame( array( 'Mira', 'Halvorsen' ), array( get_user_meta( $user->ID, 'first_name', true ), get_user_meta( $user->ID, 'last_name', true ) ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
	}

	public function test_password_of_a_deactivated_account_changes_and_opens_nothing(): void {
		list( $need, , $user ) = $this->person(
			array(
				'active'    => false,
				'wordpress' => array( 'password' => 'correct horse' ),
			)
		);
		$this->assertNotSignsIn( $user, 'correct horse' );
		$this->perform(
			Needs::update(
				$need,
				1,
				array(
					'active'    => null,
					'wordpress' => array( 'password' => 'battery staple' ),
				)
			)
		);
		$this->assertNotSignsIn( $user, 'battery staple' );
		$this->perform( Needs::update( $need, 2, array( 'active' => true ) ) );
		$this->assertSignsIn( $user, 'battery staple' );
	}

	public function test_administrator_keeps_the_password_whatever_is_sent(): void {
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => 'correct horse' ) ) );
		$user->set_role( 'administrator' );
		foreach ( array( 'correct horse', 'battery staple', null ) as $password ) {
			$this->refused( 'protected', Needs::update( $need, 1, array( 'wordpress' => array( 'password' => $password ) ) ) );
		}
		$this->assertSignsIn( $user, 'correct horse' );
	}

	public function test_who_comes_back_has_the_new_password_or_the_old_one(): void {
		list( $need, , $user ) = $this->person( array( 'wordpress' => array( 'password' => 'correct horse' ) ) );
		$this->perform( Needs::delete( $need['id'] ) );
		unset( $need['wordpress']['password'] );
		$need['id'] = wp_generate_uuid4();
		$this->assertSame( $user->ID, $this->perform( $need )['record']['userId'] );
		$this->assertSignsIn( $user, 'correct horse' );
		$this->perform( Needs::delete( $need['id'] ) );
		$need['id']                    = wp_generate_uuid4();
		$need['wordpress']['password'] = 'battery staple';
		$this->assertSame( $user->ID, $this->perform( $need )['record']['userId'] );
		$this->assertSignsIn( $user, 'battery staple' );
	}

	public function test_plain_password_is_in_no_table(): void {
		global $wpdb;
		$secret = 'secret-' . bin2hex( random_bytes( 16 ) );
		$reply  = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'password' => "first $secret" ) ) );
		$this->assertScim( 201, $reply );
		$path = '/Users/' . $reply->json()['id'];
		$body = static fn( $value ): string => wp_json_encode(
			array(
				'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
				'Operations' => array(
					array(
						'op'    => 'replace',
						'path'  => 'password',
						'value' => $value,
					),
				),
			)
		);
		$this->assertScim( 200, $this->scim( 'PATCH', $path, array(), $body( "second $secret" ) ) );
		foreach ( array( str_repeat( "'$secret", 200 ), "$secret\u{0}", array( $secret, $secret ) ) as $wrong ) {
			$reply = $this->scim( 'PATCH', $path, array(), $body( $wrong ) );
			$this->assertScim( 400, $reply );
			$this->assertStringNotContainsString( $secret, $reply->body );
		}
		$user = get_userdata( (int) $wpdb->get_var( $wpdb->prepare( "SELECT user_id FROM {$wpdb->prefix}scimpress_users WHERE id = %s", basename( $path ) ) ) );
		$this->assertSignsIn( $user, "second $secret" );
		foreach ( $wpdb->get_col( 'SHOW TABLES' ) as $table ) {
			$this->assertStringNotContainsString( $secret, wp_json_encode( $wpdb->get_results( "SELECT * FROM `$table`" ), JSON_INVALID_UTF8_SUBSTITUTE ), $table );
		}
	}

	public function test_site_that_ignores_passwords_keeps_its_own(): void {
		\Scimpress\Settings::update( array( 'ignore_passwords' => true ) );
		$reply = $this->scim( 'POST', '/Users', array(), self::user_json( array( 'password' => 'correct horse' ) ) );
		$this->assertScim( 201, $reply );
		$user = get_user_by( 'email', $reply->json()['userName'] );
		$this->assertNotSignsIn( $user, 'correct horse' );
		$this->assertFalse( $this->scim( 'GET', '/ServiceProviderConfig' )->json()['changePassword']['supported'] );
	}

	/**
	 * A browser in which a person has signed in.
	 *
	 * @param \WP_User $user     The person.
	 * @param string   $password The password.
	 */
	private function signed_in( \WP_User $user, string $password ): Browser {
		$browser = new Browser( self::$web );
		$browser->sign_in( $user->user_login, $password );
		$this->assertTrue( $browser->is_signed_in() );
		return $browser;
	}

	/**
	 * Asserts that wp-login.php and WordPress's own check take a password.
	 *
	 * @param \WP_User $user     The person.
	 * @param string   $password The password as typed.
	 */
	private function assertSignsIn( \WP_User $user, string $password ): void {
		clean_user_cache( $user );
		$this->signed_in( $user, $password );
		$this->assertTrue( wp_check_password( trim( wp_slash( $password ) ), get_userdata( $user->ID )->user_pass, $user->ID ) );
	}

	/**
	 * Asserts that wp-login.php does not take a password.
	 *
	 * @param \WP_User $user     The person.
	 * @param string   $password The password as typed.
	 */
	private function assertNotSignsIn( \WP_User $user, string $password ): void {
		$browser = new Browser( self::$web );
		$browser->sign_in( $user->user_login, $password );
		$this->assertFalse( $browser->is_signed_in() );
	}

	/**
	 * Asserts how the password of an account is hashed, where WordPress uses bcrypt (6.8).
	 *
	 * @param bool     $cheap Whether at least cost.
	 * @param \WP_User $user  The account.
	 */
	private function assertHash( bool $cheap, \WP_User $user ): void {
		$hash = get_userdata( $user->ID )->user_pass;
		$this->assertGreaterThan( 30, strlen( $hash ) );
		if ( str_starts_with( $hash, '$wp' ) ) {
			$this->assertSame( $cheap, str_starts_with( $hash, '$wp$2y$04$' ), $hash );
		}
	}
}
