<?php
/**
 * A unique key that another row holds.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Thrown by a write to our table; the holder is looked up after the rollback.
 */
final class Conflict extends \RuntimeException {}
