<?php
/**
 * Values of wrong types.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\{Exchange, Filter, Token};

/**
 * A caller's mistake is a TypeError, a client's mistake a SCIM error.
 */
final class Types_Test extends TestCase {

	/**
	 * Every entry, missing and with each type it must not have.
	 *
	 * @param array                 $whole   What is right.
	 * @param array<string, string> $entries Name, `/` between levels, and type.
	 */
	private static function broken( array $whole, array $entries ): iterable {
		$values = array(
			'null'   => null,
			'bool'   => true,
			'int'    => 5,
			'float'  => 5.0,
			'string' => '5',
			'array'  => array( '5' ),
			'object' => new \stdClass(),
		);
		foreach ( $entries as $entry => $type ) {
			yield "no $entry" => array( self::with( $whole, explode( '/', $entry ) ) );
			foreach ( array_diff_key( $values, array( $type => 0 ) ) as $other => $value ) {
				yield "$entry is $other" => array( self::with( $whole, explode( '/', $entry ), array( $value ) ) );
			}
		}
	}

	/**
	 * A copy with one entry replaced, or removed where no value is given.
	 */
	private static function with( array $whole, array $path, array $value = array() ): array {
		$key = array_shift( $path );
		if ( array() !== $path ) {
			$whole[ $key ] = self::with( $whole[ $key ], $path, $value );
		} elseif ( array() === $value ) {
			unset( $whole[ $key ] );
		} else {
			$whole[ $key ] = $value[0];
		}
		return $whole;
	}

	/**
	 * @dataProvider broken_requests
	 */
	public function test_broken_request_is_a_type_error( array $request ): void {
		$this->expectException( \TypeError::class );
		new Exchange( $request, Requests::config() );
	}

	public static function broken_requests(): iterable {
		$entries = array(
			'method'  => 'string',
			'path'    => 'string',
			'query'   => 'array',
			'headers' => 'array',
			'body'    => 'string',
		);
		return self::broken( Requests::request(), $entries );
	}

	/**
	 * @dataProvider broken_configs
	 */
	public function test_broken_config_is_a_type_error( array $config ): void {
		$this->expectException( \TypeError::class );
		new Exchange( Requests::request(), $config );
	}

	public static function broken_configs(): iterable {
		yield from self::broken(
			Requests::config(),
			array(
				'base'             => 'string',
				'now'              => 'int',
				'newId'            => 'string',
				'membersAdditive'  => 'bool',
				'passwordsIgnored' => 'bool',
			)
		);
		yield 'base is not UTF-8' => array( Requests::config( array( 'base' => "\xff" ) ) );
		yield 'newId is not UTF-8' => array( Requests::config( array( 'newId' => "\xff" ) ) );
	}

	/**
	 * @dataProvider broken_answers
	 * @dataProvider broken_answers_about_groups
	 */
	public function test_broken_answer_is_a_type_error_and_the_exchange_can_go_on( array $answer, string $path = '/Users', string $to = 'page' ): void {
		$exchange = new Exchange( Requests::request( array( 'path' => $path ) ), Requests::config() );
		for ( $need = $exchange->next(); $to !== $need['need']; $need = $exchange->next() ) {
			$exchange->resume( Requests::perform( $need ) );
		}
		try {
			$exchange->resume( $answer );
			self::fail( 'not thrown' );
		} catch ( \TypeError ) {
			self::assertSame( $need, $exchange->next() );
		}
		self::assertSame( 200, Requests::finish( $exchange )->status() );
	}

	public static function broken_answers(): iterable {
		$record  = array(
			'position'               => 'int',
			'id'                     => 'string',
			'version'                => 'int',
			'created'                => 'int',
			'modified'               => 'int',
			'document'               => 'string',
			'observed'               => 'string',
			'wordpress'              => 'array',
			'wordpress/user_email'   => 'string',
			'wordpress/first_name'   => 'string',
			'wordpress/last_name'    => 'string',
			'wordpress/display_name' => 'string',
			'wordpress/active'       => 'bool',
		);
		$records = array_combine( array_map( fn( string $name ) => "records/0/$name", array_keys( $record ) ), $record );
		$page    = array(
			'total'   => 1,
			'records' => array( Requests::record() ),
		);
		$error   = array(
			'error'  => 'failed',
			'detail' => 'why',
		);
		yield 'empty' => array( array() );
		yield 'a word' => array( array( 'done' => true ) );
		yield 'negative position' => array( self::with( $page, array( 'records', 0, 'position' ), array( -1 ) ) );
		yield 'negative version' => array( self::with( $page, array( 'records', 0, 'version' ), array( -1 ) ) );
		yield 'negative total' => array( self::with( $page, array( 'total' ), array( -1 ) ) );
		yield 'document is not UTF-8' => array( self::with( $page, array( 'records', 0, 'document' ), array( "\xff" ) ) );
		yield 'not deleted' => array( array( 'deleted' => false ) );
		// A page without its total is the answer to another need, and says so in its own way.
		foreach ( self::broken( $page, array( 'total' => 'int', 'records' => 'array', 'records/0' => 'array' ) + $records ) as $name => $case ) {
			if ( 'no total' !== $name && 'no records/0' !== $name ) {
				yield "page: $name" => $case;
			}
		}
		foreach ( self::broken( $error, array( 'error' => 'string', 'detail' => 'string' ) ) as $name => $case ) {
			yield "error: $name" => $case;
		}
		foreach ( self::broken( array( 'record' => Requests::record() ), array( 'record' => 'array' ) ) as $name => $case ) {
			yield "record: $name" => $case;
		}
		foreach ( self::broken( array( 'settled' => true ), array( 'settled' => 'bool' ) ) as $name => $case ) {
			yield "settled: $name" => $case;
		}
		yield 'not settled' => array( array( 'settled' => false ) );
		foreach ( self::broken( array( 'deleted' => true ), array( 'deleted' => 'bool' ) ) as $name => $case ) {
			yield "deleted: $name" => $case;
		}
	}

	public static function broken_answers_about_groups(): iterable {
		$group = '/Groups/' . Requests::GROUP;
		$user  = '/Users/' . Requests::ID;
		$lists = array(
			'records'     => array( $group, 'select', Requests::group() ),
			'members'     => array( $group, 'members', Requests::member() ),
			'memberships' => array( $user, 'memberships', Requests::membership() ),
		);
		$types = array( 'integer' => 'int', 'boolean' => 'bool', 'string' => 'string' );
		foreach ( $lists as $list => list( $path, $to, $item ) ) {
			$entries = array( $list => 'array', "$list/0" => 'array' );
			foreach ( $item as $name => $value ) {
				$entries[ "$list/0/$name" ] = $types[ gettype( $value ) ];
			}
			// An empty list is a right answer.
			foreach ( array_diff_key( iterator_to_array( self::broken( array( $list => array( $item ) ), $entries ) ), array( "no $list/0" => 0 ) ) as $name => $case ) {
				yield $name => array( $case[0], $path, $to );
			}
			yield "$list: the second is none" => array( array( $list => array( $item, 'x' ) ), $path, $to );
		}
		foreach ( array( 'id', 'display' ) as $name ) {
			yield "$name of a member is not UTF-8" => array( array( 'members' => array( array( $name => "\xff" ) + Requests::member() ) ), $group, 'members' );
		}
		yield 'negative position of a member' => array( array( 'members' => array( array( 'position' => -1 ) + Requests::member() ) ), $group, 'members' );
		yield 'user without account' => array( array( 'records' => array( Requests::group() ) ), $user, 'select' );
	}

	public function test_keys_of_a_list_mean_nothing(): void {
		$exchange = new Exchange( Requests::request( array( 'path' => '/Groups/' . Requests::GROUP ) ), Requests::config() );
		$exchange->next();
		$exchange->resume( array( 'records' => array( "\xff" => Requests::group() ) ) );
		$exchange->next();
		$exchange->resume( array( 'members' => array( 7 => Requests::member(), "\xff" => array( 'id' => 'm2' ) + Requests::member(), 'x' => array( 'id' => 'm3' ) + Requests::member() ) ) );
		self::assertNull( $exchange->next() );
		self::assertSame( array( Requests::ID, 'm2', 'm3' ), array_column( json_decode( $exchange->body(), true )['members'], 'value' ) );
		$digest = hash( 'sha256', str_repeat( 'a', 20 ) );
		self::assertSame( 1, Token::fromSecret( str_repeat( 'a', 20 ) )->matches( array( 'x' => str_repeat( '0', 64 ), "\xff" => $digest ) ) );
	}

	/**
	 * @dataProvider broken_calls
	 */
	public function test_argument_of_another_type_is_a_type_error( callable $call ): void {
		$this->expectException( \TypeError::class );
		$call();
	}

	public static function broken_calls(): iterable {
		$token  = Token::fromSecret( str_repeat( 'a', 20 ) );
		$filter = Filter::parse( 'title pr' );
		foreach ( array( 'null' => null, 'int' => 1, 'array' => array(), 'object' => $token ) as $type => $value ) {
			yield "fold $type" => array( fn() => \Scimpress\fold( $value ) );
			yield "Filter::parse $type" => array( fn() => Filter::parse( $value ) );
			yield "Filter::matches $type" => array( fn() => $filter->matches( $value ) );
			yield "Token::parse $type" => array( fn() => Token::parse( $value ) );
			yield "Token::fromSecret $type" => array( fn() => Token::fromSecret( $value ) );
			yield "refusal detail $type" => array( fn() => Exchange::refusal( 400, $value ) );
			yield "digest $type" => array( fn() => $token->matches( array( str_repeat( '0', 64 ), $value ) ) );
			if ( 'int' !== $type ) {
				yield "refusal status $type" => array( fn() => Exchange::refusal( $value, 'why' ) );
			}
			if ( 'array' !== $type ) {
				yield "Token::matches $type" => array( fn() => $token->matches( $value ) );
				yield "resume $type" => array( fn() => Exchange::refusal( 400, 'why' )->resume( $value ) );
				yield "request $type" => array( fn() => new Exchange( $value, Requests::config() ) );
				yield "config $type" => array( fn() => new Exchange( Requests::request(), $value ) );
			}
		}
		yield 'no argument' => array( fn() => Filter::parse() );
		yield 'too many arguments' => array( fn() => Filter::parse( 'title pr', 'User', '', 'x' ) );
	}

	public function test_fold_takes_any_bytes(): void {
		self::assertSame( "stra\u{df}e \u{3c3} i\u{307}", \Scimpress\fold( "STRA\u{1e9e}E \u{3a3} \u{130}" ) );
		self::assertSame( "a\u{fffd}b", \Scimpress\fold( "A\xffB" ) );
		self::assertSame( '', \Scimpress\fold( '' ) );
	}

	/**
	 * @dataProvider clients_mistakes
	 */
	public function test_bytes_that_are_not_utf8_are_the_clients_mistake( array $request, int $status ): void {
		$exchange = Requests::answer( $request );
		self::assertSame( $status, $exchange->status() );
		$error = json_decode( $exchange->body(), true, 512, JSON_THROW_ON_ERROR );
		self::assertSame( (string) $status, $error['status'] );
	}

	public static function clients_mistakes(): array {
		return array(
			'body'         => array( array( 'method' => 'POST', 'body' => "{\"userName\":\"\xff\"}" ), 400 ),
			'filter'       => array( array( 'query' => array( 'filter' => "userName eq \"\xff\"" ) ), 400 ),
			'count'        => array( array( 'query' => array( 'count' => "\xff" ) ), 400 ),
			// No user has such an id.
			'id'           => array( array( 'path' => "/Users/\xff" ), 404 ),
			'endpoint'     => array( array( 'path' => "/\xff" ), 404 ),
			'method'       => array( array( 'method' => "GE\xff" ), 405 ),
			'content type' => array( array( 'method' => 'POST', 'body' => '{}', 'headers' => array( 'content-type' => "text/\xff" ) ), 415 ),
		);
	}

	/**
	 * @dataProvider strange_parameters
	 */
	public function test_parameter_that_scim_does_not_know_is_passed_over( array $query ): void {
		self::assertSame( 200, Requests::answer( array( 'query' => $query ) )->status() );
	}

	public static function strange_parameters(): array {
		return array(
			'name is no UTF-8'  => array( array( "\xff" => 'x' ) ),
			'name is a number'  => array( array( '5' => 'x', '-7' => 'y', 'a' => 'z' ) ),
			'value is an array' => array( array( 'filter' => array( 'userName eq' ) ) ),
			'value is an int'   => array( array( 'startIndex' => 3 ) ),
			'value is null'     => array( array( 'filter' => null ) ),
		);
	}

	public function test_header_name_that_is_not_utf8_is_passed_over(): void {
		self::assertSame( 200, Requests::answer( array( 'headers' => array( "x-\xff" => 'y', 5 => 'z' ) ) )->status() );
	}

	public function test_references_are_followed(): void {
		$request = Requests::request( array( 'query' => array( 'filter' => 'userName eq "mira@corp.example"' ) ) );
		$config  = Requests::config();
		$digests = array( str_repeat( '0', 64 ), hash( 'sha256', str_repeat( 'a', 20 ) ) );
		foreach ( array( &$request, &$request['query'], &$config, &$digests ) as &$table ) {
			foreach ( $table as &$value ) {
				$held[] = &$value;
			}
		}
		$exchange = new Exchange( $request, $config );
		self::assertSame( array( 'eq', 'userName', 'mira@corp.example' ), $exchange->next()['where'] );
		$answer = array( 'records' => array( Requests::record() ) );
		foreach ( array( &$answer, &$answer['records'], &$answer['records'][0], &$answer['records'][0]['wordpress'] ) as &$table ) {
			foreach ( $table as &$value ) {
				$held[] = &$value;
			}
		}
		$exchange->resume( $answer );
		self::assertSame( 200, Requests::finish( $exchange )->status() );
		self::assertSame( 1, Token::fromSecret( str_repeat( 'a', 20 ) )->matches( $digests ) );
	}
}
