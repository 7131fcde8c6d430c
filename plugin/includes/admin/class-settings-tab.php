<?php
/**
 * Settings → Scimpress → Settings.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Notices;
use Scimpress\Requirements;
use Scimpress\Rest\Routes;
use Scimpress\Settings;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * The settings: connection, what happens to accounts, import, state.
 */
final class Settings_Tab extends Tab {

	public const SAVE     = 'scimpress_save';
	public const GENERATE = 'scimpress_generate_token';
	public const TYPE     = 'scimpress_type_token';

	/**
	 * The token that this request has made. It is in this answer and nowhere else.
	 *
	 * @var string|null
	 */
	private ?string $token = null;

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return 'settings';
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Settings', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::SAVE, self::GENERATE, self::TYPE, Import_Card::DRY, Import_Card::RUN );
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		if ( self::SAVE === $action ) {
			$unknown = $this->save();
			if ( $unknown ) {
				/* translators: %s: login names. */
				$this->outcome = array( 'error', sprintf( __( 'Settings saved, but nobody has these login names, so they protect nobody: %s', 'scimpress' ), implode( ', ', $unknown ) ) );
				return;
			}
			wp_safe_redirect( add_query_arg( 'updated', '1', Page::url() ), 303 );
			exit;
		}
		if ( Import_Card::DRY === $action || Import_Card::RUN === $action ) {
			if ( Import_Card::is_offered() ) {
				// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
				Import_Card::advance( $action, isset( $_POST[ Import_Card::GO_ON ] ) );
			}
			wp_safe_redirect( Page::url() . '#scimpress-import', 303 );
			exit;
		}
		if ( Tokens::is_constant() ) {
			$this->outcome = array( 'error', __( 'The token is set in wp-config.php and cannot be changed here.', 'scimpress' ) );
		} elseif ( self::GENERATE === $action ) {
			// No redirect: the token would have to be kept somewhere until the next request.
			nocache_headers();
			header( 'Cache-Control: no-store, private' );
			$this->token = Tokens::create();
		} else {
			$this->type();
		}
	}

	/**
	 * What to say of this request.
	 */
	public function outcome(): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		return null === $this->outcome && isset( $_GET['updated'] ) ? array( 'success', __( 'Settings saved.', 'scimpress' ) ) : $this->outcome;
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$page = array(
			'token'        => $this->token,
			'warnings'     => self::site_warnings(),
			'problem'      => Requirements::problem(),
			'version'      => \Scimpress\Engine::extension_version(),
			'tenant_url'   => rest_url( Routes::NAMESPACE . '/' ),
			'settings'     => Settings::all(),
			'enabled'      => Settings::enabled(),
			'default_role' => Settings::default_role(),
			'protected'    => array_column( Settings::protected_users() ? get_users( array( 'include' => Settings::protected_users(), 'fields' => array( 'user_login' ), 'blog_id' => 0, 'orderby' => 'include' ) ) : array(), 'user_login' ),
			'roles'        => Settings::assignable_roles(),
			'tokens'       => Tokens::stored(),
			'notices'      => Notices::latest(),
		);
		require __DIR__ . '/views/settings-tab.php';
	}

	/**
	 * Stores the form `scimpress_save`.
	 *
	 * @return list<string> Login names of nobody among the protected accounts.
	 */
	private function save(): array {
		// phpcs:disable WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
		$changes = array(
			'on_delete'        => self::posted( 'on_delete' ),
			'reassign_to'      => absint( self::posted( 'reassign_to' ) ),
			'welcome_mail'     => isset( $_POST['welcome_mail'] ),
			'welcome_subject'  => self::posted_text( 'welcome_subject' ),
			'welcome_body'     => self::posted_text( 'welcome_body' ),
			'members_replace'  => self::posted( 'members_replace' ),
			'ignore_passwords' => isset( $_POST['ignore_passwords'] ),
		);
		foreach ( array( Settings::MATCH_OBJECT_ID, Settings::MATCH_UPN, Settings::MATCH_LOGIN, Settings::MATCH_EMAIL ) as $match ) {
			$changes[ $match ] = isset( $_POST[ $match ] );
		}
		if ( ! Settings::is_enabled_constant() ) {
			$changes['enabled'] = isset( $_POST['enabled'] );
		}
		// phpcs:enable
		$role = self::posted( 'default_role' );
		if ( isset( Settings::assignable_roles()[ $role ] ) ) {
			$changes['default_role'] = $role;
		}
		if ( $changes['reassign_to'] && ! get_userdata( $changes['reassign_to'] ) ) {
			$changes['reassign_to'] = 0;
		}
		$unknown = array();
		if ( isset( $_POST['protected_users'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
			$logins                     = array_filter( array_map( 'trim', preg_split( '/\R/', self::posted( 'protected_users' ) ) ), 'strlen' );
			$users                      = array_map( static fn( string $login ) => get_user_by( 'login', $login ), $logins );
			$unknown                    = array_values( array_diff_key( $logins, array_filter( $users ) ) );
			$changes['protected_users'] = array_column( array_filter( $users ), 'ID' );
		}
		Settings::update( $changes );
		return $unknown;
	}

	/**
	 * Takes the token of the form `scimpress_type_token`.
	 */
	private function type(): void {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- Page::load() has checked the nonce; a secret is taken as it is or refused.
		$secret        = is_string( $_POST['token'] ?? null ) ? trim( wp_unslash( $_POST['token'] ) ) : '';
		$this->outcome = Tokens::set( $secret )
			? array( 'success', __( 'The token was saved. Enter the same one as Secret Token at your identity provider.', 'scimpress' ) )
			: array( 'error', __( 'This token was not saved. A token has 16 to 4096 characters: letters, digits and punctuation, without spaces or accents.', 'scimpress' ) );
	}

	/**
	 * What about the site keeps an identity provider out.
	 *
	 * @return list<string>
	 */
	private static function site_warnings(): array {
		$warnings = array();
		if ( '' === (string) get_option( 'permalink_structure' ) ) {
			$warnings[] = __( 'This site uses plain permalinks, so the Tenant URL cannot be extended by an identity provider. Choose any other structure under Settings → Permalinks.', 'scimpress' );
		}
		if ( 'https' !== wp_parse_url( home_url(), PHP_URL_SCHEME ) ) {
			$warnings[] = __( 'This site does not use HTTPS. Microsoft Entra ID refuses such a Tenant URL, and the token would travel in clear.', 'scimpress' );
		}
		return $warnings;
	}
}
