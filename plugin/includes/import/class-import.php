<?php
/**
 * Moves a site from WPO365.
 *
 * @package Scimpress
 */

namespace Scimpress\Import;

use Scimpress\Attributes\Wpo365_Mappings;
use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Roles\Wpo365_Rules;
use Scimpress\Settings;
use Scimpress\Store\Protection;
use Scimpress\Store\User_Store;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Takes settings, token and links over, in batches that may be interrupted and repeated: an account that is linked already is
 * passed over. A dry run does the same and writes nothing.
 *
 * An account keeps its WordPress user ID as SCIM id, for that is what the identity provider knows it by.
 */
final class Import {

	/** Accounts of one batch. */
	public const BATCH = 200;

	/** Problems kept for the report; all of them are counted. */
	public const PROBLEMS = 200;

	/** Option: how far the last run came. */
	public const OPTION = 'scimpress_import';

	/** A run that has not begun. */
	public const BEGINNING = array(
		'dry'         => true,
		'after'       => 0,
		'total'       => 0,
		'done'        => false,
		'seen'        => 0,
		'linked'      => 0,
		'deactivated' => 0,
		'already'     => 0,
		'refused'     => 0,
		'problems'    => array(),
		'shared'      => array(),
	);

	/**
	 * A run that has not begun.
	 *
	 * @param bool $dry Whether nothing is to be written.
	 * @return array{dry: bool, after: int, total: int, done: bool, seen: int, linked: int, deactivated: int, already: int, refused: int, problems: list<array{user: int, problem: string}>, shared: array}
	 */
	public static function begin( bool $dry ): array {
		return array_merge(
			self::BEGINNING,
			array(
				'dry'    => $dry,
				'total'  => Wpo365::count(),
				'shared' => Wpo365::shared(),
			)
		);
	}

	/**
	 * Does the next batch of a run.
	 *
	 * @param array $run What begin() or the last batch returned.
	 * @return array The run after it.
	 */
	public static function batch( array $run ): array {
		$accounts = Wpo365::accounts( $run['after'], self::BATCH, $run['shared'] );
		cache_users( array_column( $accounts, 'id' ) );
		$outcomes = self::outcomes( $accounts, $run['dry'] );
		foreach ( $accounts as $account ) {
			$run['after'] = $account['id'];
			++$run['seen'];
			if ( $account['linked'] ) {
				++$run['already'];
				continue;
			}
			list( $problem, $left ) = $outcomes[ $account['id'] ];
			if ( null === $problem ) {
				++$run['linked'];
				$run['deactivated'] += $account['user']['active'] ? 0 : 1;
			} else {
				++$run['refused'];
			}
			foreach ( array_filter( array( $problem, ...$left ) ) as $words ) {
				if ( count( $run['problems'] ) < self::PROBLEMS ) {
					$run['problems'][] = array(
						'user'    => $account['id'],
						'problem' => $words,
					);
				}
			}
		}
		$run['done'] = count( $accounts ) < self::BATCH;
		return $run;
	}

	/**
	 * Links the accounts of a batch: all in one transaction, or one by one those that another account, a plugin or the database
	 * has something against.
	 *
	 * @param list<array> $accounts Of Wpo365::accounts().
	 * @param bool        $dry      Whether nothing is to be written.
	 * @return array<int,array{0: string|null, 1: list<string>}> User ID => why it is not linked, and what of it is left out; of accounts that are not linked already.
	 */
	private static function outcomes( array $accounts, bool $dry ): array {
		$outcomes = array();
		$arrivals = array();
		foreach ( $accounts as $account ) {
			$id = $account['id'];
			if ( $account['linked'] ) {
				continue;
			}
			if ( $account['shared'] ) {
				$outcomes[ $id ] = array( 'another account has the same ' . implode( ' and the same ', $account['shared'] ), array() );
			} elseif ( Protection::is_protected( $id ) ) {
				$outcomes[ $id ] = array( 'the account may manage the site or is protected', array() );
			} else {
				$need            = null;
				$outcomes[ $id ] = self::ask(
					$account,
					static function ( array $asked ) use ( &$need ): array {
						$need = $asked;
						return array( 'record' => User_Store::imagined( $asked ) );
					}
				);
				if ( null !== $need ) {
					$arrivals[ $id ] = array(
						'account' => $account,
						'need'    => $need,
						'strings' => $account['strings'],
					);
				}
			}
		}
		$single = ( new User_Store() )->import_many( $arrivals, $dry );
		foreach ( $single as $id ) {
			$store           = new User_Store();
			$outcomes[ $id ] = self::ask( $arrivals[ $id ]['account'], static fn( array $need ): array => $store->import( $need, $id, $dry ) );
		}
		return $outcomes;
	}

	/**
	 * What taking the settings over changes.
	 *
	 * @return list<array{name: string, from: string, to: string, changes: bool}> Never the token itself.
	 */
	public static function plan(): array {
		$plan = array();
		$now  = Settings::all();
		foreach ( self::settings() as $name => $value ) {
			$plan[] = array(
				'name'    => $name,
				'from'    => (string) wp_json_encode( $now[ $name ] ),
				'to'      => (string) wp_json_encode( $value ),
				'changes' => $now[ $name ] !== $value,
			);
		}
		$token = Wpo365::token();
		if ( null !== $token ) {
			$digest = Engine::digest( $token );
			$known  = null !== $digest && in_array( $digest, Tokens::digests(), true );
			$plan[] = array(
				'name'    => 'token',
				'from'    => $known ? 'the same' : ( Tokens::digests() ? 'another' : 'none' ),
				'to'      => match ( true ) {
					null === $digest        => 'cannot be taken over: a token has 16 to 4096 visible ASCII characters; generate a new one',
					Tokens::is_constant()   => 'not taken over: wp-config.php sets the token',
					default                 => 'its digest',
				},
				'changes' => ! $known && null !== $digest && ! Tokens::is_constant(),
			);
		}
		foreach ( Wpo365::mappings() as $path => $key ) {
			$plan[] = array(
				'name'    => 'values of ' . $path,
				'from'    => $key,
				'to'      => 'the SCIM resource',
				'changes' => true,
			);
		}
		return array( ...$plan, ...Wpo365_Mappings::plan(), ...Wpo365_Rules::plan() );
	}

	/**
	 * Takes settings and token over.
	 */
	public static function take_settings(): void {
		Settings::update( self::settings() );
		Wpo365_Rules::take();
		$token = Wpo365::token();
		if ( null !== $token && ! Tokens::is_constant() && ! in_array( Engine::digest( $token ), Tokens::digests(), true ) ) {
			Tokens::set( $token, array( 'name' => 'WPO365', 'client' => 'entra' ) );
		}
		Wpo365_Mappings::take();
	}

	/**
	 * WPO365's options as our settings; those that it does not have, or that this site cannot have, stay as they are.
	 *
	 * @return array<string,mixed>
	 */
	private static function settings(): array {
		$options  = Wpo365::options();
		$settings = array();
		if ( ! Settings::is_enabled_constant() && isset( $options['enable_scim'] ) ) {
			$settings['enabled'] = (bool) $options['enable_scim'];
		}
		if ( isset( Settings::assignable_roles()[ (string) ( $options['new_usr_default_role'] ?? '' ) ] ) ) {
			$settings['default_role'] = (string) $options['new_usr_default_role'];
		}
		if ( isset( $options['user_sync_allow_delete'] ) ) {
			// A historical name: true means that a DELETE only deactivates.
			$settings['on_delete'] = $options['user_sync_allow_delete'] ? Settings::DEACTIVATE : Settings::DELETE;
		}
		$heir = absint( $options['scim_reassign_posts_to_id'] ?? 0 );
		if ( $heir && get_userdata( $heir ) ) {
			$settings['reassign_to'] = $heir;
		}
		if ( isset( $options['new_usr_send_mail'] ) ) {
			$settings['welcome_mail'] = (bool) $options['new_usr_send_mail'];
		}
		return $settings;
	}

	/**
	 * Has the engine make a record of an account.
	 *
	 * @param array                  $account Of Wpo365::accounts().
	 * @param callable(array): array $perform Performs its need.
	 * @return array{0: string|null, 1: list<string>} Why it is not linked, and what of it is left out.
	 */
	private static function ask( array $account, callable $perform ): array {
		$config = array( 'passwordsIgnored' => true ) + Configuration::of_site( (string) $account['id'] );
		try {
			$notices = Engine::import( $account['user'], $config, $perform );
		} catch ( \Throwable $thrown ) {
			return array( sprintf( '%s thrown in %s on line %d', get_debug_type( $thrown ), basename( $thrown->getFile() ), $thrown->getLine() ), array() );
		}
		$refusal = null;
		$left    = array();
		foreach ( $notices as $notice ) {
			if ( 'importRefused' === $notice['code'] ) {
				$refusal = $notice['detail'];
			} else {
				$left[] = $notice['detail'];
			}
		}
		return array( $refusal, $left );
	}
}
