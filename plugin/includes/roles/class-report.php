<?php
/**
 * What a run over everybody did, in words.
 *
 * @package Scimpress
 */

namespace Scimpress\Roles;

use Scimpress\Settlement\Job;

defined( 'ABSPATH' ) || exit;

/**
 * Sentences about a run.
 */
final class Report {

	/**
	 * How far a run is, or its outcome.
	 *
	 * @param array $run Of Job::state().
	 */
	public static function sentence( array $run ): string {
		$words = match ( true ) {
			Job::DONE !== $run['state'] && $run['dry'] =>
				/* translators: 1: users looked at, 2: all users, 3: how many of them would get other roles. */
				__( 'Preview: %1$s of %2$s users looked at so far, %3$s would get other roles.', 'scimpress' ),
			Job::DONE !== $run['state'] =>
				/* translators: 1: users looked at, 2: all users, 3: how many of their accounts were changed. */
				__( 'Applying rules and mappings: %1$s of %2$s users looked at so far, %3$s changed.', 'scimpress' ),
			$run['dry'] =>
				/* translators: 1: users looked at, 2: all users, 3: how many of them would get other roles. */
				__( 'Preview: of %1$s users %3$s would get other roles.', 'scimpress' ),
			default =>
				/* translators: 1: users looked at, 2: all users, 3: how many of their accounts were changed. */
				__( 'Rules and mappings were applied: of %1$s users %3$s were changed.', 'scimpress' ),
		};
		$sentence = sprintf( $words, number_format_i18n( $run['seen'] ), number_format_i18n( $run['total'] ), number_format_i18n( $run['changed'] ) );
		if ( $run['failed'] ) {
			/* translators: %s: number of users. */
			$sentence .= ' ' . sprintf( _n( '%s user could not be changed; the error log of the site has the cause.', '%s users could not be changed; the error log of the site has the cause.', $run['failed'], 'scimpress' ), number_format_i18n( $run['failed'] ) );
		}
		return $sentence;
	}

	/**
	 * A person whose roles change.
	 *
	 * @param array{user: int, before: list<string>, after: list<string>} $person Of a run.
	 * @return array{user: string, before: string, after: string} Login name and names of roles.
	 */
	public static function person( array $person ): array {
		$user = get_userdata( $person['user'] );
		return array(
			'user'   => $user ? $user->user_login : (string) $person['user'],
			'before' => self::roles( $person['before'] ),
			'after'  => self::roles( $person['after'] ),
		);
	}

	/**
	 * Names of roles.
	 *
	 * @param list<string> $roles Slugs.
	 */
	public static function roles( array $roles ): string {
		$names = wp_roles()->get_names();
		return implode( ', ', array_map( static fn( string $role ): string => isset( $names[ $role ] ) ? translate_user_role( $names[ $role ] ) : $role, $roles ) );
	}
}
