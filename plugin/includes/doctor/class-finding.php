<?php
/**
 * What the doctor found.
 *
 * @package Scimpress
 */

namespace Scimpress\Doctor;

defined( 'ABSPATH' ) || exit;

/**
 * A diagnosis of the catalogue with the facts of this site.
 */
final class Finding {

	/** The connection does not work. */
	public const PROBLEM = 'problem';

	/** It works, but not as it should. */
	public const WARNING = 'warning';

	/** The doctor cannot tell. */
	public const UNKNOWN = 'unknown';

	/**
	 * Holds a finding.
	 *
	 * @param string               $id    Id of a diagnosis in the catalogue.
	 * @param array<string,string> $facts Placeholder => what stands for it in the texts.
	 */
	public function __construct( public readonly string $id, public readonly array $facts = array() ) {}

	/**
	 * The check that it belongs to.
	 */
	public function check(): string {
		return Catalogue::entry( $this->id )['check'];
	}

	/**
	 * PROBLEM, WARNING or UNKNOWN.
	 */
	public function severity(): string {
		return Catalogue::entry( $this->id )['severity'];
	}

	/**
	 * The diagnosis in a few translated words.
	 */
	public function title(): string {
		return $this->fill( Catalogue::entry( $this->id )['title'] );
	}

	/**
	 * What it means.
	 */
	public function explanation(): string {
		return $this->fill( Catalogue::entry( $this->id )['explanation'] );
	}

	/**
	 * What to do, for the servers of this site; for all of them when it is not known which they are.
	 *
	 * @param list<string> $servers Of Web_Server.
	 * @return list<array{server: string, where: string, paste: string}> Name of the server, where to paste, the text; either may be empty.
	 */
	public function fixes( array $servers ): array {
		$fixes = Catalogue::entry( $this->id )['fixes'];
		$named = array_intersect_key( $fixes, Web_Server::NAMES );
		$known = array_filter( $named, static fn( string $server ): bool => in_array( $server, $servers, true ), ARRAY_FILTER_USE_KEY );
		if ( ! $known && in_array( Web_Server::LITESPEED, $servers, true ) && isset( $named[ Web_Server::APACHE ] ) ) {
			// LiteSpeed reads Apache's files.
			$known = array( Web_Server::APACHE => $named[ Web_Server::APACHE ] );
		}
		$fixes  = ( $known ? $known : $named ) + array_diff_key( $fixes, $named );
		$filled = array();
		foreach ( $fixes as $server => $fix ) {
			$filled[] = array(
				'server' => Catalogue::server_name( $server ),
				'where'  => $this->fill( $fix[0] ),
				'paste'  => $this->fill( $fix[1] ),
			);
		}
		return $filled;
	}

	/**
	 * Puts the facts into a text.
	 *
	 * @param string $text Text with placeholders in braces.
	 */
	private function fill( string $text ): string {
		$pairs = array();
		foreach ( $this->facts as $name => $value ) {
			$pairs[ '{' . $name . '}' ] = $value;
		}
		return strtr( $text, $pairs );
	}
}
