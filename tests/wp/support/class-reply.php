<?php
/**
 * An HTTP answer as a client sees it.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Status, headers and body.
 */
final class Reply {

	/**
	 * Holds an answer.
	 *
	 * @param int                        $status  Status.
	 * @param array<string,list<string>> $headers Lower-case name => values.
	 * @param string                     $body    Body.
	 */
	public function __construct( public readonly int $status, public readonly array $headers, public readonly string $body ) {}

	/**
	 * Value of a header, null when it is absent.
	 *
	 * @param string $name Lower-case name.
	 */
	public function header( string $name ): ?string {
		return isset( $this->headers[ $name ] ) ? implode( ', ', $this->headers[ $name ] ) : null;
	}

	/**
	 * The body as JSON.
	 *
	 * @return mixed
	 */
	public function json() {
		return json_decode( $this->body, true );
	}
}
