<?php
/**
 * Declared schemas and mapped attributes.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\{Attributes, Exchange, Filter, FilterError};

/**
 * What a site adds to the attributes of its users, through the extension.
 */
final class Attributes_Test extends TestCase {

	private const URN     = 'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User';
	private const SCHEMAS = '[{"id":"' . self::URN . '","attributes":[{"name":"tag"},{"name":"level","type":"integer"},{"name":"skills","multiValued":true}]}]';

	public function test_problems_have_places(): void {
		self::assertSame( array(), Attributes::problems( '' ) );
		self::assertSame( array(), Attributes::problems( self::SCHEMAS ) );
		$problems = Attributes::problems( '[{"id":"x","attributes":[{"name":"ok"},{"name":"1"}]}]' );
		self::assertSame( array( array( 0, null ), array( 0, 1 ) ), array_map( static fn( array $it ): array => array( $it['schema'], $it['attribute'] ), $problems ) );
		self::assertStringContainsString( 'is not a URN', $problems[0]['message'] );
		$problems = Attributes::problems( 'no json' );
		self::assertSame( array( null, null ), array( $problems[0]['schema'], $problems[0]['attribute'] ) );
	}

	public function test_paths_are_judged_with_the_declared_schemas(): void {
		self::assertNull( Attributes::pathProblem( 'emails[type eq "work"].value', '' ) );
		self::assertNull( Attributes::pathProblem( 'tag', self::SCHEMAS ) );
		self::assertStringContainsString( 'not an attribute', Attributes::pathProblem( 'tag', '' ) );
		self::assertStringContainsString( 'kept nowhere', Attributes::pathProblem( 'password', '' ) );
		foreach ( array( "a\0b", str_repeat( 'a', 5000 ), '"; x', '<b>' ) as $hostile ) {
			self::assertNotNull( Attributes::pathProblem( $hostile, '' ) );
		}
		$this->expectExceptionMessage( 'cannot be read' );
		Attributes::pathProblem( 'title', '{' );
	}

	public function test_schema_is_declared_and_mapped_in_an_exchange(): void {
		$config = array(
			'schemas'  => self::SCHEMAS,
			'mappings' => array(
				array( 'path' => self::URN . ':tag', 'target' => 'tag' ),
				array( 'path' => 'skills', 'target' => 'many' ),
				array( 'path' => 'active', 'target' => 'here' ),
				array( 'path' => 'title', 'target' => 'job' ),
				array( 'path' => 'nothing', 'target' => 'never' ),
			),
		);
		$answer = Requests::answer( array( 'path' => '/Schemas/' . self::URN ), $needs, $config );
		self::assertSame( array( 200, self::URN ), array( $answer->status(), json_decode( $answer->body() )->id ) );
		self::assertSame( 404, Requests::answer( array( 'path' => '/Schemas/' . self::URN ) )->status() );

		$user = array( 'userName' => 'x', self::URN => array( 'tag' => 'a\\"\' 😀', 'skills' => array( 'b', 'c' ) ) );
		Requests::answer( array( 'method' => 'POST', 'body' => json_encode( $user ) ), $needs, $config );
		self::assertSame(
			array(
				array( 'path' => self::URN . ':tag', 'target' => 'tag', 'value' => 'a\\"\' 😀' ),
				array( 'path' => 'skills', 'target' => 'many', 'value' => array( 'b', 'c' ) ),
				array( 'path' => 'active', 'target' => 'here', 'value' => '1' ),
				array( 'path' => 'title', 'target' => 'job', 'value' => null ),
			),
			$needs[0]['mapped']
		);
		$user[ self::URN ]['level'] = 'high';
		self::assertSame( 400, Requests::answer( array( 'method' => 'POST', 'body' => json_encode( $user ) ), $needs, $config )->status() );
		self::assertSame( 201, Requests::answer( array( 'method' => 'POST', 'body' => json_encode( $user ) ) )->status(), 'undeclared it is anything' );

		$patch = '{"Operations":[{"op":"Add","path":"' . self::URN . ':tag","value":"x"}]}';
		Requests::answer( array( 'method' => 'PATCH', 'path' => '/Users/' . Requests::ID, 'body' => $patch ), $needs, $config );
		self::assertSame( array( array( 'path' => self::URN . ':tag', 'target' => 'tag', 'value' => 'x' ) ), $needs[1]['mapped'] );
	}

	public function test_what_was_received_is_counted(): void {
		$documents = array(
			'{"title":"Dr","roles":[{"value":"Editor"}],"' . self::URN . '":{"tag":"x","level":7}}',
			"damaged \xff",
			7,
			'{"title":"Prof"}',
		);
		self::assertSame(
			array(
				'paths'      => array(
					array( 'path' => 'title', 'users' => 2 ),
					array( 'path' => 'roles.value', 'users' => 1 ),
					array( 'path' => self::URN . ':level', 'users' => 1 ),
					array( 'path' => self::URN . ':tag', 'users' => 1 ),
				),
				'extensions' => array(
					array(
						'id'         => self::URN,
						'attributes' => array(
							array( 'name' => 'tag', 'type' => 'string', 'multiValued' => false ),
							array( 'name' => 'level', 'type' => 'integer', 'multiValued' => false ),
						),
						'users'      => 1,
					),
				),
				'rules'      => array( array( 'kind' => 'appRole', 'value' => 'Editor', 'users' => 1 ) ),
			),
			Attributes::received( $documents, '' )
		);
		self::assertSame( array(), Attributes::received( $documents, self::SCHEMAS )['extensions'] );
		$this->expectExceptionMessage( 'cannot be read' );
		Attributes::received( array(), '{' );
	}

	public function test_broken_declaration_is_a_500_that_says_what_to_do(): void {
		foreach ( array( new Exchange( Requests::request(), Requests::config( array( 'schemas' => '[{}]' ) ) ) ) as $exchange ) {
			self::assertNull( $exchange->next() );
			self::assertSame( 500, $exchange->status() );
			self::assertStringContainsString( 'correct them in its settings', $exchange->body() );
		}
	}

	/**
	 * @dataProvider broken
	 */
	public function test_entry_of_another_type_is_a_type_error( array $config ): void {
		$this->expectException( \TypeError::class );
		new Exchange( Requests::request(), Requests::config( $config ) );
	}

	public static function broken(): array {
		return array(
			'schemas'          => array( array( 'schemas' => 5 ) ),
			'schemas, no UTF-8' => array( array( 'schemas' => "\xff" ) ),
			'mappings'         => array( array( 'mappings' => 'x' ) ),
			'mapping'          => array( array( 'mappings' => array( 'x' ) ) ),
			'no target'        => array( array( 'mappings' => array( array( 'path' => 'title' ) ) ) ),
			'path'             => array( array( 'mappings' => array( array( 'path' => 5, 'target' => 'x' ) ) ) ),
		);
	}

	public function test_filter_knows_declared_attributes(): void {
		$filter = Filter::parse( 'LEVEL gt 5', 'User', self::SCHEMAS );
		self::assertSame( self::URN . ':level gt 5', $filter->canonical() );
		self::assertTrue( $filter->matches( json_encode( array( self::URN => array( 'level' => 6 ) ) ) ) );
		self::assertFalse( $filter->matches( json_encode( array( self::URN => array( 'level' => 5 ) ) ) ) );
		$this->expectException( FilterError::class );
		Filter::parse( 'level gt 5' );
	}

	public function test_stored_user_says_who_he_is_and_what_is_mapped(): void {
		$record = Requests::record(
			array(
				'document' => json_encode(
					array(
						'userName'   => 'Mira@corp.example',
						'externalId' => 'E1',
						'title'      => 'Buyer',
						'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' => array( 'manager' => array( 'value' => 'm-1' ) ),
						'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User' => array( 'objectId' => 'ABC' ),
					)
				),
			)
		);
		$rules  = array( array( 'path' => 'title', 'target' => 'job' ), array( 'path' => 'nickName', 'target' => 'nick' ) );
		self::assertSame(
			array(
				'userName'   => 'Mira@corp.example',
				'externalId' => 'E1',
				'objectId'   => 'ABC',
				'manager'    => 'm-1',
				'mapped'     => array(
					array( 'path' => 'title', 'target' => 'job', 'value' => 'Buyer' ),
					array( 'path' => 'nickName', 'target' => 'nick', 'value' => null ),
				),
			),
			Attributes::of( $record, Requests::config( array( 'mappings' => $rules ) ) )
		);
		$bare = Attributes::of( Requests::record( array( 'document' => '{"userName":"x"}' ) ), Requests::config() );
		self::assertSame( array( 'userName' => 'x', 'externalId' => null, 'objectId' => null, 'manager' => null, 'mapped' => array() ), $bare );
		$this->expectExceptionMessage( 'damaged' );
		Attributes::of( Requests::record( array( 'document' => '{' ) ), Requests::config() );
	}

	public function test_row_of_a_table_becomes_a_user(): void {
		$row = array( 'userName' => 'ada', 'name.givenName' => "A\xFF", 'active' => 'False', '7' => array( 'no text' ) );
		self::assertSame( array( 'user' => '{"userName":"ada","name":{"givenName":"A' . "\u{fffd}" . '"},"active":false}', 'error' => null ), \Scimpress\assemble( $row ) );
		self::assertSame( array( 'user' => null, 'error' => "'Vorname' is not an attribute of users" ), \Scimpress\assemble( array( 'Vorname' => 'Ada' ), '' ) );
		self::assertSame( '{}', \Scimpress\assemble( array() )['user'] );
		$this->expectException( \Exception::class );
		\Scimpress\assemble( array(), '[' );
	}
}
