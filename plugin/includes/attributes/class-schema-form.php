<?php
/**
 * A schema as a form has it.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the form of one declared schema. Whether it is a schema the engine says.
 */
final class Schema_Form {

	/** What an attribute may be, in the words of SCIM. */
	public const TYPES = array( 'string', 'boolean', 'integer', 'decimal', 'dateTime', 'reference' );

	public const EMPTY_ATTRIBUTE = array(
		'name'        => '',
		'type'        => 'string',
		'multiValued' => false,
		'caseExact'   => false,
		'description' => '',
	);

	public const EMPTY_SCHEMA = array(
		'id'          => '',
		'name'        => '',
		'description' => '',
		'attributes'  => array(),
	);

	/**
	 * The schema of the checked form. Rows without a name and a description are none.
	 */
	public static function posted(): array {
		// phpcs:disable WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- Page::load() has checked the nonce; column() sanitises.
		$names        = self::column( $_POST['attribute_name'] ?? null );
		$types        = self::column( $_POST['attribute_type'] ?? null );
		$descriptions = self::column( $_POST['attribute_description'] ?? null );
		$several      = self::column( $_POST['attribute_several'] ?? null );
		$exact        = self::column( $_POST['attribute_exact'] ?? null );
		$about        = self::column( $_POST['schema'] ?? null );
		// phpcs:enable
		$attributes = array();
		foreach ( $names as $row => $name ) {
			if ( '' !== $name || '' !== ( $descriptions[ $row ] ?? '' ) ) {
				$attributes[] = array(
					'name'        => $name,
					'type'        => $types[ $row ] ?? 'string',
					'multiValued' => isset( $several[ $row ] ),
					'caseExact'   => isset( $exact[ $row ] ),
					'description' => $descriptions[ $row ] ?? '',
				);
			}
		}
		return array(
			'id'          => $about[0] ?? '',
			'name'        => $about[1] ?? '',
			'description' => $about[2] ?? '',
			'attributes'  => $attributes,
		);
	}

	/**
	 * Fields of one name, whatever a browser sent.
	 *
	 * @param mixed $values Slashed value of $_POST.
	 * @return array<int,string> Row => text.
	 */
	public static function column( $values ): array {
		$column = array();
		foreach ( is_array( $values ) ? $values : array() as $row => $value ) {
			if ( is_int( $row ) && is_string( $value ) ) {
				$column[ $row ] = self::plain( wp_unslash( $value ) );
			}
		}
		return $column;
	}

	/**
	 * One line of UTF-8. sanitize_text_field() would eat `<` and percent-encoded characters, which are text here.
	 *
	 * @param string $text Any text.
	 */
	public static function plain( string $text ): string {
		return trim( (string) preg_replace( '/\p{C}+/u', ' ', wp_check_invalid_utf8( $text ) ) );
	}
}
