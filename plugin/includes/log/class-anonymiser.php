<?php
/**
 * Entries of the log without persons.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * Replaces names, values and addresses. Digests are keyed with a secret of the site: names are too easily guessed for others.
 */
final class Anonymiser {

	/** Stands for what is gone. */
	public const GONE = '…';

	/** What is replaced. */
	public const COLUMNS = array( 'name', 'name_key', 'message', 'address', 'changes', 'raw' );

	/** Begins what stands in the place of a name. */
	private const ANONYMOUS = 'anonymous-';

	/**
	 * A row in which the same person can still be followed, and a change be seen, but nobody be read.
	 *
	 * @param array<string,int|string|null> $row Column => value.
	 */
	public static function pseudonymous( array $row ): array {
		$key             = (string) $row['name_key'];
		$row['name']     = '' === $key ? '' : self::name( $key );
		$row['name_key'] = '' === $key ? null : self::name( $key );
		$row['changes']  = self::replaced( $row['changes'], static fn( string $value ): string => self::digest( 'value', $value, 8 ) );
		return self::without_texts( $row );
	}

	/**
	 * Whether a row is so already: a digest of a digest could not be followed.
	 *
	 * @param array<string,int|string|null> $row Column => value.
	 */
	public static function is_pseudonymous( array $row ): bool {
		return null === $row['raw'] && '' === $row['address'] && ( '' === $row['name'] || str_starts_with( $row['name'], self::ANONYMOUS ) );
	}

	/**
	 * A row that says what was done, but not to whom.
	 *
	 * @param array<string,int|string|null> $row Column => value.
	 */
	public static function erased( array $row ): array {
		$row['name']     = '';
		$row['name_key'] = null;
		$row['user_id']  = null;
		$row['scim_id']  = null;
		$row['changes']  = self::replaced( $row['changes'], static fn(): string => self::GONE );
		return self::without_texts( $row );
	}

	/**
	 * What stands in the place of a name.
	 *
	 * @param string $key Case-folded name.
	 */
	public static function name( string $key ): string {
		return self::ANONYMOUS . self::digest( 'name', $key, 12 );
	}

	/**
	 * Bytes of the texts of a row.
	 *
	 * @param array<string,int|string|null> $row Column => value.
	 */
	public static function size( array $row ): int {
		return array_sum( array_map( static fn( $value ): int => is_string( $value ) ? strlen( $value ) : 8, $row ) );
	}

	/**
	 * A row without what may say anything of anybody.
	 *
	 * @param array<string,int|string|null> $row Column => value.
	 */
	private static function without_texts( array $row ): array {
		$row['address'] = '';
		$row['raw']     = null;
		// A message repeats what the client sent in quotes, or behind a colon. What refuses a request unread repeats nothing.
		if ( 'refused' !== $row['operation'] ) {
			$row['message'] = (string) preg_replace( "/(?:'|(?<=: )).*/su", self::GONE, (string) $row['message'] );
		}
		return $row;
	}

	/**
	 * Changes with other values.
	 *
	 * @param string|null              $changes JSON.
	 * @param callable(string): string $replace Makes a text of a value.
	 */
	private static function replaced( ?string $changes, callable $replace ): ?string {
		$decoded = null === $changes ? null : json_decode( $changes, true );
		if ( ! is_array( $decoded ) ) {
			return null;
		}
		foreach ( $decoded['attributes'] ?? array() as $index => $attribute ) {
			foreach ( array( 'old', 'new' ) as $side ) {
				if ( isset( $attribute[ $side ] ) ) {
					$decoded['attributes'][ $index ][ $side ] = $replace( (string) $attribute[ $side ] );
				}
			}
		}
		return (string) wp_json_encode( $decoded, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	}

	/**
	 * A digest that only this site can make.
	 *
	 * @param string $what   What the text is; a name and a value of the same letters differ.
	 * @param string $text   The text.
	 * @param int    $length Hexadecimal digits.
	 */
	private static function digest( string $what, string $text, int $length ): string {
		return substr( hash_hmac( 'sha256', "$what\0$text", wp_salt( 'auth' ) ), 0, $length );
	}
}
