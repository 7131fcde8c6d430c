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

	/** What names a person, in words => meta key. */
	private const IDENTIFIERS = array(
		'object id'           => self::OBJECT_ID,
		'user principal name' => self::UPN,
	);

	/** IDs that are read ahead: some ten megabytes. */
	private const AHEAD = 20000;

	private const ACTIVE  = 'wpo365_active';
	private const MANAGER = 'wpo365_manager_id';

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
	 * Values that identify a person and that several accounts have. One look at all of them, whatever the number of accounts.
	 *
	 * @return array<string,array<string,true>> What they are, in words => case-folded value => true.
	 */
	public static function shared(): array {
		global $wpdb;
		$shared = array();
		foreach ( self::IDENTIFIERS as $words => $key ) {
			$several = Query::rows(
				$wpdb->prepare(
					"SELECT m.meta_value FROM {$wpdb->usermeta} m JOIN {$wpdb->users} u ON u.ID = m.user_id WHERE m.meta_key = %s AND m.meta_value <> '' GROUP BY m.meta_value HAVING COUNT(DISTINCT m.user_id) > 1",
					$key
				)
			);
			foreach ( array_chunk( array_column( $several, 'meta_value' ), Query::CHUNK ) as $values ) {
				// The database takes more for equal than SCIM does.
				$owners = array();
				$rows   = Query::rows( $wpdb->prepare( "SELECT m.user_id, m.meta_value FROM {$wpdb->usermeta} m JOIN {$wpdb->users} u ON u.ID = m.user_id WHERE m.meta_key = %s AND m.meta_value IN (" . Query::placeholders( $values ) . ')', $key, ...$values ) );
				foreach ( $rows as $row ) {
					$owners[ self::folded( $row->meta_value ) ][ (int) $row->user_id ] = true;
				}
				foreach ( $owners as $value => $accounts ) {
					if ( count( $accounts ) > 1 ) {
						$shared[ $words ][ $value ] = true;
					}
				}
			}
		}
		return $shared;
	}

	/**
	 * Accounts that WPO365 provisioned, ascending by ID.
	 *
	 * @param int                              $after  ID of the last account already seen, 0 at first.
	 * @param int                              $limit  Most accounts.
	 * @param array<string,array<string,true>> $shared Of shared().
	 * @return list<array{id: int, linked: bool, user: array, strings: array<string,string>, shared: list<string>}> `user` as Exchange::import() takes it, `strings` as User_Reader::observe() does, `shared` names what another account has, too.
	 */
	public static function accounts( int $after, int $limit, array $shared ): array {
		$ids = self::ids( $after, $limit );
		if ( ! $ids ) {
			return array();
		}
		$rows = Query::rows( 'SELECT u.ID, u.user_email, u.display_name, s.position FROM ' . $GLOBALS['wpdb']->users . ' u LEFT JOIN ' . User_Table::name() . ' s ON s.user_id = u.ID WHERE u.ID IN (' . implode( ',', $ids ) . ') ORDER BY u.ID' );
		// All meta, which the caller needs anyway: of a list of keys too, SQLite would read every account's values.
		$meta     = (array) update_meta_cache( 'user', $ids );
		$mappings = self::mappings();
		$accounts = array();
		foreach ( $rows as $row ) {
			$id         = (int) $row->ID;
			$raw        = array_map( static fn( array $values ): string => (string) $values[0], array_filter( $meta[ $id ] ?? array() ) );
			$values     = array_map( static fn( string $value ): string => self::utf8( trim( $value ) ), array_filter( $raw, static fn( string $value ): bool => ! is_serialized( $value ) ) );
			$names      = array_filter( array_keys( self::IDENTIFIERS ), static fn( string $words ): bool => isset( $shared[ $words ][ self::folded( $values[ self::IDENTIFIERS[ $words ] ] ?? '' ) ] ) );
			$accounts[] = array(
				'id'      => $id,
				'linked'  => null !== $row->position,
				'user'    => self::user( $row, $values, $mappings ),
				'strings' => array(
					'user_email'   => (string) $row->user_email,
					'first_name'   => $raw['first_name'] ?? '',
					'last_name'    => $raw['last_name'] ?? '',
					'display_name' => (string) $row->display_name,
				),
				'shared'  => array_values( $names ),
			);
		}
		return $accounts;
	}

	/**
	 * IDs of accounts of this site with an externalId of WPO365. They are read ahead: the index of meta keys is not in their
	 * order, so that every look reads all of it.
	 *
	 * @param int $after ID of the last account already seen.
	 * @param int $limit Most IDs.
	 * @return list<int> Ascending.
	 */
	private static function ids( int $after, int $limit ): array {
		global $wpdb;
		static $ahead = array();
		if ( $after !== ( $ahead['after'] ?? null ) || get_current_blog_id() !== $ahead['site'] || count( $ahead['ids'] ) < $limit && ! $ahead['all'] ) {
			$rows  = Query::rows( $wpdb->prepare( 'SELECT u.ID FROM ' . self::provisioned() . ' WHERE u.ID > %d ORDER BY u.ID LIMIT %d', $after, self::AHEAD ) );
			$ahead = array(
				'site' => get_current_blog_id(),
				'ids'  => array_map( 'intval', array_column( $rows, 'ID' ) ),
				'all'  => count( $rows ) < self::AHEAD,
			);
			$wpdb->flush();
		}
		$ids            = array_splice( $ahead['ids'], 0, $limit );
		$ahead['after'] = $ids ? end( $ids ) : null;
		return $ids;
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
	 * A value as SCIM compares it.
	 *
	 * @param string $value What the database holds.
	 */
	private static function folded( string $value ): string {
		return \Scimpress\Engine::fold( self::utf8( trim( $value ) ) );
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
