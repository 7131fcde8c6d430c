<?php
/**
 * Groups and bulk requests through the boundary.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use PHPUnit\Framework\TestCase;
use Scimpress\{Exchange, Filter, FilterError};

/**
 * Groups, their members, and many requests in one.
 */
final class Groups_Test extends TestCase {

	private const MANY = 10000;

	/**
	 * A PATCH of the group, and what it needed.
	 */
	private static function patched( array $operations, array $config = array(), array $headers = array() ): array {
		$request = array(
			'method'  => 'PATCH',
			'path'    => '/Groups/' . Requests::GROUP,
			'headers' => $headers,
			'body'    => json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations ) ),
		);
		return array( Requests::answer( $request, $needs, $config ), $needs );
	}

	private static function update( array $parts ): array {
		return array_replace(
			array(
				'need'       => 'update',
				'resource'   => 'Group',
				'id'         => Requests::GROUP,
				'version'    => null,
				'now'        => 1763793784123,
				'attributes' => null,
				'clear'      => false,
				'add'        => array(),
				'remove'     => array(),
			),
			$parts
		);
	}

	public function test_create_hands_over_every_entry(): void {
		$group    = array(
			'displayName' => "Straße \\ 'Team' 😀",
			'externalId'  => 'G9',
			'members'     => array( array( 'value' => Requests::ID ), array( 'value' => Requests::GROUP ), array( 'value' => Requests::ID ) ),
		);
		$id       = '00000000-0000-4000-8000-000000000001';
		$exchange = Requests::answer( array( 'method' => 'POST', 'path' => '/Groups', 'body' => json_encode( $group ) ), $needs, array( 'newId' => $id ) );
		$create   = $needs[0];
		$document = json_decode( $create['attributes']['document'], true );
		unset( $create['attributes']['document'] );
		self::assertSame(
			array(
				'need'       => 'create',
				'resource'   => 'Group',
				'id'         => $id,
				'now'        => 1763793784123,
				'attributes' => array(
					'displayName' => "straße \\ 'team' 😀",
					'display'     => $group['displayName'],
					'externalId'  => 'G9',
				),
				'clear'      => false,
				'add'        => array( Requests::ID, Requests::GROUP ),
				'remove'     => array(),
			),
			$create
		);
		self::assertSame( array_diff_key( $group, array( 'members' => 0 ) ), array_intersect_key( $document, $group ) );
		self::assertSame( array( 'need' => 'members', 'group' => $id, 'after' => 0, 'limit' => 5000, 'only' => null ), $needs[1] );
		self::assertCount( 2, $needs );
		self::assertSame( array( 201, 'W/"5~bba489f37fea"', Requests::BASE . "/Groups/$id" ), array( $exchange->status(), $exchange->headers()['ETag'], $exchange->headers()['Location'] ) );
		self::assertSame(
			array(
				array(
					'value'   => Requests::ID,
					'$ref'    => Requests::BASE . '/Users/' . Requests::ID,
					'type'    => 'User',
					'display' => 'Mira Halvorsen',
				),
			),
			json_decode( $exchange->body(), true )['members']
		);
	}

	public function test_absent_external_id_is_null(): void {
		Requests::answer( array( 'method' => 'POST', 'path' => '/Groups', 'body' => '{"displayName":"x"}' ), $needs );
		self::assertSame( array( null, array() ), array( $needs[0]['attributes']['externalId'], $needs[0]['add'] ) );
	}

	/**
	 * @dataProvider patches
	 */
	public function test_patch_has_this_update( array $operation, array $update, array $config = array(), array $headers = array() ): void {
		list( $exchange, $needs ) = self::patched( array( $operation ), $config, $headers );
		self::assertSame( array( 'select', 'update' ), array_column( $needs, 'need' ) );
		self::assertSame( self::update( $update ), $needs[1] );
		self::assertSame( array( 204, '', 'W/"5"' ), array( $exchange->status(), $exchange->body(), $exchange->headers()['ETag'] ) );
	}

	public static function patches(): array {
		$one     = array( array( 'value' => 'm1' ) );
		$add     = array( 'op' => 'add', 'path' => 'members', 'value' => $one );
		$replace = array( 'op' => 'replace', 'path' => 'members', 'value' => $one );
		return array(
			'one comes'             => array( $add, array( 'add' => array( 'm1' ) ) ),
			'one goes'              => array( array( 'op' => 'remove', 'path' => 'members[value eq "m1"]' ), array( 'remove' => array( 'm1' ) ) ),
			'all go'                => array( array( 'op' => 'remove', 'path' => 'members' ), array( 'clear' => true ) ),
			'replaced'              => array( $replace, array( 'clear' => true, 'add' => array( 'm1' ) ) ),
			'replaced, additive'    => array( $replace, array( 'add' => array( 'm1' ) ), array( 'membersAdditive' => true ) ),
			'under a condition'     => array( $add, array( 'version' => 5, 'add' => array( 'm1' ) ), array(), array( 'if-match' => 'W/"5"' ) ),
			'an id that is numeric' => array( array( 'op' => 'add', 'path' => 'members', 'value' => array( array( 'value' => '12' ) ) ), array( 'add' => array( '12' ) ) ),
		);
	}

	public function test_change_of_the_name_hands_over_attributes_and_version(): void {
		list( , $needs ) = self::patched( array( array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Crew' ) ) );
		self::assertSame( array( 'displayName', 'display', 'externalId', 'document' ), array_keys( $needs[1]['attributes'] ) );
		self::assertSame( array( 'displayName' => 'Crew', 'externalId' => 'G1' ), json_decode( $needs[1]['attributes']['document'], true ) );
		self::assertSame( array( 'crew', 'Crew', 'G1' ), array( $needs[1]['attributes']['displayName'], $needs[1]['attributes']['display'], $needs[1]['attributes']['externalId'] ) );
		unset( $needs[1]['attributes'] );
		$update = self::update( array( 'version' => 5 ) );
		unset( $update['attributes'] );
		self::assertSame( $update, $needs[1] );
	}

	public function test_patch_that_selects_by_display_reads_the_members(): void {
		list( , $needs ) = self::patched( array( array( 'op' => 'remove', 'path' => 'members[display eq "Mira Halvorsen"]' ) ) );
		self::assertSame( array( 'select', 'members', 'update' ), array_column( $needs, 'need' ) );
		self::assertSame( self::update( array( 'version' => 5, 'remove' => array( Requests::ID ) ) ), $needs[2] );
	}

	public function test_filter_by_member_asks_only_for_that_member(): void {
		$filter   = sprintf( 'members.value eq "%s"', Requests::ID );
		$ask      = fn( string $filter ) => array( 'path' => '/Groups', 'query' => array( 'filter' => $filter, 'excludedAttributes' => 'members' ) );
		$exchange = Requests::answer( $ask( $filter ), $needs );
		self::assertSame( array( array( 'select', array( 'eq', 'member', Requests::ID ) ) ), array_map( fn( array $need ) => array( $need['need'], $need['where'] ), $needs ) );
		self::assertSame( 1, json_decode( $exchange->body() )->totalResults );

		Requests::answer( $ask( "$filter and meta.location pr" ), $needs );
		self::assertSame( array( 'need' => 'members', 'group' => Requests::GROUP, 'after' => 0, 'limit' => 5000, 'only' => array( Requests::ID ) ), $needs[1] );
	}

	public function test_filter_may_be_about_groups(): void {
		$filter = Filter::parse( 'members.value eq "a" and displayName eq "STAFF"', 'Group' );
		self::assertTrue( $filter->matches( '{"displayName":"Staff","members":[{"value":"b"},{"value":"a"}]}' ) );
		self::assertFalse( $filter->matches( '{"displayName":"Staff","members":[{"value":"b"}]}' ) );
		foreach ( array( array( 'members pr', 'User' ), array( 'userName pr', 'Group' ), array( 'id pr', 'group' ), array( 'id pr', '' ) ) as list( $text, $resource ) ) {
			try {
				Filter::parse( $text, $resource );
				self::fail( "$text of $resource" );
			} catch ( FilterError $error ) {
				self::assertNotSame( '', $error->getMessage() );
			}
		}
	}

	public function test_groups_of_a_user_come_from_its_memberships(): void {
		$exchange = Requests::answer( array( 'path' => '/Users/' . Requests::ID ), $needs );
		self::assertSame( array( 'need' => 'memberships', 'members' => array( Requests::ID ) ), $needs[1] );
		self::assertSame( array( 'need' => 'memberships', 'members' => array( Requests::GROUP ) ), $needs[2] );
		self::assertSame(
			array(
				array(
					'value'   => Requests::GROUP,
					'$ref'    => Requests::BASE . '/Groups/' . Requests::GROUP,
					'display' => 'Staff',
					'type'    => 'direct',
				),
			),
			json_decode( $exchange->body(), true )['groups']
		);
	}

	public function test_group_as_a_member_and_a_member_without_a_name(): void {
		$exchange = new Exchange( Requests::request( array( 'path' => '/Groups/' . Requests::GROUP ) ), Requests::config() );
		$exchange->resume( Requests::perform( $exchange->next() ) );
		$exchange->next();
		$exchange->resume( array( 'members' => array( array( 'id' => 'g2', 'isGroup' => true, 'display' => '' ) + Requests::member() ) ) );
		self::assertNull( $exchange->next() );
		self::assertSame( array( array( 'value' => 'g2', '$ref' => Requests::BASE . '/Groups/g2', 'type' => 'Group' ) ), json_decode( $exchange->body(), true )['members'] );
	}

	public function test_what_only_a_user_has_is_passed_over_in_a_group(): void {
		$group    = Requests::group( array( 'observed' => '{}', 'wordpress' => 'none' ) );
		$exchange = new Exchange( Requests::request( array( 'path' => '/Groups/' . Requests::GROUP ) ), Requests::config() );
		$exchange->next();
		$exchange->resume( array( 'records' => array( $group ) ) );
		self::assertSame( array( 200, 'W/"5~bba489f37fea"' ), array( Requests::finish( $exchange )->status(), $exchange->headers()['ETag'] ) );
	}

	/**
	 * @dataProvider refusals
	 */
	public function test_refusal_of_the_store_has_its_status( string $code, string $detail, int $status, string $text ): void {
		$exchange = new Exchange( Requests::request( array( 'method' => 'POST', 'path' => '/Groups', 'body' => '{"displayName":"x","members":[{"value":"m1"}]}' ) ), Requests::config() );
		$exchange->next();
		$exchange->resume( array( 'error' => $code, 'detail' => $detail ) );
		self::assertNull( $exchange->next() );
		self::assertSame( $status, $exchange->status() );
		self::assertStringContainsString( $text, json_decode( $exchange->body() )->detail );
	}

	public static function refusals(): array {
		return array(
			array( 'display_name_exists', '', 409, 'displayName is already used' ),
			array( 'member_unknown', 'm1', 400, "'m1'" ),
			array( 'refused', 'a group cannot be a member of itself', 400, 'a group cannot be a member of itself' ),
		);
	}

	public function test_10000_members_go_in_and_come_out(): void {
		$ids      = array_map( fn( int $number ) => sprintf( '%08d-0000-4000-8000-000000000000', $number ), range( 1, self::MANY ) );
		$body     = json_encode( array( 'displayName' => 'All', 'members' => array_map( fn( string $id ) => array( 'value' => $id ), $ids ) ) );
		$exchange = new Exchange( Requests::request( array( 'method' => 'POST', 'path' => '/Groups', 'body' => $body ) ), Requests::config() );
		$need     = $exchange->next();
		self::assertSame( $ids, $need['add'] );
		$exchange->resume( Requests::perform( $need ) );
		$asked = array();
		for ( $need = $exchange->next(); null !== $need; $need = $exchange->next() ) {
			$asked[] = $need['after'];
			$page    = array();
			foreach ( array_slice( $ids, $need['after'], $need['limit'] ) as $index => $id ) {
				$page[] = array( 'position' => $need['after'] + $index + 1, 'id' => $id ) + Requests::member();
			}
			$exchange->resume( array( 'members' => $page ) );
		}
		self::assertSame( array( 0, 5000, 10000 ), $asked );
		self::assertSame( $ids, array_column( json_decode( $exchange->body(), true )['members'], 'value' ) );
	}

	public function test_bulk_creates_a_user_and_its_group(): void {
		$store    = new Store();
		$exchange = $store->answer(
			Requests::request(
				array(
					'method' => 'POST',
					'path'   => '/Bulk',
					'body'   => json_encode( Requests::bulk() ),
				)
			)
		);
		self::assertSame( 200, $exchange->status(), $exchange->body() );
		$results = json_decode( $exchange->body(), true )['Operations'];
		self::assertSame( array( '201', '201', '404' ), array_column( $results, 'status' ) );
		list( $group, $user ) = array( array_key_first( $store->groups->rows ), array_key_first( $store->rows ) );
		self::assertSame( array( Requests::BASE . "/Groups/$group", Requests::BASE . "/Users/$user" ), array_column( array_slice( $results, 0, 2 ), 'location' ) );
		self::assertSame( array( array( $group, $user ) ), array_map( fn( array $link ) => array( $link['group'], $link['member'] ), $store->groups->links ) );
		self::assertNotSame( $group, $user );
	}
}
