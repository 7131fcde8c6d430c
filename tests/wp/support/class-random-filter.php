<?php
/**
 * Filters by chance.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Makes filters over every attribute that the schemas of a resource type declare, with values that its resources have.
 */
final class Random_Filter {

	private const TEXT  = array( 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le' );
	private const ORDER = array( 'eq', 'ne', 'gt', 'ge', 'lt', 'le' );
	private const EQUAL = array( 'eq', 'ne' );

	/** Attributes of which the store knows something, which are asked for more often. */
	private const KNOWN = array( 'id', 'userName', 'displayName', 'externalId', 'objectId', 'active', 'emails', 'members', 'groups', 'meta' );

	/**
	 * Path => attributes of the schemas, with those that no schema has.
	 *
	 * @var array<string,array>
	 */
	private array $attributes = array();

	/**
	 * Values of the resources, by type.
	 *
	 * @var array<string,list<mixed>>
	 */
	private array $values = array();

	/**
	 * Learns what there is.
	 *
	 * @param Random      $random    Chance.
	 * @param list<array> $schemas   Schemas of the type as `/Schemas` shows them, the core one first.
	 * @param list<array> $resources Resources of the type.
	 * @param list<string> $words    Values that are tried, too.
	 */
	public function __construct( private Random $random, array $schemas, array $resources, private array $words ) {
		$string = array(
			'type'      => 'string',
			'caseExact' => true,
		);
		$time   = array( 'type' => 'dateTime' );

		$this->attributes['id']         = $string;
		$this->attributes['externalId'] = $string;
		$this->attributes['meta']       = array(
			'type'          => 'complex',
			'subAttributes' => array(
				array( 'name' => 'resourceType' ) + $string,
				array( 'name' => 'created' ) + $time,
				array( 'name' => 'lastModified' ) + $time,
				array( 'name' => 'location' ) + $string,
				array( 'name' => 'version' ) + $string,
			),
		);
		foreach ( $schemas as $index => $schema ) {
			foreach ( $schema['attributes'] as $attribute ) {
				if ( 'never' !== ( $attribute['returned'] ?? '' ) ) {
					$this->attributes[ ( $index ? $schema['id'] . ':' : '' ) . $attribute['name'] ] = $attribute;
				}
			}
		}
		array_walk_recursive(
			$resources,
			function ( $value ): void {
				$this->values[ get_debug_type( $value ) ][] = $value;
			}
		);
		$this->values['time'] = array_merge( array_column( array_column( $resources, 'meta' ), 'created' ), array_column( array_column( $resources, 'meta' ), 'lastModified' ) );
	}

	/**
	 * A filter.
	 *
	 * @param int $depth How deep it may be.
	 */
	public function text( int $depth = 3 ): string {
		if ( 0 === $depth || $this->random->happens( 45 ) ) {
			return $this->term();
		}
		if ( $this->random->happens( 30 ) ) {
			return 'not (' . $this->text( $depth - 1 ) . ')';
		}
		$word = $this->random->one( array( ' and ', ' or ' ) );
		return '(' . $this->text( $depth - 1 ) . $word . $this->text( $depth - 1 ) . ')';
	}

	/**
	 * One condition.
	 */
	private function term(): string {
		$known = array_filter( $this->attributes, static fn( string $path ): bool => (bool) preg_grep( '/(^|:)' . preg_quote( substr( strrchr( ":$path", ':' ), 1 ), '/' ) . '$/', self::KNOWN ), ARRAY_FILTER_USE_KEY );
		$path  = $this->random->one( array_keys( $this->random->happens( 70 ) ? $known : $this->attributes ) );
		$of    = $this->attributes[ $path ];
		if ( 'complex' !== $of['type'] ) {
			return $this->test( $path, $of );
		}
		if ( $this->random->happens( 10 ) ) {
			return "$path " . $this->random->one( array( 'pr', 'eq null', 'ne null' ) );
		}
		$part = fn(): array => $this->random->one( $of['subAttributes'] );
		$one  = $part();
		if ( empty( $of['multiValued'] ) || $this->random->happens( 50 ) ) {
			return $this->test( "$path.{$one['name']}", $one );
		}
		$inside = $this->test( $one['name'], $one );
		if ( $this->random->happens( 40 ) ) {
			$other  = $part();
			$inside = $this->random->one( array( "$inside and ", "$inside or ", 'not (' . $inside . ') and ' ) ) . $this->test( $other['name'], $other );
		}
		if ( $this->random->happens( 15 ) ) {
			$inside = "not ($inside)";
		}
		$behind = $part();
		return "{$path}[$inside]" . ( $this->random->happens( 25 ) ? '.' . $this->test( $behind['name'], $behind ) : '' );
	}

	/**
	 * A comparison.
	 *
	 * @param string $name Name of the attribute.
	 * @param array  $of   The attribute.
	 */
	private function test( string $name, array $of ): string {
		if ( $this->random->happens( 12 ) ) {
			return "$name " . $this->random->one( array( 'pr', 'eq null', 'ne null' ) );
		}
		list( $operators, $value ) = match ( $of['type'] ) {
			'boolean'            => array( self::EQUAL, $this->random->one( array( true, false ) ) ),
			'integer', 'decimal' => array( self::ORDER, mt_rand( -2, 2 ) ),
			'dateTime'           => array( self::ORDER, $this->time() ),
			'binary'             => array( self::EQUAL, 'QUJD' ),
			default              => array( self::TEXT, $this->string() ),
		};
		return "$name " . $this->random->one( $operators ) . ' ' . wp_json_encode( $value, $this->random->happens( 50 ) ? JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES : 0 );
	}

	/**
	 * A text: one that a resource has, whole or a part of it, in this or another case.
	 */
	private function string(): string {
		$text = $this->random->one( $this->random->happens( 75 ) ? $this->values['string'] : $this->words );
		if ( $this->random->happens( 40 ) ) {
			$text = mb_substr( $text, mt_rand( 0, 2 ), mt_rand( 0, 12 ) );
		}
		return match ( mt_rand( 0, 5 ) ) {
			0       => mb_strtoupper( $text ),
			1       => mb_strtolower( $text ),
			2       => $text . $this->random->one( array( ' ', '  ', '%', "\t" ) ),
			default => $text,
		};
	}

	/**
	 * An instant: one that a resource has, or near it.
	 */
	private function time(): string {
		$time = rtrim( $this->random->one( $this->values['time'] ), 'Z' );
		return $time . $this->random->one( array( 'Z', '0Z', '1Z', '999Z', '+01:00', '' ) );
	}
}
