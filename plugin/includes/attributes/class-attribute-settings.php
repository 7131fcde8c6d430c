<?php
/**
 * Which attributes the site knows beyond those of every site, and which it keeps in user meta.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

use Scimpress\Engine;

defined( 'ABSPATH' ) || exit;

/**
 * The option: declared schemas as the engine's JSON text, and mappings.
 */
final class Attribute_Settings {

	public const OPTION = 'scimpress_attributes';

	/** Most mappings; the engine reads no more. */
	public const MAX_MAPPINGS = 100;

	/** Characters of a path. */
	public const MAX_PATH = 500;

	/** Bytes of the declared schemas; the engine takes no more. */
	private const MAX_SCHEMAS = 65536;

	/**
	 * The declared schemas as JSON text, empty when there are none.
	 */
	public static function schemas(): string {
		$schemas = self::stored()['schemas'] ?? '';
		return is_string( $schemas ) && strlen( $schemas ) <= self::MAX_SCHEMAS ? $schemas : '';
	}

	/**
	 * The declared schemas.
	 *
	 * @return list<array{id: string, name: string, description: string, attributes: list<array{name: string, type: string, multiValued: bool, caseExact: bool, description: string}>}>
	 */
	public static function declared(): array {
		$declared = json_decode( self::schemas(), true );
		$schemas  = array();
		foreach ( is_array( $declared ) ? $declared : array() as $schema ) {
			if ( is_array( $schema ) ) {
				$schemas[] = self::schema( $schema );
			}
		}
		return $schemas;
	}

	/**
	 * The mappings that may be carried out, in their order. A target that is not allowed, whoever wrote it into the option, is
	 * not among them.
	 *
	 * @return list<array{path: string, target: string}>
	 */
	public static function mappings(): array {
		$stored   = self::stored()['mappings'] ?? array();
		$mappings = array();
		foreach ( is_array( $stored ) ? $stored : array() as $mapping ) {
			$path   = is_array( $mapping ) ? $mapping['path'] ?? null : null;
			$target = is_array( $mapping ) ? $mapping['target'] ?? null : null;
			if ( ! is_string( $path ) || ! is_string( $target ) || ! mb_check_encoding( $path, 'UTF-8' ) || null !== Targets::problem( $target ) ) {
				continue;
			}
			$mappings[ strtolower( $target ) ] ??= array(
				'path'   => $path,
				'target' => $target,
			);
		}
		return array_slice( array_values( $mappings ), 0, self::MAX_MAPPINGS );
	}

	/**
	 * What is wrong with mappings.
	 *
	 * @param list<array{path: string, target: string}> $mappings Mappings.
	 * @param string                                    $schemas  Declared schemas as JSON text.
	 * @return array<int,string> 0-based place => a line for a person.
	 */
	public static function problems( array $mappings, string $schemas ): array {
		$problems = array();
		$targets  = array();
		foreach ( $mappings as $place => $mapping ) {
			$key     = strtolower( $mapping['target'] );
			$problem = self::path_problem( $mapping['path'], $schemas ) ?? Targets::problem( $mapping['target'] );
			if ( null === $problem && isset( $targets[ $key ] ) ) {
				$problem = __( 'Another mapping has this target already.', 'scimpress' );
			}
			if ( null === $problem && count( $targets ) >= self::MAX_MAPPINGS ) {
				/* translators: %d: a number. */
				$problem = sprintf( __( 'At most %d mappings are possible.', 'scimpress' ), self::MAX_MAPPINGS );
			}
			if ( null !== $problem ) {
				$problems[ $place ] = $problem;
			}
			$targets[ $key ] = true;
		}
		return $problems;
	}

	/**
	 * Stores declared schemas that the engine has found nothing wrong with.
	 *
	 * @param list<array> $schemas Schemas.
	 */
	public static function declare( array $schemas ): void {
		self::update( array( 'schemas' => self::encode( $schemas ) ) );
	}

	/**
	 * Stores mappings that problems() has found nothing wrong with.
	 *
	 * @param list<array{path: string, target: string}> $mappings Mappings.
	 */
	public static function map( array $mappings ): void {
		self::update( array( 'mappings' => array_values( $mappings ) ) );
	}

	/**
	 * Schemas as the engine reads them.
	 *
	 * @param list<array> $schemas Schemas.
	 */
	public static function encode( array $schemas ): string {
		return $schemas ? (string) wp_json_encode( array_map( array( self::class, 'schema' ), array_values( $schemas ) ), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE ) : '';
	}

	/**
	 * What is wrong with a path.
	 *
	 * @param string $path    Path.
	 * @param string $schemas Declared schemas as JSON text.
	 */
	private static function path_problem( string $path, string $schemas ): ?string {
		if ( '' === $path ) {
			return __( 'The path of the attribute is missing.', 'scimpress' );
		}
		if ( mb_strlen( $path ) > self::MAX_PATH ) {
			/* translators: %d: a number. */
			return sprintf( __( 'A path has at most %d characters.', 'scimpress' ), self::MAX_PATH );
		}
		return Engine::path_problem( $path, $schemas );
	}

	/**
	 * Anything as a schema.
	 *
	 * @param array $schema Members, perhaps.
	 */
	private static function schema( array $schema ): array {
		$text       = static fn( array $from, string $key ): string => is_string( $from[ $key ] ?? null ) ? $from[ $key ] : '';
		$attributes = array();
		foreach ( is_array( $schema['attributes'] ?? null ) ? $schema['attributes'] : array() as $attribute ) {
			if ( is_array( $attribute ) ) {
				$attributes[] = array(
					'name'        => $text( $attribute, 'name' ),
					'type'        => $text( $attribute, 'type' ),
					'multiValued' => ! empty( $attribute['multiValued'] ),
					'caseExact'   => ! empty( $attribute['caseExact'] ),
					'description' => $text( $attribute, 'description' ),
				);
			}
		}
		return array(
			'id'          => $text( $schema, 'id' ),
			'name'        => $text( $schema, 'name' ),
			'description' => $text( $schema, 'description' ),
			'attributes'  => $attributes,
		);
	}

	/**
	 * Changes the option.
	 *
	 * @param array $changes Members of it.
	 */
	private static function update( array $changes ): void {
		update_option( self::OPTION, array_merge( self::stored(), $changes ), true );
	}

	/**
	 * The option. It is made when it is missing: WordPress asks the database anew for each that does not exist.
	 */
	private static function stored(): array {
		$stored = get_option( self::OPTION );
		if ( false === $stored ) {
			add_option( self::OPTION, array(), '', true );
		}
		return is_array( $stored ) ? $stored : array();
	}
}
