<?php
/**
 * The mappings of WPO365.
 *
 * @package Scimpress
 */

namespace Scimpress\Attributes;

use Scimpress\Import\Wpo365;

defined( 'ABSPATH' ) || exit;

/**
 * Takes them over, so that the identity provider goes on filling the same user meta.
 */
final class Wpo365_Mappings {

	/** WPO365 keeps of the manager what he is referred to by. */
	private const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';

	/**
	 * What taking them over changes.
	 *
	 * @return list<array{name: string, from: string, to: string, changes: bool}> As Import::plan() has it.
	 */
	public static function plan(): array {
		$plan = array();
		foreach ( self::judged() as $entry ) {
			$plan[] = array(
				'name'    => 'mapping of ' . $entry['path'],
				'from'    => $entry['known'] ? 'the same' : 'none',
				'to'      => null === $entry['problem'] ? 'user meta ' . $entry['target'] : 'not taken over: ' . $entry['problem'],
				'changes' => ! $entry['known'] && null === $entry['problem'],
			);
		}
		return $plan;
	}

	/**
	 * Takes them over, beside the mappings that are there.
	 */
	public static function take(): void {
		$mappings = Attribute_Settings::mappings();
		$taken    = $mappings;
		foreach ( self::judged() as $entry ) {
			if ( ! $entry['known'] && null === $entry['problem'] ) {
				$taken[] = array(
					'path'   => $entry['path'],
					'target' => $entry['target'],
				);
			}
		}
		if ( $taken !== $mappings ) {
			Attribute_Settings::map( $taken );
		}
	}

	/**
	 * The mappings of WPO365, and what we think of each.
	 *
	 * @return list<array{path: string, target: string, known: bool, problem: string|null}>
	 */
	private static function judged(): array {
		$judged   = array();
		$mappings = Attribute_Settings::mappings();
		$schemas  = Attribute_Settings::schemas();
		foreach ( Wpo365::mappings() as $path => $target ) {
			$mapping  = array(
				'path'   => mb_scrub( 0 === strcasecmp( $path, self::MANAGER ) ? "$path.value" : $path, 'UTF-8' ),
				'target' => mb_scrub( $target, 'UTF-8' ),
			);
			$known    = in_array( $mapping, $mappings, true );
			$place    = count( $mappings );
			$judged[] = $mapping + array(
				'known'   => $known,
				'problem' => $known ? null : ( Attribute_Settings::problems( array( ...$mappings, $mapping ), $schemas )[ $place ] ?? null ),
			);
			if ( ! $known && null === $judged[ array_key_last( $judged ) ]['problem'] ) {
				$mappings[] = $mapping;
			}
		}
		return $judged;
	}
}
