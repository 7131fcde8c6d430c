<?php
/**
 * Users and their accounts.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * The store of users.
 */
final class User_Store extends Resource_Store {

	protected const READER = User_Reader::class;

	/** Rounds of a write whose keys are taken by rows that can make room. */
	private const ROUNDS = 5;

	/**
	 * What the last read showed, by SCIM id.
	 *
	 * @var array<string,array>
	 */
	private array $seen = array();

	/**
	 * Need `create`.
	 *
	 * The first statement claims the unique keys, so that of many simultaneous creates one wins before any account is made.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure When it cannot be done.
	 */
	protected function create( array $need ): array {
		$room = new Room();
		for ( $round = 1; $round <= self::ROUNDS; $round++ ) {
			try {
				return Transaction::run(
					function ( Transaction $transaction ) use ( $need, $room ): array {
						$room->make( $transaction );
						return null === $room->tombstone ? $this->insert( $transaction, $need ) : $this->revive( $transaction, $need, $room->tombstone );
					}
				);
			} catch ( Conflict ) {
				$room = Room::for_create( $need );
			}
		}
		throw new Failure( 'busy', 'other writes to the same user did not end' );
	}

	/**
	 * A new row and a new account.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param array       $need        A create need.
	 * @return array The record.
	 */
	private function insert( Transaction $transaction, array $need ): array {
		$position = User_Table::claim( $need );
		$login    = Login::choose( $need['login']['preferred'], $need['login']['suffix'] );
		$user_id  = Account::create( $transaction, $login, $need['wordpress'] );
		if ( ! $need['active'] ) {
			Account::set_active( $user_id, false );
		}
		User_Table::link( $position, $user_id, '{}' );
		$record = $this->observed( $need['id'], array_keys( $need['wordpress'] ) );

		$transaction->after_commit( static fn() => \Scimpress\Welcome_Mail::send( $user_id ) );
		self::announce( $transaction, 'created', $user_id );
		if ( ! $need['active'] ) {
			self::announce( $transaction, 'deactivated', $user_id );
		}
		return $record;
	}

	/**
	 * A tombstone becomes a new resource: the person is back, with the account that DELETE had deactivated.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param array       $need        A create need.
	 * @param object      $tombstone   Row of User_Table::holders().
	 * @return array The record.
	 * @throws Conflict When the tombstone is gone meanwhile.
	 */
	private function revive( Transaction $transaction, array $need, object $tombstone ): array {
		$user_id = (int) $tombstone->account;
		if ( ! User_Table::revive( (int) $tombstone->position, $need ) ) {
			throw new Conflict( 'the tombstone is gone' );
		}
		$transaction->touch( $user_id );
		Account::guard( $user_id );
		Account::update( $user_id, $need['wordpress'] );
		$changed = Account::set_active( $user_id, $need['active'] );
		// After the roles that come back with it.
		Account::ensure_role( $user_id );
		$record = $this->observed( $need['id'], array_keys( $need['wordpress'] ) );

		self::announce( $transaction, 'updated', $user_id );
		if ( $changed ) {
			self::announce( $transaction, $need['active'] ? 'reactivated' : 'deactivated', $user_id );
		}
		return $record;
	}

	/**
	 * Need `update`.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure When it cannot be done.
	 */
	protected function update( array $need ): array {
		$room = new Room();
		for ( $round = 1; $round <= self::ROUNDS; $round++ ) {
			try {
				return Transaction::run(
					function ( Transaction $transaction ) use ( $need, $room ): array {
						$room->make( $transaction );
						return $this->overwrite( $transaction, $need );
					}
				);
			} catch ( Conflict ) {
				$room = Room::for_update( $need );
			}
		}
		throw new Failure( 'busy', 'other writes to the same user did not end' );
	}

	/**
	 * Changes a row and its account.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param array       $need        An update need.
	 * @return array The record.
	 * @throws Failure `stale`, `not_found`, `protected` or what WordPress refuses.
	 */
	private function overwrite( Transaction $transaction, array $need ): array {
		if ( ! User_Table::update( $need ) ) {
			throw new Failure( User_Table::find( $need['id'] ) ? 'stale' : 'not_found' );
		}
		$user_id = $this->seen[ $need['id'] ]['userId'] ?? (int) User_Table::find( $need['id'] )->user_id;
		$transaction->touch( $user_id );
		Account::guard( $user_id );
		$before = Account::strings( $user_id );
		Account::update( $user_id, $need['wordpress'] );
		$changed = null !== $need['active'] && Account::set_active( $user_id, $need['active'] );
		$record  = $this->observed( $need['id'], array_keys( $need['wordpress'] ), $before );

		self::announce( $transaction, 'updated', $user_id );
		if ( $changed ) {
			self::announce( $transaction, $need['active'] ? 'reactivated' : 'deactivated', $user_id );
		}
		return $record;
	}

	/**
	 * Need `delete`: the account goes, or stays deactivated behind a tombstone, as the administrator chose. It leaves its groups
	 * either way.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that must still be there; null for any.
	 * @return array{deleted: true}
	 * @throws Failure When it cannot be done.
	 */
	protected function delete( string $id, ?int $version ): array {
		$row = User_Table::find( $id );
		if ( ! $row ) {
			throw new Failure( 'not_found' );
		}
		$user_id  = (int) $row->user_id;
		$position = (int) $row->position;
		Transaction::run(
			static function ( Transaction $transaction ) use ( $id, $version, $user_id, $position ): void {
				$gone = \Scimpress\Settings::DELETE === \Scimpress\Settings::on_delete();
				$now  = Store::now();
				if ( ! ( $gone ? User_Table::remove( $id, $version ) : User_Table::bury( $id, $version, $now ) ) ) {
					throw new Failure( null !== $version && User_Table::find( $id ) ? 'stale' : 'not_found' );
				}
				// With the row's lock nobody makes it a member any more.
				Group_Table::touch( Membership_Table::groups_of( Membership_Table::USER, $position ), $now );
				Membership_Table::leave_all( Membership_Table::USER, $position );
				$transaction->touch( $user_id );
				Account::guard( $user_id );
				if ( $gone ) {
					Account::delete( $user_id );
					self::announce( $transaction, 'deleted', $user_id );
				} elseif ( Account::set_active( $user_id, false ) ) {
					self::announce( $transaction, 'deactivated', $user_id );
				}
			}
		);
		unset( $this->seen[ $id ] );
		return array( 'deleted' => true );
	}

	/**
	 * Reads a record back after a write and remembers what WordPress made of the values.
	 *
	 * That includes values that were not written: saving an account sends all of its fields through WordPress's filters
	 * again, and not every filter leaves its own result alone. But one that an administrator changed since the engine read it
	 * is not in the document yet: it must go on looking changed.
	 *
	 * @param string               $id      SCIM id.
	 * @param list<string>         $written Keys of `wordpress` that were written.
	 * @param array<string,string> $before  What WordPress held right before the write.
	 * @return array The record.
	 */
	private function observed( string $id, array $written, array $before = array() ): array {
		$record = User_Reader::find( $id );
		if ( null === $record ) {
			throw new \UnexpectedValueException( 'the user that was just written is gone' );
		}
		$read     = array_diff_key( $this->seen[ $id ]['wordpress'] ?? array(), array_flip( $written ) );
		$edited   = array_diff_assoc( array_intersect_key( $read, $before ), $before );
		$observed = User_Reader::observe( array_merge( $record['wordpress'], $edited ) );
		if ( $observed !== $record['observed'] ) {
			User_Table::link( $record['position'], $record['userId'], $observed );
			$record['observed'] = $observed;
		}
		$this->seen[ $id ] = $record;
		return $record;
	}

	/**
	 * Remembers the records of a read.
	 *
	 * @param array{records: list<array>} $answer The answer.
	 * @return array The answer.
	 */
	protected function read( array $answer ): array {
		$this->seen = array_column( $answer['records'], null, 'id' );
		return $answer;
	}

	/**
	 * Tells other plugins, once it has happened.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param string      $event       `created`, `updated`, `deactivated`, `reactivated` or `deleted`.
	 * @param int         $user_id     User ID.
	 */
	private static function announce( Transaction $transaction, string $event, int $user_id ): void {
		/**
		 * Fires after SCIM has created (`scimpress_user_created`), changed (`…_updated`), shut (`…_deactivated`), opened again
		 * (`…_reactivated`) or deleted (`…_deleted`) an account, when that is in the database.
		 *
		 * A DELETE that only deactivates fires `scimpress_user_deactivated`. A change of state fires beside `updated`.
		 *
		 * @param int $user_id User ID.
		 */
		$transaction->after_commit( static fn() => do_action( "scimpress_user_$event", $user_id ) );
	}
}
