<?php
/**
 * How far the job over everybody is.
 *
 * @package Scimpress
 */

namespace Scimpress\Settlement;

use Scimpress\Store\Query;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- several processes change one option, which WordPress's caches would lose; values are prepared.

/**
 * Keeps the state in one option. Every change names the state that it follows, so that of two processes one goes on and the
 * other finds out.
 */
final class Job_State {

	public const OPTION = 'scimpress_settlement';

	/**
	 * What the database has now.
	 *
	 * @return array{0: array|null, 1: string} The state, null when there is none, and its text.
	 */
	public static function read(): array {
		global $wpdb;
		$rows  = Query::rows( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", self::OPTION ) );
		$text  = $rows ? (string) $rows[0]->option_value : '';
		$state = json_decode( $text, true );
		return array( is_array( $state ) && array() === array_diff_key( Job::BEGINNING, $state ) ? $state : null, $text );
	}

	/**
	 * Begins anew, whatever was there; who worked on it finds out.
	 *
	 * @param array $state The state.
	 */
	public static function begin( array $state ): void {
		update_option( self::OPTION, (string) wp_json_encode( $state ), false );
	}

	/**
	 * Replaces the state.
	 *
	 * @param string $text  Text of the state that is followed.
	 * @param array  $state The state after it.
	 * @return string Its text.
	 * @throws Interrupted When another state is there.
	 */
	public static function follow( string $text, array $state ): string {
		global $wpdb;
		// Two that follow the same state in the same way must not both have done it.
		$state['step'] = 1 + (int) ( json_decode( $text, true )['step'] ?? 0 );
		$next          = (string) wp_json_encode( $state );
		$changed       = Query::write( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND option_value = %s", $next, self::OPTION, $text ) );
		wp_cache_delete( self::OPTION, 'options' );
		if ( 1 !== $changed ) {
			throw new Interrupted( 'the job has another state' );
		}
		return $next;
	}
}
