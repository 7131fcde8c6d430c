<?php
/**
 * A change of the tokens that is not made.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Its message is a translated sentence for whoever asked for the change; it quotes nothing of a token.
 */
final class Token_Refusal extends \RuntimeException {}
