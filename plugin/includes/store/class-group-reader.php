<?php
/**
 * Reads groups.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Turns rows of groups into records, one query for any number of them.
 */
final class Group_Reader extends Reader {

	/**
	 * Name of the table.
	 */
	protected static function table(): string {
		return Group_Table::name();
	}

	/**
	 * Conditions on its rows.
	 */
	protected static function condition(): Condition {
		return new Condition( Group_Table::name(), Condition::GROUP );
	}

	/**
	 * Runs a query and completes its rows.
	 *
	 * @param string $from  Tables; the row is `s`.
	 * @param string $where Prepared condition, order and limit.
	 * @return list<array>
	 */
	protected static function records( string $from, string $where ): array {
		return array_map(
			static fn( object $row ): array => array(
				'position' => (int) $row->position,
				'id'       => $row->id,
				'version'  => (int) $row->version,
				'created'  => (int) $row->created,
				'modified' => (int) $row->modified,
				'document' => $row->document,
			),
			Query::rows( "SELECT s.position, s.id, s.version, s.created, s.modified, s.document FROM $from WHERE $where" )
		);
	}
}
