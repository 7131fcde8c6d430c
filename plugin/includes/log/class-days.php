<?php
/**
 * Writes and failures by day.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * Counts the entries of the last days. Days that are over are counted once: they change no more, whatever is pruned.
 */
final class Days {

	public const OPTION = 'scimpress_log_days';

	/** Days that are shown. */
	public const SHOWN = 14;

	/**
	 * The last days, the oldest first, today last.
	 *
	 * @param \DateTimeImmutable|null $now Time in the site's time zone; the clock's when null.
	 * @return array<string,array{0: int, 1: int}> `Y-m-d` => entries that succeeded and failed.
	 */
	public static function last( ?\DateTimeImmutable $now = null ): array {
		$today  = ( $now ?? current_datetime() )->setTime( 0, 0 );
		$stored = get_option( self::OPTION );
		$stored = is_array( $stored ) ? $stored : array();
		$days   = array();
		for ( $back = self::SHOWN - 1; $back >= 0; $back-- ) {
			$day   = $today->modify( "-$back days" );
			$name  = $day->format( 'Y-m-d' );
			$known = $stored[ $name ] ?? null;
			if ( 0 !== $back && is_array( $known ) && isset( $known[0], $known[1] ) ) {
				$days[ $name ] = array( (int) $known[0], (int) $known[1] );
			} else {
				$days[ $name ] = Log_Table::counts( $day->getTimestamp() * 1000, $day->modify( '+1 day' )->getTimestamp() * 1000 );
			}
		}
		return $days;
	}

	/**
	 * Counts the days that are over, for good.
	 */
	public static function close(): void {
		update_option( self::OPTION, array_slice( self::last(), 0, -1, true ), false );
	}
}
