<?php
/**
 * A SCIM user, tried on a tab.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Roles\Report;
use Scimpress\Roles\Rule_Set;
use Scimpress\Store\Rehearsal;
use Scimpress\Trial\Trial;

defined( 'ABSPATH' ) || exit;

/**
 * The box in which an administrator tries a SCIM user. Its fields belong to the form of the tab, so that what stands in that form
 * is tried, saved or not.
 */
final class Try_Section {

	public const USER   = 'scimpress_try_user';
	public const GROUPS = 'scimpress_try_groups';
	public const BUTTON = 'scimpress_try';

	/** HTML id of the section. */
	public const ID = 'scimpress-try';

	/** A user as Microsoft Entra ID sends one whose attributes are all mapped. */
	private const EXAMPLE = <<<'JSON'
	{
	  "schemas": [
	    "urn:ietf:params:scim:schemas:core:2.0:User",
	    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
	    "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User"
	  ],
	  "externalId": "ines.duarte",
	  "userName": "ines.duarte@example.com",
	  "active": true,
	  "displayName": "Ines Duarte",
	  "name": { "formatted": "Ines Duarte", "familyName": "Duarte", "givenName": "Ines" },
	  "title": "Editor",
	  "emails": [ { "primary": true, "type": "work", "value": "ines.duarte@example.com" } ],
	  "phoneNumbers": [ { "primary": true, "type": "work", "value": "+47 55 01 00 10" }, { "type": "mobile", "value": "+47 900 00 010" } ],
	  "preferredLanguage": "en-US",
	  "roles": [ { "primary": true, "display": "Editor", "value": "Editor" } ],
	  "meta": { "resourceType": "User" },
	  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Editorial", "employeeNumber": "100482" },
	  "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User": { "objectId": "7f1d5a52-93c0-4a43-8e0b-2f1f6a7d9c11" }
	}
	JSON;

	/**
	 * What was tried, null when nothing was.
	 *
	 * @var Trial|null
	 */
	private ?Trial $trial = null;

	/**
	 * The rules that were tried.
	 *
	 * @var Rule_Set|null
	 */
	private ?Rule_Set $rules = null;

	/**
	 * Why nothing could be tried, null when it could.
	 *
	 * @var string|null
	 */
	private ?string $failure = null;

	/**
	 * The section of a tab.
	 *
	 * @param string $form HTML id of the form whose rows are tried.
	 * @param string $slug The tab.
	 */
	public function __construct( private readonly string $form, private readonly string $slug ) {}

	/**
	 * Whether the checked form asks for a trial.
	 */
	public static function is_asked(): bool {
		return null !== self::sent( self::BUTTON );
	}

	/**
	 * Tries what the checked form has sent.
	 *
	 * @param list<array{path: string, target: string}> $mappings Mappings.
	 * @param Rule_Set                                  $rules    Role rules.
	 */
	public function perform( array $mappings, Rule_Set $rules ): void {
		$this->rules = $rules;
		try {
			$this->trial = new Trial( (string) self::sent( self::USER ), self::groups(), $mappings, $rules );
		} catch ( \Throwable $thrown ) {
			$this->failure = __( 'The site failed while it tried this user; its error log says where.', 'scimpress' );
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- without its message, which may name somebody.
			error_log( sprintf( 'scimpress: %s thrown in %s on line %d while a user was tried', get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
		}
	}

	/**
	 * Prints the section.
	 */
	public function render(): void {
		$page = array(
			'form'    => $this->form,
			'action'  => Page::url( $this->slug ) . '#' . self::ID,
			'user'    => self::printable( self::sent( self::USER ) ?? self::EXAMPLE ),
			'groups'  => self::printable( self::sent( self::GROUPS ) ?? '' ),
			'failure' => $this->failure,
			'trial'   => $this->trial,
			'said'    => null === $this->trial ? '' : self::sentence( $this->trial ),
			'rows'    => null === $this->trial ? array() : $this->rows( $this->trial ),
		);
		require __DIR__ . '/views/try-section.php';
	}

	/**
	 * What would happen.
	 *
	 * @param Trial $trial What was tried.
	 */
	private static function sentence( Trial $trial ): string {
		$account = $trial->account;
		if ( null === $account ) {
			/* translators: 1: HTTP status, 2: why, as the identity provider would read it. */
			return sprintf( __( 'This user would be refused with status %1$d: %2$s', 'scimpress' ), $trial->answer[0], $trial->answer[1] );
		}
		$words = match ( true ) {
			/* translators: %s: login name. */
			$account->returns          => __( 'The account %s would come back, which the identity provider had deleted.', 'scimpress' ),
			/* translators: %s: login name. */
			null !== $account->user_id => __( 'The account %s, which is here already, would be linked.', 'scimpress' ),
			/* translators: %s: login name. */
			default                    => __( 'A new account %s would be made.', 'scimpress' ),
		};
		return sprintf( $words, $account->login );
	}

	/**
	 * The account, line by line.
	 *
	 * @param Trial $trial What was tried.
	 * @return list<array{0: string, 1: string|list<string>|null, 2: string}> What, its value (null: there would be none) and why.
	 */
	private function rows( Trial $trial ): array {
		$account = $trial->account;
		if ( null === $account ) {
			return array();
		}
		$always = __( 'in any case', 'scimpress' );
		$rows   = array(
			array( __( 'Login name', 'scimpress' ), $account->login, null === $account->user_id ? $always : __( 'stays', 'scimpress' ) ),
		);
		$names  = array(
			'user_email'   => __( 'E-mail address', 'scimpress' ),
			'first_name'   => __( 'First name', 'scimpress' ),
			'last_name'    => __( 'Last name', 'scimpress' ),
			'display_name' => __( 'Display name', 'scimpress' ),
		);
		foreach ( array_intersect_key( $names, $account->fields ) as $field => $name ) {
			$rows[] = array( $name, '' === $account->fields[ $field ] ? null : $account->fields[ $field ], $always );
		}
		foreach ( $trial->mapped as $mapped ) {
			$rows[] = array( $mapped['target'], '' === $mapped['value'] ? null : $mapped['value'], $mapped['path'] );
		}
		$rows[] = array( __( 'State', 'scimpress' ), $account->active ? __( 'active', 'scimpress' ) : __( 'deactivated', 'scimpress' ), $always );
		if ( ! $trial->roles ) {
			$rows[] = array( __( 'Role', 'scimpress' ), null, $account->active ? __( 'no rule gives one', 'scimpress' ) : __( 'nobody has one while deactivated', 'scimpress' ) );
		}
		foreach ( $trial->roles as $role => $places ) {
			$rows[] = array( __( 'Role', 'scimpress' ), Report::roles( array( (string) $role ) ), $this->reason( $account, (string) $role, $places ) );
		}
		return $rows;
	}

	/**
	 * Why an account would have a role.
	 *
	 * @param Rehearsal $account The account.
	 * @param string                     $role    The role.
	 * @param list<int>                  $places  Places of the rules that give it.
	 */
	private function reason( Rehearsal $account, string $role, array $places ): string {
		$kinds = Roles_Tab::kinds();
		$said  = array();
		foreach ( $places as $place ) {
			$rule = $this->rules->rules[ $place ];
			/* translators: 1: number of a rule, 2: kind of the rule, such as "is in the group named", 3: the name. */
			$said[] = sprintf( __( 'rule %1$d: %2$s %3$s', 'scimpress' ), $place + 1, $kinds[ $rule['kind'] ], $rule['value'] );
		}
		if ( $said ) {
			return implode( '; ', $said );
		}
		return $account->fresh || ! in_array( $role, $account->roles, true ) ? __( 'default role', 'scimpress' ) : __( 'the account has it already', 'scimpress' );
	}

	/**
	 * The groups that were sent, one a line.
	 *
	 * @return list<string>
	 */
	private static function groups(): array {
		$lines = preg_split( '/[\r\n]+/', wp_check_invalid_utf8( (string) self::sent( self::GROUPS ) ) );
		$lines = array_filter( array_map( 'trim', $lines ? $lines : array() ), 'strlen' );
		return array_slice( array_values( array_unique( $lines ) ), 0, Trial::MAX_GROUPS );
	}

	/**
	 * A field of the checked form, byte by byte: what is wrong with it the engine says.
	 *
	 * @param string $name Field name.
	 * @return string|null Null when it was not sent.
	 */
	private static function sent( string $name ): ?string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- Page::load() has checked the nonce before anything is done; see above.
		return is_string( $_POST[ $name ] ?? null ) ? wp_unslash( $_POST[ $name ] ) : null;
	}

	/**
	 * A text as a page can show it.
	 *
	 * @param string $text Any bytes.
	 */
	private static function printable( string $text ): string {
		return str_replace( "\0", "\u{fffd}", mb_scrub( $text, 'UTF-8' ) );
	}
}
