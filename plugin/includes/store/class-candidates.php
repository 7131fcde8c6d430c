<?php
/**
 * Who a new user may already be.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Engine;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Finds the WordPress account of a person whom SCIM creates: the one, or none.
 *
 * An object id names one person for ever, so it decides alone. User principal name, login name and e-mail address are given to
 * others when somebody leaves: they decide together, and only when every one of them that fits fits the same account. What the
 * database's collation takes for equal is compared again as SCIM compares.
 *
 * Accounts that SCIM manages already are nobody's candidates. That somebody renamed still has his first login name must not
 * keep it from his successor, see Login.
 */
final class Candidates {

	/**
	 * Whether the last look met nobody with the preferred login name, so that Login need not look again.
	 *
	 * @var bool
	 */
	public bool $login_is_free = false;

	/**
	 * The account of a new user.
	 *
	 * @param array $need    A create need.
	 * @param bool  $indexed As Foreign_Meta::is_indexed() says.
	 * @return int|null User ID; null when nobody fits.
	 * @throws Failure `ambiguous`, `another_person` or `object_id_exists`.
	 */
	public function find( array $need, bool $indexed ): ?int {
		$accounts            = self::compared( $need, $indexed );
		$this->login_is_free = ! $accounts && in_array( Settings::MATCH_LOGIN, Settings::matches(), true );

		$by_id = array_filter( $accounts, static fn( array $account ): bool => in_array( Settings::MATCH_OBJECT_ID, $account['fits'], true ) );
		if ( array_filter( array_column( $by_id, 'managed' ) ) ) {
			throw new Failure( 'object_id_exists', 'another provisioned user has this object id' );
		}
		if ( ! $by_id ) {
			$accounts = array_filter( $accounts, static fn( array $account ): bool => $account['fits'] && ! $account['managed'] );
			foreach ( $accounts as $account ) {
				if ( $account['another'] ) {
					throw new Failure( 'another_person', self::named( array( $account ) ) );
				}
			}
			$by_id = $accounts;
		}
		if ( count( $by_id ) > 1 ) {
			throw new Failure( 'ambiguous', self::named( $by_id ) );
		}
		return array_key_first( $by_id );
	}

	/**
	 * What the accounts that the database finds fit by, as SCIM compares.
	 *
	 * @param array $need    A create need.
	 * @param bool  $indexed As Foreign_Meta::is_indexed() says.
	 * @return array<int,array{fits: list<string>, managed: bool, another: bool}> By user ID. `another`: has the object id of somebody else.
	 */
	private static function compared( array $need, bool $indexed ): array {
		$wanted   = array_filter(
			array(
				Settings::MATCH_OBJECT_ID => (string) $need['objectId'],
				Settings::MATCH_UPN       => (string) $need['userName'],
				Settings::MATCH_LOGIN     => Engine::fold( $need['login']['preferred'] ),
				Settings::MATCH_EMAIL     => Engine::fold( (string) ( $need['wordpress']['user_email'] ?? '' ) ),
			),
			'strlen'
		);
		$wanted   = array_intersect_key( $wanted, array_flip( Settings::matches() ) );
		$rows     = $wanted ? self::rows( $need, $wanted, $indexed ) : array();
		$meta     = $rows ? Foreign_Meta::of( array_map( 'intval', array_column( $rows, 'ID' ) ) ) : array();
		$accounts = array();
		foreach ( $rows as $row ) {
			$object_id                  = Engine::fold( $meta[ (int) $row->ID ][ Foreign_Meta::OBJECT_ID ] ?? '' );
			$held                       = array(
				Settings::MATCH_OBJECT_ID => $object_id,
				Settings::MATCH_UPN       => Engine::fold( $meta[ (int) $row->ID ][ Foreign_Meta::UPN ] ?? '' ),
				Settings::MATCH_LOGIN     => Engine::fold( $row->user_login ),
				Settings::MATCH_EMAIL     => Engine::fold( $row->user_email ),
			);
			$accounts[ (int) $row->ID ] = array(
				'fits'    => array_keys( array_intersect_assoc( $wanted, $held ) ),
				'managed' => null !== $row->position,
				'another' => null !== $need['objectId'] && '' !== $object_id && $object_id !== $need['objectId'],
			);
		}
		return $accounts;
	}

	/**
	 * Accounts that may fit, in one query; and whom of them SCIM manages.
	 *
	 * @param array                $need    A create need.
	 * @param array<string,string> $wanted  Folded values by kind of match.
	 * @param bool                 $indexed As Foreign_Meta::is_indexed() says.
	 * @return list<object{ID: string, user_login: string, user_email: string, position: int|null}>
	 */
	private static function rows( array $need, array $wanted, bool $indexed ): array {
		global $wpdb;
		$columns = array(
			Settings::MATCH_LOGIN => array( 'user_login', $need['login']['preferred'] ),
			Settings::MATCH_EMAIL => array( 'user_email', (string) ( $need['wordpress']['user_email'] ?? '' ) ),
		);
		$parts   = array();
		foreach ( array_intersect_key( $columns, $wanted ) as list( $column, $sent ) ) {
			// phpcs:ignore WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- the column's name is ours.
			$parts[] = $wpdb->prepare( "SELECT ID, user_login, user_email FROM {$wpdb->users} WHERE $column = %s", $sent );
		}
		$meta   = array(
			Settings::MATCH_OBJECT_ID => Foreign_Meta::OBJECT_ID,
			Settings::MATCH_UPN       => Foreign_Meta::UPN,
		);
		$values = array();
		foreach ( array_intersect_key( $meta, $wanted ) as $match => $key ) {
			$values[ $key ] = $wanted[ $match ];
		}
		if ( $values ) {
			$parts[] = Foreign_Meta::query( $values, $indexed );
		}
		if ( ! $parts ) {
			return array();
		}
		$rows    = Query::plain_rows( implode( ' UNION ', $parts ) );
		$managed = User_Table::positions( array_map( 'intval', array_column( $rows, 'ID' ) ) );
		foreach ( $rows as $row ) {
			$row->position = $managed[ (int) $row->ID ] ?? null;
		}
		return $rows;
	}

	/**
	 * By what accounts fit, in words for the administrator of the identity provider. Whose they are is not his to know.
	 *
	 * @param array<array{fits: list<string>}> $accounts Accounts.
	 */
	private static function named( array $accounts ): string {
		$words = array(
			Settings::MATCH_OBJECT_ID => 'object id',
			Settings::MATCH_UPN       => 'user principal name',
			Settings::MATCH_LOGIN     => 'login name',
			Settings::MATCH_EMAIL     => 'e-mail address',
		);
		return implode( ' and ', array_intersect_key( $words, array_flip( array_merge( ...array_column( $accounts, 'fits' ) ) ) ) );
	}
}
