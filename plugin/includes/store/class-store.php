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

	/** Classes by the `resource` of a need. */
	private const RESOURCES = array(
		'User'  => User_Store::class,
		'Group' => Group_Store::class,
	);

	/**
	 * The stores of resources that this exchange has needed.
	 *
	 * @var array<string,Resource_Store>
	 */
	private array $resources = array();

	/**
	 * Groups that are in no group themselves, as read since the last write: whoever follows a user upwards asks about each.
	 *
	 * @var array<string,true>
	 */
	private array $topmost = array();

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
		if ( ! self::reads( $need ) ) {
			$this->topmost = array();
		}
		try {
			return match ( $need['need'] ) {
				'members'     => array( 'members' => Membership_Reader::members( $need['group'], $need['after'], $need['limit'], $need['only'] ) ),
				'memberships' => array( 'memberships' => $this->memberships( $need['members'] ) ),
				default       => $this->of( $need['resource'] )->perform( $need ),
			};
		} catch ( Failure $failure ) {
			return $failure->answer();
		}
	}

	/**
	 * The groups that users and groups are direct members of.
	 *
	 * @param list<string> $members SCIM ids.
	 * @return list<array{member: string, group: string, display: string}>
	 */
	private function memberships( array $members ): array {
		$found = Membership_Reader::memberships( array_values( array_filter( $members, fn( string $id ): bool => ! isset( $this->topmost[ $id ] ) ) ) );
		foreach ( $found as &$membership ) {
			if ( ! $membership['nested'] ) {
				$this->topmost[ $membership['group'] ] = true;
			}
			unset( $membership['nested'] );
		}
		return $found;
	}

	/**
	 * The store of a kind of resource.
	 *
	 * @param string $resource `resource` of a need.
	 */
	private function of( string $resource ): Resource_Store {
		if ( ! isset( $this->resources[ $resource ] ) ) {
			$class                        = self::RESOURCES[ $resource ];
			$this->resources[ $resource ] = new $class();
		}
		return $this->resources[ $resource ];
	}

	/**
	 * Milliseconds since the epoch.
	 */
	public static function now(): int {
		return (int) floor( microtime( true ) * 1000 );
	}
}
