<?php
/**
 * Moving from WPO365.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Account_State;
use Scimpress\Admin\Import_Card;
use Scimpress\Admin\Page;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Import\Import;
use Scimpress\Settings;
use Scimpress\Tokens;

require_once __DIR__ . '/fixtures/wpo365.php';

/**
 * A site as WPO365 leaves it.
 */
final class ImportTest extends Scim_Test_Case {

	private const PAGE   = '/wp-admin/options-general.php?page=scimpress&tab=settings';
	private const SECRET = 'token-of-wpo365-0123456789';

	protected function setUp(): void {
		parent::setUp();
		scimpress_wpo365_options( self::SECRET, array( 'title' => 'job_title', 'no.such' => 'nothing' ) );
		$this->afterwards(
			static function (): void {
				delete_option( 'wpo365_options' );
				delete_option( Import::OPTION );
				delete_option( Attribute_Settings::OPTION );
			}
		);
	}

	public function test_links_keep_the_ids_and_everything_of_the_account(): void {
		$id     = $this->left( array( 'meta' => array( 'job_title' => 'Buyer \\ "1"' ) ) );
		$before = $this->account( $id );
		$run    = $this->import( false );
		$this->assertSame( array( 1, 1, 0, 0, array() ), array( $run['seen'], $run['linked'], $run['already'], $run['refused'], $run['problems'] ) );
		$this->assertEquals( $before, $this->account( $id ), 'neither the account nor its meta changes' );
		$row = self::row( (string) $id );
		$this->assertSame( (string) $id, $row->user_id );
		$user = json_decode( $row->document, true );
		$this->assertSame( "Upn-$id@corp.example.com", $user['userName'] );
		$this->assertSame( 'Buyer \\ "1"', $user['title'] );
		$this->assertSame( "upn-$id@corp.example.com", $row->user_name );
		$this->assertSame( "oid-$id", $row->object_id );
		$this->assertSame( "ext-$id", $row->external_id );
		$this->assertSame( $before[0]->user_email, $row->email );
		$read = $this->perform( Needs::by( 'id', (string) $id ) )['records'][0];
		$this->assertSame( array_diff_key( $read['wordpress'], array( 'active' => true ) ), json_decode( $read['observed'], true ) );
	}

	public function test_mappings_are_taken_over_and_go_on_filling_the_same_meta(): void {
		scimpress_wpo365_options(
			self::SECRET,
			array(
				'title'                          => 'job_title',
				'emails[type eq "other"].value'  => 'second_mail',
				'nickName'                       => 'wp_capabilities',
				'no.such'                        => 'nothing',
			)
		);
		$id   = $this->left( array( 'meta' => array( 'job_title' => 'Buyer', 'wpo365_manager_id' => 'm-1' ) ) );
		$plan = array_column( Import::plan(), null, 'name' );
		$this->assertSame( array( 'user meta job_title', true ), array( $plan['mapping of title']['to'], $plan['mapping of title']['changes'] ) );
		$this->assertStringContainsString( 'not taken over', $plan['mapping of nickName']['to'] );
		$this->assertStringContainsString( 'not taken over', $plan['mapping of no.such']['to'] );
		$this->assertFalse( $plan['mapping of no.such']['changes'] );
		$this->assertSame( array(), Attribute_Settings::mappings(), 'looking changes nothing' );

		Import::take_settings();
		$this->import( false );
		$manager = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';
		$this->assertSame(
			array( "$manager.value" => 'wpo365_manager_id', 'title' => 'job_title', 'emails[type eq "other"].value' => 'second_mail' ),
			array_column( Attribute_Settings::mappings(), 'target', 'path' )
		);
		$again = array_column( Import::plan(), null, 'name' );
		$this->assertSame( array( 'the same', false ), array( $again['mapping of title']['from'], $again['mapping of title']['changes'] ) );
		$taken = get_option( Attribute_Settings::OPTION );
		Import::take_settings();
		$this->assertSame( $taken, get_option( Attribute_Settings::OPTION ) );

		$operations = array(
			array( 'op' => 'Replace', 'path' => 'title', 'value' => 'Seller' ),
			array( 'op' => 'Add', 'path' => $manager, 'value' => 'm-2' ),
		);
		$token = Tokens::create();
		$reply = $this->scim( 'PATCH', "/Users/$id", array( 'Authorization' => "Bearer $token" ), wp_json_encode( array( 'Operations' => $operations ) ) );
		$this->assertScim( 200, $reply );
		wp_cache_flush();
		$this->assertSame( array( 'Seller', 'm-2' ), array( get_user_meta( $id, 'job_title', true ), get_user_meta( $id, 'wpo365_manager_id', true ) ) );
	}

	public function test_repeating_it_changes_nothing(): void {
		$this->left();
		$this->import( false );
		$rows = $this->rows_as_they_are();
		$run  = $this->import( false );
		$this->assertSame( array( 1, 0, 1, 0 ), array( $run['seen'], $run['linked'], $run['already'], $run['refused'] ) );
		$this->assertSame( $rows, $this->rows_as_they_are() );
	}

	public function test_dry_run_says_the_same_and_writes_nothing(): void {
		$this->left( array( 'active' => false ) );
		$this->left( array( 'upn' => null ) );
		$everything = array( self::rows(), self::meta_rows(), Settings::all(), Tokens::stored() );
		$dry        = $this->import( true );
		$this->assertSame( $everything, array( self::rows(), self::meta_rows(), Settings::all(), Tokens::stored() ) );
		$this->assertSame( array( 'dry' => false ) + $dry, $this->import( false ) );
	}

	public function test_deactivated_stays_deactivated(): void {
		$id = $this->left( array( 'active' => false ) );
		$this->assertSame( 1, $this->import( false )['deactivated'] );
		$this->assertFalse( Account_State::is_active( $id ) );
		$this->assertFalse( $this->perform( Needs::by( 'id', (string) $id ) )['records'][0]['wordpress']['active'] );
	}

	public function test_who_was_shut_here_is_not_let_in_by_an_import(): void {
		$id = $this->left();
		Account_State::deactivate( $id );
		$this->import( false );
		$this->assertFalse( Account_State::is_active( $id ) );
	}

	public function test_batch_that_is_interrupted_is_repeated_whole(): void {
		$ids = array( $this->left(), $this->left( array( 'active' => false ) ), $this->left() );
		$run = Import::begin( false );
		add_action( 'scimpress_before_user_deactivate', static fn() => throw new \Error( 'the process ends here' ) );
		$failed = Import::batch( $run );
		$this->assertSame( array( 2, 1 ), array( $failed['linked'], $failed['refused'] ), 'who is not at fault is linked alone' );
		$this->assertNull( self::row( (string) $ids[1] ) );
		$this->assertTrue( Account_State::is_active( $ids[1] ) );
		remove_all_actions( 'scimpress_before_user_deactivate' );
		// What the lost request did not save is done again from the state before.
		$again = Import::batch( $run );
		$this->assertSame( array( 3, 1, 2, 0, true ), array( $again['seen'], $again['linked'], $again['already'], $again['refused'], $again['done'] ) );
		$this->assertSame( 3, self::rows() );
		$this->assertFalse( Account_State::is_active( $ids[1] ) );
	}

	public function test_plugin_that_listens_hears_of_everybody_in_his_own_transaction(): void {
		$ids   = array( $this->left(), $this->left() );
		$heard = array();
		add_action(
			'scimpress_before_user_link',
			static function ( int $user_id ) use ( $ids, &$heard ): void {
				$heard[ $user_id ] = self::row( (string) $user_id )->user_id;
				if ( $ids[0] === $user_id ) {
					throw new \LogicException( 'not this one' );
				}
			}
		);
		$run = $this->import( false );
		$this->assertSame( array( 1, 1 ), array( $run['linked'], $run['refused'] ) );
		$this->assertSame( array_fill_keys( $ids, null ), $heard );
	}

	public function test_two_in_one_batch_with_one_address_are_told_apart(): void {
		global $wpdb;
		$ids = array( $this->left(), $this->left(), $this->left() );
		$wpdb->update( $wpdb->users, array( 'user_email' => 'One@corp.example.com' ), array( 'ID' => $ids[0] ) );
		$wpdb->update( $wpdb->users, array( 'user_email' => 'one@corp.example.com' ), array( 'ID' => $ids[2] ) );
		$run = $this->import( false );
		$this->assertSame( array( $ids[2] ), array_column( $run['problems'], 'user' ) );
		$this->assertSame( array( 2, 1 ), array( $run['linked'], $run['refused'] ) );
	}

	public function test_cost_does_not_grow_with_the_number_of_accounts(): void {
		$queries = static function (): int {
			$run = Import::begin( false );
			wp_cache_flush();
			return self::queries( static fn() => Import::batch( $run ) );
		};
		// Options that nobody has read before are made then.
		\Scimpress\Configuration::of_site();
		$this->left();
		$one = $queries();
		for ( $number = 0; $number < 20; $number++ ) {
			$this->left();
		}
		$this->assertSame( $one, $queries() );
		$this->assertSame( 21, self::rows() );
	}

	/**
	 * Accounts that are not linked, and the words for why.
	 */
	public function problems(): array {
		return array(
			'no user principal name'   => array( array( array( 'upn' => null ) ), 'userName' ),
			'one object id'            => array( array( array( 'objectId' => 'ABC' ), array( 'objectId' => 'abc' ) ), 'another account has the same object id' ),
			'one user principal name'  => array( array( array( 'upn' => 'A@corp.example.com' ), array( 'upn' => 'a@corp.example.com' ) ), 'the same user principal name' ),
			'administrator'            => array( array( array( 'role' => 'administrator' ) ), 'may manage the site' ),
		);
	}

	/**
	 * @dataProvider problems
	 */
	public function test_problem_is_listed_and_never_a_guess( array $people, string $words ): void {
		$ids = array_map( fn( array $person ): int => $this->left( $person ), $people );
		$ok  = $this->left();
		foreach ( array( true, false ) as $dry ) {
			$run = $this->import( $dry );
			$this->assertSame( array( count( $ids ) + 1, 1, count( $ids ) ), array( $run['seen'], $run['linked'], $run['refused'] ) );
			$this->assertSame( $ids, array_column( $run['problems'], 'user' ) );
			foreach ( $run['problems'] as $problem ) {
				$this->assertStringContainsString( $words, $problem['problem'] );
			}
		}
		$this->assertSame( 1, self::rows() );
		$this->assertNotNull( self::row( (string) $ok ) );
	}

	public function test_keys_of_somebody_provisioned_since_are_not_taken(): void {
		list( $need, $record ) = $this->person();
		delete_user_meta( $record['userId'], 'userPrincipalName' );
		$id = $this->left( array( 'upn' => $need['userName'] ) );
		foreach ( array( true, false ) as $dry ) {
			$this->assertSame( array( array( 'user' => $id, 'problem' => 'userName is already used by another user of this site' ) ), $this->import( $dry )['problems'] );
		}
	}

	public function test_value_that_scim_has_no_place_for_is_left_out_aloud(): void {
		$id = $this->left( array( 'meta' => array( 'nothing' => 'x', 'job_title' => 'Buyer' ) ) );
		foreach ( array( true, false ) as $dry ) {
			$run = $this->import( $dry );
			$this->assertSame( 1, $run['linked'] );
			$this->assertSame( array( $id ), array_column( $run['problems'], 'user' ) );
			$this->assertStringContainsString( "'no.such'", $run['problems'][0]['problem'] );
		}
		$this->assertSame( 'Buyer', json_decode( self::row( (string) $id )->document, true )['title'] );
	}

	public function test_interrupted_run_goes_on_where_it_was(): void {
		global $wpdb;
		$template = $this->left();
		for ( $number = 0; $number < Import::BATCH; $number++ ) {
			$wpdb->insert( $wpdb->users, array( 'user_login' => "b-$number", 'user_email' => "b-$number@corp.example.com", 'user_nicename' => "b-$number" ) );
			$id = $wpdb->insert_id;
			$wpdb->query( $wpdb->prepare( "INSERT INTO $wpdb->usermeta (user_id, meta_key, meta_value) VALUES (%d, 'wpo365_scim_external_id', 'x'), (%d, 'userPrincipalName', %s)", $id, $id, "b-$number@corp.example.com" ) );
		}
		$run = Import::batch( Import::begin( false ) );
		$this->assertSame( array( Import::BATCH, Import::BATCH, Import::BATCH + 1, false ), array( $run['seen'], $run['linked'], $run['total'], $run['done'] ) );
		$this->assertSame( Import::BATCH, self::rows() );
		$run = Import::batch( $run );
		$this->assertSame( array( Import::BATCH + 1, Import::BATCH + 1, true ), array( $run['seen'], $run['linked'], $run['done'] ) );
		$this->assertNotNull( self::row( (string) $template ) );
	}

	public function test_settings_and_the_digest_of_the_token_are_taken_over(): void {
		$heir = $this->stranger( array( 'role' => 'editor' ) );
		Settings::update( array( 'enabled' => false, 'on_delete' => Settings::DELETE ) );
		update_option( 'wpo365_options', array( 'scim_reassign_posts_to_id' => (string) $heir->ID, 'new_usr_send_mail' => true ) + get_option( 'wpo365_options' ) );
		$left = get_option( 'wpo365_options' );
		$plan = array_column( Import::plan(), null, 'name' );
		$this->assertStringNotContainsString( self::SECRET, wp_json_encode( $plan ) );
		$this->assertSame( array( 'false', 'true', true ), array( $plan['enabled']['from'], $plan['enabled']['to'], $plan['enabled']['changes'] ) );
		$this->assertSame( array( 'another', 'its digest', true ), array( $plan['token']['from'], $plan['token']['to'], $plan['token']['changes'] ) );
		$this->assertArrayHasKey( 'values of title', $plan );

		Import::take_settings();
		$this->assertSame( array( true, 'contributor', Settings::DEACTIVATE, $heir->ID, true ), array_values( array_intersect_key( Settings::all(), array_flip( array( 'enabled', 'default_role', 'on_delete', 'reassign_to', 'welcome_mail' ) ) ) ) );
		$this->assertSame( array( hash( 'sha256', $this->token ), hash( 'sha256', self::SECRET ) ), Tokens::digests() );
		$this->assertSame( array( 'WPO365', 'entra' ), array( Tokens::stored()[1]['name'], Tokens::stored()[1]['client'] ) );
		$this->assertSame( $left, get_option( 'wpo365_options' ) );
		$changes = array_filter( Import::plan(), static fn( array $line ): bool => $line['changes'] && ! str_starts_with( $line['name'], 'values of' ) );
		$this->assertSame( array(), $changes );
	}

	public function test_role_that_manages_the_site_and_heir_who_is_gone_are_not_taken_over(): void {
		update_option( 'wpo365_options', array( 'new_usr_default_role' => 'administrator', 'scim_reassign_posts_to_id' => 999999 ) + get_option( 'wpo365_options' ) );
		Import::take_settings();
		$this->assertSame( array( 'subscriber', 0 ), array( Settings::default_role(), Settings::reassign_to() ) );
	}

	public function test_token_too_weak_is_not_taken_over(): void {
		update_option( 'wpo365_options', array( 'scim_secret_token' => 'short' ) + get_option( 'wpo365_options' ) );
		$before = Tokens::digests();
		$this->assertStringContainsString( 'generate a new one', array_column( Import::plan(), 'to', 'name' )['token'] );
		Import::take_settings();
		$this->assertSame( $before, Tokens::digests() );
	}

	public function test_card_shows_what_would_change_and_then_moves(): void {
		$id      = $this->left();
		$bad     = $this->left( array( 'upn' => null ) );
		$browser = $this->administrator();
		$body    = $browser->get( self::PAGE )->body;
		$this->assertShows( 'Move from WPO365', $body );
		$this->assertHides( self::SECRET, $body );
		$this->assertSame( 303, $this->press( $browser, Import_Card::DRY )->status );
		$this->assertSame( 0, self::rows() );
		$body = $browser->get( self::PAGE )->body;
		$this->assertShows( 'Dry run: 1 accounts would be linked, 0 of them deactivated. 0 are linked already, 1 cannot be linked.', $body );
		$this->assertShows( get_userdata( $bad )->user_login, $body );
		$this->assertShows( 'values of title', $body );
		$this->assertSame( 303, $this->press( $browser, Import_Card::RUN )->status );
		wp_cache_flush();
		$this->assertNotNull( self::row( (string) $id ) );
		$this->assertShows( '1 accounts were linked', $browser->get( self::PAGE )->body );
		$this->token = self::SECRET;
		$this->assertScim( 200, $this->scim( 'GET', "/Users/$id" ) );
	}

	public function test_card_needs_the_nonce_and_the_capability(): void {
		$this->left();
		$fields = array( Page::ACTION => Import_Card::RUN, '_wpnonce' => 'forged' );
		$this->assertSame( 403, $this->administrator()->post( self::PAGE, $fields )->status );
		$editor = new Browser( self::$web );
		$editor->sign_in( $this->stranger( array( 'role' => 'editor' ) )->user_login, 'secret phrase' );
		$this->assertSame( 403, $editor->post( self::PAGE, $fields )->status );
		$this->assertSame( 0, self::rows() );
	}

	public function test_card_is_hidden_where_wpo365_never_was(): void {
		delete_option( 'wpo365_options' );
		$this->assertHides( 'Move from WPO365', $this->administrator()->get( self::PAGE )->body );
	}

	public function test_both_plugins_at_once_are_explained_and_our_routes_win(): void {
		$both = array( 'X-Scenario' => 'wpo365' );
		$this->assertScim( 200, $this->scim( 'GET', '/Users', $both ) );
		$this->assertScim( 404, $this->scim( 'GET', '/Users/123', $both ) );
		$browser = $this->administrator();
		$this->assertHides( 'WPO365 provisions users at the same Tenant URL', $browser->get( '/wp-admin/index.php' )->body );
		$this->assertShows( 'Scimpress answers all requests of the identity provider. Switch SCIM off in WPO365.', $browser->get( '/wp-admin/index.php', $both )->body );
		$plugins = get_option( 'active_plugins' );
		$this->afterwards( static fn() => update_option( 'active_plugins', $plugins ) );
		update_option( 'active_plugins', array( ...$plugins, 'wpo365-login/wpo365-login.php' ) );
		Settings::update( array( 'enabled' => false ) );
		$this->assertTrue( \Scimpress\Import\Wpo365::is_active() );
		update_option( 'active_plugins', $plugins );
		$this->assertFalse( \Scimpress\Import\Wpo365::is_active() );
		$this->assertShows( 'nobody is provisioned now', $browser->get( '/wp-admin/index.php', $both )->body );
		$editor = new Browser( self::$web );
		$editor->sign_in( $this->stranger( array( 'role' => 'editor' ) )->user_login, 'secret phrase' );
		$this->assertHides( 'Tenant URL', $editor->get( '/wp-admin/index.php', $both )->body );
	}

	/**
	 * A user of WPO365.
	 *
	 * @param array $changes What differs.
	 * @return int User ID.
	 */
	private function left( array $changes = array() ): int {
		$name = 'left-' . bin2hex( random_bytes( 6 ) );
		$id   = scimpress_wpo365_user(
			array_diff_key( $changes, array( 'upn' => 1, 'objectId' => 1, 'role' => 1 ) ) + array(
				'login'      => $name,
				'email'      => "$name@corp.example.com",
				'first'      => 'Mira',
				'last'       => 'Halvorsen',
				'display'    => 'Mira Halvorsen',
				'externalId' => 'x',
			)
		);
		update_user_meta( $id, 'wpo365_scim_external_id', "ext-$id" );
		foreach ( array( 'userPrincipalName' => array_key_exists( 'upn', $changes ) ? $changes['upn'] : "Upn-$id@corp.example.com", 'aadObjectId' => $changes['objectId'] ?? "OID-$id" ) as $key => $value ) {
			if ( null !== $value ) {
				update_user_meta( $id, $key, $value );
			}
		}
		if ( isset( $changes['role'] ) ) {
			get_userdata( $id )->set_role( $changes['role'] );
		}
		return $id;
	}

	/**
	 * A whole run, without the settings.
	 *
	 * @param bool $dry Whether nothing is written.
	 */
	private function import( bool $dry ): array {
		$run = Import::begin( $dry );
		do {
			$run = Import::batch( $run );
		} while ( ! $run['done'] );
		return $run;
	}

	/**
	 * An account and its meta, past every cache.
	 *
	 * @param int $id User ID.
	 */
	private function account( int $id ): array {
		global $wpdb;
		return array(
			(object) (array) $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $wpdb->users WHERE ID = %d", $id ) ),
			$wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d ORDER BY umeta_id", $id ), ARRAY_N ),
		);
	}

	/**
	 * All rows.
	 */
	private function rows_as_they_are(): array {
		global $wpdb;
		return $wpdb->get_results( 'SELECT * FROM ' . \Scimpress\Store\User_Table::name() . ' ORDER BY position', ARRAY_N );
	}

	/**
	 * Somebody who may manage the site.
	 */
	private function administrator(): Browser {
		$browser = new Browser( self::$web );
		$browser->sign_in( $this->stranger( array( 'role' => 'administrator' ) )->user_login, 'secret phrase' );
		return $browser;
	}

	/**
	 * Presses a button of the card.
	 *
	 * @param Browser $browser Who.
	 * @param string  $action  Which.
	 */
	private function press( Browser $browser, string $action ): Reply {
		$pattern = '/name="_wpnonce" value="([0-9a-f]+)".{0,200}?name="' . Page::ACTION . '" value="' . $action . '"/s';
		$this->assertSame( 1, preg_match( $pattern, $browser->get( self::PAGE )->body, $nonce ), $action );
		return $browser->post( self::PAGE, array( Page::ACTION => $action, '_wpnonce' => $nonce[1] ) );
	}
}
