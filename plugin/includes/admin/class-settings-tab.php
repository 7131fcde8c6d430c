<?php
/**
 * Settings → Scimpress → Settings.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Capability;
use Scimpress\Notices;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * The settings: what happens to accounts, import, notices.
 */
final class Settings_Tab extends Tab {

	public const SLUG = 'settings';
	public const SAVE = 'scimpress_save';

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return self::SLUG;
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Settings', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::SAVE, Import_Card::DRY, Import_Card::RUN );
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		if ( self::SAVE === $action ) {
			$problems = $this->save();
			if ( $problems ) {
				$this->outcome = array( 'error', implode( ' ', $problems ) );
				return;
			}
			wp_safe_redirect( add_query_arg( 'saved', '1', Page::url( self::SLUG ) ), 303 );
			exit;
		}
		if ( Import_Card::is_offered() ) {
			// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
			Import_Card::advance( $action, isset( $_POST[ Import_Card::GO_ON ] ) );
		}
		wp_safe_redirect( Page::url( self::SLUG ) . '#scimpress-import', 303 );
		exit;
	}

	/**
	 * What to say of this request.
	 */
	public function outcome(): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		return null === $this->outcome && isset( $_GET['saved'] ) ? array( 'success', __( 'Settings saved.', 'scimpress' ) ) : $this->outcome;
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$heir = get_userdata( Settings::reassign_to() );
		$page = array(
			'heir'         => $heir ? $heir->user_login : '',
			'settings'     => Settings::all(),
			'enabled'      => Settings::enabled(),
			'default_role' => Settings::default_role(),
			'protected'    => array_column( Settings::protected_users() ? get_users( array( 'include' => Settings::protected_users(), 'fields' => array( 'user_login' ), 'blog_id' => 0, 'orderby' => 'include' ) ) : array(), 'user_login' ),
			// The role of now stays to be chosen by those too who could not choose it.
			'roles'        => Capability::roles_to_hand_out() + array_intersect_key( Settings::assignable_roles(), array( Settings::default_role() => true ) ),
			'notices'      => Notices::latest(),
		);
		require __DIR__ . '/views/settings-tab.php';
	}

	/**
	 * Stores the form `scimpress_save`.
	 *
	 * @return list<string> What could not be saved, a sentence each.
	 */
	private function save(): array {
		// phpcs:disable WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
		$changes = array(
			'on_delete'        => self::posted( 'on_delete' ),
			'reassign_to'      => absint( self::posted( 'reassign_to' ) ),
			'welcome_mail'     => isset( $_POST['welcome_mail'] ),
			'welcome_subject'  => self::posted_text( 'welcome_subject' ),
			'welcome_body'     => self::posted_text( 'welcome_body' ),
			'members_replace'  => self::posted( 'members_replace' ),
			'ignore_passwords' => isset( $_POST['ignore_passwords'] ),
		);
		foreach ( array( Settings::MATCH_OBJECT_ID, Settings::MATCH_UPN, Settings::MATCH_LOGIN, Settings::MATCH_EMAIL ) as $match ) {
			$changes[ $match ] = isset( $_POST[ $match ] );
		}
		if ( ! Settings::is_enabled_constant() ) {
			$changes['enabled'] = isset( $_POST['enabled'] );
		}
		// phpcs:enable
		$role = self::posted( 'default_role' );
		if ( isset( Capability::roles_to_hand_out()[ $role ] ) ) {
			$changes['default_role'] = $role;
		}
		$problems = array();
		$heir     = trim( self::posted( 'reassign_login' ) );
		if ( '' !== $heir ) {
			$changes['reassign_to'] = (int) ( get_user_by( 'login', $heir )->ID ?? 0 );
			if ( ! $changes['reassign_to'] ) {
				/* translators: %s: login name. */
				$problems[] = sprintf( __( 'Settings saved, but nobody has the login name %s, so the content of deleted users goes to nobody.', 'scimpress' ), $heir );
			}
		}
		if ( $changes['reassign_to'] && ! get_userdata( $changes['reassign_to'] ) ) {
			$changes['reassign_to'] = 0;
		}
		if ( isset( $_POST['protected_users'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
			$logins  = array_filter( array_map( 'trim', preg_split( '/\R/', self::posted( 'protected_users' ) ) ), 'strlen' );
			$users   = array_map( static fn( string $login ) => get_user_by( 'login', $login ), $logins );
			$unknown = array_values( array_diff_key( $logins, array_filter( $users ) ) );
			if ( $unknown ) {
				/* translators: %s: login names. */
				$problems[] = sprintf( __( 'Settings saved, but nobody has these login names, so they protect nobody: %s', 'scimpress' ), implode( ', ', $unknown ) );
			}
			$changes['protected_users'] = array_column( array_filter( $users ), 'ID' );
		}
		Settings::update( $changes );
		return $problems;
	}
}
