<?php
/**
 * SCIM beside other plugins in WordPress's REST server, with the fast lane switched off.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

require_once __DIR__ . '/RestNeighboursTest.php';

/**
 * All that RestNeighboursTest says holds in the other lane, where other plugins may refuse in addition.
 */
final class RestLaneNeighboursTest extends RestNeighboursTest {

	protected const DEFINED = array( 'X-Define-SCIMPRESS_FAST_LANE' => 'false' );

	/**
	 * Plugins that refuse, and the status that arrives.
	 */
	public function refusals(): array {
		return array(
			'REST API off'     => array( 'closed-to-everybody', 403, 'rest_disabled' ),
			'rate limit'       => array( 'rate-limit', 429, 'too_many' ),
			'another response' => array( 'own-envelope', 418, '' ),
		);
	}

	/**
	 * @dataProvider refusals
	 */
	public function test_refusal_of_another_plugin_is_a_scim_error( string $scenario, int $status, string $code ): void {
		$reply = $this->scim( 'GET', '/Users', array( 'X-Scenario' => $scenario ) );
		$this->assertScim( $status, $reply );
		$this->assertStringContainsString( $code, $reply->json()['detail'] );
		foreach ( array( 'Slow', '<b>', 'wrapped' ) as $theirs ) {
			$this->assertStringNotContainsString( $theirs, $reply->body );
		}
	}
}
