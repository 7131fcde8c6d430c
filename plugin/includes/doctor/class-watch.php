<?php
/**
 * Who refuses a request inside WordPress.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use Scimpress\Rest\Routes;

defined( 'ABSPATH' ) || exit;

/**
 * Looks over the shoulder of every callback that could end a request or refuse it. Nothing is called twice, and only requests
 * that show a visitor's pass are watched.
 */
final class Watch {

	/** Actions at which plugins send a page of their own and end the request. */
	private const ENDS = array( 'plugins_loaded', 'setup_theme', 'after_setup_theme', 'init', 'wp_loaded', 'parse_request', 'rest_api_init', 'send_headers', 'template_redirect' );

	/** Filters that may turn a request into an error. */
	private const REFUSES = array( 'rest_authentication_errors', 'rest_pre_dispatch', 'rest_request_before_callbacks', 'rest_dispatch_request' );

	/** The filter that may take our routes away. */
	private const ROUTES = 'rest_endpoints';

	/**
	 * Callbacks at work, the innermost last.
	 *
	 * @var list<array{0: string, 1: mixed}> Hook and callback.
	 */
	private array $at_work = array();

	/**
	 * The first who refused, and the hook.
	 *
	 * @var array{0: string, 1: mixed}|null
	 */
	private ?array $refused = null;

	/**
	 * Begins to watch.
	 */
	public function begin(): void {
		add_action( 'all', array( $this, 'look' ) );
	}

	/**
	 * Action `all`, before each hook: puts a watcher around its callbacks.
	 *
	 * @param string $hook Name of the hook.
	 */
	public function look( $hook ): void {
		global $wp_filter;
		if ( ! isset( $wp_filter[ $hook ] ) || ! in_array( $hook, array( ...self::ENDS, ...self::REFUSES, self::ROUTES ), true ) ) {
			return;
		}
		foreach ( $wp_filter[ $hook ]->callbacks as $priority => $callbacks ) {
			foreach ( $callbacks as $id => $callback ) {
				if ( ! $callback['function'] instanceof Watched ) {
					// phpcs:ignore WordPress.WP.GlobalVariablesOverride -- the callback stays what it was to everybody but this watch.
					$wp_filter[ $hook ]->callbacks[ $priority ][ $id ]['function'] = new Watched( $callback['function'], $hook, $this );
				}
			}
		}
	}

	/**
	 * Calls a callback and notes what it does.
	 *
	 * @param string       $hook      Name of the hook.
	 * @param mixed        $callback  The callback.
	 * @param list<mixed>  $arguments Its arguments.
	 * @return mixed What it returns.
	 */
	public function call( string $hook, $callback, array $arguments ) {
		$this->at_work[] = array( $hook, $callback );
		$outcome         = $callback( ...$arguments );
		array_pop( $this->at_work );
		if ( null === $this->refused && $this->has_refused( $hook, $arguments[0] ?? null, $outcome ) ) {
			$this->refused = array( $hook, $callback );
		}
		return $outcome;
	}

	/**
	 * Who has refused the request, or is at work while it ends; null when nobody but WordPress and we are.
	 *
	 * @return array{hook: string, kind: string, name: string, file: string}|null
	 */
	public function culprit(): ?array {
		foreach ( array( $this->refused, end( $this->at_work ) ?: null ) as $suspect ) {
			$owner = null === $suspect ? null : Owner::of( $suspect[1] );
			// An error of core that a plugin asked for by registering `__return_false` or its like has no other owner.
			if ( null !== $owner && Owner::SELF !== $owner['kind'] && ( Owner::CORE !== $owner['kind'] || $suspect === $this->refused ) ) {
				return array( 'hook' => $suspect[0] ) + $owner;
			}
		}
		return null;
	}

	/**
	 * Whether a callback made a refusal of what was none.
	 *
	 * @param string $hook    Name of the hook.
	 * @param mixed  $given   What it got.
	 * @param mixed  $outcome What it returned.
	 */
	private function has_refused( string $hook, $given, $outcome ): bool {
		if ( self::ROUTES === $hook ) {
			$before = is_array( $given ) ? Routes::place( $given ) : null;
			$after  = is_array( $outcome ) ? Routes::place( $outcome ) : null;
			return null !== $before && ( null === $after || ( 0 === $before && 0 !== $after ) );
		}
		return in_array( $hook, self::REFUSES, true ) && ! self::is_refusal( $given ) && self::is_refusal( $outcome );
	}

	/**
	 * Whether a value stands for a refusal.
	 *
	 * @param mixed $value Outcome of a filter.
	 */
	private static function is_refusal( $value ): bool {
		return is_wp_error( $value ) || ( $value instanceof \WP_REST_Response && $value->is_error() );
	}
}
