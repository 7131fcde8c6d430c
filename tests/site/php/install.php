<?php
/**
 * Installs WordPress into the empty database of the site that SCIMPRESS_SITE names.
 *
 * Reads from standard input: {"login": string, "password": string} of the administrator.
 *
 * @package Scimpress
 */

// The login name, site title and the rest are written to a new site only; a mail about it would go nowhere.
function wp_new_blog_notification() {}

define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST']       = getenv( 'SCIMPRESS_HOST' );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

$scimpress_admin = json_decode( stream_get_contents( STDIN ), true, 4, JSON_THROW_ON_ERROR );

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

$scimpress_installed = wp_install(
	'Scimpress',
	$scimpress_admin['login'],
	'admin@example.org',
	false,
	'',
	wp_slash( $scimpress_admin['password'] )
);
if ( empty( $scimpress_installed['user_id'] ) || is_wp_error( $scimpress_installed['user_id'] ) ) {
	fwrite( STDERR, "wp_install() made no administrator\n" );
	exit( 1 );
}

update_option( 'timezone_string', 'UTC' );
update_option( 'permalink_structure', '/%postname%/' );
$GLOBALS['wp_rewrite']->init();
flush_rewrite_rules( false );
