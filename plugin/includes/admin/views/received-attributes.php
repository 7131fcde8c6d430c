<?php
/**
 * Attributes that were received.
 *
 * @package Scimpress
 *
 * @var array $page See Attributes_Tab::render().
 */

use Scimpress\Admin\Attributes_Tab;

defined( 'ABSPATH' ) || exit;

$scimpress_received = $page['received'];
$scimpress_users    = number_format_i18n( $scimpress_received->users );
?>
<datalist id="scimpress-paths">
	<?php foreach ( $page['paths'] as $scimpress_entry ) : ?>
		<option value="<?php echo esc_attr( $scimpress_entry['path'] ); ?>"></option>
	<?php endforeach; ?>
</datalist>
<?php if ( $page['paths'] ) : ?>
	<h3 id="scimpress-received"><?php esc_html_e( 'Received attributes', 'scimpress' ); ?></h3>
	<?php /* translators: %s: number of users. */ ?>
	<p><?php echo esc_html( sprintf( _n( 'What the newest user has (%s was looked at), besides what reaches every account.', 'What the newest users have (%s were looked at), besides what reaches every account.', $scimpress_received->users, 'scimpress' ), $scimpress_users ) ); ?></p>
	<div class="scimpress-scroll scimpress-short">
	<table class="widefat striped scimpress-rows" aria-labelledby="scimpress-received">
		<thead><tr><th scope="col"><?php esc_html_e( 'Attribute', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Users', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Mapped to', 'scimpress' ); ?></th></tr></thead>
		<tbody>
			<?php foreach ( $page['paths'] as $scimpress_entry ) : ?>
				<tr>
					<th scope="row"><code><?php echo esc_html( $scimpress_entry['path'] ); ?></code></th>
					<td><?php echo esc_html( number_format_i18n( $scimpress_entry['users'] ) ); ?></td>
					<td>
						<?php if ( null !== $scimpress_entry['target'] ) : ?>
							<code><?php echo esc_html( $scimpress_entry['target'] ); ?></code>
						<?php else : ?>
							<button type="submit" form="<?php echo esc_attr( Attributes_Tab::FORM ); ?>" name="<?php echo esc_attr( Attributes_Tab::ADD ); ?>" value="<?php echo esc_attr( $scimpress_entry['path'] ); ?>" class="button button-small"><?php esc_html_e( 'Add a row', 'scimpress' ); ?> <span class="screen-reader-text"><?php echo esc_html( $scimpress_entry['path'] ); ?></span></button>
						<?php endif; ?>
					</td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	</div>
<?php endif; ?>
