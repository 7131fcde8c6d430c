<?php
/**
 * Role rules of WPO365.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Import\Import;
use Scimpress\Roles\Rule_Set;
use Scimpress\Roles\Wpo365_Rules;

/**
 * Mappings that WPO365 has left become rules, or say why not.
 */
final class RoleImportTest extends Roles_Test_Case {

	private const MAPPINGS = array(
		'groups_x_roles'        => array( array( 'key' => '5d1c-group', 'value' => 'Editor' ) ),
		'app_roles_x_wp_roles'  => array( array( 'key' => 'Writers', 'value' => 'author' ), array( 'key' => 'Owners', 'value' => 'administrator' ) ),
		'custom_fields_x_roles' => array( array( 'key' => 'department:Press "A"', 'value' => 'contributor' ), array( 'key' => 'jobTitle:Head: all', 'value' => 'editor' ), array( 'key' => 'shoeSize:42', 'value' => 'editor' ), array( 'key' => '', 'value' => 'editor' ), 'x' ),
	);

	protected function setUp(): void {
		parent::setUp();
		$this->afterwards( static fn() => delete_option( 'wpo365_options' ) );
	}

	public function test_mappings_become_rules(): void {
		self::left( 'replace' );
		$plan = array_column( Import::plan(), null, 'name' );
		$this->assertTrue( $plan['groups_x_roles 5d1c-group']['changes'] );
		$this->assertStringContainsString( 'may manage the site', $plan['app_roles_x_wp_roles Owners']['to'] );
		$this->assertStringContainsString( 'not taken over', $plan['custom_fields_x_roles shoeSize:42']['to'] );
		$this->assertTrue( Rule_Set::of_site()->is_empty(), 'a plan changes nothing' );
		Import::take_settings();
		$rules = Rule_Set::of_site();
		$this->assertSame( array( Rule_Set::REPLACE, true ), array( $rules->scenario, $rules->groups ) );
		$department = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Press \\"A\\""';
		$this->assertSame(
			array(
				array( 'role' => 'editor', 'kind' => 'groupExternalId', 'value' => '5d1c-group' ),
				array( 'role' => 'author', 'kind' => 'appRole', 'value' => 'Writers' ),
				array( 'role' => 'contributor', 'kind' => 'filter', 'value' => $department ),
				array( 'role' => 'editor', 'kind' => 'filter', 'value' => 'title eq "Head: all"' ),
			),
			$rules->rules
		);
		list( $id, $user_id ) = $this->post( array( 'roles' => array( array( 'value' => 'writers' ) ), 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' => array( 'department' => 'Press "A"' ) ) );
		$this->assertSame( array( 'author', 'contributor' ), self::roles( $user_id ) );
		$this->post_group( 'Any name', array( $id ), '5d1c-group' );
		$this->assertEqualsCanonicalizing( array( 'author', 'contributor', 'editor' ), self::roles( $user_id ) );
	}

	public function test_every_property_that_is_known_is_a_filter_that_the_engine_takes(): void {
		$properties = array_keys( ( new \ReflectionClassConstant( Wpo365_Rules::class, 'ATTRIBUTES' ) )->getValue() );
		self::left( 'add', array( 'custom_fields_x_roles' => array_map( static fn( string $property ): array => array( 'key' => "$property:x", 'value' => 'editor' ), $properties ) ) );
		Wpo365_Rules::take();
		$this->assertCount( count( $properties ), Rule_Set::of_site()->rules );
		$this->assertSame( Rule_Set::ADD, Rule_Set::of_site()->scenario );
	}

	public function test_rules_of_the_site_stay(): void {
		self::left( 'replace' );
		self::rules( array( array( 'author', 'group', 'Own' ) ) );
		Wpo365_Rules::take();
		$this->assertSame( array( 'Own' ), array_column( Rule_Set::of_site()->rules, 'value' ) );
		$this->assertSame( array( false ), array_values( array_unique( array_column( Wpo365_Rules::plan(), 'changes' ) ) ) );
	}

	public function test_site_that_leaves_roles_of_users_alone_gets_no_rules(): void {
		self::left( 'skip' );
		Wpo365_Rules::take();
		$this->assertTrue( Rule_Set::of_site()->is_empty() );
		$this->assertStringContainsString( 'does not change the roles of users', Wpo365_Rules::plan()[0]['to'] );
	}

	public function test_options_out_of_anything(): void {
		foreach ( array( 'x', array( 'x' ), array( array( 'key' => array(), 'value' => 1 ) ) ) as $list ) {
			self::left( array(), array( 'groups_x_roles' => $list ) );
			$this->assertSame( array(), Wpo365_Rules::plan() );
		}
	}

	private static function left( $scenario, array $mappings = self::MAPPINGS ): void {
		update_option( 'wpo365_options', array( 'replace_or_update_user_roles' => $scenario ) + $mappings );
	}
}
