<?php
/**
 * Makes the site that SCIMPRESS_SITE names one on which nobody has activated the plugin yet.
 *
 * @package Scimpress
 */

$_SERVER['HTTP_HOST']       = '127.0.0.1';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

deactivate_plugins( 'scimpress/scimpress.php' );
array_map( 'delete_option', array( 'scimpress_settings', 'scimpress_tokens', 'scimpress_token_use', 'scimpress_db_version' ) );
