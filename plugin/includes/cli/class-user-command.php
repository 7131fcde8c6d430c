<?php
/**
 * `wp scimpress user`
 *
 * @package Scimpress
 */

namespace Scimpress\Cli;

use Scimpress\Configuration;
use Scimpress\Engine;
use Scimpress\Store\Account;
use Scimpress\Store\Account_Switch;
use Scimpress\Store\Failure;
use Scimpress\Store\Transaction;
use Scimpress\Store\User_Store;
use Scimpress\Store\User_Table;
use Scimpress\Account_State;

defined( 'ABSPATH' ) || exit;

/**
 * Lists and shows users as SCIM sees them, opens and shuts accounts, links and unlinks them.
 *
 * A user is named by SCIM id, WordPress ID, login name or e-mail address.
 */
final class User_Command {

	private const FIELDS = array( 'id', 'user_id', 'userName', 'displayName', 'active', 'externalId', 'lastModified' );

	/**
	 * Lists users that SCIM knows.
	 *
	 * ## OPTIONS
	 *
	 * [--filter=<filter>]
	 * : A SCIM filter (RFC 7644 §3.4.2.2).
	 *
	 * [--limit=<number>]
	 * : Most users.
	 * ---
	 * default: 100
	 * ---
	 *
	 * [--format=<format>]
	 * : How to print them.
	 * ---
	 * default: table
	 * options:
	 *   - table
	 *   - json
	 *   - csv
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress user list --filter='department eq "Sales" and active eq false'
	 *
	 * @subcommand list
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   filter, limit, format.
	 */
	public function list_( array $arguments, array $options ): void {
		Console::require_engine();
		$users    = Listing::read( '/Users', $options, array( 'attributes' => 'userName,displayName,active,externalId,meta.lastModified' ) );
		$accounts = User_Table::accounts( array_column( $users, 'id' ) );
		$rows     = array();
		foreach ( $users as $user ) {
			$rows[] = array_combine(
				self::FIELDS,
				array( $user['id'], (string) ( $accounts[ $user['id'] ] ?? '' ), $user['userName'], $user['displayName'] ?? '', ( $user['active'] ?? true ) ? 'yes' : 'no', $user['externalId'] ?? '', $user['meta']['lastModified'] ?? '' )
			);
		}
		Console::items( $options, $rows, self::FIELDS );
	}

	/**
	 * Prints the SCIM resource of a user as a client reads it, as JSON.
	 *
	 * ## OPTIONS
	 *
	 * <user>
	 * : SCIM id, WordPress ID, login name or e-mail address.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress user get ada@example.com
	 *
	 * @param list<string> $arguments User.
	 */
	public function get( array $arguments ): void {
		Console::require_engine();
		list( $user_id ) = self::find( $arguments[0] ?? '' );
		Listing::show( '/Users/' . self::scim_id( $user_id ) );
	}

	/**
	 * Shuts an account: its owner can sign in nowhere on this site any more.
	 *
	 * The identity provider reads it as `active`, and may open the account again.
	 *
	 * ## OPTIONS
	 *
	 * <user>
	 * : SCIM id, WordPress ID, login name or e-mail address.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress user deactivate ada@example.com
	 *
	 * @param list<string> $arguments User.
	 */
	public function deactivate( array $arguments ): void {
		self::set( $arguments[0] ?? '', false );
	}

	/**
	 * Opens an account again, with the roles that it had.
	 *
	 * ## OPTIONS
	 *
	 * <user>
	 * : SCIM id, WordPress ID, login name or e-mail address.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress user reactivate ada@example.com
	 *
	 * @param list<string> $arguments User.
	 */
	public function reactivate( array $arguments ): void {
		self::set( $arguments[0] ?? '', true );
	}

	/**
	 * Makes an account known to SCIM clients, which find it by these values and manage it from then on.
	 *
	 * Nothing that the account holds is changed. The SCIM id is a new one.
	 *
	 * ## OPTIONS
	 *
	 * <user>
	 * : WordPress ID, login name or e-mail address.
	 *
	 * [--user-name=<name>]
	 * : The userName by which clients look for the user; by default the login name.
	 *
	 * [--external-id=<id>]
	 * : The externalId.
	 *
	 * [--object-id=<id>]
	 * : The object id of Microsoft Entra ID.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress user link ada --user-name=ada@corp.example.com
	 *
	 * @param list<string>         $arguments User.
	 * @param array<string,string> $options   user-name, external-id, object-id.
	 */
	public function link( array $arguments, array $options ): void {
		Console::require_engine();
		list( $user_id, $name ) = self::find( $arguments[0] ?? '' );
		if ( User_Table::manages( $user_id ) ) {
			\WP_CLI::error( __( 'SCIM knows this account already.', 'scimpress' ) );
		}
		$user    = array(
			'userName'   => (string) ( $options['user-name'] ?? $name ),
			'externalId' => $options['external-id'] ?? null,
			'objectId'   => $options['object-id'] ?? null,
			'active'     => Account_State::is_active( $user_id ),
			'wordpress'  => Account::strings( $user_id ),
			'attributes' => array(),
		);
		$store   = new User_Store();
		$config  = Configuration::of_site();
		$notices = Engine::import( $user, $config, static fn( array $need ): array => $store->import( $need, $user_id, false ) );
		foreach ( $notices as $notice ) {
			'importRefused' === $notice['code'] ? \WP_CLI::error( $notice['detail'] ) : \WP_CLI::warning( $notice['detail'] );
		}
		/* translators: %s: a SCIM id. */
		\WP_CLI::success( sprintf( __( 'SCIM clients find the account, with the id %s.', 'scimpress' ), $config['newId'] ) );
	}

	/**
	 * Makes SCIM forget an account, which stays as it is, deactivated or not.
	 *
	 * It leaves its SCIM groups. When an identity provider sends the person again, the account is linked anew, with another id.
	 *
	 * ## OPTIONS
	 *
	 * <user>
	 * : SCIM id, WordPress ID, login name or e-mail address.
	 *
	 * [--yes]
	 * : Do not ask.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress user unlink ada@example.com
	 *
	 * @param list<string>         $arguments User.
	 * @param array<string,string> $options   yes.
	 */
	public function unlink( array $arguments, array $options ): void {
		list( $user_id, $name ) = self::find( $arguments[0] ?? '' );
		if ( ! User_Table::manages( $user_id ) ) {
			\WP_CLI::error( __( 'SCIM does not know this account.', 'scimpress' ) );
		}
		/* translators: %s: login name. */
		\WP_CLI::confirm( sprintf( __( 'Shall SCIM forget %s?', 'scimpress' ), $name ), $options );
		Transaction::run( static fn() => User_Table::forget_user( $user_id ) );
		\WP_CLI::success( __( 'SCIM has forgotten the account.', 'scimpress' ) );
	}

	/**
	 * Opens or shuts an account.
	 *
	 * @param string $given  Names a user.
	 * @param bool   $active Whether he may sign in.
	 */
	private static function set( string $given, bool $active ): void {
		list( $user_id ) = self::find( $given );
		try {
			$changed = Account_Switch::set( $user_id, $active );
		} catch ( Failure $failure ) {
			\WP_CLI::error( 'protected' === $failure->reason ? __( 'The account may manage the site or is protected, or nobody else could manage the site.', 'scimpress' ) : trim( "$failure->reason $failure->detail" ) );
			return;
		}
		if ( ! $changed ) {
			\WP_CLI::success( $active ? __( 'The account was active already.', 'scimpress' ) : __( 'The account was deactivated already.', 'scimpress' ) );
			return;
		}
		\WP_CLI::success( $active ? __( 'The account is active.', 'scimpress' ) : __( 'The account is deactivated.', 'scimpress' ) );
	}

	/**
	 * SCIM id of an account.
	 *
	 * @param int $user_id User ID.
	 */
	private static function scim_id( int $user_id ): string {
		$row = User_Table::of_users( array( $user_id ) )[ $user_id ] ?? null;
		if ( ! $row || null !== $row->deleted ) {
			\WP_CLI::error( __( 'SCIM does not know this account.', 'scimpress' ) );
		}
		return (string) $row->id;
	}

	/**
	 * The account that somebody means.
	 *
	 * @param string $given SCIM id, WordPress ID, login name or e-mail address.
	 * @return array{0: int, 1: string} User ID and login name.
	 */
	private static function find( string $given ): array {
		$user_id = User_Table::accounts( array( $given ) )[ $given ] ?? ( ctype_digit( $given ) ? (int) $given : 0 );
		$user    = $user_id ? get_userdata( $user_id ) : false;
		$user    = $user ? $user : get_user_by( 'login', $given );
		$user    = $user ? $user : get_user_by( 'email', $given );
		if ( ! $user || ( is_multisite() && ! is_user_member_of_blog( $user->ID ) && ! User_Table::manages( $user->ID ) ) ) {
			/* translators: %s: what was typed. */
			\WP_CLI::error( sprintf( __( 'There is no user %s on this site.', 'scimpress' ), $given ) );
		}
		return array( $user->ID, $user->user_login );
	}
}
