<?php
/**
 * The shape of our table.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Makes the table and keeps it up to date, site by site.
 */
final class Schema {

	public const VERSION_OPTION = 'scimpress_db_version';

	private const VERSION = '1';

	/**
	 * Creates or changes the table when the plugin's idea of it is newer than the site's.
	 */
	public static function upgrade(): void {
		global $wpdb;
		if ( self::VERSION === get_option( self::VERSION_OPTION ) ) {
			return;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$table = User_Table::name();
		$exact = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
		// InnoDB by name: without transactions and row locks there is no store. DYNAMIC rows hold keys of 255 characters.
		dbDelta(
			"CREATE TABLE $table (
position bigint(20) unsigned NOT NULL AUTO_INCREMENT,
user_id bigint(20) unsigned DEFAULT NULL,
id varchar(64) $exact NOT NULL,
user_name varchar(255) $exact DEFAULT NULL,
external_id varchar(255) $exact DEFAULT NULL,
object_id varchar(255) $exact DEFAULT NULL,
email varchar(255) $exact DEFAULT NULL,
account_email varchar(255) $exact DEFAULT NULL,
active tinyint(1) NOT NULL DEFAULT 1,
created bigint(20) NOT NULL,
modified bigint(20) NOT NULL,
version bigint(20) NOT NULL DEFAULT 1,
deleted bigint(20) DEFAULT NULL,
document longtext $exact NOT NULL,
observed longtext $exact DEFAULT NULL,
PRIMARY KEY  (position),
UNIQUE KEY user_id (user_id),
UNIQUE KEY id (id),
UNIQUE KEY user_name (user_name),
UNIQUE KEY object_id (object_id),
UNIQUE KEY account_email (account_email),
KEY external_id (external_id),
KEY email (email),
KEY deleted (deleted)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
		);
		// dbDelta() does not say whether it could. Without the table the next request tries again.
		if ( null !== $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) ) {
			update_option( self::VERSION_OPTION, self::VERSION );
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
		return User_Table::name() === $table ? 'utf8mb4' : $charset;
	}
}
