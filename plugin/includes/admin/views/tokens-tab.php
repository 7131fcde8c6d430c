<?php
/**
 * The tokens.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Tokens_Tab::render().
 */

use Scimpress\Admin\New_Token;
use Scimpress\Admin\Page;
use Scimpress\Admin\Tokens_Tab;
use Scimpress\Token_List;
use Scimpress\Tokens;

defined( 'ABSPATH' ) || exit;

New_Token::render( $page['token'] );
?>

<h2 id="scimpress-tokens"><?php esc_html_e( 'Tokens', 'scimpress' ); ?></h2>
<?php if ( Tokens::is_constant() ) : ?>
	<p>
		<?php
		/* translators: %s: name of a constant. */
		echo wp_kses( sprintf( __( 'Set by %s in wp-config.php.', 'scimpress' ), '<code>' . Tokens::CONSTANT . '</code>' ), array( 'code' => array() ) );
		?>
	</p>
	<?php return; ?>
<?php endif; ?>

<?php if ( ! $page['tokens'] ) : ?>
	<p><?php esc_html_e( 'No token yet, so nobody can connect.', 'scimpress' ); ?></p>
<?php else : ?>
	<div class="scimpress-scroll" role="region" aria-labelledby="scimpress-tokens" tabindex="0">
	<table class="widefat striped">
		<thead>
			<tr>
				<th scope="col"><?php esc_html_e( 'Name', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'For', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'May', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Made', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Expires', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Last used', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Replace or revoke', 'scimpress' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $page['tokens'] as $scimpress_token ) : ?>
				<tr id="scimpress-token-<?php echo esc_attr( $scimpress_token['id'] ); ?>">
					<th scope="row">
						<?php echo esc_html( $scimpress_token['name'] ); ?>
						<?php if ( '' !== $scimpress_token['hint'] ) : ?>
							<br><code>…<?php echo esc_html( $scimpress_token['hint'] ); ?></code>
						<?php endif; ?>
					</th>
					<td><?php echo esc_html( Token_List::client_name( $scimpress_token['client'] ) ); ?></td>
					<td><?php echo esc_html( Token_List::READ === $scimpress_token['rights'] ? __( 'only read', 'scimpress' ) : __( 'read and write', 'scimpress' ) ); ?></td>
					<td><?php echo esc_html( Tokens_Tab::time( $scimpress_token['created'] ) ); ?></td>
					<td><?php echo esc_html( Tokens_Tab::end( $scimpress_token, $page['now'] ) ); ?></td>
					<td><?php echo esc_html( Tokens_Tab::last_use( $scimpress_token ) ); ?></td>
					<td class="scimpress-actions">
						<?php if ( null === $scimpress_token['successor'] ) : ?>
							<form method="post" action="<?php echo esc_url( Page::url( Tokens_Tab::SLUG ) ); ?>">
								<?php Page::fields( Tokens_Tab::ROTATE ); ?>
								<input type="hidden" name="id" value="<?php echo esc_attr( $scimpress_token['id'] ); ?>">
								<label for="scimpress-overlap-<?php echo esc_attr( $scimpress_token['id'] ); ?>"><?php esc_html_e( 'The old one ends', 'scimpress' ); ?></label>
								<select id="scimpress-overlap-<?php echo esc_attr( $scimpress_token['id'] ); ?>" name="overlap">
									<?php foreach ( $page['overlaps'] as $scimpress_hours => $scimpress_label ) : ?>
										<option value="<?php echo esc_attr( (string) $scimpress_hours ); ?>" <?php selected( Tokens::OVERLAP, $scimpress_hours ); ?>><?php echo esc_html( $scimpress_label ); ?></option>
									<?php endforeach; ?>
								</select>
								<button type="submit" class="button"><?php esc_html_e( 'Replace', 'scimpress' ); ?> <span class="screen-reader-text"><?php echo esc_html( $scimpress_token['name'] ); ?></span></button>
							</form>
						<?php endif; ?>
						<form method="post" action="<?php echo esc_url( Page::url( Tokens_Tab::SLUG ) ); ?>" data-scimpress-confirm="<?php esc_attr_e( 'Revoke this token? Whoever uses it is refused at once.', 'scimpress' ); ?>">
							<?php Page::fields( Tokens_Tab::REVOKE ); ?>
							<input type="hidden" name="id" value="<?php echo esc_attr( $scimpress_token['id'] ); ?>">
							<button type="submit" class="button button-link-delete"><?php esc_html_e( 'Revoke', 'scimpress' ); ?> <span class="screen-reader-text"><?php echo esc_html( $scimpress_token['name'] ); ?></span></button>
						</form>
					</td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	</div>
<?php endif; ?>

<h2><?php esc_html_e( 'New token', 'scimpress' ); ?></h2>
<form method="post" action="<?php echo esc_url( Page::url( Tokens_Tab::SLUG ) ); ?>">
	<?php Page::fields( Tokens_Tab::CREATE ); ?>
	<table class="form-table" role="presentation">
		<?php
		$scimpress_form = 'scimpress-new';
		require __DIR__ . '/token-fields.php';
		?>
	</table>
	<p><button type="submit" class="button button-primary"><?php esc_html_e( 'Create token', 'scimpress' ); ?></button></p>
</form>

<details>
	<summary><?php esc_html_e( 'Use a token of your own', 'scimpress' ); ?></summary>
	<form method="post" action="<?php echo esc_url( Page::url( Tokens_Tab::SLUG ) ); ?>">
		<?php Page::fields( Tokens_Tab::TYPE ); ?>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><label for="scimpress-typed-token"><?php esc_html_e( 'Token', 'scimpress' ); ?></label></th>
				<td><input type="password" id="scimpress-typed-token" name="token" class="regular-text code" minlength="16" maxlength="4096" required autocomplete="off" spellcheck="false"></td>
			</tr>
			<?php
			$scimpress_form = 'scimpress-typed';
			require __DIR__ . '/token-fields.php';
			?>
		</table>
		<p><button type="submit" class="button"><?php esc_html_e( 'Save token', 'scimpress' ); ?></button></p>
	</form>
</details>
