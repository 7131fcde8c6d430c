<?php
/**
 * What the plugin needs of the server.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Checks the PHP extension and says how to fix what is wrong with it.
 */
final class Requirements {

	/**
	 * Whether the extension is loaded and new enough.
	 */
	public static function met(): bool {
		$version = Engine::extension_version();
		return null !== $version && version_compare( $version, MINIMUM_EXTENSION, '>=' );
	}

	/**
	 * The problem and its fix in a sentence, null when there is none.
	 */
	public static function problem(): ?string {
		$version = Engine::extension_version();
		if ( null === $version ) {
			return sprintf(
				/* translators: 1: a file name, 2: a PHP setting, 3: a PHP version such as 8.2, 4: a PHP server interface such as fpm-fcgi. */
				__( 'The PHP extension scimpress is not loaded, so no user can be provisioned. Put %1$s for PHP %3$s into the extension directory, add %2$s to the php.ini of %4$s and restart PHP.', 'scimpress' ),
				'scimpress.so',
				'extension=scimpress',
				PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION,
				PHP_SAPI
			);
		}
		if ( ! self::met() ) {
			return sprintf(
				/* translators: 1: installed version, 2: needed version. */
				__( 'The PHP extension scimpress has version %1$s, but this plugin needs %2$s or later, so no user can be provisioned. Install the extension that belongs to this plugin version and restart PHP.', 'scimpress' ),
				$version,
				MINIMUM_EXTENSION
			);
		}
		return null;
	}

	/**
	 * Shows the problem to those who can fix it.
	 */
	public static function admin_notice(): void {
		$problem = current_user_can( Capability::NAME ) ? self::problem() : null;
		if ( null !== $problem ) {
			printf( '<div class="notice notice-error"><p><strong>Scimpress:</strong> %s</p></div>', esc_html( $problem ) );
		}
	}

	/**
	 * The one SCIM message that PHP writes itself: without the extension nobody else can (RFC 7644 §3.12).
	 */
	public static function unavailable(): Answer {
		return new Answer(
			503,
			array(
				'Content-Type'  => 'application/scim+json',
				'Cache-Control' => 'no-store',
				'Retry-After'   => '300',
			),
			'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503","detail":"the php extension scimpress is missing or too old on this server; its administrator finds the fix in wordpress under settings, scimpress"}'
		);
	}
}
