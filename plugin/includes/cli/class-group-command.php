<?php
/**
 * `wp scimpress group`
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Store\Membership_Reader;

defined( 'ABSPATH' ) || exit;

/**
 * Lists groups of SCIM, shows one, and who is in it. A group is named by its SCIM id or its display name.
 */
final class Group_Command {

	private const FIELDS  = array( 'id', 'displayName', 'externalId', 'lastModified' );
	private const MEMBERS = array( 'id', 'type', 'display' );

	/** Members read at a time. */
	private const PAGE = 1000;

	/**
	 * Lists groups.
	 *
	 * ## OPTIONS
	 *
	 * [--filter=<filter>]
	 * : A SCIM filter (RFC 7644 §3.4.2.2).
	 *
	 * [--limit=<number>]
	 * : Most groups.
	 * ---
	 * default: 100
	 * ---
	 *
	 * [--format=<format>]
	 * : How to print them.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress group list --filter='displayName sw "Sales"'
	 *
	 * @subcommand list
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   filter, limit, format.
	 */
	public function list_( array $arguments, array $options ): void {
		Console::require_engine();
		$rows = array();
		foreach ( Listing::read( '/Groups', $options, array( 'attributes' => 'displayName,externalId,meta.lastModified' ) ) as $group ) {
			$rows[] = array_combine( self::FIELDS, array( $group['id'], $group['displayName'], $group['externalId'] ?? '', $group['meta']['lastModified'] ?? '' ) );
		}
		Console::items( $options, $rows, self::FIELDS );
	}

	/**
	 * Prints the SCIM resource of a group as a client reads it, as JSON.
	 *
	 * ## OPTIONS
	 *
	 * <group>
	 * : SCIM id or display name.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress group get 'Sales Europe'
	 *
	 * @param list<string> $arguments Group.
	 */
	public function get( array $arguments ): void {
		Console::require_engine();
		Listing::show( '/Groups/' . self::find( $arguments[0] ?? '' ) );
	}

	/**
	 * Lists the direct members of a group.
	 *
	 * ## OPTIONS
	 *
	 * <group>
	 * : SCIM id or display name.
	 *
	 * [--limit=<number>]
	 * : Most members.
	 * ---
	 * default: 1000
	 * ---
	 *
	 * [--format=<format>]
	 * : How to print them.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress group members 'Sales Europe' --format=csv
	 *
	 * @param list<string>         $arguments Group.
	 * @param array<string,string> $options   limit, format.
	 */
	public function members( array $arguments, array $options ): void {
		Console::require_engine();
		$group = self::find( $arguments[0] ?? '' );
		$limit = Console::number( $options, 'limit', 1, Listing::MOST, 1000 );
		$rows  = array();
		$after = 0;
		do {
			$wanted = min( self::PAGE, $limit - count( $rows ) );
			$page   = Membership_Reader::members( $group, $after, $wanted, null );
			foreach ( $page as $member ) {
				$after  = $member['position'];
				$rows[] = array_combine( self::MEMBERS, array( $member['id'], $member['isGroup'] ? 'Group' : 'User', $member['display'] ) );
			}
		} while ( count( $page ) === $wanted && count( $rows ) < $limit );
		Console::items( $options, $rows, self::MEMBERS );
	}

	/**
	 * SCIM id of the group that somebody means.
	 *
	 * @param string $given SCIM id or display name.
	 */
	private static function find( string $given ): string {
		$value  = Client::json( $given );
		$groups = '' === $given ? array() : Listing::read( '/Groups', array( 'filter' => "id eq $value or displayName eq $value", 'limit' => '2' ), array( 'attributes' => 'displayName' ) );
		foreach ( $groups as $group ) {
			if ( $group['id'] === $given || 1 === count( $groups ) ) {
				return $group['id'];
			}
		}
		/* translators: %s: what was typed. */
		\WP_CLI::error( sprintf( __( 'There is no group %s.', 'scimpress' ), $given ) );
		return '';
	}
}
