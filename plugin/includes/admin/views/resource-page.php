<?php
/**
 * A user's SCIM resource.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the page shows; see Resource_Page::render().
 */

defined( 'ABSPATH' ) || exit;
?>
<div class="wrap scimpress">
	<h1><?php esc_html_e( 'SCIM resource', 'scimpress' ); ?></h1>
	<?php if ( ! $page['user'] ) : ?>
		<p><?php esc_html_e( 'SCIM does not know this account.', 'scimpress' ); ?></p>
	<?php elseif ( $page['deleted'] ) : ?>
		<p><?php esc_html_e( 'The identity provider has deleted this user. The account was kept, deactivated; SCIM does not show it.', 'scimpress' ); ?></p>
	<?php elseif ( ! $page['answer'] ) : ?>
		<p><?php echo esc_html( (string) \Scimpress\Requirements::problem() ); ?></p>
	<?php else : ?>
		<p>
			<?php
			/* translators: %s: login name. */
			echo esc_html( sprintf( __( '%s, as the identity provider reads it now.', 'scimpress' ), $page['user']->user_login ) );
			?>
		</p>
		<h2 id="scimpress-resource"><?php echo esc_html( 'HTTP ' . $page['answer']->status ); ?></h2>
		<pre class="scimpress-json" tabindex="0" role="region" aria-labelledby="scimpress-resource"><?php echo esc_html( $page['resource'] ); ?></pre>
	<?php endif; ?>
	<p>
		<a href="<?php echo esc_url( admin_url( 'users.php' ) ); ?>"><?php esc_html_e( 'All users', 'scimpress' ); ?></a>
		<?php if ( $page['user'] && current_user_can( 'edit_user', $page['user']->ID ) ) : ?>
			| <a href="<?php echo esc_url( get_edit_user_link( $page['user']->ID ) ); ?>"><?php esc_html_e( 'Profile', 'scimpress' ); ?></a>
		<?php endif; ?>
	</p>
</div>
