<?php
/**
 * Plugin Name: Scimpress benchmark probe
 * Description: A REST route that does nothing, and headers that tell what a request took of its worker.
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

// As late as a header can still be sent in either lane: everything but the output itself has been allocated by then.
add_filter(
	'status_header',
	static function ( $line ) {
		if ( ! headers_sent() ) {
			preg_match( '/^RssAnon:\s+(\d+) kB/m', file_get_contents( '/proc/self/status' ), $anonymous );
			header( 'X-Bench-Peak: ' . memory_get_peak_usage( true ) );
			header( 'X-Bench-Used: ' . memory_get_peak_usage( false ) );
			header( 'X-Bench-Rss: ' . ( (int) ( $anonymous[1] ?? 0 ) ) * 1024 );
			header( 'X-Bench-Worker: ' . getmypid() );
		}
		return $line;
	},
	PHP_INT_MIN
);
