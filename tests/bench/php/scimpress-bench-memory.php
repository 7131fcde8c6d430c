<?php
/**
 * Plugin Name: Scimpress benchmark of memory
 * Description: Headers that tell what a request took of its worker; here only while memory is measured, because looking takes time.
 *
 * @package Scimpress
 */

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
