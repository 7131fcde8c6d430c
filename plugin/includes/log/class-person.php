<?php
/**
 * A person's entries in the log.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

use Scimpress\Engine;
use Scimpress\Requirements;
use Scimpress\Store\Query;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- our own tables; only names are interpolated.

/**
 * Finds what Scimpress holds about somebody with an e-mail address, by indexes.
 */
final class Person {

	/**
	 * The user ID, 0 when no account has the address.
	 *
	 * @var int
	 */
	public readonly int $user_id;

	/**
	 * Row of the store, null when SCIM does not manage the account.
	 *
	 * @var object|null
	 */
	public readonly ?object $link;

	/**
	 * Finds a person.
	 *
	 * @param string $address E-mail address.
	 */
	public function __construct( private readonly string $address ) {
		global $wpdb;
		$user          = get_user_by( 'email', $address );
		$this->user_id = $user ? $user->ID : 0;
		$this->link    = $user ? ( Query::rows( $wpdb->prepare( 'SELECT id, user_name, external_id, object_id, email, created, modified, deleted, document FROM ' . User_Table::name() . ' WHERE user_id = %d', $user->ID ) )[0] ?? null ) : null;
	}

	/**
	 * Entries about the person, oldest first.
	 *
	 * @param int $after Only entries above this position.
	 * @param int $limit Most entries.
	 * @return list<object> Whole rows.
	 */
	public function entries( int $after, int $limit ): array {
		global $wpdb;
		$found = array();
		foreach ( $this->conditions() as $where ) {
			$page  = Query::rows( Log_Table::select( array( $where, $wpdb->prepare( 'position > %d', $after ) ), 'ASC', $limit, true ) );
			$found = $found + array_column( $page, null, 'position' );
		}
		ksort( $found );
		return array_slice( $found, 0, $limit );
	}

	/**
	 * What an entry may know the person by; each is a condition with an index.
	 *
	 * @return list<string>
	 */
	private function conditions(): array {
		global $wpdb;
		$keys = array( Requirements::met() ? Engine::fold( $this->address ) : mb_strtolower( $this->address, 'UTF-8' ) );
		if ( null !== $this->link?->user_name ) {
			$keys[] = $this->link->user_name;
		}
		$conditions = array();
		foreach ( array_unique( $keys ) as $key ) {
			$conditions[] = $wpdb->prepare( 'name_key = %s', $key );
			$conditions[] = $wpdb->prepare( 'name_key = %s', Anonymiser::name( $key ) );
		}
		if ( $this->user_id ) {
			$conditions[] = $wpdb->prepare( 'user_id = %d', $this->user_id );
		}
		if ( $this->link ) {
			$conditions[] = $wpdb->prepare( 'scim_id = %s', $this->link->id );
		}
		return $conditions;
	}
}
