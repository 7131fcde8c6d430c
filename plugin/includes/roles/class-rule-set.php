<?php
/**
 * Rules that give roles.
 *
 * @package Scimpress
 */

namespace Scimpress\Roles;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Engine;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * The role rules of a site, or those that its administrator tries. What a rule means is the engine's to say.
 */
final class Rule_Set {

	/** Loaded with every page, so that a site without rules pays no query for them. */
	public const OPTION = 'scimpress_roles';

	/** Granted roles are added, none is ever taken. */
	public const ADD = 'add';

	/** People have exactly the granted roles, or the default role. */
	public const REPLACE = 'replace';

	/** Of the roles that rules name, people have exactly the granted ones; all others are left alone. */
	public const MAPPED = 'mapped';

	public const SCENARIOS = array( self::MAPPED, self::REPLACE, self::ADD );

	/** What a rule looks at, in the engine's words. */
	public const KINDS = array( 'group', 'groupExternalId', 'appRole', 'filter' );

	/** Most rules and characters of one value, as the engine has them. */
	public const MOST    = 100;
	public const LONGEST = 500;

	/**
	 * How granted roles meet those that are there: one of SCENARIOS.
	 *
	 * @var string
	 */
	public readonly string $scenario;

	/**
	 * The rules, in their order.
	 *
	 * @var list<array{role: string, kind: string, value: string}>
	 */
	public readonly array $rules;

	/**
	 * Whether a rule asks for groups; known since the rules were saved.
	 *
	 * @var bool
	 */
	public readonly bool $groups;

	/**
	 * Rules out of anything; what is no rule is left out.
	 *
	 * @param mixed $values scenario, rules, groups.
	 */
	public function __construct( $values ) {
		$values         = is_array( $values ) ? $values : array();
		$scenario       = $values['scenario'] ?? '';
		$this->scenario = in_array( $scenario, self::SCENARIOS, true ) ? $scenario : self::MAPPED;
		$this->groups   = ! empty( $values['groups'] );
		$rules          = array();
		foreach ( is_array( $values['rules'] ?? null ) ? $values['rules'] : array() as $rule ) {
			if ( is_array( $rule ) && is_string( $rule['role'] ?? null ) && is_string( $rule['value'] ?? null ) && in_array( $rule['kind'] ?? null, self::KINDS, true ) ) {
				$rules[] = array(
					'role'  => self::line( $rule['role'] ),
					'kind'  => $rule['kind'],
					'value' => self::line( $rule['value'] ),
				);
			}
		}
		$this->rules = array_slice( $rules, 0, self::MOST );
	}

	/**
	 * One line of UTF-8, which is all that the engine takes.
	 *
	 * @param string $text Any text.
	 */
	private static function line( string $text ): string {
		return trim( preg_replace( '/\p{Cc}+/u', ' ', wp_check_invalid_utf8( $text ) ) ?? '' );
	}

	/**
	 * The rules of this site.
	 */
	public static function of_site(): self {
		return new self( get_option( self::OPTION ) );
	}

	/**
	 * Makes the option of a new site: asking for one that is missing is a query, in every request.
	 */
	public static function prepare(): void {
		add_option( self::OPTION, ( new self( array() ) )->to_array() );
	}

	/**
	 * Whether there are no rules.
	 */
	public function is_empty(): bool {
		return array() === $this->rules;
	}

	/**
	 * Makes these the rules of the site.
	 */
	public function save(): void {
		$groups = array_filter( $this->for_engine(), static fn( array $rule ): bool => Engine::role_rule( $rule, Attribute_Settings::schemas() )['groups'] );
		update_option( self::OPTION, array( 'groups' => (bool) $groups ) + $this->to_array() );
	}

	/**
	 * The rules as the engine takes them.
	 *
	 * @return list<array<string,string>>
	 */
	public function for_engine(): array {
		return array_map(
			static fn( array $rule ): array => array(
				'role'        => $rule['role'],
				$rule['kind'] => $rule['value'],
			),
			$this->rules
		);
	}

	/**
	 * Roles that rules name, without those that provisioning must not touch.
	 *
	 * @return list<string>
	 */
	public function roles(): array {
		return array_values( array_intersect( array_unique( array_column( $this->rules, 'role' ) ), array_map( 'strval', array_keys( Settings::assignable_roles() ) ) ) );
	}

	/**
	 * What is wrong with the rules.
	 *
	 * @return array<int,string> Index of a rule => why, one line.
	 */
	public function errors(): array {
		$errors = array();
		foreach ( $this->for_engine() as $index => $rule ) {
			$error = Engine::role_rule( $rule, Attribute_Settings::schemas() )['error'];
			if ( null === $error && ! isset( Settings::assignable_roles()[ $rule['role'] ] ) ) {
				$error = __( 'this role does not exist any more, or may manage the site, and is not given by rules', 'scimpress' );
			}
			if ( null !== $error ) {
				$errors[ $index ] = $error;
			}
		}
		return $errors;
	}

	/**
	 * The rules as they are stored.
	 *
	 * @return array{scenario: string, rules: list<array{role: string, kind: string, value: string}>, groups: bool}
	 */
	public function to_array(): array {
		return array(
			'scenario' => $this->scenario,
			'rules'    => $this->rules,
			'groups'   => $this->groups,
		);
	}
}
