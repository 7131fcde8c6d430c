<?php
/**
 * Users → All Users.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;

/**
 * The list of users as administrators, other users and attackers meet it.
 */
final class UsersListTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/users.php';

	private \WP_User $me;

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->me      = $this->stranger( array( 'role' => 'administrator' ) );
		$this->browser = $this->signed_in( $this->me );
	}

	public function test_state_is_shown_beside_the_name(): void {
		list( , , $user ) = $this->person( array( 'active' => false ) );
		list( , , $here ) = $this->person();
		$page             = $this->page();
		$this->assertMatchesRegularExpression( '/<strong>Deactivated<\/strong><br>since [^<]+/', self::row_of( $user, $page ) );
		$this->assertStringNotContainsString( 'Deactivated', self::row_of( $here, $page ) );
		$this->assertStringContainsString( '<span class="screen-reader-text">Active</span>', self::row_of( $here, $page ) );
	}

	public function test_view_counts_and_shows_the_deactivated_alone(): void {
		// Meta of an account that is gone.
		add_user_meta( 999999, Account_State::meta_key(), array() );
		$this->afterwards( static fn() => delete_user_meta( 999999, Account_State::meta_key() ) );
		$this->assertHides( 'scimpress_state=deactivated', $this->page() );
		list( , , $user )  = $this->person( array( 'active' => false ) );
		list( , , $other ) = $this->person( array( 'active' => false ) );
		list( , , $here )  = $this->person();
		$this->assertMatchesRegularExpression( '/<a href="users\.php\?scimpress_state=deactivated">Deactivated <span class="count">\(2\)<\/span><\/a>/', $this->page() );

		$page = $this->page( '?scimpress_state=deactivated' );
		$this->assertMatchesRegularExpression( '/<a href="users\.php\?scimpress_state=deactivated" class="current" aria-current="page">/', $page );
		$this->assertDoesNotMatchRegularExpression( '/<a href="users\.php" [^>]*current/', $page );
		$this->assertNotNull( self::row_of( $user, $page ) );
		$this->assertNotNull( self::row_of( $other, $page ) );
		$this->assertNull( self::row_of( $here, $page ) );
		$this->assertShows( '<input type="hidden" name="scimpress_state" value="deactivated">', $page );

		$page = $this->page( '?scimpress_state=deactivated&s=' . rawurlencode( $user->user_login ) );
		$this->assertNotNull( self::row_of( $user, $page ) );
		$this->assertNull( self::row_of( $other, $page ) );
	}

	public function test_row_action_deactivates_and_reactivates(): void {
		$id   = $this->scim( 'POST', '/Users', array(), self::user_json() )->json()['id'];
		$user = get_userdata( (int) self::row( $id )->user_id );
		$user->set_role( 'editor' );
		$theirs = $this->signed_in_with_new_password( $user );
		$before = $this->scim( 'GET', "/Users/$id" );
		$this->assertTrue( $before->json()['active'] );

		$page = $this->follow( $this->link( 'Deactivate', $user ) );
		$this->assertShows( '1 user was deactivated: signed out, and without roles.', $page );
		$this->assertStringContainsString( '<strong>Deactivated</strong>', self::row_of( $user, $page ) );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
		$this->assertSame( array(), get_userdata( $user->ID )->roles );
		$this->assertFalse( $theirs->is_signed_in() );

		$shut = $this->scim( 'GET', "/Users/$id" );
		$this->assertScim( 200, $shut );
		$this->assertFalse( $shut->json()['active'] );
		$this->assertNotSame( $before->header( 'etag' ), $shut->header( 'etag' ), 'a client that read it before must not overwrite it unseen' );
		$this->assertSame( $before->json()['meta']['lastModified'], $shut->json()['meta']['lastModified'], 'as with every edit in wp-admin' );
		$this->assertScim( 412, $this->scim( 'DELETE', "/Users/$id", array( 'If-Match' => $before->header( 'etag' ) ) ) );

		$page = $this->follow( $this->link( 'Reactivate', $user ) );
		$this->assertShows( '1 user was reactivated and has the roles of before.', $page );
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( array( 'editor' ), get_userdata( $user->ID )->roles );
		$this->assertSame( $before->header( 'etag' ), $this->scim( 'GET', "/Users/$id" )->header( 'etag' ) );
	}

	public function test_accounts_that_scim_does_not_know_can_be_switched_too(): void {
		$stranger = $this->stranger( array( 'role' => 'author' ) );
		$this->follow( $this->link( 'Deactivate', $stranger ) );
		$this->assertFalse( Account_State::is_active( $stranger->ID ) );
		$this->follow( $this->link( 'Reactivate', $stranger ) );
		$this->assertSame( array( 'author' ), get_userdata( $stranger->ID )->roles );
	}

	public function test_bulk_actions_switch_many_and_say_whom_they_left_alone(): void {
		list( , , $one ) = $this->person();
		list( , , $two ) = $this->person();
		list( , , $off ) = $this->person( array( 'active' => false ) );
		$administrator   = $this->stranger( array( 'role' => 'administrator' ) );
		$page            = $this->page();
		foreach ( array( 'scimpress_deactivate' => 'Deactivate', 'scimpress_reactivate' => 'Reactivate' ) as $value => $label ) {
			$this->assertShows( "<option value=\"$value\">$label</option>", $page );
		}
		$page = $this->bulk( 'scimpress_deactivate', array( $one->ID, $two->ID, $two->ID, $off->ID, $administrator->ID, $this->me->ID, 999999, 'x' ) );
		$this->assertShows( '2 users were deactivated', $page );
		$this->assertShows( '1 user was in this state already.', $page );
		$this->assertShows( 'You cannot deactivate yourself.', $page );
		$this->assertShows( '1 user was left alone: accounts that may manage the site, and those listed', $page );
		$this->assertShows( '1 user was left alone: you are not allowed to change this account.', $page );
		$this->assertFalse( Account_State::is_active( $one->ID ) );
		$this->assertFalse( Account_State::is_active( $two->ID ) );
		$this->assertTrue( Account_State::is_active( $administrator->ID ) );
		$this->assertTrue( Account_State::is_active( $this->me->ID ) );

		$this->assertShows( '3 users were reactivated', $this->bulk( 'scimpress_reactivate', array( $one->ID, $two->ID, $off->ID ) ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $two->ID )->roles );
		$this->assertShows( 'Users', $this->bulk( 'scimpress_deactivate', array() ) );
	}

	public function test_nothing_happens_without_the_right_nonce(): void {
		list( , , $user ) = $this->person();
		foreach ( array( '', '_wpnonce=', '_wpnonce=0123456789', '_wpnonce=' . $this->nonce_of( $this->page( '', '/wp-admin/user-new.php' ) ) ) as $nonce ) {
			foreach ( array( 'users[]', 'users%5B%5D' ) as $users ) {
				$reply = $this->browser->get( self::PAGE . "?action=scimpress_deactivate&$users=$user->ID&$nonce" );
				$this->assertSame( 403, $reply->status, $nonce );
			}
			$this->assertSame( 403, $this->browser->post( self::PAGE, array( 'action' => 'scimpress_deactivate', 'users' => array( $user->ID ), '_wpnonce' => substr( $nonce, 9 ) ) )->status );
		}
		wp_cache_flush();
		$this->assertTrue( Account_State::is_active( $user->ID ) );
	}

	public function test_only_who_may_give_roles_can_switch(): void {
		list( , , $user ) = $this->person();
		add_role( 'scimpress_test', 'Test', array( 'read' => true, 'list_users' => true, 'edit_users' => true ) );
		$this->afterwards( static fn() => remove_role( 'scimpress_test' ) );
		$lister = $this->signed_in( $this->stranger( array( 'role' => 'scimpress_test' ) ) );
		$page   = $lister->get( self::PAGE )->body;
		$this->assertStringContainsString( 'Active', self::row_of( $user, $page ), 'who may see the list may see the state' );
		$this->assertHides( 'scimpress_deactivate', $page );
		$query = "?action=scimpress_deactivate&users[]=$user->ID&_wpnonce=" . $this->nonce_of( $page );
		$reply = $lister->get( self::PAGE . $query );
		$this->assertSame( 403, $reply->status );
		$this->assertShows( 'not allowed to deactivate users', $reply->body );

		$subscriber = $this->signed_in( $this->stranger() );
		$this->assertSame( 403, $subscriber->get( self::PAGE . $query )->status );
		$this->assertNotSame( 200, ( new Browser( self::$web ) )->get( self::PAGE . $query )->status );
		wp_cache_flush();
		$this->assertTrue( Account_State::is_active( $user->ID ) );
	}

	public function test_oneself_and_administrators_have_no_link_unless_the_site_allows_it(): void {
		$other = $this->stranger( array( 'role' => 'administrator' ) );
		$page  = $this->page();
		$this->assertStringNotContainsString( 'scimpress_deactivate', self::row_of( $this->me, $page ) );
		$this->assertStringNotContainsString( 'scimpress_deactivate', self::row_of( $other, $page ) );

		$allowed = array( 'X-Scenario' => 'administrators-allowed' );
		$page    = $this->browser->get( self::PAGE, $allowed )->body;
		$this->assertStringNotContainsString( 'scimpress_deactivate', self::row_of( $this->me, $page ) );
		$this->assertStringContainsString( 'scimpress_deactivate', self::row_of( $other, $page ) );
		$this->browser->get( self::PAGE . "?action=scimpress_deactivate&users[]=$other->ID&_wpnonce=" . $this->nonce_of( $page ), $allowed );
		wp_cache_flush();
		$this->assertFalse( Account_State::is_active( $other->ID ) );
	}

	public function test_last_administrator_is_left_alone_whoever_tries(): void {
		foreach ( get_users( array( 'role' => 'administrator' ) ) as $administrator ) {
			if ( $administrator->ID !== $this->me->ID ) {
				$administrator->set_role( 'subscriber' );
				$this->afterwards( static fn() => get_userdata( $administrator->ID ) && get_userdata( $administrator->ID )->set_role( 'administrator' ) );
			}
		}
		add_role( 'scimpress_test', 'Test', array( 'read' => true, 'list_users' => true, 'edit_users' => true, 'promote_users' => true ) );
		$this->afterwards( static fn() => remove_role( 'scimpress_test' ) );
		$manager = $this->signed_in( $this->stranger( array( 'role' => 'scimpress_test' ) ) );
		$allowed = array( 'X-Scenario' => 'administrators-allowed' );
		$nonce   = $this->nonce_of( $manager->get( self::PAGE, $allowed )->body );
		$reply   = $manager->get( self::PAGE . "?action=scimpress_deactivate&users[]={$this->me->ID}&_wpnonce=$nonce", $allowed );
		$this->assertSame( 302, $reply->status );
		$this->assertShows( 'The last user who may manage the site was left alone.', $manager->get( self::path( $reply ) )->body );
		wp_cache_flush();
		$this->assertTrue( Account_State::is_active( $this->me->ID ) );
		$this->assertSame( array( 'administrator' ), get_userdata( $this->me->ID )->roles );
	}

	public function test_role_change_beside_a_chosen_bulk_action_is_a_role_change(): void {
		list( , , $user ) = $this->person();
		$query            = http_build_query(
			array(
				'action'   => 'scimpress_deactivate',
				'changeit' => 'Change',
				'new_role' => 'author',
				'users'    => array( $user->ID ),
				'_wpnonce' => $this->nonce_of( $this->page() ),
			)
		);
		$this->browser->get( self::PAGE . "?$query" );
		wp_cache_flush();
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( array( 'author' ), get_userdata( $user->ID )->roles );
	}

	public function test_failure_of_another_plugin_is_told_and_changes_nothing(): void {
		list( , , $user ) = $this->person();
		$query            = "?action=scimpress_deactivate&users[]=$user->ID&_wpnonce=" . $this->nonce_of( $this->page() );
		$reply            = $this->browser->get( self::PAGE . $query, array( 'X-Scenario' => 'roles-throw' ) );
		$this->assertShows( '1 user could not be changed; the error log of the site has the cause.', $this->browser->get( self::path( $reply ) )->body );
		wp_cache_flush();
		$this->assertTrue( Account_State::is_active( $user->ID ) );
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles );
	}

	public function test_outcome_in_the_address_is_numbers_only_and_names_are_escaped(): void {
		list( , , $user ) = $this->person( array( 'wordpress' => array( 'display_name' => 'Mira "><script>alert(1)</script>' ) ) );
		wp_update_user(
			array(
				'ID'           => $user->ID,
				'display_name' => 'Mira " onmouseover="alert(1)',
			)
		);
		$page = $this->page( '?scimpress_outcome[deactivated]=<script>alert(2)</script>&scimpress_outcome[protected]=3<b>&scimpress_outcome[evil]=1&scimpress_outcome[failed][]=2&scimpress_state[]=deactivated' );
		$this->assertHides( '<script>alert(', $page );
		$this->assertHides( ' onmouseover="alert(1)', $page );
		$this->assertShows( 'aria-label="Deactivate Mira &quot; onmouseover=&quot;alert(1)"', $page );
		$this->assertShows( '3 users were left alone', $page );
		$this->assertHides( 'evil', strip_tags( $page ) );
	}

	public function test_pages_other_than_the_list_run_nothing_of_it(): void {
		foreach ( array( '/wp-admin/index.php', '/wp-admin/profile.php', '/wp-admin/user-new.php' ) as $path ) {
			$body = $this->browser->get( "$path?action=scimpress_deactivate&users[]=1&scimpress_outcome[deactivated]=7" )->body;
			$this->assertHides( 'users were deactivated', $body, $path );
			$this->assertHides( 'scimpress_state', $body, $path );
		}
	}

	public function test_deactivated_account_can_still_be_edited(): void {
		list( , , $user ) = $this->person( array( 'active' => false ) );
		$page             = $this->page( "?user_id=$user->ID", '/wp-admin/user-edit.php' );
		preg_match_all( '/<input[^>]*type="(?:hidden|text|email|url)"[^>]*name="([^"]+)"[^>]*value="([^"]*)"|<input[^>]*name="([^"]+)"[^>]*type="(?:hidden|text|email|url)"[^>]*value="([^"]*)"/', $page, $fields, PREG_SET_ORDER );
		$form = array();
		foreach ( $fields as $field ) {
			$form[ '' !== $field[1] ? $field[1] : $field[3] ] = html_entity_decode( '' !== $field[1] ? $field[2] : $field[4] );
		}
		$this->assertSame( 302, $this->browser->post( "/wp-admin/user-edit.php?user_id=$user->ID", array( 'last_name' => 'Edited', 'role' => '', 'nickname' => 'Mira' ) + $form )->status );
		wp_cache_flush();
		$this->assertSame( 'Edited', get_user_meta( $user->ID, 'last_name', true ) );
		$this->assertFalse( Account_State::is_active( $user->ID ) );
		Account_State::activate( $user->ID );
		$this->assertSame( array( 'subscriber' ), get_userdata( $user->ID )->roles, 'saving the form is no decision about roles' );
	}

	/**
	 * A browser in which somebody has signed in.
	 *
	 * @param \WP_User $user Whose password is `secret phrase`.
	 */
	private function signed_in( \WP_User $user ): Browser {
		$browser = new Browser( self::$web );
		$browser->sign_in( $user->user_login, 'secret phrase' );
		return $browser;
	}

	/**
	 * A browser in which a SCIM user has signed in.
	 *
	 * @param \WP_User $user The user.
	 */
	private function signed_in_with_new_password( \WP_User $user ): Browser {
		wp_set_password( 'secret phrase', $user->ID );
		$browser = $this->signed_in( $user );
		$this->assertTrue( $browser->is_signed_in() );
		return $browser;
	}

	/**
	 * A page.
	 *
	 * @param string $query Query.
	 * @param string $path  Path.
	 */
	private function page( string $query = '', string $path = self::PAGE ): string {
		$reply = $this->browser->get( $path . $query );
		$this->assertSame( 200, $reply->status );
		return $reply->body;
	}

	/**
	 * The row of an account.
	 *
	 * @param \WP_User $user The account.
	 * @param string   $page HTML.
	 */
	private static function row_of( \WP_User $user, string $page ): ?string {
		return preg_match( "/<tr id=['\"]user-$user->ID['\"].*?<\/tr>/s", $page, $matches ) ? $matches[0] : null;
	}

	/**
	 * Address of a row action.
	 *
	 * @param string   $label Its text.
	 * @param \WP_User $user  The account of the row.
	 */
	private function link( string $label, \WP_User $user ): string {
		$this->assertSame( 1, preg_match( '/<a href="([^"]+)" aria-label="' . "$label " . preg_quote( esc_attr( $user->display_name ), '/' ) . '">' . "$label</", self::row_of( $user, $this->page() ), $matches ), $label );
		return '/wp-admin/' . html_entity_decode( $matches[1] );
	}

	/**
	 * Follows a link that does something, to the page that tells.
	 *
	 * @param string $path Path and query.
	 */
	private function follow( string $path ): string {
		$reply = $this->browser->get( $path );
		$this->assertSame( 302, $reply->status );
		wp_cache_flush();
		return $this->page( '', self::path( $reply ) );
	}

	/**
	 * Sends the form of the list as a browser does: by GET, with everything in it.
	 *
	 * @param string $action Bulk action.
	 * @param array  $users  Ticked boxes.
	 */
	private function bulk( string $action, array $users ): string {
		return $this->follow(
			self::PAGE . '?' . http_build_query(
				array(
					's'                => '',
					'_wpnonce'         => $this->nonce_of( $this->page() ),
					'_wp_http_referer' => self::PAGE,
					'action'           => $action,
					'new_role'         => '',
					'users'            => $users,
					'action2'          => '-1',
				)
			)
		);
	}

	/**
	 * Where an answer leads.
	 *
	 * @param Reply $reply The answer.
	 */
	private static function path( Reply $reply ): string {
		$url = wp_parse_url( $reply->header( 'location' ) );
		return ( str_starts_with( $url['path'], '/' ) ? '' : '/wp-admin/' ) . $url['path'] . ( isset( $url['query'] ) ? "?{$url['query']}" : '' );
	}

	/**
	 * The nonce of a page's form.
	 *
	 * @param string $page HTML.
	 */
	private function nonce_of( string $page ): string {
		$this->assertSame( 1, preg_match( '/name="_wpnonce(?:_create-user)?" value="([0-9a-f]+)"/', $page, $matches ) );
		return $matches[1];
	}
}
