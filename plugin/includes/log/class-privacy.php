<?php
/**
 * WordPress's personal data tools.
 *
 * @package Scimpress
 */

namespace Scimpress\Log;

defined( 'ABSPATH' ) || exit;

/**
 * Exports what Scimpress holds about a person, and takes the person out of the log.
 */
final class Privacy {

	private const PAGE = 100;

	/** What an export carries from one page to the next: WordPress counts pages, entries have positions. */
	private const PLACE = 'scimpress_export_';

	/**
	 * Filter `wp_privacy_personal_data_exporters`.
	 *
	 * @param array $exporters The others.
	 */
	public static function exporters( $exporters ): array {
		return array(
			'scimpress' => array(
				'exporter_friendly_name' => 'Scimpress',
				'callback'               => array( self::class, 'export' ),
			),
		) + (array) $exporters;
	}

	/**
	 * Filter `wp_privacy_personal_data_erasers`.
	 *
	 * @param array $erasers The others.
	 */
	public static function erasers( $erasers ): array {
		return array(
			'scimpress' => array(
				'eraser_friendly_name' => 'Scimpress',
				'callback'             => array( self::class, 'erase' ),
			),
		) + (array) $erasers;
	}

	/**
	 * A page of what there is about a person.
	 *
	 * @param string $address E-mail address.
	 * @param int    $page    From 1 on.
	 * @return array{data: list<array>, done: bool}
	 */
	public static function export( $address, $page = 1 ): array {
		$person = new Person( (string) $address );
		$place  = self::PLACE . md5( (string) $address );
		$after  = 1 === (int) $page ? 0 : (int) get_transient( $place );
		$data   = 1 === (int) $page && $person->link ? array( self::resource( $person->link ) ) : array();
		$rows   = $person->entries( $after, self::PAGE );
		foreach ( $rows as $row ) {
			$data[] = self::entry( $row );
			$after  = (int) $row->position;
		}
		$done = count( $rows ) < self::PAGE;
		$done ? delete_transient( $place ) : set_transient( $place, $after, HOUR_IN_SECONDS );
		return array(
			'data' => $data,
			'done' => $done,
		);
	}

	/**
	 * Takes a person out of entries of the log. What is erased is not found again, so every page is the first.
	 *
	 * @param string $address E-mail address.
	 * @return array{items_removed: bool, items_retained: bool, messages: list<string>, done: bool}
	 */
	public static function erase( $address ): array {
		$person = new Person( (string) $address );
		$rows   = $person->entries( 0, self::PAGE );
		if ( $rows ) {
			Log_Table::forget_requests( array_values( array_unique( array_column( $rows, 'request' ) ) ) );
		}
		foreach ( $rows as $row ) {
			$columns = array_flip( array( 'name', 'user_id', 'scim_id', 'operation', 'message', 'address', 'changes', 'raw' ) );
			$erased  = Anonymiser::erased( array_intersect_key( (array) $row, $columns ) );
			Log_Table::overwrite( (int) $row->position, $erased + array( 'size' => Anonymiser::size( $erased ) ) );
		}
		$messages = array();
		if ( $person->link && null === $person->link->deleted ) {
			$messages[] = __( 'Scimpress keeps the link between this account and the identity provider, and what the identity provider has sent, as long as it provisions the account. Take the person out of the provisioning there.', 'scimpress' );
		}
		return array(
			'items_removed'  => array() !== $rows,
			'items_retained' => null !== $person->link,
			'messages'       => $messages,
			'done'           => count( $rows ) < self::PAGE,
		);
	}

	/**
	 * Action `admin_init`: a text for the site's privacy policy.
	 */
	public static function suggest_policy(): void {
		if ( ! function_exists( 'wp_add_privacy_policy_content' ) ) {
			return;
		}
		$text = '<p class="privacy-policy-tutorial">' . esc_html__( 'Scimpress takes the users of this site from an identity provider and keeps a log of it. Adapt the number of days to your settings.', 'scimpress' ) . '</p>'
			. '<p><strong class="privacy-policy-tutorial">' . esc_html__( 'Suggested text:', 'scimpress' ) . '</strong> '
			. sprintf(
				/* translators: %d: number of days. */
				esc_html__( 'Accounts on this site are created, updated and deactivated by our identity provider. It sends us the data of your directory entry, such as your name, e-mail address, telephone numbers, position and groups. We keep them with your account for as long as it is provisioned. What is changed in this way is logged and deleted after %d days at the latest. Passwords are never logged.', 'scimpress' ),
				(int) Settings::all()['days']
			) . '</p>';
		wp_add_privacy_policy_content( 'Scimpress', $text );
	}

	/**
	 * What the identity provider has sent, for an export.
	 *
	 * @param object $link Row of the store.
	 */
	private static function resource( object $link ): array {
		return array(
			'group_id'    => 'scimpress',
			'group_label' => __( 'Provisioned account', 'scimpress' ),
			'item_id'     => "scimpress-$link->id",
			'data'        => self::pairs(
				array(
					__( 'SCIM id', 'scimpress' )     => $link->id,
					__( 'User name', 'scimpress' )   => $link->user_name,
					__( 'External id', 'scimpress' ) => $link->external_id,
					__( 'Object id', 'scimpress' )   => $link->object_id,
					__( 'First provisioned', 'scimpress' ) => gmdate( 'c', intdiv( (int) $link->created, 1000 ) ),
					__( 'Last changed', 'scimpress' ) => gmdate( 'c', intdiv( (int) $link->modified, 1000 ) ),
					__( 'SCIM resource', 'scimpress' ) => $link->document,
				)
			),
		);
	}

	/**
	 * An entry of the log, for an export.
	 *
	 * @param object $row Whole row.
	 */
	private static function entry( object $row ): array {
		return array(
			'group_id'    => 'scimpress-log',
			'group_label' => __( 'Provisioning log', 'scimpress' ),
			'item_id'     => "scimpress-log-$row->position",
			'data'        => self::pairs(
				array(
					__( 'Time', 'scimpress' )      => Entry::machine_time( $row ),
					__( 'Operation', 'scimpress' ) => Entry::operation( $row->operation ),
					__( 'Name', 'scimpress' )      => $row->name,
					__( 'Status', 'scimpress' )    => $row->status,
					__( 'Message', 'scimpress' )   => $row->message,
					__( 'Changes', 'scimpress' )   => Entry::summary( $row ),
				)
			),
		);
	}

	/**
	 * Names and values that WordPress can print as HTML.
	 *
	 * @param array<string,string|null> $values Name => value.
	 * @return list<array{name: string, value: string}>
	 */
	private static function pairs( array $values ): array {
		$pairs = array();
		foreach ( $values as $name => $value ) {
			if ( null !== $value && '' !== $value ) {
				$pairs[] = array(
					'name'  => $name,
					'value' => esc_html( $value ),
				);
			}
		}
		return $pairs;
	}
}
