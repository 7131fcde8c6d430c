<?php
/**
 * Entries from before names were replaced.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * When the administrator decides that names are replaced, what is in the log already follows in the background: oldest first, in
 * short runs, each beginning where the last one ended.
 */
final class Backlog {

	/** Positions: `done`, the last entry that was looked at, and `until`, the last that there is to look at. */
	public const OPTION = 'scimpress_log_backlog';

	/** The cron hook. */
	public const HOOK = 'scimpress_log_anonymise';

	/** Entries that are read at once; one may have 64 kB. */
	private const BATCH = 200;

	/** Seconds after which a run begins no further batch, and seconds until the next one then. */
	private const SECONDS = 20;
	private const PAUSE   = 60;

	/**
	 * Every entry that there is now is to be looked at.
	 */
	public static function begin(): void {
		$newest = Log_Table::page( array(), null, null, 1 )[0]->position ?? null;
		if ( null === $newest ) {
			return;
		}
		self::store( 0, (int) $newest );
		wp_clear_scheduled_hook( self::HOOK );
		wp_schedule_single_event( time(), self::HOOK );
	}

	/**
	 * No further entry is replaced; those that were stay so.
	 */
	public static function end(): void {
		delete_option( self::OPTION );
		wp_clear_scheduled_hook( self::HOOK );
	}

	/**
	 * The cron hook: one run, and another one soon if it was not enough.
	 */
	public static function run(): void {
		$begun = hrtime( true );
		if ( ! self::replace( static fn(): bool => hrtime( true ) - $begun < self::SECONDS * 1e9 ) ) {
			wp_schedule_single_event( time() + self::PAUSE, self::HOOK );
		}
	}

	/**
	 * A run that was killed has left no event behind.
	 */
	public static function resume(): void {
		if ( null !== self::open() && ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_single_event( time(), self::HOOK );
		}
	}

	/**
	 * Replaces.
	 *
	 * @param callable(): bool $go_on Asked before each batch but the first.
	 * @return bool Whether that was all.
	 */
	public static function replace( callable $go_on ): bool {
		do {
			$open = self::open();
			if ( null === $open ) {
				return true;
			}
			list( $done, $until ) = $open;

			$rows = array_filter( Log_Table::page( array(), null, $done, self::BATCH, true ), static fn( object $row ): bool => (int) $row->position <= $until );
			if ( ! $rows ) {
				self::end();
				return true;
			}
			foreach ( $rows as $row ) {
				$done = max( $done, (int) $row->position );
				if ( ! Anonymiser::is_pseudonymous( (array) $row ) ) {
					$changed = Anonymiser::pseudonymous( (array) $row );
					Log_Table::overwrite(
						(int) $row->position,
						array_intersect_key( $changed, array_flip( Anonymiser::COLUMNS ) ) + array( 'size' => Anonymiser::size( $changed ) )
					);
				}
			}
			self::store( $done, $until );
		} while ( $go_on() );
		return false;
	}

	/**
	 * What is to be done. Nothing is when names are not to be replaced: a run that was at work while that was decided has stored
	 * once more how far it is.
	 *
	 * @return array{0: int, 1: int}|null `done` and `until`.
	 */
	private static function open(): ?array {
		$stored = Settings::anonymise() ? get_option( self::OPTION ) : false;
		return is_array( $stored ) && isset( $stored['done'], $stored['until'] ) ? array( (int) $stored['done'], (int) $stored['until'] ) : null;
	}

	/**
	 * Keeps how far it is.
	 *
	 * @param int $done  The last entry that was looked at.
	 * @param int $until The last entry that there is to look at.
	 */
	private static function store( int $done, int $until ): void {
		update_option( self::OPTION, array( 'done' => $done, 'until' => $until ), false );
	}
}
