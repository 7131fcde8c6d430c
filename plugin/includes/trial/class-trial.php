<?php
/**
 * A SCIM user, tried.
 *
 * @package Scimpress
 */

namespace Scimpress\Trial;

use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Roles\Assignment;
use Scimpress\Roles\Rule_Set;
use Scimpress\Store\Failure;
use Scimpress\Store\Rehearsal;
use Scimpress\Store\Sample;
use Scimpress\Store\Store;
use Scimpress\Store\User_Reader;
use Scimpress\Store\User_Store;

defined( 'ABSPATH' ) || exit;

/**
 * What this site would make of a user whom an identity provider creates: the engine's own exchange and the store's own look-ups,
 * stopped where something would be written.
 */
final class Trial {

	/** Most groups that a trial takes. */
	public const MAX_GROUPS = 50;

	/** Longest name or external id of a group, in characters. */
	private const LONGEST = 255;

	/**
	 * HTTP status of the answer that the client would get, and of a refusal its words.
	 *
	 * @var array{0: int, 1: string}
	 */
	public readonly array $answer;

	/**
	 * What the store would have done, null after a refusal.
	 *
	 * @var Rehearsal|null
	 */
	public readonly ?Rehearsal $account;

	/**
	 * Each mapped attribute with what it would write; a null value removes.
	 *
	 * @var list<array{path: string, target: string, value: string|list<string>|null}>
	 */
	public readonly array $mapped;

	/**
	 * Roles of the account, each with the places of the rules that give it.
	 *
	 * @var array<string,list<int>>
	 */
	public readonly array $roles;

	/**
	 * What the administrator would be told.
	 *
	 * @var list<string>
	 */
	public readonly array $notices;

	/**
	 * Tries a user.
	 *
	 * @param string                                    $document SCIM user, as bytes of a request body.
	 * @param list<string>                              $groups   Groups, each by its name or its external id; those that the site has bring theirs.
	 * @param list<array{path: string, target: string}> $mappings Mappings.
	 * @param Rule_Set                                  $rules    Role rules.
	 * @throws \Throwable When the database fails, or groups are nested too far.
	 */
	public function __construct( string $document, array $groups, array $mappings, Rule_Set $rules ) {
		$store   = new Store();
		$need    = array();
		$account = null;
		$request = array(
			'method'  => 'POST',
			'path'    => '/Users',
			'query'   => array(),
			'headers' => array( 'content-type' => 'application/scim+json' ),
			'body'    => $document,
		);
		$config  = array(
			'mappings' => $mappings,
			'roles'    => array(),
			'journal'  => false,
		) + Configuration::of_site();
		$answer  = Engine::answer(
			$request,
			$config,
			static function ( array $asked ) use ( $store, &$need, &$account ): array {
				if ( Store::reads( $asked ) ) {
					return $store->perform( $asked );
				}
				try {
					$account = new Rehearsal( $asked );
				} catch ( Failure $failure ) {
					return $failure->answer();
				}
				$need = $asked;
				return array( 'record' => User_Store::imagined( $asked ) );
			}
		);

		$refused       = $answer->status >= 400;
		$detail        = $refused ? json_decode( $answer->body, true )['detail'] ?? '' : '';
		$this->answer  = array( $answer->status, (string) $detail );
		$this->account = $refused ? null : $account;
		$this->notices = array_column( $answer->notices, 'detail' );
		$this->mapped  = $this->account ? self::mapped( $need['mapped'], $this->account ) : array();
		$this->roles   = $this->account && $this->account->active ? self::roles( $this->account, $rules, self::matching( $need, $groups, $config, $rules ) ) : array();
	}

	/**
	 * Mapped attributes as WordPress would hold them. What an account keeps, since nothing is said of it, is left out.
	 *
	 * @param list<array{path: string, target: string}> $asked   `mapped` of the need.
	 * @param Rehearsal                                 $account What the store would have done.
	 * @return list<array{path: string, target: string, value: string|list<string>|null}>
	 */
	private static function mapped( array $asked, Rehearsal $account ): array {
		$mapped = array();
		foreach ( $asked as $entry ) {
			if ( array_key_exists( $entry['target'], $account->mapped ) ) {
				$mapped[] = array(
					'path'   => $entry['path'],
					'target' => $entry['target'],
					'value'  => $account->fields[ $entry['target'] ] ?? $account->mapped[ $entry['target'] ],
				);
			}
		}
		return $mapped;
	}

	/**
	 * Roles of an account after the rules.
	 *
	 * @param Rehearsal $account  What the store would have done.
	 * @param Rule_Set  $rules    The rules.
	 * @param list<int> $matching Places of the rules that fit.
	 * @return array<string,list<int>>
	 */
	private static function roles( Rehearsal $account, Rule_Set $rules, array $matching ): array {
		$given = array_map( static fn( int $place ): string => $rules->rules[ $place ]['role'], $matching );
		$roles = $account->roles;
		if ( ! $rules->is_empty() ) {
			$user        = new \WP_User();
			$user->roles = $roles;
			$roles       = Assignment::target( $user, $given, $rules, $account->fresh ) ?? $roles;
		}
		$why = array();
		foreach ( $roles as $role ) {
			$why[ $role ] = array_values( array_intersect_key( $matching, array_intersect( $given, array( $role ) ) ) );
		}
		return $why;
	}

	/**
	 * Which rules fit the user, in its groups.
	 *
	 * @param array        $need   Its create need.
	 * @param list<string> $groups Names and external ids.
	 * @param array        $config Of the exchange.
	 * @param Rule_Set     $rules  The rules.
	 * @return list<int> Places.
	 */
	private static function matching( array $need, array $groups, array $config, Rule_Set $rules ): array {
		if ( $rules->is_empty() ) {
			return array();
		}
		// The engine passes roles on as they are: by its place each rule answers for itself.
		$numbered = array();
		foreach ( $rules->for_engine() as $place => $rule ) {
			$numbered[] = array( 'role' => (string) $place ) + $rule;
		}
		$store   = new Store();
		$record  = array(
			'position' => 1,
			'observed' => User_Reader::observe( $need['wordpress'] ),
		) + User_Store::imagined( $need );
		$granted = array();
		Engine::settle(
			array( $record['position'] ),
			array( 'roles' => $numbered ) + $config,
			static function ( array $asked ) use ( $store, $record, $groups, &$granted ): array {
				switch ( $asked['need'] ) {
					case 'fetch':
						return array( 'records' => array( $record ) );
					case 'memberships':
						$answer = $store->perform( $asked );
						if ( in_array( $record['id'], $asked['members'], true ) ) {
							array_push( $answer['memberships'], ...self::memberships( $record['id'], $groups ) );
						}
						return $answer;
					default:
						$granted = $asked['users'][0]['roles'] ?? array();
						return array( 'settled' => true );
				}
			}
		);
		return array_map( 'intval', $granted );
	}

	/**
	 * Memberships of the user in groups of the site, and in such as it does not have yet.
	 *
	 * @param string       $id     SCIM id of the user.
	 * @param list<string> $groups Names and external ids.
	 * @return list<array{member: string, group: string, display: string, externalId: string|null}>
	 */
	private static function memberships( string $id, array $groups ): array {
		$memberships = array();
		foreach ( array_slice( $groups, 0, self::MAX_GROUPS ) as $number => $text ) {
			$text          = mb_substr( $text, 0, self::LONGEST );
			$found         = Sample::group( Engine::fold( $text ), $text );
			$memberships[] = array(
				'member'     => $id,
				'group'      => $found->id ?? "$id-$number",
				'display'    => $found->display ?? $text,
				'externalId' => $found ? $found->external_id : $text,
			);
		}
		return $memberships;
	}
}
