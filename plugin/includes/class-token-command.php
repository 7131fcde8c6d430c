<?php
/**
 * `wp scimpress token`
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Makes, lists, replaces and revokes the secret tokens of identity providers.
 */
final class Token_Command {

	/**
	 * Lists the tokens. The tokens themselves cannot be shown: only digests are stored.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : How to print the list.
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
	 *     wp scimpress token list --format=csv
	 *
	 * @subcommand list
	 *
	 * @param list<string>         $arguments None.
	 * @param array<string,string> $options   format.
	 */
	public function list_( array $arguments, array $options ): void {
		$time = static fn( ?int $seconds ): string => null === $seconds ? '' : gmdate( 'Y-m-d\TH:i:s\Z', $seconds );
		$rows = array();
		foreach ( Tokens::stored() as $token ) {
			$use    = Token_Use::last( $token['id'] );
			$rows[] = array(
				'id'          => $token['id'],
				'name'        => $token['name'],
				'client'      => $token['client'],
				'rights'      => $token['rights'],
				'hint'        => $token['hint'],
				'created'     => $time( $token['created'] ),
				'expires'     => $time( $token['expires'] ),
				'replaced_by' => (string) $token['successor'],
				'last_used'   => $time( $use['time'] ?? null ),
				'from'        => $use['address'] ?? '',
				'agent'       => $use['agent'] ?? '',
			);
		}
		if ( Tokens::is_constant() ) {
			/* translators: %s: name of a constant. */
			\WP_CLI::warning( sprintf( __( '%s in wp-config.php replaces these tokens.', 'scimpress' ), Tokens::CONSTANT ) );
		}
		\WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, array( 'id', 'name', 'client', 'rights', 'hint', 'created', 'expires', 'replaced_by', 'last_used', 'from', 'agent' ) );
	}

	/**
	 * Makes a token and prints it. It is shown only this once.
	 *
	 * ## OPTIONS
	 *
	 * [<name>]
	 * : What to call it.
	 *
	 * [--client=<client>]
	 * : Whose it is.
	 * ---
	 * default: entra
	 * options:
	 *   - entra
	 *   - okta
	 *   - other
	 * ---
	 *
	 * [--read-only]
	 * : It may read, but change nothing.
	 *
	 * [--days=<days>]
	 * : Days until it expires; without it, it does not.
	 *
	 * [--porcelain]
	 * : Print the token alone.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress token create "Entra, production" --days=365
	 *
	 * @param list<string>         $arguments Name.
	 * @param array<string,string> $options   client, read-only, days, porcelain.
	 */
	public function create( array $arguments, array $options ): void {
		self::refuse_constant();
		$days = $options['days'] ?? null;
		if ( null !== $days && ! preg_match( '/\A[1-9][0-9]{0,4}\z/', (string) $days ) ) {
			\WP_CLI::error( __( 'The days are no number from 1 to 99999.', 'scimpress' ) );
		}
		self::tell(
			static fn(): string => Tokens::create(
				array(
					'name'    => $arguments[0] ?? '',
					'client'  => $options['client'] ?? 'entra',
					'rights'  => empty( $options['read-only'] ) ? Token_List::WRITE : Token_List::READ,
					'expires' => null === $days ? null : time() + (int) $days * DAY_IN_SECONDS,
				)
			),
			$options
		);
	}

	/**
	 * Makes a token that replaces another one, which goes on for some hours. It is shown only this once.
	 *
	 * ## OPTIONS
	 *
	 * <id>
	 * : Id of the token to replace, as `list` shows it.
	 *
	 * [--overlap=<hours>]
	 * : Hours that the old token goes on, at most 720; 0 ends it at once.
	 * ---
	 * default: 24
	 * ---
	 *
	 * [--porcelain]
	 * : Print the token alone.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress token rotate 3f9c2a71b0de --overlap=72
	 *
	 * @param list<string>         $arguments Id.
	 * @param array<string,string> $options   overlap, porcelain.
	 */
	public function rotate( array $arguments, array $options ): void {
		self::refuse_constant();
		$hours = (string) ( $options['overlap'] ?? Tokens::OVERLAP );
		if ( ! preg_match( '/\A[0-9]{1,3}\z/', $hours ) || (int) $hours > Tokens::MAX_OVERLAP ) {
			/* translators: %d: number of hours. */
			\WP_CLI::error( sprintf( __( 'The overlap is no number of hours from 0 to %d.', 'scimpress' ), Tokens::MAX_OVERLAP ) );
		}
		self::tell( static fn(): string => Tokens::rotate( $arguments[0] ?? '', (int) $hours ), $options );
	}

	/**
	 * Removes a token. It is refused at once.
	 *
	 * ## OPTIONS
	 *
	 * <id>
	 * : Id of the token, as `list` shows it.
	 *
	 * ## EXAMPLES
	 *
	 *     wp scimpress token revoke 3f9c2a71b0de
	 *
	 * @param list<string> $arguments Id.
	 */
	public function revoke( array $arguments ): void {
		try {
			Tokens::revoke( $arguments[0] ?? '' );
		} catch ( Token_Refusal $refusal ) {
			\WP_CLI::error( $refusal->getMessage() );
		}
		\WP_CLI::success( __( 'The token was revoked and is refused from now on.', 'scimpress' ) );
	}

	/**
	 * Makes a token and prints it.
	 *
	 * @param callable(): string   $make    Makes it.
	 * @param array<string,string> $options porcelain.
	 */
	private static function tell( callable $make, array $options ): void {
		try {
			$token = $make();
		} catch ( Token_Refusal $refusal ) {
			\WP_CLI::error( $refusal->getMessage() );
		}
		\WP_CLI::line( $token );
		if ( empty( $options['porcelain'] ) ) {
			\WP_CLI::success( __( 'Copy the token now: it is shown only this once.', 'scimpress' ) );
		}
	}

	/**
	 * Stops where wp-config.php decides.
	 */
	private static function refuse_constant(): void {
		if ( Tokens::is_constant() ) {
			\WP_CLI::error( __( 'The token is set in wp-config.php and cannot be changed here.', 'scimpress' ) );
		}
	}
}
