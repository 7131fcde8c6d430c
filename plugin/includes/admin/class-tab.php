<?php
/**
 * One tab of Settings → Scimpress.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * What a tab shows and what its forms do. The page has checked the capability and the nonce before perform() is called.
 */
abstract class Tab {

	/**
	 * Outcome of this request: `success`, `warning` or `error`, and a sentence.
	 *
	 * @var array{0: string, 1: string}|null
	 */
	protected ?array $outcome = null;

	/**
	 * Value of `tab` in its address.
	 */
	abstract public function slug(): string;

	/**
	 * Its translated title.
	 */
	abstract public function title(): string;

	/**
	 * What its forms do; each is its form's nonce action, too.
	 *
	 * @return list<string>
	 */
	abstract public function actions(): array;

	/**
	 * Does what a checked form asks for. A tab that is left as it was redirects, so that reloading does not repeat it.
	 *
	 * @param string $action One of actions().
	 */
	abstract public function perform( string $action ): void;

	/**
	 * Prints what stands below the tabs.
	 */
	abstract public function render(): void;

	/**
	 * Assets of this tab alone.
	 */
	public function enqueue(): void {}

	/**
	 * What to say of this request, null when there is nothing to say.
	 *
	 * @return array{0: string, 1: string}|null
	 */
	public function outcome(): ?array {
		return $this->outcome;
	}

	/**
	 * A plain text field of the checked form.
	 *
	 * @param string $name Field name.
	 */
	protected static function posted( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
		return is_string( $_POST[ $name ] ?? null ) ? sanitize_textarea_field( wp_unslash( $_POST[ $name ] ) ) : '';
	}

	/**
	 * A text field of the checked form, as it was typed: who takes it sanitises it.
	 *
	 * @param string $name Field name.
	 */
	protected static function posted_text( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput -- Page::load() has checked the nonce; see above.
		return is_string( $_POST[ $name ] ?? null ) ? wp_unslash( $_POST[ $name ] ) : '';
	}

	/**
	 * A time as the site writes it.
	 *
	 * @param int $seconds Since the epoch.
	 */
	public static function time( int $seconds ): string {
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $seconds );
	}
}
