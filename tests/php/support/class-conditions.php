<?php
/**
 * What conditions and orders of the contract mean.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

/**
 * Decides about rows of the store in memory.
 */
final class Conditions {

	/**
	 * Whether a condition is true of a row.
	 *
	 * @param array|null            $condition The `where` of a need.
	 * @param array<string, mixed>  $cells     Column of the contract => its value or null; a list where any of several counts.
	 */
	public static function hold( ?array $condition, array $cells ): bool {
		$parts = array_slice( $condition ?? array(), 1 );
		$each  = fn( bool $wanted ) => array_filter( $parts, fn( array $part ) => self::hold( $part, $cells ) === $wanted );
		switch ( $condition[0] ?? 'and' ) {
			case 'and':
				return ! $each( false );
			case 'or':
				return (bool) $each( true );
			case 'not':
				return ! self::hold( $parts[0], $cells );
			case 'present':
				return null !== $cells[ $parts[0] ] && array() !== $cells[ $parts[0] ];
			default:
				$tests = array_map( fn( $value ) => null !== $value && self::compare( $condition[0], $value, $parts[1] ), is_array( $cells[ $parts[0] ] ) ? $cells[ $parts[0] ] : array( $cells[ $parts[0] ] ) );
				return in_array( true, $tests, true );
		}
	}

	/**
	 * Sorts rows; those that are equal stay as they are.
	 *
	 * @param list<array>                $rows  Rows, each with its `cells`.
	 * @param array{string, string}|null $order The `order` of a need.
	 * @return list<array>
	 */
	public static function sort( array $rows, ?array $order ): array {
		if ( null !== $order ) {
			$cell = fn( array $row ) => array( null === $row['cells'][ $order[0] ], $row['cells'][ $order[0] ] );
			usort( $rows, fn( array $one, array $other ) => ( 'descending' === $order[1] ? -1 : 1 ) * ( $cell( $one ) <=> $cell( $other ) ) );
		}
		return $rows;
	}

	/**
	 * One comparison.
	 *
	 * @param string          $relation Of the contract.
	 * @param string|int|bool $value    Of the row.
	 * @param string|int|bool $operand  Of the condition.
	 */
	private static function compare( string $relation, $value, $operand ): bool {
		$ordering = is_string( $value ) ? strcmp( $value, $operand ) : $value <=> $operand;
		return match ( $relation ) {
			'eq' => 0 === $ordering,
			'gt' => $ordering > 0,
			'ge' => $ordering >= 0,
			'lt' => $ordering < 0,
			'le' => $ordering <= 0,
			'co' => str_contains( $value, $operand ),
			'sw' => str_starts_with( $value, $operand ),
			'ew' => str_ends_with( $value, $operand ),
		};
	}
}
