<?php
/**
 * Needs as the engine makes them.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Makes needs by hand.
 */
final class Needs {

	public const NOW = 1763793784123;

	/**
	 * A create need for a person whose name nobody else has.
	 *
	 * @param array $changes Members that differ, `wordpress` and `login` member by member.
	 */
	public static function create( array $changes = array() ): array {
		$name = $changes['userName'] ?? 'person-' . bin2hex( random_bytes( 6 ) ) . '@corp.example.com';
		return array_replace_recursive(
			array(
				'need'       => 'create',
				'id'         => wp_generate_uuid4(),
				'now'        => self::NOW,
				'userName'   => $name,
				'externalId' => null,
				'objectId'   => null,
				'email'      => $name,
				'active'     => true,
				'document'   => '{"displayName":"Mira Halvorsen"}',
				'wordpress'  => array(
					'user_email'        => $name,
					'first_name'        => 'Mira',
					'last_name'         => 'Halvorsen',
					'display_name'      => 'Mira Halvorsen',
					'userPrincipalName' => $name,
					'aadObjectId'       => $changes['objectId'] ?? null,
				),
				'login'      => array(
					'preferred' => $name,
					'suffix'    => substr( hash( 'sha256', $name ), 0, 8 ),
				),
			),
			$changes
		);
	}

	/**
	 * An update need that leaves everything as the create need made it.
	 *
	 * @param array $create  The create need.
	 * @param int   $version Version that the engine has read.
	 * @param array $changes Members that differ.
	 */
	public static function update( array $create, int $version, array $changes = array() ): array {
		$kept = array_intersect_key( $create, array_flip( array( 'id', 'now', 'userName', 'externalId', 'objectId', 'email', 'active', 'document' ) ) );
		return array_merge(
			$kept,
			array(
				'need'      => 'update',
				'version'   => $version,
				'wordpress' => array(),
			),
			$changes
		);
	}

	/**
	 * A select need.
	 *
	 * @param string|null $by    Column.
	 * @param string|null $value Value.
	 * @param int         $after Position.
	 * @param int         $limit Most records.
	 */
	public static function select( ?string $by, ?string $value, int $after = 0, int $limit = 10 ): array {
		return array(
			'need'  => 'select',
			'by'    => $by,
			'value' => $value,
			'after' => $after,
			'limit' => $limit,
		);
	}

	/**
	 * A delete need.
	 *
	 * @param string $id SCIM id.
	 */
	public static function delete( string $id ): array {
		return array(
			'need' => 'delete',
			'id'   => $id,
		);
	}
}
