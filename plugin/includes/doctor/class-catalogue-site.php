<?php
/**
 * Diagnoses of the site itself.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * Settings, permalinks, the extension.
 */
final class Catalogue_Site {

	/**
	 * See Catalogue::all().
	 */
	public static function entries(): array {
		return array(
			'switched_off'     => array(
				'check'       => 'settings',
				'severity'    => Finding::WARNING,
				'title'       => __( 'Provisioning is switched off', 'scimpress' ),
				'explanation' => __( 'Every request of the identity provider is refused with 503 until you switch it on.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Settings → Scimpress: tick “Accept requests of the identity provider” and save. If a constant in wp-config.php decides it:', 'scimpress' ), "define( 'SCIMPRESS_ENABLED', true );" ),
				),
			),
			'no_token'         => array(
				'check'       => 'settings',
				'severity'    => Finding::WARNING,
				'title'       => __( 'There is no secret token', 'scimpress' ),
				'explanation' => __( 'Without a token no identity provider can connect.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Settings → Scimpress → Tokens: press “Create token” and enter it as Secret Token at the identity provider.', 'scimpress' ), '' ),
				),
			),
			'token_ends'       => array(
				'check'       => 'settings',
				'severity'    => Finding::WARNING,
				'title'       => __( 'A secret token expires soon', 'scimpress' ),
				'explanation' => __( 'The token “{name}” expires on {time}. Requests with it are refused from then on.', 'scimpress' ),
				'fixes'       => self::replace(),
			),
			'token_ended'      => array(
				'check'       => 'settings',
				'severity'    => Finding::WARNING,
				'title'       => __( 'A secret token has expired', 'scimpress' ),
				'explanation' => __( 'The token “{name}” expired on {time}. Requests with it are refused with 401.', 'scimpress' ),
				'fixes'       => self::replace(),
			),
			'no_https'         => array(
				'check'       => 'settings',
				'severity'    => Finding::WARNING,
				'title'       => __( 'The Tenant URL does not begin with https', 'scimpress' ),
				'explanation' => __( 'Microsoft Entra ID refuses such a Tenant URL, and everybody on the way could read the token.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Get a certificate for the web server, then change both addresses under Settings → General to https, or run:', 'scimpress' ), "wp option update home 'https://{host}'\nwp option update siteurl 'https://{host}'" ),
				),
			),
			'plain_permalinks' => array(
				'check'       => 'permalinks',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The site uses plain permalinks', 'scimpress' ),
				'explanation' => __( 'The Tenant URL then ends in a query, and an identity provider cannot append /Users to it.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Settings → Permalinks: choose any other structure and save, or run:', 'scimpress' ), "wp rewrite structure '/%postname%/' --hard" ),
				),
			),
			'extension'        => array(
				'check'       => 'extension',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The PHP extension is not loaded', 'scimpress' ),
				'explanation' => __( 'The PHP {php} behind the web server ({sapi}) does not load the extension scimpress, nor does the PHP that runs this check.', 'scimpress' ),
				'fixes'       => self::load(),
			),
			'extension_web'    => array(
				'check'       => 'extension',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The PHP extension is loaded here, but not behind the web server', 'scimpress' ),
				'explanation' => __( 'The PHP that runs this check loads the extension scimpress. The PHP {php} that answers the identity provider ({sapi}) does not: it reads other ini files, or it was not restarted.', 'scimpress' ),
				'fixes'       => self::load(),
			),
			'extension_old'    => array(
				'check'       => 'extension',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The PHP extension is too old', 'scimpress' ),
				'explanation' => __( 'The PHP {php} behind the web server ({sapi}) loads version {version} of the extension scimpress; this plugin needs {minimum} or later.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Install the extension that belongs to this version of the plugin and restart PHP.', 'scimpress' ), '' ),
				),
			),
			'extension_here'   => array(
				'check'       => 'extension',
				'severity'    => Finding::WARNING,
				'title'       => __( 'The PHP extension is loaded behind the web server, but not here', 'scimpress' ),
				'explanation' => __( 'Identity providers are served. The PHP that runs this check does not load the extension scimpress, so commands that need it fail.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Add this line to {ini}:', 'scimpress' ), 'extension=scimpress' ),
				),
			),
		);
	}

	/**
	 * How a token is replaced.
	 *
	 * @return array<string,array{0: string, 1: string}>
	 */
	private static function replace(): array {
		return array(
			Catalogue::WORDPRESS => array( __( 'Settings → Scimpress → Tokens: replace it there, and enter the new one as Secret Token at the identity provider; or revoke it when nobody uses it any more.', 'scimpress' ), '' ),
		);
	}

	/**
	 * How the extension gets into the PHP of the web server.
	 *
	 * @return array<string,array{0: string, 1: string}>
	 */
	private static function load(): array {
		return array(
			Catalogue::WORDPRESS => array( __( 'Add this line to {ini}, which that PHP reads, or to a file beside it in conf.d, and restart that PHP:', 'scimpress' ), 'extension=scimpress' ),
		);
	}
}
