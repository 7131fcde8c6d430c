<?php
/**
 * Who may call.
 *
 * @package Scimpress
 */

namespace Scimpress\Rest;

use Scimpress\Doctor\Witness;
use Scimpress\Requirements;
use Scimpress\Settings;
use Scimpress\Token_List;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Lets requests in, or says why not. It knows a request by its header, method and route alone.
 */
final class Admission {

	/**
	 * Why a request may not pass. One that may has used its token afterwards, see Tokens::used().
	 *
	 * @param string $authorization Value of the Authorization header, empty when none arrived.
	 * @param string $method        HTTP method.
	 * @param string $route         Route of the request, with the namespace.
	 * @param string $body          Raw body.
	 * @return array{0: int, 1: string}|null HTTP status, and one line for the administrator of the identity provider; null when it may pass.
	 */
	public static function refusal( string $authorization, string $method, string $route, string $body = '' ): ?array {
		Witness::note_route( $route );
		if ( ! Requirements::met() ) {
			return array( 503, 'the php extension scimpress is missing or too old on this server' );
		}
		if ( '' === $authorization ) {
			return array( 401, 'no authorization header arrived: send `Authorization: Bearer <secret token>`; if it was sent, the web server keeps it from php' );
		}
		if ( Witness::vouches( $authorization ) ) {
			return Witness::admits( $method, $route, $body ) ? null : array( 400, 'this request of the connection doctor was changed on its way' );
		}
		$token = Tokens::of( $authorization );
		if ( null === $token ) {
			return array( 401, 'the authorization header is not `Bearer <secret token>`' );
		}
		if ( false === $token ) {
			return array( 401, 'the secret token is not one that this site expects' );
		}
		if ( Tokens::is_expired( $token, time() ) ) {
			$ended = gmdate( 'Y-m-d\TH:i:s\Z', $token['expires'] );
			return array( 401, "the secret token expired at $ended; its administrator makes another one in wordpress under settings, scimpress, tokens" );
		}
		if ( ! Settings::enabled() ) {
			return array( 503, 'provisioning is switched off on this site; its administrator switches it on in wordpress under settings, scimpress' );
		}
		if ( Token_List::READ === $token['rights'] && ! Routes::is_read( $method, $route ) ) {
			return array( 403, 'this secret token may only read; use one that may write, from wordpress under settings, scimpress, tokens' );
		}
		Tokens::note_use( $token );
		return null;
	}
}
