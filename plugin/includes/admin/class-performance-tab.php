<?php
/**
 * Settings → Scimpress → Performance.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * How requests reach Scimpress, and how many at once.
 */
final class Performance_Tab extends Tab {

	public const SAVE = 'scimpress_save_performance';

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return 'performance';
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Performance', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::SAVE );
	}

	/**
	 * Stores the form.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		$changes = array();
		if ( ! defined( Settings::FAST_LANE_CONSTANT ) ) {
			// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
			$changes['fast_lane'] = isset( $_POST['fast_lane'] );
		}
		if ( ! Settings::is_max_concurrent_constant() ) {
			$changes['max_concurrent'] = absint( self::posted( 'max_concurrent' ) );
		}
		// Another theme may be there by now; the next write finds out.
		Settings::update( array( 'addresses_move' => false ) + $changes );
		wp_safe_redirect( add_query_arg( 'saved', '1', Page::url( $this->slug() ) ), 303 );
		exit;
	}

	/**
	 * What to say of this request.
	 */
	public function outcome(): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		return isset( $_GET['saved'] ) ? array( 'success', __( 'Settings saved.', 'scimpress' ) ) : null;
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$page = array(
			'fast_lane'      => Settings::fast_lane(),
			'max_concurrent' => Settings::max_concurrent(),
		);
		require __DIR__ . '/views/performance-tab.php';
	}
}
