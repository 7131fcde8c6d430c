<?php
/**
 * Plugin Name: Scimpress log benchmark probe
 * Description: An admin page with nothing on it, and requests without a log on demand.
 *
 * @package Scimpress
 */

add_action(
	'admin_menu',
	static function () {
		add_options_page( 'Empty', 'Empty', 'manage_options', 'scimpress-bench-empty', static fn() => print( '<div class="wrap"><h1>Empty</h1></div>' ) );
	}
);

if ( isset( $_SERVER['HTTP_X_BENCH_NO_LOG'] ) || isset( $_GET['bench_no_log'] ) ) {
	add_filter( 'pre_option_scimpress_log', static fn() => array( 'enabled' => false ) );
}
