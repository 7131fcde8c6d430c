<?php
/**
 * Makes an application password for the administrator of the site that SCIMPRESS_SITE names.
 *
 * Prints: {"basic": string (login:password), "php": string, "database": string}.
 *
 * @package Scimpress
 */

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

$scimpress_admin = get_users(
	array(
		'role'   => 'administrator',
		'number' => 1,
	)
)[0];

$scimpress_password = WP_Application_Passwords::create_new_application_password( $scimpress_admin->ID, array( 'name' => 'bench' ) );
if ( is_wp_error( $scimpress_password ) ) {
	fwrite( STDERR, $scimpress_password->get_error_message() . "\n" );
	exit( 1 );
}

echo wp_json_encode(
	array(
		'basic'    => $scimpress_admin->user_login . ':' . $scimpress_password[0],
		'php'      => PHP_VERSION,
		'database' => $GLOBALS['wpdb']->db_server_info(),
	)
);
