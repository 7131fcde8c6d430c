<?php
/**
 * Groups in memory.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

/**
 * The groups of a site, and who is in them.
 */
final class Groups {

	/**
	 * Records by SCIM id; beside each, under `keys`, what finds it.
	 *
	 * @var array<string, array{record: array, keys: array<string, ?string>}>
	 */
	public array $rows = array();

	/**
	 * Memberships: group and member by SCIM id, and the number.
	 *
	 * @var list<array{group: string, member: string, position: int}>
	 */
	public array $links = array();

	private int $positions = 0;

	/**
	 * Creates or updates a group.
	 *
	 * @param array<string, mixed> $need  What the engine needs.
	 * @param array<string, array> $users The users by SCIM id.
	 */
	public function write( array $need, array $users ): array {
		$error = fn( string $code, string $detail = '' ) => array( 'error' => $code, 'detail' => $detail );
		$old   = $this->rows[ $need['id'] ] ?? null;
		if ( 'update' === $need['need'] && null === $old ) {
			return $error( 'not_found' );
		}
		if ( isset( $need['version'] ) && $need['version'] !== $old['record']['version'] ) {
			return $error( 'stale' );
		}
		$names = array_column( array_column( array_diff_key( $this->rows, array( $need['id'] => 0 ) ), 'keys' ), 'displayName' );
		if ( in_array( $need['attributes']['displayName'] ?? null, $names, true ) ) {
			return $error( 'display_name_exists' );
		}
		foreach ( $need['add'] as $member ) {
			if ( $member === $need['id'] ) {
				return $error( 'refused', 'a group cannot be a member of itself' );
			}
			if ( ! isset( $users[ $member ] ) && ! isset( $this->rows[ $member ] ) ) {
				return $error( 'member_unknown', $member );
			}
		}
		$links = $this->links;
		$this->link( $need );
		$row = $old ?? array(
			'record' => array(
				'position' => ++$this->positions,
				'id'       => $need['id'],
				'version'  => 0,
				'created'  => $need['now'],
			),
		);
		if ( null !== $need['attributes'] ) {
			$row['record']['document'] = $need['attributes']['document'];
			$row['keys']               = array( 'id' => $need['id'] ) + $need['attributes'];
		}
		if ( $links !== $this->links || $row !== $old ) {
			++$row['record']['version'];
			$row['record']['modified'] = $need['now'];
		}
		$this->rows[ $need['id'] ] = $row;
		return array( 'record' => $row['record'] );
	}

	/**
	 * Has members come and go.
	 *
	 * @param array<string, mixed> $need What the engine needs.
	 */
	private function link( array $need ): void {
		$goes        = fn( string $member ) => in_array( $member, $need['remove'], true ) || ( $need['clear'] && ! in_array( $member, $need['add'], true ) );
		$this->links = array_values( array_filter( $this->links, fn( array $link ) => $link['group'] !== $need['id'] || ! $goes( $link['member'] ) ) );
		$there       = array_column( array_filter( $this->links, fn( array $link ) => $link['group'] === $need['id'] ), 'member' );
		foreach ( array_diff( $need['add'], $there ) as $member ) {
			$this->links[] = array(
				'group'    => $need['id'],
				'member'   => $member,
				'position' => ++$this->positions,
			);
		}
	}

	/**
	 * Ends a group, and the memberships of a group or user.
	 *
	 * @param string $id SCIM id.
	 */
	public function forget( string $id ): void {
		unset( $this->rows[ $id ] );
		$this->links = array_values( array_filter( $this->links, fn( array $link ) => $link['group'] !== $id && $link['member'] !== $id ) );
	}

	/**
	 * Members of a group.
	 *
	 * @param array<string, mixed> $need  What the engine needs.
	 * @param array<string, array> $users The users by SCIM id.
	 */
	public function members( array $need, array $users ): array {
		$members = array();
		foreach ( $this->links as $link ) {
			if ( $link['group'] === $need['group'] && $link['position'] > $need['after'] && in_array( $link['member'], $need['only'] ?? array( $link['member'] ), true ) ) {
				$members[] = array(
					'position' => $link['position'],
					'id'       => $link['member'],
					'isGroup'  => isset( $this->rows[ $link['member'] ] ),
					'display'  => isset( $this->rows[ $link['member'] ] ) ? $this->name( $link['member'] ) : $users[ $link['member'] ]['record']['wordpress']['display_name'],
				);
			}
		}
		return array_slice( $members, 0, $need['limit'] );
	}

	/**
	 * The direct groups of users or groups.
	 *
	 * @param list<string> $members SCIM ids.
	 */
	public function memberships( array $members ): array {
		$memberships = array();
		foreach ( $this->links as $link ) {
			if ( in_array( $link['member'], $members, true ) ) {
				$memberships[] = array(
					'member'  => $link['member'],
					'group'   => $link['group'],
					'display' => $this->name( $link['group'] ),
				);
			}
		}
		return $memberships;
	}

	/**
	 * A group's displayName as it was sent.
	 *
	 * @param string $id SCIM id.
	 */
	private function name( string $id ): string {
		return $this->rows[ $id ]['keys']['display'];
	}
}
