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
				'resource'   => 'User',
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
				'resource'  => 'User',
				'version'   => $version,
				'wordpress' => array(),
			),
			$changes
		);
	}

	/**
	 * A select need.
	 *
	 * @param array|null $where Condition.
	 * @param int         $after Position.
	 * @param int         $limit Most records.
	 */
	public static function select( ?array $where, int $after = 0, int $limit = 10 ): array {
		return array(
			'need'     => 'select',
			'resource' => 'User',
			'where'    => $where,
			'after'    => $after,
			'before'   => null,
			'limit'    => $limit,
		);
	}

	/**
	 * A select need for what equals a value.
	 *
	 * @param string|null $column Column; null for everybody.
	 * @param string|null $value  Value.
	 * @param int         $after  Position.
	 * @param int         $limit  Most records.
	 */
	public static function by( ?string $column, ?string $value, int $after = 0, int $limit = 10 ): array {
		return self::select( null === $column ? null : array( 'eq', $column, $value ), $after, $limit );
	}

	/**
	 * A page need; by default of everybody, by position.
	 *
	 * @param int                        $offset Records before the page.
	 * @param int                        $limit  Most records.
	 * @param array|null                 $where  Condition.
	 * @param array{string, string}|null $order  Column and direction.
	 */
	public static function page( int $offset, int $limit, ?array $where = null, ?array $order = null ): array {
		return array(
			'need'     => 'page',
			'resource' => 'User',
			'where'    => $where,
			'order'    => $order,
			'offset'   => $offset,
			'limit'    => $limit,
		);
	}

	/**
	 * A fetch need.
	 *
	 * @param list<int> $positions Positions.
	 */
	public static function fetch( array $positions ): array {
		return array(
			'need'      => 'fetch',
			'resource'  => 'User',
			'positions' => $positions,
		);
	}

	/**
	 * A delete need.
	 *
	 * @param string   $id      SCIM id.
	 * @param int|null $version Version that must still be there.
	 */
	public static function delete( string $id, ?int $version = null ): array {
		return array(
			'need'     => 'delete',
			'resource' => 'User',
			'id'       => $id,
			'version'  => $version,
		);
	}

	/**
	 * A need about groups instead of users.
	 *
	 * @param array $need The need.
	 */
	public static function of_group( array $need ): array {
		return array( 'resource' => 'Group' ) + $need;
	}

	/**
	 * A create need for a group whose name no other has.
	 *
	 * @param list<string> $members SCIM ids.
	 * @param array        $changes Attributes that differ.
	 */
	public static function create_group( array $members = array(), array $changes = array() ): array {
		$name = 'Group ' . bin2hex( random_bytes( 6 ) );
		return array(
			'need'       => 'create',
			'resource'   => 'Group',
			'id'         => wp_generate_uuid4(),
			'now'        => self::NOW,
			'attributes' => $changes + array(
				'displayName' => strtolower( $name ),
				'display'     => $name,
				'externalId'  => null,
				'document'    => wp_json_encode( array( 'displayName' => $name ) ),
			),
			'clear'      => false,
			'add'        => $members,
			'remove'     => array(),
		);
	}

	/**
	 * An update need for a group, a second later; by default of no version and of nothing.
	 *
	 * @param string $id      SCIM id.
	 * @param array  $changes Members of the need that differ.
	 */
	public static function update_group( string $id, array $changes ): array {
		return $changes + array(
			'need'       => 'update',
			'resource'   => 'Group',
			'id'         => $id,
			'version'    => null,
			'now'        => self::NOW + 1000,
			'attributes' => null,
			'clear'      => false,
			'add'        => array(),
			'remove'     => array(),
		);
	}

	/**
	 * A members need.
	 *
	 * @param string            $group SCIM id of the group.
	 * @param int               $after Number of the last membership seen.
	 * @param int               $limit Most members.
	 * @param list<string>|null $only  Only those of these SCIM ids.
	 */
	public static function members( string $group, int $after = 0, int $limit = 1000, ?array $only = null ): array {
		return array(
			'need'  => 'members',
			'group' => $group,
			'after' => $after,
			'limit' => $limit,
			'only'  => $only,
		);
	}

	/**
	 * A memberships need.
	 *
	 * @param list<string> $members SCIM ids.
	 */
	public static function memberships( array $members ): array {
		return array(
			'need'    => 'memberships',
			'members' => $members,
		);
	}
}
