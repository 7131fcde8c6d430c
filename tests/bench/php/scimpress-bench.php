<?php
/**
 * Plugin Name: Scimpress benchmark probe
 * Description: A REST route that does nothing, and the floor of every read.
 *
 * @package Scimpress
 */

add_action(
	'rest_api_init',
	static function () {
		register_rest_route(
			'scimpress-bench/v1',
			'/bare',
			array(
				'methods'             => 'GET',
				'callback'            => static fn() => array( 'ok' => true ),
				'permission_callback' => '__return_true',
			)
		);
	}
);

// Nothing can be answered before: the floor of every read.
if ( isset( $_SERVER['HTTP_X_BENCH_FLOOR'] ) ) {
	add_action(
		'plugins_loaded',
		static function () {
			status_header( 200 );
			header( 'Content-Type: application/json' );
			echo '{"ok":true}';
			exit;
		},
		PHP_INT_MIN
	);
}
