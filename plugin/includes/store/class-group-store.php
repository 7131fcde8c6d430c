<?php
/**
 * Groups and their members.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Settlement\Affected_Users;

defined( 'ABSPATH' ) || exit;

/**
 * The store of groups.
 *
 * Identity providers send one member a request, several requests at once, to groups of any size: members come and go as rows,
 * never as a list, and the lock of the group's row makes each write wait for the one before it.
 */
final class Group_Store extends Resource_Store {

	protected const READER = Group_Reader::class;

	/**
	 * Positions of the groups that the last read showed, by SCIM id.
	 *
	 * @var array<string,int>
	 */
	private array $seen = array();

	/**
	 * Need `create`.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure `display_name_exists`, `member_unknown`, `refused`.
	 */
	protected function create( array $need ): array {
		return $this->write(
			static function () use ( $need ): array {
				self::move( Group_Table::create( $need ), $need );
				return self::written( $need['id'] );
			}
		);
	}

	/**
	 * Need `update`.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure `not_found`, `stale`, `display_name_exists`, `member_unknown`, `refused`.
	 */
	protected function update( array $need ): array {
		return $this->unchanged( $need ) ?? $this->write(
			static function () use ( $need ): array {
				$group    = self::lock( $need['id'], $need['version'] );
				$position = (int) $group->position;
				if ( null !== $need['attributes'] ) {
					Group_Table::update( $position, $need['attributes'] );
					if ( $group->display !== $need['attributes']['display'] || $group->external_id !== $need['attributes']['externalId'] ) {
						Affected_Users::of( $position )?->everybody();
					}
				}
				if ( self::move( $position, $need ) || null !== $need['attributes'] ) {
					Group_Table::touch( array( $position ), $need['now'] );
				}
				return self::written( $need['id'] );
			}
		);
	}

	/**
	 * Need `delete`. Its members stay what they are.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that must still be there; null for any.
	 * @return array{deleted: true, document: string}
	 * @throws Failure `not_found`, `stale`.
	 */
	protected function delete( string $id, ?int $version ): array {
		$document = $this->write(
			static function () use ( $id, $version ): string {
				$row      = self::lock( $id, $version );
				$position = (int) $row->position;
				Affected_Users::of( $position )?->everybody();
				Group_Table::touch( Membership_Table::groups_of( Membership_Table::GROUP, $position ), Store::now() );
				Group_Table::remove( $position );
				return $row->document;
			}
		);
		return array(
			'deleted'  => true,
			'document' => $document,
		);
	}

	/**
	 * The record of a group that an update would leave as it is: nothing is locked or written then. Clients repeat themselves.
	 *
	 * @param array $need An update need.
	 * @return array|null Null when there is something to do, or to refuse.
	 */
	private function unchanged( array $need ): ?array {
		$position = $this->seen[ $need['id'] ] ?? null;
		if ( null === $position || null !== $need['attributes'] ) {
			return null;
		}
		$add     = array_unique( $need['add'] );
		$members = Member_Rows::memberships( $position, array_merge( $add, $need['remove'] ) );
		foreach ( $add as $id ) {
			if ( true !== ( $members[ $id ] ?? null ) ) {
				return null;
			}
		}
		if ( in_array( true, array_intersect_key( $members, array_flip( $need['remove'] ) ), true ) ) {
			return null;
		}
		if ( $need['clear'] && Membership_Table::size( $position ) !== count( $add ) ) {
			return null;
		}
		$record = Group_Reader::find( $need['id'] );
		return null === $need['version'] || $need['version'] === ( $record['version'] ?? null ) ? $record : null;
	}

	/**
	 * Remembers the groups of a read.
	 *
	 * @param array{records: list<array>} $answer The answer.
	 * @return array The answer.
	 */
	protected function read( array $answer ): array {
		$this->seen = array_column( $answer['records'], 'position', 'id' );
		return $answer;
	}

	/**
	 * Runs a write in a transaction.
	 *
	 * @template T
	 * @param callable(): T $work The write.
	 * @return T
	 * @throws Failure When it cannot be done.
	 */
	private function write( callable $work ) {
		try {
			return Transaction::run( $work );
		} catch ( Conflict ) {
			// Of the unique keys only the name can be taken; the id is a random one, and memberships that exist are passed over.
			throw new Failure( 'display_name_exists', 'another group has this display name' );
		}
	}

	/**
	 * Locks a group.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that it must have; null for any.
	 * @return object Of Group_Table::lock().
	 * @throws Failure `not_found`, `stale`.
	 */
	private static function lock( string $id, ?int $version ): object {
		$row = Group_Table::lock( $id );
		if ( ! $row ) {
			throw new Failure( 'not_found' );
		}
		if ( null !== $version && (int) $row->version !== $version ) {
			throw new Failure( 'stale' );
		}
		return $row;
	}

	/**
	 * Lets members come and go.
	 *
	 * @param int   $position Position of the locked group.
	 * @param array $need     A create or update need: clear, add, remove.
	 * @return bool Whether that was a change.
	 * @throws Failure `member_unknown`, `refused`.
	 */
	private static function move( int $position, array $need ): bool {
		if ( in_array( $need['id'], $need['add'], true ) ) {
			throw new Failure( 'refused', 'a group cannot be a member of itself' );
		}
		$rows = Member_Rows::find( array_merge( $need['add'], $need['remove'] ), true );
		foreach ( $need['add'] as $id ) {
			if ( ! isset( $rows[ $id ] ) ) {
				throw new Failure( 'member_unknown', $id );
			}
		}
		$add    = array_map( static fn( string $id ): array => $rows[ $id ], $need['add'] );
		$remove = array_values( array_intersect_key( $rows, array_flip( $need['remove'] ) ) );
		$watch  = Affected_Users::of( $position );
		$kept   = 0;
		if ( $need['clear'] ) {
			$watch?->all_but( $add );
			$kept = Membership_Table::keep( $position, $add );
		}
		$left = Membership_Table::leave( $position, $remove );
		if ( $left ) {
			$watch?->named( $remove );
		}
		if ( $add ) {
			$watch?->before_join();
		}
		$joined = Membership_Table::join( $position, $add );
		if ( $joined ) {
			$watch?->joined( $add );
		}
		return $kept + $left + $joined > 0;
	}

	/**
	 * The record that was just written.
	 *
	 * @param string $id SCIM id.
	 */
	private static function written( string $id ): array {
		return Group_Reader::find( $id ) ?? throw new \UnexpectedValueException( 'the group that was just written is gone' );
	}
}
