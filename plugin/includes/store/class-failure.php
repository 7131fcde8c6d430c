<?php
/**
 * What the store tells the engine when it cannot do a need.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * An expected failure; the transaction around it is rolled back.
 */
final class Failure extends \RuntimeException {

	/**
	 * Names the failure.
	 *
	 * @param string $reason Code of the contract with the engine, such as `email_exists`.
	 * @param string $detail Plain text for the administrator of the identity provider.
	 */
	public function __construct( public readonly string $reason, public readonly string $detail = '' ) {
		parent::__construct( $reason );
	}

	/**
	 * The answer to the engine.
	 *
	 * @return array{error: string, detail: string}
	 */
	public function answer(): array {
		return array(
			'error'  => $this->reason,
			'detail' => $this->detail,
		);
	}
}
