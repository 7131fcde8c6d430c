<?php
/**
 * The table that links WordPress users to SCIM.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery -- our own table, and the unique keys in it decide races that a cache would lose.
// phpcs:disable WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- only the table's name is interpolated.

/**
 * One row a linked user. The unique keys decide who comes first.
 *
 * Times are milliseconds since the epoch (UTC). `user_name`, `object_id` and `email` are case-folded by the engine and compared
 * byte by byte; a NULL claims nothing. A row with `deleted` is the tombstone of an account that DELETE only deactivated.
 */
final class User_Table extends Table {

	protected const NAME = 'scimpress_users';

	public const DEFINITION = 'position bigint(20) unsigned NOT NULL AUTO_INCREMENT,
user_id bigint(20) unsigned DEFAULT NULL,
id varchar(64) $exact NOT NULL,
user_name varchar(255) $exact DEFAULT NULL,
external_id varchar(255) $exact DEFAULT NULL,
object_id varchar(255) $exact DEFAULT NULL,
email varchar(255) $exact DEFAULT NULL,
account_email varchar(255) $exact DEFAULT NULL,
active tinyint(1) NOT NULL DEFAULT 1,
created bigint(20) NOT NULL,
modified bigint(20) NOT NULL,
version bigint(20) NOT NULL DEFAULT 1,
deleted bigint(20) DEFAULT NULL,
document longtext $exact NOT NULL,
observed longtext $exact DEFAULT NULL,
PRIMARY KEY  (position),
UNIQUE KEY user_id (user_id),
UNIQUE KEY id (id),
UNIQUE KEY user_name (user_name),
UNIQUE KEY object_id (object_id),
UNIQUE KEY account_email (account_email),
KEY external_id (external_id),
KEY email (email),
KEY deleted (deleted)';

	/**
	 * Action `deleted_user`: an account that is gone frees its keys and leaves its groups. Its SCIM id is never used again.
	 *
	 * @param int $user_id User ID.
	 */
	public static function forget_user( $user_id ): void {
		global $wpdb;
		if ( false === get_option( Schema::VERSION_OPTION ) ) {
			// A site of a network where the plugin has never run.
			return;
		}
		if ( ! is_multisite() ) {
			Foreign_Meta_Table::drop( (int) $user_id );
		}
		$position = $wpdb->get_var( $wpdb->prepare( 'SELECT position FROM ' . self::name() . ' WHERE user_id = %d', $user_id ) );
		if ( null !== $position ) {
			Group_Table::touch( Membership_Table::groups_of( Membership_Table::USER, (int) $position ), Store::now() );
			self::remove_orphan( (int) $position );
		}
	}

	/**
	 * User ID behind an object id, tombstones included.
	 *
	 * @param string $object_id Case-folded object id.
	 */
	public static function user_id_of_object( string $object_id ): ?int {
		global $wpdb;
		$user_id = $wpdb->get_var( $wpdb->prepare( 'SELECT user_id FROM ' . self::name() . ' WHERE object_id = %s AND user_id IS NOT NULL', $object_id ) );
		return null === $user_id ? null : (int) $user_id;
	}

	/**
	 * Whether SCIM knows the account, tombstones included.
	 *
	 * @param int $user_id User ID.
	 */
	public static function manages( int $user_id ): bool {
		global $wpdb;
		return null !== $wpdb->get_var( $wpdb->prepare( 'SELECT position FROM ' . self::name() . ' WHERE user_id = %d', $user_id ) );
	}

	/**
	 * Which of some accounts SCIM knows, tombstones included.
	 *
	 * @param list<int> $user_ids User IDs.
	 * @return array<int,int> User ID => position of the row.
	 */
	public static function positions( array $user_ids ): array {
		$rows = $user_ids ? Query::rows( 'SELECT user_id, position FROM ' . self::name() . ' WHERE user_id IN (' . implode( ', ', $user_ids ) . ')' ) : array();
		return array_map( 'intval', array_column( $rows, 'position', 'user_id' ) );
	}

	/**
	 * Whether a client of the current site, where the plugin may never have run, sees the account.
	 *
	 * @param int $user_id User ID.
	 */
	public static function serves( int $user_id ): bool {
		global $wpdb;
		return false !== get_option( Schema::VERSION_OPTION )
			&& null !== $wpdb->get_var( $wpdb->prepare( 'SELECT position FROM ' . self::name() . ' WHERE user_id = %d AND deleted IS NULL', $user_id ) );
	}

	/**
	 * How many live rows there are.
	 */
	public static function count(): int {
		return (int) Query::rows( 'SELECT COUNT(*) AS number FROM ' . self::name() . ' WHERE deleted IS NULL' )[0]->number; // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- no values.
	}

	/**
	 * Positions of live rows, ascending.
	 *
	 * @param int $after Position of the last row already seen, 0 at first.
	 * @param int $limit Most positions.
	 * @return list<int>
	 */
	public static function next_positions( int $after, int $limit ): array {
		global $wpdb;
		$rows = Query::rows( $wpdb->prepare( 'SELECT position FROM ' . self::name() . ' WHERE position > %d AND deleted IS NULL ORDER BY position LIMIT %d', $after, $limit ) );
		return array_map( 'intval', array_column( $rows, 'position' ) );
	}

	/**
	 * Locks rows until the transaction ends.
	 *
	 * @param list<int> $positions Positions.
	 */
	public static function lock( array $positions ): void {
		Query::rows( 'SELECT position FROM ' . self::name() . ' WHERE position IN (' . implode( ', ', $positions ) . ') ORDER BY position FOR UPDATE' ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- numbers of ours.
	}

	/**
	 * What SCIM knows of accounts, tombstones included.
	 *
	 * @param list<int> $user_ids User IDs.
	 * @return array<int,object{id: string, modified: string, deleted: string|null}> User ID => row; nothing for an account that SCIM does not know.
	 */
	public static function of_users( array $user_ids ): array {
		global $wpdb;
		$user_ids = implode( ',', array_map( 'intval', $user_ids ) );
		return '' === $user_ids ? array() : (array) $wpdb->get_results( 'SELECT user_id, id, modified, deleted FROM ' . self::name() . " WHERE user_id IN ($user_ids)", OBJECT_K );
	}

	/**
	 * The accounts behind SCIM ids.
	 *
	 * @param list<string> $ids SCIM ids.
	 * @return array<string,int> SCIM id => user ID, of live rows.
	 */
	public static function accounts( array $ids ): array {
		global $wpdb;
		$found = array();
		foreach ( array_chunk( $ids, Query::CHUNK ) as $chunk ) {
			$rows   = Query::rows( $wpdb->prepare( 'SELECT id, user_id FROM ' . self::name() . ' WHERE deleted IS NULL AND user_id IS NOT NULL AND id IN (' . Query::placeholders( $chunk ) . ')', $chunk ) );
			$found += array_column( $rows, 'user_id', 'id' );
		}
		return array_map( 'intval', $found );
	}

	/**
	 * Whether SCIM knows anybody.
	 */
	public static function is_used(): bool {
		global $wpdb;
		return null !== $wpdb->get_var( 'SELECT position FROM ' . self::name() . ' WHERE deleted IS NULL LIMIT 1' );
	}

	/**
	 * Live row of a resource.
	 *
	 * @param string $id SCIM id.
	 * @return object{position: string, user_id: string, version: string, document: string, observed: string|null}|null
	 */
	public static function find( string $id ): ?object {
		global $wpdb;
		return $wpdb->get_row( $wpdb->prepare( 'SELECT position, user_id, version, document, observed FROM ' . self::name() . ' WHERE id = %s AND deleted IS NULL', $id ) );
	}

	/**
	 * Rows that hold a unique key of a need, whatever their state.
	 *
	 * @param array $need A create or update need.
	 * @return list<object{position: string, id: string, object_id: string|null, account_email: string|null, deleted: string|null, account: string|null, user_email: string|null, holds: list<string>}> account is null when the WordPress user is gone; holds names the columns that are taken.
	 */
	public static function holders( array $need ): array {
		global $wpdb;
		$table = self::name();
		$held  = array();
		foreach ( self::unique_keys( $need ) as $column => $value ) {
			$row = $wpdb->get_row(
				$wpdb->prepare(
					"SELECT s.position, s.id, s.object_id, s.account_email, s.deleted, u.ID AS account, u.user_email
					FROM $table s LEFT JOIN {$wpdb->users} u ON u.ID = s.user_id WHERE s.$column = %s",
					$value
				)
			);
			if ( $row ) {
				$row->holds             = array( ...( $held[ $row->position ]->holds ?? array() ), $column );
				$held[ $row->position ] = $row;
			}
		}
		return array_values( $held );
	}

	/**
	 * Claims the unique keys of a new resource, before its account exists.
	 *
	 * @param array $need A create need.
	 * @return int Position of the row.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public static function claim( array $need ): int {
		return self::insert(
			self::values( $need ) + self::literals(
				array(
					'id'      => $need['id'],
					'created' => $need['now'],
				)
			)
		);
	}

	/**
	 * Claims the unique keys of many new resources that have their accounts already.
	 *
	 * @param array<int,array> $needs User ID => create need, with `observed`.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public static function claim_many( array $needs ): void {
		$rows = array();
		foreach ( $needs as $user_id => $need ) {
			$own    = array(
				'id'       => $need['id'],
				'created'  => $need['now'],
				'user_id'  => $user_id,
				'observed' => $need['observed'],
			);
			$values = self::values( $need ) + self::literals( $own );
			ksort( $values );
			$rows[ implode( ', ', array_keys( $values ) ) ][] = '(' . implode( ', ', $values ) . ')';
		}
		foreach ( $rows as $columns => $tuples ) {
			Query::write( 'INSERT INTO ' . self::name() . " ($columns) VALUES " . implode( ', ', $tuples ) );
		}
	}

	/**
	 * Which of many new resources have a key that a row holds, or another one of them.
	 *
	 * @param array<int,array> $needs User ID => create need.
	 * @return list<int> User IDs.
	 */
	public static function held( array $needs ): array {
		global $wpdb;
		$held = array();
		$keys = array();
		foreach ( $needs as $user_id => $need ) {
			foreach ( self::unique_keys( $need ) as $column => $value ) {
				$keys[ $column ][ $value ][] = $user_id;
			}
		}
		foreach ( $keys as $column => $owners ) {
			foreach ( array_chunk( array_map( 'strval', array_keys( $owners ) ), Query::CHUNK ) as $values ) {
				foreach ( Query::rows( $wpdb->prepare( "SELECT $column AS value FROM " . self::name() . " WHERE $column IN (" . Query::placeholders( $values ) . ')', $values ) ) as $row ) {
					$held = array_merge( $held, $owners[ $row->value ] ?? array() );
				}
			}
			$held = array_merge( $held, ...array_values( array_filter( $owners, static fn( array $of ): bool => count( $of ) > 1 ) ) );
		}
		return array_values( array_unique( $held ) );
	}

	/**
	 * The unique keys that a new or changed resource claims.
	 *
	 * @param array $need A create or update need.
	 * @return array<string,string> Column => value.
	 */
	private static function unique_keys( array $need ): array {
		return array_filter(
			array(
				'user_name'     => $need['userName'],
				'object_id'     => $need['objectId'],
				'account_email' => self::address_key( $need['wordpress']['user_email'] ?? '' ),
			),
			'is_string'
		);
	}

	/**
	 * Overwrites a live row, if it is still the one that the engine read.
	 *
	 * @param array $need An update need.
	 * @return bool False when no live row has this id and version.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public static function update( array $need ): bool {
		return 1 === Query::write(
			'UPDATE ' . self::name() . ' SET version = version + 1, ' . self::assignments( self::values( $need ) )
			. self::live( $need['id'], $need['version'] )
		);
	}

	/**
	 * Turns a tombstone into a new resource.
	 *
	 * @param int   $position Position of the tombstone.
	 * @param array $need     A create need.
	 * @return bool False when it is no tombstone any more.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public static function revive( int $position, array $need ): bool {
		global $wpdb;
		return 1 === Query::write(
			'UPDATE ' . self::name() . ' SET version = 1, deleted = NULL, ' . self::assignments( self::values( $need ) )
			. $wpdb->prepare( ', id = %s, created = %d WHERE position = %d AND deleted IS NOT NULL', $need['id'], $need['now'], $position )
		);
	}

	/**
	 * Ties a row to its account and keeps what WordPress made of the values.
	 *
	 * @param int    $position Position of the row.
	 * @param int    $user_id  User ID.
	 * @param string $observed JSON of the four observed strings.
	 */
	public static function link( int $position, int $user_id, string $observed ): void {
		global $wpdb;
		Query::write( $wpdb->prepare( 'UPDATE ' . self::name() . ' SET user_id = %d, observed = %s WHERE position = %d', $user_id, $observed, $position ) );
	}

	/**
	 * Makes a tombstone of a live row.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that must still be there; null for any.
	 * @param int      $now     Milliseconds since the epoch.
	 * @return bool False when no live row has this id and version.
	 */
	public static function bury( string $id, ?int $version, int $now ): bool {
		global $wpdb;
		return 1 === Query::write(
			$wpdb->prepare( 'UPDATE ' . self::name() . ' SET version = version + 1, active = 0, deleted = %d, modified = %d', $now, $now )
			. self::live( $id, $version )
		);
	}

	/**
	 * Removes a live row.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that must still be there; null for any.
	 * @return bool False when no live row has this id and version.
	 */
	public static function remove( string $id, ?int $version ): bool {
		return 1 === Query::write( 'DELETE FROM ' . self::name() . self::live( $id, $version ) );
	}

	/**
	 * Removes a row whose account is gone, and its memberships: a later row may get its number.
	 *
	 * @param int $position Position of the row.
	 */
	public static function remove_orphan( int $position ): void {
		global $wpdb;
		Membership_Table::leave_all( Membership_Table::USER, $position );
		Query::write( $wpdb->prepare( 'DELETE FROM ' . self::name() . ' WHERE position = %d', $position ) );
	}

	/**
	 * Takes keys away that somebody else needs: from a tombstone, or an address that the account has given up.
	 *
	 * @param int          $position Position of the row.
	 * @param list<string> $columns  `user_name`, `object_id`, `account_email`.
	 */
	public static function free( int $position, array $columns ): void {
		global $wpdb;
		$nothing = implode( ', ', array_map( static fn( string $column ): string => "$column = NULL", $columns ) );
		Query::write( $wpdb->prepare( 'UPDATE ' . self::name() . " SET $nothing WHERE position = %d", $position ) );
	}

	/**
	 * An address as the key by which two accounts have the same one. WordPress checks that before it inserts, so two
	 * requests at once would both pass; the unique key lets one through.
	 *
	 * @param string $address `user_email`.
	 * @return string|null Null when there is none.
	 */
	public static function address_key( string $address ): ?string {
		return '' === $address ? null : mb_strtolower( $address, 'UTF-8' );
	}

	/**
	 * The condition that finds a live row.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that it must have; null for any.
	 */
	private static function live( string $id, ?int $version ): string {
		global $wpdb;
		return $wpdb->prepare( ' WHERE id = %s AND deleted IS NULL', $id ) . ( null === $version ? '' : $wpdb->prepare( ' AND version = %d', $version ) );
	}

	/**
	 * Values of a need as SQL.
	 *
	 * @param array $need A create or update need.
	 * @return array<string,string> Column => literal.
	 */
	private static function values( array $need ): array {
		$values = array(
			'user_name'   => $need['userName'],
			'external_id' => $need['externalId'],
			'object_id'   => $need['objectId'],
			'email'       => $need['email'],
			'modified'    => $need['now'],
			'document'    => $need['document'],
		);
		// What the client does not change may have been changed on the site.
		if ( null !== $need['active'] ) {
			$values['active'] = (int) $need['active'];
		}
		if ( isset( $need['wordpress']['user_email'] ) ) {
			$values['account_email'] = self::address_key( $need['wordpress']['user_email'] );
		}
		return self::literals( $values );
	}
}
