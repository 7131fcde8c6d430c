<?php
/**
 * A request that the doctor sends.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * The requests of a run. None of them can change anything: the user whom they name does not exist, and who is created lacks
 * a userName.
 */
final class Request {

	/**
	 * Holds a request.
	 *
	 * @param string $method Method.
	 * @param string $path   Below the Tenant URL, without a slash at its beginning.
	 * @param string $filter Value of the query's `filter`, '' for none.
	 * @param string $body   JSON, '' for none.
	 * @param int    $expect Status of the answer when all is well.
	 */
	private function __construct(
		public readonly string $method,
		public readonly string $path,
		public readonly string $filter,
		public readonly string $body,
		public readonly int $expect,
	) {}

	/**
	 * The look-up by which Entra tests a connection (RFC 7644 §3.4.2): a user whom nobody is.
	 *
	 * @param string $nobody A random UUID.
	 */
	public static function look_up( string $nobody ): self {
		return new self( 'GET', 'Users', "userName eq \"$nobody\"", '', 200 );
	}

	/**
	 * Every request that could write.
	 *
	 * @param string $nobody A random UUID.
	 * @return list<self>
	 */
	public static function writes( string $nobody ): array {
		// Beyond ASCII, and what rewriters like to touch; people have such names.
		$user  = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"displayName":"Åsa O\'Neil & Søn"}';
		$patch = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"displayName","value":"Åsa"}]}';
		$put   = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"' . $nobody . '"}';
		return array(
			new self( 'POST', 'Users', '', $user, 400 ),
			new self( 'PATCH', "Users/$nobody", '', $patch, 404 ),
			new self( 'PUT', "Users/$nobody", '', $put, 404 ),
			new self( 'DELETE', "Users/$nobody", '', '', 404 ),
		);
	}

	/**
	 * Path below the Tenant URL with its query, written as Entra writes it: `+` for a blank.
	 */
	public function target(): string {
		return $this->path . ( '' === $this->filter ? '' : '?filter=' . urlencode( $this->filter ) );
	}

	/**
	 * What makes it this request and no other.
	 *
	 * @return array{method: string, target: string, digest: string}
	 */
	public function fingerprint(): array {
		return array(
			'method' => $this->method,
			'target' => '/' . $this->path . ( '' === $this->filter ? '' : "?filter=$this->filter" ),
			'digest' => hash( 'sha256', $this->body ),
		);
	}
}
