<?php
/**
 * Work to repeat: each entry is one crossing, or one exchange, from its beginning to its end.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use Scimpress\{Exchange, Filter, FilterError, Token};

require_once __DIR__ . '/../bootstrap.php';

$body    = json_encode(
	array(
		'schemas'  => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ),
		'userName' => 'mira@corp.example',
		'name'     => array( 'givenName' => 'Mira', 'familyName' => 'Halvorsen' ),
		'emails'   => array( array( 'value' => 'mira@corp.example', 'type' => 'work' ) ),
	)
);
$user    = Requests::record()['document'];
$digests = array( str_repeat( '0', 64 ), hash( 'sha256', str_repeat( 'a', 43 ) ) );
$filter  = 'userName eq "mira@corp.example" and (active eq true or emails[type eq "work" and value co "@corp"])';
$group   = json_encode( array( 'displayName' => 'Crew', 'members' => array_fill( 0, 3, array( 'value' => Requests::ID ) ) ) );
$join    = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"m1"},{"value":"m2"}]}]}';
$bulk    = json_encode( Requests::bulk() );
$patch   = '{"Operations":[{"op":"replace","path":"active","value":"False"},{"op":"add","path":"emails[type eq \"work\"].value","value":"m@corp.example"}]}';

/**
 * Runs what must throw.
 *
 * @param string   $class What it throws.
 * @param callable $call  What throws it.
 */
function thrown( string $class, callable $call ): void {
	try {
		$call();
	} catch ( \Throwable $thrown ) {
		if ( $thrown instanceof $class ) {
			return;
		}
	}
	throw new \LogicException( "$class was expected" );
}

return array(
	'read'   => fn() => Requests::answer( array( 'path' => '/Users/' . Requests::ID ) )->body(),
	'list'   => fn() => Requests::answer( array( 'query' => array( 'filter' => $filter ) ) )->body(),
	'create' => fn() => Requests::answer( array( 'method' => 'POST', 'body' => $body ) )->headers(),
	'patch'  => fn() => Requests::answer( array( 'method' => 'PATCH', 'path' => '/Users/' . Requests::ID, 'body' => $patch ) )->headers(),
	'group'  => fn() => Requests::answer( array( 'path' => '/Groups/' . Requests::GROUP ) )->body() . Requests::answer( array( 'method' => 'POST', 'path' => '/Groups', 'body' => $group ) )->body(),
	'member' => fn() => Requests::answer( array( 'method' => 'PATCH', 'path' => '/Groups/' . Requests::GROUP, 'body' => $join ) )->headers(),
	'sorted' => fn() => Requests::answer( array( 'query' => array( 'sortBy' => 'userName' ) ) )->body(),
	'bulk'   => fn() => Requests::answer( array( 'method' => 'POST', 'path' => '/Bulk', 'body' => $bulk ) )->body(),
	'filter' => fn() => Filter::parse( $filter )->matches( $user ),
	'token'  => fn() => Token::parse( 'Bearer ' . str_repeat( 'a', 43 ) )->matches( $digests ),
	'errors' => function () {
		thrown( FilterError::class, fn() => Filter::parse( 'userName eq' ) );
		thrown( FilterError::class, fn() => Filter::parse( 'title pr' )->matches( '{' ) );
		thrown( \TypeError::class, fn() => Filter::parse( array() ) );
		thrown( \TypeError::class, fn() => new Exchange( array(), array() ) );
		thrown( \Exception::class, fn() => new Token() );
		$exchange = new Exchange( Requests::request(), Requests::config() );
		$exchange->next();
		thrown( \TypeError::class, fn() => $exchange->resume( array( 'records' => array( Requests::record(), 5 ) ) ) );
		thrown( \Error::class, fn() => clone $exchange );
		$exchange = new Exchange( Requests::request( array( 'path' => '/Groups/' . Requests::GROUP ) ), Requests::config() );
		$exchange->next();
		$exchange->resume( array( 'records' => array( Requests::group() ) ) );
		$exchange->next();
		thrown( \TypeError::class, fn() => $exchange->resume( array( 'members' => array( Requests::member(), array( 'position' => 2, 'id' => 'm2' ) ) ) ) );
		// The exchange is given up in the middle.
	},
	'panic'  => fn() => thrown( \Error::class, fn() => \Scimpress\Probe\panic() ),
);
