<?php
/**
 * Must-use plugin: requests with `X-Scimpress-Direction: rtl` see the site as in a language that is written from the right.
 *
 * @package Scimpress
 */

if ( 'rtl' === ( $_SERVER['HTTP_X_SCIMPRESS_DIRECTION'] ?? '' ) ) {
	add_filter(
		'gettext_with_context',
		static fn( $translation, $text, $context ) => 'text direction' === $context ? 'rtl' : $translation,
		10,
		3
	);
}
