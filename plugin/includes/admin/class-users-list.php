<?php
/**
 * Users → All Users.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Account_State;
use Scimpress\Store\Account_Switch;
use Scimpress\Store\Administrators;
use Scimpress\Store\Failure;

defined( 'ABSPATH' ) || exit;

/**
 * Shows who is deactivated, and lets administrators deactivate and reactivate. Nothing of it runs on other pages.
 */
final class Users_List {

	public const DEACTIVATE = 'scimpress_deactivate';
	public const REACTIVATE = 'scimpress_reactivate';

	/** Query argument of the view, and its value. */
	public const VIEW        = 'scimpress_state';
	public const DEACTIVATED = 'deactivated';

	private const COLUMN = 'scimpress_state';

	/** Nonce action of core's own bulk actions; the page carries it in its form. */
	private const NONCE = 'bulk-users';

	/** Query argument that tells the next page what has happened: outcome => number of accounts. */
	private const OUTCOME = 'scimpress_outcome';

	/**
	 * Action `load-users.php`.
	 */
	public function load(): void {
		// The list of a network shows accounts, not members of a site.
		if ( is_network_admin() || is_user_admin() || ! current_user_can( 'list_users' ) ) {
			return;
		}
		$action = self::action();
		if ( '' !== $action ) {
			$this->act( self::REACTIVATE === $action );
		}
		add_filter( 'manage_users_columns', array( $this, 'columns' ) );
		add_filter( 'manage_users_custom_column', array( $this, 'cell' ), 10, 3 );
		add_filter( 'user_row_actions', array( $this, 'row_actions' ), 10, 2 );
		add_filter( 'bulk_actions-users', array( $this, 'bulk_actions' ) );
		add_filter( 'views_users', array( $this, 'views' ) );
		add_filter( 'users_list_table_query_args', array( $this, 'query' ) );
		add_action( 'restrict_manage_users', array( $this, 'keep_view' ) );
		add_action( 'admin_notices', array( $this, 'notices' ) );
		add_filter( 'removable_query_args', array( $this, 'removable' ) );
	}

	/**
	 * Filter `manage_users_columns`: the state stands beside the name.
	 *
	 * @param array<string,string> $columns Column => title.
	 * @return array<string,string>
	 */
	public function columns( $columns ): array {
		$columns = (array) $columns;
		$before  = array_search( 'name', array_keys( $columns ), true );
		$before  = false === $before ? 2 : $before + 1;
		return array_slice( $columns, 0, $before, true ) + array( self::COLUMN => __( 'State', 'scimpress' ) ) + array_slice( $columns, $before, null, true );
	}

	/**
	 * Filter `manage_users_custom_column`.
	 *
	 * @param string $output  HTML so far.
	 * @param string $column  Column.
	 * @param int    $user_id User ID.
	 */
	public function cell( $output, $column, $user_id ): string {
		if ( self::COLUMN !== $column ) {
			return (string) $output;
		}
		if ( Account_State::is_active( (int) $user_id ) ) {
			return '<span aria-hidden="true">&#8212;</span><span class="screen-reader-text">' . esc_html__( 'Active', 'scimpress' ) . '</span>';
		}
		$memory = Account_State::memory( (int) $user_id );
		$since  = is_array( $memory ) && is_string( $memory['since'] ?? null ) ? strtotime( $memory['since'] ) : false;
		$state  = '<strong>' . esc_html__( 'Deactivated', 'scimpress' ) . '</strong>';
		/* translators: %s: date. */
		return false === $since ? $state : $state . '<br>' . esc_html( sprintf( __( 'since %s', 'scimpress' ), wp_date( get_option( 'date_format' ), $since ) ) );
	}

	/**
	 * Filter `user_row_actions`.
	 *
	 * @param array<string,string> $actions Links.
	 * @param \WP_User             $user    The account of the row.
	 * @return array<string,string>
	 */
	public function row_actions( $actions, $user ): array {
		$actions = (array) $actions;
		if ( null !== self::objection( $user->ID ) ) {
			return $actions;
		}
		$active = Account_State::is_active( $user->ID );
		$name   = $active ? self::DEACTIVATE : self::REACTIVATE;
		$url    = wp_nonce_url(
			add_query_arg(
				array(
					'action'   => $name,
					'users[]'  => $user->ID,
					self::VIEW => self::is_view() ? self::DEACTIVATED : false,
				),
				'users.php'
			),
			self::NONCE
		);
		/* translators: %s: name of a user. */
		$label = sprintf( $active ? __( 'Deactivate %s', 'scimpress' ) : __( 'Reactivate %s', 'scimpress' ), $user->display_name );

		$actions[ $name ] = sprintf(
			'<a href="%s" aria-label="%s">%s</a>',
			esc_url( $url ),
			esc_attr( $label ),
			$active ? esc_html__( 'Deactivate', 'scimpress' ) : esc_html__( 'Reactivate', 'scimpress' )
		);
		return $actions;
	}

	/**
	 * Filter `bulk_actions-users`.
	 *
	 * @param array<string,string> $actions Action => label.
	 * @return array<string,string>
	 */
	public function bulk_actions( $actions ): array {
		$actions = (array) $actions;
		if ( current_user_can( 'promote_users' ) ) {
			$actions[ self::DEACTIVATE ] = __( 'Deactivate', 'scimpress' );
			$actions[ self::REACTIVATE ] = __( 'Reactivate', 'scimpress' );
		}
		return $actions;
	}

	/**
	 * Filter `views_users`: adds a view, when somebody is in it.
	 *
	 * @param array<string,string> $views Links.
	 * @return array<string,string>
	 */
	public function views( $views ): array {
		$views  = (array) $views;
		$number = self::number();
		if ( self::is_view() && isset( $views['all'] ) ) {
			$views['all'] = str_replace( array( ' class="current"', ' aria-current="page"' ), '', $views['all'] );
		}
		if ( $number || self::is_view() ) {
			$views[ self::VIEW ] = sprintf(
				'<a href="%s"%s>%s</a>',
				esc_url( add_query_arg( self::VIEW, self::DEACTIVATED, 'users.php' ) ),
				self::is_view() ? ' class="current" aria-current="page"' : '',
				/* translators: %s: number of users. */
				wp_kses( sprintf( __( 'Deactivated <span class="count">(%s)</span>', 'scimpress' ), number_format_i18n( $number ) ), array( 'span' => array( 'class' => array() ) ) )
			);
		}
		return $views;
	}

	/**
	 * Filter `users_list_table_query_args`.
	 *
	 * @param array $arguments Arguments of WP_User_Query.
	 */
	public function query( $arguments ): array {
		$arguments = (array) $arguments;
		if ( self::is_view() ) {
			$mine = array(
				'key'     => Account_State::meta_key(),
				'compare' => 'EXISTS',
			);
			// phpcs:ignore WordPress.DB.SlowDBQuery -- by an index: only deactivated accounts have this meta.
			$arguments['meta_query'] = empty( $arguments['meta_query'] ) ? array( $mine ) : array( $arguments['meta_query'], $mine );
		}
		return $arguments;
	}

	/**
	 * Action `restrict_manage_users`: a search within the view stays there.
	 *
	 * @param string $which `top` or `bottom`.
	 */
	public function keep_view( $which ): void {
		if ( 'top' === $which && self::is_view() ) {
			printf( '<input type="hidden" name="%s" value="%s">', esc_attr( self::VIEW ), esc_attr( self::DEACTIVATED ) );
		}
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
		wp_safe_redirect( self::is_view() ? add_query_arg( self::VIEW, self::DEACTIVATED, $back ) : $back );
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
	private static function objection( int $user_id ): ?string {
		if ( get_current_user_id() === $user_id ) {
			return 'self';
		}
		// It takes and gives roles, as `promote_user` allows. On a network only super admins may edit users; here, it ends sessions too.
		if ( ! current_user_can( 'promote_user', $user_id ) || ( ! is_multisite() && ! current_user_can( 'edit_user', $user_id ) ) || ! is_user_member_of_blog( $user_id ) ) {
			return 'forbidden';
		}
		if ( Administrators::is_protected( $user_id ) ) {
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
			'protected'   => _n( '%s user was left alone: accounts that may manage the site are protected. Give the account another role first.', '%s users were left alone: accounts that may manage the site are protected. Give them another role first.', $number( 'protected' ), 'scimpress' ),
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
	 * Number of deactivated accounts, out of the index on `meta_key`: it looks at as many rows as there are such accounts. Meta
	 * without an account, which sites collect, does not count.
	 */
	private static function number(): int {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WP_User_Query would join the users to count them.
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->usermeta m JOIN $wpdb->users u ON u.ID = m.user_id WHERE m.meta_key = %s", Account_State::meta_key() ) );
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

	/**
	 * Whether the page shows deactivated accounts only.
	 */
	private static function is_view(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses what is shown.
		return self::DEACTIVATED === ( $_REQUEST[ self::VIEW ] ?? '' );
	}
}
