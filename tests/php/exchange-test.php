<?php
/**
 * Exchanges through the boundary.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\Exchange;

/**
 * What goes in and out arrives whole, and a loop that is driven wrongly does no harm.
 */
final class Exchange_Test extends TestCase {

	private const USER = array(
		'schemas'    => array( 'urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User' ),
		'userName'   => 'Mira@Corp.example',
		'externalId' => 'E1',
		'name'       => array(
			'givenName'  => 'Mi\\ra "M" 😀',
			'familyName' => "O'Halvorsen",
		),
		'emails'     => array(
			array(
				'value' => 'Mira@Corp.example',
				'type'  => 'work',
			),
		),
		'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User' => array( 'objectId' => 'ABC' ),
	);

	public function test_import_hands_over_a_create_and_says_what_is_left_out(): void {
		$user     = array(
			'userName'   => 'Mira@Corp.example',
			'externalId' => null,
			'objectId'   => 'ABC',
			'active'     => false,
			'wordpress'  => array(
				'user_email'   => 'Mira@Corp.example',
				'first_name'   => 'Mi\\ra',
				'last_name'    => '',
				'display_name' => 'Mira 😀',
			),
			'attributes' => array(
				array( 'path' => 'title', 'value' => 'Buyer' ),
				array( 'path' => 'no.such', 'value' => 'x' ),
			),
		);
		$exchange = Exchange::import( $user, Requests::config( array( 'newId' => '42' ) ) );
		$need     = $exchange->next();
		self::assertSame( array( 'create', '42', 'mira@corp.example', null, 'abc', false ), array( $need['need'], $need['id'], $need['userName'], $need['externalId'], $need['objectId'], $need['active'] ) );
		$document = json_decode( $need['document'], true );
		self::assertSame( array( 'Buyer', 'Mira 😀', array( 'givenName' => 'Mi\\ra' ) ), array( $document['title'], $document['displayName'], $document['name'] ) );
		$exchange->resume( array( 'record' => Requests::record() ) );
		self::assertNull( $exchange->next() );
		self::assertSame( 204, $exchange->status() );
		self::assertSame( array( array( 'attributeIgnored', '42' ) ), array_map( static fn( array $notice ): array => array( $notice['code'], $notice['resource'] ), $exchange->notices() ) );

		foreach ( array_keys( $user ) as $key ) {
			if ( 'externalId' !== $key && 'objectId' !== $key ) {
				try {
					Exchange::import( array_diff_key( $user, array( $key => 1 ) ), Requests::config() );
					self::fail( "$key is missing" );
				} catch ( \TypeError $error ) {
					self::assertStringContainsString( $key, $error->getMessage() );
				}
			}
		}
	}

	public function test_changes_are_collected_when_the_configuration_asks_for_them(): void {
		$request  = Requests::request( array( 'method' => 'POST', 'body' => json_encode( self::USER + array( 'password' => 'Hunter2-😀' ) ) ) );
		$config   = Requests::config( array( 'journal' => true ) );
		$exchange = new Exchange( $request, $config );
		self::assertNotNull( $exchange->next() );
		self::assertSame( array( array( 'create', 'User', '', 'Mira@Corp.example', 'mira@corp.example', 500, '', '', array(), 0, null ) ), array_map( 'array_values', $exchange->changes() ), 'given up' );
		while ( null !== $exchange->next() ) {
			$exchange->resume(
				match ( $exchange->next()['need'] ) {
					'create'      => array( 'record' => Requests::record() ),
					'memberships' => array( 'memberships' => array() ),
					'page'        => array( 'total' => 1, 'records' => array() ),
					default       => array( 'records' => array() ),
				}
			);
		}
		list( $change ) = $exchange->changes();
		self::assertSame( array( 'operation', 'resourceType', 'id', 'name', 'key', 'status', 'scimType', 'detail', 'attributes', 'more', 'members' ), array_keys( $change ) );
		self::assertSame( array( 'create', 'User', Requests::ID, 201 ), array( $change['operation'], $change['resourceType'], $change['id'], $change['status'] ) );
		self::assertContains( array( 'path' => 'name.givenName', 'old' => null, 'new' => 'Mi\\ra "M" 😀' ), $change['attributes'] );
		self::assertContains( array( 'path' => 'password', 'old' => null, 'new' => 'set' ), $change['attributes'] );
		self::assertStringNotContainsString( 'Hunter2', json_encode( $exchange->changes() ) );

		$members  = Requests::request( array( 'method' => 'POST', 'path' => '/Groups', 'body' => json_encode( array( 'displayName' => 'Crew', 'members' => array( array( 'value' => Requests::ID ) ) ) ) ) );
		$exchange = new Exchange( $members, $config );
		$exchange->next();
		$exchange->resume( array( 'error' => 'member_unknown', 'detail' => Requests::ID ) );
		self::assertNull( $exchange->next() );
		self::assertSame( array( 'create', 'Group', 400, 'invalidValue' ), array_values( array_intersect_key( $exchange->changes()[0], array_flip( array( 'operation', 'resourceType', 'status', 'scimType' ) ) ) ) );

		$gone = new Exchange( Requests::request( array( 'method' => 'DELETE', 'path' => '/Users/9' ) ), $config );
		$gone->next();
		$gone->resume( array( 'deleted' => true, 'document' => '{"userName":"Mira","title":"Clerk"}' ) );
		self::assertNull( $gone->next() );
		self::assertSame( array( 'path' => 'title', 'old' => 'Clerk', 'new' => null ), $gone->changes()[0]['attributes'][1] );

		$silent = new Exchange( $request, Requests::config() );
		$silent->next();
		self::assertSame( array(), $silent->changes() );
	}

	public function test_a_request_is_shown_without_its_secrets(): void {
		$request = Requests::request( array( 'method' => 'POST', 'query' => array( 'token' => 'Hunter2', 'attributes' => 'userName' ), 'headers' => array( 'authorization' => 'Bearer Hunter2', 'user-agent' => "x\xff" ), 'body' => '{"userName":"mira","password":"Hunter2"}' ) );
		$shown   = \Scimpress\redacted( $request );
		self::assertStringStartsWith( "POST /Users?***&attributes=userName\nuser-agent: x\u{fffd}\n\n{", $shown );
		self::assertStringContainsString( '"password": "***"', $shown );
		self::assertStringNotContainsString( 'Hunter2', $shown );
		self::assertStringContainsString( 'not kept', \Scimpress\redacted( array( 'body' => '{"password":"Hunter2"' ) + $request ) );
		$this->expectException( \TypeError::class );
		\Scimpress\redacted( array( 'body' => 7 ) + $request );
	}

	public function test_create_hands_over_every_entry(): void {
		$exchange = Requests::answer( array( 'method' => 'POST', 'body' => json_encode( self::USER ) ), $needs );
		$create   = $needs[0];
		$document = json_decode( $create['document'], true );
		unset( $create['document'] );
		self::assertSame(
			array(
				'need'       => 'create',
				'resource'   => 'User',
				'id'         => Requests::ID,
				'now'        => 1763793784123,
				'userName'   => 'mira@corp.example',
				'externalId' => 'E1',
				'objectId'   => 'abc',
				'email'      => 'mira@corp.example',
				'active'     => true,
				'roles'      => null,
				'wordpress'  => array(
					'user_email'        => 'Mira@Corp.example',
					'first_name'        => 'Mi\\ra "M" 😀',
					'last_name'         => "O'Halvorsen",
					'display_name'      => 'Mi\\ra "M" 😀 O\'Halvorsen',
					'userPrincipalName' => 'Mira@Corp.example',
					'aadObjectId'       => 'ABC',
				),
				'mapped'     => array(),
				'login'      => array(
					'preferred' => 'Mira@Corp.example',
					'suffix'    => substr( hash( 'sha256', 'mira@corp.example' ), 0, 8 ),
				),
			),
			$create
		);
		self::assertSame( self::USER['name'], $document['name'] );
		self::assertSame( 201, $exchange->status() );
		self::assertSame(
			array(
				'Content-Type'     => 'application/scim+json',
				'Cache-Control'    => 'no-store',
				'ETag'             => 'W/"3~53b5040e6be0"',
				'Content-Location' => Requests::BASE . '/Users/' . Requests::ID,
				'Location'         => Requests::BASE . '/Users/' . Requests::ID,
			),
			$exchange->headers()
		);
		self::assertSame( Requests::ID, json_decode( $exchange->body() )->id );
	}

	public function test_absent_keys_are_null(): void {
		Requests::answer( array( 'method' => 'POST', 'body' => '{"userName":"x"}' ), $needs );
		self::assertSame( array( null, null, null ), array( $needs[0]['externalId'], $needs[0]['objectId'], $needs[0]['email'] ) );
		self::assertNull( $needs[0]['wordpress']['aadObjectId'] );
	}

	public function test_password_is_handed_over_in_the_need_and_nowhere_else(): void {
		$secret   = " O'Neill \\ \"x\" 😀 ";
		$exchange = Requests::answer( array( 'method' => 'POST', 'body' => json_encode( array( 'userName' => 'x', 'password' => $secret ) ) ), $needs );
		self::assertSame( $secret, $needs[0]['wordpress']['password'] );
		self::assertStringNotContainsString( 'assword', $needs[0]['document'] . $exchange->body() );

		$patch = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"password"}]}';
		Requests::answer( array( 'method' => 'PATCH', 'path' => '/Users/' . Requests::ID, 'body' => $patch ), $needs );
		self::assertSame( array( 'password' => null ), $needs[1]['wordpress'] );
	}

	public function test_passwords_are_passed_over_where_the_site_wants_it(): void {
		$exchange = new Exchange( Requests::request( array( 'method' => 'POST', 'body' => '{"userName":"x","password":"secret"}' ) ), Requests::config( array( 'passwordsIgnored' => true ) ) );
		self::assertArrayNotHasKey( 'password', $exchange->next()['wordpress'] );
	}

	public function test_update_hands_over_only_the_fields_that_change(): void {
		$patch    = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}';
		$exchange = Requests::answer( array( 'method' => 'PATCH', 'path' => '/Users/' . Requests::ID, 'body' => $patch ), $needs );
		self::assertSame( array( 'select', 'update', 'memberships', 'memberships' ), array_column( $needs, 'need' ) );
		self::assertSame( array( 'User', 3, false, array() ), array( $needs[1]['resource'], $needs[1]['version'], $needs[1]['active'], $needs[1]['wordpress'] ) );
		self::assertSame( array( 'need', 'resource', 'id', 'version', 'now', 'userName', 'externalId', 'objectId', 'email', 'active', 'document', 'roles', 'wordpress', 'mapped' ), array_keys( $needs[1] ) );
		self::assertSame( 200, $exchange->status() );
	}

	/**
	 * @dataProvider deletions
	 */
	public function test_delete_needs_the_id_and_a_version_only_under_a_condition( array $request, array $deletion ): void {
		$exchange = Requests::answer( array( 'method' => 'DELETE' ) + $request, $needs );
		self::assertSame( array( 'need' => 'delete' ) + $deletion, end( $needs ) );
		self::assertSame( array( 204, '' ), array( $exchange->status(), $exchange->body() ) );
	}

	public static function deletions(): array {
		$user  = array( 'path' => '/Users/' . Requests::ID );
		$group = array( 'path' => '/Groups/' . Requests::GROUP );
		return array(
			'user'             => array( $user, array( 'resource' => 'User', 'id' => Requests::ID, 'version' => null ) ),
			'user, If-Match'   => array( $user + array( 'headers' => array( 'if-match' => 'W/"3"' ) ), array( 'resource' => 'User', 'id' => Requests::ID, 'version' => 3 ) ),
			'group'            => array( $group, array( 'resource' => 'Group', 'id' => Requests::GROUP, 'version' => null ) ),
			'group, If-Match'  => array( $group + array( 'headers' => array( 'if-match' => 'W/"5"' ) ), array( 'resource' => 'Group', 'id' => Requests::GROUP, 'version' => 5 ) ),
		);
	}

	/**
	 * @dataProvider queries
	 */
	public function test_query_has_this_first_need( string $path, array $query, array $need ): void {
		Requests::answer( array( 'path' => $path, 'query' => $query ), $needs );
		self::assertSame( $need, $needs[0] );
	}

	public static function queries(): array {
		$select = fn( string $resource, ?array $where ) => array(
			'need'     => 'select',
			'resource' => $resource,
			'where'    => $where,
			'after'    => 0,
			'before'   => null,
			'limit'    => 200,
		);
		$page   = fn( string $resource, int $offset, int $limit, ?array $where = null, ?array $order = null ) => array(
			'need'     => 'page',
			'resource' => $resource,
			'where'    => $where,
			'order'    => $order,
			'offset'   => $offset,
			'limit'    => $limit,
		);
		return array(
			'externalId'  => array( '/Users', array( 'filter' => 'externalId eq "E1"' ), $select( 'User', array( 'eq', 'externalId', 'E1' ) ) ),
			'title'       => array( '/Users', array( 'filter' => 'title pr' ), $select( 'User', null ) ),
			'a superset'  => array( '/Users', array( 'filter' => 'title pr and not (id eq "x")' ), $select( 'User', array( 'not', array( 'eq', 'id', 'x' ) ) ) ),
			'a page'      => array( '/Users', array( 'startIndex' => '3', 'count' => '2' ), $page( 'User', 2, 2 ) ),
			'a condition' => array(
				'/Users',
				array( 'filter' => '(active eq true or userName pr) and meta.created gt "1970-01-01T00:00:00.005Z"', 'count' => '2' ),
				$page( 'User', 0, 2, array( 'and', array( 'or', array( 'eq', 'active', true ), array( 'present', 'userName' ) ), array( 'gt', 'created', 5 ) ) ),
			),
			'displayName' => array( '/Groups', array( 'filter' => 'displayName eq "STAFF"' ), $select( 'Group', array( 'eq', 'displayName', 'staff' ) ) ),
			'nobody'      => array( '/Groups', array( 'filter' => 'externalId eq ""' ), $select( 'Group', array( 'or' ) ) ),
			'group page'  => array( '/Groups', array( 'startIndex' => '3', 'count' => '2' ), $page( 'Group', 2, 2 ) ),
			'sorted'      => array( '/Users', array( 'sortBy' => 'title' ), $select( 'User', null ) ),
			'store sorts' => array( '/Users', array( 'sortBy' => 'userName', 'sortOrder' => 'descending', 'count' => '2' ), $page( 'User', 0, 2, null, array( 'userName', 'descending' ) ) ),
			'a cursor'    => array( '/Groups', array( 'cursor' => '', 'count' => '5' ), $page( 'Group', 0, 0 ) ),
		);
	}

	public function test_sorted_query_fetches_by_position(): void {
		$exchange = Requests::answer( array( 'query' => array( 'sortBy' => 'title' ) ), $needs );
		self::assertSame( array( 'need' => 'fetch', 'resource' => 'User', 'positions' => array( 7 ) ), $needs[1] );
		self::assertSame( Requests::ID, json_decode( $exchange->body() )->Resources[0]->id );
	}

	public function test_previous_cursor_selects_before_a_position(): void {
		$page = function ( string $cursor ) {
			$need     = null;
			$exchange = new Exchange( Requests::request( array( 'query' => array( 'cursor' => $cursor, 'count' => '1', 'filter' => 'userName pr', 'excludedAttributes' => 'groups' ) ) ), Requests::config() );
			$records  = array( Requests::record( array( 'position' => 8 ) ), Requests::record( array( 'position' => 9 ) ) );
			for ( $next = $exchange->next(); null !== $next; $next = $exchange->next() ) {
				$need = $next;
				$exchange->resume( array( 'records' => $records ) );
			}
			return array( $need, json_decode( $exchange->body(), true ) );
		};

		list( $need, $first ) = $page( '' );
		self::assertSame( array( 0, null ), array( $need['after'], $need['before'] ) );
		list( $need, $second ) = $page( $first['nextCursor'] );
		self::assertSame( array( 8, null ), array( $need['after'], $need['before'] ) );
		list( $need ) = $page( $second['previousCursor'] );
		self::assertSame( array( 0, 8 ), array( $need['after'], $need['before'] ) );
	}

	public function test_index_behind_every_integer_stays_an_integer(): void {
		Requests::answer( array( 'query' => array( 'startIndex' => str_repeat( '9', 40 ) ) ), $needs );
		self::assertIsInt( $needs[0]['offset'] );
		self::assertGreaterThan( 1 << 61, $needs[0]['offset'] );
	}

	public function test_shared_external_id_is_noticed(): void {
		$exchange = new Exchange( Requests::request( array( 'method' => 'POST', 'body' => json_encode( self::USER ) ) ), Requests::config() );
		for ( $need = $exchange->next(); null !== $need; $need = $exchange->next() ) {
			$exchange->resume( 'page' === $need['need'] ? array( 'total' => 2, 'records' => array() ) : Requests::perform( $need ) );
		}
		self::assertSame( 201, $exchange->status() );
		$notices = $exchange->notices();
		self::assertSame( array( 0 ), array_keys( $notices ) );
		self::assertSame( array( 'code', 'detail', 'resource' ), array_keys( $notices[0] ) );
		self::assertSame( array( 'externalIdShared', Requests::ID ), array( $notices[0]['code'], $notices[0]['resource'] ) );
	}

	public function test_body_comes_out_byte_for_byte(): void {
		$document = json_encode( array( 'userName' => 'x', 'title' => str_repeat( 'ß😀\\"', 50000 ) ), JSON_UNESCAPED_UNICODE );
		$exchange = new Exchange( Requests::request( array( 'path' => '/Users/x' ) ), Requests::config() );
		$exchange->next();
		$exchange->resume( array( 'records' => array( Requests::record( array( 'id' => 'x', 'document' => $document ) ) ) ) );
		Requests::finish( $exchange );
		self::assertSame( str_repeat( 'ß😀\\"', 50000 ), json_decode( $exchange->body() )->title );
		self::assertSame( $exchange->body(), $exchange->body() );
	}

	/**
	 * @dataProvider refusals
	 */
	public function test_refusal_is_a_finished_exchange( int $status, int $expected, array $header ): void {
		$exchange = Exchange::refusal( $status, "bad \xff \"detail\"" );
		self::assertNull( $exchange->next() );
		self::assertSame( $expected, $exchange->status() );
		self::assertSame( array( 'Content-Type' => 'application/scim+json', 'Cache-Control' => 'no-store' ) + $header, $exchange->headers() );
		self::assertSame( "bad \u{fffd} \"detail\"", json_decode( $exchange->body(), false, 512, JSON_THROW_ON_ERROR )->detail );
		self::assertSame( array(), $exchange->notices() );
	}

	public static function refusals(): array {
		return array(
			array( 401, 401, array( 'WWW-Authenticate' => 'Bearer realm="SCIM"' ) ),
			array( 403, 403, array() ),
			array( 503, 503, array( 'Retry-After' => '30' ) ),
			'a success' => array( 200, 500, array() ),
			'negative'  => array( -1, 500, array() ),
			'huge'      => array( PHP_INT_MAX, 500, array() ),
		);
	}

	public function test_need_is_repeated_until_it_is_answered(): void {
		$exchange = new Exchange( Requests::request(), Requests::config() );
		self::assertSame( $exchange->next(), $exchange->next() );
		$exchange->resume( Requests::perform( $exchange->next() ) );
		self::assertSame( 'memberships', $exchange->next()['need'] );
		self::assertSame( $exchange->next(), $exchange->next() );
		Requests::finish( $exchange );
		self::assertNull( $exchange->next() );
	}

	public function test_unfinished_exchange_answers_500(): void {
		$exchange = new Exchange( Requests::request(), Requests::config() );
		foreach ( array( 'before', 'after' ) as $when ) {
			self::assertSame( array( 500, array() ), array( $exchange->status(), $exchange->notices() ), $when );
			self::assertSame( '500', json_decode( $exchange->body() )->status );
			self::assertSame( 'application/scim+json', $exchange->headers()['Content-Type'] );
			$exchange->next();
		}
		Requests::finish( $exchange );
		self::assertSame( 200, $exchange->status() );
	}

	public function test_answer_without_need_is_passed_over(): void {
		$wrong    = array( 'error' => 'protected', 'detail' => '' );
		$exchange = new Exchange( Requests::request(), Requests::config() );
		$exchange->resume( $wrong );
		$need = $exchange->next();
		self::assertSame( 'page', $need['need'] );
		$exchange->resume( Requests::perform( $need ) );
		// What is passed over is not even read.
		$exchange->resume( array() );
		$exchange->resume( $wrong );
		self::assertSame( 'memberships', $exchange->next()['need'] );
		Requests::finish( $exchange );
		$exchange->resume( $wrong );
		self::assertNull( $exchange->next() );
		self::assertSame( 200, $exchange->status() );
	}

	public function test_answer_to_another_need_is_an_internal_error(): void {
		$exchange = new Exchange( Requests::request(), Requests::config() );
		$exchange->next();
		$exchange->resume( array( 'deleted' => true ) );
		self::assertNull( $exchange->next() );
		self::assertSame( 500, $exchange->status() );
	}

	public function test_constructor_called_again_starts_anew(): void {
		$exchange = Requests::answer( array() );
		$exchange->__construct( Requests::request( array( 'path' => '/Nothing' ) ), Requests::config() );
		self::assertNull( $exchange->next() );
		self::assertSame( 404, $exchange->status() );
	}

	public function test_exchanges_do_not_mix(): void {
		$first  = new Exchange( Requests::request( array( 'path' => '/Users/first' ) ), Requests::config() );
		$second = new Exchange( Requests::request( array( 'path' => '/Users/second' ) ), Requests::config() );
		self::assertSame( array( 'first', 'second', 'first' ), array( $first->next()['where'][2], $second->next()['where'][2], $first->next()['where'][2] ) );
		$second->resume( array( 'records' => array() ) );
		$second->next();
		self::assertSame( array( 404, 500 ), array( $second->status(), $first->status() ) );
	}
}
