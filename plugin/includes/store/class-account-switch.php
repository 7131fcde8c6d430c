<?php
/**
 * An administrator deactivates and reactivates.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Pass;
use Scimpress\Settlement\Queue;

defined( 'ABSPATH' ) || exit;

/**
 * Opens and shuts accounts by hand, under the rules that hold for SCIM. Clients read it as `active`, like any other edit.
 */
final class Account_Switch {

	/**
	 * Opens or shuts an account, all or nothing.
	 *
	 * @param int  $user_id User ID.
	 * @param bool $active  Whether it may sign in.
	 * @return bool Whether that was a change.
	 * @throws Failure    `protected` or `busy`.
	 * @throws \Throwable When WordPress, the database or another plugin fails; nothing has changed then.
	 */
	public static function set( int $user_id, bool $active ): bool {
		return Transaction::run(
			static function ( Transaction $transaction ) use ( $user_id, $active ): bool {
				global $wpdb;
				// Before anything is read: a SCIM request holds its row from first to last, two administrators meet at the account.
				$rows = Query::rows( $wpdb->prepare( 'SELECT position, id, document, deleted FROM ' . User_Table::name() . ' WHERE user_id = %d FOR UPDATE', $user_id ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- the table's name.
				Query::rows( $wpdb->prepare( "SELECT ID FROM $wpdb->users WHERE ID = %d FOR UPDATE", $user_id ) );
				$transaction->touch( $user_id );
				wp_cache_delete( $user_id, 'user_meta' );
				Protection::guard( $user_id );
				$live    = array_values( array_filter( $rows, static fn( object $row ): bool => null === $row->deleted ) );
				$changed = Account::set_active( new Hooks( $transaction, $live[0]->id ?? null, $live[0]->document ?? '{}' ), $user_id, $active );
				if ( $changed && $active && $live && ! Rule_Set::of_site()->is_empty() ) {
					// Its roles of before are back; what the rules say by now comes on top.
					Queue::add( array( (int) $live[0]->position ) );
					$transaction->after_commit( array( Pass::class, 'after_request' ) );
				}
				return $changed;
			}
		);
	}
}
