<?php
/**
 * Keeps the log small.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * The daily task: removes what is too old or too much, oldest first, in small batches and never in a request of a client.
 */
final class Pruner {

	/** The cron hook. */
	public const HOOK = 'scimpress_log_prune';

	/** Rows of one statement. A row may have 16 kB; locks and the undo log grow with their number. */
	private const BATCH = 1000;

	/** Seconds after which a run begins no further batch, and seconds until the next one then. */
	private const SECONDS = 20;
	private const PAUSE   = 60;

	/**
	 * Action `init`: there is a daily task.
	 */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::HOOK );
		}
	}

	/**
	 * When the plugin is deactivated.
	 */
	public static function unschedule(): void {
		wp_clear_scheduled_hook( self::HOOK );
	}

	/**
	 * The cron hook: one run, and another one soon if it was not enough.
	 */
	public static function run(): void {
		Days::close();
		Backlog::resume();
		$begun          = hrtime( true );
		list( , $done ) = self::prune( static fn(): bool => hrtime( true ) - $begun < self::SECONDS * 1e9 );
		if ( ! $done ) {
			wp_schedule_single_event( time() + self::PAUSE, self::HOOK );
		}
	}

	/**
	 * Removes rows.
	 *
	 * @param callable(): bool $go_on Asked before each batch but the first.
	 * @param int|null         $now   Milliseconds; the clock's when null.
	 * @return array{0: int, 1: bool} Rows removed, and whether that was all.
	 */
	public static function prune( callable $go_on, ?int $now = null ): array {
		$settings = Settings::all();
		$oldest   = ( $now ?? \Scimpress\Store\Store::now() ) - $settings['days'] * DAY_IN_SECONDS * 1000;
		$weight   = Log_Table::weight();
		$removed  = 0;
		do {
			$last = null;
			$rows = Log_Table::oldest( self::BATCH );
			foreach ( $rows as $row ) {
				if ( (int) $row->time >= $oldest && $weight['rows'] <= $settings['rows'] && $weight['bytes'] <= $settings['megabytes'] * MB_IN_BYTES ) {
					break;
				}
				$last = (int) $row->position;
				--$weight['rows'];
				$weight['bytes'] -= (int) $row->size;
			}
			if ( null !== $last ) {
				$removed += Log_Table::remove_until( $last );
			}
			if ( ! $rows || (int) end( $rows )->position !== $last ) {
				return array( $removed, true );
			}
		} while ( $go_on() );
		return array( $removed, false );
	}
}
