<?php
/**
 * SCIM through WordPress's REST server, with the fast lane switched off.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

require_once __DIR__ . '/RestTest.php';

/**
 * All that RestTest says holds in the other lane.
 */
final class RestLaneTest extends RestTest {

	protected const DEFINED = array( 'X-Define-SCIMPRESS_FAST_LANE' => 'false' );
}
