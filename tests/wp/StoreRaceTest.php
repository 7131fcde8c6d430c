<?php
/**
 * Several at once.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

use Scimpress\Store\User_Table;

/**
 * Writes to the same user, from several connections.
 */
final class StoreRaceTest extends Test_Case {

	private const PROCESSES = 6;

	private ?Locker $locker = null;

	/** @var list<Script> */
	private array $scripts = array();

	protected function tearDown(): void {
		$this->locker?->close();
		foreach ( $this->scripts as $script ) {
			$script->stop();
		}
		parent::tearDown();
	}

	public function test_many_simultaneous_creates_make_one_account(): void {
		$this->start( self::PROCESSES );
		$users = self::user_ids();
		for ( $round = 1; $round <= 3; $round++ ) {
			$need    = Needs::create();
			$answers = $this->all( static fn(): array => array( 'id' => wp_generate_uuid4() ) + $need );
			$this->assertCount( 1, array_filter( $answers, static fn( array $answer ): bool => isset( $answer['record'] ) ), wp_json_encode( $answers ) );
			$this->assertCount( self::PROCESSES - 1, array_filter( $answers, static fn( array $answer ): bool => 'user_name_exists' === ( $answer['error'] ?? '' ) ), wp_json_encode( $answers ) );
			$this->assertCount( count( $users ) + $round, self::user_ids() );
			$this->assertSame( $round, self::rows() );
		}
	}

	public function test_many_simultaneous_updates_of_one_version_change_it_once(): void {
		list( $need ) = $this->person();
		$this->start( self::PROCESSES );
		$answers = $this->all( static fn( int $number ): array => Needs::update( $need, 1, array( 'wordpress' => array( 'first_name' => "Writer $number" ) ) ) );
		$written = array_values( array_filter( $answers, static fn( array $answer ): bool => isset( $answer['record'] ) ) );
		$this->assertCount( 1, $written, wp_json_encode( $answers ) );
		$this->assertCount( self::PROCESSES - 1, array_filter( $answers, static fn( array $answer ): bool => 'stale' === ( $answer['error'] ?? '' ) ), wp_json_encode( $answers ) );
		$read = $this->perform( Needs::by( 'id', $need['id'] ) )['records'][0];
		$this->assertSame( $written[0]['record'], $read );
	}

	public function test_many_simultaneous_returns_revive_one_account_once(): void {
		list( $need, , $user ) = $this->person();
		$this->perform( Needs::delete( $need['id'] ) );
		$this->start( self::PROCESSES );
		$users   = self::user_ids();
		$answers = $this->all( static fn(): array => array( 'id' => wp_generate_uuid4() ) + $need );
		$revived = array_values( array_filter( $answers, static fn( array $answer ): bool => isset( $answer['record'] ) ) );
		$this->assertCount( 1, $revived, wp_json_encode( $answers ) );
		$this->assertSame( $user->ID, $revived[0]['record']['userId'] );
		$this->assertSame( $users, self::user_ids() );
		$this->assertSame( 1, self::rows() );
	}

	public function test_many_simultaneous_creates_link_one_account_once(): void {
		$this->start( self::PROCESSES );
		$stranger = $this->stranger( array( 'meta_input' => array( 'userPrincipalName' => 'mira@corp.example.com' ) ) );
		$users    = self::user_ids();
		// By its login and by its meta, so that no key of the row is the same.
		$by_login = Needs::create( array( 'login' => array( 'preferred' => $stranger->user_login ) ) );
		$by_meta  = Needs::create( array( 'userName' => 'mira@corp.example.com' ) );
		$answers  = $this->all( static fn( int $number ): array => array( 'id' => wp_generate_uuid4() ) + ( $number % 2 ? $by_login : $by_meta ) );
		$records  = array_column( array_column( $answers, 'record' ), null, 'userId' );
		$this->assertCount( 2, $records, wp_json_encode( $answers ) );
		$this->assertArrayHasKey( $stranger->ID, $records );
		$this->assertCount( self::PROCESSES - 2, array_filter( $answers, static fn( array $answer ): bool => 'user_name_exists' === ( $answer['error'] ?? '' ) ), wp_json_encode( $answers ) );
		$this->assertCount( count( $users ) + 1, self::user_ids() );
		$this->assertSame( 2, self::rows() );
	}

	public function test_create_waits_for_another_one_and_then_loses(): void {
		$this->start( 2 );
		list( $first, $second ) = $this->scripts;
		$need                   = Needs::create();
		$first->say( wp_json_encode( array( 'pause' => 'user_register' ) ) );
		$first->say( wp_json_encode( $need ) );
		$this->assertSame( 'paused', $first->hear() );
		$second->say( wp_json_encode( array( 'id' => wp_generate_uuid4() ) + $need ) );
		$first->say( 'go on' );
		$this->assertSame( $need['id'], json_decode( $first->hear(), true )['record']['id'] );
		$this->assertSame( 'user_name_exists', json_decode( $second->hear(), true )['error'] );
	}

	public function test_create_that_waited_wins_when_the_other_one_dies(): void {
		$this->start( 2 );
		list( $first, $second ) = $this->scripts;
		$need                   = Needs::create();
		$first->say( wp_json_encode( array( 'pause' => 'user_register' ) ) );
		$first->say( wp_json_encode( $need ) );
		$this->assertSame( 'paused', $first->hear() );
		$other = array( 'id' => wp_generate_uuid4() ) + $need;
		$second->say( wp_json_encode( $other ) );
		array_shift( $this->scripts )->stop();
		$this->assertSame( $other['id'], json_decode( $second->hear(), true )['record']['id'] ?? null );
		$this->assertSame( 1, self::rows() );
		$this->assertSame( $other['id'], self::row( $other['id'] )->id );
	}

	public function test_lock_that_does_not_clear_is_busy_and_nothing_is_left(): void {
		list( $need, $record ) = $this->person();
		$this->locker          = new Locker();
		$this->locker->lock( 'SELECT * FROM ' . User_Table::name() . ' WHERE id = "' . $need['id'] . '" FOR UPDATE' );
		$starts = $this->count_transactions();
		$this->refused( 'busy', Needs::update( $need, 1, array( 'wordpress' => array( 'first_name' => 'Late' ) ) ) );
		$this->assertSame( 5, $starts() );
		$this->locker->release();
		$this->assertSame( '1', self::row( $need['id'] )->version );
		$this->assertSame( 'Mira', get_user_meta( $record['userId'], 'first_name', true ) );
	}

	public function test_lock_that_clears_is_waited_for(): void {
		list( $need )  = $this->person();
		$this->locker  = new Locker();
		$locker        = $this->locker;
		$locker->lock( 'SELECT * FROM ' . User_Table::name() . ' WHERE id = "' . $need['id'] . '" FOR UPDATE' );
		$starts = $this->count_transactions( static fn( int $count ) => 3 === $count && $locker->release() );
		$this->assertSame( 2, $this->perform( Needs::update( $need, 1 ) )['record']['version'] );
		$this->assertSame( 3, $starts() );
	}

	public function test_deadlock_is_run_again_inside_the_request(): void {
		global $wpdb;
		list( $need, $record ) = $this->person( array( 'userName' => 'mira@corp.example.com', 'document' => '{"userName":"mira@corp.example.com"}' ) );
		$patch                 = array(
			'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
			'Operations' => array(
				array(
					'op'    => 'replace',
					'path'  => 'displayName',
					'value' => 'After the deadlock',
				),
			),
		);
		$this->start( 1 );
		list( $client ) = $this->scripts;
		// The row of SCIM is locked by then, the account's not yet.
		$client->say( wp_json_encode( array( 'pause' => 'wp_pre_insert_user_data' ) ) );
		$client->say( wp_json_encode( array( 'scim' => array( 'PATCH', "/Users/$need[id]", $patch ) ) ) );
		$this->assertSame( 'paused', $client->hear() );
		if ( Locker::is_sqlite() ) {
			// It has one lock for all, which this transaction holds: there is no circle, whoever comes next waits.
			$client->say( 'go on' );
			$this->assertSame( '200', $client->hear() );
			return;
		}
		$this->locker = new Locker();
		// InnoDB gives up the transaction that has changed less.
		$this->locker->lock( "INSERT INTO $wpdb->options (option_name, option_value) SELECT CONCAT('heavy ', seq), '' FROM seq_1_to_100" );
		$this->locker->also( "SELECT * FROM $wpdb->users WHERE ID = $record[userId] FOR UPDATE" );
		$this->locker->ask( 'SELECT * FROM ' . User_Table::name() . " WHERE id = '$need[id]' FOR UPDATE" );
		Locker::await_waiter();
		$deadlocks = static fn(): int => (int) $wpdb->get_row( "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'" )->Value;
		$before    = $deadlocks();
		$client->say( 'go on' );
		$this->assertTrue( $this->locker->reap(), 'the request was given up, not the other transaction' );
		$this->assertSame( $before + 1, $deadlocks() );
		$this->locker->release();
		$this->assertSame( 'paused', $client->hear(), 'the same request again' );
		$client->say( 'go on' );
		$this->assertSame( '200', $client->hear() );
		wp_cache_flush();
		$this->assertSame( 'After the deadlock', get_userdata( $record['userId'] )->display_name );
		$this->assertSame( '2', self::row( $need['id'] )->version, 'written once' );
	}

	public function test_lock_met_inside_wp_insert_user_leaves_nothing(): void {
		global $wpdb;
		$before       = array( self::rows(), self::user_ids(), self::meta_rows() );
		$this->locker = new Locker();
		// A gap lock behind the last row of usermeta: the account is inserted, its first meta is not.
		$this->locker->lock( "SELECT * FROM $wpdb->usermeta WHERE umeta_id > 0 FOR UPDATE" );
		$need = Needs::create();
		$this->refused( 'busy', $need );
		$this->locker->release();
		$this->assertSame( $before, array( self::rows(), self::user_ids(), self::meta_rows() ) );
		$this->assertFalse( username_exists( $need['userName'] ) );
		$this->perform( $need );
	}

	/**
	 * Starts processes that wait for needs.
	 *
	 * @param int $count How many.
	 */
	private function start( int $count ): void {
		for ( $number = 0; $number < $count; $number++ ) {
			$this->scripts[] = new Script( array( __DIR__ . '/fixtures/perform.php' ) );
		}
		foreach ( $this->scripts as $script ) {
			$this->assertSame( 'ready', $script->hear() );
		}
	}

	/**
	 * Sends a need to every process at once.
	 *
	 * @param callable(int): array $need Makes the need of a process.
	 * @return list<array> The answers.
	 */
	private function all( callable $need ): array {
		foreach ( $this->scripts as $number => $script ) {
			$script->say( wp_json_encode( $need( $number ) ) );
		}
		wp_cache_flush();
		return array_map( static fn( Script $script ): array => json_decode( $script->hear(), true ), $this->scripts );
	}

	/**
	 * Counts the transactions that begin.
	 *
	 * @param callable|null $each Called with the count, before the transaction begins.
	 * @return callable(): int
	 */
	private function count_transactions( ?callable $each = null ): callable {
		$count = 0;
		add_filter(
			'query',
			static function ( string $sql ) use ( &$count, $each ): string {
				if ( 'START TRANSACTION' === $sql ) {
					++$count;
					$each && $each( $count );
				}
				return $sql;
			}
		);
		return static function () use ( &$count ): int {
			return $count;
		};
	}
}
