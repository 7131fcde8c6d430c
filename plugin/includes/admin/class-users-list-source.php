<?php
/**
 * Users → All Users: where accounts come from.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * Shows which accounts SCIM provisions and when it last changed them, and a view of these alone. One query answers for all rows.
 */
final class Users_List_Source {

	/** Value of Users_List::VIEW. */
	public const PROVISIONED = 'provisioned';

	/** Query variable of WP_User_Query: provisioned accounts only. */
	private const QUERY = 'scimpress_provisioned';

	private const SOURCE = 'scimpress_source';
	private const SYNC   = 'scimpress_sync';

	/**
	 * Rows of the accounts that are shown, null before they were read.
	 *
	 * @var array<int,object{id: string, modified: string, deleted: string|null}>|null
	 */
	private ?array $rows = null;

	/**
	 * Action `load-users.php`.
	 */
	public function load(): void {
		if ( is_network_admin() || is_user_admin() || ! current_user_can( 'list_users' ) ) {
			return;
		}
		add_filter( 'manage_users_columns', array( $this, 'columns' ), 11 );
		add_filter( 'manage_users_custom_column', array( $this, 'cell' ), 10, 3 );
		add_filter( 'views_users', array( $this, 'views' ), 11 );
		add_filter( 'users_list_table_query_args', array( $this, 'query' ) );
		add_action( 'pre_user_query', array( $this, 'join' ) );
		add_action( 'restrict_manage_users', array( $this, 'keep_view' ) );
	}

	/**
	 * Filter `manage_users_columns`.
	 *
	 * @param array<string,string> $columns Column => title.
	 * @return array<string,string>
	 */
	public function columns( $columns ): array {
		return (array) $columns + array(
			self::SOURCE => __( 'Source', 'scimpress' ),
			self::SYNC   => __( 'Last sync', 'scimpress' ),
		);
	}

	/**
	 * Filter `manage_users_custom_column`.
	 *
	 * @param string $output  HTML so far.
	 * @param string $column  Column.
	 * @param int    $user_id User ID.
	 */
	public function cell( $output, $column, $user_id ): string {
		if ( self::SOURCE !== $column && self::SYNC !== $column ) {
			return (string) $output;
		}
		$row = $this->row( (int) $user_id );
		if ( self::SYNC === $column ) {
			return null === $row ? self::nothing( __( 'Never', 'scimpress' ) ) : esc_html( Tab::time( intdiv( (int) $row->modified, 1000 ) ) );
		}
		if ( null === $row ) {
			return esc_html__( 'Local', 'scimpress' );
		}
		if ( null !== $row->deleted ) {
			return esc_html__( 'SCIM, deleted there', 'scimpress' );
		}
		if ( ! Resource_Page::is_allowed() ) {
			return 'SCIM';
		}
		return sprintf(
			'<a href="%s">SCIM <span class="screen-reader-text">%s</span></a>',
			esc_url( Resource_Page::url( (int) $user_id ) ),
			/* translators: %s: login name. */
			esc_html( sprintf( __( 'resource of %s', 'scimpress' ), get_userdata( $user_id )->user_login ?? '' ) )
		);
	}

	/**
	 * Filter `views_users`: adds a view, when somebody is in it. It has no number: counting them would look at every row.
	 *
	 * @param array<string,string> $views Links.
	 * @return array<string,string>
	 */
	public function views( $views ): array {
		$views = (array) $views;
		if ( self::is_view() && isset( $views['all'] ) ) {
			$views['all'] = str_replace( array( ' class="current"', ' aria-current="page"' ), '', $views['all'] );
		}
		if ( self::is_view() || User_Table::is_used() ) {
			$views[ self::PROVISIONED ] = sprintf(
				'<a href="%s"%s>%s</a>',
				esc_url( add_query_arg( Users_List::VIEW, self::PROVISIONED, 'users.php' ) ),
				self::is_view() ? ' class="current" aria-current="page"' : '',
				esc_html__( 'Provisioned', 'scimpress' )
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
		return self::is_view() ? array( self::QUERY => true ) + (array) $arguments : (array) $arguments;
	}

	/**
	 * Action `pre_user_query`: WP_User_Query knows no tables but its own.
	 *
	 * @param \WP_User_Query $query The query.
	 */
	public function join( $query ): void {
		if ( $query->get( self::QUERY ) ) {
			global $wpdb;
			$query->query_from .= ' INNER JOIN ' . User_Table::name() . " scimpress ON scimpress.user_id = $wpdb->users.ID AND scimpress.deleted IS NULL";
		}
	}

	/**
	 * Action `restrict_manage_users`: a search within the view stays there.
	 *
	 * @param string $which `top` or `bottom`.
	 */
	public function keep_view( $which ): void {
		if ( 'top' === $which && self::is_view() ) {
			printf( '<input type="hidden" name="%s" value="%s">', esc_attr( Users_List::VIEW ), esc_attr( self::PROVISIONED ) );
		}
	}

	/**
	 * What SCIM knows of an account.
	 *
	 * @param int $user_id User ID.
	 * @return object{id: string, modified: string, deleted: string|null}|null
	 */
	private function row( int $user_id ): ?object {
		$list = $GLOBALS['wp_list_table'] ?? null;
		if ( null === $this->rows ) {
			$this->rows = User_Table::of_users( $list instanceof \WP_Users_List_Table ? array_keys( (array) $list->items ) : array( $user_id ) );
		}
		return $this->rows[ $user_id ] ?? null;
	}

	/**
	 * A dash, and what it means.
	 *
	 * @param string $meaning Translated.
	 */
	private static function nothing( string $meaning ): string {
		return '<span aria-hidden="true">&#8212;</span><span class="screen-reader-text">' . esc_html( $meaning ) . '</span>';
	}

	/**
	 * Whether the page shows provisioned accounts only.
	 */
	private static function is_view(): bool {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses what is shown.
		return self::PROVISIONED === ( $_REQUEST[ Users_List::VIEW ] ?? '' );
	}
}
