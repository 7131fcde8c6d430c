<?php
/**
 * Where a mapped attribute may go.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

defined( 'ABSPATH' ) || exit;

/**
 * The targets of mappings. Whoever provisions users decides about the values, so no target may be one by which WordPress
 * decides who somebody is or what he may do.
 */
final class Targets {

	/** Fields of the account that attributes can be mapped to. */
	public const FIELDS = array( 'user_url', 'nickname', 'description', 'locale' );

	/** Characters of a meta key in the database. */
	public const MAX_KEY = 255;

	/** Fields and user meta that SCIM's own attributes fill. */
	private const OWN = array( 'firstname', 'lastname', 'displayname', 'useremail', 'userprincipalname', 'aadobjectid' );

	/** Fields and user meta of WordPress and of WPO365 that are nobody's to provision. */
	private const REFUSED = array(
		'id',
		'userlogin',
		'userpass',
		'usernicename',
		'userstatus',
		'userregistered',
		'useractivationkey',
		'role',
		'spam',
		'deleted',
		'sessiontokens',
		'applicationpasswords',
		'defaultpasswordnag',
		'newemail',
		'richediting',
		'syntaxhighlighting',
		'commentshortcuts',
		'admincolor',
		'usessl',
		'showadminbarfront',
		'showwelcomepanel',
		'dismissedwppointers',
		'primaryblog',
		'sourcedomain',
		'communityeventslocation',
		'wpo365active',
		'wpo365scimexternalid',
		'wpo365scimresourceid',
		'aadtenantid',
	);

	/** How the names of user meta end that WordPress keeps for each site of a network, behind the site's prefix. */
	private const ENDINGS = array( 'capabilities', 'userlevel', 'usersettings', 'usersettingstime', 'userroles', 'metaboxorder', 'screenlayout' );

	/** How the names of user meta begin that WordPress keeps for the screens of wp-admin. */
	private const BEGINNINGS = array( 'closedpostboxes', 'metaboxhidden', 'metaboxorder', 'screenlayout' );

	/**
	 * What is wrong with a target, null when nothing is.
	 *
	 * MySQL compares meta keys without case, accents and blanks at their end: `WP_Capabilities` and `wp_capabilitiés` are the row
	 * that `wp_capabilities` is. So a key is plain ASCII, and is judged by its letters and digits alone.
	 *
	 * @param string $target Name of a field or meta key.
	 */
	public static function problem( string $target ): ?string {
		if ( '' === $target ) {
			return __( 'The target is missing.', 'scimpress' );
		}
		if ( 1 !== preg_match( '/\A[A-Za-z_][A-Za-z0-9_.:-]*\z/', $target ) || strlen( $target ) > self::MAX_KEY ) {
			/* translators: %d: a number. */
			return sprintf( __( 'A target is a meta key of up to %d letters, digits, dots, colons, hyphens and underscores, the first of them a letter.', 'scimpress' ), self::MAX_KEY );
		}
		$plain = preg_replace( '/[^a-z0-9]/', '', strtolower( $target ) );
		if ( in_array( $plain, self::OWN, true ) ) {
			return __( 'This is filled by SCIM already, from the attributes userName, emails, name, displayName and objectId.', 'scimpress' );
		}
		if ( self::is_refused( $plain ) || is_protected_meta( $target, 'user' ) ) {
			return __( 'This belongs to WordPress or to a plugin that decides who signs in and who may do what, so no attribute can be mapped to it.', 'scimpress' );
		}
		$is_field = in_array( $plain, array_map( static fn( string $field ): string => str_replace( '_', '', $field ), self::FIELDS ), true );
		if ( $is_field && ! in_array( $target, self::FIELDS, true ) ) {
			return __( 'This is nearly the name of a field of the account; write it like that.', 'scimpress' );
		}
		return null;
	}

	/**
	 * Whether a target is a field of the account rather than user meta.
	 *
	 * @param string $target A target.
	 */
	public static function is_field( string $target ): bool {
		return in_array( $target, self::FIELDS, true );
	}

	/**
	 * A value as a field of the account takes it.
	 *
	 * @param string                   $field One of FIELDS.
	 * @param string|list<string>|null $value Value of an attribute.
	 */
	public static function fit( string $field, $value ): string {
		$text = is_array( $value ) ? implode( ', ', $value ) : (string) $value;
		return match ( $field ) {
			'user_url' => self::url( $text ),
			'locale'   => self::locale( $text ),
			default    => $text,
		};
	}

	/**
	 * Whether a key is one of those that are nobody's.
	 *
	 * @param string $plain Its letters and digits, in lower case.
	 */
	private static function is_refused( string $plain ): bool {
		if ( in_array( $plain, self::REFUSED, true ) || str_contains( $plain, 'scimpress' ) || str_contains( $plain, 'sessiontokens' ) || str_contains( $plain, 'applicationpasswords' ) ) {
			return true;
		}
		foreach ( self::ENDINGS as $ending ) {
			if ( str_ends_with( $plain, $ending ) ) {
				return true;
			}
		}
		foreach ( self::BEGINNINGS as $beginning ) {
			if ( str_starts_with( $plain, $beginning ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * An address of a web page, or nothing: a part of one leads elsewhere, and WordPress refuses the whole user for a long one.
	 *
	 * @param string $text Value of an attribute.
	 */
	private static function url( string $text ): string {
		$url = sanitize_url( trim( $text ) );
		return mb_strlen( $url ) > 100 ? '' : $url;
	}

	/**
	 * `nb-NO` of SCIM is `nb_NO` of WordPress; of `nb` it is a language that the site has. WordPress makes a file name of it, so
	 * it is nothing else.
	 *
	 * @param string $text Value of an attribute.
	 */
	private static function locale( string $text ): string {
		$locale = str_replace( '-', '_', trim( $text ) );
		if ( 1 !== preg_match( '/\A[A-Za-z]{2,3}(_[A-Za-z0-9]{1,8}){0,3}\z/', $locale ) ) {
			return '';
		}
		foreach ( array( 'en_US', ...get_available_languages() ) as $installed ) {
			if ( 0 === strcasecmp( $installed, $locale ) || ( ! str_contains( $locale, '_' ) && 0 === stripos( $installed, $locale . '_' ) ) ) {
				return $installed;
			}
		}
		return $locale;
	}
}
