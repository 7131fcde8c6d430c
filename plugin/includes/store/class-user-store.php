<?php
/**
 * Users and their accounts.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Attributes\Mapped_Attributes;
use Scimpress\Roles\Assignment;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settings;
use Scimpress\Settlement\Queue;

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
		$indexed = Foreign_Meta::is_indexed( ! Transaction::is_rehearsed() );
		$work    = function ( Transaction $transaction, array $need, Room $room ) use ( $indexed ): array {
			$arrival  = new Arrival( $transaction, $need );
			$position = null === $room->tombstone ? $arrival->insert( $indexed ) : $arrival->revive( $room->tombstone );
			return $this->observed( $position, array_keys( $need['wordpress'] ) );
		};
		return Network_Lock::around( $need, static fn(): array => self::write( 'create', $need, 0, $work ) );
	}

	/**
	 * Need `update`.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure When it cannot be done.
	 */
	protected function update( array $need ): array {
		return self::write( 'update', $need, $this->seen[ $need['id'] ]['userId'] ?? 0, array( $this, 'overwrite' ) );
	}

	/**
	 * Does a write, again when its keys are taken by rows that can make room.
	 *
	 * @param string                                    $event   `create` or `update`.
	 * @param array                                     $need    The need.
	 * @param int                                       $user_id User ID, 0 for a new user.
	 * @param callable(Transaction, array, Room): array $work    Does it in a transaction and returns the record.
	 * @return array The record.
	 * @throws Failure When it cannot be done.
	 */
	private static function write( string $event, array $need, int $user_id, callable $work ): array {
		try {
			$need = Hooks::values( $need, $user_id );

			$need['mapped'] = Mapped_Attributes::filtered( $need['mapped'] ?? array(), $need['id'], $need['document'], $user_id );

			$room = new Room();
			for ( $round = 1; $round <= self::ROUNDS; $round++ ) {
				try {
					return Transaction::run(
						static function ( Transaction $transaction ) use ( $need, $room, $work ): array {
							$room->make( $transaction );
							return $work( $transaction, $need, $room );
						}
					);
				} catch ( Conflict ) {
					$room = 'create' === $event ? Room::for_create( $need ) : Room::for_update( $need );
				}
			}
			throw new Failure( 'busy', 'other writes to the same user did not end' );
		} catch ( \Throwable $thrown ) {
			Hooks::failed( $event, $thrown );
			throw $thrown;
		}
	}

	/**
	 * Need `create` of an import: links an account that is known beforehand, and leaves everything that it holds as it is.
	 *
	 * @param array $need    A create need.
	 * @param int   $user_id User ID.
	 * @param bool  $dry     Whether nothing is to be written.
	 * @return array The answer to the engine; of a dry run what it would be.
	 * @throws \Throwable When WordPress, the database or another plugin fails; everything has been rolled back then.
	 */
	public function import( array $need, int $user_id, bool $dry ): array {
		try {
			foreach ( User_Table::holders( $need ) as $row ) {
				$taken = array( 'user_name' => 'user_name_exists', 'object_id' => 'object_id_exists', 'account_email' => 'email_exists' );
				throw new Failure( $taken[ $row->holds[0] ] );
			}
			if ( $dry ) {
				return array( 'record' => self::imagined( $need ) );
			}
			return array(
				'record' => Transaction::run(
					function ( Transaction $transaction ) use ( $need, $user_id ): array {
						return $this->observed( ( new Arrival( $transaction, $need, false ) )->import( $user_id ), array_keys( $need['wordpress'] ) );
					}
				),
			);
		} catch ( Conflict ) {
			return ( new Failure( 'user_name_exists' ) )->answer();
		} catch ( Failure $failure ) {
			return $failure->answer();
		}
	}

	/**
	 * Imports many at once, in one transaction.
	 *
	 * @param array<int,array{need: array, strings: array<string,string>}> $arrivals User ID => create need, and what the account holds.
	 * @param bool                                                         $dry      Whether nothing is to be written.
	 * @return list<int> User IDs of those that have to be imported one by one: keys are taken, a plugin listens, or it went wrong.
	 */
	public function import_many( array $arrivals, bool $dry ): array {
		$single = Hooks::is_heard( 'link' ) ? array_keys( $arrivals ) : User_Table::held( array_map( static fn( array $arrival ): array => $arrival['need'], $arrivals ) );
		$many   = array_diff_key( $arrivals, array_flip( $single ) );
		if ( ! $many || $dry ) {
			return $single;
		}
		try {
			Transaction::run( static fn( Transaction $transaction ) => Arrival::import_many( $transaction, $many ) );
			return $single;
		} catch ( \Throwable ) {
			// One by one tells whose fault it is.
			return array( ...$single, ...array_keys( $many ) );
		}
	}

	/**
	 * The record that a create would make.
	 *
	 * @param array $need A create need.
	 */
	public static function imagined( array $need ): array {
		return array(
			'position'  => 0,
			'id'        => $need['id'],
			'version'   => 1,
			'created'   => $need['now'],
			'modified'  => $need['now'],
			'document'  => $need['document'],
			'observed'  => '{}',
			'wordpress' => array( 'active' => $need['active'] ) + $need['wordpress'],
		);
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
		$seen    = $this->seen[ $need['id'] ] ?? User_Reader::find( $need['id'] );
		$user_id = $seen['userId'];
		$transaction->touch( $user_id );
		Protection::guard( $user_id );
		$before = Account::strings( $user_id );
		$hooks  = new Hooks( $transaction, $need['id'], $need['document'] );
		$hooks->around( 'update', $user_id, static fn() => Account::update( $user_id, $need['wordpress'], $need['mapped'] ) );
		if ( null !== $need['active'] ) {
			Account::set_active( $hooks, $user_id, $need['active'] );
		}
		Assignment::apply( $hooks, $user_id, $need['roles'] ?? null );
		if ( isset( $need['roles'] ) && Rule_Set::of_site()->groups ) {
			// A group may have changed since the engine has looked at it.
			Queue::add( array( $seen['position'] ) );
		}
		return $this->observed( $seen['position'], array_keys( $need['wordpress'] ), $before );
	}

	/**
	 * Need `delete`: the account goes, or stays deactivated behind a tombstone, as the administrator chose. It leaves its groups
	 * either way.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that must still be there; null for any.
	 * @return array{deleted: true, document: string, userId: int}
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
			static function ( Transaction $transaction ) use ( $id, $version, $user_id, $position, $row ): void {
				$gone  = Settings::DELETE === Settings::on_delete();
				$now   = Store::now();
				$hooks = new Hooks( $transaction, $id, $row->document );
				if ( ! ( $gone ? User_Table::remove( $id, $version ) : User_Table::bury( $id, $version, $now ) ) ) {
					throw new Failure( null !== $version && User_Table::find( $id ) ? 'stale' : 'not_found' );
				}
				// With the row's lock nobody makes it a member any more.
				Group_Table::touch( Membership_Table::groups_of( Membership_Table::USER, $position ), $now );
				Membership_Table::leave_all( Membership_Table::USER, $position );
				$transaction->touch( $user_id );
				Protection::guard( $user_id );
				if ( $gone ) {
					$hooks->around( 'delete', $user_id, static fn() => Departure::delete( $user_id ) );
				} else {
					Account::set_active( $hooks, $user_id, false );
				}
			}
		);
		unset( $this->seen[ $id ] );
		return array(
			'deleted'  => true,
			'document' => $row->document,
			'userId'   => $user_id,
		);
	}

	/**
	 * Reads a record back after a write and remembers what WordPress made of the values.
	 *
	 * That includes values that were not written: saving an account sends all of its fields through WordPress's filters
	 * again, and not every filter leaves its own result alone. But one that an administrator changed since the engine read it
	 * is not in the document yet: it must go on looking changed.
	 *
	 * @param int                  $position Position of the row.
	 * @param list<string>         $written  Keys of `wordpress` that were written.
	 * @param array<string,string> $before   What WordPress held right before the write.
	 * @return array The record.
	 */
	private function observed( int $position, array $written, array $before = array() ): array {
		$record = User_Reader::fetch( array( $position ) )[0] ?? null;
		if ( null === $record ) {
			throw new \UnexpectedValueException( 'the user that was just written is gone' );
		}
		$id       = $record['id'];
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
}
