<?php
/**
 * Loads the WordPress in the directory that SCIMPRESS_SITE names: an installed throw-away site with the plugin active.
 *
 * SCIMPRESS_PHP is the PHP to run it with, when that is another than the one that runs PHPUnit.
 *
 * @package Scimpress
 */

// PHPUnit includes this file inside a function, and WordPress writes its globals wherever it is loaded.
global $wp, $wpdb, $wp_rewrite, $wp_query, $wp_the_query, $wp_locale, $wp_theme_directories, $shortcode_tags, $table_prefix,
	$wp_version, $current_site, $current_blog, $phpmailer, $wp_filter, $wp_actions, $wp_roles, $wp_object_cache;

$scimpress_site = (string) getenv( 'SCIMPRESS_SITE' );
if ( ! is_file( "$scimpress_site/wp-load.php" ) ) {
	fwrite( STDERR, "SCIMPRESS_SITE names no WordPress: raise one with `python3 tests/site/ctl.py up --no-serve --dir …` and name its www directory\n" );
	exit( 1 );
}

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require "$scimpress_site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/user.php';

if ( ! class_exists( Scimpress\Store\Store::class ) ) {
	fwrite( STDERR, "the plugin scimpress is not active on the site that SCIMPRESS_SITE names\n" );
	exit( 1 );
}

// WordPress turns warnings into lines of its log. A test shall see them.
error_reporting( E_ALL );

require __DIR__ . '/support/class-needs.php';
require __DIR__ . '/support/class-random.php';
require __DIR__ . '/support/class-random-filter.php';
require __DIR__ . '/support/class-locker.php';
require __DIR__ . '/support/class-script.php';
require __DIR__ . '/support/class-reply.php';
require __DIR__ . '/support/class-web.php';
require __DIR__ . '/support/class-browser.php';
require __DIR__ . '/support/class-doctor-document.php';
require __DIR__ . '/support/class-test-case.php';
require __DIR__ . '/support/class-network-test-case.php';
require __DIR__ . '/support/class-scim-test-case.php';
require __DIR__ . '/support/class-roles-test-case.php';
require __DIR__ . '/support/class-log-test-case.php';
require __DIR__ . '/support/class-cli-test-case.php';
