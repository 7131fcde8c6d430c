<?php
/**
 * Settings → Scimpress.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Capability;
use Scimpress\Settings;

use const Scimpress\PLUGIN_FILE;
use const Scimpress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The page and its tabs. Every write: capability, nonce, then the tab, which unslashes, sanitises and saves.
 */
final class Page {

	public const SLUG       = 'scimpress';
	public const CAPABILITY = Capability::NAME;

	/** Field that names what a form does. */
	public const ACTION = 'scimpress_action';

	/**
	 * The tabs, in their order, by slug.
	 *
	 * @var array<string,Tab>
	 */
	private array $tabs = array();

	/**
	 * A page.
	 *
	 * @param list<Tab> $tabs Its tabs; the first stands at the address of the page itself.
	 */
	public function __construct( array $tabs ) {
		foreach ( $tabs as $tab ) {
			$this->tabs[ $tab->slug() ] = $tab;
		}
	}

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
			wp_die( esc_html__( 'Sorry, you are not allowed to decide about provisioning on this site.', 'scimpress' ), 403 );
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- it says which nonce is checked below.
		$action = sanitize_key( is_string( $_POST[ self::ACTION ] ?? null ) ? wp_unslash( $_POST[ self::ACTION ] ) : '' );
		$tab    = $this->current();
		if ( in_array( $action, $tab->actions(), true ) ) {
			check_admin_referer( $action );
			$tab->perform( $action );
		}
	}

	/**
	 * Assets of this page only.
	 */
	public function enqueue(): void {
		wp_enqueue_script( 'scimpress-settings', plugins_url( 'assets/settings.js', PLUGIN_FILE ), array( 'wp-a11y' ), VERSION, true );
		self::enqueue_style();
		$this->current()->enqueue();
	}

	/**
	 * The look of our pages.
	 */
	public static function enqueue_style(): void {
		wp_enqueue_style( 'scimpress-settings', plugins_url( 'assets/settings.css', PLUGIN_FILE ), array(), VERSION );
	}

	/**
	 * Prints the page.
	 */
	public function render(): void {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			return;
		}
		$page = array(
			'tabs'     => $this->tabs,
			'current'  => $this->current(),
			'outcome'  => $this->current()->outcome(),
			'warnings' => Settings::warnings(),
		);
		require __DIR__ . '/views/page.php';
	}

	/**
	 * Address of a tab.
	 *
	 * @param string $tab Slug; the page itself when it is empty.
	 */
	public static function url( string $tab = '' ): string {
		return admin_url( 'options-general.php?page=' . self::SLUG . ( '' === $tab ? '' : "&tab=$tab" ) );
	}

	/**
	 * Prints the hidden fields of a form: what it does, and its nonce.
	 *
	 * @param string $action One of the tab's actions.
	 */
	public static function fields( string $action ): void {
		wp_nonce_field( $action );
		printf( '<input type="hidden" name="%s" value="%s">', esc_attr( self::ACTION ), esc_attr( $action ) );
	}

	/**
	 * Prints a button that copies a field. It needs a script, which shows it.
	 *
	 * @param string $field   HTML id of the field.
	 * @param string $what    Translated name of what is copied.
	 * @param string $classes More classes.
	 */
	public static function copy_button( string $field, string $what, string $classes = '' ): void {
		printf(
			'<button type="button" class="button scimpress-copy %s" hidden data-copy="%s" data-copied="%s"><span>%s</span> <span class="screen-reader-text">%s</span></button>',
			esc_attr( $classes ),
			esc_attr( $field ),
			esc_attr__( 'Copied', 'scimpress' ),
			esc_html__( 'Copy', 'scimpress' ),
			esc_html( $what )
		);
	}

	/**
	 * The tab of this request.
	 */
	private function current(): Tab {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses what is shown.
		$slug = sanitize_key( is_string( $_GET['tab'] ?? null ) ? wp_unslash( $_GET['tab'] ) : '' );
		return $this->tabs[ $slug ] ?? reset( $this->tabs );
	}
}
