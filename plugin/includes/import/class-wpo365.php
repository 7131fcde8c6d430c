<?php
/**
 * What WPO365 has left on the site.
 *
 * @package Scimpress
 */

namespace Scimpress\Import;

use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- reads of accounts in bulk; names of tables are WordPress's or ours, values are prepared.

/**
 * Reads options, constant and user meta of WPO365. It never writes any of them.
 */
final class Wpo365 {

	private const OPTION         = 'wpo365_options';
	private const TOKEN_CONSTANT = 'WPO_SCIM_TOKEN';

	/** User meta: externalId; whoever has it was provisioned. */
	private const EXTERNAL_ID = 'wpo365_scim_external_id';

	private const OBJECT_ID = 'aadObjectId';
	private const UPN       = 'userPrincipalName';
	private const ACTIVE    = 'wpo365_active';
	private const MANAGER   = 'wpo365_manager_id';

	/** Path of the manager, whom WPO365 keeps in a meta of its own. */
	private const MANAGER_PATH = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';

	/**
	 * Whether WPO365's options are there.
	 */
	public static function exists(): bool {
		return array() !== self::options();
	}

	/**
	 * Whether WPO365's own SCIM endpoint runs beside ours. Its options alone prove nothing: they stay when it goes.
	 */
	public static function is_active(): bool {
		if ( class_exists( '\Wpo\SCIM\SCIM_Controller', false ) ) {
			return true;
		}
		if ( empty( self::options()['enable_scim'] ) ) {
			return false;
		}
		$plugins = array_merge( (array) get_option( 'active_plugins', array() ), is_multisite() ? array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) : array() );
		return array() !== preg_grep( '/\Awpo365-/', $plugins );
	}

	/**
	 * The secret token in clear, null when there is none.
	 */
	public static function token(): ?string {
		$token = self::options()['scim_secret_token'] ?? '';
		if ( ! is_string( $token ) || '' === $token ) {
			$token = defined( self::TOKEN_CONSTANT ) ? constant( self::TOKEN_CONSTANT ) : '';
		}
		return is_string( $token ) && '' !== $token ? $token : null;
	}

	/**
	 * Options as they were saved.
	 *
	 * @return array<string,mixed> Of a network with shared settings those of the network; empty when there are none.
	 */
	public static function options(): array {
		$options = get_option( self::OPTION );
		if ( ! is_array( $options ) || ! $options ) {
			$options = is_multisite() ? get_site_option( self::OPTION ) : array();
		}
		return is_array( $options ) ? $options : array();
	}

	/**
	 * Attributes that WPO365 keeps in user meta.
	 *
	 * @return array<string,string> SCIM path => meta key.
	 */
	public static function mappings(): array {
		$mappings = array( self::MANAGER_PATH => self::MANAGER );
		foreach ( (array) ( self::options()['extra_user_fields'] ?? array() ) as $field ) {
			$field = (array) $field;
			if ( is_string( $field['key'] ?? null ) && 1 === preg_match( '/\Ascim::(.+?);#(.+)\z/s', $field['key'], $parts ) ) {
				$mappings[ trim( $parts[1] ) ] = trim( $parts[2] );
			}
		}
		return $mappings;
	}

	/**
	 * How many accounts WPO365 provisioned on this site.
	 */
	public static function count(): int {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . self::provisioned() );
	}

	/**
	 * Accounts that WPO365 provisioned, ascending by ID.
	 *
	 * @param int $after ID of the last account already seen, 0 at first.
	 * @param int $limit Most accounts.
	 * @return list<array{id: int, linked: bool, user: array, shared: list<string>}> `user` as Exchange::import() takes it, `shared` names what another account has, too.
	 */
	public static function accounts( int $after, int $limit ): array {
		global $wpdb;
		$rows = Query::rows(
			$wpdb->prepare(
				'SELECT u.ID, u.user_email, u.display_name, s.position FROM ' . self::provisioned() . '
				LEFT JOIN ' . User_Table::name() . ' s ON s.user_id = u.ID WHERE u.ID > %d ORDER BY u.ID LIMIT %d',
				$after,
				$limit
			)
		);
		if ( ! $rows ) {
			return array();
		}
		$mappings = self::mappings();
		$meta     = self::meta( array_map( 'intval', array_column( $rows, 'ID' ) ), array( 'first_name', 'last_name', self::EXTERNAL_ID, self::OBJECT_ID, self::UPN, self::ACTIVE, ...array_values( $mappings ) ) );
		$shared   = array(
			'object id'           => self::shared( self::OBJECT_ID, $meta ),
			'user principal name' => self::shared( self::UPN, $meta ),
		);
		$accounts = array();
		foreach ( $rows as $row ) {
			$id         = (int) $row->ID;
			$values     = $meta[ $id ] ?? array();
			$accounts[] = array(
				'id'     => $id,
				'linked' => null !== $row->position,
				'user'   => self::user( $row, $values, $mappings ),
				'shared' => array_keys( array_filter( $shared, static fn( array $ids ): bool => isset( $ids[ $id ] ) ) ),
			);
		}
		return $accounts;
	}

	/**
	 * An account as the engine takes it.
	 *
	 * @param object               $row      Columns of the account.
	 * @param array<string,string> $values   Its meta.
	 * @param array<string,string> $mappings SCIM path => meta key.
	 */
	private static function user( object $row, array $values, array $mappings ): array {
		$attributes = array();
		foreach ( $mappings as $path => $key ) {
			if ( '' !== ( $values[ $key ] ?? '' ) ) {
				$attributes[] = array(
					'path'  => self::utf8( $path ),
					'value' => $values[ $key ],
				);
			}
		}
		return array(
			'userName'   => $values[ self::UPN ] ?? '',
			'externalId' => '' === ( $values[ self::EXTERNAL_ID ] ?? '' ) ? null : $values[ self::EXTERNAL_ID ],
			'objectId'   => '' === ( $values[ self::OBJECT_ID ] ?? '' ) ? null : $values[ self::OBJECT_ID ],
			'active'     => 'deactivated' !== ( $values[ self::ACTIVE ] ?? '' ),
			'wordpress'  => array(
				'user_email'   => self::utf8( (string) $row->user_email ),
				'first_name'   => $values['first_name'] ?? '',
				'last_name'    => $values['last_name'] ?? '',
				'display_name' => self::utf8( (string) $row->display_name ),
			),
			'attributes' => $attributes,
		);
	}

	/**
	 * Accounts whose value another account has, too.
	 *
	 * @param string                          $key  Meta key.
	 * @param array<int,array<string,string>> $meta Meta of the accounts.
	 * @return array<int,true> User ID => true.
	 */
	private static function shared( string $key, array $meta ): array {
		global $wpdb;
		$values = array_filter( array_map( static fn( array $of ): string => $of[ $key ] ?? '', $meta ), 'strlen' );
		if ( ! $values ) {
			return array();
		}
		$rows   = Query::rows(
			$wpdb->prepare(
				"SELECT m.user_id, m.meta_value FROM {$wpdb->usermeta} m JOIN {$wpdb->users} u ON u.ID = m.user_id WHERE m.meta_key = %s AND m.meta_value IN (" . Query::placeholders( $values ) . ')',
				$key,
				...array_values( $values )
			)
		);
		$owners = array();
		foreach ( $rows as $row ) {
			$owners[ \Scimpress\Engine::fold( trim( (string) $row->meta_value ) ) ][ (int) $row->user_id ] = true;
		}
		return array_filter( array_map( static fn( string $value ): bool => count( $owners[ \Scimpress\Engine::fold( $value ) ] ?? array() ) > 1, $values ) );
	}

	/**
	 * Meta of accounts; the first value counts.
	 *
	 * @param list<int>    $user_ids User IDs.
	 * @param list<string> $keys     Meta keys.
	 * @return array<int,array<string,string>> User ID => key => value, trimmed. What is no text is left out.
	 */
	private static function meta( array $user_ids, array $keys ): array {
		global $wpdb;
		$rows = Query::rows(
			$wpdb->prepare(
				"SELECT user_id, meta_key, meta_value FROM {$wpdb->usermeta} WHERE user_id IN (" . implode( ',', $user_ids ) . ') AND meta_key IN (' . Query::placeholders( $keys ) . ') ORDER BY umeta_id DESC',
				...$keys
			)
		);
		$meta = array();
		foreach ( $rows as $row ) {
			if ( ! is_serialized( $row->meta_value ) ) {
				$meta[ (int) $row->user_id ][ $row->meta_key ] = self::utf8( trim( (string) $row->meta_value ) );
			}
		}
		return $meta;
	}

	/**
	 * Accounts of this site with an externalId of WPO365, as `FROM`.
	 */
	private static function provisioned(): string {
		global $wpdb;
		$site = is_multisite() ? $wpdb->prepare( " JOIN {$wpdb->usermeta} c ON c.user_id = u.ID AND c.meta_key = %s", $wpdb->get_blog_prefix() . 'capabilities' ) : '';
		return $wpdb->prepare( "(SELECT DISTINCT user_id FROM {$wpdb->usermeta} WHERE meta_key = %s) p JOIN {$wpdb->users} u ON u.ID = p.user_id$site", self::EXTERNAL_ID );
	}

	/**
	 * Text that the engine takes.
	 *
	 * @param string $text What the database holds.
	 */
	private static function utf8( string $text ): string {
		return mb_scrub( $text, 'UTF-8' );
	}
}
