<?php
/**
 * The part of docs/doctor.md that is made of the catalogue.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Doctor\Catalogue;
use Scimpress\Doctor\Report;

/**
 * Writes the catalogue as Markdown.
 */
final class Doctor_Document {

	/** What stands above the mark is written by hand. */
	public const MARK = '<!-- Made of plugin/includes/doctor/class-catalogue-*.php: tests/wp/DoctorTest.php compares, and writes it with SCIMPRESS_WRITE_DOCS=1. -->';

	/**
	 * A table of all diagnoses, then each with what to paste.
	 */
	public static function text(): string {
		$checks = Catalogue::checks();
		$lines  = array( '', '| check | diagnosis | state |', '|---|---|---|' );
		$parts  = array();
		foreach ( $checks as $check => $name ) {
			foreach ( Catalogue::all() as $id => $entry ) {
				if ( $check === $entry['check'] ) {
					$lines[] = "| $name | [{$entry['title']}](#" . self::anchor( $id ) . ') | ' . Report::state_name( $entry['severity'] ) . ' |';
					$parts[] = self::part( $id, $entry );
				}
			}
		}
		return implode( "\n", $lines ) . "\n\n" . implode( "\n", $parts );
	}

	/**
	 * One diagnosis.
	 *
	 * @param string $id    Its id.
	 * @param array  $entry See Catalogue::all().
	 */
	private static function part( string $id, array $entry ): string {
		$text = '<a id="' . self::anchor( $id ) . "\"></a>\n### {$entry['title']}\n\n{$entry['explanation']}\n";
		foreach ( $entry['fixes'] as $server => $fix ) {
			$name  = Catalogue::server_name( $server );
			$text .= "\n" . ( '' === $name ? '' : "**$name**. " ) . "$fix[0]\n";
			if ( '' !== $fix[1] ) {
				$text .= "\n```\n$fix[1]\n```\n";
			}
		}
		return $text;
	}

	/**
	 * Name of a place in the document.
	 *
	 * @param string $id Id of a diagnosis.
	 */
	private static function anchor( string $id ): string {
		return str_replace( '_', '-', $id );
	}
}
