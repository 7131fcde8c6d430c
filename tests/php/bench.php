<?php
/**
 * Prints what each kind of work costs, in microseconds: the median of 15 rounds. For people; nothing is asserted.
 *
 *     php -n -d extension=target/release/libscimpress.so tests/php/bench.php
 *
 * @package Scimpress
 */

$works = require __DIR__ . '/scripts/work.php';
unset( $works['panic'], $works['errors'] );
$works = array( 'nothing' => fn() => null ) + $works;
foreach ( $works as $name => $work ) {
	$rounds = array();
	for ( $round = 0; $round < 15; ++$round ) {
		$start = hrtime( true );
		for ( $call = 0; $call < 2000; ++$call ) {
			$work();
		}
		$rounds[] = ( hrtime( true ) - $start ) / 2000 / 1000;
	}
	sort( $rounds );
	printf( "%-8s %7.2f µs\n", $name, $rounds[7] );
}
