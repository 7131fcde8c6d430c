<?php
/**
 * The only room that calls the PHP extension.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Drives the extension: PHP hands it a request, performs what it needs and takes its answer.
 */
final class Engine {

	/**
	 * Version of the loaded extension, null when it is not loaded.
	 */
	public static function extension_version(): ?string {
		return function_exists( 'Scimpress\version' ) ? \Scimpress\version() : null;
	}

	/**
	 * Runs one SCIM exchange, need by need.
	 *
	 * A failure of the store or of the engine becomes a SCIM 500. The log gets the class and the place of what was thrown,
	 * never its message: messages of other plugins may carry names and addresses.
	 *
	 * @param array{method: string, path: string, query: array<string,string>, headers: array<string,string>, body: string} $request Raw parts of the HTTP request.
	 * @param array                                                                                                         $config  Of Configuration::of_site().
	 * @param callable(array): array                                                                                        $perform Performs one need and returns its answer.
	 * @return \Generator<int,array,void,Answer> Stops before each need, which going on performs; returns the answer.
	 */
	public static function run( array $request, array $config, callable $perform ): \Generator {
		$exchange = null;
		$accounts = array();
		$met      = 0;
		try {
			$exchange = new \Scimpress\Exchange( $request, $config );
			while ( null !== ( $need = $exchange->next() ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition -- the loop of a sans-I/O engine.
				yield $need;
				if ( $met++ ) {
					self::restart_time_limit();
				}
				$done     = $perform( $need );
				$accounts = self::accounts( $need, $done ) + $accounts;
				$exchange->resume( $done );
			}
			return self::finish( $exchange, $accounts );
		} catch ( \Throwable $thrown ) {
			$incident = bin2hex( random_bytes( 6 ) );
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- the only trace an administrator gets of a failed request.
			error_log( sprintf( 'scimpress: incident %s: %s thrown in %s on line %d', $incident, get_debug_type( $thrown ), $thrown->getFile(), $thrown->getLine() ) );
			$detail = "the site failed while it handled this request; its error log has the cause under incident `$incident`";
			return self::refuse( 500, $detail, self::changes( $exchange, $accounts, $detail ) );
		}
	}

	/**
	 * Runs one SCIM exchange to its end.
	 *
	 * @param array                  $request As for run().
	 * @param array                  $config  Of Configuration::of_site().
	 * @param callable(array): array $perform Performs one need and returns its answer.
	 */
	public static function answer( array $request, array $config, callable $perform ): Answer {
		$exchange = self::run( $request, $config, $perform );
		while ( $exchange->valid() ) {
			$exchange->next();
		}
		return $exchange->getReturn();
	}

	/**
	 * Makes a record of a user whom another provisioning plugin has left.
	 *
	 * @param array                  $user    As Exchange::import() takes it.
	 * @param array                  $config  Of Configuration::of_site().
	 * @param callable(array): array $perform Performs one need and returns its answer.
	 * @return list<array{code: string, detail: string, resource: string}> What the administrator should know; `importRefused` says why it was not done.
	 * @throws \Throwable What the store throws.
	 */
	public static function import( array $user, array $config, callable $perform ): array {
		$exchange = \Scimpress\Exchange::import( $user, $config );
		while ( null !== ( $need = $exchange->next() ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition -- the loop of a sans-I/O engine.
			$exchange->resume( $perform( $need ) );
		}
		return $exchange->notices();
	}

	/**
	 * Brings users in line with the rules of the site: `settle` is the need that says what their accounts should be.
	 *
	 * @param list<int>              $positions Positions of users, at most 500.
	 * @param array                  $config    Of Configuration::of_site().
	 * @param callable(array): array $perform   Performs one need and returns its answer.
	 * @return list<array{code: string, detail: string, resource: string}> What the administrator should know.
	 * @throws \RuntimeException When the store refused a need, or the groups of these users are nested too far.
	 * @throws \Throwable        What the store throws.
	 */
	public static function settle( array $positions, array $config, callable $perform ): array {
		$exchange = \Scimpress\Exchange::settle( $positions, $config );
		while ( null !== ( $need = $exchange->next() ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition -- the loop of a sans-I/O engine.
			$exchange->resume( $perform( $need ) );
		}
		if ( $exchange->status() >= 400 ) {
			throw new \RuntimeException( $exchange->body() );
		}
		return $exchange->notices();
	}

	/**
	 * What is to be said of a role rule before it is stored.
	 *
	 * @param array<string,string> $rule    As in the configuration of an exchange.
	 * @param string               $schemas Declared schemas as JSON text.
	 * @return array{error: string|null, groups: bool} Why it would match nobody, and whether it asks for groups.
	 */
	public static function role_rule( array $rule, string $schemas ): array {
		return \Scimpress\role_rule( $rule, $schemas );
	}

	/**
	 * A SCIM error for a refusal of WordPress.
	 *
	 * @param int    $status 400 to 599.
	 * @param string $detail One line for the administrator of the identity provider.
	 * @param array  $changes What has happened all the same.
	 */
	public static function refuse( int $status, string $detail, array $changes = array() ): Answer {
		if ( ! Requirements::met() ) {
			return Requirements::unavailable();
		}
		try {
			$refusal = \Scimpress\Exchange::refusal( $status, $detail );
			return new Answer( $refusal->status(), $refusal->headers(), $refusal->body(), array(), $changes );
		} catch ( \Throwable ) {
			return Requirements::unavailable();
		}
	}

	/**
	 * Which of the bearer tokens a header value carries; all of them are compared in constant time.
	 *
	 * @param string       $authorization Value of the Authorization header.
	 * @param list<string> $digests       Lower-case hex SHA-256 digests.
	 * @return int|false|null Its place among the digests; false when it is none of them, null when the header is no bearer token at all.
	 */
	public static function bearer_match( string $authorization, array $digests ): int|false|null {
		$token = \Scimpress\Token::parse( $authorization );
		return null === $token ? null : $token->matches( $digests ) ?? false;
	}

	/**
	 * Digest of a token that somebody typed.
	 *
	 * @param string $secret The token.
	 * @return string|null Lower-case hex SHA-256; null when the text cannot travel as a bearer token, is too short or too long.
	 */
	public static function digest( string $secret ): ?string {
		return \Scimpress\Token::fromSecret( $secret )?->digest();
	}

	/**
	 * What is wrong with declared schemas.
	 *
	 * @param string $schemas JSON text, see Attribute_Settings::encode().
	 * @return list<array{schema: int|null, attribute: int|null, message: string}> 0-based places, null for the whole.
	 */
	public static function schema_problems( string $schemas ): array {
		return \Scimpress\Attributes::problems( $schemas );
	}

	/**
	 * What is wrong with the path of a mapped attribute, null when nothing is.
	 *
	 * @param string $path    The path.
	 * @param string $schemas Declared schemas as JSON text.
	 */
	public static function path_problem( string $path, string $schemas ): ?string {
		try {
			return \Scimpress\Attributes::pathProblem( $path, $schemas );
		} catch ( \Throwable $thrown ) {
			return $thrown->getMessage();
		}
	}

	/**
	 * What occurs in stored users, for whoever writes mappings and role rules.
	 *
	 * @param list<string> $documents Documents of records.
	 * @param string       $schemas   Declared schemas as JSON text.
	 * @return array{paths: list<array{path: string, users: int}>, extensions: list<array{id: string, attributes: list<array{name: string, type: string, multiValued: bool}>, users: int}>, rules: list<array{kind: string, value: string, users: int}>} The most frequent first; nothing when the declaration cannot be read.
	 */
	public static function received( array $documents, string $schemas ): array {
		try {
			return \Scimpress\Attributes::received( $documents, $schemas );
		} catch ( \Throwable ) {
			return array_fill_keys( array( 'paths', 'extensions', 'rules' ), array() );
		}
	}

	/**
	 * What a stored user says as a SCIM resource.
	 *
	 * @param array $record Record of the store.
	 * @param array $config Of Configuration::of_site().
	 * @return array{userName: string, externalId: string|null, objectId: string|null, manager: string|null, mapped: list<array{path: string, target: string, value: string|list<string>|null}>}
	 * @throws \Throwable When the stored document or the declared schemas cannot be read.
	 */
	public static function attributes_of( array $record, array $config ): array {
		return \Scimpress\Attributes::of( $record, $config );
	}

	/**
	 * Gives what comes next as long as PHP gives a whole request. Bulk is a thousand writes in one: PHP would end it in their
	 * midst, and the client would not learn what is done.
	 */
	private static function restart_time_limit(): void {
		// A host may have disabled it; then its limit holds.
		if ( function_exists( 'set_time_limit' ) ) {
			set_time_limit( (int) ini_get( 'max_execution_time' ) );
		}
	}

	/**
	 * A text in the form in which SCIM compares it without case.
	 *
	 * @param string $text Any text.
	 */
	public static function fold( string $text ): string {
		return \Scimpress\fold( $text );
	}

	/**
	 * Takes everything out of a finished exchange.
	 *
	 * @param \Scimpress\Exchange $exchange An exchange that needs nothing more.
	 * @param array<string,int>   $accounts User IDs by SCIM id.
	 */
	private static function finish( \Scimpress\Exchange $exchange, array $accounts ): Answer {
		return new Answer( $exchange->status(), $exchange->headers(), $exchange->body(), $exchange->notices(), self::changes( $exchange, $accounts ) );
	}

	/**
	 * What an exchange has written and what of it failed, with accounts.
	 *
	 * @param \Scimpress\Exchange|null $exchange Null when there was none.
	 * @param array<string,int>        $accounts User IDs by SCIM id.
	 * @param string                   $failure  What the client is told of what the engine did not end.
	 * @return list<array>
	 */
	private static function changes( ?\Scimpress\Exchange $exchange, array $accounts, string $failure = '' ): array {
		$changes = $exchange?->changes() ?? array();
		foreach ( $changes as $index => $change ) {
			$changes[ $index ]['userId'] = $accounts[ $change['id'] ] ?? null;
			if ( 500 === $change['status'] && '' === $change['detail'] ) {
				$changes[ $index ]['detail'] = $failure;
			}
		}
		return $changes;
	}

	/**
	 * The accounts that the store has met. The engine knows none of them.
	 *
	 * @param array $need   A need.
	 * @param array $answer Its answer.
	 * @return array<string,int> User IDs by SCIM id.
	 */
	private static function accounts( array $need, array $answer ): array {
		if ( isset( $answer['record']['userId'] ) ) {
			return array( $answer['record']['id'] => $answer['record']['userId'] );
		}
		if ( isset( $answer['userId'] ) ) {
			return array( $need['id'] => $answer['userId'] );
		}
		// A write begins with reading one record; lists are long and change nothing.
		$record = $answer['records'][0] ?? array();
		return 1 === ( $need['limit'] ?? 0 ) && isset( $record['userId'] ) ? array( $record['id'] => $record['userId'] ) : array();
	}

	/**
	 * A user out of a row of a table.
	 *
	 * @param array<string,string> $values  PATCH path => text.
	 * @param string               $schemas Declared schemas as JSON text.
	 * @return array{user: string|null, error: string|null} One of both: the user as JSON text, or why a value is none.
	 */
	public static function assemble( array $values, string $schemas ): array {
		return \Scimpress\assemble( $values, $schemas );
	}

	/**
	 * A request as a log may show it: without secrets.
	 *
	 * @param array $request As answer() takes it.
	 */
	public static function redacted( array $request ): string {
		return \Scimpress\redacted( $request );
	}
}
