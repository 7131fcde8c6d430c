<?php
/**
 * Removes everything that Scimpress keeps. Accounts stay as they are, except that deactivated ones get their roles back and
 * could sign in again.
 *
 * `aadObjectId` and `userPrincipalName` stay: Microsoft sign-in plugins find users by them.
 *
 * @package Scimpress
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

// WordPress loads this file alone, and our hooks must stay away: they would keep out whom this lets in.
foreach ( array( 'class-settings', 'class-network', 'class-remembered-roles', 'class-account-state', 'lane/class-slot' ) as $scimpress_class ) {
	require_once __DIR__ . "/includes/$scimpress_class.php";
}

/**
 * Removes what belongs to the current site.
 */
function scimpress_uninstall_site(): void {
	global $wpdb;
	Scimpress\Account_State::activate_all();
	Scimpress\Lane\Slot::forget();
	delete_metadata( 'user', 0, Scimpress\Account_State::meta_key(), '', true );
	foreach ( array( 'scimpress_log', 'scimpress_queue', 'scimpress_members', 'scimpress_groups', 'scimpress_users' ) as $scimpress_table ) {
		// phpcs:ignore WordPress.DB -- our own tables.
		$wpdb->query( "DROP TABLE IF EXISTS {$wpdb->prefix}$scimpress_table" );
	}
	$scimpress_options = array(
		'scimpress_settings',
		'scimpress_tokens',
		'scimpress_token_use',
		'scimpress_notices',
		'scimpress_foreign_meta',
		'scimpress_import',
		'scimpress_attributes',
		'scimpress_roles',
		'scimpress_settlement',
		'scimpress_log',
		'scimpress_log_days',
		'scimpress_log_backlog',
		'scimpress_db_version',
	);
	foreach ( $scimpress_options as $scimpress_option ) {
		delete_option( $scimpress_option );
	}
	wp_clear_scheduled_hook( 'scimpress_settle' );
	wp_clear_scheduled_hook( 'scimpress_log_prune' );
	wp_clear_scheduled_hook( 'scimpress_log_anonymise' );
	// What an interrupted run of the connection doctor has left.
	// phpcs:ignore WordPress.DB -- options are found by the beginning of their names in no other way.
	array_map( 'delete_option', $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like( 'scimpress_visitor_' ) . '%' ) ) );
}

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $scimpress_site ) {
		switch_to_blog( $scimpress_site );
		scimpress_uninstall_site();
		restore_current_blog();
	}
	delete_site_option( 'scimpress_network' );
	delete_site_option( 'scimpress_foreign_meta' );
} else {
	scimpress_uninstall_site();
}
// Of the network, like WordPress's own table of user meta.
// phpcs:ignore WordPress.DB -- our own table.
$GLOBALS['wpdb']->query( "DROP TABLE IF EXISTS {$GLOBALS['wpdb']->base_prefix}scimpress_foreign_meta" );
