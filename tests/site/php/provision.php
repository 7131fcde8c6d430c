<?php
/**
 * Activates the plugin on the site that SCIMPRESS_SITE names, enables provisioning and makes a secret token.
 *
 * Prints: {"tenant_url": string, "token": string}.
 *
 * @package Scimpress
 */

$_SERVER['HTTP_HOST']       = getenv( 'SCIMPRESS_HOST' );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

$scimpress_error = activate_plugin( 'scimpress/scimpress.php', '', is_multisite() );
if ( is_wp_error( $scimpress_error ) ) {
	fwrite( STDERR, $scimpress_error->get_error_message() . "\n" );
	exit( 1 );
}

Scimpress\Settings::update( array( 'enabled' => true ) );

echo wp_json_encode(
	array(
		'tenant_url' => untrailingslashit( rest_url( 'wpo365/v1' ) ),
		'token'      => Scimpress\Tokens::create(),
	)
);
