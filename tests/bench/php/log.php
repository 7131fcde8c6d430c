<?php
/**
 * Fills the log of the site that SCIMPRESS_SITE names, past WordPress.
 *
 * Argument: how many entries. They are of the last 90 days and of 100,000 users; every fiftieth failed, every hundredth is a delete.
 *
 * Prints: {"entry": int (the one in the middle), "name": string (of a user), "database": string}.
 *
 * @package Scimpress
 */

use Scimpress\Log\Log_Table;
use Scimpress\Log\Settings;
use Scimpress\Store\Database_Error;

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

list( , $scimpress_count ) = array_map( 'intval', $argv );

$scimpress_sqlite  = Database_Error::is_sqlite( $GLOBALS['wpdb'] );
$scimpress_join    = static fn( string ...$parts ): string => $scimpress_sqlite ? implode( ' || ', $parts ) : 'CONCAT(' . implode( ', ', $parts ) . ')';
$scimpress_name    = $scimpress_join( "'person'", '(seq % 100000)', "'@corp.example.com'" );
$scimpress_number  = $scimpress_sqlite ? "printf('%012d', seq)" : "LPAD(seq, 12, '0')";
$scimpress_columns = array(
	'time'      => sprintf( '%d + seq * %d', ( time() - 90 * DAY_IN_SECONDS ) * 1000, intdiv( 90 * DAY_IN_SECONDS * 1000, $scimpress_count ) ),
	'request'   => $scimpress_join( "'req-'", $scimpress_number ),
	'token'     => "'Entra ID'",
	'agent'     => "''",
	'address'   => "'20.190.128.0'",
	'operation' => "CASE WHEN seq % 100 = 0 THEN 'delete' ELSE 'update' END",
	'resource'  => "'User'",
	'scim_id'   => $scimpress_join( "'cccccccc-0000-4000-8000-'", $scimpress_sqlite ? "printf('%012d', seq % 100000)" : "LPAD(seq % 100000, 12, '0')" ),
	'user_id'   => '1000 + seq % 100000',
	'name'      => $scimpress_name,
	'name_key'  => $scimpress_name,
	'status'    => 'CASE WHEN seq % 50 = 0 THEN 409 ELSE 200 END',
	'failed'    => 'CASE WHEN seq % 50 = 0 THEN 1 ELSE 0 END',
	'failure'   => "CASE WHEN seq % 100 = 0 THEN 'delete' WHEN seq % 50 = 0 THEN 'update' END",
	'scim_type' => "''",
	'message'   => "''",
	'duration'  => '40000 + seq % 1000',
	'size'      => '700',
	'changes'   => "'{\"attributes\":[{\"path\":\"title\",\"old\":\"Release Manager\",\"new\":\"Release Engineer\"},{\"path\":\"displayName\",\"old\":\"Tomas Okafor\",\"new\":\"Tomas Berg\"}]}'",
	'raw'       => "'" . str_repeat( 'PATCH /Users ', 30 ) . "'",
);
$scimpress_sql     = 'INSERT INTO ' . Log_Table::name() . ' (' . implode( ', ', array_keys( $scimpress_columns ) ) . ') ';
$scimpress_values  = 'SELECT ' . implode( ', ', $scimpress_columns );
if ( $scimpress_sqlite ) {
	( new PDO( 'sqlite:' . FQDB ) )->exec( "WITH RECURSIVE numbers(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM numbers WHERE seq < $scimpress_count) $scimpress_sql $scimpress_values FROM numbers" );
} else {
	$GLOBALS['wpdb']->query( "$scimpress_sql $scimpress_values FROM seq_1_to_$scimpress_count" );
	$GLOBALS['wpdb']->query( 'ANALYZE TABLE ' . Log_Table::name() );
}
$scimpress_weight = Log_Table::weight();
if ( $scimpress_weight['rows'] < $scimpress_count ) {
	fwrite( STDERR, "only {$scimpress_weight['rows']} entries were made\n" );
	exit( 1 );
}
// No task shall remove them meanwhile.
Settings::update( Settings::MOST );

echo wp_json_encode(
	array(
		'entry'    => intdiv( $scimpress_count, 2 ),
		'name'     => 'person4711@corp.example.com',
		'database' => $GLOBALS['wpdb']->db_server_info(),
	)
);
