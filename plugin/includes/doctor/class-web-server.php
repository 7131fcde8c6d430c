<?php
/**
 * Which web server it is.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * Recognises the servers for which the catalogue has a text to paste.
 */
final class Web_Server {

	public const APACHE    = 'apache';
	public const NGINX     = 'nginx';
	public const LITESPEED = 'litespeed';
	public const IIS       = 'iis';

	/** Server => its name. */
	public const NAMES = array(
		self::APACHE    => 'Apache',
		self::NGINX     => 'nginx',
		self::LITESPEED => 'LiteSpeed',
		self::IIS       => 'IIS',
	);

	/**
	 * Servers that signatures name: SERVER_SOFTWARE tells of the one that runs PHP, the answer's header of the one in front.
	 *
	 * @param list<string> $signatures Such as `nginx/1.22.1` or `Apache/2.4.62 (Debian)`.
	 * @return list<string> Of the constants.
	 */
	public static function of( array $signatures ): array {
		$patterns = array(
			self::APACHE    => '/apache/i',
			self::NGINX     => '/nginx|openresty|tengine|angie/i',
			self::LITESPEED => '/litespeed/i',
			self::IIS       => '/microsoft-iis/i',
		);
		return array_keys( array_filter( $patterns, static fn( string $pattern ): bool => (bool) preg_grep( $pattern, $signatures ) ) );
	}
}
