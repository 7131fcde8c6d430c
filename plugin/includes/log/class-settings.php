<?php
/**
 * What the administrator decides about the log.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * The settings of the provisioning log, an option of their own.
 */
final class Settings {

	public const OPTION = 'scimpress_log';

	/** Bounds of what may be kept: days, entries, megabytes. */
	public const MOST = array(
		'days'      => 3650,
		'rows'      => 10000000,
		'megabytes' => 100000,
	);

	private const DEFAULTS = array(
		'enabled'        => true,
		'days'           => 90,
		'rows'           => 500000,
		'megabytes'      => 500,
		'anonymise'      => false,
		'full_addresses' => false,
	);

	/**
	 * Whether there is a log at all.
	 */
	public static function enabled(): bool {
		return self::all()['enabled'];
	}

	/**
	 * Whether names, values and addresses are replaced.
	 */
	public static function anonymise(): bool {
		return self::all()['anonymise'];
	}

	/**
	 * All settings.
	 *
	 * @return array{enabled: bool, days: int, rows: int, megabytes: int, anonymise: bool, full_addresses: bool} Of `days`, `rows` and `megabytes` the first that is exceeded counts.
	 */
	public static function all(): array {
		$stored = get_option( self::OPTION );
		return self::sanitize( is_array( $stored ) ? $stored : array() );
	}

	/**
	 * Stores settings. When names are to be replaced from now on, those of the entries that are there follow in the background.
	 *
	 * @param array<string,mixed> $changes Keys that are absent keep their value.
	 */
	public static function update( array $changes ): void {
		$before = self::anonymise();
		update_option( self::OPTION, self::sanitize( array_merge( self::all(), $changes ) ) );
		if ( self::anonymise() !== $before ) {
			$before ? Backlog::end() : Backlog::begin();
		}
	}

	/**
	 * Turns anything into settings.
	 *
	 * @param array<string,mixed> $values Values from the database or from a form.
	 * @return array{enabled: bool, days: int, rows: int, megabytes: int, anonymise: bool, full_addresses: bool}
	 */
	private static function sanitize( array $values ): array {
		$values    = array_filter( array_intersect_key( $values, self::DEFAULTS ), 'is_scalar' ) + self::DEFAULTS;
		$sanitized = array();
		foreach ( self::DEFAULTS as $name => $default ) {
			$sanitized[ $name ] = is_bool( $default ) ? (bool) $values[ $name ] : min( self::MOST[ $name ], max( 1, (int) $values[ $name ] ) );
		}
		return $sanitized;
	}
}
