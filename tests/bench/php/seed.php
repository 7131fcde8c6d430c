<?php
/**
 * Fills the site that SCIMPRESS_SITE names with copies of one provisioned user, past the REST API: MariaDB's sequence makes the numbers.
 *
 * The rows of user 0, whom the plugin has made, are the pattern: whatever the plugin writes, the copies have. What is a person's own,
 * `name`, `object` and `id`, is a function of the number (see tests/bench/seed.py), and is as far apart in the
 * indexes as the random ones of a real directory.
 *
 *     seed.php settings BYTES          size of the buffer pool; the log of the database gets room for minutes of writes
 *     seed.php users FROM TO           makes the users with these numbers
 *     seed.php members GROUP COUNT     users 1 to COUNT join the group with this SCIM id
 *     seed.php warm                    refreshes the statistics and reads every index once, as a server that has been up for a while has
 *     seed.php export DIRECTORY        copies the tablespaces of the users
 *     seed.php import DIRECTORY        replaces the users by those
 *     seed.php rows ID                 prints what the tables hold of the user with this SCIM id: {"user": [row], "meta": [row], "linked": [row], "members": [row]}
 *     seed.php administrator           the administrator, whom SCIM does not manage, has signed in with Microsoft
 *     seed.php limit NUMBER            requests of SCIM at once; 0: any number
 *     seed.php facts                   prints {"database": string, "php": string, "bytes": int (tables and indexes), "autoloaded": int (bytes)}
 *
 * @package Scimpress
 */

use Scimpress\Settings;
use Scimpress\Store\Group_Table;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';

/**
 * SQL of a value of the pattern, with what is person 0's replaced by what is person `n`'s.
 *
 * @param string|null $value  The value.
 * @param array       $person `name`, `object` and `id` of person 0.
 */
function scimpress_copied( ?string $value, array $person ): string {
	global $wpdb;
	if ( null === $value ) {
		return 'NULL';
	}
	$sql = $wpdb->remove_placeholder_escape( $wpdb->prepare( '%s', $value ) );
	foreach ( $person as $kind => $own ) {
		if ( str_contains( $value, $own ) ) {
			$sql = "REPLACE($sql, '$own', n.$kind)";
		}
	}
	return $sql;
}

/**
 * Copies a row for everybody in the table of the numbers.
 *
 * @param string               $table  Name of the table.
 * @param array<string,?string> $row    The row.
 * @param array                $person `name`, `object` and `id` of person 0.
 * @param array<string,string> $own    Column => SQL of what is each one's own.
 */
function scimpress_copy( string $table, array $row, array $person, array $own ): void {
	$columns = $own + array_map( static fn( ?string $value ): string => scimpress_copied( $value, $person ), $row );
	Query::write( "INSERT INTO $table (" . implode( ', ', array_keys( $columns ) ) . ') SELECT ' . implode( ', ', $columns ) . ' FROM scimpress_seed n ORDER BY n.number' );
}

/**
 * Copies users by number.
 *
 * @param int $from First.
 * @param int $to   Last.
 */
function scimpress_users( int $from, int $to ): void {
	global $wpdb;
	$linked  = User_Table::name();
	$pattern = (array) Query::rows( "SELECT * FROM $linked ORDER BY position LIMIT 1" )[0];
	$account = (int) $pattern['user_id'];
	$first   = (int) $pattern['position'];
	$person  = array(
		'name'   => $pattern['external_id'],
		'object' => $pattern['object_id'],
		'id'     => $pattern['id'],
	);
	// What is derived from a number must not depend on the server.
	$uuid = static fn( string $what ): string => "CONCAT(LEFT(MD5(CONCAT('$what ', seq)), 8), '-', SUBSTR(MD5(CONCAT('$what ', seq)), 9, 4), '-4', SUBSTR(MD5(CONCAT('$what ', seq)), 14, 3), '-8', SUBSTR(MD5(CONCAT('$what ', seq)), 18, 3), '-', SUBSTR(MD5(CONCAT('$what ', seq)), 21, 12))";
	Query::write( "CREATE TEMPORARY TABLE scimpress_seed (PRIMARY KEY (number)) SELECT seq AS number, MD5(CONCAT('name ', seq)) AS name, {$uuid( 'object' )} AS object, {$uuid( 'id' )} AS id FROM seq_{$from}_to_{$to}" );
	Query::write( 'SET SESSION unique_checks = 0, foreign_key_checks = 0' );

	$user = (array) Query::rows( "SELECT * FROM $wpdb->users WHERE ID = $account" )[0];
	scimpress_copy( $wpdb->users, $user, $person, array( 'ID' => "n.number + $account" ) );
	scimpress_copy( $linked, $pattern, $person, array( 'position' => "n.number + $first", 'user_id' => "n.number + $account" ) );

	// A statement for all meta of a person, so that it lies together as the plugin writes it.
	$meta    = Query::rows( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = $account ORDER BY umeta_id" );
	$choices = array( 'meta_key' => '', 'meta_value' => '' );
	foreach ( $meta as $number => $row ) {
		$choices['meta_key']   .= " WHEN $number THEN " . scimpress_copied( $row->meta_key, array() );
		$choices['meta_value'] .= " WHEN $number THEN " . scimpress_copied( $row->meta_value, $person );
	}
	Query::write(
		"INSERT INTO $wpdb->usermeta (user_id, meta_key, meta_value)
		SELECT STRAIGHT_JOIN n.number + $account, CASE m.seq $choices[meta_key] END, CASE m.seq $choices[meta_value] END
		FROM scimpress_seed n JOIN seq_0_to_" . ( count( $meta ) - 1 ) . ' m ORDER BY n.number, m.seq'
	);
}

/**
 * Everything that the tables hold of a user.
 *
 * @param string $id SCIM id.
 * @return array<string,list<object>>
 */
function scimpress_rows( string $id ): array {
	global $wpdb;
	$linked  = Query::rows( $wpdb->prepare( 'SELECT * FROM ' . User_Table::name() . ' WHERE id = %s', $id ) );
	$account = (int) $linked[0]->user_id;
	return array(
		'user'    => Query::rows( "SELECT * FROM $wpdb->users WHERE ID = $account" ),
		'meta'    => Query::rows( "SELECT * FROM $wpdb->usermeta WHERE user_id = $account ORDER BY umeta_id" ),
		'linked'  => $linked,
		'members' => Query::rows( 'SELECT * FROM ' . Membership_Table::name() . ' WHERE is_group = ' . Membership_Table::USER . " AND member_position = {$linked[0]->position}" ),
	);
}

/**
 * Copies tablespaces out of the database's directory, or into it.
 *
 * @param string $directory Where they are kept.
 * @param bool   $out       Whether out.
 */
function scimpress_tablespaces( string $directory, bool $out ): void {
	global $wpdb;
	$tables = array( $wpdb->users, $wpdb->usermeta, User_Table::name() );
	$files  = Query::rows( "SELECT CONCAT(@@datadir, DATABASE(), '/') AS place" )[0]->place;
	$copy   = static function ( string $table ) use ( $files, $directory, $out ): void {
		foreach ( array( 'ibd', 'cfg' ) as $kind ) {
			list( $from, $to ) = $out ? array( $files, "$directory/" ) : array( "$directory/", $files );
			if ( ! copy( "$from$table.$kind", "$to$table.$kind" ) ) {
				fwrite( STDERR, "$table.$kind was not copied\n" );
				exit( 1 );
			}
		}
	};
	if ( $out ) {
		Query::write( 'FLUSH TABLES ' . implode( ', ', $tables ) . ' FOR EXPORT' );
		array_map( $copy, $tables );
		Query::write( 'UNLOCK TABLES' );
		return;
	}
	foreach ( $tables as $table ) {
		Query::write( "ALTER TABLE $table DISCARD TABLESPACE" );
		$copy( $table );
		Query::write( "ALTER TABLE $table IMPORT TABLESPACE" );
	}
}

/**
 * Reads every index once.
 */
function scimpress_warm(): void {
	global $wpdb;
	foreach ( array( $wpdb->users, $wpdb->usermeta, User_Table::name(), Membership_Table::name() ) as $table ) {
		Query::rows( "ANALYZE TABLE $table" );
		foreach ( array_unique( array_column( Query::rows( "SHOW INDEX FROM $table" ), 'Key_name' ) ) as $index ) {
			Query::rows( "SELECT COUNT(*) FROM $table FORCE INDEX (`$index`)" );
		}
	}
}

$scimpress_given = array_slice( $argv, 2 );
switch ( $argv[1] ) {
	case 'settings':
		Query::write( 'SET GLOBAL innodb_buffer_pool_size = ' . (int) $scimpress_given[0] );
		Query::write( 'SET GLOBAL innodb_log_file_size = ' . ( 1 << 30 ) );
		break;
	case 'administrator':
		update_user_meta( 1, 'aadObjectId', wp_generate_uuid4() );
		update_user_meta( 1, 'userPrincipalName', 'administrator@corp.example.com' );
		break;
	case 'users':
		scimpress_users( (int) $scimpress_given[0], (int) $scimpress_given[1] );
		break;
	case 'members':
		$scimpress_group = (int) Query::rows( $wpdb->prepare( 'SELECT position FROM ' . Group_Table::name() . ' WHERE id = %s', $scimpress_given[0] ) )[0]->position;
		$scimpress_first = (int) Query::rows( 'SELECT MIN(position) AS first FROM ' . User_Table::name() )[0]->first;
		Query::write( 'INSERT INTO ' . Membership_Table::name() . " (group_position, is_group, member_position) SELECT $scimpress_group, " . Membership_Table::USER . ", seq + $scimpress_first FROM seq_1_to_" . (int) $scimpress_given[1] );
		break;
	case 'warm':
		scimpress_warm();
		break;
	case 'export':
	case 'import':
		scimpress_tablespaces( $scimpress_given[0], 'export' === $argv[1] );
		break;
	case 'rows':
		echo wp_json_encode( scimpress_rows( $scimpress_given[0] ) );
		break;
	case 'limit':
		Settings::update( array( 'max_concurrent' => (int) $scimpress_given[0] ) );
		break;
	case 'facts':
		echo wp_json_encode(
			array(
				'database'   => $wpdb->db_server_info(),
				'php'        => PHP_VERSION,
				'bytes'      => (int) Query::rows( 'SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()' )[0]->bytes,
				'autoloaded' => array_sum( array_map( static fn( $value ): int => strlen( maybe_serialize( $value ) ), wp_load_alloptions() ) ),
			)
		);
		break;
	default:
		fwrite( STDERR, "seed.php knows no {$argv[1]}\n" );
		exit( 2 );
}
