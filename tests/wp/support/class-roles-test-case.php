<?php
/**
 * What tests of roles share.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Answer;
use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Pass;
use Scimpress\Settlement\Queue;
use Scimpress\Store\Store;

/**
 * Whole requests, from the bytes to what follows the answer, without a server.
 */
abstract class Roles_Test_Case extends Test_Case {

	/**
	 * Saves rules, each a role, a kind and a value.
	 */
	protected static function rules( array $rules, string $scenario = Rule_Set::MAPPED ): void {
		self::set( $rules, $scenario )->save();
	}

	protected static function set( array $rules, string $scenario = Rule_Set::MAPPED ): Rule_Set {
		return new Rule_Set(
			array(
				'scenario' => $scenario,
				'rules'    => array_map( static fn( array $rule ): array => array_combine( array( 'role', 'kind', 'value' ), $rule ), $rules ),
			)
		);
	}

	/**
	 * Sends a request and does what follows it.
	 */
	protected function send( string $method, string $path, array $body = array() ): Answer {
		// Each request has a process of its own.
		Queue::forget();
		wp_cache_flush();
		$answer = Engine::answer(
			array(
				'method'  => $method,
				'path'    => $path,
				'query'   => array(),
				'headers' => array( 'content-type' => 'application/scim+json' ),
				'body'    => $body ? wp_json_encode( $body ) : '',
			),
			Configuration::of_site(),
			array( new Store(), 'perform' )
		);
		Pass::after_request();
		return $answer;
	}

	/**
	 * Sends a request that must succeed.
	 */
	protected function sent( string $method, string $path, array $body = array() ): array {
		$answer = $this->send( $method, $path, $body );
		$this->assertLessThan( 300, $answer->status, $answer->body );
		return (array) json_decode( $answer->body, true );
	}

	/**
	 * Provisions a person.
	 *
	 * @return array{0: string, 1: int} SCIM id and user ID.
	 */
	protected function post( array $attributes = array() ): array {
		$name = 'person-' . bin2hex( random_bytes( 6 ) ) . '@corp.example.com';
		$id   = $this->sent( 'POST', '/Users', $attributes + array( 'userName' => $name, 'emails' => array( array( 'type' => 'work', 'value' => $name ) ) ) )['id'];
		return array( $id, (int) self::row( $id )->user_id );
	}

	/**
	 * Makes a group.
	 *
	 * @return string SCIM id.
	 */
	protected function post_group( string $name, array $members = array(), ?string $external_id = null ): string {
		return $this->sent( 'POST', '/Groups', array( 'displayName' => $name, 'externalId' => $external_id, 'members' => self::members( $members ) ) )['id'];
	}

	protected function patch( string $path, array ...$operations ): array {
		return $this->sent( 'PATCH', $path, array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations ) );
	}

	protected function join( string $group, string ...$members ): void {
		$this->patch( "/Groups/$group", array( 'op' => 'add', 'path' => 'members', 'value' => self::members( $members ) ) );
	}

	protected function leave( string $group, string $member ): void {
		$this->patch( "/Groups/$group", array( 'op' => 'remove', 'path' => "members[value eq \"$member\"]" ) );
	}

	protected static function members( array $ids ): array {
		return array_map( static fn( string $id ): array => array( 'value' => $id ), $ids );
	}

	/**
	 * Roles of an account, past every cache.
	 */
	protected static function roles( int $user_id ): array {
		wp_cache_flush();
		return array_values( get_userdata( $user_id )->roles );
	}

	/**
	 * Gives an account roles by hand.
	 */
	protected static function give( int $user_id, string ...$roles ): void {
		$user = get_userdata( $user_id );
		$user->set_role( '' );
		foreach ( $roles as $role ) {
			$user->add_role( $role );
		}
	}

	/**
	 * SQL of the queries of some work.
	 *
	 * @return list<string>
	 */
	protected static function sql( callable $work ): array {
		$queries = array();
		$log     = static function ( $query ) use ( &$queries ) {
			$queries[] = $query;
			return $query;
		};
		add_filter( 'query', $log );
		$work();
		remove_filter( 'query', $log );
		return $queries;
	}
}
