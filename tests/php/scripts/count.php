<?php
/**
 * Prints `N passed, N failed` for a JUnit log; no log is one failure.
 *
 * @package Scimpress
 */

$failed = 1;
$passed = 0;
if ( is_file( $argv[1] ) && filesize( $argv[1] ) > 0 ) {
	$log = new DOMDocument();
	$log->load( $argv[1] );
	$suite = $log->getElementsByTagName( 'testsuite' )->item( 0 );
	if ( null !== $suite ) {
		$count  = fn( string $name ) => (int) $suite->getAttribute( $name );
		$failed = $count( 'errors' ) + $count( 'warnings' ) + $count( 'failures' ) + $count( 'skipped' );
		$passed = $count( 'tests' ) - $failed;
	}
}
printf( "%d passed, %d failed\n", $passed, $failed );
