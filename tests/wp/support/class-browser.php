<?php
/**
 * A person at a browser.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Sends forms and keeps cookies.
 */
final class Browser {

	/** @var array<string,string> */
	private array $cookies = array();

	/**
	 * Opens a browser.
	 *
	 * @param Web $web The site.
	 */
	public function __construct( private readonly Web $web ) {}

	/**
	 * Opens a page.
	 *
	 * @param string               $path    Path and query.
	 * @param array<string,string> $headers More headers.
	 */
	public function get( string $path, array $headers = array() ): Reply {
		return $this->keep( $this->web->send( 'GET', $path, $headers + $this->cookie() ) );
	}

	/**
	 * Sends a form.
	 *
	 * @param string               $path    Path and query.
	 * @param array<string,string> $fields  Fields.
	 * @param array<string,string> $headers More headers.
	 */
	public function post( string $path, array $fields, array $headers = array() ): Reply {
		$headers += array( 'Content-Type' => 'application/x-www-form-urlencoded' ) + $this->cookie();
		return $this->keep( $this->web->send( 'POST', $path, $headers, http_build_query( $fields ) ) );
	}

	/**
	 * Signs in at the form of WordPress.
	 *
	 * @param string $login    Login name or e-mail address.
	 * @param string $password Password.
	 */
	public function sign_in( string $login, string $password ): Reply {
		return $this->post(
			'/wp-login.php',
			array(
				'log'        => $login,
				'pwd'        => $password,
				'testcookie' => '1',
			)
		);
	}

	/**
	 * Whether the site knows who is there.
	 */
	public function is_signed_in(): bool {
		return 200 === $this->get( '/wp-admin/profile.php' )->status;
	}

	/**
	 * The Cookie header.
	 *
	 * @return array{Cookie: string}
	 */
	public function cookie(): array {
		$pairs = array( 'wordpress_test_cookie=WP%20Cookie%20check' );
		foreach ( $this->cookies as $name => $value ) {
			$pairs[] = "$name=$value";
		}
		return array( 'Cookie' => implode( '; ', $pairs ) );
	}

	/**
	 * Keeps the cookies of an answer.
	 *
	 * @param Reply $reply The answer.
	 */
	private function keep( Reply $reply ): Reply {
		foreach ( $reply->headers['set-cookie'] ?? array() as $cookie ) {
			list( $name, $value )   = explode( '=', explode( ';', $cookie )[0], 2 );
			$this->cookies[ $name ] = $value;
		}
		return $reply;
	}
}
