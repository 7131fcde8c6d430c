<?php
/**
 * Tokens and the capability on a network of sites.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Capability;
use Scimpress\Rest\Admission;
use Scimpress\Token_Use;
use Scimpress\Tokens;

/**
 * What is decided on one site of a network does not hold on the others.
 */
final class TokensNetworkTest extends Network_Test_Case {

	public function test_token_of_a_site_opens_that_site_alone(): void {
		$token = Tokens::create();
		$this->assertNull( $this->ask( $token ) );
		$this->assertNotNull( Token_Use::first() );
		$this->elsewhere(
			function () use ( $token ): void {
				\Scimpress\Settings::update( array( 'enabled' => true ) );
				$this->assertSame( 401, $this->ask( $token )[0] );
				$this->assertNull( Token_Use::first() );
				$own = Tokens::create();
				$this->assertNull( $this->ask( $own ) );
				Tokens::revoke( Tokens::stored()[0]['id'] );
				$this->assertSame( 401, $this->ask( $own )[0] );
			}
		);
		$this->assertNull( $this->ask( $token ) );
	}

	public function test_who_manages_a_site_decides_about_its_provisioning_alone(): void {
		$this->assertTrue( user_can( 1, Capability::NAME ), 'a super administrator' );
		$administrator = $this->stranger( array( 'role' => 'administrator' ) );
		$helper        = $this->stranger( array( 'role' => 'editor' ) );
		$helper->add_cap( Capability::NAME );
		$this->assertTrue( user_can( $administrator->ID, Capability::NAME ) );
		$this->assertTrue( user_can( $helper->ID, Capability::NAME ) );
		$this->elsewhere(
			function () use ( $administrator, $helper ): void {
				foreach ( array( $administrator, $helper ) as $user ) {
					add_user_to_blog( get_current_blog_id(), $user->ID, 'editor' );
					$this->assertFalse( user_can( $user->ID, Capability::NAME ) );
				}
				$this->assertTrue( user_can( 1, Capability::NAME ) );
			}
		);
	}

	/**
	 * Whether a token may read.
	 *
	 * @param string $token The token.
	 * @return array{0: int, 1: string}|null
	 */
	private function ask( string $token ): ?array {
		return Admission::refusal( "Bearer $token", 'GET', '/wpo365/v1/Users' );
	}
}
