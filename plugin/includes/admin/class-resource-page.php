<?php
/**
 * A user's SCIM resource.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Answer;
use Scimpress\Capability;
use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Requirements;
use Scimpress\Store\Store;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * Shows a user as the identity provider reads him: by the engine's own answer to a GET.
 */
final class Resource_Page {

	public const SLUG = 'scimpress-resource';

	/**
	 * Action `admin_menu`. The page is reached from the list of users; it stands in no menu.
	 */
	public function register(): void {
		$title = __( 'SCIM resource', 'scimpress' );
		$hook  = add_users_page( $title, $title, 'list_users', self::SLUG, array( $this, 'render' ) );
		// Out of the menu, and of the command palette that is made of it, once WordPress has found the page by it.
		add_action( 'admin_enqueue_scripts', static fn() => remove_submenu_page( 'users.php', self::SLUG ), PHP_INT_MIN );
		if ( $hook ) {
			add_action( "load-$hook", array( $this, 'load' ) );
		}
	}

	/**
	 * Before the page is printed.
	 */
	public function load(): void {
		if ( ! self::is_allowed() ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to see SCIM resources.', 'scimpress' ), 403 );
		}
		nocache_headers();
		add_action( 'admin_enqueue_scripts', array( Page::class, 'enqueue_style' ) );
	}

	/**
	 * Prints the page.
	 */
	public function render(): void {
		if ( ! self::is_allowed() ) {
			return;
		}
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses what is shown.
		$user_id = absint( is_scalar( $_GET['user_id'] ?? null ) ? $_GET['user_id'] : 0 );
		$user    = get_userdata( $user_id );
		$row     = $user ? ( User_Table::of_users( array( $user_id ) )[ $user_id ] ?? null ) : null;
		$answer  = $row && null === $row->deleted && Requirements::met() ? self::read( $row->id ) : null;
		$page    = array(
			'user'     => $row ? $user : null,
			'deleted'  => $row && null !== $row->deleted,
			'answer'   => $answer,
			'resource' => $answer ? self::pretty( $answer ) : '',
		);
		require __DIR__ . '/views/resource-page.php';
	}

	/**
	 * Whether the current user may see resources: they hold what profiles show, and more.
	 */
	public static function is_allowed(): bool {
		return current_user_can( 'list_users' ) && current_user_can( Capability::NAME );
	}

	/**
	 * Address of a user's page.
	 *
	 * @param int $user_id User ID.
	 */
	public static function url( int $user_id ): string {
		return admin_url( 'users.php?page=' . self::SLUG . "&user_id=$user_id" );
	}

	/**
	 * What a client would read.
	 *
	 * @param string $id SCIM id.
	 */
	private static function read( string $id ): Answer {
		$store = new Store();
		return Engine::answer(
			array(
				'method'  => 'GET',
				'path'    => '/Users/' . $id,
				'query'   => array(),
				'headers' => array(),
				'body'    => '',
			),
			Configuration::of_site(),
			array( $store, 'perform' )
		);
	}

	/**
	 * The body of an answer, for people.
	 *
	 * @param Answer $answer The answer.
	 */
	private static function pretty( Answer $answer ): string {
		$resource = json_decode( $answer->body, false, 512, JSON_BIGINT_AS_STRING );
		return (string) wp_json_encode( $resource, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	}
}
