<?php
/**
 * Tokens through the boundary.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\Token;

/**
 * Headers, secrets, digests.
 */
final class Token_Test extends TestCase {

	private const SECRET = 'correct-horse.battery_staple~+/==';

	/**
	 * @dataProvider headers
	 */
	public function test_header_is_read( string $header, ?string $secret ): void {
		self::assertSame( null === $secret ? null : hash( 'sha256', $secret ), Token::parse( $header )?->digest() );
	}

	public static function headers(): array {
		return array(
			array( 'Bearer ' . self::SECRET, self::SECRET ),
			array( 'bEARER   ' . self::SECRET . ' ', self::SECRET ),
			'short'          => array( 'Bearer x', 'x' ),
			'no scheme'      => array( self::SECRET, null ),
			'another scheme' => array( 'Basic ' . self::SECRET, null ),
			'glued'          => array( 'Bearer' . self::SECRET, null ),
			'two'            => array( 'Bearer a b', null ),
			'empty'          => array( '', null ),
			'only scheme'    => array( 'Bearer ', null ),
			'NUL'            => array( "Bearer a\0b", null ),
			'not UTF-8'      => array( "Bearer \xff", null ),
		);
	}

	/**
	 * @dataProvider secrets
	 */
	public function test_secret_that_cannot_be_sent_is_refused( string $secret, bool $taken ): void {
		self::assertSame( $taken ? hash( 'sha256', $secret ) : null, Token::fromSecret( $secret )?->digest() );
	}

	public static function secrets(): array {
		return array(
			array( self::SECRET, true ),
			'shortest' => array( str_repeat( 'a', 16 ), true ),
			'shorter'  => array( str_repeat( 'a', 15 ), false ),
			'longest'  => array( str_repeat( 'a', 4096 ), true ),
			'longer'   => array( str_repeat( 'a', 4097 ), false ),
			'blank'    => array( 'correct horse battery', false ),
			'umlaut'   => array( 'correct-hörse-battery', false ),
			'NUL'      => array( "correct-horse-battery\0", false ),
		);
	}

	/**
	 * @dataProvider digests
	 */
	public function test_position_of_the_digest_is_found( array $digests, ?int $position ): void {
		self::assertSame( $position, Token::fromSecret( self::SECRET )->matches( $digests ) );
	}

	public static function digests(): array {
		$own   = hash( 'sha256', self::SECRET );
		$other = hash( 'sha256', 'other' );
		return array(
			'none'        => array( array(), null ),
			'another'     => array( array( $other ), null ),
			'only'        => array( array( $own ), 0 ),
			'last'        => array( array( $other, $other, $own ), 2 ),
			'twice'       => array( array( $other, $own, $own ), 1 ),
			'by position' => array( array( 7 => $other, 'key' => $own ), 1 ),
			'upper case'  => array( array( strtoupper( $own ) ), null ),
			'shortened'   => array( array( substr( $own, 0, 63 ) ), null ),
			'lengthened'  => array( array( $own . "\0" ), null ),
			'empty'       => array( array( '' ), null ),
			'no digest'   => array( array( "\xff", $own ), 1 ),
		);
	}
}
