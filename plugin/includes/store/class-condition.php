<?php
/**
 * Conditions of the engine as SQL.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Account_State;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB -- table and column names are ours, values are prepared.

/**
 * Turns the `where` and the `order` of a need into prepared SQL about a row `s` of one table.
 *
 * A condition is an array: what it is, then its parts.
 *
 *     array( 'and', condition, … )    array( 'or', condition, … )    array( 'not', condition )
 *     array( 'present', column )      array( relation, column, value )
 *
 * Each is true or false of every row, never NULL, so that NOT is the contrary. Texts compare byte by byte, which no
 * collation does: MySQL's ignore blanks at the end (PAD SPACE), SQLite's integration the case of ASCII. HEX() is the same
 * on all of them, has the order of the bytes and no wildcards. An equality of the column itself stands before it where an
 * index can answer that.
 */
final class Condition {

	/** What a column compares by. */
	private const TEXT   = 'text';
	private const NUMBER = 'number';
	private const EMAIL  = 'email';
	private const ACTIVE = 'active';
	private const GROUPS = 'groups';
	private const MEMBER = 'member';

	/** Column of the contract => column of the table, and what it compares by. */
	public const USER  = array(
		'position'   => array( 'position', self::NUMBER ),
		'id'         => array( 'id', self::TEXT ),
		'userName'   => array( 'user_name', self::TEXT ),
		'externalId' => array( 'external_id', self::TEXT ),
		'objectId'   => array( 'object_id', self::TEXT ),
		'created'    => array( 'created', self::NUMBER ),
		'modified'   => array( 'modified', self::NUMBER ),
		'email'      => array( 'email', self::EMAIL ),
		'active'     => array( 'document', self::ACTIVE ),
		'groups'     => array( 'position', self::GROUPS ),
	);
	public const GROUP = array(
		'position'    => array( 'position', self::NUMBER ),
		'id'          => array( 'id', self::TEXT ),
		'displayName' => array( 'display_name', self::TEXT ),
		'externalId'  => array( 'external_id', self::TEXT ),
		'created'     => array( 'created', self::NUMBER ),
		'modified'    => array( 'modified', self::NUMBER ),
		'member'      => array( 'position', self::MEMBER ),
	);

	/** Columns of the contract that have a unique key. */
	private const UNIQUE = array( 'position', 'id', 'userName', 'objectId' );

	/** What a look-up goes through: an index of the table itself, of another one, or one that may find any number. */
	private const OWN   = 0;
	private const OTHER = 1;
	private const MANY  = 2;

	/** Relation => operator of SQL. */
	private const OPERATORS = array(
		'eq' => '=',
		'gt' => '>',
		'ge' => '>=',
		'lt' => '<',
		'le' => '<=',
	);

	/**
	 * Conditions on rows of a table.
	 *
	 * @param string                              $table   Name of the table.
	 * @param array<string,array{string, string}> $columns USER or GROUP.
	 */
	public function __construct( private string $table, private array $columns ) {}

	/**
	 * SQL that is true of the rows that a condition is true of.
	 *
	 * @param array|null $condition The condition; null is true of all.
	 * @return string In parentheses.
	 * @throws \UnexpectedValueException When it is none of the contract.
	 */
	public function sql( ?array $condition ): string {
		$parts = array_slice( $condition ?? array( 'and' ), 1 );
		return '(' . match ( $condition[0] ?? 'and' ) {
			'and'   => $parts ? implode( ' AND ', array_map( $this->sql( ... ), $parts ) ) : '1 = 1',
			'or'    => $parts ? implode( ' OR ', array_map( $this->sql( ... ), $parts ) ) : '1 = 0',
			'not'   => 'NOT ' . $this->sql( $parts[0] ),
			default => $this->test( $condition[0], $parts[0] ?? '', $parts[1] ?? null ),
		} . ')';
	}

	/**
	 * The rows among which those of a condition are: few, where indexes find them. The optimizer alone reads the whole table
	 * where an OR concerns two indexes or two tables.
	 *
	 * @param array|null $condition The condition.
	 * @return string Behind FROM; the row is `s`.
	 */
	public function from( ?array $condition ): string {
		$look_ups = $this->look_ups( $condition );
		// One column of the row itself needs no detour.
		if ( ! $look_ups || array( self::OWN ) === array_values( $look_ups ) ) {
			return "$this->table s";
		}
		// UNION, not UNION ALL: what two of them find comes once.
		return '(' . implode( ' UNION ', array_keys( $look_ups ) ) . ") c JOIN $this->table s ON s.position = c.position";
	}

	/**
	 * Whether a condition is one equality of a text, which every database understands alike.
	 *
	 * @param array|null $condition The condition.
	 */
	public function is_plain( ?array $condition ): bool {
		return 'eq' === ( $condition[0] ?? '' ) && self::TEXT === $this->column( $condition[1] )[1];
	}

	/**
	 * Whether a condition is true of one row at most, because a unique key says so.
	 *
	 * @param array|null $condition The condition.
	 */
	public function is_of_one( ?array $condition ): bool {
		return match ( $condition[0] ?? '' ) {
			'eq'    => in_array( $condition[1], self::UNIQUE, true ),
			'and'   => array() !== array_filter( array_slice( $condition, 1 ), $this->is_of_one( ... ) ),
			default => false,
		};
	}

	/**
	 * Look-ups that together find every row that a condition is true of, each through an index.
	 *
	 * @param array|null $condition The condition.
	 * @return array<string,int>|null Queries of positions, none twice in one, and how much they may find: OWN, OTHER or MANY;
	 *                                null when only the whole table has them all.
	 */
	private function look_ups( ?array $condition ): ?array {
		$parts = array_slice( $condition ?? array(), 1 );
		switch ( $condition[0] ?? '' ) {
			case 'and':
				$found = array_values( array_filter( array_map( $this->look_ups( ... ), $parts ), 'is_array' ) );
				$cost  = static fn( array $look_ups ): array => array( $look_ups ? max( $look_ups ) : 0, count( $look_ups ) );
				usort( $found, static fn( array $one, array $other ): int => $cost( $one ) <=> $cost( $other ) );
				return $found[0] ?? null;
			case 'or':
				$found = array_map( $this->look_ups( ... ), $parts );
				return in_array( null, $found, true ) ? null : array_merge( ...$found );
			case 'eq':
				return $this->equals( $parts[0], $parts[1] );
			default:
				return null;
		}
	}

	/**
	 * SQL that sorts.
	 *
	 * @param array{string, string}|null $order Column and `ascending` or `descending`; null for the order of positions.
	 * @return string Behind ORDER BY.
	 * @throws \UnexpectedValueException When it is none of the contract.
	 */
	public function order( ?array $order ): string {
		if ( null === $order ) {
			return 's.position';
		}
		list( $name, $kind ) = $this->column( $order[0] );
		$direction           = match ( $order[1] ) {
			'ascending'  => 'ASC',
			'descending' => 'DESC',
			default      => throw self::unknown(),
		};
		return match ( $kind ) {
			self::NUMBER => "s.$name $direction, s.position",
			self::TEXT   => "s.$name IS NULL $direction, HEX(s.$name) $direction, s.position",
			default      => throw self::unknown(),
		};
	}

	/**
	 * SQL of one test.
	 *
	 * @param string               $relation `present` or a relation.
	 * @param string               $column   Column of the contract.
	 * @param string|int|bool|null $value    What it is compared with; null for `present`.
	 */
	private function test( string $relation, string $column, $value ): string {
		global $wpdb;
		list( $name, $kind ) = $this->column( $column );
		return match ( true ) {
			self::TEXT === $kind                          => "s.$name IS NOT NULL" . ( 'present' === $relation ? '' : ' AND ' . self::text( "s.$name", $relation, $value ) ),
			self::NUMBER === $kind && 'present' === $relation => '1 = 1',
			self::NUMBER === $kind                        => $wpdb->prepare( "s.$name " . ( self::OPERATORS[ $relation ] ?? throw self::unknown() ) . ' %d', $value ),
			self::ACTIVE === $kind && 'present' === $relation => self::assigned(),
			self::ACTIVE === $kind && 'eq' === $relation  => ( $value ? 'NOT ' : '' ) . self::deactivated() . ' AND ' . self::assigned(),
			self::GROUPS === $kind && 'present' === $relation => self::grouped(),
			self::MEMBER === $kind && 'eq' === $relation  => self::member( $value ),
			self::EMAIL === $kind && 'eq' === $relation   => $wpdb->prepare( "s.$name IS NOT NULL AND s.$name = %s OR EXISTS (SELECT 1 FROM {$wpdb->users} a WHERE a.ID = s.user_id AND a.user_email = %s)", $value, $value ),
			default                                       => throw self::unknown(),
		};
	}

	/**
	 * SQL that compares a column that is not NULL with a text.
	 *
	 * @param string $column   Column of the row.
	 * @param string $relation Relation.
	 * @param string $text     The text, not empty.
	 */
	private static function text( string $column, string $relation, string $text ): string {
		global $wpdb;
		// Only digits and letters: nothing to escape.
		$hex    = strtoupper( bin2hex( $text ) );
		$length = strlen( $hex );
		return match ( $relation ) {
			'eq'    => $wpdb->prepare( "$column = %s", $text ) . " AND HEX($column) = '$hex'",
			// Of hexadecimal digits a part may begin between two bytes. INSTR() knows no padding, and the case of letters.
			'co'    => $wpdb->prepare( "INSTR($column, %s) > 0", $text ),
			'sw'    => self::range( $column, $text ) . "SUBSTR(HEX($column), 1, $length) = '$hex'",
			'ew'    => "SUBSTR(HEX($column), -$length) = '$hex'",
			default => "HEX($column) " . ( self::OPERATORS[ $relation ] ?? throw self::unknown() ) . " '$hex'",
		};
	}

	/**
	 * The range of an index in which all texts with a beginning are, and others. No text of the store holds what sorts
	 * before a blank, so padding moves none out of it.
	 *
	 * @param string $column Column of the row.
	 * @param string $text   The beginning.
	 * @return string With AND behind it.
	 */
	private static function range( string $column, string $text ): string {
		global $wpdb;
		$range = $wpdb->prepare( "$column >= %s AND ", $text );
		$last  = mb_ord( mb_substr( $text, -1, null, 'UTF-8' ), 'UTF-8' );
		// Where SQLite ignores case the letter behind Z is none; behind U+D7FF and U+10FFFF there is no character.
		if ( in_array( $last, array( 0x5A, 0xD7FF, 0x10FFFF ), true ) ) {
			return $range;
		}
		return $range . $wpdb->prepare( "$column < %s AND ", mb_substr( $text, 0, -1, 'UTF-8' ) . mb_chr( $last + 1, 'UTF-8' ) );
	}

	/**
	 * Look-ups of one equality.
	 *
	 * @param string          $column Column of the contract.
	 * @param string|int|bool $value  What it equals.
	 * @return array<string,int>|null As look_ups().
	 */
	private function equals( string $column, $value ): ?array {
		global $wpdb;
		list( $name, $kind ) = $this->column( $column );
		$own                 = "SELECT position FROM $this->table WHERE $name = %s";
		return match ( true ) {
			self::TEXT === $kind               => array( $wpdb->prepare( $own, $value ) => self::OWN ),
			// WordPress owns the address: the row's column is what SCIM said, the account's may be newer.
			self::EMAIL === $kind              => array(
				$wpdb->prepare( $own, $value ) => self::OWN,
				$wpdb->prepare( "SELECT t.position FROM {$wpdb->users} a JOIN $this->table t ON t.user_id = a.ID WHERE a.user_email = %s", $value ) => self::OTHER,
			),
			self::MEMBER === $kind             => array_fill_keys(
				array_map(
					static fn( int $is_group, string $member ): string => 'SELECT m.group_position AS position FROM ' . Membership_Table::name() . " m FORCE INDEX (groups_of) WHERE m.is_group = $is_group AND m.member_position = $member",
					array( Membership_Table::USER, Membership_Table::GROUP ),
					self::members( $value )
				),
				self::OTHER
			),
			self::ACTIVE === $kind && ! $value => array(
				$wpdb->prepare( "SELECT DISTINCT t.position FROM {$wpdb->usermeta} d JOIN $this->table t ON t.user_id = d.user_id WHERE d.meta_key = %s", Account_State::meta_key() ) => self::MANY,
			),
			default                            => null,
		};
	}

	/**
	 * Whether the document has `active`: what a client took away is not assigned, whatever the account's state.
	 */
	private static function assigned(): string {
		return "JSON_EXTRACT(s.document, '$.active') IS NOT NULL";
	}

	/**
	 * Whether the account is shut.
	 */
	private static function deactivated(): string {
		global $wpdb;
		return $wpdb->prepare( "EXISTS (SELECT 1 FROM {$wpdb->usermeta} d WHERE d.user_id = s.user_id AND d.meta_key = %s)", Account_State::meta_key() );
	}

	/**
	 * Whether the user is a member of a group.
	 */
	private static function grouped(): string {
		return 'EXISTS (SELECT 1 FROM ' . Membership_Table::name() . ' m WHERE m.is_group = ' . Membership_Table::USER . ' AND m.member_position = s.position)';
	}

	/**
	 * Whether the group has a member.
	 *
	 * @param string $id SCIM id of the member.
	 */
	private static function member( string $id ): string {
		list( $user, $group ) = self::members( $id );
		$membership           = 'EXISTS (SELECT 1 FROM ' . Membership_Table::name() . ' m WHERE m.group_position = s.position AND m.is_group = ';
		return $membership . Membership_Table::USER . " AND m.member_position = $user) OR " . $membership . Membership_Table::GROUP . " AND m.member_position = $group)";
	}

	/**
	 * The positions of the user and of the group with a SCIM id, as subqueries. Whose account is gone is no member.
	 *
	 * @param string $id SCIM id.
	 * @return array{0: string, 1: string}
	 */
	private static function members( string $id ): array {
		global $wpdb;
		$is = self::text( 'i.id', 'eq', $id );
		return array(
			'(SELECT i.position FROM ' . User_Table::name() . " i JOIN {$wpdb->users} a ON a.ID = i.user_id WHERE $is AND i.deleted IS NULL)",
			'(SELECT i.position FROM ' . Group_Table::name() . " i WHERE $is)",
		);
	}

	/**
	 * A column of the contract.
	 *
	 * @param string $column Its name.
	 * @return array{string, string} Column of the table, and what it compares by.
	 */
	private function column( string $column ): array {
		return $this->columns[ $column ] ?? throw self::unknown();
	}

	/**
	 * What the contract does not have.
	 */
	private static function unknown(): \UnexpectedValueException {
		return new \UnexpectedValueException( 'the engine selects by something that the store does not know' );
	}
}
