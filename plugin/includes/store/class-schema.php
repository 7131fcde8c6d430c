<?php
/**
 * The tables of the store.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Log\Log_Table;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Queue;
use Scimpress\Log\Settings;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery -- our own tables.

/**
 * Makes the tables and keeps them up to date, site by site.
 */
final class Schema {

	public const VERSION_OPTION = 'scimpress_db_version';

	private const VERSION = '5';

	private const TABLES = array( User_Table::class, Group_Table::class, Membership_Table::class, Foreign_Meta_Table::class, Queue::class, Log_Table::class );

	/** Keys compare byte by byte: what is equal is decided by the engine, which folds them. */
	private const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

	/**
	 * Names of the tables on this site.
	 *
	 * @return list<string>
	 */
	public static function tables(): array {
		return array_map( static fn( string $table ): string => $table::name(), self::TABLES );
	}

	/**
	 * Creates or changes the tables when the plugin's idea of them is newer than the site's.
	 */
	public static function upgrade(): void {
		global $wpdb;
		if ( self::VERSION === get_option( self::VERSION_OPTION ) ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$complete = true;
		foreach ( self::TABLES as $table ) {
			$columns = str_replace( '$exact', self::EXACT, $table::DEFINITION );
			// InnoDB by name: without transactions and row locks there is no store. DYNAMIC rows hold keys of 255 characters.
			dbDelta( 'CREATE TABLE ' . $table::name() . " (\n$columns\n) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT " . self::EXACT . ';' );
			// dbDelta() does not say whether it could. Without a table the next request tries again.
			$complete = $complete && null !== $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table::name() ) ) );
		}
		Rule_Set::prepare();
		Tokens::prepare();
		if ( $complete ) {
			update_option( self::VERSION_OPTION, self::VERSION );
			// An option that is not there costs every request a query.
			add_option( Settings::OPTION, Settings::all() );
		}
	}

	/**
	 * Filter `pre_get_table_charset`: spares wpdb a SHOW FULL COLUMNS before every write that is not plain ASCII.
	 *
	 * @param string|null|\WP_Error $charset Outcome so far.
	 * @param string                $table   Table name.
	 * @return string|null|\WP_Error
	 */
	public static function charset( $charset, $table ) {
		return in_array( $table, self::tables(), true ) ? 'utf8mb4' : $charset;
	}

	/**
	 * Filter `wpmu_drop_tables`: a site that is deleted from a network takes our tables with it.
	 *
	 * @param array<string,string> $tables Tables that WordPress drops.
	 * @param int                  $site   Site ID.
	 * @return array<string,string>
	 */
	public static function drop_with_site( $tables, $site ): array {
		$ours = \Scimpress\Network::on( (int) $site, array( self::class, 'tables' ) );
		// That is the network's.
		return array_merge( (array) $tables, array_diff( $ours, array( Foreign_Meta_Table::name() ) ) );
	}
}
