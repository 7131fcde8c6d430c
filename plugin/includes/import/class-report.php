<?php
/**
 * What an import did, in words.
 *
 * @package Scimpress
 */

namespace Scimpress\Import;

defined( 'ABSPATH' ) || exit;

/**
 * Sentences about a run.
 */
final class Report {

	/**
	 * The outcome of a run.
	 *
	 * @param array $run Of Import::batch().
	 */
	public static function sentence( array $run ): string {
		$words = $run['dry']
			/* translators: 1: accounts to be linked, 2: how many of them are deactivated, 3: accounts linked before, 4: accounts with a problem. */
			? __( 'Dry run: %1$d accounts would be linked, %2$d of them deactivated. %3$d are linked already, %4$d cannot be linked.', 'scimpress' )
			/* translators: 1: accounts linked, 2: how many of them are deactivated, 3: accounts linked before, 4: accounts with a problem. */
			: __( '%1$d accounts were linked, %2$d of them deactivated. %3$d were linked already, %4$d could not be linked.', 'scimpress' );
		return sprintf( $words, $run['linked'], $run['deactivated'], $run['already'], $run['refused'] );
	}
}
