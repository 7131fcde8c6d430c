<?php
/**
 * The number of accounts that WordPress keeps.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Has WordPress count the accounts once a request. It does so with every new account, in one row of the options that all
 * creates of a site would wait for until the transaction of another one ends.
 */
final class User_Count {

	/** What counts, on `user_register`. It knows itself for which sites that is too much. */
	private const COUNTS = 'wp_maybe_update_user_counts';

	/**
	 * Keeps WordPress from counting while an account is made.
	 *
	 * @param Transaction|null $transaction Surrounds the write; when it is committed, the accounts are counted at the end of the request. None in a rehearsal, which makes no account.
	 * @return callable(): void Ends that.
	 */
	public static function put_off( ?Transaction $transaction ): callable {
		$priority = has_action( 'user_register', self::COUNTS );
		if ( null === $transaction || false === $priority ) {
			return static fn() => null;
		}
		remove_action( 'user_register', self::COUNTS, $priority );
		// The same callback many times is one.
		$transaction->after_commit( static fn() => add_action( 'shutdown', array( self::class, 'count' ), 0 ) );
		return static fn() => add_action( 'user_register', self::COUNTS, $priority, 0 );
	}

	/**
	 * Action `shutdown`: counts.
	 */
	public static function count(): void {
		remove_action( 'shutdown', array( self::class, 'count' ), 0 );
		wp_maybe_update_user_counts();
	}
}
