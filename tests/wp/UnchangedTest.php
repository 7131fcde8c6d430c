<?php
/**
 * Requests that change nothing.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * A write that changes nothing writes nothing: no row, no lock and no transaction, from the first byte of the request to the last.
 */
final class UnchangedTest extends Scim_Test_Case {

	private const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

	private string $log;

	protected function setUp(): void {
		parent::setUp();
		$this->log = tempnam( get_temp_dir(), 'scimpress-statements-' );
		$this->afterwards( fn() => unlink( $this->log ) );
		// What WordPress itself writes once, and our own answer to what user meta there is.
		$this->created( 'Users', $this->user() );
	}

	public function test_counting_sees_what_is_written(): void {
		$user = $this->created( 'Users', $this->user() );
		$this->send( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'replace', 'title', 'Editor' ) ) );
		$written = $this->written();
		$this->assertSame( 'START TRANSACTION', $written[0] ?? '' );
		$this->assertContains( 'COMMIT', $written );
		$this->assertNotSame( array(), preg_grep( '/\AUPDATE \S+scimpress_users /', $written ) );
	}

	public function test_put_of_the_same_user(): void {
		$sent = $this->user();
		$user = $this->created( 'Users', $sent );
		$this->nothing( 'PUT', "/Users/{$user['id']}", $sent );
		$this->nothing( 'PUT', "/Users/{$user['id']}", $user );
		$this->nothing( 'PUT', "/Users/{$user['id']}", array_reverse( $user ) );
	}

	public function test_patch_with_the_same_values(): void {
		$user = $this->created( 'Users', $this->user() );
		$same = array(
			array( 'replace', 'displayName', $user['displayName'] ),
			array( 'Replace', 'title', 'Release Manager' ),
			array( 'add', 'title', 'Release Manager' ),
			array( 'replace', 'userName', $user['userName'] ),
			array( 'replace', 'externalId', $user['externalId'] ),
			array( 'replace', 'name.givenName', 'Mira' ),
			array( 'replace', 'emails[type eq "work"].value', $user['emails'][0]['value'] ),
			array( 'add', 'emails', $user['emails'] ),
			array( 'replace', 'emails', $user['emails'] ),
			array( 'replace', self::ENTERPRISE . ':department', 'Platform' ),
			array( 'remove', 'nickName', null ),
			array( 'Replace', 'active', 'True' ),
			array( 'replace', 'active', true ),
		);
		foreach ( $same as $operation ) {
			$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( $operation ) );
		}
		$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( ...$same ) );
		$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'add', null, array( 'title' => 'Release Manager', 'name.familyName' => 'Halvorsen' ) ) ) );
	}

	public function test_deactivated_user_is_deactivated_again(): void {
		$user = $this->created( 'Users', $this->user() );
		$this->send( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'Replace', 'active', 'False' ) ) );
		$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'Replace', 'active', 'False' ) ) );
		$this->nothing( 'PUT', "/Users/{$user['id']}", array( 'active' => false ) + $user );
	}

	public function test_values_that_wordpress_keeps_in_another_spelling(): void {
		$sent = array( 'displayName' => "  Mira \t Halvorsen", 'name' => array( 'givenName' => ' Mira', 'familyName' => '<b>Halvorsen</b>' ) ) + $this->user();
		$user = $this->created( 'Users', $sent );
		$this->nothing( 'PUT', "/Users/{$user['id']}", $sent );
		$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'replace', 'displayName', $sent['displayName'] ), array( 'replace', 'name', $sent['name'] ) ) );
	}

	public function test_values_that_an_administrator_has_written(): void {
		$user     = $this->created( 'Users', $this->user() );
		$accounts = get_users( array( 'search' => $user['userName'], 'search_columns' => array( 'user_login' ) ) );
		wp_update_user( array( 'ID' => $accounts[0]->ID, 'display_name' => 'M. Halvorsen' ) );
		$this->send( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'replace', 'displayName', 'M. Halvorsen' ) ) );
		$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'replace', 'displayName', 'M. Halvorsen' ) ) );
	}

	public function test_manager_who_is_the_manager(): void {
		$manager = $this->created( 'Users', $this->user() );
		$user    = $this->created( 'Users', array( self::ENTERPRISE => array( 'manager' => array( 'value' => $manager['id'] ) ) ) + $this->user() );
		$this->nothing( 'PATCH', "/Users/{$user['id']}", self::patch( array( 'Replace', self::ENTERPRISE . ':manager', $manager['id'] ) ) );
		$this->nothing( 'PUT', "/Users/{$user['id']}", $user );
	}

	public function test_group_as_it_is(): void {
		$members = array();
		foreach ( array( 1, 2, 3 ) as $ignored ) {
			$members[] = array( 'value' => $this->created( 'Users', $this->user() )['id'] );
		}
		$stranger = array( 'value' => $this->created( 'Users', $this->user() )['id'] );
		$sent     = array(
			'schemas'     => array( 'urn:ietf:params:scim:schemas:core:2.0:Group' ),
			'displayName' => 'Release managers ' . bin2hex( random_bytes( 4 ) ),
			'externalId'  => bin2hex( random_bytes( 8 ) ),
			'members'     => $members,
		);
		$group = $this->created( 'Groups', $sent );
		$path  = "/Groups/{$group['id']}";
		$this->nothing( 'PUT', $path, $sent );
		$this->nothing( 'PUT', $path, $group );
		$this->nothing( 'PATCH', $path, self::patch( array( 'replace', 'displayName', $group['displayName'] ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'replace', null, array( 'displayName' => $group['displayName'], 'externalId' => $group['externalId'] ) ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'Add', 'members', array( $members[0] ) ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'add', 'members', $members ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'replace', 'members', array_reverse( $members ) ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'Remove', 'members', array( $stranger ) ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'remove', "members[value eq \"{$stranger['value']}\"]", null ) ) );
		$this->nothing( 'PATCH', $path, self::patch( array( 'add', 'members', array( $members[1] ) ), array( 'remove', "members[value eq \"{$stranger['value']}\"]", null ) ) );
		$user = $this->send( 'GET', "/Users/{$members[0]['value']}" )->json();
		$this->assertSame( array( $group['id'] ), array_column( $user['groups'], 'value' ) );
		$this->nothing( 'PUT', "/Users/{$user['id']}", $user );
	}

	public function test_bulk_of_what_is_there(): void {
		$user  = $this->created( 'Users', $this->user() );
		$group = $this->created( 'Groups', array( 'displayName' => 'Group ' . bin2hex( random_bytes( 4 ) ), 'members' => array( array( 'value' => $user['id'] ) ) ) );
		$this->nothing(
			'POST',
			'/Bulk',
			array(
				'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ),
				'Operations' => array(
					array( 'method' => 'PUT', 'path' => "/Users/{$user['id']}", 'data' => $user ),
					array( 'method' => 'PATCH', 'path' => "/Groups/{$group['id']}", 'data' => self::patch( array( 'add', 'members', array( array( 'value' => $user['id'] ) ) ) ) ),
				),
			)
		);
	}

	/**
	 * Asserts that a request succeeds and writes nothing.
	 *
	 * @param string $method Method.
	 * @param string $path   Path.
	 * @param array  $body   Body.
	 */
	private function nothing( string $method, string $path, array $body ): void {
		$reply = $this->send( $method, $path, $body );
		$said  = wp_json_encode( $body );
		$this->assertContains( $reply->status, array( 200, 204 ), "$said: $reply->body" );
		foreach ( $reply->json()['Operations'] ?? array() as $operation ) {
			$this->assertContains( $operation['status'], array( '200', '204' ), $reply->body );
		}
		$this->assertSame( array(), $this->written(), "$method $path $said" );
	}

	/**
	 * What the last request has written, locked or opened.
	 *
	 * @return list<string> SQL.
	 */
	private function written(): array {
		$statements = file( $this->log, FILE_IGNORE_NEW_LINES );
		$this->assertNotSame( array(), preg_grep( '/scimpress_/', $statements ), 'the statements were not recorded' );
		return array_values( array_filter( $statements, static fn( string $sql ): bool => 1 !== preg_match( '/\A\(*(SELECT|SHOW|DESCRIBE) /i', ltrim( $sql ) ) || 1 === preg_match( '/ FOR UPDATE\b| LOCK IN SHARE MODE\b|\bGET_LOCK\b/i', $sql ) ) );
	}

	/**
	 * Sends a request whose statements are recorded.
	 *
	 * @param string     $method Method.
	 * @param string     $path   Path.
	 * @param array|null $body   Body.
	 */
	private function send( string $method, string $path, ?array $body = null ): Reply {
		file_put_contents( $this->log, '' );
		$headers = array(
			'X-Scenario'   => 'statements',
			'X-Statements' => $this->log,
		);
		return $this->scim( $method, $path, $headers, null === $body ? '' : wp_json_encode( $body ) );
	}

	/**
	 * Makes a resource.
	 *
	 * @param string $endpoint `Users` or `Groups`.
	 * @param array  $body     What is sent.
	 * @return array What the server says it is.
	 */
	private function created( string $endpoint, array $body ): array {
		$reply = $this->send( 'POST', "/$endpoint", $body );
		$this->assertSame( 201, $reply->status, $reply->body );
		wp_cache_flush();
		return $reply->json();
	}

	/**
	 * A user nobody else is, with the usual attributes.
	 */
	private function user(): array {
		return json_decode( self::user_json(), true ) + array(
			'externalId'     => bin2hex( random_bytes( 8 ) ),
			'title'          => 'Release Manager',
			'name'           => array(
				'givenName'  => 'Mira',
				'familyName' => 'Halvorsen',
			),
			self::ENTERPRISE => array( 'department' => 'Platform' ),
		);
	}

	/**
	 * A PATCH body.
	 *
	 * @param array{0: string, 1: string|null, 2: mixed} ...$operations Operation, path, value.
	 */
	private static function patch( array ...$operations ): array {
		return array(
			'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
			'Operations' => array_map(
				static fn( array $operation ): array => array( 'op' => $operation[0] ) + ( null === $operation[1] ? array() : array( 'path' => $operation[1] ) ) + ( null === $operation[2] ? array() : array( 'value' => $operation[2] ) ),
				array_values( $operations )
			),
		);
	}
}
