<?php
/**
 * A SCIM user, tried.
 *
 * @package Scimpress
 *
 * @var array $page See Try_Section::render().
 */

use Scimpress\Admin\Try_Section;

defined( 'ABSPATH' ) || exit;

$scimpress_account = $page['trial']->account ?? null;
?>
<h2 id="<?php echo esc_attr( Try_Section::ID ); ?>"><?php esc_html_e( 'Try it', 'scimpress' ); ?></h2>
<p><?php esc_html_e( 'Paste a SCIM user and see the WordPress user that this site would make of it, with what stands in the form above, saved or not. Nothing is written.', 'scimpress' ); ?></p>
<p>
	<label for="scimpress-try-user"><?php esc_html_e( 'SCIM user, as JSON', 'scimpress' ); ?></label>
	<textarea form="<?php echo esc_attr( $page['form'] ); ?>" id="scimpress-try-user" name="<?php echo esc_attr( Try_Section::USER ); ?>" class="large-text code scimpress-try" rows="12" spellcheck="false" autocomplete="off" dir="ltr"><?php echo "\n" . esc_textarea( $page['user'] ); ?></textarea>
</p>
<p>
	<label for="scimpress-try-groups"><?php esc_html_e( 'In these groups', 'scimpress' ); ?></label>
	<textarea form="<?php echo esc_attr( $page['form'] ); ?>" id="scimpress-try-groups" name="<?php echo esc_attr( Try_Section::GROUPS ); ?>" class="large-text code scimpress-try" rows="2" spellcheck="false" autocomplete="off" aria-describedby="scimpress-try-groups-help"><?php echo "\n" . esc_textarea( $page['groups'] ); ?></textarea>
	<span class="description" id="scimpress-try-groups-help"><?php esc_html_e( 'A name or an external id a line. Groups that are here already bring the groups that they are in. SCIM clients send groups after their members, so the groups in a user are passed over.', 'scimpress' ); ?></span>
</p>
<p><button type="submit" form="<?php echo esc_attr( $page['form'] ); ?>" formaction="<?php echo esc_url( $page['action'] ); ?>" name="<?php echo esc_attr( Try_Section::BUTTON ); ?>" value="1" class="button"><?php esc_html_e( 'Try this user', 'scimpress' ); ?></button></p>

<div role="status" id="scimpress-tried">
	<?php if ( null !== $page['failure'] ) : ?>
		<p class="scimpress-row-error"><?php echo esc_html( $page['failure'] ); ?></p>
	<?php elseif ( null !== $page['trial'] ) : ?>
		<p>
			<strong><?php echo esc_html( $page['said'] ); ?></strong>
			<?php if ( null !== $scimpress_account && null !== $scimpress_account->user_id ) : ?>
				<a href="<?php echo esc_url( (string) get_edit_user_link( $scimpress_account->user_id ) ); ?>"><?php esc_html_e( 'Edit this account', 'scimpress' ); ?></a>
			<?php endif; ?>
		</p>
		<?php foreach ( $page['trial']->notices as $scimpress_notice ) : ?>
			<p><?php echo esc_html( $scimpress_notice ); ?></p>
		<?php endforeach; ?>
	<?php endif; ?>
</div>
<?php if ( $page['rows'] ) : ?>
	<div class="scimpress-scroll">
	<table class="widefat striped scimpress-people">
		<caption class="screen-reader-text"><?php esc_html_e( 'The WordPress user', 'scimpress' ); ?></caption>
		<thead><tr><th scope="col"><?php esc_html_e( 'WordPress', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Value', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Why', 'scimpress' ); ?></th></tr></thead>
		<tbody>
			<?php foreach ( $page['rows'] as list( $scimpress_what, $scimpress_value, $scimpress_why ) ) : ?>
				<tr>
					<th scope="row"><?php echo esc_html( $scimpress_what ); ?></th>
					<td>
						<?php if ( null === $scimpress_value ) : ?>
							<em><?php esc_html_e( 'nothing', 'scimpress' ); ?></em>
						<?php else : ?>
							<?php foreach ( (array) $scimpress_value as $scimpress_text ) : ?>
								<div><?php echo esc_html( $scimpress_text ); ?></div>
							<?php endforeach; ?>
						<?php endif; ?>
					</td>
					<td><?php echo esc_html( $scimpress_why ); ?></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	</div>
<?php endif; ?>
