<?php
/**
 * Users → All Users.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Account_State;

defined( 'ABSPATH' ) || exit;

/**
 * Shows who is deactivated, with links and bulk actions that change it. Nothing of it runs on other pages.
 */
final class Users_List {

	/** Query argument of the view, and its value. */
	public const VIEW        = 'scimpress_state';
	public const DEACTIVATED = 'deactivated';

	private const COLUMN = 'scimpress_state';

	/**
	 * Action `load-users.php`.
	 */
	public function load(): void {
		// The list of a network shows accounts, not members of a site.
		if ( is_network_admin() || is_user_admin() || ! current_user_can( 'list_users' ) ) {
			return;
		}
		( new Users_List_Actions() )->load();
		add_filter( 'manage_users_columns', array( $this, 'columns' ) );
		add_filter( 'manage_users_custom_column', array( $this, 'cell' ), 10, 3 );
		add_filter( 'user_row_actions', array( $this, 'row_actions' ), 10, 2 );
		add_filter( 'bulk_actions-users', array( $this, 'bulk_actions' ) );
		add_filter( 'views_users', array( $this, 'views' ) );
		add_filter( 'users_list_table_query_args', array( $this, 'query' ) );
		add_action( 'restrict_manage_users', array( $this, 'keep_view' ) );
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
		if ( null !== Users_List_Actions::objection( $user->ID ) ) {
			return $actions;
		}
		$active = Account_State::is_active( $user->ID );
		$name   = $active ? Users_List_Actions::DEACTIVATE : Users_List_Actions::REACTIVATE;
		$url    = wp_nonce_url(
			add_query_arg(
				array(
					'action'   => $name,
					'users[]'  => $user->ID,
					self::VIEW => self::is_view() ? self::DEACTIVATED : false,
				),
				'users.php'
			),
			Users_List_Actions::NONCE
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
			$actions[ Users_List_Actions::DEACTIVATE ] = __( 'Deactivate', 'scimpress' );
			$actions[ Users_List_Actions::REACTIVATE ] = __( 'Reactivate', 'scimpress' );
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
	 * Number of deactivated accounts, out of the index on `meta_key`: it looks at as many rows as there are such accounts. Meta
	 * without an account, which sites collect, does not count.
	 */
	private static function number(): int {
		global $wpdb;
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WP_User_Query would join the users to count them.
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->usermeta m JOIN $wpdb->users u ON u.ID = m.user_id WHERE m.meta_key = %s", Account_State::meta_key() ) );
	}

	/**
	 * Whether the page shows deactivated accounts only.
	 */
	public static function is_view(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses what is shown.
		return self::DEACTIVATED === ( $_REQUEST[ self::VIEW ] ?? '' );
	}
}
