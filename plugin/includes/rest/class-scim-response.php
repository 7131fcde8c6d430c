<?php
/**
 * An answer on its way through the REST server.
 *
 * @package Scimpress
 */

namespace Scimpress\Rest;

use Scimpress\Answer;

defined( 'ABSPATH' ) || exit;

/**
 * Carries an answer of the engine past everything that would take its JSON apart.
 */
final class Scim_Response extends \WP_REST_Response {

	/**
	 * Wraps an answer.
	 *
	 * @param Answer $answer What is sent.
	 */
	public function __construct( public readonly Answer $answer ) {
		parent::__construct( null, $answer->status, $answer->headers );
	}
}
