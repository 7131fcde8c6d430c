<?php
/**
 * The doctor inside WordPress; tests/doctor has him on real servers.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Doctor\Catalogue;
use Scimpress\Doctor\Finding;
use Scimpress\Doctor\Report;
use Scimpress\Doctor\Request;
use Scimpress\Doctor\Site_Health;
use Scimpress\Doctor\Visitor_Pass;
use Scimpress\Doctor\Web_Server;
use Scimpress\Doctor\Witness;
use Scimpress\Tokens;

/**
 * Who may ask him, what he keeps and what he tells.
 */
final class DoctorTest extends Scim_Test_Case {

	private const TAB = '/wp-admin/options-general.php?page=scimpress&tab=doctor';

	public function test_documentation_is_what_the_catalogue_says(): void {
		$file = dirname( __DIR__, 2 ) . '/docs/doctor.md';
		$text = (string) file_get_contents( $file );
		$own  = (string) strstr( $text, Doctor_Document::MARK, true );
		$this->assertNotSame( '', $own, 'the mark is gone from docs/doctor.md' );
		$should = $own . Doctor_Document::MARK . "\n" . Doctor_Document::text();
		if ( getenv( 'SCIMPRESS_WRITE_DOCS' ) ) {
			file_put_contents( $file, $should );
		}
		$this->assertTrue( $should === (string) file_get_contents( $file ), 'docs/doctor.md is not what the catalogue says: run this test with SCIMPRESS_WRITE_DOCS=1' );
	}

	public function test_every_diagnosis_is_whole(): void {
		$known = array( Catalogue::WORDPRESS, Catalogue::PROXY, Catalogue::MODSECURITY, Catalogue::OUTSIDE, ...array_keys( Web_Server::NAMES ) );
		foreach ( Catalogue::all() as $id => $entry ) {
			$this->assertArrayHasKey( $entry['check'], Catalogue::checks(), $id );
			$this->assertContains( $entry['severity'], array( Finding::PROBLEM, Finding::WARNING, Finding::UNKNOWN ), $id );
			$this->assertStringEndsNotWith( '.', $entry['title'], $id );
			$this->assertMatchesRegularExpression( '/[.}]\z/', $entry['explanation'], $id );
			$this->assertSame( array(), array_diff( array_keys( $entry['fixes'] ), $known ), $id );
			$this->assertSame( 'server_error' === $id, array() === $entry['fixes'], $id );
			foreach ( $entry['fixes'] as $fix ) {
				$this->assertMatchesRegularExpression( '' === $fix[1] ? '/\.\z/' : '/:\z/', $fix[0], $id );
			}
		}
		$merged = 0;
		foreach ( array( 'Catalogue_Site', 'Catalogue_Way', 'Catalogue_Server', 'Catalogue_Plugins' ) as $part ) {
			$merged += count( ( "Scimpress\\Doctor\\$part" )::entries() );
		}
		$this->assertCount( $merged, Catalogue::all(), 'two parts use one id' );
	}

	public function test_pass_is_stored_as_a_digest_and_ends_in_seconds(): void {
		global $wpdb;
		$request = Request::look_up( wp_generate_uuid4() );
		$pass    = Visitor_Pass::issue( array( $request ), 1000 );
		$row     = $wpdb->get_row( "SELECT * FROM $wpdb->options WHERE option_name LIKE 'scimpress\\_visitor\\_%'" );
		$this->assertContains( $row->autoload, array( 'no', 'off' ) );
		$this->assertFalse( str_contains( $row->option_name . $row->option_value, $pass->token ) );
		$this->assertSame( array( $request->fingerprint() ), Visitor_Pass::shown( $pass->token, 1000 + Visitor_Pass::SECONDS )->requests );
		$this->assertNull( Visitor_Pass::shown( $pass->token, 1001 + Visitor_Pass::SECONDS ) );
		$this->assertNull( Visitor_Pass::shown( str_repeat( 'A', 43 ), 1000 ) );
		$this->assertNull( Visitor_Pass::shown( '', 1000 ) );
		$this->assertNull( Visitor_Pass::shown( $pass->token . '%', 1000 ) );

		$next = Visitor_Pass::issue( array(), 1001 + Visitor_Pass::SECONDS );
		$this->assertSame( 1, $this->passes(), 'the next run clears what is over' );
		$other = Visitor_Pass::issue( array(), 1001 + Visitor_Pass::SECONDS );
		$this->assertSame( 2, $this->passes(), 'and leaves what is not' );
		$next->revoke();
		$other->revoke();
		$this->assertSame( 0, $this->passes() );
	}

	public function test_look_up_of_a_strangers_pass_leaves_no_trace_in_the_object_cache(): void {
		$before = wp_cache_get( 'notoptions', 'options' );
		$this->assertSame( 1, self::queries( static fn() => Visitor_Pass::shown( str_repeat( 'B', 43 ), time() ) ) );
		$this->assertSame( 0, self::queries( static fn() => Visitor_Pass::shown( 'no pass', time() ) ) );
		$this->assertSame( $before, wp_cache_get( 'notoptions', 'options' ) );
	}

	public function test_requests_of_others_are_not_looked_at(): void {
		$this->assertFalse( Witness::is_present() );
		$this->assertFalse( Witness::vouches( 'Bearer ' . str_repeat( 'A', 43 ) ) );
		$this->assertSame( 0, self::queries( array( Witness::class, 'begin' ) ) );
		foreach ( array( '', 'x', str_repeat( 'A', 43 ) . '.' . str_repeat( '0', 16 ) ) as $header ) {
			$reply = $this->scim( 'GET', '/Users', array( 'X-Scimpress-Visitor' => $header ) );
			$this->assertScim( 200, $reply );
			$this->assertNull( $reply->header( 'x-scimpress-witness' ) );
		}
	}

	public function test_statement_that_is_none_is_not_read(): void {
		foreach ( array( '', '!', 'e30', base64_encode( '{"number":1}' ), base64_encode( '[]' ), base64_encode( 'null' ) ) as $header ) {
			$this->assertNull( Witness::read( $header ) );
		}
		$this->assertSame( array( 'number' => 'x' ), Witness::read( rtrim( base64_encode( '{"number":"x"}' ), '=' ) ) );
	}

	public function test_only_administrators_examine_and_only_with_the_nonce(): void {
		$administrator = new Browser( self::$web );
		$administrator->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
		$page = $administrator->get( self::TAB )->body;
		$this->assertShows( 'Examine the connection', $page );
		$this->assertShows( 'curl -i -A &#039;&#039; -H &#039;Authorization: Bearer YOUR-SECRET-TOKEN&#039;', $page );
		$this->assertHides( $this->token, $page );
		$this->assertSame( 1, preg_match( '/name="_wpnonce" value="([0-9a-f]+)".{0,200}?value="scimpress_doctor"/s', $page, $matches ) );
		$form = array( 'scimpress_action' => 'scimpress_doctor' );
		$this->assertSame( 403, $administrator->post( self::TAB, $form + array( '_wpnonce' => 'wrong' ) )->status );
		$this->assertSame( 403, $administrator->post( self::TAB, $form )->status );
		$ajax = '/wp-admin/admin-ajax.php';
		$test = array( 'action' => Site_Health::AJAX );
		$this->assertSame( 403, $administrator->post( $ajax, $test + array( '_wpnonce' => $matches[1] ) )->status );
		foreach ( array( 'subscriber', 'editor' ) as $role ) {
			$user    = $this->stranger( array( 'role' => $role ) );
			$browser = new Browser( self::$web );
			$browser->sign_in( $user->user_login, 'secret phrase' );
			$this->assertSame( 403, $browser->post( self::TAB, $form + array( '_wpnonce' => $matches[1] ) )->status, $role );
			$this->assertSame( 403, $browser->post( $ajax, $test + array( '_wpnonce' => $matches[1] ) )->status, $role );
		}
		$this->assertSame( 400, ( new Browser( self::$web ) )->post( $ajax, $test )->status );
		$this->assertSame( 0, $this->passes() );
	}

	public function test_site_health_knows_the_test(): void {
		$test = apply_filters( 'site_status_tests', array( 'direct' => array(), 'async' => array() ) )['async'][ Site_Health::TEST ];
		$this->assertFalse( $test['has_rest'] );
		$this->assertIsCallable( $test['async_direct_test'] );
		// Site Health's script replaces the first underscore only.
		$this->assertSame( Site_Health::AJAX, 'health-check-' . preg_replace( '/_/', '-', $test['test'], 1 ) );
		$this->assertSame( 10, has_action( 'wp_ajax_' . Site_Health::AJAX, array( Site_Health::class, 'answer' ) ) );
	}

	public function test_site_health_shows_a_report(): void {
		$report = new Report( 'https://example.com/wp-json/wpo365/v1/' );
		$report->judge( 'settings' );
		$this->assertSame( 'good', Site_Health::of( $report )['status'] );
		$report->add( new Finding( 'clock', array( 'seconds' => '900' ) ) );
		$this->assertSame( 'recommended', Site_Health::of( $report )['status'] );
		$report->add( new Finding( 'rest_blocked', array( 'plugin' => '<b>Closed</b>' ) ) );
		$result = Site_Health::of( $report );
		$this->assertSame( 'critical', $result['status'] );
		$this->assertSame( array( 'label', 'status', 'badge', 'description', 'actions', 'test' ), array_keys( $result ) );
		$this->assertShows( '&lt;b&gt;Closed&lt;/b&gt; blocks', $result['description'] );
		$this->assertHides( '<b>', $result['description'] );
	}

	public function test_debug_information_has_no_secret(): void {
		$section = apply_filters( 'debug_information', array() )['scimpress'];
		$text    = (string) wp_json_encode( $section );
		$this->assertSame( '1', $section['fields']['tokens']['value'] );
		$this->assertTrue( $section['fields']['tenant_url']['private'] );
		$secrets = array( $this->token, hash( 'sha256', $this->token ), substr( hash( 'sha256', $this->token ), 0, 8 ), (string) Tokens::stored()[0]['hint'] . '"' );
		foreach ( $secrets as $secret ) {
			$this->assertHides( $secret, $text );
		}
	}

	public function test_unreachable_site_is_called_once_and_without_the_real_token(): void {
		$sent = array();
		add_filter(
			'pre_http_request',
			static function ( $answer, array $arguments, string $url ) use ( &$sent ) {
				$sent[] = array( $arguments, $url );
				return new \WP_Error( 'http_request_failed', 'cURL error 7: Failed to connect' );
			},
			10,
			3
		);
		$report = \Scimpress\Doctor\Doctor::examine();
		$this->assertSame( Finding::UNKNOWN, $report->state() );
		$this->assertCount( 1, $sent, 'the first cause explains the rest' );
		list( $arguments, $url ) = $sent[0];
		$this->assertStringStartsWith( rest_url( 'wpo365/v1/Users?filter=userName+eq+%22' ), $url );
		$this->assertSame( array( 'GET', 0, '', true ), array( $arguments['method'], $arguments['redirection'], $arguments['user-agent'], $arguments['sslverify'] ) );
		$this->assertStringNotContainsString( $this->token, (string) wp_json_encode( $arguments ) );
		$this->assertSame( 0, $this->passes() );
	}

	public function test_lost_request_is_tried_in_two_other_ways_and_never_for_long(): void {
		$timeouts = array();
		add_filter(
			'pre_http_request',
			static function ( $answer, array $arguments ) use ( &$timeouts ) {
				$timeouts[] = $arguments['timeout'];
				return array( 'headers' => array(), 'body' => '', 'response' => array( 'code' => 403, 'message' => '' ), 'cookies' => array(), 'filename' => null );
			},
			10,
			2
		);
		$this->assertSame( array( 'firewall' ), array_values( array_diff( array_column( \Scimpress\Doctor\Doctor::examine()->findings(), 'id' ), array( 'no_https' ) ) ) );
		$this->assertCount( 3, $timeouts );
		$this->assertLessThanOrEqual( 6.0, max( $timeouts ) );
	}

	public function test_run_of_a_slow_site_ends_in_time(): void {
		$now  = 0.0;
		$sent = 0;
		add_filter(
			'pre_http_request',
			static function ( $answer, array $arguments ) use ( &$now, &$sent ) {
				++$sent;
				$now    += $arguments['timeout'] - 0.1;
				$visitor = explode( '.', $arguments['headers'][ Visitor_Pass::HEADER ] );
				$said    = array( 'number' => $visitor[1], 'method' => $arguments['method'], 'authorization' => 'own', 'target' => '', 'length' => strlen( (string) $arguments['body'] ), 'digest' => hash( 'sha256', (string) $arguments['body'] ), 'type' => 'application/scim+json', 'extension' => \Scimpress\MINIMUM_EXTENSION, 'php' => '8.2', 'sapi' => 'fpm-fcgi', 'ini' => '', 'server' => '', 'ours' => true, 'answer' => '', 'culprit' => null, 'handler' => null, 'rivals' => array(), 'time' => 0 );
				return array(
					'headers'  => array( 'content-type' => 'application/scim+json', 'x-scimpress-witness' => rtrim( strtr( base64_encode( (string) wp_json_encode( $said ) ), '+/', '-_' ), '=' ) ),
					'body'     => '{}',
					'response' => array( 'code' => array( 'GET' => 200, 'POST' => 400 )[ $arguments['method'] ] ?? 404, 'message' => '' ),
					'cookies'  => array(),
					'filename' => null,
				);
			},
			10,
			2
		);
		$report = \Scimpress\Doctor\Doctor::examine(
			static function () use ( &$now ): float {
				return $now;
			}
		);
		$this->assertLessThan( 30.0, $now );
		$this->assertSame( 5, $sent );
		$this->assertContains( 'late', array_column( $report->findings(), 'id' ) );
		$this->assertSame( Report::NOT_JUDGED, $report->states()['cache'] );
		$this->assertSame( Report::GOOD, $report->states()['methods'] );
		$this->assertSame( Report::GOOD, $report->states()['request'] );
	}

	/**
	 * Passes in the database.
	 */
	private function passes(): int {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE 'scimpress\\_visitor\\_%'" );
	}
}
