<?php
/**
 * Files of users.
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Engine;

defined( 'ABSPATH' ) || exit;

/**
 * Reads SCIM users one by one, whatever the size of the file: JSON lines, the answer of a SCIM server to a search (RFC 7644 §3.4.2),
 * or CSV whose first line has PATCH paths such as `name.givenName`.
 */
final class User_File {

	public const CSV  = 'csv';
	public const JSON = 'json';

	/** Longest record in bytes: what the engine takes as a body. */
	private const MAX_RECORD = 2097152;

	/**
	 * Users of a file.
	 *
	 * @param resource $file   The file, at its beginning.
	 * @param string   $format CSV or JSON.
	 * @return \Generator<int,\stdClass|string> Number of the line where it begins => the user, or what is wrong.
	 */
	public static function users( $file, string $format ): \Generator {
		return self::CSV === $format ? self::rows( $file ) : self::objects( $file );
	}

	/**
	 * Users of a table. Quoted fields may hold line breaks. An empty field says nothing of its attribute.
	 *
	 * @param resource $file The file.
	 * @return \Generator<int,\stdClass|string>
	 */
	private static function rows( $file ): \Generator {
		$line    = 1;
		$schemas = Attribute_Settings::schemas();
		$paths   = array_map( 'trim', (array) self::row( $file, $line ) );
		// Excel begins UTF-8 with a byte order mark.
		$paths[0] = (string) preg_replace( '/\A\xEF\xBB\xBF/', '', (string) $paths[0] );
		if ( ! in_array( 'username', array_map( 'strtolower', $paths ), true ) ) {
			yield 1 => 'the first line must name the columns by SCIM paths, `userName` among them';
			return;
		}
		while ( true ) {
			$begin = $line;
			$row   = self::row( $file, $line );
			if ( null === $row ) {
				return;
			}
			if ( array( '' ) === $row ) {
				continue;
			}
			if ( count( $row ) !== count( $paths ) ) {
				yield $begin => sprintf( 'the line has %d fields, the first line %d', count( $row ), count( $paths ) );
				continue;
			}
			$made = Engine::assemble( array_filter( array_combine( $paths, $row ), 'strlen' ), $schemas );
			yield $begin => null === $made['user'] ? $made['error'] : json_decode( $made['user'] );
		}
	}

	/**
	 * A row of a table.
	 *
	 * @param resource $file The file.
	 * @param int      $line Number of the line, moved on.
	 * @return list<string>|null Null at the end.
	 */
	private static function row( $file, int &$line ): ?array {
		$row = fgetcsv( $file, 0, ',', '"', '' );
		if ( ! is_array( $row ) ) {
			return null;
		}
		$row   = array_map( 'strval', $row );
		$line += 1 + array_sum( array_map( static fn( string $field ): int => substr_count( $field, "\n" ), $row ) );
		return $row;
	}

	/**
	 * Users of JSON text: each object that is no list, and each in a list's `Resources`.
	 *
	 * @param resource $file The file.
	 * @return \Generator<int,\stdClass|string>
	 */
	private static function objects( $file ): \Generator {
		foreach ( ( new Json_Stream( $file, self::MAX_RECORD ) )->objects() as $line => $text ) {
			if ( null === $text ) {
				yield $line => 'this is no JSON object, or one of more than ' . self::MAX_RECORD . ' bytes';
				continue;
			}
			$user = json_decode( $text, false, 64, JSON_BIGINT_AS_STRING );
			yield $line => $user instanceof \stdClass ? $user : 'this is no JSON: ' . strtolower( json_last_error_msg() );
		}
	}
}
