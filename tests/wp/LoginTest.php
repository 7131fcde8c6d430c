<?php
/**
 * Login names.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * A login name is what SCIM prefers, or a shortened one with a suffix.
 */
final class LoginTest extends Test_Case {

	/**
	 * Preferred names and what becomes of them.
	 */
	public function names(): array {
		$sixty = str_repeat( 'a', 47 ) . '@corp.example';
		return array(
			'plain'                   => array( 'Mira.Halvorsen@corp.example.com', 'Mira.Halvorsen@corp.example.com' ),
			'sixty characters'        => array( $sixty, $sixty ),
			'sixty-one characters'    => array( "a$sixty", substr( "a$sixty", 0, 51 ) . '-0a1b2c3d' ),
			'guest'                   => array( 'mira_partner.example#EXT#@corp.example', 'mira_partner.exampleEXT@corp.example-0a1b2c3d' ),
			'apostrophe'              => array( "o'brien@corp.example", 'obrien@corp.example-0a1b2c3d' ),
			'accent'                  => array( 'zoë@corp.example', 'zoe@corp.example-0a1b2c3d' ),
			'nothing left'            => array( '山田太郎', 'user-0a1b2c3d' ),
			'two blanks'              => array( 'mira  h', 'mira h-0a1b2c3d' ),
			'blank before the suffix' => array( str_repeat( 'b', 50 ) . ' ' . str_repeat( 'c', 20 ), str_repeat( 'b', 50 ) . '-0a1b2c3d' ),
		);
	}

	/**
	 * @dataProvider names
	 */
	public function test_name_fits_into_wordpress( string $preferred, string $expected ): void {
		list( , , $user ) = $this->person(
			array(
				'login' => array(
					'preferred' => $preferred,
					'suffix'    => '0a1b2c3d',
				),
			)
		);
		$this->assertSame( $expected, $user->user_login );
		$this->assertLessThanOrEqual( 60, mb_strlen( $user->user_login ) );
		$this->assertLessThanOrEqual( 50, mb_strlen( $user->user_nicename ) );
		$this->assertNotSame( '', $user->user_nicename );
	}

	public function test_names_that_are_the_same_when_shortened_are_numbered(): void {
		$logins = array();
		foreach ( array( 'one', 'two', 'three' ) as $ending ) {
			list( , , $user ) = $this->person(
				array(
					'login' => array(
						'preferred' => str_repeat( 'x', 70 ) . $ending,
						'suffix'    => '0a1b2c3d',
					),
				)
			);
			$logins[]         = $user->user_login;
		}
		$this->assertSame(
			array(
				str_repeat( 'x', 51 ) . '-0a1b2c3d',
				str_repeat( 'x', 49 ) . '-0a1b2c3d-2',
				str_repeat( 'x', 49 ) . '-0a1b2c3d-3',
			),
			$logins
		);
	}

	public function test_login_of_another_provisioned_user_gets_a_suffix(): void {
		list( $first )    = $this->person();
		list( , , $user ) = $this->person(
			array(
				'login' => array(
					'preferred' => $first['userName'],
					'suffix'    => '0a1b2c3d',
				),
			)
		);
		$this->assertSame( $first['userName'] . '-0a1b2c3d', $user->user_login );
	}

	public function test_login_differs_only_in_case_from_a_strangers_is_refused(): void {
		\Scimpress\Settings::update( array( \Scimpress\Settings::MATCH_LOGIN => false ) );
		$stranger = $this->stranger();
		$this->refused( 'login_exists', Needs::create( array( 'login' => array( 'preferred' => strtoupper( $stranger->user_login ) ) ) ) );
	}

	public function test_renaming_never_changes_the_login(): void {
		list( $need, $record, $user ) = $this->person();
		$this->perform(
			Needs::update(
				$need,
				1,
				array(
					'userName'  => 'new-name@corp.example.com',
					'wordpress' => array( 'userPrincipalName' => 'New-Name@corp.example.com' ),
				)
			)
		);
		wp_cache_flush();
		$this->assertSame( $user->user_login, get_userdata( $record['userId'] )->user_login );
		$this->assertSame( 'New-Name@corp.example.com', get_user_meta( $record['userId'], 'userPrincipalName', true ) );
		$this->assertSame( 'new-name@corp.example.com', self::row( $need['id'] )->user_name );
	}
}
