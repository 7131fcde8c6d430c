<?php
/**
 * An entry of the log, for people.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * Says in words what a row holds. Nothing of it is escaped.
 */
final class Entry {

	/**
	 * What was done.
	 *
	 * @param string $operation Of Criteria::OPERATIONS.
	 */
	public static function operation( string $operation ): string {
		return match ( $operation ) {
			'create'  => __( 'Create', 'scimpress' ),
			'link'    => __( 'Link to an account', 'scimpress' ),
			'update'  => __( 'Update', 'scimpress' ),
			'delete'  => __( 'Delete', 'scimpress' ),
			'bulk'    => __( 'Bulk', 'scimpress' ),
			'refused' => __( 'Refused', 'scimpress' ),
			default   => $operation,
		};
	}

	/**
	 * When it was, in the site's time zone.
	 *
	 * @param object $row Row of the table.
	 */
	public static function time( object $row ): string {
		return (string) wp_date( get_option( 'date_format' ) . ' H:i:s', intdiv( (int) $row->time, 1000 ) );
	}

	/**
	 * When it was, for machines: RFC 3339 in UTC.
	 *
	 * @param object $row Row of the table.
	 */
	public static function machine_time( object $row ): string {
		return gmdate( 'Y-m-d\TH:i:s', intdiv( (int) $row->time, 1000 ) ) . sprintf( '.%03dZ', (int) $row->time % 1000 );
	}

	/**
	 * How long it took.
	 *
	 * @param object $row Row of the table.
	 */
	public static function duration( object $row ): string {
		/* translators: %s: a number of milliseconds. */
		return sprintf( __( '%s ms', 'scimpress' ), number_format_i18n( (int) $row->duration / 1000, 1 ) );
	}

	/**
	 * What changed.
	 *
	 * @param object $row Whole row of the table.
	 * @return array{attributes: list<array{path: string, old: ?string, new: ?string}>, more: int, members: ?array}
	 */
	public static function changes( object $row ): array {
		$changes    = json_decode( (string) $row->changes, true );
		$changes    = is_array( $changes ) ? $changes : array();
		$attributes = array();
		foreach ( $changes['attributes'] ?? array() as $attribute ) {
			$attributes[] = array(
				'path' => (string) ( $attribute['path'] ?? '' ),
				'old'  => $attribute['old'] ?? null,
				'new'  => $attribute['new'] ?? null,
			);
		}
		return array(
			'attributes' => $attributes,
			'more'       => (int) ( $changes['more'] ?? 0 ),
			'members'    => $changes['members'] ?? null,
		);
	}

	/**
	 * What changed, in one line.
	 *
	 * @param object $row Whole row of the table.
	 */
	public static function summary( object $row ): string {
		$changes = self::changes( $row );
		$parts   = array_map( static fn( array $attribute ): string => sprintf( '%s: %s → %s', $attribute['path'], $attribute['old'] ?? '–', $attribute['new'] ?? '–' ), $changes['attributes'] );
		if ( $changes['more'] ) {
			/* translators: %d: a number. */
			$parts[] = sprintf( __( 'and %d more attributes', 'scimpress' ), $changes['more'] );
		}
		return implode( '; ', array( ...$parts, ...array_map( static fn( array $line ): string => "$line[0]: $line[1]", self::members( $changes['members'] ) ) ) );
	}

	/**
	 * Who joined and left.
	 *
	 * @param array|null $members Of changes().
	 * @return list<array{0: string, 1: string}> What happened, and to whom.
	 */
	public static function members( ?array $members ): array {
		$lines = array();
		$said  = array(
			'joined' => empty( $members['replaced'] ) ? __( 'Members who join', 'scimpress' ) : __( 'Members from now on', 'scimpress' ),
			'left'   => __( 'Members who leave', 'scimpress' ),
		);
		foreach ( $said as $side => $title ) {
			$ids  = array_map( 'strval', $members[ $side ] ?? array() );
			$more = (int) ( $members[ 'more' . ucfirst( $side ) ] ?? 0 );
			if ( $ids || ( 'joined' === $side && ! empty( $members['replaced'] ) ) ) {
				$list = $ids ? implode( ', ', $ids ) : __( 'nobody', 'scimpress' );
				/* translators: 1: list of ids, 2: a number. */
				$lines[] = array( $title, $more ? sprintf( __( '%1$s and %2$d more', 'scimpress' ), $list, $more ) : $list );
			}
		}
		return $lines;
	}
}
