<?php
/**
 * Trying and suggestions on the tabs Attributes and Roles.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Attributes_Tab;
use Scimpress\Admin\Page;
use Scimpress\Admin\Roles_Tab;
use Scimpress\Admin\Try_Section;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Received;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;
use Scimpress\Store\Sample;
use Scimpress\Store\User_Table;

/**
 * As administrators, other users and attackers meet them; all of it without JavaScript.
 */
final class TryTabTest extends Scim_Test_Case {

	private const ATTRIBUTES = '/wp-admin/options-general.php?page=scimpress&tab=attributes';
	private const ROLES      = '/wp-admin/options-general.php?page=scimpress&tab=roles';
	private const URN        = 'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		delete_option( Attribute_Settings::OPTION );
		$this->afterwards( static fn() => delete_option( Attribute_Settings::OPTION ) );
		$this->browser = $this->signed_in_as( 'administrator' );
	}

	public function test_both_tabs_offer_an_example_that_works(): void {
		foreach ( array( self::ATTRIBUTES, self::ROLES ) as $tab ) {
			$body = $this->browser->get( $tab )->body;
			$this->assertSame( 1, preg_match( '#<label for="scimpress-try-user">.*?<textarea[^>]* id="scimpress-try-user"[^>]*>(.*?)</textarea>#s', $body, $found ) );
			$example = html_entity_decode( $found[1], ENT_QUOTES );
			foreach ( array( 'enterprise:2.0:User', 'wpo365:2.0:User', 'objectId' ) as $part ) {
				$this->assertStringContainsString( $part, $example );
			}
			$this->assertHides( 'The WordPress user', $body );
			$reply = $this->tries( $tab, $example );
			$this->assertShows( '<strong>A new account ines.duarte@example.com would be made.</strong>', $reply->body );
			$this->assertMatchesRegularExpression( '#<div role="status" id="scimpress-tried">\s*<p>\s*<strong>#', $reply->body );
			$this->assertMatchesRegularExpression( '#<th scope="row">Role</th>\s*<td>\s*<div>Subscriber</div>\s*</td>\s*<td>default role</td>#', $reply->body );
			// Twice, for the first one has left nothing.
			$this->assertShows( 'A new account ines.duarte@example.com would be made.', $this->tries( $tab, $example )->body );
			$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), $example ) );
			$this->assertShows( 'would be refused with status 409: ', $this->tries( $tab, $example )->body );
			$this->browser->get( $tab );
			wp_delete_user( get_user_by( 'login', 'ines.duarte@example.com' )->ID );
		}
	}

	public function test_what_stands_in_the_form_is_tried_and_not_saved(): void {
		Attribute_Settings::map( array( array( 'path' => 'title', 'target' => 'saved' ) ) );
		$user = self::user_json( array( 'title' => 'Chief', 'userType' => array( 'Guest' ) ) );
		$body = $this->tries( self::ATTRIBUTES, $user, array( 'path' => array( 'userType', '', 'title' ), 'target' => array( 'kind', '', 'unsaved' ) ) )->body;
		$this->assertSame( array( array( 'kind', 'Guest', 'userType' ), array( 'unsaved', 'Chief', 'title' ) ), self::mapped( $body ) );
		$this->assertShows( 'These mappings are not saved yet.', $body );
		$this->assertMatchesRegularExpression( '/name="target\[1\]"[^>]* value="unsaved"/', $body );
		wp_cache_flush();
		$this->assertSame( array( 'saved' ), array_column( Attribute_Settings::mappings(), 'target' ) );
		$this->assertNull( Job::state() );

		$rules = array( array( 'order' => '20', 'role' => 'author', 'kind' => 'filter', 'value' => 'title eq "Chief"' ), array( 'order' => '10', 'role' => 'editor', 'kind' => 'group', 'value' => 'Desk' ) );
		$body  = $this->tries( self::ROLES, $user, array( 'scimpress_rules' => $rules, 'scimpress_scenario' => Rule_Set::REPLACE, Try_Section::GROUPS => "\n desk \r\nOther" ) )->body;
		$this->assertMatchesRegularExpression( '#<div>Editor</div>\s*</td>\s*<td>rule 1: is in the group named Desk</td>#', $body );
		$this->assertMatchesRegularExpression( '#<div>Author</div>\s*</td>\s*<td>rule 2: matches the SCIM filter title eq &quot;Chief&quot;</td>#', $body );
		$this->assertSame( array( array( 'saved', 'Chief', 'title' ) ), self::mapped( $body ), 'of the other tab what is saved' );
		$this->assertShows( 'These rules are not saved yet.', $body );
		wp_cache_flush();
		$this->assertTrue( Rule_Set::of_site()->is_empty() );
		$this->assertNull( Job::state() );
	}

	public function test_form_that_is_not_right_is_not_tried_and_keeps_everything(): void {
		$body = $this->tries( self::ATTRIBUTES, '{"userName":"kept"}', array( 'path' => array( 'nothing' ), 'target' => array( 'x' ), Try_Section::GROUPS => 'Kept' ) )->body;
		$this->assertShows( 'Nothing was tried: some mappings are not right yet.', $body );
		$this->assertMatchesRegularExpression( '/name="path\[0\]"[^>]* value="nothing" aria-invalid="true" aria-describedby="scimpress-mapping-problem-0"/', $body );
		$this->assertShows( '{&quot;userName&quot;:&quot;kept&quot;}</textarea>', $body );
		$this->assertMatchesRegularExpression( '#id="scimpress-try-groups"[^>]*>\s*Kept</textarea>#', $body );
		$body = $this->tries( self::ROLES, '{"userName":"kept"}', array( 'scimpress_rules' => array( array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'nothing eq' ) ) ) )->body;
		$this->assertShows( 'Nothing was tried: some rules are not right yet.', $body );
		$this->assertMatchesRegularExpression( '/value="nothing eq"[^>]* aria-describedby="scimpress-rule-0"/', $body );
		$this->assertShows( '{&quot;userName&quot;:&quot;kept&quot;}</textarea>', $body );
	}

	public function test_rules_can_be_tried_while_everybody_is_visited(): void {
		( new Rule_Set( array( 'rules' => array( array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'userName pr' ) ) ) ) )->save();
		Job::begin( true );
		$body = $this->tries( self::ROLES, self::user_json() )->body;
		$this->assertShows( 'rule 1: matches the SCIM filter userName pr', $body );
	}

	public function test_hostile_users_are_harmless(): void {
		$script = '"><script>alert(1)</script>';
		Attribute_Settings::map( array( array( 'path' => 'title', 'target' => 'job' ) ) );
		$body = $this->tries( self::ATTRIBUTES, self::user_json( array( 'title' => $script, 'displayName' => "</textarea>$script", 'nickName' => '\\\' OR 1=1 --' ) ), array( 'path' => array( 'title' ), 'target' => array( 'job' ), Try_Section::GROUPS => "</textarea>$script" ) )->body;
		$this->assertHides( '<script>alert', $body );
		$this->assertSame( array( array( 'job', $script, 'title' ) ), self::mapped( $body ) );
		$this->assertShows( 'OR 1=1 --', $body );
		$users = array(
			'<script>alert(1)</script>'                                           => 400,
			"{\"userName\":\"a\0b\"}"                                             => 400,
			"\xff\xfe"                                                            => 400,
			str_repeat( '[', 100000 )                                             => 400,
			'{"userName":"' . str_repeat( 'a', MB_IN_BYTES ) . '"}'               => 400,
			'{"userName":"x","title":"' . str_repeat( 'a', 2 * MB_IN_BYTES ) . '"}' => 413,
			''                                                                    => 400,
		);
		foreach ( $users as $user => $status ) {
			$reply = $this->tries( self::ATTRIBUTES, $user );
			$this->assertSame( 200, $reply->status );
			$this->assertShows( "would be refused with status $status: ", $reply->body, substr( $user, 0, 20 ) );
			$this->assertHides( '<script>alert', $reply->body );
		}
		foreach ( array( array( Try_Section::USER => array( 'x' ) ), array( Try_Section::GROUPS => array( array() ) ), array( Try_Section::GROUPS => "\xff\n\0" ) ) as $fields ) {
			$this->assertSame( 200, $this->submit( $this->browser, self::ROLES, Roles_Tab::RULES, $fields + array( Try_Section::BUTTON => '1', Try_Section::USER => self::user_json() ) )->status );
		}
		$this->assertShows( '<div>O&#039;Brien \\ x</div>', $this->tries( self::ATTRIBUTES, self::user_json( array( 'displayName' => "O'Brien \\ x" ) ) )->body, 'slashes are neither added nor lost' );
	}

	public function test_nobody_else_and_no_other_site_tries(): void {
		$forms = array( array( self::ATTRIBUTES, Attributes_Tab::MAPPINGS, array( Attributes_Tab::END => '1' ) ), array( self::ROLES, Roles_Tab::RULES, array() ) );
		foreach ( $forms as list( $tab, $action, $fields ) ) {
			$fields += array( Page::ACTION => $action, Try_Section::BUTTON => '1', Try_Section::USER => self::user_json() );
			$this->assertSame( 403, $this->browser->post( $tab, $fields )->status, 'no nonce' );
			$this->assertSame( 403, $this->browser->post( $tab, $fields + array( '_wpnonce' => 'wrong' ) )->status );
			$nonce  = $this->nonce( $this->browser, $tab, $action );
			$editor = $this->signed_in_as( 'editor' );
			$this->assertSame( 403, $editor->post( $tab, $fields + array( '_wpnonce' => $nonce ) )->status );
			$this->assertHides( 'would be', $this->browser->get( $tab . '&' . Try_Section::BUTTON . '=1&' . Try_Section::USER . '=%7B%7D' )->body, 'a link tries nothing' );
		}
	}

	public function test_received_attributes_are_suggested_without_their_values(): void {
		$this->assertHides( 'Received attributes', $this->browser->get( self::ATTRIBUTES )->body );
		Attribute_Settings::map( array( array( 'path' => 'title', 'target' => 'job' ) ) );
		$this->arrived( array( 'title' => 'Secret title', 'userType' => 'Secret type' ) );
		$this->arrived( array( 'title' => 'Other title', self::URN => array( 'tag' => 'secret tag', 'level' => 7 ) ) );
		$body = $this->browser->get( self::ATTRIBUTES )->body;
		$this->assertMatchesRegularExpression( '#<th scope="row"><code>userType</code></th>\s*<td>1</td>\s*<td>\s*<button type="submit" form="scimpress-mappings-form"[^>]* value="userType"#', $body );
		$this->assertMatchesRegularExpression( '#<th scope="row"><code>title</code></th>\s*<td>2</td>\s*<td>\s*<code>job</code>#', $body );
		$this->assertGreaterThan( strpos( $body, '<code>userType</code>' ), strpos( $body, '<code>title</code></th>' ), 'what is mapped comes last' );
		$this->assertShows( '<option value="userType"></option>', $body );
		$this->assertShows( 'list="scimpress-paths"', $body );
		$this->assertHides( '<code>userName</code></th>', $body );
		foreach ( array( 'Secret', 'secret', 'corp.example.com' ) as $value ) {
			$this->assertHides( $value, $body );
		}
		$this->assertShows( self::URN . ' was received of 1 user and is not declared.', $body );

		$body = $this->submit( $this->browser, self::ATTRIBUTES, Attributes_Tab::MAPPINGS, array( 'path' => array( 'title', 'typed' ), 'target' => array( 'job', '' ), Attributes_Tab::END => '1', Attributes_Tab::ADD => 'userType' ) )->body;
		$this->assertMatchesRegularExpression( '/name="path\[1\]"[^>]* value="typed".*name="path\[2\]"[^>]* value="userType".*?name="target\[2\]"[^>]* value="" autofocus/s', $body );
		$this->assertSame( 1, substr_count( $body, 'autofocus' ) );
		$this->assertSame( array( array( 'path' => 'title', 'target' => 'job' ) ), Attribute_Settings::mappings() );

		$body = $this->submit( $this->browser, self::ATTRIBUTES, Attributes_Tab::SCHEMA, array( 'original' => '', Attributes_Tab::END => '1', Attributes_Tab::ADD => self::URN ) )->body;
		$this->assertMatchesRegularExpression( '/id="scimpress-schema-form">.*name="original" value="".*name="schema\[0\]"[^>]* value="' . self::URN . '" autofocus.*name="attribute_name\[0\]"[^>]* value="tag".*name="attribute_name\[1\]"[^>]* value="level".*<option value="integer"\s+selected/s', $body );
		$this->assertSame( array(), Attribute_Settings::declared() );
		$body = $this->submit( $this->browser, self::ATTRIBUTES, Attributes_Tab::SCHEMA, array( 'original' => '', Attributes_Tab::END => '1', Attributes_Tab::ADD => 'urn:x"><script>alert(1)</script>' ) )->body;
		$this->assertHides( '<script>alert', $body );
		Attribute_Settings::declare( array( array( 'id' => self::URN, 'name' => '', 'description' => '', 'attributes' => array( array( 'name' => 'tag', 'type' => 'string', 'multiValued' => false, 'caseExact' => false, 'description' => '' ) ) ) ) );
		$this->assertHides( 'is not declared', $this->browser->get( self::ATTRIBUTES )->body );
	}

	public function test_received_groups_app_roles_and_departments_are_suggested_for_rules(): void {
		$this->assertHides( 'scimpress-received', $this->browser->get( self::ROLES )->body );
		$this->arrived( array( 'roles' => array( array( 'value' => 'Writer' ) ), 'title' => 'Secret', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' => array( 'department' => 'A "B"' ) ) );
		$this->perform( Needs::create_group( array(), array( 'display' => 'Night <desk>', 'displayName' => 'night <desk>' ) ) );
		$body = $this->browser->get( self::ROLES )->body;
		foreach ( array( 'group:Night &lt;desk&gt;', 'appRole:Writer', 'filter:urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq &quot;A \\&quot;B\\&quot;&quot;' ) as $value ) {
			$this->assertShows( "name=\"scimpress_add\" value=\"$value\"", $body );
		}
		$this->assertHides( 'Secret', $body );
		$this->assertShows( 'list="scimpress-rule-texts"', $body );
		$body = $this->submit( $this->browser, self::ROLES, Roles_Tab::RULES, array( 'scimpress_rules' => array( array( 'role' => 'author', 'kind' => 'group', 'value' => 'typed' ) ), Roles_Tab::ADD => 'group:Night <desk>', Roles_Tab::BUTTON => Roles_Tab::SAVE ) )->body;
		$this->assertMatchesRegularExpression( '/value="typed".*name="scimpress_rules\[1\]\[role\]" autofocus.*value="Night &lt;desk&gt;"/s', $body );
		$this->assertTrue( Rule_Set::of_site()->is_empty() );
		$this->assertNull( Job::state() );
	}

	public function test_suggestions_read_a_bounded_number_of_rows_by_the_primary_key(): void {
		global $wpdb;
		$large = self::user_json( array( 'title' => str_repeat( 'x', 70000 ) ) );
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), $large ) );
		$this->arrived( array( 'userType' => 'x' ) );
		$this->assertCount( 1, Sample::documents(), 'what is very long is left out' );
		for ( $number = 0; $number < Sample::SIZE + 50; $number++ ) {
			$rows[] = $wpdb->prepare( '(%s, %d, 1, 1, %s)', "sample-$number", 1000000 + $number, '{"locale":"en"}' );
		}
		$wpdb->query( 'INSERT INTO ' . User_Table::name() . ' (id, user_id, created, modified, document) VALUES ' . implode( ', ', $rows ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- prepared above.
		$received = new Received();
		$this->assertSame( Sample::SIZE, $received->users );
		$this->assertSame( array( array( 'path' => 'locale', 'users' => Sample::SIZE, 'target' => null ) ), $received->paths( array() ), 'the newest' );
		$this->assertLessThanOrEqual( 3, self::queries( static fn() => Received::rules() ) );
	}

	/**
	 * Tries a user.
	 *
	 * @param string $tab    Path and query of the tab.
	 * @param string $user   The user.
	 * @param array  $fields More fields of the form.
	 */
	private function tries( string $tab, string $user, array $fields = array() ): Reply {
		$action = self::ROLES === $tab ? Roles_Tab::RULES : Attributes_Tab::MAPPINGS;
		return $this->submit( $this->browser, $tab, $action, $fields + array( Try_Section::BUTTON => '1', Try_Section::USER => $user, Attributes_Tab::END => '1' ) );
	}

	/**
	 * A user whom a client has sent.
	 *
	 * @param array $attributes Attributes.
	 */
	private function arrived( array $attributes ): void {
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), self::user_json( $attributes ) ) );
	}

	/**
	 * Lines of a result that are about mapped attributes: target, value, path.
	 *
	 * @param string $body HTML.
	 */
	private static function mapped( string $body ): array {
		preg_match_all( '#<th scope="row">([^<]*)</th>\s*<td>\s*<div>([^<]*)</div>\s*</td>\s*<td>([^<]*)</td>#', $body, $rows, PREG_SET_ORDER );
		$rows  = array_map( static fn( array $row ): array => array_map( static fn( string $text ): string => html_entity_decode( $text, ENT_QUOTES ), array_slice( $row, 1 ) ), $rows );
		$fixed = array( 'Login name', 'E-mail address', 'First name', 'Last name', 'Display name', 'State', 'Role' );
		return array_values( array_filter( $rows, static fn( array $row ): bool => ! in_array( $row[0], $fixed, true ) ) );
	}
}
