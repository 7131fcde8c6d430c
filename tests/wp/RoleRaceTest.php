<?php
/**
 * Roles while several write at once.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Pass;
use Scimpress\Settlement\Queue;

/**
 * The last look at a user sees the last write, whichever request makes it.
 */
final class RoleRaceTest extends Roles_Test_Case {

	/** @var list<Script> */
	private array $scripts = array();

	protected function tearDown(): void {
		foreach ( $this->scripts as $script ) {
			$script->stop();
		}
		parent::tearDown();
	}

	public function test_write_of_a_user_that_has_read_before_a_group_changed_is_put_right(): void {
		self::rules( array( array( 'editor', 'group', 'Editors' ) ), Rule_Set::REPLACE );
		list( $id, $user_id ) = $this->post();
		$group                = $this->post_group( 'Editors' );
		$read                 = self::row( $id );
		$this->join( $group, $id );
		$this->assertSame( array( 'editor' ), self::roles( $user_id ) );

		// The engine had asked for the groups before: it says that the user is in none.
		Queue::forget();
		$keys = array( 'id' => $id, 'userName' => $read->user_name, 'externalId' => null, 'objectId' => null, 'email' => $read->email, 'document' => $read->document, 'now' => Needs::NOW );
		$this->perform( Needs::update( $keys, (int) $read->version, array( 'active' => null, 'roles' => array() ) ) );
		$this->assertSame( array( 'subscriber' ), self::roles( $user_id ) );
		Pass::after_request();
		$this->assertSame( array( 'editor' ), self::roles( $user_id ) );
	}

	public function test_member_who_joins_while_the_user_is_written(): void {
		self::rules( array( array( 'editor', 'group', 'Editors' ) ), Rule_Set::REPLACE );
		list( $id, $user_id ) = $this->post();
		$group                = $this->post_group( 'Editors' );
		$this->start( 2 );
		$this->scripts[0]->say( '{"pause": "scimpress_after_user_update"}' );
		$this->scripts[0]->say( self::request( 'PATCH', "/Users/$id", array( 'op' => 'add', 'path' => 'title', 'value' => 'x' ) ) );
		$this->assertSame( 'paused', $this->scripts[0]->hear() );
		$this->scripts[1]->say( self::request( 'PATCH', "/Groups/$group", array( 'op' => 'add', 'path' => 'members', 'value' => self::members( array( $id ) ) ) ) );
		Locker::await_waiter();
		$this->scripts[0]->say( 'go on' );
		$this->assertSame( array( '200', '204' ), array( $this->scripts[0]->hear(), $this->scripts[1]->hear() ) );
		$this->settle();
		$this->assertSame( array( 'editor' ), self::roles( $user_id ) );
	}

	public function test_writes_of_users_and_groups_at_once_end_with_the_roles_of_the_last_state(): void {
		self::rules( array( array( 'editor', 'group', 'Editors' ), array( 'author', 'filter', 'title eq "Author"' ), array( 'contributor', 'group', 'Helpers' ) ), Rule_Set::REPLACE );
		$people = array( $this->post(), $this->post() );
		$groups = array( $this->post_group( 'Editors' ), $this->post_group( 'Helpers' ) );
		$this->start( 4 );
		mt_srand( 7 );
		for ( $round = 0; $round < 12; $round++ ) {
			foreach ( $this->scripts as $number => $script ) {
				$id = $people[ $number % 2 ][0];
				$script->say(
					$number < 2
						? self::request( 'PATCH', "/Users/$id", array( 'op' => 'replace', 'path' => 'title', 'value' => mt_rand( 0, 1 ) ? 'Author' : "None $round" ) )
						: self::request( 'PATCH', '/Groups/' . $groups[ mt_rand( 0, 1 ) ], mt_rand( 0, 1 ) ? array( 'op' => 'add', 'path' => 'members', 'value' => self::members( array( $id ) ) ) : array( 'op' => 'remove', 'path' => "members[value eq \"$id\"]" ) )
				);
			}
			foreach ( $this->scripts as $script ) {
				$this->assertContains( $script->hear(), array( '200', '204' ) );
			}
		}
		$this->settle();
		foreach ( $people as list( $id, $user_id ) ) {
			$user     = $this->sent( 'GET', "/Users/$id" );
			$names    = array_column( $user['groups'] ?? array(), 'display' );
			$expected = array_keys( array_filter( array( 'editor' => in_array( 'Editors', $names, true ), 'author' => 'Author' === $user['title'], 'contributor' => in_array( 'Helpers', $names, true ) ) ) );
			$this->assertEqualsCanonicalizing( $expected ? $expected : array( 'subscriber' ), self::roles( $user_id ) );
		}
	}

	/**
	 * Settles who still waits: what a process could not get a lock for, the background would do.
	 */
	private function settle(): void {
		Queue::forget();
		while ( Pass::drain( 10 ) ) {
			continue;
		}
	}

	private static function request( string $method, string $path, array $operation ): string {
		return wp_json_encode( array( 'scim' => array( $method, $path, array( 'Operations' => array( $operation ) ) ) ) );
	}

	private function start( int $count ): void {
		for ( $number = 0; $number < $count; $number++ ) {
			$this->scripts[] = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
		}
		foreach ( $this->scripts as $script ) {
			$this->assertSame( 'ready', $script->hear() );
		}
	}
}
