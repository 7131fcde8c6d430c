<?php
/**
 * The job over everybody.
 *
 * @package Scimpress
 */

namespace Scimpress\Settlement;

use Scimpress\Requirements;
use Scimpress\Roles\Rule_Set;
use Scimpress\Store\Database_Error;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * Visits every user after a change of rules or mappings, in batches, in the background; or only tells what rules would change.
 *
 * A process that works on it holds a lease, which each batch renews together with what it did. Killed in the middle, it leaves
 * the last batch undone and the lease to run out; whoever comes next goes on from there.
 */
final class Job {

	/** Event of WP-Cron. */
	public const HOOK = 'scimpress_settle';

	public const RUNNING   = 'running';
	public const PAUSED    = 'paused';
	public const CANCELLED = 'cancelled';
	public const DONE      = 'done';

	/** Accounts that a run tells of by name. */
	public const PEOPLE = 100;

	/** Users that are looked at together, and accounts that are changed together: requests for these wait so long. */
	private const LOOK   = 200;
	private const CHANGE = 10;

	/**
	 * Microseconds between two batches that change something, on SQLite. Who waits for its one lock only looks again from time to time,
	 * a tenth of a second apart at most: without a gap of that length requests waited for seconds.
	 */
	private const GAP = 100_000;

	/** Seconds after which a process that is not heard of has ended. */
	public const LEASE = 60;

	/** Seconds of work in one event of WP-Cron: less than PHP gives a request. */
	private const SECONDS = 20.0;

	/** The state of a run that begins. */
	public const BEGINNING = array(
		'dry'     => true,
		'rules'   => array(),
		'state'   => self::RUNNING,
		'total'   => 0,
		'after'   => 0,
		'seen'    => 0,
		'changed' => 0,
		'failed'  => 0,
		'people'  => array(),
		'lease'   => 0,
		'step'    => 0,
	);

	/**
	 * Begins a run; one that goes on ends.
	 *
	 * @param bool          $dry   Whether nothing is to be written.
	 * @param Rule_Set|null $rules Of a dry run the rules to try; those of the site when null.
	 */
	public static function begin( bool $dry, ?Rule_Set $rules = null ): void {
		Job_State::begin(
			array_merge(
				self::BEGINNING,
				array(
					'dry'   => $dry,
					'rules' => $dry ? ( $rules ?? Rule_Set::of_site() )->to_array() : array(),
					'total' => User_Table::count(),
					// No run has the same state as one before it.
					'run'   => bin2hex( random_bytes( 8 ) ),
				)
			)
		);
		self::schedule();
	}

	/**
	 * The run, as the database has it now; null when there was none.
	 */
	public static function state(): ?array {
		return Job_State::read()[0];
	}

	/**
	 * Works on the run, if it goes on and nobody else does.
	 *
	 * @param float                $seconds After which no further batch begins.
	 * @param callable(): int|null $clock   Seconds since the epoch; WordPress's own when null.
	 * @return bool Whether there is more to do.
	 * @throws \Throwable When WordPress, the database or another plugin fails; the batch has not happened then.
	 */
	public static function advance( float $seconds, ?callable $clock = null ): bool {
		$clock              ??= 'time';
		list( $state, $text ) = Job_State::read();
		if ( null === $state || self::RUNNING !== $state['state'] || $state['lease'] > $clock() ) {
			return null !== $state && self::RUNNING === $state['state'];
		}
		$end  = microtime( true ) + $seconds;
		$seen = array();
		try {
			do {
				$state['lease']       = $clock() + self::LEASE;
				$changed              = $state['changed'];
				list( $state, $text ) = self::batch( $state, $text, $seen );
				if ( ! $state['dry'] && $changed !== $state['changed'] ) {
					self::give_way();
				}
			} while ( self::RUNNING === $state['state'] && microtime( true ) < $end );
			$state['lease'] = 0;
			Job_State::follow( $text, $state );
		} catch ( Interrupted ) {
			return self::RUNNING === ( self::state()['state'] ?? '' );
		}
		return self::RUNNING === $state['state'];
	}

	/**
	 * Lets requests that wait for the database go first. MySQL's locks are those of the accounts in a batch; nobody else waits.
	 */
	private static function give_way(): void {
		global $wpdb;
		if ( Database_Error::is_sqlite( $wpdb ) ) {
			usleep( self::GAP );
		}
	}

	/**
	 * Stops the run for a while, goes on with it, or ends it. Who works on it stops before the next batch.
	 *
	 * @param string $to PAUSED, RUNNING or CANCELLED.
	 */
	public static function turn( string $to ): void {
		do {
			list( $state, $text ) = Job_State::read();
			if ( null === $state || ! in_array( $state['state'], array( self::RUNNING, self::PAUSED ), true ) ) {
				return;
			}
			try {
				Job_State::follow( $text, array_merge( $state, array( 'state' => $to, 'lease' => 0 ) ) );
				$turned = true;
			} catch ( Interrupted ) {
				// A batch was faster; it has another state to follow now.
				$turned = false;
			}
		} while ( ! $turned );
		if ( self::RUNNING === $to ) {
			self::schedule();
		}
	}

	/**
	 * Has WP-Cron work on it soon.
	 */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_single_event( time(), self::HOOK );
		}
	}

	/**
	 * Action `scimpress_settle`: an event of WP-Cron.
	 */
	public static function run(): void {
		if ( ! Requirements::met() ) {
			return;
		}
		wp_set_current_user( 0 );
		// For the case that this process ends before its work.
		self::reschedule( time() + self::LEASE + 1 );
		if ( self::work( self::SECONDS ) ) {
			self::reschedule( time() );
		} else {
			wp_clear_scheduled_hook( self::HOOK );
		}
	}

	/**
	 * Settles users who wait, then works on the run.
	 *
	 * @param float $seconds Of work, about.
	 * @return bool Whether there is more to do.
	 */
	public static function work( float $seconds ): bool {
		$end  = microtime( true ) + $seconds;
		$more = true;
		while ( $more && microtime( true ) < $end ) {
			$more = Pass::drain( self::CHANGE );
		}
		return self::advance( max( 0.0, $end - microtime( true ) ) ) || $more;
	}

	/**
	 * Puts the event at another time.
	 *
	 * @param int $time Seconds since the epoch.
	 */
	private static function reschedule( int $time ): void {
		// WordPress refuses an event within ten minutes of the same one.
		wp_clear_scheduled_hook( self::HOOK );
		wp_schedule_single_event( $time, self::HOOK );
	}

	/**
	 * Does the next part of a run.
	 *
	 * @param array  $state The state.
	 * @param string $text  Its text in the database.
	 * @param array  $seen  Users whom this process has looked at, with the changes that they need, as far as they are not done.
	 * @return array{0: array, 1: string} State and text after it.
	 * @throws Interrupted When the run was changed meanwhile.
	 */
	private static function batch( array $state, string $text, array &$seen ): array {
		if ( ! $seen ) {
			wp_cache_flush_runtime();
			$positions = User_Table::next_positions( $state['after'], self::LOOK );
			if ( ! $positions ) {
				$state['state'] = self::DONE;
				return array( $state, Job_State::follow( $text, $state ) );
			}
			$seen = array( $positions, Pass::changes( $positions, $state['dry'] ? new Rule_Set( $state['rules'] ) : Rule_Set::of_site(), ! $state['dry'] ) );
		}
		list( $positions, $changes ) = $seen;
		$seen                        = array();
		if ( ! $state['dry'] && count( $changes ) > self::CHANGE ) {
			// Not further than the last account of a transaction that nobody waits long for.
			$rest      = array_splice( $changes, self::CHANGE );
			$last      = end( $changes )['position'];
			$seen      = array( array_filter( $positions, static fn( int $position ): bool => $position > $last ), $rest );
			$positions = array_diff( $positions, $seen[0] );
		}
		$state['after'] = end( $positions );
		$state['seen'] += count( $positions );
		$moved          = array_filter( $changes, static fn( array $change ): bool => $change['before'] !== $change['after'] );
		foreach ( array_slice( $moved, 0, self::PEOPLE - count( $state['people'] ) ) as $change ) {
			$state['people'][] = array_diff_key( $change, array( 'position' => null ) );
		}
		if ( $state['dry'] || ! $changes ) {
			$state['changed'] += count( $changes );
			return array( $state, Job_State::follow( $text, $state ) );
		}
		$those = array_column( $changes, 'position' );
		$after = array();
		try {
			Pass::apply(
				$those,
				static function ( int $changed ) use ( $state, $text, &$after ): void {
					$state['changed'] += $changed;
					$after             = array( $state, Job_State::follow( $text, $state ) );
				}
			);
			return $after;
		} catch ( Interrupted $interrupted ) {
			throw $interrupted;
		} catch ( \Throwable ) {
			list( $changed, $failed ) = Pass::apply_each( $those );
			$state['changed']        += $changed;
			$state['failed']         += $failed;
			return array( $state, Job_State::follow( $text, $state ) );
		}
	}
}
