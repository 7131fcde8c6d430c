<?php
/**
 * What rules could ask for, of what was received.
 *
 * @package Scimpress
 *
 * @var array $page See Roles_Tab::render().
 */

use Scimpress\Admin\Roles_Tab;

defined( 'ABSPATH' ) || exit;
?>
<datalist id="scimpress-rule-texts">
	<?php foreach ( $page['received'] as $scimpress_entry ) : ?>
		<option value="<?php echo esc_attr( $scimpress_entry['value'] ); ?>"></option>
	<?php endforeach; ?>
</datalist>
<?php if ( $page['received'] && ! $page['running'] ) : ?>
	<h3 id="scimpress-received"><?php esc_html_e( 'Received groups, app roles and departments', 'scimpress' ); ?></h3>
	<p><?php esc_html_e( 'Of the newest groups and users. A row is added to the rules above and not saved.', 'scimpress' ); ?></p>
	<div class="scimpress-scroll scimpress-short">
	<table class="widefat striped scimpress-rows" aria-labelledby="scimpress-received">
		<thead><tr><th scope="col"><?php esc_html_e( 'for whoever', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Name, id, app role or filter', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Users', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Add', 'scimpress' ); ?></th></tr></thead>
		<tbody>
			<?php foreach ( $page['received'] as $scimpress_entry ) : ?>
				<tr>
					<td><?php echo esc_html( $page['kinds'][ $scimpress_entry['kind'] ] ?? '' ); ?></td>
					<th scope="row"><code><?php echo esc_html( $scimpress_entry['value'] ); ?></code></th>
					<td><?php echo esc_html( null === $scimpress_entry['users'] ? '–' : number_format_i18n( $scimpress_entry['users'] ) ); ?></td>
					<td><button type="submit" form="<?php echo esc_attr( Roles_Tab::FORM ); ?>" name="<?php echo esc_attr( Roles_Tab::ADD ); ?>" value="<?php echo esc_attr( "{$scimpress_entry['kind']}:{$scimpress_entry['value']}" ); ?>" class="button button-small"><?php esc_html_e( 'Add a row', 'scimpress' ); ?> <span class="screen-reader-text"><?php echo esc_html( $scimpress_entry['value'] ); ?></span></button></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	</div>
<?php endif; ?>
