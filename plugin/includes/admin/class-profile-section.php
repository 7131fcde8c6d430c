<?php
/**
 * Provisioned by SCIM, on the profile page.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Attributes\Manager;
use Scimpress\Attributes\Targets;
use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Requirements;
use Scimpress\Store\Query;
use Scimpress\Store\User_Reader;
use Scimpress\Store\User_Table;

defined( 'ABSPATH' ) || exit;

/**
 * Shows what SCIM knows about an account to whom the profile page is shown. Nothing of it can be changed there.
 */
final class Profile_Section {

	/**
	 * Actions `show_user_profile` and `edit_user_profile`.
	 *
	 * @param \WP_User $user Whose profile it is.
	 */
	public static function render( $user ): void {
		if ( ! $user instanceof \WP_User || ! Requirements::met() || ! current_user_can( 'edit_user', $user->ID ) ) {
			return;
		}
		$profile = self::of( $user->ID );
		if ( null !== $profile ) {
			require __DIR__ . '/views/profile-section.php';
		}
	}

	/**
	 * What there is to show.
	 *
	 * @param int $user_id User ID.
	 * @return array|null Null when SCIM does not know the account.
	 */
	private static function of( int $user_id ): ?array {
		global $wpdb;
		try {
			// phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- the name of our own table.
			$row    = Query::rows( $wpdb->prepare( 'SELECT id FROM ' . User_Table::name() . ' WHERE user_id = %d AND deleted IS NULL', $user_id ) );
			$record = $row ? User_Reader::find( $row[0]->id ) : null;
			if ( null === $record ) {
				return null;
			}
			$attributes = Engine::attributes_of( $record, Configuration::of_site() );
		} catch ( \Throwable ) {
			// The rest of the page is WordPress's, and works.
			return null;
		}
		return array(
			'id'       => $record['id'],
			'modified' => intdiv( $record['modified'], 1000 ),
			'manager'  => null === $attributes['manager'] ? null : self::manager( $attributes['manager'] ),
			'fields'   => self::fields( $attributes['mapped'] ),
		) + $attributes;
	}

	/**
	 * A manager as he is shown.
	 *
	 * @param string $reference What he is referred to by.
	 * @return array{reference: string, name: string|null, url: string|null} Name and address are null when nobody has the reference, the address is when the viewer may not edit him.
	 */
	private static function manager( string $reference ): array {
		$user_id = Manager::find( $reference );
		$user    = null === $user_id ? false : get_userdata( $user_id );
		return array(
			'reference' => $reference,
			'name'      => $user ? $user->display_name : null,
			'url'       => $user && current_user_can( 'edit_user', $user->ID ) ? get_edit_user_link( $user->ID ) : null,
		);
	}

	/**
	 * Names of the fields on the page that SCIM fills.
	 *
	 * @param list<array{path: string, target: string}> $mapped Mapped attributes.
	 * @return list<string>
	 */
	private static function fields( array $mapped ): array {
		$names = array( self::label( 'first_name' ), self::label( 'last_name' ), self::label( 'display_name' ), self::label( 'user_email' ) );
		foreach ( array_intersect( Targets::FIELDS, array_column( $mapped, 'target' ) ) as $field ) {
			$names[] = self::label( $field );
		}
		return $names;
	}

	/**
	 * Name of a target: of a field as the profile page calls it, else null.
	 *
	 * @param string $target Field or meta key.
	 */
	public static function label( string $target ): ?string {
		return match ( $target ) {
			// phpcs:disable WordPress.WP.I18n.MissingArgDomain -- WordPress's own words, as they stand above.
			'first_name'   => __( 'First Name' ),
			'last_name'    => __( 'Last Name' ),
			'display_name' => __( 'Display name publicly as' ),
			'user_email'   => __( 'Email' ),
			'user_url'     => __( 'Website' ),
			'nickname'     => __( 'Nickname' ),
			'description'  => __( 'Biographical Info' ),
			'locale'       => __( 'Language' ),
			// phpcs:enable
			default        => null,
		};
	}
}
