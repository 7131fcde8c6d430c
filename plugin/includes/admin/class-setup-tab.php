<?php
/**
 * Settings → Scimpress → Setup.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Engine;
use Scimpress\Requirements;
use Scimpress\Rest\Routes;
use Scimpress\Settings;
use Scimpress\Token_List;
use Scimpress\Token_Refusal;
use Scimpress\Token_Use;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * From activation to the first request: three steps with their state, and what to enter at the identity provider.
 */
final class Setup_Tab extends Tab {

	public const SLUG    = 'setup';
	public const CONNECT = 'scimpress_connect';
	public const ENABLE  = 'scimpress_enable';

	/** Screens on which a site that nobody has set up says so. */
	private const NOTICE_SCREENS = array( 'dashboard', 'plugins' );

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
		return self::SLUG;
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Setup', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::CONNECT, self::ENABLE );
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		if ( self::CONNECT === $action ) {
			if ( Tokens::is_constant() ) {
				$this->outcome = array( 'error', __( 'The token is set in wp-config.php and cannot be changed here.', 'scimpress' ) );
				return;
			}
			try {
				New_Token::headers();
				$this->token = Tokens::create( array( 'client' => self::posted( 'client' ) ) );
			} catch ( Token_Refusal $refusal ) {
				$this->outcome = array( 'error', $refusal->getMessage() );
				return;
			}
		}
		if ( ! Settings::is_enabled_constant() ) {
			Settings::update( array( 'enabled' => true ) );
		}
		if ( self::ENABLE === $action ) {
			wp_safe_redirect( Page::url(), 303 );
			exit;
		}
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$page = array(
			'token'      => $this->token,
			'tokens'     => Tokens::is_constant() ? null : count( Tokens::stored() ),
			'enabled'    => Settings::enabled(),
			'tenant_url' => rest_url( Routes::NAMESPACE . '/' ),
			'steps'      => array( self::extension(), self::endpoint(), self::first_request() ),
			'clients'    => Token_List::CLIENTS,
		);
		require __DIR__ . '/views/setup-tab.php';
	}

	/**
	 * Action `admin_notices`: where to go after activation. No redirect: plugins are activated without a page load, several at
	 * once, or from a command line, too.
	 */
	public static function admin_notice(): void {
		if ( ! in_array( get_current_screen()->id ?? '', self::NOTICE_SCREENS, true ) || ! current_user_can( Page::CAPABILITY ) || Tokens::is_constant() || Tokens::stored() ) {
			return;
		}
		printf(
			'<div class="notice notice-info"><p><strong>Scimpress:</strong> %s <a href="%s">%s</a></p></div>',
			esc_html__( 'No identity provider is connected yet.', 'scimpress' ),
			esc_url( Page::url() ),
			esc_html__( 'Set it up in three steps', 'scimpress' )
		);
	}

	/**
	 * Step 1.
	 *
	 * @return array{title: string, done: bool, lines: list<string>, link?: array{0: string, 1: string}} Its title, whether it is done, what is to be said, and an address with its text.
	 */
	private static function extension(): array {
		$problem = Requirements::problem();
		return array(
			'title' => __( 'The PHP extension is loaded', 'scimpress' ),
			'done'  => null === $problem,
			/* translators: %s: version number. */
			'lines' => array( $problem ?? sprintf( __( 'Version %s is loaded.', 'scimpress' ), (string) Engine::extension_version() ) ),
		);
	}

	/**
	 * Step 2: what can be known without a request. The doctor sends some.
	 *
	 * @return array As of extension().
	 */
	private static function endpoint(): array {
		$problems = array();
		if ( '' === (string) get_option( 'permalink_structure' ) ) {
			$problems[] = __( 'This site uses plain permalinks, so the Tenant URL cannot be extended by an identity provider. Choose any other structure under Settings → Permalinks.', 'scimpress' );
		}
		if ( 'https' !== wp_parse_url( home_url(), PHP_URL_SCHEME ) ) {
			$problems[] = __( 'This site does not use HTTPS. Microsoft Entra ID refuses such a Tenant URL, and the token would travel in clear.', 'scimpress' );
		}
		if ( ! Settings::enabled() ) {
			$problems[] = __( 'Provisioning is switched off.', 'scimpress' );
		}
		return array(
			'title' => __( 'The endpoint can be reached', 'scimpress' ),
			'done'  => ! $problems,
			'lines' => $problems ? $problems : array( __( 'Permalinks, HTTPS and the switch are as they must be.', 'scimpress' ) ),
			'link'  => array( Page::url( 'doctor' ), __( 'Check it from outside', 'scimpress' ) ),
		);
	}

	/**
	 * Step 3.
	 *
	 * @return array As of extension().
	 */
	private static function first_request(): array {
		$first = Token_Use::first();
		return array(
			'title' => __( 'The identity provider has called', 'scimpress' ),
			'done'  => null !== $first,
			'lines' => array(
				null === $first
					? __( 'Nobody has called with a token yet. “Test Connection” at the identity provider is a call.', 'scimpress' )
					/* translators: 1: date and time, 2: name of a client, network or program. */
					: sprintf( __( 'First on %1$s, by %2$s.', 'scimpress' ), self::time( $first['time'] ), Tokens_Tab::caller( $first, Token_List::client_name( $first['client'] ) ) ),
			),
		);
	}
}
