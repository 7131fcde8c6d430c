<?php
/**
 * User meta of an account that is being made.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Writes the meta of a new account by one statement: WordPress takes one for each of some sixteen values, a third of what making
 * an account costs.
 *
 * It holds values back between the insert of the account and the first time that anybody could see the difference: WordPress's own reads
 * find them in the cache, any query that names the table has them written first, and they are written before `user_register`.
 * Where a plugin listens to `add_user_meta` or `added_user_meta`, which tells the number of the row, nothing is held back.
 */
final class Meta_Buffer {

	/** Longest key that the column holds, in characters. */
	private const MAX_KEY = 255;

	/** Actions that tell of each value => our own listeners, which have nothing to do while the buffer works. */
	private const TELLING = array(
		'add_user_meta'   => 'hold_added',
		'added_user_meta' => 'added',
	);

	/** Core's own listener (WordPress 6.3), which wants to know that there was something. */
	private const LAST_CHANGED = 'wp_cache_set_users_last_changed';

	/**
	 * The new account while its meta is held back, else 0.
	 *
	 * @var int
	 */
	private int $user_id = 0;

	/**
	 * Whether the new account is known: listeners may make others.
	 *
	 * @var bool
	 */
	private bool $is_known = false;

	/**
	 * Row of the account, as WordPress has read it right after the insert; null when somebody else may have changed it.
	 *
	 * @var \stdClass|null
	 */
	private ?object $row = null;

	/**
	 * All meta of the account, as the cache has it; null when somebody else may have written some.
	 *
	 * @var array<string,list<string>>|null
	 */
	private ?array $held = null;

	/**
	 * Keys and values that are not written yet.
	 *
	 * @var list<array{0: string, 1: string}>
	 */
	private array $rows = array();

	/**
	 * Whether the query of now is the buffer's own.
	 *
	 * @var bool
	 */
	private bool $writes = false;

	/**
	 * Makes an account.
	 *
	 * @template T
	 * @param callable(): T $save wp_insert_user() with what is around it.
	 * @return T
	 * @throws \Throwable Whatever that throws; what is held back is dropped then.
	 */
	public static function around( callable $save ) {
		if ( self::is_heard() ) {
			return $save();
		}
		$buffer = new self();
		$hooks  = array(
			'insert_user_meta'     => array( 'open', PHP_INT_MAX, 3 ),
			'add_user_metadata'    => array( 'add', PHP_INT_MAX, 5 ),
			'update_user_metadata' => array( 'update', PHP_INT_MAX, 5 ),
			'delete_user_metadata' => array( 'write_first', PHP_INT_MAX, 1 ),
			'query'                => array( 'before_query', PHP_INT_MAX, 1 ),
			'clean_user_cache'     => array( 'close', PHP_INT_MIN, 1 ),
		);
		foreach ( $hooks as $hook => list( $method, $priority, $arguments ) ) {
			add_filter( $hook, array( $buffer, $method ), $priority, $arguments );
		}
		try {
			$saved = $save();
			$buffer->write();
			return $saved;
		} finally {
			foreach ( $hooks as $hook => list( $method, $priority ) ) {
				remove_filter( $hook, array( $buffer, $method ), $priority );
			}
		}
	}

	/**
	 * Filter `insert_user_meta`, the first hook that knows the new account.
	 *
	 * @param array    $meta   Meta of the account.
	 * @param \WP_User $user   The account.
	 * @param bool     $update Whether it was there before.
	 * @return array
	 */
	public function open( $meta, $user, $update = false ) {
		if ( ! $update && ! $this->is_known ) {
			$this->is_known = true;
			$this->user_id  = (int) $user->ID;
			$this->row      = clone $user->data;
		}
		return $meta;
	}

	/**
	 * Action `clean_user_cache`, which ends what WordPress itself writes.
	 *
	 * @param int $user_id User ID.
	 */
	public function close( $user_id ): void {
		if ( (int) $user_id === $this->user_id ) {
			$this->write();
			// WordPress has just dropped both, and asks for them next.
			if ( null !== $this->row ) {
				update_user_caches( $this->row );
			}
			if ( null !== $this->held ) {
				wp_cache_set( $this->user_id, $this->held, 'user_meta' );
			}
			$this->user_id = 0;
		}
	}

	/**
	 * Filter `add_user_metadata`.
	 *
	 * @param mixed  $check   What another plugin has made of it, null for nothing.
	 * @param int    $user_id User ID.
	 * @param string $key     Meta key.
	 * @param mixed  $value   Value, sanitised.
	 * @param bool   $unique  Whether there may be only one.
	 * @return mixed
	 */
	public function add( $check, $user_id, $key, $value, $unique = false ) {
		if ( null !== $check || (int) $user_id !== $this->user_id ) {
			return $check;
		}
		return $this->take( (string) $key, $value, (bool) $unique );
	}

	/**
	 * Filter `update_user_metadata`: a key that is not there is added.
	 *
	 * @param mixed  $check    What another plugin has made of it, null for nothing.
	 * @param int    $user_id  User ID.
	 * @param string $key      Meta key.
	 * @param mixed  $value    Value, sanitised.
	 * @param mixed  $previous Only this value is changed.
	 * @return mixed
	 */
	public function update( $check, $user_id, $key, $value, $previous = '' ) {
		if ( null !== $check || (int) $user_id !== $this->user_id ) {
			return $check;
		}
		return empty( $previous ) ? $this->take( (string) $key, $value, true ) : $this->write_first( null );
	}

	/**
	 * Filter `delete_user_metadata`.
	 *
	 * @param mixed $check What another plugin has made of it.
	 * @return mixed
	 */
	public function write_first( $check ) {
		$this->held = null;
		$this->write();
		return $check;
	}

	/**
	 * Filter `query`: whoever asks for the table finds everything.
	 *
	 * @param string $query SQL.
	 * @return string
	 */
	public function before_query( $query ) {
		global $wpdb;
		if ( $this->user_id && ! $this->writes && str_contains( (string) $query, $wpdb->usermeta ) ) {
			$this->held = null;
			$this->write();
		}
		if ( $this->user_id && str_contains( (string) $query, $wpdb->users ) ) {
			$this->row = null;
		}
		return $query;
	}

	/**
	 * Holds a value back, where it is certain what WordPress would have made of it.
	 *
	 * @param string $key   Meta key.
	 * @param mixed  $value Value.
	 * @param bool   $alone Whether there may be no other value under this key.
	 * @return true|null Null for WordPress to do it.
	 */
	private function take( string $key, $value, bool $alone ): ?bool {
		$held = wp_cache_get( $this->user_id, 'user_meta' );
		$text = Meta_Cache::stored( $value );
		if ( ! is_array( $held ) || false === $text || ( $alone && isset( $held[ $key ] ) ) || mb_strlen( $key ) > self::MAX_KEY || ! self::fits( $key ) || ! self::fits( $text ) ) {
			$this->held = null;
			$this->write();
			return null;
		}
		$this->rows[]   = array( $key, $text );
		$held[ $key ][] = $text;
		$this->held     = $held;
		wp_cache_set( $this->user_id, $held, 'user_meta' );
		return true;
	}

	/**
	 * Writes what is held back.
	 *
	 * @throws \RuntimeException When the database refuses.
	 */
	private function write(): void {
		global $wpdb;
		$rows       = $this->rows;
		$this->rows = array();
		if ( $rows ) {
			$tuples       = array_map( fn( array $row ): string => $wpdb->prepare( '(%d, %s, %s)', $this->user_id, ...$row ), $rows );
			$this->writes = true;
			Query::write( "INSERT INTO $wpdb->usermeta (user_id, meta_key, meta_value) VALUES " . implode( ', ', $tuples ) );
			$this->writes = false;
			Foreign_Meta::note_new( $this->user_id, array_column( $rows, 0 ) );
			if ( has_action( 'added_user_meta', self::LAST_CHANGED ) ) {
				call_user_func( self::LAST_CHANGED );
			}
		}
	}

	/**
	 * Whether the column holds a text whole. WordPress leaves a value out that it does not hold.
	 *
	 * @param string $text Any text.
	 */
	private static function fits( string $text ): bool {
		global $wpdb;
		return ! preg_match( '/[^\x20-\x7e\r\n\t]/', $text ) || $wpdb->strip_invalid_text_for_column( $wpdb->usermeta, 'meta_value', $text ) === $text;
	}

	/**
	 * Whether another plugin wants to hear of each value.
	 */
	private static function is_heard(): bool {
		global $wp_filter;
		foreach ( self::TELLING as $action => $own ) {
			foreach ( $wp_filter[ $action ]->callbacks ?? array() as $callbacks ) {
				foreach ( $callbacks as $callback ) {
					$function = $callback['function'];
					$is_known = self::LAST_CHANGED === $function
						|| is_array( $function ) && ( Foreign_Meta::class === $function[0] || $function[0] instanceof Meta_Cache && $own === $function[1] );
					if ( ! $is_known ) {
						return true;
					}
				}
			}
		}
		return false;
	}
}
