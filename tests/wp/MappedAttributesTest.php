<?php
/**
 * Attributes that are kept in user meta and in fields of the account.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Mapped_Attributes;
use Scimpress\Attributes\Targets;
use Scimpress\Settlement\Pass;
use Scimpress\Store\Failure;

/**
 * From the need to the account, and who may not be reached so.
 */
final class MappedAttributesTest extends Scim_Test_Case {

	private const TAG     = 'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User:tag';
	private const HOSTILE = array(
		'quotes'     => 'O\'Brien "the \\ boss" \\\' %s',
		'emoji'      => "\u{1F600} ünï",
		'serialized' => 'a:1:{s:13:"administrator";b:1;}',
		'object'     => 'O:8:"stdClass":0:{}',
		'markup'     => '<script>alert(1)</script>&amp;',
		'sql'        => "'; DROP TABLE wp_users; --",
	);

	protected function setUp(): void {
		parent::setUp();
		$this->afterwards( static fn() => delete_option( Attribute_Settings::OPTION ) );
	}

	public function test_create_writes_what_the_user_has(): void {
		$user = $this->mapped(
			array(
				'job'         => 'Buyer',
				'skills'      => array( 'rust', 'php' ),
				'gone'        => null,
				'user_url'    => 'https://example.com/mira',
				'nickname'    => 'Mimi',
				'description' => 'Reads a lot',
				'locale'      => 'nb-NO',
			)
		);
		$this->assertSame( 'Buyer', get_user_meta( $user->ID, 'job', true ) );
		$this->assertSame( array( 'rust', 'php' ), get_user_meta( $user->ID, 'skills', true ) );
		$this->assertFalse( metadata_exists( 'user', $user->ID, 'gone' ) );
		$this->assertSame( array( 'https://example.com/mira', 'Mimi', 'Reads a lot', 'nb_NO' ), array( $user->user_url, $user->nickname, $user->description, $user->locale ) );
	}

	public function test_create_has_the_meta_when_other_plugins_hear_of_the_user(): void {
		$heard = null;
		add_action(
			'user_register',
			static function ( $user_id ) use ( &$heard ): void {
				$heard = get_user_meta( $user_id, 'job', true );
			}
		);
		$this->mapped( array( 'job' => 'Buyer' ) );
		$this->assertSame( 'Buyer', $heard );
	}

	public function test_update_writes_changes_and_clears(): void {
		list( $need, , $user ) = $this->person( array( 'mapped' => self::entries( array( 'job' => 'Buyer', 'desk' => '7', 'user_url' => 'https://example.com/a' ) ) ) );
		update_user_meta( $user->ID, 'desk', 'moved by hand' );
		$this->perform( Needs::update( $need, 1, array( 'mapped' => self::entries( array( 'job' => array( 'Buyer', 'Seller' ), 'user_url' => null ) ) ) ) );
		$user = get_userdata( $user->ID );
		$this->assertSame( array( 'Buyer', 'Seller' ), get_user_meta( $user->ID, 'job', true ) );
		$this->assertSame( 'moved by hand', get_user_meta( $user->ID, 'desk', true ), 'what the client does not change is left alone' );
		$this->assertSame( '', $user->user_url );
		$this->perform( Needs::update( $need, 2, array( 'mapped' => self::entries( array( 'job' => null ) ) ) ) );
		$this->assertFalse( metadata_exists( 'user', $user->ID, 'job' ) );
	}

	public function test_link_keeps_what_the_client_does_not_say(): void {
		$account = $this->stranger();
		update_user_meta( $account->ID, 'desk', '7' );
		update_user_meta( $account->ID, 'job', 'none' );
		$this->person( array( 'login' => array( 'preferred' => $account->user_login ), 'wordpress' => array( 'user_email' => $account->user_email ), 'mapped' => self::entries( array( 'job' => 'Buyer', 'desk' => null ) ) ) );
		$this->assertSame( array( 'Buyer', '7' ), array( get_user_meta( $account->ID, 'job', true ), get_user_meta( $account->ID, 'desk', true ) ) );
	}

	public function test_who_comes_back_has_what_the_client_says_and_nothing_else(): void {
		list( $need, $record, $user ) = $this->person( array( 'mapped' => self::entries( array( 'job' => 'Buyer', 'desk' => '7' ) ) ) );
		$this->perform( Needs::delete( $record['id'] ) );
		$again = $this->perform( array( 'id' => wp_generate_uuid4(), 'mapped' => self::entries( array( 'job' => 'Seller', 'desk' => null ) ) ) + $need )['record'];
		$this->assertSame( $user->ID, $again['userId'] );
		$this->assertSame( 'Seller', get_user_meta( $user->ID, 'job', true ) );
		$this->assertFalse( metadata_exists( 'user', $user->ID, 'desk' ) );
	}

	/**
	 * @dataProvider hostile
	 */
	public function test_hostile_value_is_text( string $value ): void {
		list( $need, , $user ) = $this->person( array( 'mapped' => self::entries( array( 'job' => $value, 'many' => array( $value, $value ) ) ) ) );
		$this->assertSame( $value, get_user_meta( $user->ID, 'job', true ) );
		$this->assertSame( array( $value, $value ), get_user_meta( $user->ID, 'many', true ) );
		$this->perform( Needs::update( $need, 1, array( 'mapped' => self::entries( array( 'job' => "$value!" ) ) ) ) );
		$this->assertSame( "$value!", get_user_meta( $user->ID, 'job', true ) );
	}

	public static function hostile(): array {
		return array_map( static fn( string $value ): array => array( $value ), self::HOSTILE );
	}

	/**
	 * Values of fields, and what becomes of them.
	 */
	public static function fields(): array {
		return array(
			'script as address'    => array( 'user_url', 'javascript:alert(1)', '' ),
			'address too long'     => array( 'user_url', 'https://example.com/' . str_repeat( 'a', 100 ), '' ),
			'list as address'      => array( 'user_url', array( 'https://example.com' ), 'https://example.com' ),
			'path as locale'       => array( 'locale', '../../../../etc/passwd', '' ),
			'path with language'   => array( 'locale', 'nb_NO/../../x', '' ),
			'locale of the site'   => array( 'locale', 'en-us', 'en_US' ),
			'language of the site' => array( 'locale', 'en', 'en_US' ),
			'another language'     => array( 'locale', 'de-AT', 'de_AT' ),
			'list'                 => array( 'description', array( 'a', 'b' ), 'a, b' ),
			'nothing'              => array( 'description', null, '' ),
			'markup'               => array( 'description', 'x<script>y</script>', 'xy' ),
		);
	}

	/**
	 * @dataProvider fields
	 */
	public function test_field_takes_what_it_may_hold( string $field, $value, string $stored ): void {
		list( $need, , $user ) = $this->person( array( 'mapped' => self::entries( array( $field => $value ) ) ) );
		$this->assertSame( $stored, get_userdata( $user->ID )->$field, 'created' );
		$this->perform( Needs::update( $need, 1, array( 'mapped' => self::entries( array( $field => 'locale' === $field ? 'fr-FR' : 'https://other.example' ) ) ) ) );
		$this->assertNotSame( $stored, get_userdata( $user->ID )->$field );
		$this->perform( Needs::update( $need, 2, array( 'mapped' => self::entries( array( $field => $value ) ) ) ) );
		$this->assertSame( $stored, get_userdata( $user->ID )->$field, 'updated' );
	}

	public function test_nickname_that_is_emptied_is_the_login_name(): void {
		list( $need, , $user ) = $this->person( array( 'mapped' => self::entries( array( 'nickname' => 'Mimi' ) ) ) );
		$this->perform( Needs::update( $need, 1, array( 'mapped' => self::entries( array( 'nickname' => null ) ) ) ) );
		$this->assertSame( $user->user_login, get_userdata( $user->ID )->nickname );
	}

	/**
	 * Targets by which WordPress decides who somebody is or what he may do.
	 */
	public static function forbidden(): array {
		global $wpdb;
		$keys = array( '', ' ', 'user_login', 'user_pass', 'user_email', 'first_name', 'last_name', 'display_name', 'userPrincipalName', 'aadObjectId', 'AADOBJECTID', 'role', 'ID', 'session_tokens', 'Session_Tokens', '_application_passwords', '_new_email', 'user_activation_key', 'use_ssl', 'primary_blog', 'source_domain', 'wp_capabilities', 'WP_Capabilities', 'wp_capabilitiés', 'wp_capabilities ', "wp_capabilities\0", "wp_\u{AD}capabilities", 'wp-capabilities', 'wp_2_capabilities', 'xyz_77_user_level', 'wp_user-settings', 'scimpress_deactivated', 'wp_scimpress_deactivated', 'wp_2_Scimpress_Deactivated', 'wpo365_active', 'wpo365_scim_external_id', 'closedpostboxes_post', 'meta-box-order_dashboard', '_two_factor_totp_key', '1', '123', 'a b', "a'b", 'a"b', 'a\\b', 'a<b', 'ä', str_repeat( 'a', 256 ), 'Locale', 'user-url', 'DESCRIPTION' );
		$keys = array_merge( $keys, array( $wpdb->prefix . 'capabilities', $wpdb->base_prefix . '9_capabilities', $wpdb->prefix . 'user_level' ) );
		return array_combine( array_map( 'rawurlencode', $keys ), array_map( static fn( string $key ): array => array( $key ), $keys ) );
	}

	/**
	 * @dataProvider forbidden
	 */
	public function test_target_that_decides_about_rights_is_refused( string $target ): void {
		$this->assertNotNull( Targets::problem( $target ) );
		$this->assertArrayHasKey( 0, Attribute_Settings::problems( array( array( 'path' => 'title', 'target' => $target ) ), '' ) );
		// Also when it stands in the option, whoever wrote it there.
		update_option( Attribute_Settings::OPTION, array( 'mappings' => array( array( 'path' => 'title', 'target' => $target ), array( 'path' => 'title', 'target' => 'job' ) ) ) );
		$this->assertSame( array( array( 'path' => 'title', 'target' => 'job' ) ), Attribute_Settings::mappings() );
	}

	public function test_usual_targets_are_taken(): void {
		foreach ( array( 'job_title', 'wpo365_manager_id', 'billing_phone', 'acf.field', 'x', 'user_url', 'locale', 'description', 'nickname', 'department' ) as $target ) {
			$this->assertNull( Targets::problem( $target ), $target );
		}
	}

	public function test_rubbish_in_the_option_breaks_nothing(): void {
		foreach ( array( 'text', 7, array( 'mappings' => 'x', 'schemas' => array() ), array( 'mappings' => array( 'x', array(), array( 'path' => array(), 'target' => 'job' ), array( 'path' => "\xff", 'target' => 'job' ) ) ) ) as $rubbish ) {
			update_option( Attribute_Settings::OPTION, $rubbish );
			$this->assertSame( array( '', array(), array() ), array( Attribute_Settings::schemas(), Attribute_Settings::mappings(), Attribute_Settings::declared() ) );
			$this->assertScim( 200, $this->scim( 'GET', '/Users' ) );
		}
		update_option( Attribute_Settings::OPTION, array( 'schemas' => '[{' ) );
		$reply = $this->scim( 'GET', '/Users' );
		$this->assertScim( 500, $reply );
		$this->assertStringContainsString( 'schemas that this site declares', $reply->json()['detail'] );
	}

	public function test_site_without_mappings_asks_the_database_no_more(): void {
		Attribute_Settings::mappings();
		wp_cache_flush();
		wp_load_alloptions();
		$this->assertSame( 0, self::queries( array( Attribute_Settings::class, 'mappings' ) ) );
		$this->assertSame( 0, self::queries( array( Attribute_Settings::class, 'schemas' ) ) );
	}

	public function test_code_of_the_site_decides_about_values(): void {
		$seen = array();
		add_filter(
			'scimpress_mapped_value',
			static function ( $value, $path, $target, $resource, $user_id ) use ( &$seen ) {
				$seen[] = array( $value, $path, $target, $resource['displayName'], $user_id );
				return array(
					'upper' => strtoupper( (string) $value ),
					'clear' => null,
					'flag'  => true,
					'list'  => array( 'x' => 1, 'y' => 'two' ),
					'bad'   => new \stdClass(),
					'worse' => array( array() ),
				)[ $target ];
			},
			10,
			5
		);
		$values                = array_fill_keys( array( 'upper', 'clear', 'flag', 'list', 'bad', 'worse' ), 'a' );
		list( $need, , $user ) = $this->person( array( 'mapped' => self::entries( $values ) ) );
		$this->assertSame( array( 'a', 'path.of.upper', 'upper', 'Mira Halvorsen', 0 ), $seen[0] );
		$meta = static fn( string $key ) => get_user_meta( $user->ID, $key, true );
		$this->assertSame( array( 'A', '', '1', array( '1', 'two' ), 'a', 'a' ), array_map( $meta, array_keys( $values ) ) );
		$this->assertFalse( metadata_exists( 'user', $user->ID, 'clear' ) );
		$this->perform( Needs::by( 'id', $need['id'] ) );
		$this->perform( Needs::update( $need, 1, array( 'mapped' => self::entries( array( 'upper' => 'b' ) ) ) ) );
		$this->assertSame( $user->ID, end( $seen )[4] );
		$this->assertSame( 'B', $meta( 'upper' ) );
	}

	public function test_write_that_fails_takes_the_values_back(): void {
		list( $need, , $user ) = $this->person( array( 'mapped' => self::entries( array( 'job' => 'Buyer' ) ) ) );
		add_action(
			'scimpress_after_user_update',
			static function (): void {
				throw new Failure( 'refused', 'no' );
			}
		);
		$this->refused( 'refused', Needs::update( $need, 1, array( 'mapped' => self::entries( array( 'job' => 'Seller', 'user_url' => 'https://example.com' ) ) ) ) );
		$this->assertSame( 'Buyer', get_user_meta( $user->ID, 'job', true ) );
		$this->assertSame( '', get_userdata( $user->ID )->user_url );
	}

	public function test_people_who_are_there_are_brought_in_line(): void {
		$person = static fn( string $title ): string => self::user_json( array( 'title' => $title, 'nickName' => 'Mimi', self::urn() => array( 'tag' => 'blue' ) ) );
		$ids    = array( $this->scim( 'POST', '/Users', array(), $person( 'Buyer' ) )->json()['id'], $this->scim( 'POST', '/Users', array(), $person( 'Boss' ) )->json()['id'] );
		Attribute_Settings::map(
			array(
				array( 'path' => 'title', 'target' => 'job' ),
				array( 'path' => self::TAG, 'target' => 'tag' ),
				array( 'path' => 'nickName', 'target' => 'nickname' ),
				array( 'path' => 'userType', 'target' => 'kind' ),
			)
		);
		wp_cache_flush();
		$boss = (int) self::row( $ids[1] )->user_id;
		$user = (int) self::row( $ids[0] )->user_id;
		update_user_meta( $user, 'kind', 'to be removed' );
		$this->assertTrue( $this->bring_in_line( $ids[0] ) );
		$this->assertSame( array( 'Buyer', 'blue', 'Mimi' ), array( get_user_meta( $user, 'job', true ), get_user_meta( $user, 'tag', true ), get_userdata( $user )->nickname ) );
		$this->assertFalse( metadata_exists( 'user', $user, 'kind' ) );
		$written = 0;
		foreach ( array( 'update_user_meta', 'add_user_meta', 'delete_user_meta', 'profile_update' ) as $action ) {
			add_action(
				$action,
				static function () use ( &$written ): void {
					++$written;
				}
			);
		}
		$this->assertFalse( $this->bring_in_line( $ids[0] ), 'a second time there is nothing to write' );
		$this->assertSame( 0, $written );

		get_userdata( $boss )->set_role( 'administrator' );
		$this->assertFalse( $this->bring_in_line( $ids[1] ), 'who may manage the site is out of reach' );
		$this->assertFalse( metadata_exists( 'user', $boss, 'job' ) );
	}

	public function test_client_fills_and_clears_meta(): void {
		Attribute_Settings::declare( array( array( 'id' => self::urn(), 'attributes' => array( array( 'name' => 'tag', 'type' => 'string' ) ) ) ) );
		Attribute_Settings::map( array( array( 'path' => self::TAG, 'target' => 'tag' ), array( 'path' => 'active', 'target' => 'works_here' ) ) );
		$id   = $this->scim( 'POST', '/Users', array(), self::user_json() )->json()['id'];
		$user = (int) self::row( $id )->user_id;
		$meta = static function ( string $key ) use ( $user ) {
			wp_cache_flush();
			return get_user_meta( $user, $key, true );
		};
		$this->assertSame( array( '', '1' ), array( $meta( 'tag' ), $meta( 'works_here' ) ) );
		foreach ( self::HOSTILE as $case => $value ) {
			$this->assertScim( 200, $this->change( $id, 'Add', self::TAG, $value ), $case );
			$this->assertSame( $value, $meta( 'tag' ), $case );
		}
		$this->assertScim( 400, $this->change( $id, 'Add', self::TAG, 5 ) );
		$version = self::row( $id )->version;
		$this->assertScim( 200, $this->change( $id, 'Replace', self::TAG, self::HOSTILE['sql'] ) );
		$this->assertSame( $version, self::row( $id )->version, 'what changes nothing writes nothing' );
		$this->assertScim( 200, $this->change( $id, 'Replace', 'active', 'False' ) );
		$this->assertSame( '0', $meta( 'works_here' ) );
		$this->assertScim( 200, $this->change( $id, 'Replace', self::TAG, '' ) );
		$this->assertSame( '', $meta( 'tag' ) );
		$this->assertFalse( metadata_exists( 'user', $user, 'tag' ) );
	}

	private static function urn(): string {
		return substr( self::TAG, 0, -4 );
	}

	/**
	 * Sends one operation.
	 *
	 * @param string $id    SCIM id.
	 * @param string $op    Verb.
	 * @param string $path  Path.
	 * @param mixed  $value Value.
	 */
	private function change( string $id, string $op, string $path, $value ): Reply {
		$operation = array( 'op' => $op, 'path' => $path, 'value' => $value );
		return $this->scim( 'PATCH', "/Users/$id", array(), wp_json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => array( $operation ) ) ) );
	}

	private function bring_in_line( string $id ): bool {
		return 0 < Pass::apply( array( (int) self::row( $id )->position ) );
	}

	/**
	 * A user with mapped values.
	 *
	 * @param array<string,mixed> $values Target => value.
	 */
	private function mapped( array $values ): \WP_User {
		return get_userdata( $this->person( array( 'mapped' => self::entries( $values ) ) )[2]->ID );
	}

	/**
	 * Mapped attributes as the engine names them.
	 *
	 * @param array<string,mixed> $values Target => value.
	 */
	private static function entries( array $values ): array {
		$entries = array();
		foreach ( $values as $target => $value ) {
			$entries[] = array( 'path' => "path.of.$target", 'target' => $target, 'value' => $value );
		}
		return $entries;
	}
}
