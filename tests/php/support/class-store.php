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
	 * Records by SCIM id; beside each, under `keys`, what finds it.
	 *
	 * @var array<string, array{record: array, keys: array<string, ?string>}>
	 */
	public array $rows = array();

	/**
	 * What answers a need in the store's place.
	 *
	 * @var array<string, array> By the need's name.
	 */
	public array $refused = array();

	/**
	 * Answers a request.
	 *
	 * @param array<string, mixed> $request Parts of the request.
	 */
	public function answer( array $request ): Exchange {
		$id       = sprintf( 'c0ffee00-0000-4000-8000-%012d', count( $this->rows ) + 1 );
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
		$records = array_column( $this->rows, 'record' );
		switch ( $need['need'] ) {
			case 'select':
				$selected = array_filter( $this->rows, fn( array $row ) => $row['record']['position'] > $need['after'] && ( null === $need['by'] || $row['keys'][ $need['by'] ] === $need['value'] ) );
				return array( 'records' => array_slice( array_column( $selected, 'record' ), 0, $need['limit'] ) );
			case 'page':
				return array(
					'total'   => count( $records ),
					'records' => array_slice( $records, $need['offset'], $need['limit'] ),
				);
			case 'delete':
				if ( ! isset( $this->rows[ $need['id'] ] ) ) {
					return array( 'error' => 'not_found', 'detail' => '' );
				}
				unset( $this->rows[ $need['id'] ] );
				return array( 'deleted' => true );
			default:
				return $this->write( $need );
		}
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
			'wordpress' => $account + array( 'active' => $need['active'] ),
		) + $old;

		$this->rows[ $need['id'] ] = array(
			'record' => $record,
			'keys'   => array_intersect_key( $need, array_flip( array( 'id', 'userName', 'externalId', 'objectId', 'email' ) ) ),
		);
		return array( 'record' => $record );
	}
}
