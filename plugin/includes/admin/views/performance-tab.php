<?php
/**
 * How requests reach Scimpress, and how many at once.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Performance_Tab::render().
 */

use Scimpress\Admin\Page;
use Scimpress\Admin\Performance_Tab;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

$scimpress_set_in_config = sprintf(
	/* translators: %s: name of a constant. */
	__( 'Set by %s in wp-config.php.', 'scimpress' ),
	'<code>%s</code>'
);
$scimpress_lane_is_set  = defined( Settings::FAST_LANE_CONSTANT );
$scimpress_limit_is_set = Settings::is_max_concurrent_constant();
?>
<form method="post" action="<?php echo esc_url( Page::url( 'performance' ) ); ?>">
	<?php Page::fields( Performance_Tab::SAVE ); ?>
	<table class="form-table" role="presentation">
		<tr>
			<th scope="row"><?php esc_html_e( 'Fast lane', 'scimpress' ); ?></th>
			<td>
				<label><input type="checkbox" name="fast_lane" value="1" aria-describedby="scimpress-fast-lane-about" <?php checked( $page['fast_lane'] ); ?> <?php disabled( $scimpress_lane_is_set ); ?>> <?php esc_html_e( 'Answer the identity provider before WordPress has loaded what it does not ask for', 'scimpress' ); ?></label>
				<p class="description" id="scimpress-fast-lane-about"><?php esc_html_e( 'Answers are the same without it, but slower. Plugins that block or limit the REST API see these requests only without it.', 'scimpress' ); ?></p>
				<?php if ( $scimpress_lane_is_set ) : ?>
					<p class="description"><?php echo wp_kses( sprintf( $scimpress_set_in_config, Settings::FAST_LANE_CONSTANT ), array( 'code' => array() ) ); ?></p>
				<?php endif; ?>
			</td>
		</tr>
		<tr>
			<th scope="row"><label for="scimpress-max-concurrent"><?php esc_html_e( 'Requests at once', 'scimpress' ); ?></label></th>
			<td>
				<input type="number" id="scimpress-max-concurrent" name="max_concurrent" class="small-text" min="0" max="<?php echo esc_attr( (string) Settings::MOST_CONCURRENT ); ?>" step="1" aria-describedby="scimpress-max-concurrent-about" value="<?php echo esc_attr( (string) $page['max_concurrent'] ); ?>" <?php disabled( $scimpress_limit_is_set ); ?>>
				<p class="description" id="scimpress-max-concurrent-about"><?php esc_html_e( 'Of the identity provider, on each web server. More are told to come back later, so that visitors of the site need not wait. 0 is no limit; otherwise choose less than PHP has workers.', 'scimpress' ); ?></p>
				<?php if ( $scimpress_limit_is_set ) : ?>
					<p class="description"><?php echo wp_kses( sprintf( $scimpress_set_in_config, Settings::MAX_CONCURRENT_CONSTANT ), array( 'code' => array() ) ); ?></p>
				<?php endif; ?>
			</td>
		</tr>
	</table>
	<?php submit_button(); ?>
</form>
