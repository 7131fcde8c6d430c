<?php
/**
 * Who decides about provisioning.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Admin\Page;
use Scimpress\Admin\Roles_Tab;
use Scimpress\Admin\Settings_Tab;
use Scimpress\Admin\Setup_Tab;
use Scimpress\Admin\Tokens_Tab;
use Scimpress\Capability;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Tokens;

/**
 * Administrators, those who were given the capability, and all others.
 */
final class CapabilityTest extends Scim_Test_Case {

	private const PAGES = array(
		'/wp-admin/options-general.php?page=scimpress',
		'/wp-admin/options-general.php?page=scimpress&tab=tokens',
		'/wp-admin/options-general.php?page=scimpress&tab=settings',
		'/wp-admin/options-general.php?page=scimpress&tab=doctor',
		'/wp-admin/options-general.php?page=scimpress&tab=log',
		'/wp-admin/options-general.php?page=scimpress&tab=attributes',
		'/wp-admin/options-general.php?page=scimpress&tab=roles',
		'/wp-admin/options-general.php?page=scimpress&tab=performance',
	);

	public function test_administrators_have_it_and_no_stored_role_changes(): void {
		$roles = get_option( wp_roles()->role_key );
		$this->assertTrue( user_can( $this->stranger( array( 'role' => 'administrator' ) )->ID, Capability::NAME ) );
		foreach ( array( 'editor', 'author', 'subscriber' ) as $role ) {
			$this->assertFalse( user_can( $this->stranger( array( 'role' => $role ) )->ID, Capability::NAME ), $role );
		}
		$this->assertStringNotContainsString( Capability::NAME, wp_json_encode( $roles ) );
	}

	public function test_it_can_be_given_and_taken_by_hand(): void {
		$editor = $this->stranger( array( 'role' => 'editor' ) );
		$editor->add_cap( Capability::NAME );
		$this->assertTrue( user_can( $editor->ID, Capability::NAME ) );
		$this->assertFalse( user_can( $editor->ID, 'manage_options' ) );
		$administrator = $this->stranger( array( 'role' => 'administrator' ) );
		$administrator->add_cap( Capability::NAME, false );
		$this->assertFalse( user_can( $administrator->ID, Capability::NAME ) );
		Account_State::deactivate( $editor->ID );
		$this->assertFalse( user_can( $editor->ID, Capability::NAME ) );
	}

	public function test_editor_with_the_capability_may_everything_here_and_nothing_else_of_the_settings(): void {
		$this->role( array( 'edit_posts' => true ) );
		$browser = $this->signed_in_as( 'scimpress_test' );
		foreach ( self::PAGES as $path ) {
			$this->assertSame( 200, $browser->get( $path )->status, $path );
		}
		$this->assertSame( 403, $browser->get( '/wp-admin/options-general.php' )->status );
		$this->assertShows( 'page=scimpress', $browser->get( '/wp-admin/index.php' )->body, 'a way to get there' );
		$this->assertSame( 200, $browser->get( $this->menu( $browser ) )->status, 'and it leads there' );

		$this->assertSame( 200, $this->submit( $browser, self::PAGES[1], Tokens_Tab::CREATE, array( 'name' => 'Made by the helper' ) )->status );
		$this->assertSame( 'Made by the helper', Tokens::stored()[1]['name'] );
		$this->assertSame( 303, $this->submit( $browser, self::PAGES[2], Settings_Tab::SAVE, array( 'ignore_passwords' => '1' ) )->status );
		$this->assertTrue( Settings::ignore_passwords() );
	}

	public function test_others_get_in_nowhere(): void {
		$administrator = $this->signed_in_as( 'administrator' );
		$forms         = array(
			array( self::PAGES[0], Setup_Tab::ENABLE, array() ),
			array( self::PAGES[1], Tokens_Tab::CREATE, array() ),
			array( self::PAGES[1], Tokens_Tab::TYPE, array( 'token' => str_repeat( 't', 32 ) ) ),
			array( self::PAGES[1], Tokens_Tab::ROTATE, array( 'id' => Tokens::stored()[0]['id'] ) ),
			array( self::PAGES[1], Tokens_Tab::REVOKE, array( 'id' => Tokens::stored()[0]['id'] ) ),
			array( self::PAGES[2], Settings_Tab::SAVE, array( 'on_delete' => 'delete' ) ),
		);
		Settings::update( array( 'enabled' => false ) );
		$before = array( Settings::all(), Tokens::stored() );
		foreach ( array( 'subscriber', 'editor' ) as $role ) {
			$browser = $this->signed_in_as( $role );
			foreach ( $forms as list( $path, $action, $fields ) ) {
				$this->assertSame( 403, $browser->get( $path )->status, "$role $path" );
				$nonce = $this->nonce( $administrator, $path, $action );
				$this->assertSame( 403, $browser->post( $path, array( Page::ACTION => $action, '_wpnonce' => $nonce ) + $fields )->status, "$role $action" );
			}
		}
		wp_cache_flush();
		$this->assertSame( $before, array( Settings::all(), Tokens::stored() ) );
	}

	public function test_roles_that_manage_the_site_or_provisioning_are_handed_out_by_nobody(): void {
		$this->role( array() );
		foreach ( array( 'administrator', 'scimpress_test' ) as $role ) {
			$this->assertArrayNotHasKey( $role, Settings::assignable_roles() );
			Settings::update( array( 'default_role' => $role ) );
			$this->assertSame( 'subscriber', Settings::default_role() );
		}
	}

	public function test_rules_of_roles_that_are_more_than_the_holders_stay_as_they_are(): void {
		$this->role( array( 'edit_posts' => true, 'delete_posts' => true, 'level_0' => true, 'level_1' => true ) );
		$browser = $this->signed_in_as( 'scimpress_test' );
		$page    = '/wp-admin/options-general.php?page=scimpress&tab=roles';
		$old     = array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'title eq "Editor"' );
		( new Rule_Set( array( 'rules' => array( $old ) ) ) )->save();
		$save = fn( array ...$rules ): Reply => $this->submit( $browser, $page, Roles_Tab::RULES, array( 'scimpress_rules' => $rules, 'scimpress_scenario' => Rule_Set::MAPPED, Roles_Tab::BUTTON => Roles_Tab::SAVE ) );
		foreach ( array( array( 'value' => 'title pr' ), array( 'kind' => 'group' ), array( 'role' => 'author' ) ) as $change ) {
			$this->assertShows( 'you may not hand out this role', $save( array_merge( $old, $change ) )->body );
			$this->assertShows( 'you may not hand out this role', $save( $old, array_merge( $old, $change ) )->body );
			$this->assertSame( array( $old ), Rule_Set::of_site()->rules );
		}
		$mine = array( 'role' => 'contributor', 'kind' => 'group', 'value' => 'Writers' );
		$this->assertSame( 303, $save( $old, $mine )->status );
		$this->assertSame( array( $old, $mine ), Rule_Set::of_site()->rules );
	}

	public function test_holder_without_the_right_to_give_roles_hands_out_none_that_is_more_than_his(): void {
		$this->role( array( 'edit_posts' => true, 'delete_posts' => true, 'level_0' => true, 'level_1' => true ) );
		add_role( 'scimpress_manager', 'Manager', array( 'read' => true, 'promote_users' => true ) );
		$this->afterwards( static fn() => remove_role( 'scimpress_manager' ) );
		$browser = $this->signed_in_as( 'scimpress_test' );
		$page    = $browser->get( self::PAGES[2] )->body;
		$this->assertSame( array( 'contributor', 'subscriber' ), self::offered( $page ) );
		foreach ( array( 'editor', 'scimpress_manager', 'administrator', 'scimpress_test' ) as $role ) {
			$this->submit( $browser, self::PAGES[2], Settings_Tab::SAVE, array( 'default_role' => $role ) );
			$this->assertSame( 'subscriber', Settings::default_role(), $role );
		}
		$this->submit( $browser, self::PAGES[2], Settings_Tab::SAVE, array( 'default_role' => 'contributor' ) );
		$this->assertSame( 'contributor', Settings::default_role() );

		Settings::update( array( 'default_role' => 'author' ) );
		$this->assertContains( 'author', self::offered( $browser->get( self::PAGES[2] )->body ), 'what an administrator has chosen stays chosen' );
		$this->submit( $browser, self::PAGES[2], Settings_Tab::SAVE, array( 'default_role' => 'author' ) );
		$this->assertSame( 'author', Settings::default_role() );
		$this->assertContains( 'scimpress_manager', self::offered( $this->signed_in_as( 'administrator' )->get( self::PAGES[2] )->body ) );
	}

	/**
	 * Makes the role `scimpress_test`, which may manage provisioning.
	 *
	 * @param array<string,bool> $more More capabilities.
	 */
	private function role( array $more ): void {
		add_role( 'scimpress_test', 'Test', array( 'read' => true, Capability::NAME => true ) + $more );
		$this->afterwards( static fn() => remove_role( 'scimpress_test' ) );
	}

	/**
	 * Roles that the settings offer.
	 *
	 * @param string $page HTML.
	 * @return list<string>
	 */
	private static function offered( string $page ): array {
		preg_match( '/<select id="scimpress-role".*?<\/select>/s', $page, $select );
		preg_match_all( '/<option value="([^"]*)"/', $select[0], $options );
		sort( $options[1] );
		return $options[1];
	}

	/**
	 * Where the menu leads.
	 *
	 * @param Browser $browser Who looks.
	 */
	private function menu( Browser $browser ): string {
		$this->assertSame( 1, preg_match( '/href=[\'"]([^\'"]*page=scimpress)[\'"]/', $browser->get( '/wp-admin/index.php' )->body, $link ) );
		return '/wp-admin/' . html_entity_decode( basename( $link[1] ) );
	}
}
