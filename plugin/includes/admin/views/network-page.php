<?php
/**
 * The settings of a network.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the page shows; see Network_Page::render().
 */

use Scimpress\Admin\Network_Page;

defined( 'ABSPATH' ) || exit;
?>
<div class="wrap scimpress">
	<h1>Scimpress</h1>

	<?php if ( $page['saved'] ) : ?>
		<div class="notice notice-success is-dismissible" role="status"><p><?php esc_html_e( 'Settings saved.', 'scimpress' ); ?></p></div>
	<?php endif; ?>

	<p><?php esc_html_e( 'Every site of the network has a Tenant URL, a token and settings of its own. What is done to an account on one site stays there, unless you decide otherwise here.', 'scimpress' ); ?></p>

	<form method="post">
		<?php wp_nonce_field( Network_Page::SAVE ); ?>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><?php esc_html_e( 'Deactivating', 'scimpress' ); ?></th>
				<td>
					<label><input type="checkbox" name="deactivate" value="1"<?php checked( $page['decided']['deactivate'] ); ?> aria-describedby="scimpress-deactivate"> <?php esc_html_e( 'An account that one site deactivates is deactivated on all of its sites', 'scimpress' ); ?></label>
					<p class="description" id="scimpress-deactivate"><?php esc_html_e( 'That site reactivates it everywhere, too, except where another SCIM client manages the person: there that client decides, or the list of users. Without this, sessions end when no site is left where the account is active; a site that has deactivated it lets nobody in from the start.', 'scimpress' ); ?></p>
				</td>
			</tr>
			<tr>
				<th scope="row"><?php esc_html_e( 'Deleting', 'scimpress' ); ?></th>
				<td>
					<label><input type="checkbox" name="delete" value="1"<?php checked( $page['decided']['delete'] ); ?> aria-describedby="scimpress-delete"> <?php esc_html_e( 'An account that one site deletes is deleted from the network', 'scimpress' ); ?></label>
					<p class="description" id="scimpress-delete"><?php esc_html_e( 'Not when a SCIM client of another site manages the person. Content is inherited by whom each site has chosen. Without this, the account leaves that site, and is deleted when it is on no other.', 'scimpress' ); ?></p>
				</td>
			</tr>
		</table>
		<?php submit_button(); ?>
	</form>
</div>
