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
	public const ID   = '5f2d8a54-6c1c-4f3e-9d0b-3b1f0a9c7e11';

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
			'base'  => self::BASE,
			'now'   => 1763793784123,
			'newId' => self::ID,
		);
	}

	/**
	 * A record of the store.
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
	 * Drives an exchange to its end with a store that holds one user and takes every change.
	 *
	 * @param array<string, mixed> $parts Parts of the request.
	 * @param list<array>|null     $needs Collects what was needed.
	 */
	public static function answer( array $parts, ?array &$needs = null ): Exchange {
		$exchange = new Exchange( self::request( $parts ), self::config() );
		$needs    = array();
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
		$record = self::record();
		switch ( $need['need'] ) {
			case 'select':
				// It never holds a second user with the same externalId, nor a second page.
				$known = null === $need['by'] || self::ID === $need['value'] || 'mira@corp.example' === $need['value'];
				return array( 'records' => $known && 0 === $need['after'] ? array( $record ) : array() );
			case 'page':
				return array(
					'total'   => 1,
					'records' => 0 === $need['offset'] && $need['limit'] > 0 ? array( $record ) : array(),
				);
			case 'create':
			case 'update':
				$record['id']       = $need['id'];
				$record['document'] = $need['document'];
				return array( 'record' => $record );
			default:
				return array( 'deleted' => true );
		}
	}
}
