<?php
/**
 * Leaves accounts on the site that SCIMPRESS_SITE names as WPO365 does, past WordPress's functions, and moves them.
 *
 * Arguments: `leave` and how many accounts; `command` (what WP-CLI runs) or `card` (one request of the settings page), each of
 * which begins or goes on with the import.
 *
 * Prints: {"database": string}, or {"done": bool, "linked": int, "refused": int, "seconds": float, "cpu": float (seconds of
 * this process), "peak": int (bytes)}.
 *
 * @package Scimpress
 */

use Scimpress\Admin\Import_Card;
use Scimpress\Import\Import;
use Scimpress\Store\Database_Error;

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

/**
 * Inserts rows in one transaction, of SQLite past WordPress's driver, which would take minutes.
 *
 * @param string       $table Name of the table.
 * @param list<string> $names Columns.
 * @param iterable     $rows  Lists of values in the order of the columns.
 */
function scimpress_pour( string $table, array $names, iterable $rows ): void {
	global $wpdb;
	$columns = implode( ', ', $names );
	if ( Database_Error::is_sqlite( $wpdb ) ) {
		$file = new PDO( 'sqlite:' . FQDB );
		$file->setAttribute( PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION );
		$file->beginTransaction();
		$insert = $file->prepare( "INSERT INTO $table ($columns) VALUES (" . implode( ', ', array_fill( 0, count( $names ), '?' ) ) . ')' );
		foreach ( $rows as $row ) {
			$insert->execute( $row );
		}
		$file->commit();
		return;
	}
	$wpdb->query( 'START TRANSACTION' );
	$tuples = array();
	$flush  = static function () use ( &$tuples, $table, $columns, $wpdb ): void {
		if ( $tuples && false === $wpdb->query( "INSERT INTO $table ($columns) VALUES " . implode( ', ', $tuples ) ) ) {
			throw new RuntimeException( $wpdb->last_error );
		}
		$tuples = array();
	};
	foreach ( $rows as $row ) {
		$tuples[] = '(' . implode( ', ', array_map( static fn( $value ): string => is_int( $value ) ? (string) $value : "'" . esc_sql( $value ) . "'", $row ) ) . ')';
		if ( count( $tuples ) >= 1000 ) {
			$flush();
		}
	}
	$flush();
	$wpdb->query( 'COMMIT' );
}

/**
 * What WordPress and WPO365 keep of one account.
 *
 * @param int $number Number of the account.
 * @return array<string,string>
 */
function scimpress_left_meta( int $number ): array {
	return array(
		'nickname'                => "left$number",
		'first_name'              => 'Mira',
		'last_name'               => "Halvorsen $number",
		'description'             => '',
		'rich_editing'            => 'true',
		'syntax_highlighting'     => 'true',
		'comment_shortcuts'       => 'false',
		'admin_color'             => 'fresh',
		'use_ssl'                 => '0',
		'show_admin_bar_front'    => 'true',
		'locale'                  => '',
		'wp_capabilities'         => 'a:1:{s:10:"subscriber";b:1;}',
		'wp_user_level'           => '0',
		'wpo365_scim_external_id' => "external-$number",
		'aadObjectId'             => sprintf( 'aaaaaaaa-0000-4000-8000-%012d', $number ),
		'userPrincipalName'       => "Left$number@corp.example.com",
		'job_title'               => 'Release Manager',
		'department'              => 'Platform',
	);
}

/**
 * Users.
 *
 * @param int $count How many.
 */
function scimpress_left_users( int $count ): Generator {
	for ( $number = 1; $number <= $count; $number++ ) {
		yield array( 1000 + $number, "left$number", '!', "left$number", "left$number@corp.example.com", '2025-01-01 00:00:00', "Mira Halvorsen $number" );
	}
}

/**
 * Their meta.
 *
 * @param int $count How many users.
 */
function scimpress_left_values( int $count ): Generator {
	for ( $number = 1; $number <= $count; $number++ ) {
		foreach ( scimpress_left_meta( $number ) as $key => $value ) {
			yield array( 1000 + $number, $key, $value );
		}
	}
}

if ( 'leave' === $argv[1] ) {
	update_option(
		'wpo365_options',
		array(
			'enable_scim'       => true,
			'scim_secret_token' => 'token-of-wpo365-0123456789',
			'extra_user_fields' => array(
				array( 'key' => 'scim::title;#job_title', 'value' => 'Title' ),
				array( 'key' => 'scim::urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department;#department', 'value' => 'Department' ),
			),
		)
	);
	scimpress_pour( $wpdb->users, array( 'ID', 'user_login', 'user_pass', 'user_nicename', 'user_email', 'user_registered', 'display_name' ), scimpress_left_users( (int) $argv[2] ) );
	scimpress_pour( $wpdb->usermeta, array( 'user_id', 'meta_key', 'meta_value' ), scimpress_left_values( (int) $argv[2] ) );
	echo wp_json_encode( array( 'database' => $wpdb->db_server_info() ) );
	exit;
}

$scimpress_spent = static function (): float {
	$usage = getrusage();
	return $usage['ru_utime.tv_sec'] + $usage['ru_stime.tv_sec'] + ( $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_usec'] ) / 1e6;
};
$scimpress_begun = microtime( true );
$scimpress_start = $scimpress_spent();
if ( 'card' === $argv[1] ) {
	Import_Card::advance( Import_Card::RUN, true );
	$scimpress_run = Import_Card::last();
} else {
	$scimpress_run = Import::begin( false );
	do {
		$scimpress_run = Import::batch( $scimpress_run );
		wp_cache_flush_runtime();
	} while ( ! $scimpress_run['done'] );
}
echo wp_json_encode(
	array(
		'done'    => $scimpress_run['done'],
		'linked'  => $scimpress_run['linked'],
		'refused' => $scimpress_run['refused'],
		'seconds' => microtime( true ) - $scimpress_begun,
		'cpu'     => $scimpress_spent() - $scimpress_start,
		'peak'    => memory_get_peak_usage( true ),
	)
);
