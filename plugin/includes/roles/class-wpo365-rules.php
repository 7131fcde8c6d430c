<?php
/**
 * Role rules of WPO365.
 *
 * @package Scimpress
 */

namespace Scimpress\Roles;

use Scimpress\Import\Wpo365;

defined( 'ABSPATH' ) || exit;

/**
 * WPO365's mappings of groups, app roles and properties to roles, as rules. Its groups are named by their object id, which Entra
 * sends as externalId; its properties are those of the Graph API.
 */
final class Wpo365_Rules {

	private const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:';

	/** Property of a user in the Graph API => SCIM attribute of Entra's default mapping. */
	private const ATTRIBUTES = array(
		'department'        => self::ENTERPRISE . 'department',
		'employeeId'        => self::ENTERPRISE . 'employeeNumber',
		'companyName'       => self::ENTERPRISE . 'organization',
		'jobTitle'          => 'title',
		'displayName'       => 'displayName',
		'givenName'         => 'name.givenName',
		'surname'           => 'name.familyName',
		'userPrincipalName' => 'userName',
		'mail'              => 'emails[type eq "work"].value',
		'preferredLanguage' => 'preferredLanguage',
		'city'              => 'addresses[type eq "work"].locality',
		'country'           => 'addresses[type eq "work"].country',
		'state'             => 'addresses[type eq "work"].region',
		'postalCode'        => 'addresses[type eq "work"].postalCode',
		'streetAddress'     => 'addresses[type eq "work"].streetAddress',
		'userType'          => 'userType',
	);

	/** Its scenarios; it has no other that changes roles. */
	private const SCENARIOS = array(
		'add'     => Rule_Set::ADD,
		'replace' => Rule_Set::REPLACE,
	);

	/**
	 * Takes the rules over, where this site has none of its own.
	 */
	public static function take(): void {
		$rules = self::rules();
		if ( ! $rules->is_empty() && Rule_Set::of_site()->is_empty() ) {
			$rules->save();
		}
	}

	/**
	 * What taking them over changes.
	 *
	 * @return list<array{name: string, from: string, to: string, changes: bool}>
	 */
	public static function plan(): array {
		$own  = ! Rule_Set::of_site()->is_empty();
		$plan = array();
		foreach ( self::mappings() as list( $name, $rule, $problem ) ) {
			$plan[] = array(
				'name'    => $name,
				'from'    => $own ? 'rules of this site' : 'none',
				'to'      => $problem ?? ( $own ? 'not taken over: this site has role rules already' : "the rule `$rule[value]` for the role `$rule[role]`" ),
				'changes' => null === $problem && ! $own,
			);
		}
		return $plan;
	}

	/**
	 * The rules.
	 */
	private static function rules(): Rule_Set {
		$rules = array();
		foreach ( self::mappings() as list( , $rule, $problem ) ) {
			if ( null === $problem ) {
				$rules[] = $rule;
			}
		}
		return new Rule_Set(
			array(
				'scenario' => self::SCENARIOS[ self::scenario() ] ?? Rule_Set::ADD,
				'rules'    => $rules,
			)
		);
	}

	/**
	 * What WPO365 does with the roles of users who are there.
	 */
	private static function scenario(): string {
		$scenario = Wpo365::options()['replace_or_update_user_roles'] ?? '';
		return is_string( $scenario ) ? strtolower( $scenario ) : '';
	}

	/**
	 * Every mapping, with the rule that it becomes or why it becomes none.
	 *
	 * @return list<array{0: string, 1: array{role: string, kind: string, value: string}, 2: string|null}>
	 */
	private static function mappings(): array {
		$mappings = array();
		foreach ( array( 'groups_x_roles', 'app_roles_x_wp_roles', 'custom_fields_x_roles' ) as $option ) {
			foreach ( self::pairs( $option ) as list( $key, $role ) ) {
				list( $kind, $value ) = match ( $option ) {
					'groups_x_roles'       => array( 'groupExternalId', $key ),
					'app_roles_x_wp_roles' => array( 'appRole', $key ),
					default                => array( 'filter', self::filter( $key ) ),
				};
				$rule       = array(
					'role'  => $role,
					'kind'  => $kind,
					'value' => $value,
				);
				$errors     = ( new Rule_Set( array( 'rules' => array( $rule ) ) ) )->errors();
				$mappings[] = array(
					"$option $key",
					$rule,
					match ( true ) {
						'skip' === self::scenario() => 'not taken over: WPO365 does not change the roles of users who are there, and rules would',
						isset( $errors[0] )         => "not taken over: $errors[0]",
						default                     => null,
					},
				);
			}
		}
		return $mappings;
	}

	/**
	 * A list of keys and roles.
	 *
	 * @param string $option Name of an option.
	 * @return list<array{0: string, 1: string}> Key and slug of a role.
	 */
	private static function pairs( string $option ): array {
		$list  = Wpo365::options()[ $option ] ?? array();
		$pairs = array();
		foreach ( is_array( $list ) ? $list : array() as $pair ) {
			if ( is_array( $pair ) && is_string( $pair['key'] ?? null ) && is_string( $pair['value'] ?? null ) && '' !== trim( $pair['key'] ) ) {
				$pairs[] = array( trim( $pair['key'] ), strtolower( trim( $pair['value'] ) ) );
			}
		}
		return $pairs;
	}

	/**
	 * A property and its value as a filter.
	 *
	 * @param string $mapping Such as `department:Communications`.
	 */
	private static function filter( string $mapping ): string {
		list( $property, $value ) = array_map( 'trim', explode( ':', $mapping, 2 ) ) + array( '', '' );
		return ( self::ATTRIBUTES[ $property ] ?? $property ) . ' eq ' . wp_json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	}
}
