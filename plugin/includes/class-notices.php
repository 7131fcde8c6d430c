<?php
/**
 * What the engine wants the administrator to know.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the engine's last notices. They name resources by SCIM id and carry no personal data.
 */
final class Notices {

	public const OPTION = 'scimpress_notices';

	/** Notices kept; older ones make room. */
	public const KEEP = 20;

	/**
	 * Seconds in which the same notice is not stored again. A mapping that names an unknown attribute makes one for every
	 * user: none of them may cost a write, nor push the others out.
	 */
	private const SILENCE = HOUR_IN_SECONDS;

	/**
	 * Stores the notices of one exchange and tells other plugins about them. A plugin that fails to listen changes nothing:
	 * what the notice is about has happened.
	 *
	 * @param list<array{code: string, detail: string, resource: string}> $notices Notices of the engine.
	 */
	public static function record( array $notices ): void {
		if ( ! $notices ) {
			return;
		}
		$kept = self::latest();
		$new  = array_udiff( $notices, array_filter( $kept, static fn( array $notice ): bool => $notice['time'] > time() - self::SILENCE ), array( self::class, 'compare' ) );
		if ( $new ) {
			$kept = array_udiff( $kept, $new, array( self::class, 'compare' ) );
			foreach ( $new as $notice ) {
				array_unshift( $kept, array( 'time' => time() ) + $notice );
			}
			update_option( self::OPTION, array_slice( $kept, 0, self::KEEP ), false );
		}

		foreach ( $notices as $notice ) {
			try {
				/**
				 * Fires when a SCIM client did something that is allowed but worth a look.
				 *
				 * @param string $code     Kind of notice, such as `externalIdShared`.
				 * @param string $detail   One line of English for an administrator.
				 * @param string $resource SCIM id of the resource concerned.
				 */
				do_action( 'scimpress_notice', $notice['code'], $notice['detail'], $notice['resource'] );
			} catch ( \Throwable $thrown ) {
				// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- only the log can tell.
				error_log( sprintf( 'scimpress: %s thrown in %s on line %d by a listener to a notice', get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
			}
		}
	}

	/**
	 * The last notices, newest first.
	 *
	 * @return list<array{time: int, code: string, detail: string, resource: string}>
	 */
	public static function latest(): array {
		$notices = get_option( self::OPTION, array() );
		return is_array( $notices ) ? array_values( $notices ) : array();
	}

	/**
	 * Orders notices by what they say; the same said of another resource is the same notice.
	 *
	 * @param array{code: string, detail: string} $a A notice.
	 * @param array{code: string, detail: string} $b Another.
	 */
	private static function compare( array $a, array $b ): int {
		return array( $a['code'], $a['detail'] ) <=> array( $b['code'], $b['detail'] );
	}
}
