<?php
/**
 * A store in memory with several users.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use Scimpress\Exchange;

/**
 * Does what the engine needs, and can be told to refuse one kind of need.
 */
final class Store {

	/**
	 * Records of users by SCIM id; beside each, under `keys`, what finds it.
	 *
	 * @var array<string, array{record: array, keys: array<string, ?string>}>
	 */
	public array $rows = array();

	/**
	 * The groups, and who is in them.
	 *
	 * @var Groups
	 */
	public Groups $groups;

	/**
	 * What answers a need in the store's place.
	 *
	 * @var array<string, array> By the need's name.
	 */
	public array $refused = array();

	/**
	 * An empty site.
	 */
	public function __construct() {
		$this->groups = new Groups();
	}

	/**
	 * Everything that it holds.
	 */
	public function state(): array {
		return array( $this->rows, $this->groups->rows, $this->groups->links );
	}

	/**
	 * Answers a request.
	 *
	 * @param array<string, mixed> $request Parts of the request.
	 */
	public function answer( array $request ): Exchange {
		$id       = sprintf( 'c0ffee00-0000-4000-8000-%012d', count( $this->rows ) + count( $this->groups->rows ) + 1 );
		$exchange = new Exchange( $request, Requests::config( array( 'newId' => $id ) ) );
		for ( $need = $exchange->next(); null !== $need; $need = $exchange->next() ) {
			$exchange->resume( $this->refused[ $need['need'] ] ?? $this->perform( $need ) );
		}
		return $exchange;
	}

	/**
	 * Does one need.
	 *
	 * @param array<string, mixed> $need What the engine needs.
	 */
	private function perform( array $need ): array {
		$is_group = 'Group' === ( $need['resource'] ?? '' );
		$rows     = $is_group ? $this->groups->rows : $this->rows;
		$records  = array_column( $this->selected( $rows, $need ), 'record' );
		switch ( $need['need'] ) {
			case 'select':
				$here    = fn( array $record ) => $record['position'] > $need['after'] && $record['position'] < ( $need['before'] ?? PHP_INT_MAX );
				$records = array_values( array_filter( null === $need['before'] ? $records : array_reverse( $records ), $here ) );
				return array( 'records' => array_slice( $records, 0, $need['limit'] ) );
			case 'page':
				return array(
					'total'   => count( $records ),
					'records' => array_slice( $records, $need['offset'], $need['limit'] ),
				);
			case 'fetch':
				return array( 'records' => array_values( array_filter( $records, fn( array $record ) => in_array( $record['position'], $need['positions'], true ) ) ) );
			case 'members':
				return array( 'members' => $this->groups->members( $need, $this->rows ) );
			case 'memberships':
				return array( 'memberships' => $this->groups->memberships( $need['members'] ) );
			case 'delete':
				return $this->delete( $need, $rows[ $need['id'] ] ?? null );
			default:
				return $is_group ? $this->groups->write( $need, $this->rows ) : $this->write( $need );
		}
	}

	/**
	 * The rows that a need is about, in its order.
	 *
	 * @param array<string, array> $rows Users or groups.
	 * @param array<string, mixed> $need What the engine needs.
	 */
	private function selected( array $rows, array $need ): array {
		$selected = array();
		foreach ( $rows as $id => $row ) {
			$record       = $row['record'];
			$members      = fn( string $side, string $other ) => array_column( array_filter( $this->groups->links, fn( array $link ) => $link[ $side ] === $id ), $other );
			$row['cells'] = $record + $row['keys'] + array(
				'member' => $members( 'group', 'member' ),
				'groups' => $members( 'member', 'group' ),
				'active' => isset( json_decode( $record['document'], true )['active'] ) ? $record['wordpress']['active'] : null,
			);
			$row['cells']['email'] = array( $row['keys']['email'] ?? null, mb_strtolower( $record['wordpress']['user_email'] ?? '' ) );
			if ( Conditions::hold( $need['where'] ?? null, $row['cells'] ) ) {
				$selected[] = $row;
			}
		}
		return Conditions::sort( $selected, $need['order'] ?? null );
	}

	/**
	 * Deletes a user or a group.
	 *
	 * @param array<string, mixed> $need What the engine needs.
	 * @param array|null           $row  Its row.
	 */
	private function delete( array $need, ?array $row ): array {
		if ( null === $row || ( $need['version'] ?? $row['record']['version'] ) !== $row['record']['version'] ) {
			return array( 'error' => null === $row ? 'not_found' : 'stale', 'detail' => '' );
		}
		unset( $this->rows[ $need['id'] ] );
		$this->groups->forget( $need['id'] );
		return array( 'deleted' => true );
	}

	/**
	 * Creates or updates a user.
	 *
	 * @param array<string, mixed> $need What the engine needs.
	 */
	private function write( array $need ): array {
		$error = fn( string $code ) => array( 'error' => $code, 'detail' => '' );
		if ( 'admin' === ( $need['login']['preferred'] ?? '' ) ) {
			return $error( 'login_exists' );
		}
		foreach ( array_diff_key( $this->rows, array( $need['id'] => 0 ) ) as $row ) {
			foreach ( array( 'userName' => 'user_name_exists', 'objectId' => 'object_id_exists', 'email' => 'email_exists' ) as $key => $code ) {
				if ( null !== $need[ $key ] && $row['keys'][ $key ] === $need[ $key ] ) {
					return $error( $code );
				}
			}
		}
		if ( isset( $need['version'] ) && $need['version'] !== ( $this->rows[ $need['id'] ]['record']['version'] ?? null ) ) {
			return $error( 'stale' );
		}
		$old     = $this->rows[ $need['id'] ]['record'] ?? array(
			'position'  => count( $this->rows ) + 1,
			'id'        => $need['id'],
			'version'   => 0,
			'created'   => $need['now'],
			'wordpress' => array(),
		);
		$account = array_intersect_key( $need['wordpress'] + $old['wordpress'], array_flip( array( 'user_email', 'first_name', 'last_name', 'display_name' ) ) );
		$record  = array(
			'version'   => $old['version'] + 1,
			'modified'  => $need['now'],
			'document'  => $need['document'],
			'observed'  => json_encode( $account ),
			'wordpress' => $account + array( 'active' => $need['active'] ?? $old['wordpress']['active'] ),
		) + $old;

		$this->rows[ $need['id'] ] = array(
			'record' => $record,
			'keys'   => array_intersect_key( $need, array_flip( array( 'id', 'userName', 'externalId', 'objectId', 'email' ) ) ),
		);
		return array( 'record' => $record );
	}
}
