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

	private const TEXT  = array( 'eq', 'eq', 'eq', 'ne', 'co', 'sw', 'sw', 'ew', 'gt', 'ge', 'lt', 'le' );
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
	 * Texts of the resources, by the name of the attribute.
	 *
	 * @var array<string,list<string>>
	 */
	private array $texts = array();

	/**
	 * Their times.
	 *
	 * @var list<string>
	 */
	private array $times;

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

		$this->attributes['id']         = array( 'name' => 'id' ) + $string;
		$this->attributes['externalId'] = array( 'name' => 'externalId' ) + $string;
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
			function ( $value, $name ): void {
				if ( is_string( $value ) ) {
					$this->texts[ $name ][] = $value;
				}
			}
		);
		$this->times = array( ...$this->texts['created'], ...$this->texts['lastModified'] );
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
			default              => array( self::TEXT, null ),
		};
		$operator                  = $this->random->one( $operators );
		$value                   ??= $this->string( $this->texts[ $of['name'] ] ?? $this->words, in_array( $operator, array( 'co', 'sw', 'ew' ), true ) );
		return "$name $operator " . wp_json_encode( $value, $this->random->happens( 50 ) ? JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES : 0 );
	}

	/**
	 * A text: one that the attribute has somewhere, as it is or nearly so.
	 *
	 * @param list<string> $texts   What the attribute has.
	 * @param bool         $is_part Whether a part of it is as good.
	 */
	private function string( array $texts, bool $is_part ): string {
		$text = $this->random->one( $this->random->happens( 80 ) ? $texts : $this->words );
		if ( $is_part && $this->random->happens( 70 ) ) {
			$text = mb_substr( $text, mt_rand( -3, 2 ), mt_rand( 0, 4 ) );
		}
		return match ( mt_rand( 0, 7 ) ) {
			0       => mb_strtoupper( $text ),
			1       => mb_strtolower( $text ),
			2       => rtrim( $text ),
			3, 4    => $text . $this->random->one( array( ' ', '  ', '%', "\t" ) ),
			default => $text,
		};
	}

	/**
	 * An instant: one that a resource has, or near it.
	 */
	private function time(): string {
		$time = rtrim( $this->random->one( $this->times ), 'Z' );
		return $time . $this->random->one( array( 'Z', '0Z', '1Z', '999Z', '+01:00', '' ) );
	}
}
