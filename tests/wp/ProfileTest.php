<?php
/**
 * Provisioned by SCIM, on the profile page.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Manager;

/**
 * What a profile shows of SCIM, and to whom.
 */
final class ProfileTest extends Scim_Test_Case {

	private const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
	private const WPO365     = 'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		$this->afterwards( static fn() => delete_option( Attribute_Settings::OPTION ) );
		$this->browser = $this->signed_in( $this->stranger( array( 'role' => 'administrator' ) ) );
	}

	public function test_profile_shows_what_scim_knows(): void {
		Attribute_Settings::map( array( array( 'path' => 'title', 'target' => 'job' ), array( 'path' => 'phoneNumbers.value', 'target' => 'phones' ), array( 'path' => 'profileUrl', 'target' => 'user_url' ), array( 'path' => 'userType', 'target' => 'kind' ) ) );
		$script = '"><script>alert(1)</script>\\\'';
		list( $id, $user ) = $this->user( array( 'externalId' => "E-$script", 'title' => $script, 'phoneNumbers' => array( array( 'value' => '11' ), array( 'value' => '22' ) ), 'profileUrl' => 'https://example.com/me', self::WPO365 => array( 'objectId' => 'OID-1' ) ) );
		$section = $this->section( $user );
		$this->assertStringNotContainsString( '<script>', $section );
		foreach ( array( $id, $user->user_email, 'E-' . esc_html( $script ), 'OID-1', '<td>job</td>', '<div>' . esc_html( $script ) . '</div>', '<div>11</div>', '<div>22</div>', '<td>Website</td>', '<td>kind</td>', '>empty<' ) as $shown ) {
			$this->assertStringContainsString( $shown, $section );
		}
		$this->assertMatchesRegularExpression( '/fills these fields[^<]*: [^<]*Email, Website\./', $section );
		$this->assertStringNotContainsString( '<input', $section );
	}

	public function test_people_without_scim_have_no_such_section(): void {
		$stranger = $this->stranger();
		$this->assertHides( 'scimpress-profile', $this->profile( $this->browser, $stranger ) );
		list( $id, $user ) = $this->user();
		$this->scim( 'DELETE', "/Users/$id" );
		$this->assertHides( 'scimpress-profile', $this->profile( $this->browser, $user ) );
	}

	public function test_owner_sees_his_own_and_nobody_elses(): void {
		list( , $user )  = $this->user();
		list( , $other ) = $this->user();
		wp_set_password( 'secret phrase', $user->ID );
		$own = $this->signed_in( $user );
		$this->assertShows( 'id="scimpress-profile"', $own->get( '/wp-admin/profile.php' )->body );
		$reply = $own->get( "/wp-admin/user-edit.php?user_id=$other->ID" );
		$this->assertNotSame( 200, $reply->status );
		$this->assertHides( 'scimpress-profile', $reply->body );
		// Also where another plugin shows profiles to more people.
		wp_set_current_user( $user->ID );
		ob_start();
		do_action( 'edit_user_profile', $other );
		$this->assertSame( '', trim( preg_replace( '/<h2[^>]*>Application Passwords.*/s', '', ob_get_clean() ) ) );
	}

	public function test_damaged_document_leaves_the_page_alone(): void {
		global $wpdb;
		list( $id, $user ) = $this->user();
		$wpdb->query( $wpdb->prepare( 'UPDATE ' . \Scimpress\Store\User_Table::name() . " SET document = '{' WHERE id = %s", $id ) );
		$page = $this->profile( $this->browser, $user );
		$this->assertShows( 'name="nickname"', $page );
		$this->assertHides( 'scimpress-profile', $page );
	}

	public function test_manager_may_come_before_after_or_never(): void {
		list( $boss, $account ) = $this->user( array( 'displayName' => 'Bo "the" <b>Boss</b>' ) );
		list( $id, $user )      = $this->user();
		$link                   = sprintf( 'user_id=%d', $account->ID );

		// Entra's forms: a bare string, an object, the list of 2018.
		foreach ( array( $boss, array( 'value' => $boss ), array( array( '$ref' => "https://x.example/Users/$boss", 'value' => $boss ) ) ) as $value ) {
			$this->manager( $id, $value );
			$section = $this->section( $user );
			$this->assertStringContainsString( $link, $section );
			$this->assertStringContainsString( '>' . esc_html( get_userdata( $account->ID )->display_name ) . '</a>', $section );
			$this->assertSame( $boss, $this->scim( 'GET', "/Users/$id" )->json()[ self::ENTERPRISE ]['manager']['value'] );
		}

		$this->manager( $id, 'Boss-Of-Later' );
		$this->assertMatchesRegularExpression( '/<code>Boss-Of-Later<\/code> \(not provisioned yet\)/', $this->section( $user ) );
		list( , $later ) = $this->user( array( 'externalId' => 'Boss-Of-Later' ) );
		$this->assertStringContainsString( "user_id=$later->ID", $this->section( $user ), 'the same reference, nothing written' );

		$this->manager( $id, 'OID-OF-BOSS' );
		list( $gone, $by_object ) = $this->user( array( self::WPO365 => array( 'objectId' => 'oid-of-boss' ) ) );
		$this->assertStringContainsString( "user_id=$by_object->ID", $this->section( $user ) );
		$this->assertScim( 204, $this->scim( 'DELETE', "/Users/$gone" ) );
		$this->assertStringContainsString( 'not provisioned yet', $this->section( $user ) );
		$this->assertScim( 200, $this->scim( 'GET', "/Users/$id" ) );

		$this->manager( $id, '' );
		$this->assertStringNotContainsString( '>Manager<', $this->section( $user ) );
	}

	public function test_manager_of_himself_and_in_a_circle_is_harmless(): void {
		list( $one, $user )  = $this->user();
		list( $two, $other ) = $this->user();
		$this->manager( $one, $one );
		$this->assertStringContainsString( '>Manager<', $this->section( $user ) );
		$this->manager( $one, $two );
		$this->manager( $two, $one );
		$this->assertStringContainsString( "user_id=$other->ID", $this->section( $user ) );
		$this->assertStringContainsString( "user_id=$user->ID", $this->section( $other ) );
	}

	public function test_viewer_who_may_not_edit_the_manager_gets_no_link(): void {
		list( $boss, $account ) = $this->user( array( 'displayName' => 'Bo Boss' ) );
		list( $id, $user )      = $this->user();
		$this->manager( $id, $boss );
		wp_set_password( 'secret phrase', $user->ID );
		$page = $this->signed_in( $user )->get( '/wp-admin/profile.php' )->body;
		$this->assertShows( 'Bo Boss', $page );
		$this->assertHides( "user_id=$account->ID", $page );
	}

	public function test_shared_external_id_is_no_manager(): void {
		$this->user( array( 'externalId' => 'shared' ) );
		$this->assertIsInt( Manager::find( 'shared' ) );
		$this->user( array( 'externalId' => 'shared' ) );
		$this->assertNull( Manager::find( 'shared' ) );
		$this->assertNull( Manager::find( '' ) );
		$this->assertNull( Manager::find( "' OR 1=1 -- " ) );
		$this->assertSame( 3, self::queries( static fn() => Manager::find( 'nobody' ) ) );
	}

	/**
	 * A user whom a client has made.
	 *
	 * @param array $changes Attributes that differ.
	 * @return array{0: string, 1: \WP_User} SCIM id and account.
	 */
	private function user( array $changes = array() ): array {
		$reply = $this->scim( 'POST', '/Users', array(), self::user_json( $changes ) );
		$this->assertScim( 201, $reply );
		wp_cache_flush();
		$id = $reply->json()['id'];
		return array( $id, get_userdata( (int) self::row( $id )->user_id ) );
	}

	/**
	 * Sets a manager.
	 *
	 * @param string $id    SCIM id.
	 * @param mixed  $value As the client writes him.
	 */
	private function manager( string $id, $value ): void {
		$operation = array( 'op' => 'Replace', 'path' => self::ENTERPRISE . ':manager', 'value' => $value );
		$this->assertScim( 200, $this->scim( 'PATCH', "/Users/$id", array(), wp_json_encode( array( 'Operations' => array( $operation ) ) ) ) );
	}

	private function signed_in( \WP_User $user ): Browser {
		$browser = new Browser( self::$web );
		$browser->sign_in( $user->user_login, 'secret phrase' );
		return $browser;
	}

	private function profile( Browser $browser, \WP_User $user ): string {
		$reply = $browser->get( "/wp-admin/user-edit.php?user_id=$user->ID" );
		$this->assertSame( 200, $reply->status );
		return $reply->body;
	}

	private function section( \WP_User $user ): string {
		$this->assertSame( 1, preg_match( '/<h2 id="scimpress-profile">.*<\/table>(?=\s*<input type="hidden" name="action")/s', $this->profile( $this->browser, $user ), $section ) );
		return $section[0];
	}
}
