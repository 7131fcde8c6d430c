<?php
/**
 * Repeats one kind of work: 2,000 times to warm up, then thrice 20,000 times. Prints, as JSON, how much PHP's memory and the
 * process have grown after each round, in bytes.
 *
 * @package Scimpress
 */

/**
 * Resident memory of the process, in bytes.
 */
function resident(): int {
	return 4096 * (int) explode( ' ', file_get_contents( '/proc/self/statm' ) )[1];
}

$work  = ( require __DIR__ . '/work.php' )[ $argv[1] ];
$grown = array();
// All the room that measuring needs is taken before.
foreach ( array( 'memory', 'process' ) as $what ) {
	$grown[ $what ] = array_fill( 0, 3, 0 );
}
for ( $call = 0; $call < 2000; ++$call ) {
	$work();
}
gc_collect_cycles();
$memory  = 0;
$process = resident();
$memory  = memory_get_usage();
for ( $round = 0; $round < 3; ++$round ) {
	for ( $call = 0; $call < 20000; ++$call ) {
		$work();
	}
	gc_collect_cycles();
	$grown['memory'][ $round ]  = memory_get_usage() - $memory;
	$grown['process'][ $round ] = resident() - $process;
}
echo json_encode( $grown );
