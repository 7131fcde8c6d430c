<?php
/**
 * Fills the site that SCIMPRESS_SITE names with users and two groups of them, past the REST API.
 *
 * Arguments: how many users, how many of them in the small group, how many in the large one. The site has one user of SCIM
 * already, after whom the others are made.
 *
 * Prints: {"groups": [string, string] (SCIM ids), "inside": string, "outside": string (users in both groups and in none), "database": string}.
 *
 * @package Scimpress
 */

use Scimpress\Store\Group_Table;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

list( , $scimpress_people, $scimpress_small, $scimpress_large ) = array_map( 'intval', $argv );

/**
 * Inserts rows, some hundred at a time.
 *
 * @param string       $table Name of the table.
 * @param list<string> $names Columns.
 * @param iterable     $rows  Lists of values in the order of the columns.
 */
function scimpress_insert( string $table, array $names, iterable $rows ): void {
	global $wpdb;
	$insert = static fn( array $tuples ) => $tuples && Query::write( "INSERT INTO $table (" . implode( ', ', $names ) . ') VALUES ' . implode( ', ', $tuples ) );
	$tuples = array();
	foreach ( $rows as $row ) {
		$tuples[] = '(' . $wpdb->prepare( implode( ', ', array_map( static fn( $value ): string => is_int( $value ) ? '%d' : '%s', $row ) ), $row ) . ')';
		if ( count( $tuples ) >= Query::CHUNK ) {
			$insert( $tuples );
			$tuples = array();
		}
	}
	$insert( $tuples );
}

/**
 * Rows made by number.
 *
 * @param int      $from  First number.
 * @param int      $to    Last number.
 * @param callable $row   From a number to a list of values.
 */
function scimpress_rows( int $from, int $to, callable $row ): Generator {
	for ( $number = $from; $number <= $to; $number++ ) {
		yield $row( $number );
	}
}

$scimpress_table   = User_Table::name();
$scimpress_pattern = Query::rows( "SELECT position, user_id, document FROM $scimpress_table ORDER BY position DESC LIMIT 1" )[0];
$scimpress_first   = (int) $scimpress_pattern->position;
$scimpress_account = (int) $scimpress_pattern->user_id;
$scimpress_id      = static fn( int $number ): string => sprintf( 'bbbbbbbb-0000-4000-8000-%012d', $number );
$scimpress_name    = static fn( int $number ): string => "crowd$number@corp.example.com";
$scimpress_now     = (int) ( microtime( true ) * 1000 );

Query::write( 'START TRANSACTION' );
scimpress_insert(
	$GLOBALS['wpdb']->users,
	array( 'ID', 'user_login', 'user_pass', 'user_nicename', 'user_email', 'user_registered', 'display_name' ),
	scimpress_rows( 1, $scimpress_people, static fn( int $number ): array => array( $scimpress_account + $number, $scimpress_name( $number ), '!', "crowd$number", $scimpress_name( $number ), '2026-01-01 00:00:00', "Crowd $number" ) )
);
scimpress_insert(
	$scimpress_table,
	array( 'position', 'user_id', 'id', 'user_name', 'email', 'account_email', 'created', 'modified', 'document', 'observed' ),
	scimpress_rows(
		1,
		$scimpress_people,
		static function ( int $number ) use ( $scimpress_first, $scimpress_account, $scimpress_id, $scimpress_name, $scimpress_now ): array {
			$name     = $scimpress_name( $number );
			$account  = array( 'user_email' => $name, 'first_name' => '', 'last_name' => '', 'display_name' => "Crowd $number" );
			$document = array( 'userName' => $name, 'active' => true, 'displayName' => "Crowd $number", 'emails' => array( array( 'type' => 'work', 'value' => $name, 'primary' => true ) ) );
			return array( $scimpress_first + $number, $scimpress_account + $number, $scimpress_id( $number ), $name, $name, $name, $scimpress_now, $scimpress_now, wp_json_encode( $document ), wp_json_encode( $account ) );
		}
	)
);
$scimpress_groups = array();
foreach ( array( 'Small' => $scimpress_small, 'Large' => $scimpress_large ) as $scimpress_title => $scimpress_count ) {
	$scimpress_group    = wp_generate_uuid4();
	$scimpress_groups[] = $scimpress_group;
	$scimpress_position = Group_Table::create(
		array(
			'id'         => $scimpress_group,
			'now'        => $scimpress_now,
			'attributes' => array(
				'displayName' => strtolower( $scimpress_title ),
				'display'     => $scimpress_title,
				'externalId'  => null,
				'document'    => wp_json_encode( array( 'displayName' => $scimpress_title ) ),
			),
		)
	);
	scimpress_insert(
		Membership_Table::name(),
		array( 'group_position', 'is_group', 'member_position' ),
		scimpress_rows( 1, $scimpress_count, static fn( int $number ): array => array( $scimpress_position, Membership_Table::USER, $scimpress_first + $number ) )
	);
}
Query::write( 'COMMIT' );

echo wp_json_encode(
	array(
		'groups'   => $scimpress_groups,
		'inside'   => $scimpress_id( 1 ),
		'outside'  => $scimpress_id( $scimpress_people ),
		'database' => $GLOBALS['wpdb']->db_server_info(),
	)
);
