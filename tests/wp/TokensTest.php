<?php
/**
 * The tokens, rule by rule.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\Schema;
use Scimpress\Token_List;
use Scimpress\Token_Refusal;
use Scimpress\Token_Use;
use Scimpress\Tokens;

/**
 * Who is let in with what, until when.
 */
final class TokensTest extends Scim_Test_Case {

	private const NOW = 1_800_000_000;

	public function test_several_tokens_work_side_by_side_and_are_revoked_one_by_one(): void {
		$second = Tokens::create( array( 'name' => 'Second' ) );
		$third  = Tokens::create( array( 'name' => 'Third' ) );
		foreach ( array( $this->token, $second, $third ) as $token ) {
			$this->assertScim( 200, $this->with( $token ) );
		}
		Tokens::revoke( Tokens::stored()[1]['id'] );
		$this->assertScim( 200, $this->with( $this->token ) );
		$this->assertScim( 401, $this->with( $second ) );
		$this->assertScim( 200, $this->with( $third ) );
		$this->assertScim( 401, $this->with( "{$third}x" ) );
		$this->assertStringContainsString( 'not one that this site expects', $this->with( $second )->json()['detail'] );
	}

	public function test_tokens_are_long_random_and_kept_as_digests(): void {
		global $wpdb;
		delete_option( Tokens::OPTION );
		$tokens = array();
		for ( $number = 0; $number < Token_List::MAXIMUM; $number++ ) {
			$tokens[] = Tokens::create();
		}
		$this->assertCount( Token_List::MAXIMUM, array_unique( $tokens ) );
		$this->assertMatchesRegularExpression( '/\A[A-Za-z0-9_-]{43}\z/', $tokens[0] );
		$stored = Tokens::stored();
		$this->assertSame( array_map( static fn( string $token ): string => hash( 'sha256', $token ), $tokens ), array_column( $stored, 'digest' ) );
		$this->assertSame( $stored[0]['digest'], \Scimpress\Engine::digest( $tokens[0] ) );
		$this->assertSame( substr( $tokens[0], -4 ), $stored[0]['hint'] );
		$this->assertCount( Token_List::MAXIMUM, array_unique( array_column( $stored, 'id' ) ) );
		$this->assertEqualsWithDelta( time(), $stored[0]['created'], 60 );
		$this->assertStringNotContainsString( $tokens[0], (string) $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", Tokens::OPTION ) ) );
		$this->assertTrue( self::is_loaded_with_all() );

		$this->refuses( 'at most 20', static fn() => Tokens::create() );
		$this->assertSame( $stored, Tokens::stored() );
	}

	public function test_when_there_are_too_many_the_one_that_ended_first_makes_room(): void {
		delete_option( Tokens::OPTION );
		for ( $number = 0; $number < Token_List::MAXIMUM; $number++ ) {
			Tokens::create( array( 'name' => "$number", 'expires' => 4 === $number || 7 === $number ? self::NOW + 100 - $number : null ), self::NOW );
		}
		Tokens::create( array( 'name' => 'new' ), self::NOW + 200 );
		$names = array_column( Tokens::stored(), 'name' );
		$this->assertCount( Token_List::MAXIMUM, $names );
		$this->assertNotContains( '7', $names );
		$this->assertContains( '4', $names );
		$this->assertSame( 'new', end( $names ) );
	}

	public function test_option_of_the_version_with_one_token_goes_on(): void {
		$secret = 'a token of before, 43 characters';
		$secret = str_replace( array( ' ', ',' ), '-', $secret );
		$old    = array(
			array( 'digest' => hash( 'sha256', $secret ), 'created' => 1_700_000_000, 'hint' => 'ters' ),
			array( 'digest' => hash( 'sha256', "$secret-typed" ), 'created' => 1_700_000_001 ),
		);
		update_option( Tokens::OPTION, $old, false );
		$expected = array(
			'id'        => '1',
			'name'      => 'Identity provider',
			'client'    => 'other',
			'rights'    => 'write',
			'digest'    => $old[0]['digest'],
			'hint'      => 'ters',
			'created'   => 1_700_000_000,
			'expires'   => null,
			'successor' => null,
		);
		$this->assertSame( $expected, Tokens::stored()[0] );
		$this->assertSame( array( '2', '' ), array( Tokens::stored()[1]['id'], Tokens::stored()[1]['hint'] ) );
		$this->assertScim( 200, $this->with( $secret ) );
		$this->assertScim( 201, self::$web->send( 'POST', self::BASE . '/Users', array( 'Authorization' => "Bearer $secret-typed", 'Content-Type' => 'application/scim+json' ), self::user_json() ) );
		wp_cache_flush();
		$this->assertSame( $old, get_option( Tokens::OPTION ), 'reading rewrites nothing' );

		$new = Tokens::rotate( '1', 1 );
		Tokens::revoke( '2' );
		$this->assertSame( array( '1', Tokens::stored()[0]['successor'] ), array_column( Tokens::stored(), 'id' ), 'ids stay when the tokens are written anew' );
		$this->assertScim( 200, $this->with( $secret ) );
		$this->assertScim( 200, $this->with( $new ) );
		$this->assertScim( 401, $this->with( "$secret-typed" ) );
	}

	public function test_expired_token_is_refused_and_told_so(): void {
		$token = Tokens::create( array( 'expires' => self::NOW + 60 ), self::NOW );
		$kept  = Tokens::stored()[1];
		$this->assertFalse( Tokens::is_expired( $kept, self::NOW + 59 ) );
		$this->assertTrue( Tokens::is_expired( $kept, self::NOW + 60 ) );
		$this->assertScim( 200, $this->with( $token ) );
		$this->ends( $kept['id'], 1_700_000_000 );
		$reply = $this->with( $token );
		$this->assertScim( 401, $reply );
		$this->assertStringContainsString( 'expired at 2023-11-14T22:13:20Z', $reply->json()['detail'] );
		$this->assertScim( 401, $this->with( $token, array( 'X-Scenario' => 'closed-to-anonymous' ) ) );
		$this->assertStringContainsString( 'expired at', $this->with( $token, array( 'X-Scenario' => 'closed-to-anonymous' ) )->json()['detail'] );
		$this->assertNotContains( $kept['digest'], Tokens::digests() );
		$this->assertScim( 200, $this->with( $this->token ) );
		$this->refuses( 'would have ended already', static fn() => Tokens::create( array( 'expires' => self::NOW ), self::NOW ) );
		$this->refuses( 'would have ended already', static fn() => Tokens::adopt( str_repeat( 'x', 20 ), array( 'expires' => self::NOW ), self::NOW ) );
	}

	public function test_rotation_overlaps_as_long_as_chosen_and_keeps_what_the_token_is_for(): void {
		$about = array( 'name' => 'Entra "A"', 'client' => 'entra', 'rights' => Token_List::READ, 'expires' => self::NOW + 1000 * HOUR_IN_SECONDS );
		Tokens::create( $about, self::NOW );
		$old  = Tokens::stored()[1];
		$then = self::NOW + 10 * HOUR_IN_SECONDS;
		$new  = Tokens::rotate( $old['id'], 24, $then );
		list( , $old, $next ) = Tokens::stored();
		$this->assertSame( hash( 'sha256', $new ), $next['digest'] );
		$this->assertSame( array( 'Entra "A"', 'entra', Token_List::READ, $then + 1000 * HOUR_IN_SECONDS, null ), array( $next['name'], $next['client'], $next['rights'], $next['expires'], $next['successor'] ) );
		$this->assertSame( array( $next['id'], $then + 24 * HOUR_IN_SECONDS ), array( $old['successor'], $old['expires'] ) );
		$this->refuses( 'has been replaced already', static fn() => Tokens::rotate( $old['id'], 24, $then ) );

		Tokens::rotate( $next['id'], 99999, $then );
		$this->assertSame( $then + Tokens::MAX_OVERLAP * HOUR_IN_SECONDS, Tokens::stored()[2]['expires'] );
		Tokens::rotate( Tokens::stored()[3]['id'], -5, $then );
		$this->assertSame( $then, Tokens::stored()[3]['expires'] );
		$this->refuses( 'no such token', static fn() => Tokens::rotate( 'nobody', 24 ) );
	}

	public function test_rotation_never_lengthens_the_life_of_the_old_token(): void {
		Tokens::create( array( 'expires' => self::NOW + HOUR_IN_SECONDS ), self::NOW );
		Tokens::rotate( Tokens::stored()[1]['id'], 24, self::NOW );
		$this->assertSame( self::NOW + HOUR_IN_SECONDS, Tokens::stored()[1]['expires'] );
		Tokens::rotate( Tokens::stored()[0]['id'], 24, self::NOW );
		$this->assertNull( Tokens::stored()[3]['expires'], 'what did not end does not end now' );
	}

	public function test_both_tokens_work_during_the_overlap_and_the_old_one_ends(): void {
		$old = Tokens::stored()[0]['id'];
		$new = Tokens::rotate( $old, 1 );
		$this->assertScim( 200, $this->with( $this->token ) );
		$this->assertScim( 200, $this->with( $new ) );
		$this->ends( $old, time() - 1 );
		$this->assertStringContainsString( 'expired at', $this->with( $this->token )->json()['detail'] );
		$this->assertScim( 200, $this->with( $new ) );
	}

	public function test_token_that_may_only_read_is_refused_every_write(): void {
		$token = Tokens::create( array( 'rights' => Token_List::READ ) );
		$id    = $this->scim( 'POST', '/Users', array(), self::user_json() )->json()['id'];
		$mine  = array( 'Authorization' => "Bearer $token" );
		$find  = wp_json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:SearchRequest' ), 'count' => 1 ) );
		foreach ( array( '/Users', "/Users/$id", '/Groups', '/Schemas', '/ServiceProviderConfig' ) as $path ) {
			$this->assertScim( 200, $this->scim( 'GET', $path, $mine ), $path );
		}
		foreach ( array( '/.search', '/Users/.search', '/Groups/.search' ) as $path ) {
			$this->assertScim( 200, $this->scim( 'POST', $path, $mine, $find ), $path );
		}
		foreach ( array( 'POST /Users', 'POST /Groups', 'POST /Bulk', "PUT /Users/$id", "PATCH /Users/$id", "DELETE /Users/$id", 'POST /Users/.search/x', 'DELETE /Users/.search', 'POST /Users?x=/.search', 'POST /Users%2f.search' ) as $request ) {
			list( $method, $path ) = explode( ' ', $request );
			$reply = $this->scim( $method, $path, $mine, self::user_json() );
			$this->assertScim( 403, $reply, $request );
			$this->assertStringContainsString( 'may only read', $reply->json()['detail'] );
		}
		// Core would make a DELETE of it.
		$this->assertScim( 200, $this->scim( 'GET', "/Users/$id?_method=DELETE", $mine + array( 'X-HTTP-Method-Override' => 'DELETE' ) ) );
		$this->assertScim( 200, $this->scim( 'GET', "/Users/$id" ) );
	}

	public function test_typed_token_is_taken_once_and_only_if_it_can_travel(): void {
		$typed = 'my.own-token_with~all+of/it\'s"\\==';
		Tokens::adopt( $typed, array( 'name' => 'Mine' ) );
		$this->assertScim( 200, $this->with( $typed ) );
		$this->assertSame( array( 'Mine', '' ), array( Tokens::stored()[1]['name'], Tokens::stored()[1]['hint'] ), 'a short secret gives nothing of itself away' );
		$this->refuses( 'there already', static fn() => Tokens::adopt( $typed ) );
		foreach ( array( '', 'short', str_repeat( 'x', 15 ), 'with blanks inside it', 'ümlaut-and-more-letters', str_repeat( 'x', 4097 ), "null\0null-null-null-null", str_repeat( 'x', 1 << 20 ) ) as $bad ) {
			$this->refuses( '16 to 4096 characters', static fn() => Tokens::adopt( $bad ) );
			$this->assertFalse( Tokens::set( $bad ) );
		}
		$this->assertCount( 2, Tokens::stored() );
	}

	public function test_hostile_names_are_a_short_line_of_text(): void {
		$names = array(
			'<script>alert(1)</script>'          => '<script>alert(1)</script>',
			"'; DROP TABLE wp_options; --"       => "'; DROP TABLE wp_options; --",
			"a\0b\r\nc\u{202E}d\u{2066}e"        => 'a b c d e',
			'🔑 für “Entra”'                     => '🔑 für “Entra”',
			"\xC3\x28"                           => 'Identity provider',
			" \t\n"                              => 'Identity provider',
			str_repeat( 'ø', 1 << 19 )           => str_repeat( 'ø', Token_List::MAX_NAME ),
			'O:8:"stdClass":0:{}'                => 'O:8:"stdClass":0:{}',
		);
		foreach ( $names as $name => $kept ) {
			Tokens::create( array( 'name' => $name, 'client' => $name, 'rights' => $name ) );
			wp_cache_flush();
			$stored = Tokens::stored();
			$this->assertSame( array( $kept, 'other', Token_List::WRITE ), array_slice( array_values( end( $stored ) ), 1, 3 ) );
		}
		$this->assertScim( 200, $this->with( $this->token ) );
	}

	public function test_rubbish_in_the_option_lets_nobody_in(): void {
		foreach ( array( array( array( 'digest' => 'x', 'expires' => array(), 'id' => array(), 'name' => array(), 'rights' => 7 ) ), array( 'x' => array( 'digest' => '' ) ) ) as $rubbish ) {
			update_option( Tokens::OPTION, $rubbish, false );
			$this->assertScim( 401, $this->with( $this->token ) );
			$this->assertCount( 1, Tokens::stored() );
			update_option( Token_Use::OPTION, array( 'first' => 'x', 'tokens' => array( '1' => 'x', '2' => array( 'time' => '<b>' ) ) ) );
			$this->assertNull( Token_Use::first() );
			$this->assertNull( Token_Use::last( '2' ) );
		}
	}

	public function test_tokens_that_end_soon_or_have_ended_lately_are_named(): void {
		foreach ( array( 'soon' => Tokens::WARNING, 'later' => Tokens::WARNING + 1, 'never' => null, 'replaced' => 60 ) as $name => $life ) {
			Tokens::create( array( 'name' => $name, 'expires' => null === $life ? null : self::NOW + $life ), self::NOW );
		}
		Tokens::rotate( Tokens::stored()[4]['id'], 24, self::NOW - 30 * DAY_IN_SECONDS );
		$this->assertSame( array( 'soon' ), array_column( Tokens::ending( self::NOW ), 'name' ) );
		$this->assertSame( array( 'soon', 'later' ), array_column( Tokens::ending( self::NOW + Tokens::WARNING + 2 ), 'name' ), 'after the end, too' );
		$this->assertSame( array(), Tokens::ending( self::NOW + 3 * Tokens::WARNING ) );
	}

	public function test_revoked_token_does_not_come_back_with_a_change_that_began_before(): void {
		Tokens::create( array( 'name' => 'other' ) );
		$id = Tokens::stored()[0]['id'];
		// The list of before in the cache, as a slower request has it.
		$before = get_option( Tokens::OPTION );
		Tokens::revoke( $id );
		wp_cache_set( Tokens::OPTION, $before, 'options' );
		Tokens::create( array( 'name' => 'new' ) );
		$this->assertSame( array( 'other', 'new' ), array_column( Tokens::stored(), 'name' ) );
		$this->assertScim( 401, $this->with( $this->token ) );
	}

	public function test_change_that_meets_another_one_is_refused_and_changes_nothing(): void {
		global $wpdb;
		$before = Tokens::stored();
		$locker = new Locker();
		try {
			$locker->lock( "SELECT * FROM $wpdb->options WHERE option_name = '" . Tokens::OPTION . "' FOR UPDATE" );
			$this->refuses( 'busy with another change', static fn() => Tokens::create() );
			$this->refuses( 'busy with another change', static fn() => Tokens::revoke( $before[0]['id'] ) );
			$locker->release();
		} finally {
			$locker->close();
		}
		wp_cache_flush();
		$this->assertSame( $before, Tokens::stored() );
		Tokens::create();
		$this->assertCount( 2, Tokens::stored() );
	}

	public function test_tokens_of_an_older_version_are_loaded_with_all_options_from_then_on(): void {
		$before = get_option( Tokens::OPTION );
		delete_option( Tokens::OPTION );
		add_option( Tokens::OPTION, $before, '', false );
		$this->assertFalse( self::is_loaded_with_all() );
		update_option( Schema::VERSION_OPTION, '3' );
		Schema::upgrade();
		$this->assertTrue( self::is_loaded_with_all() );
		$this->assertSame( $before, get_option( Tokens::OPTION ) );
		$this->assertScim( 200, $this->with( $this->token ) );
	}

	public function test_site_without_tokens_has_the_option(): void {
		delete_option( Tokens::OPTION );
		Tokens::prepare();
		$this->assertTrue( self::is_loaded_with_all() );
		$this->assertSame( array(), Tokens::stored() );
		$this->assertScim( 401, $this->with( $this->token ) );
		$made = Tokens::create();
		$this->assertScim( 200, $this->with( $made ) );
	}

	public function test_with_a_persistent_cache_no_token_is_read_from_it(): void {
		global $wpdb;
		$id     = Tokens::stored()[0]['id'];
		$before = wp_load_alloptions();
		$used   = wp_using_ext_object_cache( true );
		try {
			Tokens::revoke( $id );
			// What a slower request that changes some other option brings back.
			wp_cache_set( 'alloptions', $before, 'options' );
			$this->assertNotSame( array(), get_option( Tokens::OPTION ) );
			$this->assertSame( array(), Tokens::stored() );
			$this->assertSame( array(), Tokens::digests() );
		} finally {
			wp_using_ext_object_cache( (bool) $used );
			wp_cache_delete( 'alloptions', 'options' );
		}
	}

	/**
	 * Whether WordPress loads the option with all others.
	 */
	private static function is_loaded_with_all(): bool {
		wp_cache_delete( 'alloptions', 'options' );
		return isset( wp_load_alloptions()[ Tokens::OPTION ] );
	}

	/**
	 * A read with a token.
	 *
	 * @param string               $token   The token.
	 * @param array<string,string> $headers More headers.
	 */
	private function with( string $token, array $headers = array() ): Reply {
		return $this->scim( 'GET', '/Users?count=1', $headers + array( 'Authorization' => "Bearer $token" ) );
	}

	/**
	 * Moves the end of a token.
	 *
	 * @param string $id  Its id.
	 * @param int    $end Seconds since the epoch.
	 */
	private function ends( string $id, int $end ): void {
		$tokens = array_map( static fn( array $token ): array => $id === $token['id'] ? array( 'expires' => $end ) + $token : $token, Tokens::stored() );
		update_option( Tokens::OPTION, $tokens, false );
	}

	/**
	 * Asserts that a change is refused.
	 *
	 * @param string   $words  Part of the sentence.
	 * @param callable $change The change.
	 */
	private function refuses( string $words, callable $change ): void {
		try {
			$change();
		} catch ( Token_Refusal $refusal ) {
			$this->assertStringContainsString( $words, $refusal->getMessage() );
			return;
		}
		$this->fail( "not refused: $words" );
	}
}
