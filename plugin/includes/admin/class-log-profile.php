<?php
/**
 * The log on a user's profile.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Log\Entry;
use Scimpress\Log\Log_Table;

defined( 'ABSPATH' ) || exit;

/**
 * The last entries about the user, for those who may see the log.
 */
final class Log_Profile {

	private const ENTRIES = 10;

	/**
	 * Actions `show_user_profile` and `edit_user_profile`.
	 *
	 * @param \WP_User $user The user.
	 */
	public static function render( $user ): void {
		global $wpdb;
		if ( ! current_user_can( Page::CAPABILITY ) ) {
			return;
		}
		$rows = Log_Table::page( array( $wpdb->prepare( 'user_id = %d', $user->ID ) ), null, null, self::ENTRIES );
		if ( ! $rows ) {
			return;
		}
		printf(
			'<h2>%1$s</h2><table class="widefat striped scimpress-log"><caption class="screen-reader-text">%2$s</caption><thead><tr><th scope="col">%3$s</th><th scope="col">%4$s</th><th scope="col">%5$s</th></tr></thead><tbody>',
			esc_html__( 'Provisioning log', 'scimpress' ),
			esc_html__( 'The last entries about this user', 'scimpress' ),
			esc_html__( 'Time', 'scimpress' ),
			esc_html__( 'Operation', 'scimpress' ),
			esc_html__( 'Result', 'scimpress' )
		);
		foreach ( $rows as $row ) {
			printf(
				'<tr><th scope="row"><a href="%s">%s</a></th><td>%s</td><td>%s <bdi>%s</bdi></td></tr>',
				esc_url( Log_Tab::entry_url( (int) $row->position ) ),
				esc_html( Entry::time( $row ) ),
				esc_html( Entry::operation( $row->operation ) ),
				esc_html( $row->failed ? __( 'Failed', 'scimpress' ) : __( 'Done', 'scimpress' ) ),
				esc_html( trim( "$row->status $row->message" ) )
			);
		}
		echo '</tbody></table>';
	}
}
