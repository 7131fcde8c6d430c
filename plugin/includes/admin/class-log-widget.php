<?php
/**
 * The log on the dashboard.
 *
 * @package Scimpress
 */

namespace Scimpress\Admin;

use Scimpress\Log\Days;
use Scimpress\Log\Entry;
use Scimpress\Log\Log_Table;
use Scimpress\Log\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * The last failures, then a chart of the last days.
 */
final class Log_Widget {

	private const FAILURES = 5;

	/** Of the chart, in units of its own. */
	private const WIDTH  = 420;
	private const HEIGHT = 80;

	/**
	 * Action `wp_dashboard_setup`.
	 */
	public static function register(): void {
		if ( current_user_can( Page::CAPABILITY ) && Settings::enabled() ) {
			wp_add_dashboard_widget( 'scimpress_log', __( 'Provisioning', 'scimpress' ), array( self::class, 'render' ) );
		}
	}

	/**
	 * Prints the widget.
	 */
	public static function render(): void {
		$failures = Log_Table::page( array( 'failed = 1' ), null, null, self::FAILURES );
		$days     = Days::last();
		if ( ! $failures && ! array_filter( array_merge( ...array_values( $days ) ) ) ) {
			printf( '<p>%s</p>', esc_html__( 'Nothing was provisioned in the last days.', 'scimpress' ) );
		}
		if ( $failures ) {
			printf( '<h3>%s</h3><ul>', esc_html__( 'Last failures', 'scimpress' ) );
			foreach ( $failures as $row ) {
				printf(
					'<li><a href="%s">%s <bdi>%s</bdi>: <bdi>%s</bdi></a></li>',
					esc_url( Log_Tab::entry_url( (int) $row->position ) ),
					esc_html( Entry::time( $row ) ),
					esc_html( trim( Entry::operation( $row->operation ) . " $row->name" ) ),
					esc_html( '' === $row->message ? (string) $row->status : $row->message )
				);
			}
			echo '</ul>';
		}
		self::chart( $days );
		self::table( $days );
		printf( '<p><a href="%s">%s</a></p>', esc_url( Page::url( 'log' ) ), esc_html__( 'Show the log', 'scimpress' ) );
	}

	/**
	 * Prints the chart: a column a day, what failed on top of what succeeded. The table below says the same in words.
	 *
	 * @param array<string,array{0: int, 1: int}> $days Of Days::last().
	 */
	private static function chart( array $days ): void {
		$most  = max( 1, ...array_map( 'array_sum', array_values( $days ) ) );
		$width = self::WIDTH / count( $days );
		printf(
			'<svg viewBox="0 0 %1$d %2$d" width="100%%" height="%2$d" preserveAspectRatio="none" role="img" aria-label="%3$s">',
			(int) self::WIDTH,
			(int) self::HEIGHT,
			esc_attr__( 'Entries of the log in the last days; the table below has the numbers', 'scimpress' )
		);
		foreach ( array_values( $days ) as $index => list( $done, $failed ) ) {
			$bottom = self::HEIGHT;
			foreach ( array( array( $done, '#2271b1' ), array( $failed, '#b32d2e' ) ) as list( $count, $colour ) ) {
				// What is there is seen, however small it is beside the rest.
				$height  = $count ? max( 2, (int) round( $count / $most * ( self::HEIGHT - 4 ) ) ) : 0;
				$bottom -= $height;
				if ( $height ) {
					printf( '<rect x="%s" y="%d" width="%s" height="%d" fill="%s"/>', esc_attr( number_format( $index * $width + 2, 1, '.', '' ) ), (int) $bottom, esc_attr( number_format( $width - 4, 1, '.', '' ) ), (int) $height, esc_attr( $colour ) );
				}
			}
		}
		echo '</svg>';
	}

	/**
	 * Prints the numbers of the chart.
	 *
	 * @param array<string,array{0: int, 1: int}> $days Of Days::last().
	 */
	private static function table( array $days ): void {
		printf(
			'<details><summary>%s</summary><table class="widefat striped"><thead><tr><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th></tr></thead><tbody>',
			esc_html__( 'Numbers', 'scimpress' ),
			esc_html__( 'Day', 'scimpress' ),
			esc_html__( 'Done', 'scimpress' ),
			esc_html__( 'Failed', 'scimpress' )
		);
		foreach ( array_reverse( $days, true ) as $day => list( $done, $failed ) ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td><td>%s</td></tr>', esc_html( date_i18n( get_option( 'date_format' ), (int) strtotime( $day ) ) ), esc_html( number_format_i18n( $done ) ), esc_html( number_format_i18n( $failed ) ) );
		}
		echo '</tbody></table></details>';
	}
}
