<?php
/**
 * Writes the stubs for IDEs, or compares them.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

require __DIR__ . '/../bootstrap.php';

$file  = dirname( __DIR__, 3 ) . '/' . Stubs::FILE;
$stubs = Stubs::generate();
if ( '--write' === $argv[1] ) {
	file_put_contents( $file, $stubs );
	exit( 0 );
}
if ( ! is_file( $file ) || file_get_contents( $file ) !== $stubs ) {
	fwrite( STDERR, Stubs::FILE . " is not what the extension exports; write it anew with `make stubs`\n" );
	exit( 1 );
}
