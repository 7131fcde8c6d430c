<?php
/**
 * Settings → Scimpress.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Notices;
use Scimpress\Requirements;
use Scimpress\Rest\Routes;
use Scimpress\Settings;
use Scimpress\Tokens;

use const Scimpress\PLUGIN_FILE;
use const Scimpress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The settings page. Every write: capability, nonce, unslash, sanitise, save.
 */
final class Settings_Page {

	public const SLUG       = 'scimpress';
	public const CAPABILITY = 'manage_options';

	/** Field that names what a form does, and those names; each is its form's nonce action, too. */
	public const ACTION   = 'scimpress_action';
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
	 * Outcome of this request: `success` or `error`, and a sentence.
	 *
	 * @var array{0: string, 1: string}|null
	 */
	private ?array $outcome = null;

	/**
	 * Action `admin_menu`.
	 */
	public function register(): void {
		$hook = add_options_page( 'Scimpress', 'Scimpress', self::CAPABILITY, self::SLUG, array( $this, 'render' ) );
		if ( $hook ) {
			add_action( "load-$hook", array( $this, 'load' ) );
		}
	}

	/**
	 * Filter `plugin_action_links_…`.
	 *
	 * @param array<string,string> $links Links below the plugin's name.
	 * @return array<string,string>
	 */
	public function action_links( $links ): array {
		return array( 'settings' => sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Settings', 'scimpress' ) ) ) + (array) $links;
	}

	/**
	 * Before the page is printed: does what a form asks for.
	 */
	public function load(): void {
		add_action( 'admin_enqueue_scripts', array( $this, 'enqueue' ) );
		if ( 'POST' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) {
			return;
		}
		if ( ! current_user_can( self::CAPABILITY ) ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to manage options for this site.', 'scimpress' ), 403 );
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- it says which nonce is checked on the next line.
		$action = sanitize_key( is_string( $_POST[ self::ACTION ] ?? null ) ? wp_unslash( $_POST[ self::ACTION ] ) : '' );
		if ( ! in_array( $action, array( self::SAVE, self::GENERATE, self::TYPE, Import_Card::DRY, Import_Card::RUN ), true ) ) {
			return;
		}
		check_admin_referer( $action );

		if ( self::SAVE === $action ) {
			$unknown = $this->save();
			if ( $unknown ) {
				/* translators: %s: login names. */
				$this->outcome = array( 'error', sprintf( __( 'Settings saved, but nobody has these login names, so they protect nobody: %s', 'scimpress' ), implode( ', ', $unknown ) ) );
				return;
			}
			wp_safe_redirect( add_query_arg( 'updated', '1', self::url() ), 303 );
			exit;
		}
		if ( Import_Card::DRY === $action || Import_Card::RUN === $action ) {
			if ( Import_Card::is_offered() ) {
				Import_Card::advance( $action, isset( $_POST[ Import_Card::GO_ON ] ) );
			}
			wp_safe_redirect( self::url() . '#scimpress-import', 303 );
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
	 * Assets of this page only.
	 */
	public function enqueue(): void {
		wp_enqueue_script( 'scimpress-settings', plugins_url( 'assets/settings.js', PLUGIN_FILE ), array( 'wp-a11y' ), VERSION, true );
		wp_enqueue_style( 'scimpress-settings', plugins_url( 'assets/settings.css', PLUGIN_FILE ), array(), VERSION );
	}

	/**
	 * Prints the page.
	 */
	public function render(): void {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			return;
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		if ( null === $this->outcome && isset( $_GET['updated'] ) ) {
			$this->outcome = array( 'success', __( 'Settings saved.', 'scimpress' ) );
		}
		$page = array(
			'outcome'      => $this->outcome,
			'token'        => $this->token,
			'warnings'     => array_merge( self::site_warnings(), Settings::warnings() ),
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
		require __DIR__ . '/views/settings-page.php';
	}

	/**
	 * Address of the page.
	 */
	public static function url(): string {
		return admin_url( 'options-general.php?page=' . self::SLUG );
	}

	/**
	 * Stores the form `scimpress_save`.
	 *
	 * @return list<string> Login names of nobody among the protected accounts.
	 */
	private function save(): array {
		// phpcs:disable WordPress.Security.NonceVerification.Missing -- load() has checked it.
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
		if ( isset( $_POST['protected_users'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification.Missing -- load() has checked it.
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
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- load() has checked the nonce; a secret is taken as it is or refused.
		$secret        = is_string( $_POST['token'] ?? null ) ? trim( wp_unslash( $_POST['token'] ) ) : '';
		$this->outcome = Tokens::set( $secret )
			? array( 'success', __( 'The token was saved. Enter the same one as Secret Token at your identity provider.', 'scimpress' ) )
			: array( 'error', __( 'This token was not saved. A token has 16 to 4096 characters: letters, digits and punctuation, without spaces or accents.', 'scimpress' ) );
	}

	/**
	 * A plain text field of the checked form.
	 *
	 * @param string $name Field name.
	 */
	private static function posted( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- load() has checked it.
		return is_string( $_POST[ $name ] ?? null ) ? sanitize_textarea_field( wp_unslash( $_POST[ $name ] ) ) : '';
	}

	/**
	 * A text field of the checked form, as it was typed: Settings makes plain text of it.
	 *
	 * @param string $name Field name.
	 */
	private static function posted_text( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- load() has checked the nonce, Settings::update() sanitises.
		return is_string( $_POST[ $name ] ?? null ) ? wp_unslash( $_POST[ $name ] ) : '';
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
