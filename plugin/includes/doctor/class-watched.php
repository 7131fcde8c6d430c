<?php
/**
 * A callback that is watched.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * Stands in the place of a callback and calls it.
 */
final class Watched {

	/**
	 * Wraps a callback.
	 *
	 * @param mixed  $callback The callback.
	 * @param string $hook     Name of its hook.
	 * @param Watch  $watch    Who watches.
	 */
	public function __construct( private readonly mixed $callback, private readonly string $hook, private readonly Watch $watch ) {}

	/**
	 * Called by WordPress in place of the callback.
	 *
	 * @param mixed ...$arguments Its arguments.
	 * @return mixed
	 */
	public function __invoke( ...$arguments ) {
		return $this->watch->call( $this->hook, $this->callback, $arguments );
	}
}
