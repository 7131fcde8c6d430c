<?php
/**
 * From what was seen to what is wrong, without any request.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Doctor\Catalogue;
use Scimpress\Doctor\Diagnosis;
use Scimpress\Doctor\Finding;
use Scimpress\Doctor\Owner;
use Scimpress\Doctor\Probe;
use Scimpress\Doctor\Report;
use Scimpress\Doctor\Request;
use Scimpress\Doctor\Web_Server;

/**
 * The decisions of the doctor, above all those that no test server can bring about.
 */
final class DoctorDiagnosisTest extends Test_Case {

	private const NOBODY = '00000000-0000-4000-8000-000000000000';

	private const NUMBER = '0123456789abcdef';

	/**
	 * Errors in the words of cURL and its TLS libraries, of streams and of WordPress.
	 */
	public function errors(): array {
		return array(
			array( 'dns', 'cURL error 6: Could not resolve host: example.invalid' ),
			array( 'dns', 'cURL error 28: Resolving timed out after 6000 milliseconds' ),
			array( 'dns', 'php_network_getaddresses: getaddrinfo for example.invalid failed: Name or service not known' ),
			array( 'refused', 'cURL error 7: Failed to connect to example.com port 443 after 1 ms: Connection refused' ),
			array( 'refused', 'cURL error 7: Couldn\'t connect to server' ),
			array( 'refused', 'cURL error 52: Empty reply from server' ),
			array( 'refused', 'stream_socket_client(): Unable to connect to tcp://127.0.0.1:1 (Connection refused)' ),
			array( 'timeout', 'cURL error 28: Operation timed out after 6001 milliseconds with 0 bytes received' ),
			array( 'timeout', 'cURL error 28: Failed to connect to example.com port 443 after 6000 ms: Timeout was reached' ),
			array( 'timeout', 'fsocket timed out' ),
			array( 'tls_untrusted', 'cURL error 60: SSL certificate problem: self-signed certificate' ),
			array( 'tls_untrusted', 'cURL error 60: SSL certificate problem: self signed certificate in certificate chain' ),
			array( 'tls_untrusted', 'cURL error 60: SSL certificate problem: unable to get local issuer certificate' ),
			array( 'tls_untrusted', 'cURL error 60: server certificate verification failed. CAfile: none CRLfile: none' ),
			array( 'tls_expired', 'cURL error 60: SSL certificate problem: certificate has expired' ),
			array( 'tls_expired', 'cURL error 60: SSL certificate problem: certificate is not yet valid' ),
			array( 'tls_name', 'cURL error 60: SSL: no alternative certificate subject name matches target host name \'example.com\'' ),
			array( 'tls_name', 'cURL error 51: SSL: certificate subject name \'a.example\' does not match target host name \'b.example\'' ),
			array( 'tls_name', 'stream_socket_client(): Peer certificate CN=`a.example\' did not match expected CN=`b.example\'' ),
			array( 'tls', 'cURL error 35: error:0A00010B:SSL routines::wrong version number' ),
			array( 'tls', 'cURL error 35: OpenSSL SSL_connect: Connection reset by peer in connection to example.com:443' ),
			array( 'tls', 'cURL error 35: gnutls_handshake() failed: Handshake failed' ),
			array( 'request_forbidden', 'User has blocked requests through HTTP.' ),
			array( 'late', 'no time left' ),
			array( 'no_answer', 'cURL error 1: Protocol "gopher" disabled' ),
		);
	}

	/**
	 * @dataProvider errors
	 */
	public function test_errors_of_the_connection( string $id, string $error ): void {
		$finding = Diagnosis::address( $this->probe( array( 'error' => $error, 'status' => 0 ) ) );
		$this->assertSame( $id, $finding->id );
		$this->assertSame( 'address', $finding->check() );
		$this->assertNull( Diagnosis::address( $this->probe() ) );
	}

	/**
	 * Redirects from http://example.com/wp-json/wpo365/v1/Users.
	 */
	public function redirects(): array {
		return array(
			array( 'redirect_https', 'https://example.com/wp-json/wpo365/v1/Users', 'https://example.com' ),
			array( 'redirect_https', 'https://example.com/', 'https://example.com' ),
			array( 'redirect_host', 'http://www.example.com/wp-json/wpo365/v1/Users', 'http://www.example.com' ),
			array( 'redirect_host', 'https://www.example.com:8443/wp-json/wpo365/v1/Users', 'https://www.example.com:8443' ),
			array( 'redirect_host', '//www.example.com/wp-json/', 'http://www.example.com' ),
			array( 'redirect_slash', 'http://example.com/wp-json/wpo365/v1/Users/', null ),
			array( 'redirect_slash', '/wp-json/wpo365/v1/Users/?filter=x', null ),
			array( 'login_redirect', 'https://example.com/wp-login.php?redirect_to=x', null ),
			array( 'redirect', '/de/wp-json/wpo365/v1/Users', null ),
		);
	}

	/**
	 * @dataProvider redirects
	 */
	public function test_redirects( string $id, string $location, ?string $origin ): void {
		$finding = Diagnosis::redirect( $this->probe( array( 'status' => 307, 'headers' => array( 'location' => $location ) ) ), 'http://example.com/wp-json/wpo365/v1/Users?filter=x' );
		$this->assertSame( $id, $finding->id );
		$this->assertStringContainsString( $location, $finding->id === 'redirect' ? $finding->explanation() : $location );
		if ( null !== $origin ) {
			$this->assertSame( $origin, $finding->facts['origin'] );
		}
		$this->assertNull( Diagnosis::redirect( $this->probe( array( 'headers' => array( 'location' => $location ) ) ), 'http://example.com/' ), 'only a 3xx redirects' );
	}

	public function test_what_others_say_cannot_leave_its_place_in_a_command_or_a_text(): void {
		$finding = Diagnosis::redirect( $this->probe( array( 'status' => 301, 'headers' => array( 'location' => "https://x.example'; rm -rf ~; '{tenant_url}/" ) ) ), 'http://example.com/' );
		$report  = new Report( 'http://example.com/wp-json/wpo365/v1/' );
		$report->add( $finding );
		foreach ( $report->to_array()['findings'][0]['fixes'] as $fix ) {
			foreach ( explode( "\n", $fix['paste'] ) as $line ) {
				$this->assertSame( 2, substr_count( $line, "'" ), $line );
			}
		}
	}

	public function test_caches_are_known_by_their_headers_and_by_old_answers(): void {
		foreach ( array( array( 'age' => '12' ), array( 'x-cache' => 'HIT from varnish' ), array( 'cf-cache-status' => 'HIT' ), array( 'x-cache-status' => 'HIT' ) ) as $headers ) {
			$this->assertSame( 'cache', Diagnosis::cache( $this->probe( array( 'headers' => $headers ) ) )->id );
		}
		foreach ( array( array( 'age' => '0' ), array( 'x-cache' => 'MISS' ), array( 'cf-cache-status' => 'DYNAMIC' ), array( 'x-cache' => 'WHITE' ) ) as $headers ) {
			$this->assertNull( Diagnosis::cache( $this->probe( array( 'headers' => $headers ) ) ) );
		}
		$this->assertSame( 'cache', Diagnosis::cache( $this->probe( array(), array( 'number' => 'fedcba9876543210' ) ) )->id );
		$this->assertNull( Diagnosis::cache( $this->probe( array( 'witness' => null ) ) ) );
	}

	/**
	 * Versions behind the web server and here.
	 */
	public function extensions(): array {
		$new = \Scimpress\MINIMUM_EXTENSION;
		return array(
			array( null, $new, $new ),
			array( 'extension', null, null ),
			array( 'extension_web', null, $new ),
			array( 'extension_here', $new, null ),
			array( 'extension_old', '0.0.9', $new ),
		);
	}

	/**
	 * @dataProvider extensions
	 */
	public function test_extension( ?string $id, ?string $there, ?string $here ): void {
		$finding = Diagnosis::extension( $this->probe( array(), array( 'extension' => $there, 'sapi' => 'litespeed', 'php' => '8.3' ) ), $here );
		$this->assertSame( $id, $finding?->id );
		if ( in_array( $id, array( 'extension_web', 'extension_old' ), true ) ) {
			$this->assertStringContainsString( '8.3 ', $finding->explanation() );
			$this->assertStringContainsString( 'litespeed', $finding->explanation() );
		}
	}

	public function test_refusal_that_was_taken_back_is_none(): void {
		$culprit = array(
			'hook' => 'rest_authentication_errors',
			'kind' => 'plugin',
			'name' => 'Closed',
			'file' => 'wp-content/plugins/closed/closed.php',
		);
		$this->assertNull( Diagnosis::routes( $this->probe( array(), array( 'culprit' => $culprit ) ) ) );
		$this->assertSame( 'rest_blocked', Diagnosis::routes( $this->probe( array( 'status' => 403 ), array( 'culprit' => $culprit ) ) )->id );
	}

	public function test_clock_may_differ_by_two_minutes(): void {
		foreach ( array( -119 => null, 119 => null, -121 => 'clock', 121 => 'clock', 86400 => 'clock' ) as $skew => $id ) {
			$probe = $this->probe( array( 'headers' => array( 'date' => gmdate( 'D, d M Y H:i:s', 1000000 + $skew ) . ' GMT' ) ) );
			$this->assertSame( $id, Diagnosis::clock( $probe )?->id, (string) $skew );
		}
		$this->assertNull( Diagnosis::clock( $this->probe( array( 'headers' => array( 'date' => 'yesterday, all my troubles' ) ) ) ) );
		$this->assertNull( Diagnosis::clock( $this->probe() ) );
	}

	public function test_answers_without_a_witness(): void {
		$lost    = static fn( int $status, string $start = '', array $headers = array() ): array => array( 'witness' => null, 'status' => $status, 'start' => $start, 'headers' => $headers );
		$witness = $this->probe();
		$none    = $this->probe( array( 'witness' => null ) );
		$refusal = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"no authorization header arrived: send it"}';
		$scim    = array( 'content-type' => 'application/scim+json' );
		$cases   = array(
			array( 'maintenance', $lost( 503, '<h1>Briefly unavailable for scheduled maintenance.</h1>' ), $none, $none, false ),
			array( 'maintenance', $lost( 200 ), $none, $none, true ),
			array( 'server_error', $lost( 503, 'no healthy upstream' ), $none, $none, false ),
			array( 'password', $lost( 401, '', array( 'www-authenticate' => 'Basic realm="x"' ) ), $none, $none, false ),
			array( 'firewall', $lost( 401, '', array( 'www-authenticate' => 'Bearer' ) ), $none, $none, false ),
			array( 'user_agent', $lost( 403 ), $witness, $none, false ),
			array( 'rewrite', $lost( 404 ), $none, $witness, false ),
			array( 'elsewhere', $lost( 404 ), $none, $none, false ),
			array( 'login_page', $lost( 404, '<!DOCTYPE html>' ), $none, $none, false ),
			array( 'authorization', $lost( 401, $refusal, $scim ), $none, $none, false ),
			array( 'visitor_dropped', $lost( 200, '{}', $scim ), $none, $none, false ),
			array( 'firewall', $lost( 406, '<html>Mod_Security</html>' ), $none, $none, false ),
			array( 'login_page', $lost( 403, '<html><input type="password">' ), $none, $none, false ),
		);
		foreach ( $cases as list( $id, $changes, $with_agent, $plain, $maintained ) ) {
			$this->assertSame( $id, Diagnosis::wordpress( $this->probe( $changes ), $with_agent, $plain, $maintained )?->id, wp_json_encode( $changes ) );
		}
		$this->assertNull( Diagnosis::wordpress( $witness, null, null, false ) );
	}

	public function test_blocked_writes(): void {
		list( $post, $patch, $put, $delete ) = Request::writes( self::NOBODY );
		$lost  = fn( Request $request, array $changes = array() ): Probe => $this->probe( $changes + array( 'request' => $request, 'status' => 403, 'witness' => null ) );
		$found = static fn( Finding $finding ): array => array( $finding->id, $finding->facts['methods'] );
		$cases = array(
			array( array(), array( $this->probe( array( 'request' => $post ) ) ), array( null ) ),
			array( array(), array( $lost( $post, array( 'status' => 301 ) ), $lost( $patch, array( 'status' => 0 ) ), $lost( $delete, array( 'headers' => array( 'content-type' => 'application/scim+json' ) ) ) ), array( null, null, null ) ),
			array( array( array( 'put_blocked', 'PUT' ) ), array( $lost( $put ) ), array( $lost( $put ) ) ),
			array( array( array( 'method_blocked', 'PUT, DELETE' ) ), array( $lost( $put ), $lost( $delete ) ), array( $lost( $put ), null ) ),
			array( array( array( 'type_blocked', 'POST' ), array( 'method_blocked', 'PATCH' ) ), array( $lost( $post ), $lost( $patch ) ), array( $this->probe(), $lost( $patch ) ) ),
			array( array( array( 'type_blocked', 'PUT' ) ), array( $lost( $put ) ), array( $this->probe() ) ),
		);
		foreach ( $cases as list( $expected, $probes, $as_json ) ) {
			$this->assertSame( $expected, array_map( $found, Diagnosis::blocked( $probes, $as_json ) ) );
		}
	}

	public function test_fixes_are_those_of_the_servers_that_were_seen(): void {
		$servers = static fn( string ...$signatures ): array => array_column( ( new Finding( 'authorization' ) )->fixes( Web_Server::of( $signatures ) ), 'server' );
		$proxy   = Catalogue::server_name( Catalogue::PROXY );
		$this->assertSame( array( 'nginx', $proxy ), $servers( 'nginx/1.22.1' ) );
		$this->assertSame( array( 'Apache', $proxy ), $servers( 'Apache/2.4.62 (Debian)', 'cloudflare' ) );
		$this->assertSame( array( 'Apache', 'nginx', $proxy ), $servers( 'Apache', 'nginx' ) );
		$this->assertSame( array( 'LiteSpeed', $proxy ), $servers( 'LiteSpeed' ) );
		$this->assertSame( array( 'IIS', $proxy ), $servers( 'Microsoft-IIS/10.0' ) );
		$this->assertSame( array( 'Apache', 'nginx', 'LiteSpeed', 'IIS', $proxy ), $servers( 'Caddy' ) );
		$this->assertSame( 'Apache', ( new Finding( 'user_agent' ) )->fixes( array( Web_Server::LITESPEED ) )[0]['server'], 'LiteSpeed reads the files of Apache' );
	}

	public function test_owners_of_callbacks(): void {
		$this->assertSame( Owner::SELF, Owner::of( array( \Scimpress\Plugin::class, 'boot' ) )['kind'] );
		$this->assertSame( Owner::SELF, Owner::of( 'Scimpress\Plugin::boot' )['kind'] );
		$this->assertSame( Owner::CORE, Owner::of( 'rest_cookie_check_errors' )['kind'] );
		$this->assertSame( Owner::CORE, Owner::of( 'strlen' )['kind'] );
		$this->assertSame( Owner::CORE, Owner::of( 'no_such_function' )['kind'] );
		$this->assertSame( Owner::CORE, Owner::of( null )['kind'] );
		$this->assertSame( 'file', Owner::of( static fn() => null )['kind'] );
	}

	public function test_worst_finding_decides_and_what_was_not_looked_at_is_said(): void {
		$report = new Report( 'https://example.com/wp-json/wpo365/v1/' );
		$report->judge( 'settings', 'address' );
		$this->assertSame( Report::GOOD, $report->state() );
		$report->add( new Finding( 'rival', array( 'plugin' => 'Other' ) ) );
		$this->assertSame( Finding::WARNING, $report->state() );
		$report->add( new Finding( 'timeout' ) );
		$this->assertSame( Finding::UNKNOWN, $report->state() );
		$report->add( new Finding( 'foreign_handler', array( 'plugin' => 'Other' ) ) );
		$report->add( new Finding( 'foreign_handler', array( 'plugin' => 'Again' ) ) );
		$report->judge( 'routes' );
		$this->assertSame( Finding::PROBLEM, $report->state() );
		$this->assertSame( array( 'foreign_handler', 'timeout', 'rival' ), array_column( $report->findings(), 'id' ) );
		$this->assertSame( Finding::PROBLEM, $report->states()['routes'] );
		$this->assertSame( Report::NOT_JUDGED, $report->states()['clock'] );
		$this->assertSame( array_keys( Catalogue::checks() ), array_keys( $report->states() ) );
	}

	/**
	 * A probe of a healthy site, with changes.
	 *
	 * @param array $changes Named arguments of the constructor that differ.
	 * @param array $witness Members of the statement that differ.
	 */
	private function probe( array $changes = array(), array $witness = array() ): Probe {
		$request = Request::look_up( self::NOBODY );
		$witness += array(
			'number'        => self::NUMBER,
			'method'        => 'GET',
			'authorization' => 'own',
			'extension'     => \Scimpress\MINIMUM_EXTENSION,
			'php'           => '8.2',
			'sapi'          => 'fpm-fcgi',
			'ini'           => '/etc/php/8.2/fpm/php.ini',
			'ours'          => true,
			'culprit'       => null,
			'handler'       => null,
		);
		return new Probe( ...( $changes + array( 'request' => $request, 'number' => self::NUMBER, 'status' => 200, 'witness' => $witness, 'time' => 1000000 ) ) );
	}
}
