<?php
/**
 * What the php-fpm worker runs: QUERY_STRING says what. Prints JSON with the worker's number.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

require_once __DIR__ . '/../bootstrap.php';

$done = array( 'worker' => getmypid() );
switch ( $_SERVER['QUERY_STRING'] ) {
	case 'exchange':
		$exchange       = Requests::answer( array( 'method' => 'POST', 'body' => file_get_contents( 'php://input' ) ) );
		$done['status'] = $exchange->status();
		break;
	case 'caught':
		try {
			\Scimpress\Probe\panic();
		} catch ( \Error $error ) {
			$done['caught'] = $error->getMessage();
		}
		break;
	case 'uncaught':
		\Scimpress\Probe\panic();
		break;
	case 'exhausted':
		// The request ends in the middle of an exchange that holds a body of 1 MB.
		$given_up = Requests::request( array( 'method' => 'POST', 'body' => sprintf( '{"userName":"x","title":"%s"}', str_repeat( 'a', 1 << 20 ) ) ) );
		$given_up = new \Scimpress\Exchange( $given_up, Requests::config() );
		$given_up->next();
		str_repeat( 'a', 1 << 30 );
		break;
}
$done['resident'] = 4096 * (int) explode( ' ', file_get_contents( '/proc/self/statm' ) )[1];
header( 'Content-Type: application/json' );
echo json_encode( $done );
