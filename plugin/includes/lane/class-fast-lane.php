<?php
/**
 * The short way through WordPress.
 *
 * @package Scimpress
 */

namespace Scimpress\Lane;

use Scimpress\Answer;
use Scimpress\Configuration;
use Scimpress\Rest\Controller;
use Scimpress\Rest\Server;
use Scimpress\Settings;
use Scimpress\Store\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Answers SCIM requests before WordPress does what they don't need: registering types, blocks and routes, parsing, dispatching.
 *
 * It answers with the REST lane's own permission, exchange and answer; only who calls them differs, and when. What needs nothing
 * but reading the database is answered as soon as all plugins are loaded. The first need that writes waits for `wp_loaded`,
 * so that everybody who listens to changes of users has had the chance to say so.
 */
final class Fast_Lane {

	/**
	 * Address of the service when the exchange began.
	 *
	 * @var string
	 */
	private string $base = '';

	/**
	 * An exchange that waits for everything to be loaded.
	 *
	 * @var \Generator<int,array,void,Answer>|null
	 */
	private ?\Generator $waiting = null;

	/**
	 * Takes what both lanes share.
	 *
	 * @param Server     $server     Guards and sends the answer.
	 * @param Controller $controller Permission and exchange.
	 */
	public function __construct( private readonly Server $server, private readonly Controller $controller ) {}

	/**
	 * Action `plugins_loaded`, last: answers what may be answered now.
	 */
	public function begin(): void {
		$route = Recognition::route();
		if ( null === $route ) {
			return;
		}
		$this->server->take_over();
		$request    = self::request( $route );
		$permission = $this->controller->permission( $request );
		if ( is_wp_error( $permission ) ) {
			$this->server->end( $this->server->refusal( $permission ) );
		}
		$exchange = self::with_addresses( fn(): \Generator => $this->read( $request ) );
		if ( ! $exchange->valid() && ! $exchange->getReturn()->notices ) {
			$this->server->end( $this->controller->conclude( $exchange->getReturn() ) );
		}
		$this->waiting = $exchange;
		$this->server->step_aside();
		// Who acts is for everybody to ask anew, as on every request.
		$GLOBALS['current_user'] = null; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- as core's REST server does.
	}

	/**
	 * Action `wp_loaded`, last: answers what had to wait.
	 */
	public function finish(): void {
		$exchange = $this->waiting;
		if ( null === $exchange ) {
			return;
		}
		$this->waiting = null;
		if ( Configuration::base() !== $this->base ) {
			// A theme moves them. Nothing has been written yet: the REST lane answers this request, and all others from now on.
			Settings::update( array( 'addresses_move' => true ) );
			return;
		}
		$this->server->take_over();
		// Plugins that treat requests of programs otherwise than those of people ask for it.
		defined( 'REST_REQUEST' ) || define( 'REST_REQUEST', true ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- core's.
		wp_set_current_user( 0 );
		while ( $exchange->valid() ) {
			$exchange->next();
		}
		$this->server->end( $this->controller->conclude( $exchange->getReturn() ) );
	}

	/**
	 * An exchange that has read what it wanted to read: it is over, or wants to write.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @return \Generator<int,array,void,Answer>
	 */
	private function read( \WP_REST_Request $request ): \Generator {
		// Nobody acts. Nothing that is done now has hooks that would have to be told, and telling them takes as long as a query.
		$GLOBALS['current_user'] = new \WP_User( 0 ); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- what wp_set_current_user() does.
		$exchange                = $this->controller->exchange( $request );
		while ( $exchange->valid() && Store::reads( $exchange->current() ) ) {
			$exchange->next();
		}
		if ( $exchange->valid() ) {
			$this->base = Configuration::base();
		}
		return $exchange;
	}

	/**
	 * Does something that asks for addresses of the REST API: their form is decided by an object that core makes later.
	 *
	 * @template T
	 * @param callable(): T $work The work.
	 * @return T
	 */
	private static function with_addresses( callable $work ) {
		if ( isset( $GLOBALS['wp_rewrite'] ) ) {
			return $work();
		}
		// phpcs:disable WordPress.WP.GlobalVariablesOverride -- as core is going to make it.
		$GLOBALS['wp_rewrite'] = new \WP_Rewrite();
		try {
			return $work();
		} finally {
			unset( $GLOBALS['wp_rewrite'] );
		}
		// phpcs:enable
	}

	/**
	 * The request as core's REST server would make it.
	 *
	 * @param string $route Its route.
	 */
	private static function request( string $route ): \WP_REST_Request {
		// phpcs:disable WordPress.Security -- raw, as the REST lane has them after unslashing; nothing is slashed yet but routes, by convention.
		$request = new \WP_REST_Request( (string) $_SERVER['REQUEST_METHOD'], wp_slash( $route ) );
		$request->set_query_params( $_GET );
		$request->set_headers( ( new \WP_REST_Server() )->get_headers( $_SERVER ) );
		$request->set_body( \WP_REST_Server::get_raw_data() );
		// phpcs:enable
		return $request;
	}
}
