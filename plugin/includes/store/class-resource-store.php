<?php
/**
 * What the stores of users and groups share.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Performs needs about one type of resource.
 */
abstract class Resource_Store {

	/** @var class-string<Reader> */
	protected const READER = Reader::class;

	/**
	 * Performs a need.
	 *
	 * @param array $need A need of the engine about this type of resource.
	 * @return array The answer.
	 * @throws Failure    When it cannot be done.
	 * @throws \Throwable When WordPress, the database or another plugin fails; a write has been rolled back then.
	 */
	public function perform( array $need ): array {
		return match ( $need['need'] ) {
			'select' => $this->read( array( 'records' => static::READER::select( $need['where'], $need['after'], $need['before'], $need['limit'] ) ) ),
			'page'   => $this->read( static::READER::page( $need['where'], $need['order'], $need['offset'], $need['limit'] ) ),
			'fetch'  => $this->read( array( 'records' => static::READER::fetch( $need['positions'] ) ) ),
			'create' => array( 'record' => $this->create( $need ) ),
			'update' => array( 'record' => $this->update( $need ) ),
			'delete' => $this->delete( $need['id'], $need['version'] ),
		};
	}

	/**
	 * Passes on what was read.
	 *
	 * @param array{records: list<array>} $answer The answer.
	 * @return array The answer.
	 */
	protected function read( array $answer ): array {
		return $answer;
	}

	/**
	 * Need `create`.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure When it cannot be done.
	 */
	abstract protected function create( array $need ): array;

	/**
	 * Need `update`.
	 *
	 * @param array $need The need.
	 * @return array The record.
	 * @throws Failure When it cannot be done.
	 */
	abstract protected function update( array $need ): array;

	/**
	 * Need `delete`.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version The version that must still be there; null for any.
	 * @return array{deleted: true}
	 * @throws Failure When it cannot be done.
	 */
	abstract protected function delete( string $id, ?int $version ): array;
}
