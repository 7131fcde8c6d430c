<?php
/**
 * What the engine itself takes of a look-up on the site that SCIMPRESS_SITE names: the request's parts become a need, a record
 * of the site the bytes of the answer.
 *
 * Prints: {"microseconds": float}, the median of many.
 *
 * @package Scimpress
 */

use Scimpress\Configuration;
use Scimpress\Store\Store;

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

$scimpress_request = array(
	'method'  => 'GET',
	'path'    => '/Users',
	'query'   => array( 'filter' => 'userName eq "pattern@corp.example.com"' ),
	'headers' => array(),
	'body'    => '',
);
$scimpress_config  = Configuration::of_site();
$scimpress_store   = new Store();
$scimpress_answers = array();
$scimpress_taken   = array();
for ( $scimpress_round = 0; $scimpress_round < 2001; $scimpress_round++ ) {
	$scimpress_start    = hrtime( true );
	$scimpress_exchange = new Scimpress\Exchange( $scimpress_request, $scimpress_config );
	$scimpress_number   = 0;
	while ( null !== ( $scimpress_need = $scimpress_exchange->next() ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition -- the loop of a sans-I/O engine.
		if ( ! isset( $scimpress_answers[ $scimpress_number ] ) ) {
			$scimpress_answers[ $scimpress_number ] = $scimpress_store->perform( $scimpress_need );
		}
		$scimpress_exchange->resume( $scimpress_answers[ $scimpress_number++ ] );
	}
	$scimpress_body    = $scimpress_exchange->body();
	$scimpress_taken[] = ( hrtime( true ) - $scimpress_start ) / 1000;
}
if ( ! str_contains( $scimpress_body, '"totalResults":1,' ) ) {
	fwrite( STDERR, "the look-up found nobody: $scimpress_body\n" );
	exit( 1 );
}
sort( $scimpress_taken );
echo wp_json_encode( array( 'microseconds' => round( $scimpress_taken[1000], 1 ) ) );
