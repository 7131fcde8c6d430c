<?php
/**
 * A job that somebody else has changed.
 *
 * @package Scimpress
 */

namespace Scimpress\Settlement;

defined( 'ABSPATH' ) || exit;

/**
 * Thrown by a batch when the job was paused, cancelled, begun anew or taken over meanwhile; the batch is rolled back.
 */
final class Interrupted extends \RuntimeException {}
