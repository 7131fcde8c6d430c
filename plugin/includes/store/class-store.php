<?php
/**
 * Performs what the engine needs.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * The store: one need, one answer; one write, one transaction.
 */
final class Store {

	/** Kinds of needs that change nothing and fire no hook: they may be performed before WordPress is loaded. */
	private const READS = array( 'select', 'page', 'fetch', 'members', 'memberships' );

	/**
	 * The stores of resources, by the `resource` of a need.
	 *
	 * @var array{User: User_Store, Group: Group_Store}
	 */
	private array $resources;

	/**
	 * Makes a store for one exchange.
	 */
	public function __construct() {
		$this->resources = array(
			'User'  => new User_Store(),
			'Group' => new Group_Store(),
		);
	}

	/**
	 * Whether a need only reads the database.
	 *
	 * @param array $need A need of the engine.
	 */
	public static function reads( array $need ): bool {
		return in_array( $need['need'], self::READS, true );
	}

	/**
	 * Performs a need.
	 *
	 * @param array $need A need of the engine; `need` names its kind, `resource` what it is about.
	 * @return array The answer, or `error` and `detail`.
	 * @throws \Throwable When WordPress, the database or another plugin fails; a write has been rolled back then.
	 */
	public function perform( array $need ): array {
		try {
			return match ( $need['need'] ) {
				'members'     => array( 'members' => Membership_Reader::members( $need['group'], $need['after'], $need['limit'], $need['only'] ) ),
				'memberships' => array( 'memberships' => Membership_Reader::memberships( $need['members'] ) ),
				default       => $this->resources[ $need['resource'] ]->perform( $need ),
			};
		} catch ( Failure $failure ) {
			return $failure->answer();
		}
	}

	/**
	 * Milliseconds since the epoch.
	 */
	public static function now(): int {
		return (int) floor( microtime( true ) * 1000 );
	}
}
