<?php
/**
 * What other plugins hear of users.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.NamingConventions.ValidHookName.UseUnderscores, WordPress.NamingConventions.PrefixAllGlobals.NonPrefixedHooknameFound -- the names of WPO365's hooks, which code of sites relies on.

/**
 * Fires the plugin's actions and filters about one user, and those of WPO365. docs/hooks.md has them in a table.
 *
 * Whatever runs before the commit may throw: nothing has happened then, and the client gets a SCIM 500.
 */
final class Hooks {

	/** Event => how it is said of what has happened. */
	private const DONE = array(
		'create'       => 'created',
		'link'         => 'linked',
		'update'       => 'updated',
		'deactivate'   => 'deactivated',
		'reactivate'   => 'reactivated',
		'delete'       => 'deleted',
		'roles_change' => 'roles_changed',
	);

	/** Event => WPO365's action. It knows no others. */
	private const WPO365 = array(
		'create' => 'wpo365/user/created',
		'link'   => 'wpo365/user/updated',
		'update' => 'wpo365/user/updated',
	);

	/**
	 * The resource, decoded when somebody listens.
	 *
	 * @var array<string,mixed>|null
	 */
	private ?array $resource = null;

	/**
	 * Hooks around one write.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param string|null $id          SCIM id; null when an administrator switches an account that SCIM does not know.
	 * @param string      $document    The SCIM resource as JSON text, as the client wants it; before a delete, as it was.
	 * @param bool        $wpo365      Whether WPO365's actions fire, too; not while its own users are taken over.
	 */
	public function __construct( private readonly Transaction $transaction, private readonly ?string $id, private readonly string $document, private readonly bool $wpo365 = true ) {}

	/**
	 * Filters what WordPress is to hold of a new or changed user, and the login name of a new one.
	 *
	 * @param array $need    A create or update need.
	 * @param int   $user_id User ID, 0 for a new user.
	 * @return array The need, with other values.
	 */
	public static function values( array $need, int $user_id ): array {
		if ( isset( $need['login'] ) ) {
			$need['login']['preferred'] = self::login( $need['login']['preferred'] );
		}
		if ( ! has_filter( 'scimpress_user_values' ) ) {
			return $need;
		}
		// A password is nobody's to see.
		$shown = array_diff_key( $need['wordpress'], array( 'password' => null ) );
		/**
		 * Filters the values that SCIM writes to an account. SCIM clients go on reading what they sent.
		 *
		 * @param array<string,string|null> $values   `user_email`, `first_name`, `last_name`, `display_name`; of an update those
		 *                                            that change. A key that is not among them is ignored.
		 * @param array<string,mixed>       $resource The SCIM resource.
		 * @param int                       $user_id  User ID, 0 while SCIM makes or links an account.
		 */
		$values = (array) apply_filters( 'scimpress_user_values', $shown, self::decode( $need['id'], $need['document'] ), $user_id );
		foreach ( array_intersect_key( $values, $shown ) as $key => $value ) {
			$need['wordpress'][ $key ] = null === $need['wordpress'][ $key ] || ! is_scalar( $value ) ? $need['wordpress'][ $key ] : (string) $value;
		}
		return $need;
	}

	/**
	 * Filters the login name of a new account.
	 *
	 * @param string $login What SCIM would call it.
	 */
	private static function login( string $login ): string {
		/**
		 * Filters the login name of a new user before WordPress's rules are applied to it (WPO365's filter).
		 *
		 * @param string $login The userName; of a guest the e-mail address.
		 */
		$filtered = apply_filters( 'wpo365/user/user_login', $login );
		return is_string( $filtered ) && '' !== $filtered ? $filtered : $login;
	}

	/**
	 * Whether anybody listens to an event.
	 *
	 * @param string $event A key of DONE.
	 */
	public static function is_heard( string $event ): bool {
		return has_action( "scimpress_before_user_$event" ) || has_action( "scimpress_after_user_$event" ) || has_action( 'scimpress_user_' . self::DONE[ $event ] );
	}

	/**
	 * Does something, with the actions before, after and when it is in the database.
	 *
	 * @param string          $event   A key of DONE.
	 * @param int             $user_id User ID, 0 for an account that is yet to be made.
	 * @param callable(): mixed $work  Does it; for `create` it returns the user ID.
	 * @return int User ID.
	 */
	public function around( string $event, int $user_id, callable $work ): int {
		/**
		 * Fires before SCIM creates (`scimpress_before_user_create`), links (`…_link`), changes (`…_update`), shuts
		 * (`…_deactivate`), opens again (`…_reactivate`) or deletes (`…_delete`) an account, or gives it other roles
		 * (`…_roles_change`), in the transaction of that write.
		 *
		 * Throwing refuses the write: nothing is changed, the client gets a SCIM 500.
		 *
		 * @param int                 $user_id  User ID; 0 before `create`.
		 * @param array<string,mixed> $resource The SCIM resource as it is going to be; before `delete`, as it is.
		 */
		$this->fire( "scimpress_before_user_$event", $user_id );
		$made    = $work();
		$user_id = $user_id ? $user_id : (int) $made;
		/**
		 * Fires after SCIM has done it (`scimpress_after_user_create`, and so on), still in the transaction of that write:
		 * what is written here is in the database together with it, or not at all.
		 *
		 * Throwing takes everything back, the client gets a SCIM 500.
		 *
		 * @param int                 $user_id  User ID; after `delete` that of an account that is gone.
		 * @param array<string,mixed> $resource The SCIM resource.
		 */
		$this->fire( "scimpress_after_user_$event", $user_id );
		if ( $this->wpo365 && isset( self::WPO365[ $event ] ) ) {
			/**
			 * Fires when WPO365 would have made (`wpo365/user/created`) or changed (`wpo365/user/updated`) a user. Throwing takes
			 * everything back.
			 *
			 * @param int $user_id User ID.
			 */
			do_action( self::WPO365[ $event ], $user_id );
		}
		$done = self::DONE[ $event ];
		/**
		 * Fires when it is in the database: `scimpress_user_created`, `…_linked`, `…_updated`, `…_deactivated`,
		 * `…_reactivated`, `…_deleted`, `…_roles_changed`. The place for mails and for calls of other services; throwing changes nothing any more.
		 *
		 * A DELETE that only deactivates fires `scimpress_user_deactivated`. A change of state fires beside `created`, `linked`
		 * or `updated`; alone, when an administrator does it in the list of users.
		 *
		 * @param int                 $user_id  User ID.
		 * @param array<string,mixed> $resource The SCIM resource.
		 */
		$this->transaction->after_commit( fn() => $this->fire( "scimpress_user_$done", $user_id ) );
		return $user_id;
	}

	/**
	 * Tells that a new user is about to be made, as WPO365 does.
	 *
	 * @param string $user_name The userName.
	 * @param string $email     The e-mail address, may be empty.
	 */
	public static function creating( string $user_name, string $email ): void {
		/**
		 * Fires before a new account is made (WPO365's action). Throwing refuses the user.
		 *
		 * @param string       $preferred_username The userName.
		 * @param string       $email              The e-mail address.
		 * @param list<string> $groups             Always empty: SCIM clients send groups after their members.
		 */
		do_action( 'wpo365/user/creating', $user_name, $email, array() );
	}

	/**
	 * Tells that a write failed and was rolled back, as WPO365 does. A listener that throws changes nothing.
	 *
	 * @param string     $event  `create` or `update`.
	 * @param \Throwable $thrown Why.
	 */
	public static function failed( string $event, \Throwable $thrown ): void {
		if ( $thrown instanceof Failure && 'stale' === $thrown->reason ) {
			return;
		}
		try {
			/**
			 * Fires when a user could not be made (`wpo365/user/created/fail`) or changed (`wpo365/user/updated/fail`), after
			 * the rollback (WPO365's actions).
			 *
			 * @param string $message Why, in English.
			 */
			do_action( self::WPO365[ $event ] . '/fail', $thrown instanceof Failure && '' !== $thrown->detail ? $thrown->detail : $thrown->getMessage() );
		} catch ( \Throwable $second ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- only the log can tell.
			error_log( sprintf( 'scimpress: %s thrown in %s on line %d by a listener to a failure', get_debug_type( $second ), $second->getFile(), $second->getLine() ) );
		}
	}

	/**
	 * Fires an action with the resource.
	 *
	 * @param string $action  Its name.
	 * @param int    $user_id User ID.
	 */
	private function fire( string $action, int $user_id ): void {
		if ( has_action( $action ) ) {
			$this->resource ??= null === $this->id ? array() : self::decode( $this->id, $this->document );
			// phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals.DynamicHooknameFound -- around() names them.
			do_action( $action, $user_id, $this->resource );
		}
	}

	/**
	 * The resource as listeners get it.
	 *
	 * @param string $id       SCIM id.
	 * @param string $document JSON text of the engine.
	 * @return array<string,mixed>
	 */
	public static function decode( string $id, string $document ): array {
		return array( 'id' => $id ) + (array) json_decode( $document, true );
	}
}
