<?php
/**
 * A lock that somebody else holds.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Thrown when the database gave a transaction up for another one; nothing was done and it may be run again.
 */
final class Contention extends \RuntimeException {}
