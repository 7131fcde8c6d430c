<?php
/**
 * The secret tokens.
 *
 * @package Scimpress
 */

namespace Scimpress;

use Scimpress\Store\Failure;
use Scimpress\Store\Query;
use Scimpress\Store\Transaction;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps digests, never a token: who reads the database or a backup of it cannot call the site.
 *
 * Tokens are arrays as Token_List describes them. There are few, and their option is loaded with all others: every request of a
 * client asks for it.
 */
final class Tokens {

	public const OPTION = 'scimpress_tokens';

	/** Constant in wp-config.php that replaces the stored digests, and what stands for the id of its token. */
	public const CONSTANT    = 'SCIMPRESS_TOKEN_SHA256';
	public const CONSTANT_ID = 'wp-config.php';

	/** Hours that a replaced token may go on; the default of the forms. */
	public const MAX_OVERLAP = 30 * 24;
	public const OVERLAP     = 24;

	/** Seconds before its end in which a token is warned of, and after it in which its end is told. */
	public const WARNING = 14 * DAY_IN_SECONDS;

	/**
	 * Id of the token of this request.
	 *
	 * @var string|null
	 */
	private static ?string $used = null;

	/**
	 * Name of that token, for the log.
	 *
	 * @var string
	 */
	private static string $used_name = '';

	/**
	 * Makes a token of 256 random bits.
	 *
	 * @param array{name?: string, client?: string, rights?: string, expires?: int|null} $about What it is for; what is absent or unknown gets a default.
	 * @param int|null                                                                   $now   Seconds since the epoch; the clock's when null.
	 * @return string The token (base64url, 43 characters). Nobody can read it again.
	 * @throws Token_Refusal            When there are too many, or it would have ended already.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function create( array $about = array(), ?int $now = null ): string {
		$secret = self::secret();
		$token  = Token_List::describe( $about, $secret, $now ?? time() );
		self::change( static fn( array $tokens ): array => Token_List::with( $tokens, $token ) );
		return $secret;
	}

	/**
	 * Takes a token that somebody typed.
	 *
	 * @param string   $secret 16 to 4096 visible ASCII characters, as the engine allows them in a header.
	 * @param array    $about  As of create().
	 * @param int|null $now    Seconds since the epoch; the clock's when null.
	 * @throws Token_Refusal When the text cannot be a bearer token, no extension is there to judge it, it is stored already, or for a reason of create().
	 */
	public static function adopt( string $secret, array $about = array(), ?int $now = null ): void {
		$digest = Requirements::met() ? Engine::digest( $secret ) : null;
		if ( null === $digest ) {
			throw new Token_Refusal( __( 'This token was not saved. A token has 16 to 4096 characters: letters, digits and punctuation, without spaces or accents.', 'scimpress' ) );
		}
		$token = array( 'digest' => $digest, 'hint' => '' ) + Token_List::describe( $about, $secret, $now ?? time() );
		self::change(
			static function ( array $tokens ) use ( $token ): array {
				// Twice there, it would go on when one of the two is revoked.
				if ( in_array( $token['digest'], array_column( $tokens, 'digest' ), true ) ) {
					throw new Token_Refusal( __( 'This token was not saved: it is there already.', 'scimpress' ) );
				}
				return Token_List::with( $tokens, $token );
			}
		);
	}

	/**
	 * Takes a token over, if it can be taken.
	 *
	 * @param string $secret As of adopt().
	 * @param array  $about  As of create().
	 * @return bool Whether it is stored now and was not before.
	 */
	public static function set( string $secret, array $about = array() ): bool {
		try {
			self::adopt( $secret, $about );
			return true;
		} catch ( Token_Refusal ) {
			return false;
		}
	}

	/**
	 * Makes a token that replaces another one, with its name, client and rights; if that was to end, it lives as long. The other
	 * one goes on for some hours, so that the identity provider is never locked out.
	 *
	 * @param string   $id      Id of the token to replace.
	 * @param int      $overlap Hours that it goes on, 0 to MAX_OVERLAP.
	 * @param int|null $now     Seconds since the epoch; the clock's when null.
	 * @return string The new token. Nobody can read it again.
	 * @throws Token_Refusal            When there is no such token, or it is replaced already.
	 * @throws \Random\RandomException When the system has no randomness to give (\Exception before PHP 8.2).
	 */
	public static function rotate( string $id, int $overlap, ?int $now = null ): string {
		$now    = $now ?? time();
		$secret = self::secret();
		self::change(
			static function ( array $tokens ) use ( $id, $overlap, $now, $secret ): array {
				$index = Token_List::index( $tokens, $id );
				$old   = $tokens[ $index ];
				if ( null !== $old['successor'] ) {
					throw new Token_Refusal( __( 'This token has been replaced already. Replace the one that came after it.', 'scimpress' ) );
				}
				$life = null === $old['expires'] ? null : $now + $old['expires'] - $old['created'];
				$new  = Token_List::describe( array( 'expires' => $life ) + $old, $secret, $now );

				$tokens[ $index ]['successor'] = $new['id'];
				$tokens[ $index ]['expires']   = min( $old['expires'] ?? PHP_INT_MAX, $now + max( 0, min( self::MAX_OVERLAP, $overlap ) ) * HOUR_IN_SECONDS );
				return Token_List::with( $tokens, $new );
			}
		);
		return $secret;
	}

	/**
	 * Removes a token; it is refused at once.
	 *
	 * @param string $id Its id.
	 * @throws Token_Refusal When there is no such token.
	 */
	public static function revoke( string $id ): void {
		self::change(
			static function ( array $tokens ) use ( $id ): array {
				unset( $tokens[ Token_List::index( $tokens, $id ) ] );
				return array_values( $tokens );
			}
		);
	}

	/**
	 * Stored tokens, in the order in which they were made.
	 *
	 * @return list<array> Tokens.
	 */
	public static function stored(): array {
		// A persistent cache has all loaded options in one value, which requests that change any of them read and write at once:
		// one of them could bring back what was revoked.
		return wp_using_ext_object_cache() ? self::in_database( false ) : Token_List::of( get_option( self::OPTION, array() ) );
	}

	/**
	 * Makes the option of a new site, and has it loaded with all others on an older one: asking for it is a query, in every request.
	 */
	public static function prepare(): void {
		global $wpdb;
		if ( ! add_option( self::OPTION, array(), '', true ) ) {
			// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WordPress has a function for it since 6.4. Where it fails, asking goes on to cost a query.
			$wpdb->update( $wpdb->options, array( 'autoload' => 'yes' ), array( 'option_name' => self::OPTION ) );
			self::forget();
		}
	}

	/**
	 * Digests that a token may match now. A malformed constant matches nothing: it must not open what it was meant to close.
	 *
	 * @return list<string> Lower-case hex SHA-256.
	 */
	public static function digests(): array {
		return array_column( array_filter( self::candidates(), static fn( array $token ): bool => ! self::is_expired( $token, time() ) ), 'digest' );
	}

	/**
	 * The token that a header carries, expired or not.
	 *
	 * @param string $authorization Value of the Authorization header.
	 * @return array|false|null A token; false when it is none of ours, null when the header is no bearer token at all.
	 */
	public static function of( string $authorization ): array|false|null {
		$candidates = self::candidates();
		$index      = Engine::bearer_match( $authorization, array_column( $candidates, 'digest' ) );
		return is_int( $index ) ? $candidates[ $index ] : $index;
	}

	/**
	 * Whether a token has ended.
	 *
	 * @param array $token A token.
	 * @param int   $now   Seconds since the epoch.
	 */
	public static function is_expired( array $token, int $now ): bool {
		return null !== $token['expires'] && $now >= $token['expires'];
	}

	/**
	 * Tokens that end soon or have ended lately, and that none replaces.
	 *
	 * @param int $now Seconds since the epoch.
	 * @return list<array> Tokens.
	 */
	public static function ending( int $now ): array {
		if ( self::is_constant() ) {
			return array();
		}
		return array_values(
			array_filter( self::stored(), static fn( array $token ): bool => null !== $token['expires'] && null === $token['successor'] && abs( $token['expires'] - $now ) <= self::WARNING )
		);
	}

	/**
	 * Notes that a request came with a token and was let in.
	 *
	 * @param array $token The token.
	 */
	public static function note_use( array $token ): void {
		self::$used      = $token['id'];
		self::$used_name = $token['name'];
		Token_Use::record( $token, time() );
	}

	/**
	 * Id of the token of this request; CONSTANT_ID for that of wp-config.php, null before one was let in.
	 */
	public static function used(): ?string {
		return self::$used;
	}

	/**
	 * Name of the token of this request, as the administrator calls it now; empty before one was let in.
	 */
	public static function used_name(): string {
		return self::$used_name;
	}

	/**
	 * Whether wp-config.php sets the token.
	 */
	public static function is_constant(): bool {
		return defined( self::CONSTANT );
	}

	/**
	 * Whether the constant is a lower-case hex SHA-256 digest.
	 */
	public static function is_constant_valid(): bool {
		$digest = self::is_constant() ? constant( self::CONSTANT ) : null;
		return is_string( $digest ) && 1 === preg_match( '/\A[0-9a-f]{64}\z/', $digest );
	}

	/**
	 * Tokens that are compared with.
	 *
	 * @return list<array>
	 */
	private static function candidates(): array {
		if ( ! self::is_constant() ) {
			return self::stored();
		}
		return self::is_constant_valid() ? Token_List::of( array( array( 'id' => self::CONSTANT_ID, 'digest' => constant( self::CONSTANT ) ) ) ) : array();
	}

	/**
	 * A secret that nobody can guess.
	 */
	private static function secret(): string {
		// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- the alphabet of bearer tokens, RFC 6750 §2.1.
		return rtrim( strtr( base64_encode( random_bytes( 32 ) ), '+/', '-_' ), '=' );
	}

	/**
	 * Changes the stored tokens under the lock of their row: of two changes at once neither brings back what the other revoked.
	 *
	 * @param callable(list<array>): list<array> $change Makes the new tokens of the old.
	 * @throws Token_Refusal What the change throws, or when the database is busy.
	 */
	private static function change( callable $change ): void {
		try {
			Transaction::run(
				static function () use ( $change ): void {
					$tokens = self::in_database( true );
					// update_option() compares with what the cache has.
					self::forget();
					update_option( self::OPTION, $change( $tokens ), true );
				}
			);
		} catch ( Failure ) {
			throw new Token_Refusal( __( 'The database is busy with another change. Please try again.', 'scimpress' ) );
		} finally {
			self::forget();
		}
	}

	/**
	 * Tokens as the database has them.
	 *
	 * @param bool $lock Whether to lock the row until the transaction ends.
	 * @return list<array> Tokens.
	 */
	private static function in_database( bool $lock ): array {
		global $wpdb;
		$rows = Query::rows( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", self::OPTION ) . ( $lock ? ' FOR UPDATE' : '' ) );
		return Token_List::of( $rows ? maybe_unserialize( $rows[0]->option_value ) : array() );
	}

	/**
	 * Forgets what is cached of them.
	 */
	private static function forget(): void {
		foreach ( array( self::OPTION, 'alloptions', 'notoptions' ) as $key ) {
			wp_cache_delete( $key, 'options' );
		}
	}
}
