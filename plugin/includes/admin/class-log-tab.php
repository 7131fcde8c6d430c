<?php
/**
 * Settings → Scimpress → Log.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Log\Criteria;
use Scimpress\Log\Csv;
use Scimpress\Log\Log_Table;
use Scimpress\Log\Settings;

use const Scimpress\PLUGIN_FILE;
use const Scimpress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * What has been provisioned: a list with filters, an entry with everything, a file, and what is kept.
 */
final class Log_Tab extends Tab {

	public const SAVE   = 'scimpress_log_save';
	public const EXPORT = 'scimpress_log_export';

	private const PAGE = 50;

	/**
	 * {@inheritDoc}
	 */
	public function slug(): string {
		return 'log';
	}

	/**
	 * {@inheritDoc}
	 */
	public function title(): string {
		return __( 'Log', 'scimpress' );
	}

	/**
	 * {@inheritDoc}
	 */
	public function actions(): array {
		return array( self::SAVE, self::EXPORT );
	}

	/**
	 * Does what a checked form asks for.
	 *
	 * @param string $action One of actions().
	 */
	public function perform( string $action ): void {
		if ( self::EXPORT === $action ) {
			self::export( Criteria::of( self::texts( array( 's', 'failed', 'operation', 'from', 'to' ), INPUT_POST ) ) );
			exit;
		}
		$changes = array();
		foreach ( array( 'days', 'rows', 'megabytes' ) as $name ) {
			$changes[ $name ] = absint( self::posted( $name ) );
		}
		foreach ( array( 'enabled', 'anonymise', 'full_addresses' ) as $name ) {
			// phpcs:ignore WordPress.Security.NonceVerification.Missing -- Page::load() has checked it.
			$changes[ $name ] = isset( $_POST[ $name ] );
		}
		// An empty field is no number: it leaves what there is.
		Settings::update( array_filter( $changes, static fn( $value ): bool => 0 !== $value ) );
		wp_safe_redirect( add_query_arg( 'saved', '1', Page::url( 'log' ) ), 303 );
		exit;
	}

	/**
	 * What to say of this request.
	 */
	public function outcome(): ?array {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- only chooses a sentence.
		return isset( $_GET['saved'] ) ? array( 'success', __( 'Settings saved.', 'scimpress' ) ) : null;
	}

	/**
	 * Assets of this tab alone.
	 */
	public function enqueue(): void {
		wp_enqueue_style( 'scimpress-log', plugins_url( 'assets/log.css', PLUGIN_FILE ), array(), VERSION );
	}

	/**
	 * Prints the tab.
	 */
	public function render(): void {
		$asked = self::texts( array( 's', 'failed', 'operation', 'from', 'to', 'before', 'after', 'entry' ), INPUT_GET );
		if ( '' !== $asked['entry'] ) {
			self::render_entry( (int) $asked['entry'] );
			return;
		}
		$criteria = Criteria::of( $asked );
		$before   = ctype_digit( $asked['before'] ) ? (int) $asked['before'] : null;
		$after    = null === $before && ctype_digit( $asked['after'] ) ? (int) $asked['after'] : null;
		$where    = $criteria->where();
		// One more than is shown tells whether there are others.
		$rows = null === $where ? array() : Log_Table::page( $where, $before, $after, self::PAGE + 1 );
		$more = count( $rows ) > self::PAGE;
		if ( $more ) {
			$rows = null === $after ? array_slice( $rows, 0, self::PAGE ) : array_slice( $rows, 1 );
		}
		$page = array(
			'criteria' => $criteria,
			'rows'     => $rows,
			'newer'    => $rows && ( null === $after ? null !== $before : $more ) ? (int) $rows[0]->position : null,
			'older'    => $rows && ( null === $after ? $more : true ) ? (int) end( $rows )->position : null,
			'empty'    => ! $rows && ! $criteria->fields() && null === $before && null === $after,
			'settings' => Settings::all(),
		);
		require __DIR__ . '/views/log-tab.php';
	}

	/**
	 * Address of an entry.
	 *
	 * @param int $position Its position.
	 */
	public static function entry_url( int $position ): string {
		return add_query_arg( 'entry', $position, Page::url( 'log' ) );
	}

	/**
	 * Prints one entry.
	 *
	 * @param int $position Its position.
	 */
	private static function render_entry( int $position ): void {
		global $wpdb;
		$row     = Log_Table::find( $position );
		$request = $row ? Log_Table::page( array( $wpdb->prepare( 'request = %s', $row->request ) ), null, 0, self::PAGE ) : array();
		$raw     = $row->raw ?? null;
		if ( $row && null === $raw && $request ) {
			// It stands with the first entry of the request.
			$raw = Log_Table::find( (int) end( $request )->position )->raw ?? null;
		}
		$page = array(
			'row'    => $row,
			'others' => array_filter( $request, static fn( object $other ): bool => (int) $other->position !== $position ),
			'raw'    => $raw,
			'user'   => $row && $row->user_id ? get_userdata( (int) $row->user_id ) : false,
		);
		require __DIR__ . '/views/log-entry.php';
	}

	/**
	 * Sends the file, as it is read.
	 *
	 * @param Criteria $criteria Which entries.
	 */
	private static function export( Criteria $criteria ): void {
		while ( ob_get_level() > 0 && ob_get_status()['flags'] & PHP_OUTPUT_HANDLER_REMOVABLE ) {
			ob_end_clean();
		}
		if ( function_exists( 'set_time_limit' ) ) {
			set_time_limit( 0 );
		}
		nocache_headers();
		header( 'Cache-Control: no-store, private' );
		header( 'Content-Type: text/csv; charset=utf-8' );
		header( 'X-Content-Type-Options: nosniff' );
		header( 'Content-Disposition: attachment; filename="scimpress-log-' . gmdate( 'Y-m-d' ) . '.csv"' );
		// Without it Excel takes UTF-8 for something else.
		echo "\xEF\xBB\xBF";
		Csv::write(
			$criteria,
			static function ( string $piece ): void {
				echo $piece; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- a file, not a page; Csv guards its values.
				flush();
			}
		);
	}

	/**
	 * Texts of a request, unslashed.
	 *
	 * @param list<string> $names Names.
	 * @param int          $from  INPUT_GET or INPUT_POST.
	 * @return array<string,string> Empty where there is none.
	 */
	private static function texts( array $names, int $from ): array {
		$texts = array();
		foreach ( $names as $name ) {
			// phpcs:ignore WordPress.Security.NonceVerification, WordPress.Security.ValidatedSanitizedInput -- Criteria takes only what it knows; forms are checked by Page::load().
			$value          = INPUT_POST === $from ? ( $_POST[ $name ] ?? '' ) : ( $_GET[ $name ] ?? '' );
			$texts[ $name ] = is_string( $value ) ? wp_unslash( $value ) : '';
		}
		return $texts;
	}
}
