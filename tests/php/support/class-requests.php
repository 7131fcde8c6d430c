<?php
/**
 * Requests, records and a store in memory.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests\Extension;

use Scimpress\Exchange;

/**
 * What a plugin would hand to the extension.
 */
final class Requests {

	public const BASE = 'https://site.example/wp-json/wpo365/v1';
	/** A user, also what is created. */
	public const ID = '5f2d8a54-6c1c-4f3e-9d0b-3b1f0a9c7e11';
	/** A group, whose only member is the user. */
	public const GROUP = '9a0c5e77-2b6d-4c1a-8f3e-6d1b7c2a4e05';

	/**
	 * Parts of a request; those given replace the usual ones.
	 *
	 * @param array<string, mixed> $parts By the names of the constructor's array.
	 */
	public static function request( array $parts = array() ): array {
		return $parts + array(
			'method'  => 'GET',
			'path'    => '/Users',
			'query'   => array(),
			'headers' => array( 'content-type' => 'application/scim+json' ),
			'body'    => '',
		);
	}

	/**
	 * What the engine cannot know by itself.
	 *
	 * @param array<string, mixed> $parts By the names of the constructor's array.
	 */
	public static function config( array $parts = array() ): array {
		return $parts + array(
			'base'             => self::BASE,
			'now'              => 1763793784123,
			'newId'            => self::ID,
			'membersAdditive'  => false,
			'passwordsIgnored' => false,
		);
	}

	/**
	 * The record of a user.
	 *
	 * @param array<string, mixed> $parts By the names of the record's array.
	 */
	public static function record( array $parts = array() ): array {
		$account = array(
			'user_email'   => 'mira@corp.example',
			'first_name'   => 'Mira',
			'last_name'    => "O'Halvorsen \\ Straße",
			'display_name' => 'Mira Halvorsen',
		);
		return $parts + array(
			'position'  => 7,
			'id'        => self::ID,
			'userId'    => 12,
			'version'   => 3,
			'created'   => 1763790000000,
			'modified'  => 1763793784123,
			'document'  => '{"userName":"mira@corp.example","externalId":"E1","active":true,"name":{"givenName":"Mira"},"emails":[{"value":"mira@corp.example","type":"work"}]}',
			'observed'  => json_encode( $account ),
			'wordpress' => $account + array( 'active' => true ),
		);
	}

	/**
	 * The record of a group.
	 *
	 * @param array<string, mixed> $parts By the names of the record's array.
	 */
	public static function group( array $parts = array() ): array {
		return $parts + array(
			'position' => 4,
			'id'       => self::GROUP,
			'version'  => 5,
			'created'  => 1763790000000,
			'modified' => 1763793784123,
			'document' => '{"displayName":"Staff","externalId":"G1"}',
		);
	}

	/**
	 * Drives an exchange to its end with a store that holds one user in one group and takes every change.
	 *
	 * @param array<string, mixed> $parts  Parts of the request.
	 * @param list<array>|null     $needs  Collects what was needed.
	 * @param array<string, mixed> $config What is unusual of the configuration.
	 */
	public static function answer( array $parts, ?array &$needs = null, array $config = array() ): Exchange {
		return self::finish( new Exchange( self::request( $parts ), self::config( $config ) ), $needs );
	}

	/**
	 * Drives an exchange that is under way to its end.
	 *
	 * @param Exchange         $exchange The exchange.
	 * @param list<array>|null $needs    Collects what was needed.
	 */
	public static function finish( Exchange $exchange, ?array &$needs = null ): Exchange {
		$needs = array();
		for ( $need = $exchange->next(); null !== $need; $need = $exchange->next() ) {
			$needs[] = $need;
			$exchange->resume( self::perform( $need ) );
		}
		return $exchange;
	}

	/**
	 * The store.
	 *
	 * @param array<string, mixed> $need What the engine needs.
	 */
	public static function perform( array $need ): array {
		$is_group = 'Group' === ( $need['resource'] ?? '' );
		$record   = $is_group ? self::group() : self::record();
		switch ( $need['need'] ) {
			case 'select':
				// It never holds a second record with the same externalId, nor a second page.
				$known = null === $need['where'] || in_array( $need['where'][2] ?? self::ID, $is_group ? array( self::GROUP, self::ID, 'staff' ) : array( self::ID, 'mira@corp.example' ), true );
				$known = $known && $record['position'] > $need['after'] && $record['position'] < ( $need['before'] ?? PHP_INT_MAX );
				return array( 'records' => $known ? array( $record ) : array() );
			case 'page':
				return array(
					'total'   => 1,
					'records' => 0 === $need['offset'] && $need['limit'] > 0 ? array( $record ) : array(),
				);
			case 'fetch':
				return array( 'records' => in_array( $record['position'], $need['positions'], true ) ? array( $record ) : array() );
			case 'create':
			case 'update':
				$record['id']       = $need['id'];
				$record['document'] = $is_group ? $need['attributes']['document'] ?? $record['document'] : $need['document'];
				return array( 'record' => $record );
			case 'members':
				return array( 'members' => 0 === $need['after'] && in_array( self::ID, $need['only'] ?? array( self::ID ), true ) ? array( self::member() ) : array() );
			case 'memberships':
				return array( 'memberships' => in_array( self::ID, $need['members'], true ) ? array( self::membership() ) : array() );
			default:
				return array( 'deleted' => true );
		}
	}

	/**
	 * A bulk request: a group whose member is created behind it, and a change of a user whom nobody knows.
	 */
	public static function bulk(): array {
		return array(
			'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ),
			'Operations' => array(
				array(
					'method' => 'POST',
					'path'   => '/Groups',
					'bulkId' => 'g',
					'data'   => array(
						'displayName' => 'Crew',
						'members'     => array( array( 'value' => 'bulkId:u' ) ),
					),
				),
				array(
					'method' => 'POST',
					'path'   => '/Users',
					'bulkId' => 'u',
					'data'   => array( 'userName' => 'noa@corp.example' ),
				),
				array(
					'method' => 'PATCH',
					'path'   => '/Users/nobody',
					'data'   => array(
						'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
						'Operations' => array( array( 'op' => 'replace', 'path' => 'active', 'value' => false ) ),
					),
				),
			),
		);
	}

	/**
	 * The user as a member of the group.
	 */
	public static function member(): array {
		return array(
			'position' => 1,
			'id'       => self::ID,
			'isGroup'  => false,
			'display'  => 'Mira Halvorsen',
		);
	}

	/**
	 * The same as seen from the user.
	 */
	public static function membership(): array {
		return array(
			'member'  => self::ID,
			'group'   => self::GROUP,
			'display' => 'Staff',
		);
	}
}
