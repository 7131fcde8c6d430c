<?php
/**
 * What a request asks of the database.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Group_Table;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\User_Table;

/**
 * Reads cost a constant number of queries, each of which goes through an index, whatever the number of users.
 */
final class DataAccessTest extends Scim_Test_Case {

	private const TELLS = array( 'X-Scenario' => 'tells-queries' );

	/** Queries for one user who is found by other than a unique key: the row, the account's meta, and the groups of who is in some. */
	private const MOST_FOR_ONE = 3;

	protected function setUp(): void {
		parent::setUp();
		// The first request of a token notes its use.
		$this->scim( 'GET', '/ServiceProviderConfig' );
	}

	protected function tearDown(): void {
		global $wpdb;
		// WordPress would delete them one by one.
		$wpdb->query( "DELETE m FROM $wpdb->usermeta m JOIN $wpdb->users u ON u.ID = m.user_id WHERE u.user_pass = 'crowd'" );
		$wpdb->query( "DELETE FROM $wpdb->users WHERE user_pass = 'crowd'" );
		parent::tearDown();
	}

	public function test_one_user_costs_at_most_two_queries_by_a_unique_key_else_three(): void {
		$made  = $this->made( array( 'externalId' => 'ext-1' ) );
		$alone = $this->made();
		$group = $this->group( array( $made['id'] ) );
		foreach ( array( array( $made, 2 ), array( $alone, 1 ) ) as list( $user, $most ) ) {
			$reads = array(
				"/Users/{$user['id']}"                       => 0,
				'/Users?filter=' . rawurlencode( "userName eq \"{$user['userName']}\"" ) => 0,
				'/Users?filter=' . rawurlencode( "id eq \"{$user['id']}\"" ) => 0,
				'/Users?filter=' . rawurlencode( "active eq true and userName eq \"{$user['userName']}\"" ) => 0,
				"/Users/{$user['id']}?attributes=userName"   => 0,
				'/Users?filter=' . rawurlencode( "emails[type eq \"work\"].value eq \"{$user['userName']}\"" ) => 1,
			);
			foreach ( $reads as $path => $more ) {
				$queries = $this->queries_of( 'GET', $path );
				$this->assertLessThanOrEqual( $most + $more, count( $queries ), "$path\n" . implode( "\n", $queries ) );
				$this->assertGreaterThan( 0, count( $queries ), $path );
			}
		}
		$this->assertLessThanOrEqual( self::MOST_FOR_ONE, count( $this->queries_of( 'GET', '/Users?filter=' . rawurlencode( 'externalId eq "ext-1"' ) ) ) );
		$this->assertLessThanOrEqual( self::MOST_FOR_ONE, count( $this->queries_of( 'GET', "/Groups/$group?excludedAttributes=members" ) ) );
		$this->assertLessThanOrEqual( self::MOST_FOR_ONE, count( $this->queries_of( 'GET', '/Groups?excludedAttributes=members&filter=' . rawurlencode( "id eq \"$group\" and members eq \"{$made['id']}\"" ) ) ) );
		$this->assertCount( 1, $this->queries_of( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "nobody"' ) ) );
		foreach ( array( '/Schemas', '/ResourceTypes', '/ServiceProviderConfig', '/Me' ) as $path ) {
			$this->assertCount( 0, $this->queries_of( 'GET', $path ), $path );
		}
		$this->assertSame( array(), $this->queries_of( 'GET', '/Users', array( 'Authorization' => 'Bearer wrong-wrong-wrong-wrong' ) ), 'nothing is read, and the log is written when the answer has been sent' );
	}

	public function test_lists_cost_the_same_number_of_queries_whatever_their_length(): void {
		$people = $this->crowd( 190 );
		for ( $number = 0; $number < 60; $number++ ) {
			$this->group( array_slice( $people, $number, 3 ) );
		}
		$this->group( $people );
		foreach ( array( '/Users?', '/Users?sortBy=userName&', '/Users?filter=active+eq+true&', '/Groups?excludedAttributes=members&', '/Users?attributes=userName&', '/Users?cursor&' ) as $path ) {
			$few  = $this->queries_of( 'GET', "{$path}count=3" );
			$many = $this->queries_of( 'GET', "{$path}count=60" );
			$this->assertSame( count( $few ), count( $many ), $path );
			$this->assertLessThanOrEqual( 6, count( $many ), $path . implode( "\n", $many ) );
			if ( ! str_contains( $path, '/Groups' ) ) {
				$this->assertSame( count( $few ), count( $this->queries_of( 'GET', "{$path}count=190" ) ), $path );
			}
		}
	}

	public function test_every_read_goes_through_an_index(): void {
		global $wpdb;
		$people = $this->crowd( 900 );
		for ( $number = 0; $number < 30; $number++ ) {
			$group = $this->group( array_slice( $people, $number * 20, 40 ) );
		}
		if ( ! Locker::is_sqlite() ) {
			foreach ( array( $wpdb->users, $wpdb->usermeta, User_Table::name(), Group_Table::name(), Membership_Table::name() ) as $table ) {
				$wpdb->get_results( "ANALYZE TABLE $table" );
			}
		}
		$one    = $people[500];
		$filter = static fn( string $filter ): string => '/Users?filter=' . rawurlencode( $filter );
		$reads  = array(
			"/Users/$one",
			$filter( "userName eq \"$one\"" ),
			$filter( "id eq \"$one\"" ),
			$filter( "externalId eq \"$one\"" ),
			$filter( "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber pr and userName eq \"$one\"" ),
			$filter( "emails[type eq \"work\"].value eq \"$one\"" ),
			$filter( "groups.value eq \"$group\" and userName eq \"$one\"" ),
			"/Groups/$group?excludedAttributes=members",
			"/Groups/$group",
			'/Groups?filter=' . rawurlencode( "id eq \"$group\" and members eq \"$one\"" ),
			'/Groups?filter=' . rawurlencode( 'displayName eq "x"' ),
		);
		$kinds  = array();
		foreach ( $reads as $path ) {
			foreach ( $this->queries_of( 'GET', $path ) as $sql ) {
				$this->assertSame( array(), self::scans( $sql ), "$path\n$sql" );
				$kinds[ preg_replace( '/\d+|\'[^\']*\'/', '?', $sql ) ] = true;
			}
		}
		$this->assertGreaterThan( 8, count( $kinds ) );
		$this->assertNotEmpty( self::scans( 'SELECT document FROM ' . User_Table::name() . " WHERE document = 'x'" ), 'a plan that reads everybody is recognised' );
	}

	public function test_options_that_every_page_loads_do_not_grow_with_users(): void {
		$size = static function (): array {
			global $wpdb;
			wp_cache_flush();
			return array_map( static fn( $value ): int => strlen( (string) $value ), array_filter( wp_load_alloptions(), static fn( string $name ): bool => str_contains( $name, 'scimpress' ), ARRAY_FILTER_USE_KEY ) );
		};
		$this->made();
		$this->scim( 'GET', '/Users' );
		$before = $size();
		for ( $number = 0; $number < 12; $number++ ) {
			$id = $this->made( array( 'externalId' => 'shared' ) )['id'];
			$this->group( array( $id ) );
			$this->scim( 'PATCH', "/Users/$id", array(), '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}' );
			$this->scim( 'GET', "/Users/$id" );
			$this->scim( 'DELETE', "/Users/$id" );
		}
		$this->assertSame( $before, $size() );
	}

	/**
	 * The queries of a read, up to its answer.
	 *
	 * @param string               $method  Method.
	 * @param string               $path    Path.
	 * @param array<string,string> $headers More headers.
	 * @return list<string>
	 */
	private function queries_of( string $method, string $path, array $headers = array() ): array {
		$reply = $this->scim( $method, $path, $headers + self::TELLS );
		$this->assertContains( $reply->status, array( 200, 401, 501 ), "$path $reply->body" );
		$queries = json_decode( base64_decode( $reply->header( 'x-queries' ) ), true );
		return array_values( $queries );
	}

	/**
	 * Tables that the plan of a query reads as a whole; what others have found is none.
	 *
	 * @param string $sql The query.
	 * @return list<string>
	 */
	private static function scans( string $sql ): array {
		global $wpdb;
		if ( Locker::is_sqlite() ) {
			$wpdb->query( $sql );
			$queries = $wpdb->dbh->get_last_sqlite_queries();
			$plan    = $wpdb->dbh->execute_sqlite_query( 'EXPLAIN QUERY PLAN ' . end( $queries )['sql'] )->fetchAll( \PDO::FETCH_COLUMN, 3 );
			return preg_grep( '/^SCAN (?!`?[cpt]`?$|\(?subquery|\d|CONSTANT|\()/', $plan );
		}
		$plan = array_filter( (array) $wpdb->get_results( "EXPLAIN $sql" ), static fn( object $step ): bool => in_array( $step->type, array( 'ALL', 'index' ), true ) && ! str_starts_with( (string) $step->table, '<' ) );
		return array_map( 'wp_json_encode', array_values( $plan ) );
	}

	/**
	 * A user made over HTTP.
	 *
	 * @param array $changes Attributes that differ.
	 */
	private function made( array $changes = array() ): array {
		$reply = $this->scim( 'POST', '/Users', array(), self::user_json( $changes ) );
		$this->assertScim( 201, $reply );
		return $reply->json();
	}

	/**
	 * A group.
	 *
	 * @param list<string> $members SCIM ids.
	 * @return string Its SCIM id.
	 */
	private function group( array $members ): string {
		return $this->perform( Needs::create_group( $members ) )['record']['id'];
	}

	/**
	 * Users past WordPress, whose userName is their id.
	 *
	 * @param int $count How many.
	 * @return list<string> SCIM ids.
	 */
	private function crowd( int $count ): array {
		global $wpdb;
		$ids   = array();
		$table = User_Table::name();
		$wpdb->query( 'START TRANSACTION' );
		for ( $number = 0; $number < $count; $number++ ) {
			$id    = wp_generate_uuid4();
			$ids[] = $id;
			$wpdb->query( "INSERT INTO $wpdb->users (user_login, user_nicename, user_pass, user_registered) VALUES ('$id', '$id', 'crowd', '2026-01-01 00:00:00')" );
			$user = $wpdb->insert_id;
			$wpdb->query( "INSERT INTO $wpdb->usermeta (user_id, meta_key, meta_value) VALUES ($user, 'first_name', 'A')" );
			$wpdb->query( "INSERT INTO $table (user_id, id, user_name, external_id, email, created, modified, document) VALUES ($user, '$id', '$id', '$id', '$id', 1, 1, '{\"userName\":\"$id\"}')" );
		}
		$wpdb->query( 'COMMIT' );
		return $ids;
	}
}
