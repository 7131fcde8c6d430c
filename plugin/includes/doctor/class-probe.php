<?php
/**
 * A request of the doctor and what came of it.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * What a client sees of one exchange, and what the witness at the other end says that arrived.
 */
final class Probe {

	/** Bytes of a body that are kept. */
	private const BODY_BYTES = 2000;

	/**
	 * Holds what came of a request.
	 *
	 * @param Request              $request The request.
	 * @param string               $number  Its number, which nobody can guess: an answer that names another one is a stored one.
	 * @param int                  $status  Status of the answer; 0 when none came.
	 * @param array<string,string> $headers Lower-case name => values, joined by commas.
	 * @param string               $start   The first 2,000 bytes of the body.
	 * @param string               $digest  SHA-256 of the whole body, as it was before compression.
	 * @param array|null           $witness See Witness::statement(); null when the answer carries none.
	 * @param string               $error   Why no answer came, in the words of cURL; '' when one did.
	 * @param float                $seconds From the request to the end of the answer.
	 * @param int                  $time    When the answer was there, in seconds since the epoch.
	 */
	public function __construct(
		public readonly Request $request,
		public readonly string $number,
		public readonly int $status = 0,
		public readonly array $headers = array(),
		public readonly string $start = '',
		public readonly string $digest = '',
		public readonly ?array $witness = null,
		public readonly string $error = '',
		public readonly float $seconds = 0.0,
		public readonly int $time = 0,
	) {}

	/**
	 * Sends a request as a client would. Nothing is followed, and certificates are checked as strictly as a client does.
	 *
	 * @param Request              $request The request.
	 * @param string               $url     Where to, with query.
	 * @param string               $token   Token of the visitor's pass.
	 * @param float                $timeout Seconds.
	 * @param array<string,string> $headers More headers.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function send( Request $request, string $url, string $token, float $timeout, array $headers = array() ): self {
		$number = bin2hex( random_bytes( 8 ) );
		$begun  = microtime( true );
		$answer = wp_remote_request(
			$url,
			array(
				'method'      => $request->method,
				'headers'     => $headers + array(
					'Authorization'      => "Bearer $token",
					Visitor_Pass::HEADER => "$token.$number",
				) + ( '' === $request->body ? array() : array( 'Content-Type' => 'application/scim+json; charset=utf-8' ) ),
				'body'        => '' === $request->body ? null : $request->body,
				'timeout'     => $timeout,
				'redirection' => 0,
				// Entra sends none, and some firewalls refuse that.
				'user-agent'  => '',
				'sslverify'   => true,
				'cookies'     => array(),
			)
		);
		$seconds = microtime( true ) - $begun;
		if ( is_wp_error( $answer ) ) {
			return new self( $request, $number, error: $answer->get_error_message(), seconds: $seconds, time: time() );
		}
		$headers = array();
		foreach ( wp_remote_retrieve_headers( $answer ) as $name => $value ) {
			$headers[ strtolower( $name ) ] = implode( ', ', (array) $value );
		}
		$body = wp_remote_retrieve_body( $answer );
		return new self(
			$request,
			$number,
			(int) wp_remote_retrieve_response_code( $answer ),
			$headers,
			substr( $body, 0, self::BODY_BYTES ),
			hash( 'sha256', $body ),
			Witness::read( $headers[ strtolower( Witness::HEADER ) ] ?? '' ),
			seconds: $seconds,
			time: time()
		);
	}

	/**
	 * Whether the answer tells about this very request.
	 */
	public function is_witnessed(): bool {
		return null !== $this->witness && $this->number === $this->witness['number'];
	}

	/**
	 * Whether the answer has a page for a person in it.
	 */
	public function is_page(): bool {
		return str_contains( $this->headers['content-type'] ?? '', 'html' ) || 1 === preg_match( '/\A\s*<(!doctype|html)/i', $this->start );
	}

	/**
	 * Whether it is our own refusal of a request without an Authorization header: whoever takes that away may take the
	 * visitor's pass away, too.
	 */
	public function is_without_authorization(): bool {
		return 401 === $this->status && str_contains( $this->detail(), 'no authorization header arrived' );
	}

	/**
	 * Detail of a SCIM error (RFC 7644 §3.12), '' when the answer is none.
	 */
	public function detail(): string {
		$json = json_decode( $this->start, true );
		return is_array( $json ) && is_string( $json['detail'] ?? null ) ? $json['detail'] : '';
	}
}
