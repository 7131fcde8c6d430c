<?php
/**
 * Whom the change of a group concerns.
 *
 * @package Scimpress
 */

namespace Scimpress\Settlement;

use Scimpress\Roles\Rule_Set;
use Scimpress\Store\Membership_Table;
use Scimpress\Store\Query;

defined( 'ABSPATH' ) || exit;

/**
 * Queues the users whose groups a write changes, in the transaction of that write and under the lock of the group. What it costs
 * depends on who comes and goes, and on how deep groups are nested below them; not on the size of the group.
 *
 * Members are given as Membership_Table takes them.
 */
final class Affected_Users {

	/**
	 * Number of the last membership before the write.
	 *
	 * @var int
	 */
	private int $last = 0;

	/**
	 * A watch over one group.
	 *
	 * @param int $group Position of the locked group.
	 */
	private function __construct( private readonly int $group ) {}

	/**
	 * A watch over a group, if a rule looks at groups.
	 *
	 * @param int $group Position of the locked group.
	 */
	public static function of( int $group ): ?self {
		return Rule_Set::of_site()->groups ? new self( $group ) : null;
	}

	/**
	 * Before members come.
	 */
	public function before_join(): void {
		$this->last = Membership_Table::last( $this->group );
	}

	/**
	 * After members came: those who were not there before.
	 *
	 * @param list<array{0: int, 1: int}> $members Who was to come; a few of them may have been there.
	 */
	public function joined( array $members ): void {
		if ( count( $members ) <= Pass::IN_REQUEST ) {
			$this->named( $members );
			return;
		}
		$this->whose( "group_position = $this->group AND position > $this->last" );
	}

	/**
	 * Members who go.
	 *
	 * @param list<array{0: int, 1: int}> $members The members.
	 */
	public function named( array $members ): void {
		$of = static fn( int $kind ): array => array_values( array_column( array_filter( $members, static fn( array $member ): bool => $member[0] === $kind ), 1 ) );
		Queue::add( $of( Membership_Table::USER ) );
		self::below( $of( Membership_Table::GROUP ) );
	}

	/**
	 * Before everybody goes but some.
	 *
	 * @param list<array{0: int, 1: int}> $members Who stays.
	 */
	public function all_but( array $members ): void {
		foreach ( Membership_Table::others( $this->group, $members ) as $where ) {
			$this->whose( $where );
		}
	}

	/**
	 * All members: the group is renamed, or going.
	 */
	public function everybody(): void {
		self::below( array( $this->group ) );
	}

	/**
	 * Memberships by a condition.
	 *
	 * @param string $where Condition on memberships.
	 */
	private function whose( string $where ): void {
		Queue::add_members( $where );
		self::below( Membership_Table::subgroups( $where ) );
	}

	/**
	 * Users who are members of groups, directly or by other groups; these may be nested in a circle.
	 *
	 * @param list<int> $groups Positions.
	 */
	private static function below( array $groups ): void {
		$seen = array();
		while ( $groups ) {
			$seen += array_fill_keys( $groups, true );
			$next  = array();
			foreach ( array_chunk( $groups, Query::CHUNK ) as $chunk ) {
				$where = 'group_position IN (' . implode( ', ', $chunk ) . ')';
				Queue::add_members( $where );
				$next = array_merge( $next, Membership_Table::subgroups( $where ) );
			}
			$groups = array_values( array_filter( array_unique( $next ), static fn( int $group ): bool => ! isset( $seen[ $group ] ) ) );
		}
	}
}
