<?php
/**
 * What the list of users is asked to do.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Store\Account_Switch;
use Scimpress\Store\Protection;
use Scimpress\Store\Failure;

defined( 'ABSPATH' ) || exit;

/**
 * Deactivates and reactivates accounts, and says what became of it: nonce, capability, then one account after the other.
 */
final class Users_List_Actions {

	public const DEACTIVATE = 'scimpress_deactivate';
	public const REACTIVATE = 'scimpress_reactivate';

	/** Nonce action of core's own bulk actions; the page carries it in its form. */
	public const NONCE = 'bulk-users';

	/** Query argument that tells the next page what has happened: outcome => number of accounts. */
	private const OUTCOME = 'scimpress_outcome';

	/**
	 * Does what the request asks for, if it asks for anything of ours.
	 */
	public function load(): void {
		$action = self::action();
		if ( '' !== $action ) {
			$this->act( self::REACTIVATE === $action );
		}
		add_action( 'admin_notices', array( $this, 'notices' ) );
		add_filter( 'removable_query_args', array( $this, 'removable' ) );
	}

	/**
	 * Action `admin_notices`: what has happened.
	 */
	public function notices(): void {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput -- chooses sentences; every number is made one.
		$outcome = array_map( 'absint', is_array( $_GET[ self::OUTCOME ] ?? null ) ? $_GET[ self::OUTCOME ] : array() );
		foreach ( self::sentences( $outcome ) as list( $good, $sentence ) ) {
			printf( '<div class="notice notice-%s is-dismissible" role="%s"><p>%s</p></div>', $good ? 'success' : 'error', $good ? 'status' : 'alert', esc_html( $sentence ) );
		}
	}

	/**
	 * Filter `removable_query_args`: a reload does not tell again.
	 *
	 * @param list<string> $names Query arguments.
	 * @return list<string>
	 */
	public function removable( $names ): array {
		return array( ...(array) $names, self::OUTCOME );
	}

	/**
	 * Does what is asked for, and goes on to the page that tells so.
	 *
	 * Here and not in `handle_bulk_actions-users`: users.php has dropped the nonce of its form when it gets there.
	 *
	 * @param bool $active Whether the accounts shall be able to sign in.
	 */
	private function act( bool $active ): void {
		check_admin_referer( self::NONCE );
		if ( ! current_user_can( 'promote_users' ) ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to deactivate users.', 'scimpress' ), 403 );
		}
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- every value is made a number.
		$user_ids = array_unique( array_filter( array_map( 'absint', (array) ( $_REQUEST['users'] ?? array() ) ) ) );
		$outcome  = array();
		foreach ( $user_ids as $user_id ) {
			$said             = self::objection( $user_id ) ?? self::set( $user_id, $active );
			$outcome[ $said ] = ( $outcome[ $said ] ?? 0 ) + 1;
		}
		$back = add_query_arg( self::OUTCOME, $outcome, remove_query_arg( array( 'action', 'action2', 'users', '_wpnonce', '_wp_http_referer', self::OUTCOME ), wp_get_referer() ?: self_admin_url( 'users.php' ) ) );
		wp_safe_redirect( Users_List::is_view() ? add_query_arg( Users_List::VIEW, Users_List::DEACTIVATED, $back ) : $back );
		exit;
	}

	/**
	 * Opens or shuts an account.
	 *
	 * @param int  $user_id User ID.
	 * @param bool $active  Whether it may sign in.
	 * @return string The outcome, see sentences().
	 */
	private static function set( int $user_id, bool $active ): string {
		try {
			if ( ! Account_Switch::set( $user_id, $active ) ) {
				return 'unchanged';
			}
			return $active ? 'reactivated' : 'deactivated';
		} catch ( Failure $failure ) {
			// objection() has looked whether the account is protected: this is the last administrator.
			return 'protected' === $failure->reason ? 'last' : 'failed';
		} catch ( \Throwable $thrown ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- the page says that it failed; the log says where.
			error_log( sprintf( 'scimpress: %s thrown in %s on line %d while an account was switched by hand', get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
			return 'failed';
		}
	}

	/**
	 * Why the current user may not switch an account.
	 *
	 * @param int $user_id User ID.
	 * @return string|null `self`, `forbidden` or `protected`; null when nothing is against it.
	 */
	public static function objection( int $user_id ): ?string {
		if ( get_current_user_id() === $user_id ) {
			return 'self';
		}
		// It takes and gives roles, as `promote_user` allows. On a network only super admins may edit users; here, it ends sessions too.
		if ( ! current_user_can( 'promote_user', $user_id ) || ( ! is_multisite() && ! current_user_can( 'edit_user', $user_id ) ) || ! is_user_member_of_blog( $user_id ) ) {
			return 'forbidden';
		}
		if ( Protection::is_protected( $user_id ) ) {
			return 'protected';
		}
		return null;
	}

	/**
	 * What the page says.
	 *
	 * @param array<string,int> $outcome Outcome => number of accounts.
	 * @return list<array{0: bool, 1: string}> Whether it is good news, and the sentence.
	 */
	private static function sentences( array $outcome ): array {
		$number    = static fn( string $said ): int => $outcome[ $said ] ?? 0;
		$sentences = array(
			/* translators: %s: number of users. */
			'deactivated' => _n( '%s user was deactivated: signed out, and without roles.', '%s users were deactivated: signed out, and without roles.', $number( 'deactivated' ), 'scimpress' ),
			/* translators: %s: number of users. */
			'reactivated' => _n( '%s user was reactivated and has the roles of before.', '%s users were reactivated and have the roles of before.', $number( 'reactivated' ), 'scimpress' ),
			/* translators: %s: number of users. */
			'unchanged'   => _n( '%s user was in this state already.', '%s users were in this state already.', $number( 'unchanged' ), 'scimpress' ),
			'self'        => __( 'You cannot deactivate yourself.', 'scimpress' ),
			/* translators: %s: number of users. */
			'forbidden'   => _n( '%s user was left alone: you are not allowed to change this account.', '%s users were left alone: you are not allowed to change these accounts.', $number( 'forbidden' ), 'scimpress' ),
			/* translators: %s: number of users. */
			'protected'   => _n( '%s user was left alone: accounts that may manage the site, and those listed under Settings → Scimpress, are protected.', '%s users were left alone: accounts that may manage the site, and those listed under Settings → Scimpress, are protected.', $number( 'protected' ), 'scimpress' ),
			'last'        => __( 'The last user who may manage the site was left alone.', 'scimpress' ),
			/* translators: %s: number of users. */
			'failed'      => _n( '%s user could not be changed; the error log of the site has the cause.', '%s users could not be changed; the error log of the site has the cause.', $number( 'failed' ), 'scimpress' ),
		);
		$told      = array();
		foreach ( $sentences as $said => $sentence ) {
			if ( $number( $said ) ) {
				$told[] = array( in_array( $said, array( 'deactivated', 'reactivated', 'unchanged' ), true ), sprintf( $sentence, number_format_i18n( $number( $said ) ) ) );
			}
		}
		return $told;
	}

	/**
	 * Which of our actions the request asks for, chosen as core chooses its own; an empty string for none.
	 */
	private static function action(): string {
		// phpcs:disable WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput -- act() checks the nonce; compared with two constants only.
		if ( isset( $_REQUEST['changeit'] ) || ! empty( $_REQUEST['filter_action'] ) ) {
			return '';
		}
		$action = $_REQUEST['action'] ?? '-1';
		if ( '-1' === $action ) {
			$action = $_REQUEST['action2'] ?? '';
		}
		// phpcs:enable
		return in_array( $action, array( self::DEACTIVATE, self::REACTIVATE ), true ) ? $action : '';
	}
}
