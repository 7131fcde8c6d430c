<?php
/**
 * Diagnoses of WordPress and its plugins.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * What WordPress or another plugin does to requests.
 */
final class Catalogue_Plugins {

	/**
	 * Opens the namespace to the token. `$wp` has the route that WordPress answers; the address of the request may name another.
	 */
	private const ALLOW = "<?php\nadd_filter(\n\t'rest_authentication_errors',\n\tstatic fn( \$error ) => str_starts_with( \$GLOBALS['wp']->query_vars['rest_route'] ?? '', '/{namespace}/' ) ? null : \$error,\n\tPHP_INT_MAX\n);";

	/**
	 * See Catalogue::all().
	 */
	public static function entries(): array {
		return array(
			'maintenance'     => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'The site is in maintenance mode', 'scimpress' ),
				'explanation' => __( 'Every visitor and every identity provider gets {status}. WordPress ends it by itself ten minutes after an update, or when the update is done.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Delete the file .maintenance in the directory of WordPress, or run this; if a plugin makes the page, switch it off there:', 'scimpress' ), 'wp maintenance-mode deactivate' ),
				),
			),
			'rest_blocked'    => array(
				'check'       => 'routes',
				'severity'    => Finding::PROBLEM,
				'title'       => __( '{plugin} blocks the REST API', 'scimpress' ),
				'explanation' => __( 'The {method} was refused with {status} by {plugin} ({file}), at the hook {hook}.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'In the settings of {plugin}, allow the namespace {namespace}. If there is no such setting and the hook is rest_authentication_errors, put this into wp-content/mu-plugins/allow-scimpress.php; the token is still needed:', 'scimpress' ), self::ALLOW ),
				),
			),
			'plugin_page'     => array(
				'check'       => 'routes',
				'severity'    => Finding::PROBLEM,
				'title'       => __( '{plugin} answers with a page of its own', 'scimpress' ),
				'explanation' => __( 'The {method} ended with {status} in {plugin} ({file}), at the hook {hook}: a sign-in page, a “coming soon” page or a block of a security plugin.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'In the settings of {plugin}, leave out this path:', 'scimpress' ), '{path}' ),
				),
			),
			'login_page'      => array(
				'check'       => 'wordpress',
				'severity'    => Finding::PROBLEM,
				'title'       => __( 'A web page comes back instead of SCIM', 'scimpress' ),
				'explanation' => __( 'The answer {status} is a page for people ({type}), sent before Scimpress was asked: the sign-in page or challenge of a security plugin that is loaded earlier, of a must-use plugin, of the web server or of a CDN.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Open the address in a private window to see whose page it is, and leave out this path there:', 'scimpress' ), '{path}' ),
				),
			),
			'foreign_handler' => array(
				'check'       => 'routes',
				'severity'    => Finding::PROBLEM,
				'title'       => __( '{plugin} owns the SCIM routes', 'scimpress' ),
				'explanation' => __( 'WordPress hands requests for /{namespace}/Users to {plugin} ({file}) and not to Scimpress.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Switch off SCIM in {plugin}, or deactivate it:', 'scimpress' ), 'wp plugin list --status=active,must-use' ),
				),
			),
			'rival'           => array(
				'check'       => 'routes',
				'severity'    => Finding::WARNING,
				'title'       => __( '{plugin} wants the SCIM routes, too', 'scimpress' ),
				'explanation' => __( 'Scimpress answers all requests. Once it is deactivated, {plugin} does.', 'scimpress' ),
				'fixes'       => array(
					Catalogue::WORDPRESS => array( __( 'Switch off SCIM in {plugin}.', 'scimpress' ), '' ),
				),
			),
		);
	}
}
