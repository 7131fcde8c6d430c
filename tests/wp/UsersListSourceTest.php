<?php
/**
 * Users → All Users: where accounts come from; and a user's SCIM resource.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Resource_Page;
use Scimpress\Capability;

/**
 * The columns, the view and the page as administrators, other users and attackers meet them.
 */
final class UsersListSourceTest extends Scim_Test_Case {

	private const LIST = '/wp-admin/users.php';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = $this->signed_in_as( 'administrator' );
	}

	public function test_columns_tell_source_and_last_sync(): void {
		list( , $record, $user ) = $this->person();
		list( $need, , $gone )   = $this->person();
		$this->perform( array( 'need' => 'delete', 'resource' => 'User', 'id' => $need['id'], 'version' => null, 'now' => Needs::create()['now'] ) );
		$local = $this->stranger();
		$page  = $this->browser->get( self::LIST )->body;
		$row   = $this->row_of( $user, $page );
		$this->assertStringContainsString( 'href="' . esc_url( Resource_Page::url( $user->ID ) ) . '"', $row );
		$this->assertStringContainsString( \Scimpress\Admin\Tab::time( intdiv( $record['modified'], 1000 ) ), $row );
		$this->assertStringContainsString( '>Local<', $this->row_of( $local, $page ) );
		$this->assertStringContainsString( '>Never</span>', $this->row_of( $local, $page ) );
		$this->assertStringContainsString( 'SCIM, deleted there', $this->row_of( $gone, $page ) );
		$this->assertStringNotContainsString( Resource_Page::SLUG, $this->row_of( $gone, $page ) );
	}

	public function test_rows_of_a_list_cost_one_query(): void {
		require_once ABSPATH . 'wp-admin/includes/class-wp-list-table.php';
		require_once ABSPATH . 'wp-admin/includes/class-wp-users-list-table.php';
		$users  = array( $this->person()[2], $this->person()[2], $this->stranger() );
		$column = new \Scimpress\Admin\Users_List_Source();
		// As users.php has it; the list itself is made for a screen.
		$list                     = ( new \ReflectionClass( \WP_Users_List_Table::class ) )->newInstanceWithoutConstructor();
		$list->items              = array_combine( array_column( $users, 'ID' ), $users );
		$GLOBALS['wp_list_table'] = $list;
		$forget                   = static function (): void {
			unset( $GLOBALS['wp_list_table'] );
		};
		$this->afterwards( $forget );
		$queries = self::queries(
			static function () use ( $users, $column ): void {
				foreach ( $users as $user ) {
					$column->cell( '', 'scimpress_source', $user->ID );
					$column->cell( '', 'scimpress_sync', $user->ID );
				}
			}
		);
		$this->assertSame( 1, $queries );
		$this->assertSame( 'x', $column->cell( 'x', 'posts', $users[0]->ID ) );
	}

	public function test_view_shows_the_provisioned_alone(): void {
		$this->assertHides( 'scimpress_state=provisioned', $this->browser->get( self::LIST )->body );
		list( , , $user )  = $this->person();
		list( , , $other ) = $this->person();
		$local             = $this->stranger();
		$this->assertShows( 'users.php?scimpress_state=provisioned"', $this->browser->get( self::LIST )->body );
		$page = $this->browser->get( self::LIST . '?scimpress_state=provisioned' )->body;
		$this->assertMatchesRegularExpression( '/scimpress_state=provisioned" class="current" aria-current="page">/', $page );
		$this->assertDoesNotMatchRegularExpression( '/<a href="users\.php" [^>]*current/', $page );
		$this->assertTrue( self::lists( $user, $page ) );
		$this->assertTrue( self::lists( $other, $page ) );
		$this->assertFalse( self::lists( $local, $page ) );
		$page = $this->browser->get( self::LIST . '?scimpress_state=provisioned&s=' . rawurlencode( $user->user_login ) )->body;
		$this->assertTrue( self::lists( $user, $page ) );
		$this->assertFalse( self::lists( $other, $page ) );
		foreach ( array( '<script>', "provisioned' OR 1=1 --", "provisioned\0" ) as $attack ) {
			$this->assertTrue( self::lists( $local, $this->browser->get( self::LIST . '?scimpress_state=' . rawurlencode( $attack ) )->body ) );
		}
	}

	public function test_page_shows_the_resource_as_a_client_reads_it(): void {
		$body = self::user_json( array( 'displayName' => '<script>alert(1)</script> "Ø" 🔑', 'password' => 'Secret-of-Mira-1', 'nickName' => '5 < 6' ) );
		$made = $this->scim( 'POST', '/Users', array(), $body )->json();
		$user = (int) self::row( $made['id'] )->user_id;
		$page = $this->browser->get( $this->path( $user ) );
		$this->assertSame( 200, $page->status );
		$this->assertHides( '<script>alert(', $page->body );
		$this->assertHides( 'Secret-of-Mira-1', $page->body );
		$this->assertHides( 'user_pass', $page->body );
		$this->assertSame( 1, preg_match( '/<pre[^>]*>(.*?)<\/pre>/s', $page->body, $shown ) );
		$read = $this->scim( 'GET', "/Users/{$made['id']}" )->json();
		$this->assertSame( $read, json_decode( html_entity_decode( $shown[1], ENT_QUOTES ), true ) );
		$this->assertStringContainsString( "\n    &quot;displayName&quot;: &quot;&lt;script&gt;alert(1)&lt;/script&gt; \\&quot;Ø\\&quot; 🔑&quot;", $shown[1] );
	}

	public function test_page_of_whom_scim_does_not_show_says_so(): void {
		list( $need, , $gone ) = $this->person();
		$this->perform( array( 'need' => 'delete', 'resource' => 'User', 'id' => $need['id'], 'version' => null, 'now' => Needs::create()['now'] ) );
		$this->assertShows( 'has deleted this user', $this->browser->get( $this->path( $gone->ID ) )->body );
		foreach ( array( $this->stranger()->ID, 0, 999999 ) as $nobody ) {
			$this->assertShows( 'SCIM does not know this account.', $this->browser->get( $this->path( $nobody ) )->body );
		}
		foreach ( array( '<script>alert(1)</script>', "1' OR 1=1", "\0", str_repeat( '9', 4000 ), '🔑' ) as $attack ) {
			$reply = $this->browser->get( self::LIST . '?page=scimpress-resource&user_id=' . rawurlencode( $attack ) );
			$this->assertSame( 200, $reply->status );
			$this->assertHides( '<script>alert(', $reply->body );
			$this->assertHides( '<pre', $reply->body );
		}
		$this->assertShows( 'SCIM does not know this account.', $this->browser->get( self::LIST . '?page=scimpress-resource&user_id[]=1' )->body );
	}

	public function test_page_needs_both_capabilities_and_stands_in_no_menu(): void {
		list( , , $user ) = $this->person();
		$this->assertHides( 'users.php?page=scimpress-resource"', $this->browser->get( self::LIST )->body );
		foreach ( array( array( 'list_users' ), array( Capability::NAME ), array( 'list_users', Capability::NAME ) ) as $number => $capabilities ) {
			$role = "scimpress_test_$number";
			add_role( $role, 'Test', array( 'read' => true ) + array_fill_keys( $capabilities, true ) );
			$this->afterwards( static fn() => remove_role( $role ) );
			$browser = $this->signed_in_as( $role );
			$this->assertSame( 2 === $number ? 200 : 403, $browser->get( $this->path( $user->ID ) )->status, $role );
			if ( 0 === $number ) {
				$this->assertStringNotContainsString( Resource_Page::SLUG, $this->row_of( $user, $browser->get( self::LIST )->body ) );
			}
		}
	}

	/**
	 * The row of an account.
	 *
	 * @param \WP_User $user The account.
	 * @param string   $page HTML.
	 */
	private function row_of( \WP_User $user, string $page ): string {
		$this->assertSame( 1, preg_match( "/<tr id=['\"]user-$user->ID['\"].*?<\/tr>/s", $page, $matches ) );
		return $matches[0];
	}

	/**
	 * Whether a list has an account.
	 *
	 * @param \WP_User $user The account.
	 * @param string   $page HTML.
	 */
	private static function lists( \WP_User $user, string $page ): bool {
		return 1 === preg_match( "/<tr id=['\"]user-$user->ID['\"]/", $page );
	}

	/**
	 * Path of a user's page.
	 *
	 * @param int $user_id User ID.
	 */
	private function path( int $user_id ): string {
		return self::LIST . "?page=scimpress-resource&user_id=$user_id";
	}
}
