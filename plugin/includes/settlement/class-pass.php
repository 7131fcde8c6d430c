<?php
/**
 * Accounts in line with rules and mappings.
 *
 * @package Scimpress
 */

namespace Scimpress\Settlement;

use Scimpress\Attributes\Mapped_Attributes;
use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Roles\Assignment;
use Scimpress\Roles\Rule_Set;
use Scimpress\Store\Account;
use Scimpress\Store\Failure;
use Scimpress\Store\Hooks;
use Scimpress\Store\Protection;
use Scimpress\Store\Store;
use Scimpress\Store\Transaction;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * Looks at users, whatever the reason, and makes of their accounts what rules and mappings say; or only tells what that would
 * change.
 */
final class Pass {

	/** Users whom a request settles before its answer is sent; all others are left to the background. */
	public const IN_REQUEST = 25;

	/**
	 * Accounts that would change.
	 *
	 * @param list<int> $positions  Positions of users.
	 * @param Rule_Set  $rules      The rules.
	 * @param bool      $attributes Whether mapped attributes count, too.
	 * @return list<array{position: int, user: int, before: list<string>, after: list<string>}> Ascending by position; the roles are the same before and after where only attributes would change.
	 * @throws \Throwable When WordPress, the database or another plugin fails.
	 */
	public static function changes( array $positions, Rule_Set $rules, bool $attributes = false ): array {
		$changes = array();
		foreach ( self::look( $positions, $rules ) as $seen ) {
			$user   = get_userdata( $seen['user'] );
			$after  = $user && $seen['active'] && null !== $seen['roles'] && is_user_member_of_blog( $user->ID ) ? Assignment::target( $user, $seen['roles'], $rules ) : null;
			$differ = $user && ( null !== $after || ( $attributes && ! Mapped_Attributes::are_there( $user, self::mapped( $seen ) ) ) );
			if ( $differ && ! Protection::is_protected( $user->ID ) ) {
				$changes[] = array(
					'position' => $seen['position'],
					'user'     => $user->ID,
					'before'   => array_values( $user->roles ),
					'after'    => $after ?? array_values( $user->roles ),
				);
			}
		}
		return $changes;
	}

	/**
	 * Brings accounts in line with rules and mappings of the site, all or none of them. Rows of the queue end with it.
	 *
	 * @param list<int>          $positions Positions of users.
	 * @param callable(int)|null $inside    Called with the number of changed accounts at the end of the transaction.
	 * @return int How many accounts were changed.
	 * @throws \Throwable When WordPress, the database or another plugin fails; nothing has changed then.
	 */
	public static function apply( array $positions, ?callable $inside = null ): int {
		return Transaction::run(
			static function ( Transaction $transaction ) use ( $positions, $inside ): int {
				// Before anything is read: what others have written when the locks are there is what is looked at.
				User_Table::lock( $positions );
				Queue::remove( $positions );
				$changed = 0;
				foreach ( self::look( $positions, Rule_Set::of_site() ) as $seen ) {
					if ( Protection::is_protected( $seen['user'] ) ) {
						continue;
					}
					$transaction->touch( $seen['user'] );
					$hooks    = new Hooks( $transaction, $seen['id'], $seen['document'] );
					$differed = self::map( $hooks, $seen );
					$changed += (int) ( Assignment::apply( $hooks, $seen['user'], $seen['active'] ? $seen['roles'] : null ) || $differed );
				}
				if ( $inside ) {
					$inside( $changed );
				}
				return $changed;
			}
		);
	}

	/**
	 * Brings accounts in line one by one, after they could not be done together.
	 *
	 * @param list<int> $positions Positions of users.
	 * @return array{0: int, 1: int} How many accounts were changed, and how many could not be.
	 */
	public static function apply_each( array $positions ): array {
		$changed = 0;
		$failed  = 0;
		foreach ( $positions as $position ) {
			try {
				$changed += self::apply( array( $position ) );
			} catch ( \Throwable $thrown ) {
				++$failed;
				self::log( $thrown );
				Queue::failed( $position );
			}
		}
		return array( $changed, $failed );
	}

	/**
	 * Settles users who wait.
	 *
	 * @param int $limit Most users.
	 * @return bool Whether there may be more.
	 */
	public static function drain( int $limit ): bool {
		$positions = Queue::next( $limit );
		if ( ! $positions ) {
			return false;
		}
		try {
			self::apply( $positions );
			$failed = 0;
		} catch ( \Throwable ) {
			$failed = self::apply_each( $positions )[1];
		}
		return $failed || ! Queue::is_empty();
	}

	/**
	 * After a request: settles whom it has queued. Nothing that goes wrong here changes the answer, for the write has happened;
	 * the background tries again.
	 */
	public static function after_request(): void {
		if ( ! Queue::is_written() ) {
			return;
		}
		try {
			if ( self::drain( self::IN_REQUEST ) ) {
				Job::schedule();
			}
		} catch ( \Throwable $thrown ) {
			self::log( $thrown );
			Job::schedule();
		}
	}

	/**
	 * Gives an account every mapped value of its resource, with the hooks around it, if that is a change.
	 *
	 * @param Hooks $hooks Hooks of the write.
	 * @param array $seen  A user, of look().
	 * @return bool Whether that was a change.
	 * @throws \Throwable When WordPress refuses, or a hook throws.
	 */
	private static function map( Hooks $hooks, array $seen ): bool {
		$user   = $seen['mapped'] ? get_userdata( $seen['user'] ) : false;
		$values = $user ? self::mapped( $seen ) : array();
		if ( ! $values || Mapped_Attributes::are_there( $user, $values ) ) {
			return false;
		}
		$hooks->around( 'update', $user->ID, static fn() => Account::update( $user->ID, array(), $values ) );
		return true;
	}

	/**
	 * Mapped values of a user, as code of the site wants them.
	 *
	 * @param array $seen A user, of look().
	 * @return array<string,string|list<string>|null> By target.
	 */
	private static function mapped( array $seen ): array {
		return Mapped_Attributes::filtered( $seen['mapped'], $seen['id'], $seen['document'], $seen['user'] );
	}

	/**
	 * Action `profile_update`: what an administrator or the person edits is what clients read, and rules may look at it. The
	 * background follows, for whoever saves the account is in the midst of it.
	 *
	 * @param int $user_id User ID.
	 */
	public static function after_edit( $user_id ): void {
		if ( Transaction::is_open() || Rule_Set::of_site()->is_empty() ) {
			return;
		}
		try {
			$positions = User_Table::positions( array( (int) $user_id ) );
			if ( $positions ) {
				Queue::add( array_values( $positions ) );
				Job::schedule();
			}
		} catch ( \Throwable $thrown ) {
			self::log( $thrown );
		}
	}

	/**
	 * Users and what rules and mappings say about them.
	 *
	 * @param list<int> $positions Positions of users.
	 * @param Rule_Set  $rules     The rules.
	 * @return list<array{position: int, id: string, user: int, active: bool, document: string, roles: list<string>|null, mapped: list<array{path: string, target: string, value: string|list<string>|null}>}> Those who are still there, ascending by position.
	 */
	private static function look( array $positions, Rule_Set $rules ): array {
		$store   = new Store();
		$records = array();
		$users   = array();
		Engine::settle(
			$positions,
			array( 'roles' => $rules->for_engine() ) + Configuration::of_site(),
			static function ( array $need ) use ( $store, &$records, &$users ): array {
				if ( 'settle' === $need['need'] ) {
					$users = $need['users'];
					return array( 'settled' => true );
				}
				$answer  = $store->perform( $need );
				$records = array_column( $answer['records'] ?? array(), null, 'position' ) + $records;
				return $answer;
			}
		);
		$user_ids = array_column( $records, 'userId' );
		// What this process has seen of them before may be of yesterday.
		wp_cache_delete_multiple( $user_ids, 'users' );
		wp_cache_delete_multiple( $user_ids, 'user_meta' );
		cache_users( $user_ids );
		return array_map(
			static fn( array $user ): array => $user + array(
				'user'     => $records[ $user['position'] ]['userId'],
				'active'   => $records[ $user['position'] ]['wordpress']['active'],
				'document' => $records[ $user['position'] ]['document'],
			),
			$users
		);
	}

	/**
	 * Logs what was thrown, without its message, which may carry names and addresses.
	 *
	 * @param \Throwable $thrown What was thrown.
	 */
	private static function log( \Throwable $thrown ): void {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- nobody else hears of it.
		error_log( sprintf( 'scimpress: %s thrown in %s on line %d while an account was brought in line', $thrown instanceof Failure ? "`$thrown->reason`" : get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
	}
}
