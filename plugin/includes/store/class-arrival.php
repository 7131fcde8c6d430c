<?php
/**
 * Users who come.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Roles\Assignment;

defined( 'ABSPATH' ) || exit;

/**
 * Gives a new resource its account: a new one, one that the person has already, or the one that a DELETE has deactivated.
 */
final class Arrival {

	/**
	 * Hooks of the write.
	 *
	 * @var Hooks
	 */
	private readonly Hooks $hooks;

	/**
	 * The arrival of one user.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param array       $need        A create need.
	 * @param bool        $wpo365      Whether WPO365's actions fire, too.
	 */
	public function __construct( private readonly Transaction $transaction, private readonly array $need, bool $wpo365 = true ) {
		$this->hooks = new Hooks( $transaction, $need['id'], $need['document'], $wpo365 );
	}

	/**
	 * A new row, for the account that the person has already or for a new one.
	 *
	 * @param bool $indexed As Foreign_Meta::is_indexed() says.
	 * @return int Position of the row.
	 * @throws Failure  `protected`, what Candidates and Login say, or what WordPress refuses.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public function insert( bool $indexed ): int {
		// SQLite would end the rehearsal with the claim that fails.
		if ( Transaction::is_rehearsed() && User_Table::holders( $this->need ) ) {
			throw new Conflict( 'a unique key is taken' );
		}
		$position   = User_Table::claim( $this->need );
		$candidates = new Candidates();
		$user_id    = $candidates->find( $this->need, $indexed );
		if ( null === $user_id ) {
			$this->create( $position, $candidates->login_is_free );
		} else {
			$this->adopt( $position, $user_id );
		}
		return $position;
	}

	/**
	 * A tombstone becomes a new resource: the person is back, with the account that DELETE had deactivated.
	 *
	 * @param object $tombstone Row of User_Table::holders().
	 * @return int Position of the row.
	 * @throws Failure  `protected` or what WordPress refuses.
	 * @throws Conflict When the tombstone is gone meanwhile, or another row holds one of the keys.
	 */
	public function revive( object $tombstone ): int {
		if ( ! User_Table::revive( (int) $tombstone->position, $this->need ) ) {
			throw new Conflict( 'the tombstone is gone' );
		}
		$this->link( (int) $tombstone->account, $this->need['wordpress'], $this->need['mapped'] );
		return (int) $tombstone->position;
	}

	/**
	 * A new row for an account that is known beforehand, and keeps everything that it holds. Who is deactivated stays so.
	 *
	 * @param int $user_id User ID.
	 * @return int Position of the row.
	 * @throws Failure  `protected`.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public function import( int $user_id ): int {
		$position = User_Table::claim( $this->need );
		$this->transaction->touch( $user_id );
		Protection::guard( $user_id );
		$this->hooks->around( 'link', $user_id, static fn() => User_Table::link( $position, $user_id, '{}' ) );
		if ( ! $this->need['active'] ) {
			Account::set_active( $this->hooks, $user_id, false );
		}
		return $position;
	}

	/**
	 * New rows for accounts that are known beforehand, of which no plugin wants to hear.
	 *
	 * @param Transaction                                                  $transaction Surrounds the write.
	 * @param array<int,array{need: array, strings: array<string,string>}> $arrivals    As User_Store::import_many().
	 * @throws Failure  `protected`.
	 * @throws Conflict When another row holds one of the keys.
	 */
	public static function import_many( Transaction $transaction, array $arrivals ): void {
		User_Table::claim_many( array_map( static fn( array $arrival ): array => $arrival['need'] + array( 'observed' => User_Reader::observe( $arrival['strings'] ) ), $arrivals ) );
		foreach ( $arrivals as $user_id => $arrival ) {
			$transaction->touch( $user_id );
			Protection::guard( $user_id );
			if ( ! $arrival['need']['active'] ) {
				Account::set_active( new Hooks( $transaction, $arrival['need']['id'], $arrival['need']['document'], false ), $user_id, false );
			}
		}
	}

	/**
	 * Makes an account.
	 *
	 * @param int  $position      Position of the row.
	 * @param bool $login_is_free Whether a look into the database has just met nobody with the preferred name.
	 */
	private function create( int $position, bool $login_is_free ): void {
		Hooks::creating( $this->need['userName'], (string) ( $this->need['wordpress']['user_email'] ?? '' ) );
		$user_id = $this->hooks->around(
			'create',
			0,
			function () use ( $position, $login_is_free ): int {
				$login   = Login::choose( $this->need['login']['preferred'], $this->need['login']['suffix'], $login_is_free );
				$user_id = Account::create( $this->transaction, $login, $this->need['wordpress'], $this->need['mapped'] );
				// What is observed in the end is mostly this, and then not written again.
				User_Table::link( $position, $user_id, User_Reader::observe( Account::strings( $user_id ) ) );
				return $user_id;
			}
		);
		Account::set_active( $this->hooks, $user_id, $this->need['active'] );
		Assignment::apply( $this->hooks, $user_id, $this->need['roles'] ?? null, true );
		$this->transaction->after_commit( static fn() => \Scimpress\Welcome_Mail::send( $user_id ) );
	}

	/**
	 * Links the account that the person has already. It keeps its login name, its roles and whatever SCIM says nothing about: a
	 * client that sends no address does not mean that there is none. It keeps its password, too: a new user's is one that the
	 * client has drawn (Okta sends it even while it does not synchronise passwords), and the person signs in with the old one.
	 *
	 * @param int $position Position of the row.
	 * @param int $user_id  User ID.
	 */
	private function adopt( int $position, int $user_id ): void {
		User_Table::link( $position, $user_id, '{}' );
		$is_said = static fn( $value ): bool => null !== $value && '' !== $value;
		$values  = array_filter( $this->need['wordpress'], $is_said );
		unset( $values['password'] );
		$this->link( $user_id, $values, array_filter( $this->need['mapped'], $is_said ) );
	}

	/**
	 * Gives an account that is there the values, and makes it a member of this site.
	 *
	 * @param int                  $user_id User ID.
	 * @param array<string,string> $values  `wordpress` of the need, or a part of it.
	 * @param array<string,mixed>  $mapped  `mapped` of the need, or a part of it.
	 */
	private function link( int $user_id, array $values, array $mapped ): void {
		$this->transaction->touch( $user_id );
		Protection::guard( $user_id );
		$fresh = ! get_userdata( $user_id )->roles;
		$this->hooks->around(
			'link',
			$user_id,
			static function () use ( $user_id, $values, $mapped ): void {
				Account::update( $user_id, $values, $mapped );
				Account::join( $user_id );
			}
		);
		if ( Account::set_active( $this->hooks, $user_id, $this->need['active'] ) ) {
			// Perhaps there was no role to come back.
			$fresh = ! get_userdata( $user_id )->roles;
			Account::join( $user_id );
		}
		Assignment::apply( $this->hooks, $user_id, $this->need['roles'] ?? null, $fresh );
	}
}
