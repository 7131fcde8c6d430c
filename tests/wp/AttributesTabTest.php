<?php
/**
 * Settings → Scimpress → Attributes.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Admin\Attributes_Tab;
use Scimpress\Admin\Page;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Settlement\Job;

/**
 * The tab as administrators, other users and attackers meet it.
 */
final class AttributesTabTest extends Scim_Test_Case {

	private const PAGE = '/wp-admin/options-general.php?page=scimpress&tab=attributes';
	private const URN  = 'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User';

	private Browser $browser;

	protected function setUp(): void {
		parent::setUp();
		delete_option( Attribute_Settings::OPTION );
		$this->afterwards( static fn() => delete_option( Attribute_Settings::OPTION ) );
		$this->browser = new Browser( self::$web );
		$this->browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
	}

	public function test_saved_mappings_reach_people_who_are_here_already(): void {
		$users = array();
		foreach ( array( 'Buyer', null, 'Seller' ) as $title ) {
			$id      = $this->scim( 'POST', '/Users', array(), self::user_json( array_filter( array( 'title' => $title ) ) ) )->json()['id'];
			$users[] = (int) self::row( $id )->user_id;
		}
		$this->assertSame( 303, $this->mappings( array( array( 'title', 'job' ) ) )->status );
		$this->assertSame( array( Job::RUNNING, false ), array( Job::state()['state'], Job::state()['dry'] ) );
		Job::run();
		wp_cache_flush();
		$this->assertSame( array( 'Buyer', '', 'Seller' ), array_map( static fn( int $user ): string => get_user_meta( $user, 'job', true ), $users ) );
		$this->assertSame( array( Job::DONE, 2, 0, array() ), array( Job::state()['state'], Job::state()['changed'], Job::state()['failed'], Job::state()['people'] ) );
	}

	public function test_schema_is_declared_changed_and_removed(): void {
		$reply = $this->schema( self::URN, array( array( 'tag', 'string' ), array( 'level', 'integer' ) ) );
		$this->assertSame( 303, $reply->status );
		$this->assertStringContainsString( 'tab=attributes', $reply->header( 'location' ) );
		$this->assertSame( array( array( self::URN, array( 'tag', 'level' ), array( 'string', 'integer' ) ) ), self::declared() );
		$this->assertSame( self::URN, $this->scim( 'GET', '/Schemas/' . self::URN )->json()['id'] );
		$page = $this->browser->get( self::PAGE . '&saved=1' )->body;
		$this->assertShows( 'Attributes saved.', $page );
		$this->assertMatchesRegularExpression( '/<option value="integer"\s+selected/', $page );

		$reply = $this->schema( self::URN, array( array( '', '' ), array( 'level', 'decimal', 'several' => true ) ), self::URN );
		$this->assertSame( 303, $reply->status );
		$this->assertSame( array( array( self::URN, array( 'level' ), array( 'decimal' ) ) ), self::declared() );
		$this->assertTrue( Attribute_Settings::declared()[0]['attributes'][0]['multiValued'] );

		$this->assertSame( 303, $this->fill( Attributes_Tab::REMOVE, array( 'original' => self::URN ) )->status );
		$this->assertSame( array(), self::declared() );
		$this->assertSame( '', Attribute_Settings::schemas() );
		$this->assertScim( 404, $this->scim( 'GET', '/Schemas/' . self::URN ) );
	}

	public function test_what_is_wrong_is_said_beside_its_row_and_nothing_saved(): void {
		$reply = $this->schema( self::URN, array( array( 'tag', 'string' ), array( 'TAG', 'string' ), array( '1x', 'explode' ) ) );
		$this->assertSame( 200, $reply->status );
		$this->assertShows( 'Not saved.', $reply->body );
		$this->assertMatchesRegularExpression( '/name="attribute_name\[1\]"[^>]* value="TAG" aria-invalid="true" aria-describedby="scimpress-schema-0-problem-1">\s*<p class="scimpress-row-error" id="scimpress-schema-0-problem-1">the attribute &#039;TAG&#039; is declared twice</', $reply->body );
		$this->assertMatchesRegularExpression( '/id="scimpress-schema-0-problem-2">[^<]*is not a name of an attribute[^<]*; the type of an attribute must be one of/', $reply->body );
		$this->assertSame( array(), self::declared() );
		foreach ( array( '', 'https://x.example', 'urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' ) as $urn ) {
			$this->assertShows( 'id="scimpress-schema-0-problem"', $this->schema( $urn, array( array( 'tag', 'string' ) ) )->body, $urn );
			$this->assertSame( array(), self::declared() );
		}
	}

	public function test_mappings_are_saved_and_shown(): void {
		$reply = $this->mappings( array( array( 'phoneNumbers[type eq "mobile"].value', 'mobile' ), array( '', '' ), array( 'title', 'job' ), array( 'locale', 'locale' ) ) );
		$this->assertSame( 303, $reply->status );
		$this->assertSame( array( 'mobile', 'job', 'locale' ), array_column( Attribute_Settings::mappings(), 'target' ) );
		$page = $this->browser->get( self::PAGE )->body;
		$this->assertShows( 'value="phoneNumbers[type eq &quot;mobile&quot;].value"', $page );
		$this->assertMatchesRegularExpression( '/name="path\[3\]"[^>]*value=""/', $page );
		$this->assertSame( 303, $this->mappings( array( array( '', '' ) ) )->status );
		$this->assertSame( array(), Attribute_Settings::mappings() );
	}

	public function test_refused_mappings_are_said_beside_their_rows(): void {
		$this->mappings( array( array( 'title', 'job' ) ) );
		$rows  = array( array( 'nothing', 'x' ), array( 'title', 'wp_capabilities' ), array( 'title', 'job' ), array( 'nickName', 'JOB' ), array( 'emails[', 'y' ), array( '', 'z' ), array( 'password', 'secret' ) );
		$reply = $this->mappings( $rows );
		$this->assertSame( 200, $reply->status );
		foreach ( array( 'is not an attribute', 'belongs to WordPress', null, 'has this target already', 'expected', 'is missing', 'kept nowhere' ) as $row => $words ) {
			$pattern = "/id=\"scimpress-mapping-problem-$row\">([^<]*)</";
			$this->assertSame( null === $words ? 0 : 1, preg_match( $pattern, $reply->body, $said ), (string) $row );
			if ( null !== $words ) {
				$this->assertStringContainsString( $words, $said[1] );
			}
		}
		$this->assertSame( array( array( 'path' => 'title', 'target' => 'job' ) ), Attribute_Settings::mappings() );
	}

	public function test_mapping_whose_schema_went_is_marked(): void {
		$this->schema( self::URN, array( array( 'tag', 'string' ) ) );
		$this->mappings( array( array( 'tag', 'tag' ) ) );
		$this->assertHides( 'scimpress-mapping-problem', $this->browser->get( self::PAGE )->body );
		$this->fill( Attributes_Tab::REMOVE, array( 'original' => self::URN ) );
		$this->assertShows( 'id="scimpress-mapping-problem-0"', $this->browser->get( self::PAGE )->body );
		$this->assertScim( 201, $this->scim( 'POST', '/Users', array(), self::user_json() ), 'and holds nobody up' );
	}

	public function test_hostile_input_is_refused_or_made_harmless(): void {
		$script = '"><script>alert(1)</script>';
		$page   = $this->schema( "urn:example:$script", array( array( $script, $script, 'about' => $script ) ) )->body;
		$this->assertHides( '<script>alert', $page );
		$page = $this->mappings( array( array( $script, $script ) ) )->body;
		$this->assertHides( '<script>alert', $page );
		$this->assertSame( array( array(), array() ), array( self::declared(), Attribute_Settings::mappings() ) );
		foreach ( array( array( 'path' => 'x', 'target' => 'y' ), array( 'path' => array( 'a' => array( 'title' ), 'b' => 'title' ), 'target' => array( array() ) ), array( 'path' => array( "\xff" ), 'target' => array( 'job' ) ), array() ) as $fields ) {
			$this->assertContains( $this->fill( Attributes_Tab::MAPPINGS, $fields )->status, array( 200, 303 ) );
			$this->assertSame( array(), Attribute_Settings::mappings() );
		}
		foreach ( array( array( 'schema' => 'x', 'attribute_name' => 'x' ), array( 'schema' => array( array() ), 'attribute_name' => array( array() ) ), array( 'original' => array( 'x' ) ) ) as $fields ) {
			$this->assertSame( 200, $this->fill( Attributes_Tab::SCHEMA, $fields )->status );
			$this->assertSame( array(), self::declared() );
		}
		// A description is text, whatever it holds.
		$this->schema( self::URN, array( array( 'tag', 'string', 'about' => $script . " \\ ' %41" ) ) );
		$this->assertSame( $script . " \\ ' %41", Attribute_Settings::declared()[0]['attributes'][0]['description'] );
		$this->assertHides( '<script>alert', $this->browser->get( self::PAGE )->body );
		$this->assertScim( 200, $this->scim( 'GET', '/Schemas' ) );
	}

	public function test_half_a_form_changes_nothing(): void {
		$this->mappings( array( array( 'title', 'job' ) ) );
		$reply = $this->browser->post( self::PAGE, array( Page::ACTION => Attributes_Tab::MAPPINGS, '_wpnonce' => $this->nonce( $this->browser, self::PAGE, Attributes_Tab::MAPPINGS ), 'path' => array( 'nickName' ), 'target' => array( 'nick' ) ) );
		$this->assertShows( 'max_input_vars', $reply->body );
		wp_cache_flush();
		$this->assertSame( array( 'job' ), array_column( Attribute_Settings::mappings(), 'target' ) );
	}

	public function test_nobody_else_and_no_other_site_saves(): void {
		$fields = array( 'path' => array( 'title' ), 'target' => array( 'job' ), Attributes_Tab::END => '1', Page::ACTION => Attributes_Tab::MAPPINGS );
		$this->assertSame( 403, $this->browser->post( self::PAGE, $fields )->status, 'no nonce' );
		$this->assertSame( 403, $this->browser->post( self::PAGE, $fields + array( '_wpnonce' => $this->nonce( $this->browser, self::PAGE, Attributes_Tab::SCHEMA ) ) )->status, 'the nonce of another form' );
		$nonce  = $this->nonce( $this->browser, self::PAGE, Attributes_Tab::MAPPINGS );
		$editor = new Browser( self::$web );
		$editor->sign_in( $this->stranger( array( 'role' => 'editor' ) )->user_login, 'secret phrase' );
		$this->assertSame( 403, $editor->get( self::PAGE )->status );
		$this->assertSame( 403, $editor->post( self::PAGE, $fields + array( '_wpnonce' => $nonce ) )->status );
		wp_cache_flush();
		$this->assertSame( array(), Attribute_Settings::mappings() );
	}

	/**
	 * Schemas as they are stored: URN, names, types.
	 */
	private static function declared(): array {
		return array_map( static fn( array $schema ): array => array( $schema['id'], array_column( $schema['attributes'], 'name' ), array_column( $schema['attributes'], 'type' ) ), Attribute_Settings::declared() );
	}

	/**
	 * Sends the form of a schema.
	 *
	 * @param string $urn        URN.
	 * @param array  $attributes Name and type, perhaps `several` and `about`.
	 * @param string $original   URN of before, empty for a new one.
	 */
	private function schema( string $urn, array $attributes, string $original = '' ): Reply {
		$fields = array(
			'original'              => $original,
			'schema'                => array( $urn, 'Name', 'About' ),
			'attribute_name'        => array_column( $attributes, 0 ),
			'attribute_type'        => array_column( $attributes, 1 ),
			'attribute_description' => array_map( static fn( array $it ): string => $it['about'] ?? '', $attributes ),
			'attribute_several'     => array_map( static fn( array $it ): string => '1', array_filter( $attributes, static fn( array $it ): bool => isset( $it['several'] ) ) ),
		);
		return $this->fill( Attributes_Tab::SCHEMA, $fields );
	}

	/**
	 * Sends the form of the mappings.
	 *
	 * @param list<array{string, string}> $rows Path and target.
	 */
	private function mappings( array $rows ): Reply {
		return $this->fill( Attributes_Tab::MAPPINGS, array( 'path' => array_column( $rows, 0 ), 'target' => array_column( $rows, 1 ) ) );
	}

	/**
	 * Sends a form of the tab.
	 *
	 * @param string $action What the form does.
	 * @param array  $fields Fields.
	 */
	private function fill( string $action, array $fields ): Reply {
		return $this->submit( $this->browser, self::PAGE, $action, $fields + array( Attributes_Tab::END => '1' ) );
	}
}
