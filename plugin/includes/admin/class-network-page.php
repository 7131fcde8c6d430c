<?php
/**
 * Network Admin → Settings → Scimpress.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Network;

defined( 'ABSPATH' ) || exit;

/**
 * What the network decides for all of its sites.
 */
final class Network_Page {

	/** What the form does; its nonce action, too. */
	public const SAVE = 'scimpress_network_save';

	/**
	 * Action `network_admin_menu`.
	 */
	public function register(): void {
		$hook = add_submenu_page( 'settings.php', 'Scimpress', 'Scimpress', Network::CAPABILITY, Page::SLUG, array( $this, 'render' ) );
		if ( $hook ) {
			add_action( "load-$hook", array( $this, 'load' ) );
		}
	}

	/**
	 * Filter `network_admin_plugin_action_links_…`.
	 *
	 * @param array<string,string> $links Links below the plugin's name.
	 * @return array<string,string>
	 */
	public function action_links( $links ): array {
		if ( ! current_user_can( Network::CAPABILITY ) ) {
			return (array) $links;
		}
		return array( 'settings' => sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Settings', 'scimpress' ) ) ) + (array) $links;
	}

	/**
	 * Before the page is printed: saves the form.
	 */
	public function load(): void {
		if ( 'POST' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) {
			return;
		}
		if ( ! current_user_can( Network::CAPABILITY ) ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to manage options for this network.', 'scimpress' ), 403 );
		}
		check_admin_referer( self::SAVE );
		Network::update(
			array(
				'deactivate' => isset( $_POST['deactivate'] ),
				'delete'     => isset( $_POST['delete'] ),
			)
		);
		wp_safe_redirect( add_query_arg( 'updated', '1', self::url() ), 303 );
		exit;
	}

	/**
	 * Prints the page.
	 */
	public function render(): void {
		if ( ! current_user_can( Network::CAPABILITY ) ) {
			return;
		}
		$page = array(
			'decided' => Network::all(),
			// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
			'saved'   => isset( $_GET['updated'] ),
		);
		require __DIR__ . '/views/network-page.php';
	}

	/**
	 * Its address.
	 */
	private static function url(): string {
		return network_admin_url( 'settings.php?page=' . Page::SLUG );
	}
}
