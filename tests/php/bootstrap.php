<?php
/**
 * Loads what the tests share.
 *
 * @package Scimpress
 */

foreach ( glob( __DIR__ . '/support/class-*.php' ) as $file ) {
	require $file;
}
