<?php
/**
 * A token that has just been made.
 *
 * @package Scimpress
 *
 * @var string $token The token.
 */

use Scimpress\Admin\Page;

defined( 'ABSPATH' ) || exit;
?>
<div class="notice notice-success inline scimpress-token" role="status">
	<p>
		<label for="scimpress-token"><strong><?php esc_html_e( 'Your new token. Copy it now: it is shown only this once and cannot be looked up later.', 'scimpress' ); ?></strong></label>
	</p>
	<p>
		<input type="text" id="scimpress-token" class="regular-text code scimpress-wide" readonly autocomplete="off" spellcheck="false" value="<?php echo esc_attr( $token ); ?>">
		<?php Page::copy_button( 'scimpress-token', __( 'Secret Token', 'scimpress' ), 'button-primary' ); ?>
	</p>
</div>
