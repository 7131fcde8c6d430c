<?php
/**
 * The doctor in Tools → Site Health.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use Scimpress\Admin\Page;
use Scimpress\Engine;
use Scimpress\Requirements;
use Scimpress\Rest\Routes;
use Scimpress\Settings;
use Scimpress\Tokens;

use const Scimpress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * A test that runs by itself while the page is open, and a section of the information that people copy into forums.
 */
final class Site_Health {

	public const TEST = 'scimpress_doctor';

	/** Site Health's script makes this name of the test's. */
	public const AJAX = 'health-check-scimpress-doctor';

	/** Nonce of Site Health's own page. */
	private const NONCE = 'health-check-site-status';

	/**
	 * Filter `site_status_tests`.
	 *
	 * @param array $tests Tests by kind.
	 */
	public static function tests( $tests ): array {
		$tests = (array) $tests;
		// By admin-ajax.php and not by the REST API, which may be just what is blocked.
		$tests['async'][ self::TEST ] = array(
			'label'             => __( 'Scimpress connection', 'scimpress' ),
			'test'              => self::TEST,
			'has_rest'          => false,
			// The weekly check of cron has nobody's browser.
			'async_direct_test' => array( self::class, 'result' ),
		);
		return $tests;
	}

	/**
	 * Action `wp_ajax_…`.
	 */
	public static function answer(): void {
		check_ajax_referer( self::NONCE );
		if ( ! current_user_can( 'view_site_health_checks' ) || ! current_user_can( Page::CAPABILITY ) ) {
			wp_send_json_error( null, 403 );
		}
		wp_send_json_success( self::result() );
	}

	/**
	 * The doctor's report as Site Health shows it.
	 *
	 * @return array{label: string, status: string, badge: array{label: string, color: string}, description: string, actions: string, test: string}
	 */
	public static function result(): array {
		return self::of( Doctor::examine() );
	}

	/**
	 * A report as Site Health shows it.
	 *
	 * @param Report $report The report.
	 * @return array See result().
	 */
	public static function of( Report $report ): array {
		$label = array(
			Report::GOOD     => __( 'Scimpress can be reached by your identity provider', 'scimpress' ),
			Finding::PROBLEM => __( 'Scimpress cannot be reached by your identity provider', 'scimpress' ),
			Finding::UNKNOWN => __( 'The connection of Scimpress cannot be judged from inside', 'scimpress' ),
			Finding::WARNING => __( 'The connection of Scimpress needs attention', 'scimpress' ),
		);
		$items = '';
		foreach ( $report->findings() as $finding ) {
			$items .= sprintf( '<li><strong>%s</strong><br>%s</li>', esc_html( $finding->title() ), esc_html( $finding->explanation() ) );
		}
		return array(
			'label'       => $label[ $report->state() ],
			'status'      => array(
				Report::GOOD     => 'good',
				Finding::PROBLEM => 'critical',
			)[ $report->state() ] ?? 'recommended',
			'badge'       => array(
				'label' => 'Scimpress',
				'color' => 'blue',
			),
			'description' => sprintf( '<p>%s</p>', esc_html( $report->sentence() ) ) . ( '' === $items ? '' : "<ul>$items</ul>" ),
			'actions'     => sprintf( '<p><a href="%s">%s</a></p>', esc_url( Page::url( 'doctor' ) ), esc_html__( 'Ask the connection doctor what to do', 'scimpress' ) ),
			'test'        => self::TEST,
		);
	}

	/**
	 * Filter `debug_information`. No digest, no part of a token, no name of a person: this is copied into public forums.
	 *
	 * @param array $information Sections.
	 */
	public static function debug_information( $information ): array {
		$fields = array(
			'version'    => array( __( 'Version', 'scimpress' ), VERSION ),
			'extension'  => array( __( 'PHP extension', 'scimpress' ), Engine::extension_version() ?? __( 'not loaded', 'scimpress' ) ),
			'usable'     => array( __( 'PHP extension is new enough', 'scimpress' ), self::yes( Requirements::met() ) ),
			'sapi'       => array( __( 'PHP server interface', 'scimpress' ), PHP_SAPI ),
			'tenant_url' => array( __( 'Tenant URL', 'scimpress' ), rest_url( Routes::NAMESPACE . '/' ) ),
			'enabled'    => array( __( 'Provisioning is switched on', 'scimpress' ), self::yes( Settings::enabled() ) ),
			'tokens'     => array( __( 'Number of secret tokens', 'scimpress' ), (string) count( Tokens::digests() ) ),
			'constant'   => array( __( 'Token is set in wp-config.php', 'scimpress' ), self::yes( Tokens::is_constant() ) ),
		);
		foreach ( $fields as $name => list( $label, $value ) ) {
			$fields[ $name ] = array(
				'label'   => $label,
				'value'   => $value,
				// Shown on the page, but not copied with the rest.
				'private' => 'tenant_url' === $name,
			);
		}
		return (array) $information + array(
			'scimpress' => array(
				'label'  => 'Scimpress',
				'fields' => $fields,
			),
		);
	}

	/**
	 * A truth for people.
	 *
	 * @param bool $value The truth.
	 */
	private static function yes( bool $value ): string {
		return $value ? __( 'yes', 'scimpress' ) : __( 'no', 'scimpress' );
	}
}
