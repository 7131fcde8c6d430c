<?php
/**
 * What WP-CLI does with a command, as far as ours needs it: a stand-in, for WP-CLI itself is in no package of Debian's.
 *
 * @package Scimpress
 */

// phpcs:disable

namespace WP_CLI\Utils {
	if ( ! function_exists( 'WP_CLI\Utils\format_items' ) ) {
		function format_items( $format, $items, $fields ) {
			\WP_CLI::$items[] = array( $format, array_map( static fn( $item ) => array_intersect_key( (array) $item, array_flip( $fields ) ), $items ) );
		}
	}
}

namespace {
	if ( ! class_exists( 'WP_CLI' ) ) {
		class WP_CLI {
			/** @var list<array{0: string, 1: list<array>}> */
			public static array $items = array();
			/** @var list<string> */
			public static array $said = array();

			public static function line( $text ) {
				self::$said[] = $text;
			}

			public static function success( $text ) {
				self::$said[] = "Success: $text";
			}

			public static function error( $text ) {
				self::$said[] = "Error: $text";
			}
		}
	}
}
