<?php
/**
 * Settings → Scimpress → Roles.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Page;
use Scimpress\Admin\Roles_Tab;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;
use Scimpress\Settlement\Queue;

/**
 * The rules as administrators, other users and attackers meet them; all of it without JavaScript.
 */
final class RolesTabTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/options-general.php?page=scimpress&tab=roles';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->browser = new Browser( self::$web );
		$this->browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
	}

	public function test_rules_are_saved_in_their_order_applied_and_shown(): void {
		$people = array( $this->writer( 'Editor' ), $this->writer( 'Author' ) );
		$reply  = $this->rules(
			array(
				array( 'order' => '20', 'role' => 'author', 'kind' => 'filter', 'value' => ' title pr ' ),
				array( 'order' => '10', 'role' => 'editor', 'kind' => 'filter', 'value' => 'title eq "Editor"' ),
				array( 'order' => '30', 'role' => 'contributor', 'kind' => 'group', 'value' => 'Gone', 'remove' => '1' ),
				array( 'order' => '40', 'role' => 'contributor', 'kind' => 'group', 'value' => ' ' ),
			),
			Rule_Set::REPLACE,
			Roles_Tab::SAVE
		);
		$this->assertSame( 303, $reply->status );
		$rules = Rule_Set::of_site();
		$this->assertSame( Rule_Set::REPLACE, $rules->scenario );
		$this->assertSame( array( array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'title eq "Editor"' ), array( 'role' => 'author', 'kind' => 'filter', 'value' => 'title pr' ) ), $rules->rules );
		$this->assertFalse( $rules->groups );
		$this->assertSame( array( array( 'editor', 'author' ), array( 'author' ) ), array_map( array( self::class, 'roles' ), $people ) );
		$body = $this->browser->get( self::PAGE . '&saved=1' )->body;
		$this->assertShows( 'Rules saved.', $body );
		$this->assertShows( 'value="title eq &quot;Editor&quot;"', $body );
		$this->assertShows( 'Rules and mappings were applied: of 2 users 2 were changed.', $body );
		$this->assertHides( 'not saved yet', $body );
		$this->assertMatchesRegularExpression( '/value="replace"\s+checked/', $body );
		$this->assertSame( 2 + 3, substr_count( $body, '[value]"' ), 'empty rows for more' );
	}

	public function test_preview_shows_who_would_change_and_saves_nothing(): void {
		$person = $this->writer( 'Editor' );
		$fields = array( array( 'order' => '10', 'role' => 'editor', 'kind' => 'filter', 'value' => 'title pr' ) );
		$this->rules( $fields, Rule_Set::MAPPED, 'preview' );
		$this->assertTrue( Rule_Set::of_site()->is_empty() );
		$this->assertSame( array( 'subscriber' ), self::roles( $person ) );
		$body = $this->browser->get( self::PAGE )->body;
		$this->assertShows( 'Preview: of 1 users 1 would get other roles.', $body );
		$this->assertMatchesRegularExpression( '#' . preg_quote( get_userdata( $person )->user_login, '#' ) . '</a></td><td>Subscriber</td><td>Subscriber, Editor</td>#', $body );
		$this->assertShows( 'value="title pr"', $body );
		$this->assertShows( 'not saved yet', $body );

		$this->rules( $fields, Rule_Set::MAPPED, Roles_Tab::SAVE );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $person ) );
	}

	public function test_rule_that_is_not_right_is_told_beside_it_and_nothing_is_saved(): void {
		$reply = $this->rules(
			array(
				array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'title pr' ),
				array( 'role' => 'editor', 'kind' => 'filter', 'value' => '"><script>' ),
				array( 'role' => 'administrator', 'kind' => 'group', 'value' => 'Admins' ),
				array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'costcentre eq "7"' ),
			),
			Rule_Set::ADD,
			Roles_Tab::SAVE
		);
		$this->assertSame( 200, $reply->status );
		$this->assertTrue( Rule_Set::of_site()->is_empty() );
		$this->assertNull( Job::state() );
		$this->assertHides( '<script>"', $reply->body );
		$this->assertHides( 'value=""><script>', $reply->body );
		$this->assertHides( 'id="scimpress-rule-0"', $reply->body );
		foreach ( array( 1, 2, 3 ) as $index ) {
			$this->assertShows( "aria-describedby=\"scimpress-rule-$index\"", $reply->body );
		}
		$this->assertShows( 'behind its URN', $reply->body );
		$this->assertShows( 'is not given by rules', $reply->body );
		$this->assertShows( 'value="title pr"', $reply->body );
		$this->assertMatchesRegularExpression( '/value="add"\s+checked/', $reply->body );
	}

	public function test_run_is_paused_resumed_and_cancelled(): void {
		$this->writer( 'Editor' );
		Job::begin( true );
		$body = $this->browser->get( self::PAGE )->body;
		$this->assertShows( 'data-scimpress-go-on="1000"', $body );
		$this->assertMatchesRegularExpression( '/<fieldset\s+disabled/', $body );
		$this->fill( Roles_Tab::PAUSE );
		$this->assertSame( Job::PAUSED, Job::state()['state'] );
		$this->assertShows( 'Paused.', $this->browser->get( self::PAGE )->body );
		$this->fill( Roles_Tab::RESUME );
		$this->assertSame( Job::DONE, Job::state()['state'] );
		Job::begin( true );
		$this->fill( Roles_Tab::CANCEL );
		$this->assertSame( Job::CANCELLED, Job::state()['state'] );
		$this->assertShows( 'Cancelled.', $this->browser->get( self::PAGE )->body );
	}

	public function test_page_goes_on_where_wp_cron_does_not(): void {
		$person = $this->writer( 'Editor' );
		( new Rule_Set( array( 'rules' => array( array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'title pr' ) ) ) ) )->save();
		Job::begin( false );
		Queue::add( array( $this->position( $person ) ) );
		$this->assertShows( '1 user waits', $this->browser->get( self::PAGE )->body );
		$reply = $this->fill( Roles_Tab::GO_ON );
		$this->assertSame( 303, $reply->status );
		$this->assertSame( array( 'subscriber', 'editor' ), self::roles( $person ) );
		$this->assertSame( array( Job::DONE, 0 ), array( Job::state()['state'], Queue::count() ) );
		$this->assertHides( 'data-scimpress-go-on', $this->browser->get( self::PAGE )->body );
	}

	public function test_form_needs_the_nonce_and_the_capability(): void {
		$fields = array( 'scimpress_rules' => array( array( 'role' => 'editor', 'kind' => 'group', 'value' => 'x' ) ), Page::ACTION => Roles_Tab::RULES, Roles_Tab::BUTTON => Roles_Tab::SAVE );
		$this->assertSame( 403, $this->browser->post( self::PAGE, $fields + array( '_wpnonce' => 'wrong' ) )->status );
		$other = new Browser( self::$web );
		$other->sign_in( $this->stranger( array( 'role' => 'editor' ) )->user_login, 'secret phrase' );
		$this->assertSame( 403, $other->post( self::PAGE, $fields )->status );
		wp_cache_flush();
		$this->assertTrue( Rule_Set::of_site()->is_empty() );
	}

	/**
	 * Sends the form.
	 */
	private function rules( array $rules, string $scenario, string $button ): Reply {
		return $this->fill( Roles_Tab::RULES, array( 'scimpress_rules' => $rules, 'scimpress_scenario' => $scenario, Roles_Tab::BUTTON => $button ) );
	}

	private function fill( string $action, array $fields = array() ): Reply {
		return $this->submit( $this->browser, self::PAGE, $action, $fields );
	}

	/**
	 * A person with a title.
	 *
	 * @return int User ID.
	 */
	private function writer( string $title ): int {
		return $this->person( array( 'document' => wp_json_encode( array( 'title' => $title ) ) ) )[1]['userId'];
	}

	private function position( int $user_id ): int {
		global $wpdb;
		return (int) $wpdb->get_var( $wpdb->prepare( 'SELECT position FROM ' . \Scimpress\Store\User_Table::name() . ' WHERE user_id = %d', $user_id ) );
	}

	private static function roles( int $user_id ): array {
		wp_cache_flush();
		return array_values( get_userdata( $user_id )->roles );
	}
}
