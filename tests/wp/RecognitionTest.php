<?php
/**
 * Which requests the fast lane takes for its own.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Lane\Recognition;
use Scimpress\Rest\Routes;

/**
 * It never says yes where WordPress says no or means another route; and says yes to what clients send.
 */
final class RecognitionTest extends Test_Case {

	/** Random requests for each kind of site. */
	private const REQUESTS = 4000;

	private Random $random;

	/**
	 * The superglobals of before.
	 *
	 * @var array<string,array>
	 */
	private array $globals;

	/**
	 * Path of the site's address, that of a subdirectory for some.
	 *
	 * @var string
	 */
	private string $home = '';

	protected function setUp(): void {
		parent::setUp();
		defined( 'WP_USE_THEMES' ) || define( 'WP_USE_THEMES', true );
		$this->random  = new Random();
		$this->globals = array( $_SERVER, $_GET, $_POST, get_option( 'permalink_structure' ) );
		add_filter( 'option_home', fn( string $home ): string => "http://127.0.0.1$this->home", PHP_INT_MAX );
		remove_all_actions( 'parse_request' );
	}

	protected function tearDown(): void {
		list( $_SERVER, $_GET, $_POST, $structure ) = $this->globals;
		$this->permalinks( $structure );
		parent::tearDown();
	}

	/**
	 * Kinds of sites: path, permalinks, prefix of the REST API, and a rule of another plugin.
	 */
	public function sites(): array {
		return array(
			'usual'                => array( '', '/%postname%/', 'wp-json', null ),
			'in a subdirectory'    => array( '/blog', '/%postname%/', 'wp-json', null ),
			'deep'                 => array( '/a.b/wp-json', '/%year%/%postname%/', 'wp-json', null ),
			'by index.php'         => array( '', '/index.php/%postname%/', 'wp-json', null ),
			'index.php below'      => array( '/blog', '/index.php/archives/%post_id%', 'wp-json', null ),
			'another prefix'       => array( '', '/%postname%/', 'api', null ),
			'prefix of two parts'  => array( '/blog', '/%postname%/', 'our/api', null ),
			'plain'                => array( '', '', 'wp-json', null ),
			'another rule first'   => array( '', '/%postname%/', 'wp-json', array( 'wp-json/wpo365/v1/(Users)/(.*)', 'index.php?pagename=$matches[2]' ) ),
			'another target first' => array( '', '/%postname%/', 'wp-json', array( '(.+)/v1/(.*)', 'index.php?rest_route=/wp/v2/$matches[2]' ) ),
			'a rule for a script'  => array( '', '/%postname%/', 'wp-json', array( 'index.php/wp-json/(.+)', 'index.php?rest_route=/wp/v2/$matches[1]' ) ),
			'verbose pages first'  => array( '', '/%category%/%postname%/', 'wp-json', array( '(wp-json/.+)', 'index.php?pagename=$matches[1]' ) ),
		);
	}

	/**
	 * @dataProvider sites
	 */
	public function test_it_never_answers_what_wordpress_would_not( string $home, string $structure, string $prefix, ?array $rule ): void {
		$this->site( $home, $structure, $prefix, $rule );
		$ours       = 0;
		$recognised = 0;
		for ( $number = 0; $number < self::REQUESTS; $number++ ) {
			$this->request();
			$said = Recognition::route();
			$case = wp_json_encode( array( $_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], $_SERVER['PATH_INFO'] ?? null, $_GET, $_POST, $this->random->seed ) );
			$real = $this->real();
			if ( null !== $said ) {
				$this->assertSame( $real, $said, $case );
				++$recognised;
			}
			$ours += null !== $real && Routes::is_endpoint( $real );
		}
		// Most of what is left to the REST server is spelled as no client does.
		$this->assertGreaterThan( self::REQUESTS / 50, $ours );
		$this->assertGreaterThan( $ours / 4, $recognised );
	}

	/**
	 * What clients send, and the route that it is.
	 */
	public function test_what_clients_send_is_recognised(): void {
		$paths = array(
			'/wp-json/wpo365/v1/Users'                      => '/wpo365/v1/Users',
			'/wp-json/wpo365/v1/Users/'                     => '/wpo365/v1/Users',
			'//wp-json/wpo365/v1/users'                     => '/wpo365/v1/users',
			'/wp-json/WPO365/V1/Users?filter=x&rest=1'      => '/WPO365/V1/Users',
			'/wp-json/wpo365/v1/Groups/a%2Fb%20c'           => '/wpo365/v1/Groups/a%2Fb%20c',
			'/wp-json/wpo365/v1/.search'                    => '/wpo365/v1/.search',
			'/index.php/wp-json/wpo365/v1/Schemas/urn:a:b'  => '/wpo365/v1/Schemas/urn:a:b',
			'/?rest_route=/wpo365/v1/Users'                 => '/wpo365/v1/Users',
			'/index.php?rest_route=%2Fwpo365%2Fv1%2FBulk%2F' => '/wpo365/v1/Bulk',
			'/any/page?rest_route=/wpo365/v1/Me'            => '/wpo365/v1/Me',
		);
		foreach ( array( '', '/blog' ) as $home ) {
			$this->site( $home, '/%postname%/', 'wp-json', null );
			foreach ( $paths as $uri => $route ) {
				$this->ask( 'GET', $home . $uri );
				$this->assertSame( $route, Recognition::route(), "$home$uri" );
			}
		}
		$this->site( '', '', 'wp-json', null );
		$this->ask( 'PATCH', '/?rest_route=/wpo365/v1/Users/1' );
		$this->assertSame( '/wpo365/v1/Users/1', Recognition::route() );
	}

	public function test_script_behind_index_php_is_recognised(): void {
		$this->site( '/blog', '/index.php/%postname%/', 'wp-json', null );
		$this->ask( 'GET', '/blog/index.php/wp-json/wpo365/v1/Users/a%25b' );
		$_SERVER['PATH_INFO'] = '/wp-json/wpo365/v1/Users/a%b';
		$this->assertSame( '/wpo365/v1/Users/a%25b', Recognition::route() );
	}

	/**
	 * What is ours for WordPress, too, but not for the fast lane; and what is not.
	 */
	public function test_doubtful_requests_are_left_to_the_rest_server(): void {
		$this->site( '', '/%postname%/', 'wp-json', null );
		foreach ( array( '', '/nothing', '/sync', '//Users', '/Usersx', '/%55sers' ) as $path ) {
			$this->ask( 'GET', "/wp-json/wpo365/v1$path" );
			$this->assertNull( Recognition::route(), $path );
		}
		$this->ask( 'M-SEARCH', '/wp-json/wpo365/v1/Users' );
		$this->assertNull( Recognition::route(), 'core registers no such method' );
		$this->ask( 'POST', '/wp-json/wpo365/v1/Users' );
		$_POST['rest_route'] = '/wp/v2/users';
		$this->assertNull( Recognition::route(), 'a form may name another route' );
		$this->ask( 'GET', '/wp-json/wpo365/v1/Users' );
		add_filter( 'rest_url_prefix', static fn(): string => 'api' );
		$this->assertNull( Recognition::route(), 'the rules know another prefix' );
	}

	public function test_prefix_that_a_theme_gives_is_left_to_the_rest_server(): void {
		$this->site( '', '/%postname%/', 'api', null );
		// Its filter is not there yet, its rules are.
		remove_all_filters( 'rest_url_prefix' );
		foreach ( array( '/api/wpo365/v1/Users', '/?rest_route=/wpo365/v1/Users', '/wp-json/wpo365/v1/Users' ) as $uri ) {
			$this->ask( 'GET', $uri );
			$this->assertNull( Recognition::route(), $uri );
		}
	}

	/**
	 * Makes the site one of a kind.
	 *
	 * @param string     $home      Path of its address.
	 * @param string     $structure Permalinks.
	 * @param string     $prefix    Prefix of the REST API.
	 * @param array|null $rule      Pattern and target of another plugin's rule.
	 */
	private function site( string $home, string $structure, string $prefix, ?array $rule ): void {
		$this->home = $home;
		add_filter( 'rest_url_prefix', static fn(): string => $prefix );
		$this->permalinks( $structure, $rule );
	}

	/**
	 * Sets permalinks and stores their rules.
	 *
	 * @param string     $structure Permalinks.
	 * @param array|null $rule      A rule before all others.
	 */
	private function permalinks( string $structure, ?array $rule = null ): void {
		update_option( 'permalink_structure', $structure );
		$GLOBALS['wp_rewrite'] = new \WP_Rewrite();
		if ( $rule ) {
			add_rewrite_rule( $rule[0], $rule[1], 'top' );
		}
		rest_api_register_rewrites();
		flush_rewrite_rules( false );
	}

	/**
	 * Makes the superglobals those of a request, as PHP gives them.
	 *
	 * @param string $method Method.
	 * @param string $uri    Path and query.
	 */
	private function ask( string $method, string $uri ): void {
		$_SERVER = array(
			'REQUEST_METHOD' => $method,
			'REQUEST_URI'    => $uri,
			'PHP_SELF'       => "$this->home/index.php",
			'HTTP_HOST'      => '127.0.0.1',
		);
		$_POST   = array();
		parse_str( explode( '?', $uri, 2 )[1] ?? '', $_GET );
	}

	/**
	 * A random request, near to ours.
	 */
	private function request(): void {
		$one   = fn( ...$values ) => $this->random->one( $values );
		$route = $one( '/', '/', '/', '//', '' ) . $one( 'wpo365/v1', 'wpo365/v1', 'wpo365/v1', 'WPO365/v1', 'wpo365%2Fv1', 'wpo365//v1', 'wpo365/v1x', 'wp/v2', 'wpo365' )
			. $one( '/', '/', '/', '/', '//', '%2F', '', '\\' ) . $one( 'Users', 'users', 'Groups', '.search', '%55sers', 'Usersx', 'Me', 'Bulk', 'sync', 'ServiceProviderConfig', "Users\n", '' )
			. $one( '', '', '/', '//', '/1', '/1', '/a%2Fb', '/a\\', "/o'x", '/..', '/%00', '/%0A', '/a+b', '/"', '\\', "/\n", '/%', '/é' );
		$path  = $one( $this->home, $this->home, $this->home, strtoupper( $this->home ), '', '/blo' ) . $one( '/', '/', '/', '//', '' )
			. $one( '', '', '', 'index.php/', 'index.php', 'wp-login.php/', 'page/' ) . $one( rest_get_url_prefix(), rest_get_url_prefix(), rest_get_url_prefix(), 'wp-json', 'WP-JSON', 'wp%2Djson', 'api', '' );
		$query = $one( '', '', '?a=1', '?filter=id+eq+%221%22', '?_method=DELETE', '?rest_route=', '?rest_route[]=/wpo365/v1/Users', '?p=1', '?name=wpo365' );
		if ( $this->random->happens( 25 ) ) {
			$query = '?rest_route=' . $one( $route, rawurlencode( $route ), urlencode( rawurldecode( $route ) ) );
		} else {
			$path .= $route;
		}
		$this->ask( $one( 'GET', 'POST', 'PATCH', 'get', 'M-SEARCH' ), str_replace( array( "\n", ' ' ), array( '%0A', '%20' ), $path ) . $query );
		if ( $this->random->happens( 15 ) && preg_match( '#^(.*/index\.php)(/[^?]*)#', $_SERVER['REQUEST_URI'], $matches ) ) {
			$_SERVER['PATH_INFO'] = $one( rawurldecode( $matches[2] ), $matches[2] );
			$_SERVER['PHP_SELF']  = $matches[1] . rawurldecode( $matches[2] );
		}
		if ( $this->random->happens( 3 ) ) {
			$_SERVER['PHP_SELF'] = $this->home . '/wp-admin/index.php';
		}
		if ( $this->random->happens( 3 ) ) {
			$_POST = array( 'rest_route' => $_GET['rest_route'] ?? '/wpo365/v1/Users' );
		}
	}

	/**
	 * The route that WordPress serves for the request of the superglobals, null for none.
	 */
	private function real(): ?string {
		$raw     = array( $_SERVER, $_GET, $_POST );
		$_SERVER = add_magic_quotes( $_SERVER );
		$_GET    = add_magic_quotes( $_GET );
		$_POST   = add_magic_quotes( $_POST );
		try {
			$wp = new \WP();
			// As rest_api_init() does on `init`.
			$wp->add_query_var( 'rest_route' );
			$wp->parse_request();
		} finally {
			list( $_SERVER, $_GET, $_POST ) = $raw;
		}
		$route = $wp->query_vars['rest_route'] ?? '';
		// rest_api_loaded(); the routes are registered for methods of letters.
		if ( ! is_string( $route ) || '' === $route || '0' === $route || ! ctype_alpha( $_SERVER['REQUEST_METHOD'] ) ) {
			return null;
		}
		return wp_unslash( untrailingslashit( $route ) );
	}
}
