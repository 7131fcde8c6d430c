<?php
/**
 * Settings → Scimpress: Move from WPO365.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Import\Import;
use Scimpress\Import\Wpo365;
use Scimpress\Requirements;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * The import, a few seconds a request: what one request has not finished, the next one goes on with.
 */
final class Import_Card {

	/** What the forms do; each is its form's nonce action, too. */
	public const DRY = 'scimpress_import_dry';
	public const RUN = 'scimpress_import_run';

	/** Field of a form that goes on instead of beginning anew. */
	public const GO_ON = 'go_on';

	/** Seconds after which a request begins no further batch. */
	private const SECONDS = 5;

	/**
	 * Whether there is anything to move.
	 */
	public static function is_offered(): bool {
		return Wpo365::exists() && Requirements::met();
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action DRY or RUN.
	 * @param bool   $go_on  Whether it goes on with the run that was begun.
	 */
	public static function advance( string $action, bool $go_on ): void {
		$dry = self::DRY === $action;
		$run = self::last();
		if ( ! $go_on || null === $run || $run['dry'] !== $dry || $run['done'] ) {
			$run = Import::begin( $dry );
			if ( ! $dry ) {
				Import::take_settings();
			}
		}
		$end = microtime( true ) + self::SECONDS;
		do {
			$run = Import::batch( $run );
			update_option( Import::OPTION, $run, false );
		} while ( ! $run['done'] && microtime( true ) < $end );
	}

	/**
	 * The last run, null when there was none.
	 *
	 * @return array|null Of Import::batch().
	 */
	public static function last(): ?array {
		$run = get_option( Import::OPTION );
		return is_array( $run ) && array() === array_diff_key( Import::BEGINNING, $run ) ? $run : null;
	}

	/**
	 * Action `admin_notices`: both plugins answer the same addresses.
	 */
	public static function admin_notice(): void {
		if ( ! current_user_can( Page::CAPABILITY ) || ! Wpo365::is_active() ) {
			return;
		}
		$state = Settings::enabled()
			? __( 'Scimpress answers all requests of the identity provider. Switch SCIM off in WPO365.', 'scimpress' )
			: __( 'Scimpress answers all requests of the identity provider, and refuses them while it is switched off: nobody is provisioned now. Move the settings under Settings → Scimpress, or deactivate Scimpress.', 'scimpress' );
		printf(
			'<div class="notice notice-warning"><p><strong>Scimpress:</strong> %s %s <a href="%s">%s</a></p></div>',
			esc_html__( 'WPO365 provisions users at the same Tenant URL.', 'scimpress' ),
			esc_html( $state ),
			esc_url( Page::url( Settings_Tab::SLUG ) ),
			esc_html__( 'Settings', 'scimpress' )
		);
	}
}
