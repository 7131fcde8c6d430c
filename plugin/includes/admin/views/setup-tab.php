<?php
/**
 * The setup.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Setup_Tab::render().
 */

use Scimpress\Admin\New_Token;
use Scimpress\Admin\Page;
use Scimpress\Admin\Setup_Tab;
use Scimpress\Admin\Tokens_Tab;
use Scimpress\Token_List;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

New_Token::render( $page['token'] );
?>
<p><?php esc_html_e( 'Your identity provider creates, updates, deactivates and deletes the users of this site.', 'scimpress' ); ?></p>

<h2><?php esc_html_e( 'Where you are', 'scimpress' ); ?></h2>
<ol class="scimpress-steps">
	<?php foreach ( $page['steps'] as $scimpress_step ) : ?>
		<li class="<?php echo $scimpress_step['done'] ? 'scimpress-done' : 'scimpress-open'; ?>">
			<strong><?php echo esc_html( $scimpress_step['title'] ); ?></strong>
			<span class="scimpress-state"><?php echo $scimpress_step['done'] ? esc_html__( 'Done', 'scimpress' ) : esc_html__( 'Not yet', 'scimpress' ); ?></span>
			<?php foreach ( $scimpress_step['lines'] as $scimpress_line ) : ?>
				<p><?php echo esc_html( $scimpress_line ); ?></p>
			<?php endforeach; ?>
			<?php if ( isset( $scimpress_step['link'] ) ) : ?>
				<p><a href="<?php echo esc_url( $scimpress_step['link'][0] ); ?>"><?php echo esc_html( $scimpress_step['link'][1] ); ?></a></p>
			<?php endif; ?>
		</li>
	<?php endforeach; ?>
</ol>

<h2><?php esc_html_e( 'What to enter at the identity provider', 'scimpress' ); ?></h2>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><label for="scimpress-tenant-url"><?php esc_html_e( 'Tenant URL', 'scimpress' ); ?></label></th>
		<td>
			<input type="text" id="scimpress-tenant-url" class="regular-text code scimpress-wide" readonly value="<?php echo esc_url( $page['tenant_url'] ); ?>">
			<?php Page::copy_button( 'scimpress-tenant-url', __( 'Tenant URL', 'scimpress' ) ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Secret Token', 'scimpress' ); ?></th>
		<td>
			<?php if ( null === $page['tokens'] ) : ?>
				<p>
					<?php
					/* translators: %s: name of a constant. */
					echo wp_kses( sprintf( __( 'Set by %s in wp-config.php.', 'scimpress' ), '<code>' . Tokens::CONSTANT . '</code>' ), array( 'code' => array() ) );
					?>
				</p>
			<?php elseif ( 0 === $page['tokens'] ) : ?>
				<form method="post" action="<?php echo esc_url( Page::url() ); ?>">
					<?php Page::fields( Setup_Tab::CONNECT ); ?>
					<label for="scimpress-client"><?php esc_html_e( 'For', 'scimpress' ); ?></label>
					<select id="scimpress-client" name="client">
						<?php foreach ( $page['clients'] as $scimpress_client ) : ?>
							<option value="<?php echo esc_attr( $scimpress_client ); ?>"><?php echo esc_html( 'other' === $scimpress_client ? __( 'Another identity provider', 'scimpress' ) : Token_List::client_name( $scimpress_client ) ); ?></option>
						<?php endforeach; ?>
					</select>
					<button type="submit" class="button button-primary"><?php esc_html_e( 'Create token and switch provisioning on', 'scimpress' ); ?></button>
				</form>
			<?php else : ?>
				<p>
					<?php
					/* translators: %s: number of tokens. */
					echo esc_html( sprintf( _n( 'This site has %s token. It was shown when it was made.', 'This site has %s tokens. Each was shown when it was made.', $page['tokens'], 'scimpress' ), number_format_i18n( $page['tokens'] ) ) );
					?>
					<a href="<?php echo esc_url( Page::url( Tokens_Tab::SLUG ) ); ?>"><?php esc_html_e( 'Make, replace or revoke tokens', 'scimpress' ); ?></a>
				</p>
			<?php endif; ?>
			<?php if ( ! $page['enabled'] && 0 !== $page['tokens'] && ! \Scimpress\Settings::is_enabled_constant() ) : ?>
				<form method="post" action="<?php echo esc_url( Page::url() ); ?>">
					<?php Page::fields( Setup_Tab::ENABLE ); ?>
					<button type="submit" class="button button-primary"><?php esc_html_e( 'Switch provisioning on', 'scimpress' ); ?></button>
				</form>
			<?php endif; ?>
		</td>
	</tr>
</table>

<h2><?php esc_html_e( 'What to click there', 'scimpress' ); ?></h2>
<?php require __DIR__ . '/guide-entra.php'; ?>
<?php require __DIR__ . '/guide-others.php'; ?>
