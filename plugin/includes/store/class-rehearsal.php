<?php
/**
 * What a create would do.
 *
 * @package Scimpress
 */

namespace Scimpress\Store;

use Scimpress\Account_State;
use Scimpress\Attributes\Mapped_Attributes;
use Scimpress\Attributes\Targets;
use Scimpress\Remembered_Roles;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Goes the way of a `create` need, by the same look-ups, protections and filters of values, up to where the database would be
 * written. No transaction is opened, no action is fired.
 */
final class Rehearsal {

	/** Fields of an account that WordPress filters one by one, before it has a row to write. */
	private const FILTERED = array( 'first_name', 'last_name', 'nickname', 'description' );

	/**
	 * The account that the person has already, null when a new one would be made.
	 *
	 * @var int|null
	 */
	public readonly ?int $user_id;

	/**
	 * Whether the identity provider had deleted the person, and the account would come back.
	 *
	 * @var bool
	 */
	public readonly bool $returns;

	/**
	 * Whether the account could be used.
	 *
	 * @var bool
	 */
	public readonly bool $active;

	/**
	 * The login name.
	 *
	 * @var string
	 */
	public readonly string $login;

	/**
	 * Fields of the account as WordPress would store them, `user_email`, `first_name`, `last_name`, `display_name` and those of
	 * Targets::FIELDS among them; what would stay is not.
	 *
	 * @var array<string,string>
	 */
	public readonly array $fields;

	/**
	 * Values of the mapped attributes.
	 *
	 * @var array<string,string|list<string>|null> By target; null removes.
	 */
	public readonly array $mapped;

	/**
	 * Roles that the account would have before any rule is applied.
	 *
	 * @var list<string>
	 */
	public readonly array $roles;

	/**
	 * Whether it would have them only because it has just been made.
	 *
	 * @var bool
	 */
	public readonly bool $fresh;

	/**
	 * Rehearses.
	 *
	 * @param array $need A create need for a user.
	 * @throws Failure    When it could not be done.
	 * @throws \Throwable What a filter throws.
	 */
	public function __construct( array $need ) {
		$need   = Hooks::values( $need, 0 );
		$mapped = Mapped_Attributes::filtered( $need['mapped'], $need['id'], $need['document'], 0 );
		$room   = Room::for_create( $need );

		$candidates    = new Candidates();
		$this->returns = null !== $room->tombstone;
		$this->user_id = $this->returns ? (int) $room->tombstone->account : $candidates->find( $need, Foreign_Meta::is_indexed( false ) );
		$this->active  = $need['active'];

		$default = '' === Settings::default_role() ? array() : array( Settings::default_role() );
		if ( null === $this->user_id ) {
			$this->login  = Login::choose( $need['login']['preferred'], $need['login']['suffix'], $candidates->login_is_free );
			$this->mapped = $mapped;
			$this->fields = self::fields( fn() => Account::create( null, $this->login, $need['wordpress'], $mapped ), $mapped );
			$this->roles  = $default;
			$this->fresh  = true;
			return;
		}
		Protection::guard( $this->user_id );
		if ( ! $this->active ) {
			Account::keep_administrators( $this->user_id );
		}
		// As Arrival: an account that is linked keeps what SCIM says nothing about.
		$is_said      = fn( $value ): bool => $this->returns || ( null !== $value && '' !== $value );
		$values       = array_filter( array_intersect_key( $need['wordpress'], array_flip( Account::FIELDS ) ), $is_said );
		$this->mapped = array_filter( $mapped, $is_said );
		// User meta would be written at once.
		$fields       = array_intersect_key( $this->mapped, array_flip( Targets::FIELDS ) );
		$user         = get_userdata( $this->user_id );
		$this->login  = $user->user_login;
		$this->fields = self::fields( fn() => Account::update( $this->user_id, $values, $fields ), $fields );

		$roles       = $user->roles ? array_values( $user->roles ) : ( Account_State::is_active( $this->user_id ) ? array() : Remembered_Roles::coming_back( Account_State::memory( $this->user_id ) ) );
		$this->fresh = ! $roles;
		$this->roles = $roles ? $roles : $default;
	}

	/**
	 * What WordPress would store of an account, after its own checks and the filters of all plugins.
	 *
	 * @param callable             $save   Saves the account; stopped right before the database.
	 * @param array<string,mixed>  $mapped Mapped attributes.
	 * @return array<string,string>
	 * @throws Failure When WordPress refuses.
	 */
	private static function fields( callable $save, array $mapped ): array {
		$fields  = array();
		$reached = false;
		$stop    = static function ( $data ) use ( &$fields, &$reached ): array {
			$data    = Account::fit( $data );
			$reached = true;
			$fields += array_map( 'strval', array_intersect_key( (array) $data, array_flip( array( 'user_email', 'display_name', 'user_url' ) ) ) );
			// WordPress writes no user without data, and says so.
			return array();
		};
		$note    = static function ( $value ) use ( &$fields ) {
			$field = substr( current_filter(), strlen( 'pre_user_' ) );
			if ( is_scalar( $value ) ) {
				$fields[ $field ] = (string) wp_unslash( (string) $value );
			}
			return $value;
		};
		add_filter( 'wp_pre_insert_user_data', $stop, PHP_INT_MAX );
		foreach ( self::FILTERED as $field ) {
			add_filter( "pre_user_$field", $note, PHP_INT_MAX );
		}
		try {
			$save();
		} catch ( Failure $failure ) {
			if ( ! $reached ) {
				throw $failure;
			}
		} finally {
			remove_filter( 'wp_pre_insert_user_data', $stop, PHP_INT_MAX );
			foreach ( self::FILTERED as $field ) {
				remove_filter( "pre_user_$field", $note, PHP_INT_MAX );
			}
		}
		return array_key_exists( 'locale', $mapped ) ? $fields + array( 'locale' => Targets::fit( 'locale', $mapped['locale'] ) ) : $fields;
	}
}
