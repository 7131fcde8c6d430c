<?php
/**
 * Rows that give way.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Decides who has to give a unique key back, after a write has met it: nobody living, but orphans and tombstones.
 */
final class Room {

	/**
	 * The tombstone that a create revives.
	 *
	 * @var object|null
	 */
	public ?object $tombstone = null;

	/**
	 * Rows whose account is gone.
	 *
	 * @var list<int>
	 */
	private array $orphans = array();

	/**
	 * Rows that lose keys: position => columns.
	 *
	 * @var array<int,list<string>>
	 */
	private array $freed = array();

	/**
	 * Accounts behind tombstones that lose their address.
	 *
	 * @var list<int>
	 */
	private array $nameless = array();

	/**
	 * Room for a new resource.
	 *
	 * A tombstone with the same object id is the same person. One with the same user name is, too, unless both have an
	 * object id: then a new person got the name of one who left, and must not inherit the account. An address alone says
	 * nothing about the person; whoever left gives it up.
	 *
	 * @param array $need A create need.
	 * @throws Failure When somebody living has the user name, the object id or the address.
	 */
	public static function for_create( array $need ): self {
		$room       = new self();
		$tombstones = $room->sort( User_Table::holders( $need ), $need );
		foreach ( $tombstones as $row ) {
			if ( in_array( 'object_id', $row->holds, true ) ) {
				$room->tombstone = $row;
			}
		}
		foreach ( $tombstones as $row ) {
			$named = in_array( 'user_name', $row->holds, true ) && ( null === $need['objectId'] || null === $row->object_id );
			if ( null === $room->tombstone && $named ) {
				$room->tombstone = $row;
			}
			if ( $room->tombstone !== $row ) {
				$room->free( $row );
			}
		}
		return $room;
	}

	/**
	 * Room for a change of user name or object id.
	 *
	 * @param array $need An update need.
	 * @throws Failure When somebody else living has the user name, the object id or the address.
	 */
	public static function for_update( array $need ): self {
		$room = new self();
		foreach ( $room->sort( User_Table::holders( $need ), $need ) as $row ) {
			$room->free( $row );
		}
		return $room;
	}

	/**
	 * Makes the room; inside the transaction of the write, so that nobody gives way to a write that fails.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 */
	public function make( Transaction $transaction ): void {
		foreach ( $this->orphans as $position ) {
			User_Table::remove_orphan( $position );
		}
		foreach ( $this->freed as $position => $columns ) {
			User_Table::free( $position, $columns );
		}
		foreach ( $this->nameless as $user_id ) {
			$transaction->touch( $user_id );
			Account::update( $user_id, array( 'user_email' => '' ) );
		}
	}

	/**
	 * Notes what a tombstone loses.
	 *
	 * @param object $tombstone Row of User_Table::holders().
	 */
	private function free( object $tombstone ): void {
		$this->freed[ (int) $tombstone->position ] = $tombstone->holds;
		if ( in_array( 'account_email', $tombstone->holds, true ) ) {
			$this->nameless[] = (int) $tombstone->account;
		}
	}

	/**
	 * Notes orphans and stops at the living.
	 *
	 * @param list<object> $rows Rows of User_Table::holders().
	 * @param array        $need A create or update need.
	 * @return list<object> The tombstones.
	 * @throws Failure When somebody living has the user name, the object id or the address.
	 */
	private function sort( array $rows, array $need ): array {
		$tombstones = array();
		foreach ( $rows as $row ) {
			if ( $row->id === $need['id'] ) {
				continue;
			}
			if ( null === $row->account ) {
				$this->orphans[] = (int) $row->position;
			} elseif ( null !== $row->deleted ) {
				$tombstones[] = $row;
			} elseif ( in_array( 'user_name', $row->holds, true ) ) {
				throw new Failure( 'user_name_exists', 'another provisioned user has this user name' );
			} elseif ( in_array( 'object_id', $row->holds, true ) ) {
				throw new Failure( 'object_id_exists', 'another provisioned user has this object id' );
			} elseif ( User_Table::address_key( $row->user_email ) === $row->account_email ) {
				throw new Failure( 'email_exists', 'another provisioned user has this e-mail address' );
			} else {
				// An administrator gave the account another address meanwhile.
				$this->freed[ (int) $row->position ] = array( 'account_email' );
			}
		}
		return $tombstones;
	}
}
