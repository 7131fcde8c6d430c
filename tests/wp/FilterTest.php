<?php
/**
 * Filters: the database and the engine say the same.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Exchange;
use Scimpress\Filter;
use Scimpress\Store\Group_Table;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\User_Table;

/**
 * Requests through the engine and the store, without HTTP.
 */
final class FilterTest extends Test_Case {

	private const FILTERS = 120;

	/** Values that databases, or their drivers, treat specially. */
	private const WORDS = array(
		'a',
		'A',
		'a ',
		'a  ',
		' a',
		'ab',
		'a%',
		'%',
		'a_b',
		'_',
		'a\\',
		'\\',
		"a'b",
		"' OR '1'='1",
		'a"b',
		'"active":',
		"a\tb",
		"a\n",
		"\x01",
		'😀',
		'a😀',
		'ß',
		'ẞ',
		'SS',
		'İ',
		'i',
		'I',
		'ı',
		'ΟΔΥΣΣΕΥΣ',
		'é',
		"e\u{301}",
		'z',
		'Z',
		'Zz',
		'%s',
		'{0}',
		'*',
		"\u{10FFFF}",
		"\u{D7FF}",
		'0',
		'-- ',
	);

	private Random $random;

	public function test_the_database_and_the_engine_say_the_same(): void {
		$this->random = new Random();
		$ids          = $this->populate();
		$schemas      = array_column( $this->request( 'GET', '/Schemas' )['Resources'], null, 'id' );
		$of           = array(
			'User'  => array( 'urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User' ),
			'Group' => array( 'urn:ietf:params:scim:schemas:core:2.0:Group' ),
		);
		$found        = 0;
		foreach ( $of as $type => $urns ) {
			$all    = $this->request( 'GET', "/{$type}s", array( 'count' => '200' ) )['Resources'];
			$texts  = array_map( static fn( array $resource ): string => wp_json_encode( $resource ), array_column( $all, null, 'id' ) );
			$random = new Random_Filter( $this->random, array_map( static fn( string $urn ): array => $schemas[ $urn ], $urns ), $all, array( ...self::WORDS, ...$ids, str_repeat( 'x', 300 ) ) );
			for ( $number = 0; $number < self::FILTERS; $number++ ) {
				$text     = $random->text();
				$filter   = Filter::parse( $text, $type );
				$expected = array_keys( array_filter( $texts, static fn( string $resource ): bool => $filter->matches( $resource ) ) );
				$case     = "SCIMPRESS_SEED={$this->random->seed} $type $text";
				$this->assertSame( $expected, $this->by_index( "/{$type}s", $text, count( $expected ), $case ), $case );
				$this->assertSame( $expected, $this->by_cursor( "/{$type}s", $text ), "$case by cursor" );
				$found += count( $expected );
			}
		}
		$this->assertGreaterThan( self::FILTERS, $found, 'filters that find nobody prove nothing' );
	}

	public function test_the_database_sorts_as_the_engine(): void {
		$this->random = new Random();
		$this->populate();
		$orders = array(
			'/Users'  => array( 'userName', 'id', 'externalId', 'objectId', 'meta.created', 'meta.lastModified' ),
			'/Groups' => array( 'displayName', 'id', 'externalId', 'meta.created' ),
		);
		foreach ( $orders as $path => $attributes ) {
			foreach ( $attributes as $by ) {
				foreach ( array( 'ascending', 'descending' ) as $order ) {
					$query = array(
						'sortBy'    => $by,
						'sortOrder' => $order,
						'count'     => '200',
					);
					$case  = "SCIMPRESS_SEED={$this->random->seed} $path by $by $order";
					$ids   = array_column( $this->request( 'GET', $path, $query )['Resources'], 'id' );
					// What the database does not know leaves the order to the engine.
					$ranked = $this->request( 'GET', $path, $query + array( 'filter' => 'meta.location pr' ) );
					$this->assertCount( '/Users' === $path ? 20 : 7, $ids, $case );
					$this->assertSame( array_column( $ranked['Resources'], 'id' ), $ids, $case );
					$query['count'] = '7';
					$this->assertSame( $ids, $this->walk( $path, $query, 'nextCursor' ), "$case by cursor" );
				}
			}
		}
	}

	public function test_queries_do_not_grow_with_the_site(): void {
		$this->random = new Random();
		$ids          = array_filter( array_map( fn( int $number ): ?string => $this->post( '/Users', $this->plain( $number ) ), range( 1, 10 ) ) );
		$this->request( 'PATCH', "/Users/$ids[3]", array(), array( 'Operations' => array( array( 'op' => 'replace', 'path' => 'active', 'value' => false ) ) ) );
		$groups = array_map(
			fn( int $number ): ?string => $this->post(
				'/Groups',
				array(
					'displayName' => "Group $number",
					'members'     => array_map( static fn( string $id ): array => array( 'value' => $id ), array_slice( $ids, 0, $number ) ),
				)
			),
			range( 1, 2 )
		);
		$ask    = array(
			'userName'      => array( '/Users', array( 'filter' => 'userName eq "PLAIN-3"' ), 1 ),
			'externalId'    => array( '/Users', array( 'filter' => 'externalId eq "E-3"' ), 2 ),
			'id'            => array( '/Users', array( 'filter' => "id eq \"$ids[3]\"" ), 1 ),
			'e-mail'        => array( '/Users', array( 'filter' => 'emails[type eq "work"].value eq "plain-3@corp.example"' ), 2 ),
			'nobody'        => array( '/Users', array( 'filter' => 'userName eq "nobody"' ), 1 ),
			'one'           => array( "/Users/$ids[3]", array(), 1 ),
			'active'        => array( '/Users', array( 'filter' => 'active eq false' ), 3 ),
			'not active'    => array( '/Users', array( 'filter' => 'not (active eq true)' ), 3 ),
			'the beginning' => array( '/Users', array( 'filter' => 'userName sw "PLAIN-3"', 'count' => '1' ), 3 ),
			'a page'        => array( '/Users', array( 'count' => '5', 'startIndex' => '4' ), 3 ),
			'sorted'        => array( '/Users', array( 'count' => '5', 'sortBy' => 'userName' ), 3 ),
			'by a member'   => array( '/Groups', array( 'filter' => "members.value eq \"$ids[0]\"" ), 1 ),
			'by no member'  => array( '/Groups', array( 'filter' => 'members.value eq "nobody"' ), 1 ),
			'by displayName' => array( '/Groups', array( 'filter' => 'displayName eq "group 2"' ), 1 ),
		);
		$count  = function () use ( $ask ): void {
			foreach ( $ask as $case => list( $path, $query, $queries ) ) {
				$query += array( 'attributes' => 'id' );
				$this->assertSame( $queries, self::queries( fn() => $this->request( 'GET', $path, $query ) ), $case );
			}
		};
		$count();
		try {
			$this->crowd( 490, $groups );
			$count();
			$this->assert_found_in_a_crowd( $ids, $groups );
		} finally {
			// wp_delete_user() would do it one by one, with all its hooks.
			$GLOBALS['wpdb']->query( "DELETE FROM {$GLOBALS['wpdb']->users} WHERE user_login LIKE 'crowd-%'" );
		}
	}

	/**
	 * Asserts that the queries counted are about everybody.
	 *
	 * @param list<string> $ids    SCIM ids of the ten who were not copied.
	 * @param list<string> $groups SCIM ids of the groups.
	 */
	private function assert_found_in_a_crowd( array $ids, array $groups ): void {
		$this->assertSame( 500, $this->request( 'GET', '/Users', array( 'count' => '0' ) )['totalResults'] );
		$this->assertSame( 1, $this->request( 'GET', '/Users', array( 'filter' => 'active eq false' ) )['totalResults'] );
		$this->assertSame( $groups, array_column( $this->request( 'GET', '/Groups', array( 'filter' => "members.value eq \"$ids[0]\"", 'attributes' => 'id' ) )['Resources'], 'id' ) );
	}

	/**
	 * SCIM users and groups with hostile values, some of them edited in wp-admin afterwards.
	 *
	 * @return list<string> Their SCIM ids.
	 */
	private function populate(): array {
		$users  = array();
		$groups = array();
		// Some are refused: their keys are taken or hold control characters.
		$number = 0;
		while ( count( $users ) < 20 ) {
			$this->assertLessThan( 200, ++$number );
			$id = $this->post( '/Users', $this->somebody( $number ) );
			if ( null !== $id ) {
				$users[] = $id;
				$this->edit( $id );
			}
		}
		$number = 0;
		while ( count( $groups ) < 7 ) {
			$this->assertLessThan( 100, ++$number );
			$members = array_filter( array( ...$users, ...$groups ), fn(): bool => $this->random->happens( 15 ) );
			$group   = array(
				'displayName' => $this->word() . ( $number % 3 ? $number : '' ),
				'members'     => array_map( static fn( string $id ): array => array( 'value' => $id ), array_values( $members ) ),
			);
			if ( $this->random->happens( 60 ) ) {
				$group['externalId'] = $this->word();
			}
			$groups = array_values( array_filter( array( ...$groups, $this->post( '/Groups', $group ) ) ) );
		}
		return array( ...$users, ...$groups );
	}

	/**
	 * A user by chance.
	 *
	 * @param int $number Tells it apart, mostly.
	 */
	private function somebody( int $number ): array {
		$person = array(
			'userName' => $this->random->one( array( "{$this->word()}.$number", "user-$number{$this->word()}", "USER-$number" ) ),
			'active'   => $this->random->happens( 70 ),
		);
		foreach ( array( 'externalId', 'displayName', 'title', 'nickName', 'userType', 'locale' ) as $name ) {
			if ( $this->random->happens( 50 ) ) {
				$person[ $name ] = $this->word();
			}
		}
		if ( $this->random->happens( 50 ) ) {
			$person['name'] = array(
				'givenName'  => $this->word(),
				'familyName' => $this->word(),
			);
		}
		$emails = array();
		foreach ( array( 'work', 'home', 'other' ) as $index => $type ) {
			if ( $this->random->happens( 40 ) ) {
				$emails[] = array(
					'type'    => $type,
					'value'   => $this->random->one( array( "Mail-$number@corp.example", "mail-$number@corp.example", "m$index-$number@corp.example" ) ),
					'primary' => ! $emails,
				);
			}
		}
		$person['emails'] = $emails;
		if ( $this->random->happens( 50 ) ) {
			$person['urn:ietf:params:scim:schemas:extension:wpo365:2.0:User'] = array( 'objectId' => $this->word() . ( $this->random->happens( 80 ) ? $number : '' ) );
		}
		if ( $this->random->happens( 30 ) ) {
			$person['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'] = array(
				'department' => $this->word(),
				'manager'    => array( 'value' => $this->word() ),
			);
		}
		if ( $this->random->happens( 20 ) ) {
			$person['urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User'] = array( 'active' => true );
		}
		return $person;
	}

	/**
	 * What a client and an administrator do to a user afterwards.
	 *
	 * @param string $id SCIM id.
	 */
	private function edit( string $id ): void {
		$user_id = (int) self::row( $id )->user_id;
		if ( $this->random->happens( 20 ) ) {
			$this->request( 'PATCH', "/Users/$id", array(), array( 'Operations' => array( array( 'op' => 'remove', 'path' => 'active' ) ) ) );
		}
		if ( $this->random->happens( 25 ) ) {
			wp_update_user(
				array(
					'ID'         => $user_id,
					'user_email' => $this->random->one( array( "edited-$user_id@corp.example", "Edited-$user_id@Corp.example" ) ),
				)
			);
		}
		if ( $this->random->happens( 25 ) ) {
			wp_update_user(
				wp_slash(
					array(
						'ID'           => $user_id,
						'display_name' => $this->word(),
						'first_name'   => $this->word(),
					)
				)
			);
		}
		if ( $this->random->happens( 25 ) ) {
			if ( Account_State::is_active( $user_id ) ) {
				Account_State::deactivate( $user_id );
			} else {
				Account_State::activate( $user_id );
			}
		}
	}

	/**
	 * A value by chance.
	 */
	private function word(): string {
		return $this->random->one( self::WORDS );
	}

	/**
	 * A user without anything special.
	 *
	 * @param int $number Tells it apart.
	 */
	private function plain( int $number ): array {
		return array(
			'userName'   => "plain-$number",
			'externalId' => "E-$number",
			'emails'     => array(
				array(
					'type'  => 'work',
					'value' => "plain-$number@corp.example",
				),
			),
		);
	}

	/**
	 * Copies of a user, and memberships of theirs, straight into the tables.
	 *
	 * @param int          $count  How many.
	 * @param list<string> $groups SCIM ids of the groups.
	 */
	private function crowd( int $count, array $groups ): void {
		global $wpdb;
		$table  = User_Table::name();
		$groups = array_map( Group_Table::position( ... ), $groups );
		$first  = (int) $wpdb->get_var( "SELECT MIN(position) FROM $table" );
		for ( $number = 0; $number < $count; $number++ ) {
			$name = "crowd-$number";
			$wpdb->insert( $wpdb->users, array( 'user_login' => $name ) );
			$wpdb->query(
				$wpdb->prepare(
					"INSERT INTO $table (user_id, id, user_name, external_id, email, account_email, created, modified, document, observed)
					SELECT %d, %s, %s, %s, %s, %s, created, modified, document, observed FROM $table WHERE position = %d",
					$wpdb->insert_id,
					...array_fill( 0, 5, $name ),
					...array( $first )
				)
			);
			Membership_Table::join( $groups[ $number % 2 ], array( array( Membership_Table::USER, $wpdb->insert_id ) ) );
		}
	}

	/**
	 * Ids that a filter finds, by pages.
	 *
	 * @param string $path   Collection.
	 * @param string $filter Filter.
	 * @param int    $total  Expected number.
	 * @param string $case   Which case.
	 * @return list<string>
	 */
	private function by_index( string $path, string $filter, int $total, string $case ): array {
		$ids = array();
		do {
			$list = $this->request(
				'GET',
				$path,
				array(
					'filter'     => $filter,
					'startIndex' => (string) ( count( $ids ) + 1 ),
					'count'      => '15',
					'attributes' => 'id',
				)
			);
			$this->assertSame( $total, $list['totalResults'], $case );
			$ids = array( ...$ids, ...array_column( $list['Resources'], 'id' ) );
		} while ( $list['Resources'] && count( $ids ) < $total );
		return $ids;
	}

	/**
	 * Ids that a filter finds, by cursors.
	 *
	 * @param string $path   Collection.
	 * @param string $filter Filter.
	 * @return list<string>
	 */
	private function by_cursor( string $path, string $filter ): array {
		return $this->walk(
			$path,
			array(
				'filter'     => $filter,
				'count'      => '15',
				'attributes' => 'id',
			),
			'nextCursor'
		);
	}

	/**
	 * Ids along cursors.
	 *
	 * @param string               $path  Collection.
	 * @param array<string,string> $query Parameters.
	 * @param string               $way   `nextCursor` or `previousCursor`.
	 * @return list<string>
	 */
	private function walk( string $path, array $query, string $way ): array {
		$ids    = array();
		$cursor = '';
		while ( null !== $cursor ) {
			$list   = $this->request( 'GET', $path, $query + array( 'cursor' => $cursor ) );
			$ids    = array( ...$ids, ...array_column( $list['Resources'], 'id' ) );
			$cursor = $list[ $way ] ?? null;
		}
		return $ids;
	}

	/**
	 * Creates a resource.
	 *
	 * @param string $path     Collection.
	 * @param array  $resource The resource.
	 * @return string|null Its SCIM id; null when the site has one like it or WordPress takes no such values.
	 */
	private function post( string $path, array $resource ): ?string {
		list( $status, $body ) = $this->answer( 'POST', $path, array(), $resource );
		$this->assertContains( $status, array( 201, 400, 409 ), wp_json_encode( $body ) );
		return 201 === $status ? $body['id'] : null;
	}

	/**
	 * A request that succeeds.
	 *
	 * @param string               $method Method.
	 * @param string               $path   Path.
	 * @param array<string,string> $query  Parameters.
	 * @param array|null           $body   Body.
	 * @return array The answer.
	 */
	private function request( string $method, string $path, array $query = array(), ?array $body = null ): array {
		list( $status, $answer ) = $this->answer( $method, $path, $query, $body );
		$this->assertSame( 200, $status, $path . wp_json_encode( $query ) . wp_json_encode( $answer ) );
		return $answer;
	}

	/**
	 * A request.
	 *
	 * @param string               $method Method.
	 * @param string               $path   Path.
	 * @param array<string,string> $query  Parameters.
	 * @param array|null           $body   Body.
	 * @return array{0: int, 1: array} Status and body.
	 */
	private function answer( string $method, string $path, array $query, ?array $body ): array {
		$exchange = new Exchange(
			array(
				'method'  => $method,
				'path'    => $path,
				'query'   => $query,
				'headers' => array( 'content-type' => 'application/scim+json' ),
				'body'    => null === $body ? '' : wp_json_encode( $body ),
			),
			array(
				'base'             => 'https://site.example/scim',
				'now'              => Needs::NOW + mt_rand( 0, 20 ),
				'newId'            => wp_generate_uuid4(),
				'membersAdditive'  => false,
				'passwordsIgnored' => false,
			)
		);
		while ( null !== ( $need = $exchange->next() ) ) {
			$exchange->resume( $this->store->perform( $need ) );
		}
		return array( $exchange->status(), json_decode( $exchange->body(), true ) );
	}
}
