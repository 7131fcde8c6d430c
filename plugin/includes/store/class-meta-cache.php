<?php
/**
 * User meta during a write.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the cached meta of an account up to date while it is written.
 *
 * WordPress drops all cached meta of an account with every value that it writes, and reads all of it again before the next one: a
 * new account has some seventeen values. What a single write makes of the cache is known, though. Between the last action before
 * it and the first one behind it nothing else can write.
 */
final class Meta_Cache {

	/** Actions of WordPress's writes, before and behind. */
	private const ACTIONS = array(
		'add_user_meta'     => 'hold_added',
		'update_user_meta'  => 'hold',
		'delete_user_meta'  => 'hold',
		'added_user_meta'   => 'added',
		'updated_user_meta' => 'updated',
		'deleted_user_meta' => 'deleted',
	);

	/**
	 * What the cache held right before the write.
	 *
	 * @var mixed
	 */
	private $held = false;

	/**
	 * A cache of some accounts.
	 *
	 * @param \Closure(int): bool $concerns Whether an account's cache is kept, by user ID.
	 */
	public function __construct( private readonly \Closure $concerns ) {}

	/**
	 * Begins to listen.
	 */
	public function open(): void {
		foreach ( self::ACTIONS as $action => $method ) {
			add_action( $action, array( $this, $method ), str_starts_with( $method, 'hold' ) ? PHP_INT_MAX : PHP_INT_MIN, 4 );
		}
	}

	/**
	 * Listens no more.
	 */
	public function close(): void {
		foreach ( self::ACTIONS as $action => $method ) {
			remove_action( $action, array( $this, $method ), str_starts_with( $method, 'hold' ) ? PHP_INT_MAX : PHP_INT_MIN );
		}
	}

	/**
	 * Action `add_user_meta`.
	 *
	 * @param int $user_id User ID.
	 */
	public function hold_added( $user_id ): void {
		$this->hold( 0, $user_id );
	}

	/**
	 * Actions `update_user_meta` and `delete_user_meta`.
	 *
	 * @param int|list<int> $ids     Unused.
	 * @param int           $user_id User ID.
	 */
	public function hold( $ids, $user_id ): void {
		$this->held = ( $this->concerns )( (int) $user_id ) ? wp_cache_get( (int) $user_id, 'user_meta' ) : false;
	}

	/**
	 * Action `added_user_meta`.
	 *
	 * @param int    $id      Unused.
	 * @param int    $user_id User ID.
	 * @param string $key     Meta key.
	 * @param mixed  $value   Value.
	 */
	public function added( $id, $user_id, $key, $value ): void {
		$this->put( (int) $user_id, (string) $key, array( ...( $this->held[ $key ] ?? array() ), self::stored( $value ) ) );
	}

	/**
	 * Action `updated_user_meta`. Of several values under one key it does not say which were changed.
	 *
	 * @param int    $id      Unused.
	 * @param int    $user_id User ID.
	 * @param string $key     Meta key.
	 * @param mixed  $value   Value.
	 */
	public function updated( $id, $user_id, $key, $value ): void {
		if ( is_array( $this->held ) && 1 === count( $this->held[ $key ] ?? array() ) ) {
			$this->put( (int) $user_id, (string) $key, array( self::stored( $value ) ) );
		}
		$this->held = false;
	}

	/**
	 * Action `deleted_user_meta`.
	 *
	 * @param list<int> $ids     Numbers of the values that are gone.
	 * @param int       $user_id User ID; 0 when a value of all accounts was deleted.
	 * @param string    $key     Meta key.
	 */
	public function deleted( $ids, $user_id, $key ): void {
		if ( is_array( $this->held ) && count( (array) $ids ) === count( $this->held[ $key ] ?? array() ) ) {
			$this->put( (int) $user_id, (string) $key, array() );
		}
		$this->held = false;
	}

	/**
	 * Puts the meta of before back into the cache, with other values under one key.
	 *
	 * @param int                $user_id User ID.
	 * @param string             $key     Meta key.
	 * @param list<string|false> $values  Values as the database gives them; false for one that it may give otherwise.
	 */
	private function put( int $user_id, string $key, array $values ): void {
		$held       = $this->held;
		$this->held = false;
		if ( is_array( $held ) && ! in_array( false, $values, true ) ) {
			wp_cache_set( $user_id, array_filter( array( $key => $values ) + $held ), 'user_meta' );
		}
	}

	/**
	 * A value as the database gives it back.
	 *
	 * @param mixed $value The value.
	 * @return string|false False when that is not certain.
	 */
	public static function stored( $value ) {
		$text = maybe_serialize( $value );
		return is_string( $text ) || is_int( $text ) ? (string) $text : false;
	}
}
