<?php
/**
 * Whom a manager reference means.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

use Scimpress\Engine;
use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * Looks managers up when they are shown. The reference is kept as it came, whether the manager is there, is yet to come or is
 * gone: nothing has to be written when that changes.
 */
final class Manager {

	/**
	 * The account that a reference means, by SCIM id, object id or externalId, each with an index of its own.
	 *
	 * @param string $reference The reference.
	 * @return int|null User ID; null when nobody has it, or several have the same externalId.
	 */
	public static function find( string $reference ): ?int {
		global $wpdb;
		$keys = array(
			'id'          => $reference,
			'object_id'   => Engine::fold( $reference ),
			'external_id' => $reference,
		);
		foreach ( $keys as $column => $key ) {
			// phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- names of our own table and columns.
			$found = Query::rows( $wpdb->prepare( 'SELECT user_id FROM ' . User_Table::name() . " WHERE $column = %s AND deleted IS NULL AND user_id IS NOT NULL LIMIT 2", $key ) );
			if ( $found ) {
				return 1 === count( $found ) ? (int) $found[0]->user_id : null;
			}
		}
		return null;
	}
}
