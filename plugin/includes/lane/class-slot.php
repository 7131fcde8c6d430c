<?php
/**
 * Room for one SCIM request among others.
 *
 * @package Scimpress
 */

namespace Scimpress\Lane;

use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.WP.AlternativeFunctions.file_system_operations_fopen -- a lock of the system has no WordPress function.
// phpcs:disable Generic.PHP.NoSilencedErrors, WordPress.PHP.NoSilencedErrors -- what cannot be opened limits nothing; a warning would say so with every request.

/**
 * One of as many locked files as SCIM requests may run at once on this server, so that an initial cycle leaves workers to the
 * visitors of the site. They are empty, lie in the directory for temporary files, and are the same on every database. The
 * kernel gives up the lock of a process that crashed.
 *
 * Who finds no slot is not kept waiting: he would hold the worker that the visitor needs.
 */
final class Slot {

	/**
	 * Holds an open file, locked; null where there is no limit. The lock ends with the object.
	 *
	 * @param resource|null $file The file.
	 */
	private function __construct( private $file ) {}

	/**
	 * Lets go.
	 */
	public function __destruct() {
		if ( is_resource( $this->file ) ) {
			fclose( $this->file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- see above.
		}
	}

	/**
	 * Takes a slot.
	 *
	 * @return self|null Null when all are taken.
	 */
	public static function take(): ?self {
		$limit = Settings::max_concurrent();
		if ( 0 === $limit ) {
			return new self( null );
		}
		$opened = false;
		for ( $number = 1; $number <= $limit; $number++ ) {
			$file = self::open( $number );
			if ( $file && flock( $file, LOCK_EX | LOCK_NB ) ) {
				return new self( $file );
			}
			$opened = $opened || $file;
		}
		// A directory that nothing can be written to must not shut the identity provider out.
		return $opened ? null : new self( null );
	}

	/**
	 * Removes the files of this site.
	 */
	public static function forget(): void {
		for ( $number = 1; $number <= Settings::MOST_CONCURRENT; $number++ ) {
			$path = self::path( $number );
			if ( is_file( $path ) ) {
				wp_delete_file( $path );
			}
		}
	}

	/**
	 * Opens the file of a slot.
	 *
	 * @param int $number From 1.
	 * @return resource|null
	 */
	private static function open( int $number ) {
		$path = self::path( $number );
		// A link that somebody has laid there is not followed.
		$file = is_link( $path ) ? false : @fopen( $path, 'c' );
		return is_resource( $file ) ? $file : null;
	}

	/**
	 * Path of a slot's file. Sites that share a server have slots of their own; nobody else can work out their names.
	 *
	 * @param int $number From 1.
	 */
	private static function path( int $number ): string {
		return get_temp_dir() . 'scimpress-' . substr( hash_hmac( 'sha256', 'slots ' . get_current_blog_id() . ' ' . ABSPATH, wp_salt() ), 0, 24 ) . "-$number.lock";
	}
}
