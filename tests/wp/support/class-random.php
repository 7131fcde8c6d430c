<?php
/**
 * Chance that can be repeated.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Numbers and choices that follow from a seed: that of the environment's SCIMPRESS_SEED, `random` for another in each run; else
 * one of each WordPress on each database, so that who runs the tests of a change learns about the change.
 */
final class Random {

	public readonly int $seed;

	/**
	 * Begins.
	 */
	public function __construct() {
		global $wpdb;
		$seed       = (string) getenv( 'SCIMPRESS_SEED' );
		$this->seed = match ( $seed ) {
			''       => crc32( get_bloginfo( 'version' ) . ' ' . $wpdb->db_server_info() ),
			'random' => random_int( 1, 999999999 ),
			default  => (int) $seed,
		};
		mt_srand( $this->seed );
	}

	/**
	 * Whether something happens.
	 *
	 * @param int $percent How often in a hundred times.
	 */
	public function happens( int $percent ): bool {
		return mt_rand( 1, 100 ) <= $percent;
	}

	/**
	 * One of several.
	 *
	 * @param array $values Not empty.
	 * @return mixed
	 */
	public function one( array $values ) {
		return array_values( $values )[ mt_rand( 0, count( $values ) - 1 ) ];
	}
}
