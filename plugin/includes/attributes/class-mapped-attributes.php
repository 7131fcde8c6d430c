<?php
/**
 * Values of mapped attributes.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

use Scimpress\Store\Hooks;

defined( 'ABSPATH' ) || exit;

/**
 * Takes them from a need to the account, through the filter of the site.
 */
final class Mapped_Attributes {

	/**
	 * The values of a need, by target, as code of the site wants them.
	 *
	 * @param list<array{path: string, target: string, value: string|list<string>|null}> $mapped   Of the engine.
	 * @param string                                                                     $id       SCIM id.
	 * @param string                                                                     $document The SCIM resource as JSON text.
	 * @param int                                                                        $user_id  User ID, 0 for a new user.
	 * @return array<string,string|list<string>|null>
	 */
	public static function filtered( array $mapped, string $id, string $document, int $user_id ): array {
		$values = array_column( $mapped, 'value', 'target' );
		if ( ! $mapped || ! has_filter( 'scimpress_mapped_value' ) ) {
			return $values;
		}
		$resource = Hooks::decode( $id, $document );
		foreach ( $mapped as $entry ) {
			/**
			 * Filters the value that a mapped attribute gives to a field of the account or to user meta.
			 *
			 * @param string|list<string>|null $value    The value; null removes the meta or empties the field.
			 * @param string                   $path     Path of the attribute.
			 * @param string                   $target   Field or meta key.
			 * @param array<string,mixed>      $resource The SCIM resource.
			 * @param int                      $user_id  User ID, 0 while SCIM makes or links an account.
			 */
			$value = apply_filters( 'scimpress_mapped_value', $entry['value'], $entry['path'], $entry['target'], $resource, $user_id );

			$values[ $entry['target'] ] = self::clean( $value, $entry['value'] );
		}
		return $values;
	}

	/**
	 * The fields of the account among the values; of an account that exists those that differ.
	 *
	 * @param array<string,string|list<string>|null> $values Of filtered().
	 * @param \WP_User|null                          $user   The account, null for a new one.
	 * @return array<string,string> As wp_insert_user() takes them, unslashed.
	 */
	public static function fields( array $values, ?\WP_User $user = null ): array {
		$fields = array();
		foreach ( array_intersect_key( $values, array_flip( Targets::FIELDS ) ) as $field => $value ) {
			$text = Targets::fit( $field, $value );
			if ( null === $user ) {
				if ( '' !== $text ) {
					$fields[ $field ] = $text;
				}
				continue;
			}
			// WordPress calls somebody without a nickname by the login name.
			$text = 'nickname' === $field && '' === $text ? $user->user_login : $text;
			// phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- WordPress's own filters, which make of the text what is stored.
			$stored = (string) wp_unslash( apply_filters( "pre_user_$field", wp_slash( $text ) ) );
			$now    = 'user_url' === $field ? (string) $user->data->user_url : (string) get_user_meta( $user->ID, $field, true );
			if ( $stored !== $now ) {
				$fields[ $field ] = $text;
			}
		}
		return $fields;
	}

	/**
	 * The user meta among the values.
	 *
	 * @param array<string,string|list<string>|null> $values Of filtered().
	 * @return array<string,string|list<string>|null> Meta key => value; null removes it.
	 */
	public static function meta( array $values ): array {
		return array_diff_key( $values, array_flip( Targets::FIELDS ) );
	}

	/**
	 * Writes user meta that differs from what is there.
	 *
	 * @param int                                    $user_id User ID.
	 * @param array<string,string|list<string>|null> $meta    Of meta().
	 * @return bool Whether anything was written.
	 */
	public static function write( int $user_id, array $meta ): bool {
		$written = false;
		foreach ( $meta as $key => $value ) {
			if ( self::is_there( $user_id, $key, $value ) ) {
				continue;
			}
			if ( null === $value ) {
				delete_user_meta( $user_id, $key );
			} else {
				update_user_meta( $user_id, $key, wp_slash( $value ) );
			}
			$written = true;
		}
		return $written;
	}

	/**
	 * Whether an account holds the values already.
	 *
	 * @param \WP_User                               $user   The account.
	 * @param array<string,string|list<string>|null> $values Of filtered().
	 */
	public static function are_there( \WP_User $user, array $values ): bool {
		return ! self::fields( $values, $user ) && array() === array_filter(
			self::meta( $values ),
			static fn( $value, string $key ): bool => ! self::is_there( $user->ID, $key, $value ),
			ARRAY_FILTER_USE_BOTH
		);
	}

	/**
	 * Whether user meta is what it should be.
	 *
	 * @param int                      $user_id User ID.
	 * @param string                   $key     Meta key.
	 * @param string|list<string>|null $value   What it should be, null when there should be none.
	 */
	private static function is_there( int $user_id, string $key, $value ): bool {
		$exists = metadata_exists( 'user', $user_id, $key );
		return null === $value ? ! $exists : $exists && get_user_meta( $user_id, $key, true ) === $value;
	}

	/**
	 * What a filter returned, as a value.
	 *
	 * @param mixed                    $value    What it returned.
	 * @param string|list<string>|null $original What it was given.
	 * @return string|list<string>|null
	 */
	private static function clean( $value, $original ) {
		if ( null === $value ) {
			return null;
		}
		if ( is_bool( $value ) ) {
			return $value ? '1' : '0';
		}
		if ( is_array( $value ) ) {
			$scalars = array_filter( $value, 'is_scalar' );
			return $scalars === $value ? array_values( array_map( 'strval', $scalars ) ) : $original;
		}
		return is_scalar( $value ) ? (string) $value : $original;
	}
}
