<?php
/**
 * The log as CSV.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * Writes entries as they are read: a page at a time, whatever their number.
 */
final class Csv {

	/** Rows in memory at a time. */
	private const PAGE = 500;

	public const COLUMNS = array( 'time', 'request', 'token', 'client', 'address', 'operation', 'resource', 'scim_id', 'user_id', 'name', 'status', 'scim_type', 'message', 'duration_ms', 'times', 'changes' );

	/**
	 * Writes all entries that match, newest first, with a line of names.
	 *
	 * @param Criteria               $criteria Which.
	 * @param callable(string): void $write    Takes a piece of the file.
	 */
	public static function write( Criteria $criteria, callable $write ): void {
		$write( self::line( self::COLUMNS ) );
		$where  = $criteria->where();
		$before = null;
		while ( null !== $where ) {
			$rows = Log_Table::page( $where, $before, null, self::PAGE, true );
			$write( implode( '', array_map( static fn( object $row ): string => self::line( self::values( $row ) ), $rows ) ) );
			if ( count( $rows ) < self::PAGE ) {
				return;
			}
			$before = (int) end( $rows )->position;
		}
	}

	/**
	 * A line.
	 *
	 * @param list<string> $values The values.
	 */
	public static function line( array $values ): string {
		return implode( ',', array_map( static fn( string $value ): string => '"' . str_replace( '"', '""', self::guard( $value ) ) . '"', $values ) ) . "\r\n";
	}

	/**
	 * A value that no spreadsheet takes for a formula. What comes from a client could be one that fetches an address with the
	 * cells beside it.
	 *
	 * @param string $value Any text.
	 */
	public static function guard( string $value ): string {
		return preg_match( '/\A\s*[=+\-@\t\r\n|％＝＋－＠]/u', $value ) ? "'$value" : $value;
	}

	/**
	 * A row in the order of COLUMNS.
	 *
	 * @param object $row Whole row of the table.
	 * @return list<string>
	 */
	public static function values( object $row ): array {
		return array(
			Entry::machine_time( $row ),
			$row->request,
			$row->token,
			$row->agent,
			$row->address,
			$row->operation,
			$row->resource,
			(string) $row->scim_id,
			(string) $row->user_id,
			$row->name,
			(string) $row->status,
			$row->scim_type,
			$row->message,
			number_format( (int) $row->duration / 1000, 3, '.', '' ),
			(string) $row->times,
			Entry::summary( $row ),
		);
	}
}
