<?php
/**
 * Which entries of the log.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

use Scimpress\Engine;
use Scimpress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * What somebody looks for, as conditions that indexes answer.
 */
final class Criteria {

	/** The operations that there are. */
	public const OPERATIONS = array( 'create', 'link', 'update', 'delete', 'bulk', 'refused' );

	/**
	 * Criteria; empty ones are passed over.
	 *
	 * @param string $search    A user name, a SCIM id or a request id, whole.
	 * @param bool   $failed    Only what failed.
	 * @param string $operation One of OPERATIONS.
	 * @param string $from      First day, `Y-m-d`.
	 * @param string $to        Last day, `Y-m-d`.
	 */
	public function __construct(
		public readonly string $search = '',
		public readonly bool $failed = false,
		public readonly string $operation = '',
		public readonly string $from = '',
		public readonly string $to = ''
	) {}

	/**
	 * Criteria of a form or of a command.
	 *
	 * @param array<string,mixed> $fields `s`, `failed`, `operation`, `from`, `to`; unslashed. What makes no sense is passed over.
	 */
	public static function of( array $fields ): self {
		$fields = array_map( static fn( $value ): string => is_scalar( $value ) ? self::line( (string) $value ) : '', $fields ) + array_fill_keys( array( 's', 'failed', 'operation', 'from', 'to' ), '' );
		return new self(
			mb_substr( $fields['s'], 0, 255 ),
			! in_array( $fields['failed'], array( '', '0' ), true ),
			in_array( $fields['operation'], self::OPERATIONS, true ) ? $fields['operation'] : '',
			null === self::day( $fields['from'] ) ? '' : $fields['from'],
			null === self::day( $fields['to'] ) ? '' : $fields['to']
		);
	}

	/**
	 * The same as fields.
	 *
	 * @return array<string,string> Those that are not empty.
	 */
	public function fields(): array {
		return array_filter(
			array(
				's'         => $this->search,
				'failed'    => $this->failed ? '1' : '',
				'operation' => $this->operation,
				'from'      => $this->from,
				'to'        => $this->to,
			),
			'strlen'
		);
	}

	/**
	 * The same as SQL.
	 *
	 * @return list<string>|null Conditions, joined by AND; null when nothing can be found.
	 */
	public function where(): ?array {
		global $wpdb;
		$where = array();
		if ( '' !== $this->search ) {
			$column = $this->column();
			if ( null === $column ) {
				return null;
			}
			$where[] = $column;
		}
		if ( $this->failed && '' === $this->operation ) {
			$where[] = 'failed = 1';
		} elseif ( '' !== $this->operation ) {
			$where[] = $wpdb->prepare( $this->failed ? 'failure = %s' : 'operation = %s', $this->operation );
		}
		// Positions ascend with the time; so one index serves both the range and the order.
		$from = self::day( $this->from );
		$to   = self::day( $this->to );
		if ( null !== $from ) {
			$position = Log_Table::position_at( $from->getTimestamp() * 1000, true );
			if ( null === $position ) {
				return null;
			}
			$where[] = $wpdb->prepare( 'position >= %d', $position );
		}
		if ( null !== $to ) {
			$position = Log_Table::position_at( $to->modify( '+1 day' )->getTimestamp() * 1000, false );
			if ( null === $position ) {
				return null;
			}
			$where[] = $wpdb->prepare( 'position <= %d', $position );
		}
		return $where;
	}

	/**
	 * What the search is about: the first of the columns in which it is found. One condition with OR would use no order of an
	 * index.
	 */
	private function column(): ?string {
		global $wpdb;
		$key  = Requirements::met() ? Engine::fold( $this->search ) : mb_strtolower( $this->search, 'UTF-8' );
		$keys = array(
			array( 'name_key = %s', $key ),
			array( 'name_key = %s', Anonymiser::name( $key ) ),
			array( 'name_key = %s', $this->search ),
			array( 'scim_id = %s', $this->search ),
			array( 'request = %s', $this->search ),
		);
		foreach ( $keys as list( $condition, $value ) ) {
			// phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- one of the literals above.
			$where = $wpdb->prepare( $condition, $value );
			if ( Log_Table::exists( array( $where ) ) ) {
				return $where;
			}
		}
		return null;
	}

	/**
	 * One line of UTF-8: dates must not even be tried of a text with null bytes.
	 *
	 * @param string $text Any text.
	 */
	private static function line( string $text ): string {
		return trim( (string) preg_replace( '/\p{Cc}+/u', ' ', mb_scrub( $text, 'UTF-8' ) ) );
	}

	/**
	 * A day in the site's time zone.
	 *
	 * @param string $text `Y-m-d`.
	 */
	private static function day( string $text ): ?\DateTimeImmutable {
		$day = \DateTimeImmutable::createFromFormat( '!Y-m-d', $text, wp_timezone() );
		return $day && $day->format( 'Y-m-d' ) === $text ? $day : null;
	}
}
