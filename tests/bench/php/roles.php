<?php
/**
 * Role rules over everybody, in a process beside the site that SCIMPRESS_SITE names.
 *
 * Argument `prepare`: gives every account of the crowd a role, as an account of WordPress has one. `preview` and `apply`: work on the run as WP-Cron
 * would, until it is done; prints {"seconds": number, "seen": int, "changed": int, "failed": int, "memory": bytes}.
 *
 * @package Scimpress
 */

use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;
use Scimpress\Store\Query;

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

if ( 'prepare' === $argv[1] ) {
	global $wpdb;
	foreach ( array( 'capabilities' => maybe_serialize( array( 'subscriber' => true ) ), 'user_level' => '0' ) as $scimpress_key => $scimpress_value ) {
		Query::write( $wpdb->prepare( "INSERT INTO $wpdb->usermeta (user_id, meta_key, meta_value) SELECT ID, %s, %s FROM $wpdb->users WHERE user_login LIKE %s", $wpdb->prefix . $scimpress_key, $scimpress_value, 'crowd%' ) );
	}
	exit;
}

$scimpress_rules = new Rule_Set(
	array(
		'rules' => array(
			array( 'role' => 'editor', 'kind' => 'group', 'value' => 'Large' ),
			array( 'role' => 'author', 'kind' => 'filter', 'value' => 'displayName ew "00"' ),
		),
	)
);
if ( 'apply' === $argv[1] ) {
	$scimpress_rules->save();
	Job::begin( false );
} else {
	Job::begin( true, $scimpress_rules );
}
$scimpress_start = hrtime( true );
do {
	$scimpress_more = Job::work( 20.0 );
} while ( $scimpress_more );
$scimpress_run = Job::state();

echo wp_json_encode(
	array(
		'seconds' => ( hrtime( true ) - $scimpress_start ) / 1e9,
		'memory'  => memory_get_peak_usage( true ),
	) + array_intersect_key( $scimpress_run, array_flip( array( 'seen', 'changed', 'failed' ) ) )
);
