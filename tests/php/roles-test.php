<?php
/**
 * Role rules through the boundary.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\Exchange;

use function Scimpress\role_rule;

/**
 * Rules in the configuration, roles in the needs, users who are settled.
 */
final class Roles_Test extends TestCase {

	private const RULES = array(
		array( 'role' => 'editor', 'group' => 'Engineering' ),
		array( 'role' => 'author', 'filter' => 'userName pr' ),
		array( 'role' => 'contributor', 'appRole' => 'Writers' ),
		array( 'role' => 'viewer', 'groupExternalId' => 'G9' ),
	);

	public function test_create_hands_over_the_roles_of_the_rules(): void {
		Requests::answer( array( 'method' => 'POST', 'body' => '{"userName":"x","roles":[{"value":"writers"}]}' ), $needs, array( 'roles' => self::RULES ) );
		self::assertSame( array( 'author', 'contributor' ), $needs[0]['roles'] );
		Requests::answer( array( 'method' => 'POST', 'body' => '{"userName":"x"}' ), $needs, array( 'roles' => array() ) );
		self::assertNull( $needs[0]['roles'] );
	}

	public function test_users_are_settled_by_their_groups(): void {
		$exchange = Exchange::settle( array( 7 ), Requests::config( array( 'roles' => self::RULES ) ) );
		self::assertSame( array( 'need' => 'fetch', 'resource' => 'User', 'positions' => array( 7 ) ), $exchange->next() );
		$exchange->resume( array( 'records' => array( array( 'position' => 7 ) + Requests::record() ) ) );
		self::assertSame( 'memberships', $exchange->next()['need'] );
		$exchange->resume( array( 'memberships' => array( array( 'externalId' => 'G9', 'display' => 'Other' ) + Requests::membership() ) ) );
		self::assertSame( 'memberships', $exchange->next()['need'] );
		$exchange->resume( array( 'memberships' => array() ) );
		self::assertSame(
			array(
				'need'  => 'settle',
				'users' => array(
					array(
						'position' => 7,
						'id'       => Requests::ID,
						'roles'    => array( 'author', 'viewer' ),
						'mapped'   => array(),
					),
				),
			),
			$exchange->next()
		);
		$exchange->resume( array( 'settled' => true ) );
		self::assertNull( $exchange->next() );
		self::assertSame( array( 204, '', array() ), array( $exchange->status(), $exchange->body(), $exchange->notices() ) );
	}

	public function test_membership_without_an_external_id_is_none(): void {
		foreach ( array( array(), array( 'externalId' => null ) ) as $external_id ) {
			$exchange = Exchange::settle( array( 7 ), Requests::config( array( 'roles' => self::RULES ) ) );
			$exchange->next();
			$exchange->resume( array( 'records' => array( Requests::record() ) ) );
			$exchange->next();
			$exchange->resume( array( 'memberships' => array( $external_id + Requests::membership() ) ) );
			$exchange->next();
			$exchange->resume( array( 'memberships' => array() ) );
			self::assertNotContains( 'viewer', $exchange->next()['users'][0]['roles'] );
		}
	}

	public function test_broken_rule_is_a_notice(): void {
		$exchange = Requests::answer( array( 'method' => 'POST', 'body' => '{"userName":"x"}' ), $needs, array( 'roles' => array( array( 'role' => 'editor', 'filter' => 'gone pr' ) ) ) );
		self::assertSame( array( 'roleRuleBroken' ), array_column( $exchange->notices(), 'code' ) );
		self::assertSame( array(), $needs[0]['roles'] );
	}

	public function test_what_is_to_be_said_of_a_rule(): void {
		self::assertSame( array( 'error' => null, 'groups' => true ), role_rule( self::RULES[0] ) );
		self::assertSame( array( 'error' => null, 'groups' => false ), role_rule( self::RULES[1] ) );
		self::assertSame( 'the filter is missing; write one such as department eq "Editorial"', role_rule( array( 'role' => 'editor', 'filter' => '' ) )['error'] );
	}

	/**
	 * Rules that are none.
	 */
	public function broken(): array {
		return array(
			'no kind'             => array( array( 'role' => 'editor' ) ),
			'no role'             => array( array( 'group' => 'x' ) ),
			'role is no text'     => array( array( 'role' => 1, 'group' => 'x' ) ),
			'value is no text'    => array( array( 'role' => 'editor', 'group' => array() ) ),
			'value is not UTF-8'  => array( array( 'role' => 'editor', 'group' => "\xff" ) ),
		);
	}

	/**
	 * @dataProvider broken
	 */
	public function test_rule_that_is_none_is_a_type_error( array $rule ): void {
		foreach ( array( static fn() => role_rule( $rule ), static fn() => Exchange::settle( array(), Requests::config( array( 'roles' => array( $rule ) ) ) ) ) as $call ) {
			try {
				$call();
				self::fail( 'it was taken' );
			} catch ( \TypeError $error ) {
				self::assertNotSame( '', $error->getMessage() );
			}
		}
	}

	public function test_positions_are_numbers(): void {
		foreach ( array( 'x', -1, null, 1.5 ) as $position ) {
			try {
				Exchange::settle( array( $position ), Requests::config() );
				self::fail( 'it was taken' );
			} catch ( \TypeError $error ) {
				self::assertStringContainsString( 'position', $error->getMessage() );
			}
		}
	}
}
