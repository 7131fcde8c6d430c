<?php
/**
 * Values of mapped attributes.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

use Scimpress\Engine;
use Scimpress\Store\Account;
use Scimpress\Store\Failure;
use Scimpress\Store\Hooks;
use Scimpress\Store\Protection;
use Scimpress\Store\Transaction;

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
			if ( null === $value ) {
				$written = ( metadata_exists( 'user', $user_id, $key ) && delete_user_meta( $user_id, $key ) ) || $written;
			} elseif ( ! metadata_exists( 'user', $user_id, $key ) || get_user_meta( $user_id, $key, true ) !== $value ) {
				update_user_meta( $user_id, $key, wp_slash( $value ) );
				$written = true;
			}
		}
		return $written;
	}

	/**
	 * Gives an account every mapped value of its resource, after the mappings have changed. Only what differs is written.
	 *
	 * @param Transaction $transaction Surrounds the write.
	 * @param array       $record      Record of the store, with `userId`.
	 * @param array       $config      Of Configuration::of_site().
	 * @return bool Whether anything was written.
	 * @throws Failure `protected`, or what WordPress refuses.
	 */
	public static function bring_in_line( Transaction $transaction, array $record, array $config ): bool {
		$user_id = $record['userId'];
		$values  = self::filtered( Engine::attributes_of( $record, $config )['mapped'], $record['id'], $record['document'], $user_id );
		$user    = get_userdata( $user_id );
		if ( ! $values || ! $user ) {
			return false;
		}
		$transaction->touch( $user_id );
		Protection::guard( $user_id );
		return Account::update( $user_id, array(), $values );
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
