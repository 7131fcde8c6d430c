<?php
/**
 * Makes the installed site that SCIMPRESS_SITE names the first of a network by paths; wp-config.php must say so afterwards.
 *
 * @package Scimpress
 */

$_SERVER['HTTP_HOST']       = getenv( 'SCIMPRESS_HOST' );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/network.php';

foreach ( $wpdb->tables( 'ms_global' ) as $scimpress_table => $scimpress_name ) {
	$wpdb->$scimpress_table = $scimpress_name;
}
install_network();
$scimpress_made = populate_network( 1, $_SERVER['HTTP_HOST'], 'admin@example.org', 'Scimpress', '/', false );
if ( is_wp_error( $scimpress_made ) ) {
	fwrite( STDERR, $scimpress_made->get_error_message() . "\n" );
	exit( 1 );
}
