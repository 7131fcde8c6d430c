<?php
/**
 * A finished HTTP answer.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * What the engine wants sent, byte for byte.
 */
final class Answer {

	/**
	 * Holds one answer.
	 *
	 * @param int                                                              $status  HTTP status.
	 * @param array<string,string>                                             $headers Header name => value, complete.
	 * @param string                                                           $body    Bytes to send; empty for 204.
	 * @param list<array{code: string, detail: string, resource: string}>      $notices What the engine wants the administrator to know.
	 * @param list<array>                                                      $changes What was written and what failed, of Exchange::changes() with the `userId` of each resource, null where it was not seen.
	 */
	public function __construct(
		public readonly int $status,
		public readonly array $headers,
		public readonly string $body,
		public readonly array $notices = array(),
		public readonly array $changes = array(),
	) {}
}
