<?php
/**
 * Scimpress
 *
 * @package           Scimpress
 * @license           GPL-2.0-or-later
 *
 * @wordpress-plugin
 * Plugin Name:       Scimpress
 * Description:       Microsoft Entra ID, Okta and other SCIM 2.0 clients create, update, deactivate and delete the users of this site.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      8.1
 * Author:            The Scimpress contributors
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       scimpress
 * Domain Path:       /languages
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

const VERSION = '0.1.0';

/** Oldest version of the PHP extension that speaks this plugin's contract. */
const MINIMUM_EXTENSION = '0.1.0';

const PLUGIN_FILE = __FILE__;

spl_autoload_register(
	// `Scimpress\Store\User_Table` is includes/store/class-user-table.php. The extension shares the namespace, so a missing file is no error.
	static function ( string $name ): void {
		if ( ! str_starts_with( $name, __NAMESPACE__ . '\\' ) ) {
			return;
		}
		$parts = explode( '\\', strtolower( str_replace( '_', '-', substr( $name, strlen( __NAMESPACE__ ) + 1 ) ) ) );
		$class = array_pop( $parts );
		$path  = __DIR__ . '/includes/' . ( $parts ? implode( '/', $parts ) . '/' : '' ) . "class-$class.php";
		// Unlike is_file(), it asks opcache, which has the path of what it has compiled, and not the disk.
		if ( false !== stream_resolve_include_path( $path ) ) {
			require $path;
		}
	}
);

require __DIR__ . '/includes/functions.php';

Plugin::boot();
