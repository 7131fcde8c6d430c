<?php
/**
 * Whose code something is.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

use const Scimpress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Finds the plugin or theme behind a callback.
 */
final class Owner {

	/** Neither a plugin nor a theme: WordPress, or PHP itself. */
	public const CORE = 'core';

	/** This plugin. */
	public const SELF = 'self';

	/**
	 * The owner of a callback.
	 *
	 * @param mixed $callback Any callable.
	 * @return array{kind: string, name: string, file: string} kind: CORE, SELF, `plugin`, `mu-plugin`, `theme` or `file`; its name for people; its file below the WordPress directory.
	 */
	public static function of( $callback ): array {
		$file = self::file( $callback );
		if ( null === $file ) {
			return self::is( self::CORE, 'WordPress', '' );
		}
		$file  = wp_normalize_path( $file );
		$shown = self::below( $file, ABSPATH ) ?? basename( $file );
		if ( null !== self::below( $file, dirname( PLUGIN_FILE ) ) ) {
			return self::is( self::SELF, 'Scimpress', $shown );
		}
		foreach ( array( 'mu-plugin' => WPMU_PLUGIN_DIR, 'plugin' => WP_PLUGIN_DIR ) as $kind => $directory ) {
			$path = self::below( $file, $directory );
			if ( null !== $path ) {
				return self::is( $kind, self::plugin_name( $directory, $path ), $shown );
			}
		}
		$path = self::below( $file, get_theme_root() );
		if ( null !== $path ) {
			$slug = explode( '/', $path )[0];
			return self::is( 'theme', (string) ( wp_get_theme( $slug )->get( 'Name' ) ?: $slug ), $shown );
		}
		$is_core = null !== self::below( $file, ABSPATH . WPINC ) || null !== self::below( $file, ABSPATH . 'wp-admin' );
		return $is_core ? self::is( self::CORE, 'WordPress', $shown ) : self::is( 'file', $shown, $shown );
	}

	/**
	 * The file that holds a callback, null for those of PHP itself.
	 *
	 * @param mixed $callback Any callable.
	 */
	private static function file( $callback ): ?string {
		try {
			if ( is_string( $callback ) && str_contains( $callback, '::' ) ) {
				$callback = explode( '::', $callback, 2 );
			}
			if ( is_array( $callback ) ) {
				$reflection = method_exists( $callback[0], $callback[1] ) ? new \ReflectionMethod( $callback[0], $callback[1] ) : new \ReflectionClass( $callback[0] );
			} elseif ( is_object( $callback ) && ! $callback instanceof \Closure ) {
				$reflection = new \ReflectionClass( $callback );
			} else {
				$reflection = new \ReflectionFunction( $callback );
			}
			// `__return_false` and its like are core's: who registered them cannot be known.
			return $reflection->getFileName() ?: null;
		} catch ( \Throwable ) {
			return null;
		}
	}

	/**
	 * Path of a file below a directory, null when it is elsewhere. Plugins are often links.
	 *
	 * @param string $file      Normalised path.
	 * @param string $directory Path.
	 */
	private static function below( string $file, string $directory ): ?string {
		foreach ( array( $directory, (string) realpath( $directory ) ) as $candidate ) {
			$candidate = trailingslashit( wp_normalize_path( $candidate ) );
			if ( '/' !== $candidate && str_starts_with( $file, $candidate ) ) {
				return substr( $file, strlen( $candidate ) );
			}
		}
		return null;
	}

	/**
	 * Name of a plugin, as its header says.
	 *
	 * @param string $directory Where plugins are.
	 * @param string $path      A file of it, below the directory.
	 */
	private static function plugin_name( string $directory, string $path ): string {
		$slug  = explode( '/', $path )[0];
		$files = array( "$directory/$slug" );
		foreach ( (array) get_option( 'active_plugins', array() ) as $plugin ) {
			if ( is_string( $plugin ) && str_starts_with( $plugin, "$slug/" ) ) {
				$files[] = "$directory/$plugin";
			}
		}
		foreach ( $files as $file ) {
			$name = is_file( $file ) ? get_file_data( $file, array( 'name' => 'Plugin Name' ) )['name'] : '';
			if ( '' !== $name ) {
				return $name;
			}
		}
		return $slug;
	}

	/**
	 * An owner.
	 *
	 * @param string $kind See of().
	 * @param string $name See of().
	 * @param string $file See of().
	 * @return array{kind: string, name: string, file: string}
	 */
	private static function is( string $kind, string $name, string $file ): array {
		// They travel in a header.
		return array(
			'kind' => $kind,
			'name' => mb_substr( $name, 0, 80 ),
			'file' => mb_substr( $file, -200 ),
		);
	}
}
