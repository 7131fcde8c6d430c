<?php
/**
 * Adds a site to the network that SCIMPRESS_SITE names, enables provisioning on it and makes a secret token.
 *
 * Argument: the site's path, such as `/other/`. Prints: {"url": string, "tenant_url": string, "token": string}.
 *
 * @package Scimpress
 */

$_SERVER['HTTP_HOST']       = getenv( 'SCIMPRESS_HOST' );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

// WordPress drops the colon of a port from the domain of a new site.
add_filter(
	'wp_normalize_site_data',
	static function ( $data ) {
		$data['domain'] = $_SERVER['HTTP_HOST'];
		return $data;
	}
);
$scimpress_site = wp_insert_site(
	array(
		'domain'  => $_SERVER['HTTP_HOST'],
		'path'    => $argv[1],
		'user_id' => 1,
	)
);
if ( is_wp_error( $scimpress_site ) ) {
	fwrite( STDERR, $scimpress_site->get_error_message() . "\n" );
	exit( 1 );
}

switch_to_blog( $scimpress_site );
update_option( 'timezone_string', 'UTC' );
update_option( 'permalink_structure', '/%postname%/' );
Scimpress\Store\Schema::upgrade();
Scimpress\Settings::update( array( 'enabled' => true ) );

echo wp_json_encode(
	array(
		'url'        => untrailingslashit( home_url() ),
		// Of another site, rest_url() goes by the permalinks of the one that has been loaded.
		'tenant_url' => home_url( '/wp-json/wpo365/v1' ),
		'token'      => Scimpress\Tokens::create(),
	)
);
