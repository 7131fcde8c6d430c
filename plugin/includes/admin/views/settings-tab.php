<?php
/**
 * The settings.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Settings_Tab::render().
 */

use Scimpress\Admin\Page;
use Scimpress\Admin\Settings_Tab;
use Scimpress\Settings;

defined( 'ABSPATH' ) || exit;

$scimpress_set_in_config = sprintf(
	/* translators: %s: name of a constant. */
	__( 'Set by %s in wp-config.php.', 'scimpress' ),
	'<code>%s</code>'
);
?>
<form method="post" action="<?php echo esc_url( Page::url( Settings_Tab::SLUG ) ); ?>">
	<?php Page::fields( Settings_Tab::SAVE ); ?>
	<table class="form-table" role="presentation">
		<tr>
			<th scope="row"><?php esc_html_e( 'Provisioning', 'scimpress' ); ?></th>
			<td>
				<label><input type="checkbox" name="enabled" value="1" <?php checked( $page['enabled'] ); ?> <?php disabled( Settings::is_enabled_constant() ); ?>> <?php esc_html_e( 'Accept requests of the identity provider', 'scimpress' ); ?></label>
				<?php if ( Settings::is_enabled_constant() ) : ?>
					<p class="description"><?php echo wp_kses( sprintf( $scimpress_set_in_config, Settings::ENABLED_CONSTANT ), array( 'code' => array() ) ); ?></p>
				<?php endif; ?>
			</td>
		</tr>
		<tr>
			<th scope="row"><label for="scimpress-role"><?php esc_html_e( 'Role of new users', 'scimpress' ); ?></label></th>
			<td>
				<select id="scimpress-role" name="default_role">
					<?php foreach ( $page['roles'] as $scimpress_role => $scimpress_name ) : ?>
						<option value="<?php echo esc_attr( $scimpress_role ); ?>" <?php selected( $page['default_role'], $scimpress_role ); ?>><?php echo esc_html( $scimpress_name ); ?></option>
					<?php endforeach; ?>
				</select>
				<p class="description"><?php esc_html_e( 'Roles that may manage the site are not offered. Accounts that may manage it are never changed by provisioning.', 'scimpress' ); ?></p>
			</td>
		</tr>
		<tr>
			<th scope="row"><?php esc_html_e( 'New users who have an account already', 'scimpress' ); ?></th>
			<td>
				<fieldset>
					<legend class="screen-reader-text"><span><?php esc_html_e( 'New users who have an account already', 'scimpress' ); ?></span></legend>
					<p><?php esc_html_e( 'are linked to it when it has the same', 'scimpress' ); ?></p>
					<?php
					$scimpress_matches = array(
						Settings::MATCH_OBJECT_ID => __( 'object id (aadObjectId)', 'scimpress' ),
						Settings::MATCH_UPN       => __( 'user principal name (userPrincipalName)', 'scimpress' ),
						Settings::MATCH_LOGIN     => __( 'login name', 'scimpress' ),
						Settings::MATCH_EMAIL     => __( 'e-mail address', 'scimpress' ),
					);
					foreach ( $scimpress_matches as $scimpress_match => $scimpress_label ) :
						?>
						<label><input type="checkbox" name="<?php echo esc_attr( $scimpress_match ); ?>" value="1" <?php checked( $page['settings'][ $scimpress_match ] ); ?>> <?php echo esc_html( $scimpress_label ); ?></label><br>
					<?php endforeach; ?>
					<p class="description"><?php esc_html_e( 'The object id decides alone. If the others find different accounts, none is linked and the identity provider reports by what they were found.', 'scimpress' ); ?></p>
				</fieldset>
			</td>
		</tr>
		<tr>
			<th scope="row"><label for="scimpress-protected"><?php esc_html_e( 'Protected accounts', 'scimpress' ); ?></label></th>
			<td>
				<textarea id="scimpress-protected" name="protected_users" rows="3" class="regular-text code" spellcheck="false" autocomplete="off"><?php echo esc_textarea( implode( "\n", $page['protected'] ) ); ?></textarea>
				<p class="description"><?php esc_html_e( 'Login names, one a line. Provisioning never links, changes, deactivates or deletes these accounts, nor any that may manage the site.', 'scimpress' ); ?></p>
			</td>
		</tr>
		<tr>
			<th scope="row"><?php esc_html_e( 'Deleted users', 'scimpress' ); ?></th>
			<td>
				<fieldset>
					<legend class="screen-reader-text"><span><?php esc_html_e( 'Deleted users', 'scimpress' ); ?></span></legend>
					<label><input type="radio" name="on_delete" value="<?php echo esc_attr( Settings::DEACTIVATE ); ?>" <?php checked( $page['settings']['on_delete'], Settings::DEACTIVATE ); ?>> <?php esc_html_e( 'Keep the account, but deactivated', 'scimpress' ); ?></label><br>
					<label><input type="radio" name="on_delete" value="<?php echo esc_attr( Settings::DELETE ); ?>" <?php checked( $page['settings']['on_delete'], Settings::DELETE ); ?>> <?php esc_html_e( 'Delete the account', 'scimpress' ); ?></label>
					<p>
						<label for="scimpress-reassign"><?php esc_html_e( 'and give its content to', 'scimpress' ); ?></label>
						<?php if ( wp_is_large_user_count() ) : ?>
							<?php // A list of who may write reads everybody's capabilities: seconds on a site with a million users. ?>
							<input type="text" id="scimpress-reassign" name="reassign_login" value="<?php echo esc_attr( $page['heir'] ); ?>" class="regular-text code" placeholder="<?php esc_attr_e( 'Login name, or nothing for nobody', 'scimpress' ); ?>" spellcheck="false" autocomplete="off">
						<?php else : ?>
							<?php
							wp_dropdown_users(
								array(
									'name'              => 'reassign_to',
									'id'                => 'scimpress-reassign',
									'selected'          => $page['settings']['reassign_to'],
									'include_selected'  => true,
									'capability'        => array( 'edit_posts' ),
									'show'              => 'display_name_with_login',
									'option_none_value' => 0,
									'show_option_none'  => __( '— nobody —', 'scimpress' ),
								)
							);
							?>
						<?php endif; ?>
					</p>
					<p class="description"><?php esc_html_e( 'Without an heir, a user who owns content is not deleted and the identity provider reports an error.', 'scimpress' ); ?></p>
				</fieldset>
			</td>
		</tr>
		<tr>
			<th scope="row"><?php esc_html_e( 'When all members of a group are replaced', 'scimpress' ); ?></th>
			<td>
				<fieldset>
					<legend class="screen-reader-text"><span><?php esc_html_e( 'When all members of a group are replaced', 'scimpress' ); ?></span></legend>
					<label><input type="radio" name="members_replace" value="<?php echo esc_attr( Settings::STRICT ); ?>" <?php checked( $page['settings']['members_replace'], Settings::STRICT ); ?>> <?php esc_html_e( 'Do that: everybody else leaves the group', 'scimpress' ); ?></label><br>
					<label><input type="radio" name="members_replace" value="<?php echo esc_attr( Settings::ADDITIVE ); ?>" <?php checked( $page['settings']['members_replace'], Settings::ADDITIVE ); ?>> <?php esc_html_e( 'Only add the new members', 'scimpress' ); ?></label>
					<p class="description"><?php esc_html_e( 'The newer SCIM dialect of Microsoft Entra ID may send a member who joins a group as a replacement of all its members; if groups lose members, choose the second.', 'scimpress' ); ?></p>
				</fieldset>
			</td>
		</tr>
		<tr>
			<th scope="row"><?php esc_html_e( 'Passwords', 'scimpress' ); ?></th>
			<td>
				<label><input type="checkbox" name="ignore_passwords" value="1" <?php checked( $page['settings']['ignore_passwords'] ); ?>> <?php esc_html_e( 'Ignore passwords that the identity provider sends', 'scimpress' ); ?></label>
				<p class="description"><?php esc_html_e( 'For sites where users sign in with the identity provider only. Microsoft Entra ID sends none; Okta sends one for each new user.', 'scimpress' ); ?></p>
			</td>
		</tr>
		<tr>
			<th scope="row"><?php esc_html_e( 'Mail', 'scimpress' ); ?></th>
			<td>
				<label><input type="checkbox" name="welcome_mail" value="1" <?php checked( $page['settings']['welcome_mail'] ); ?>> <?php esc_html_e( 'Send new users a mail in which they choose a password', 'scimpress' ); ?></label>
				<p class="description"><?php esc_html_e( 'Not needed when users sign in with Microsoft. No other mail is sent about what the identity provider does.', 'scimpress' ); ?></p>
				<p>
					<label for="scimpress-welcome-subject"><?php esc_html_e( 'Subject', 'scimpress' ); ?></label><br>
					<input type="text" id="scimpress-welcome-subject" name="welcome_subject" class="large-text" maxlength="<?php echo esc_attr( (string) Settings::MAX_SUBJECT ); ?>" value="<?php echo esc_attr( $page['settings']['welcome_subject'] ); ?>">
				</p>
				<p>
					<label for="scimpress-welcome-body"><?php esc_html_e( 'Text', 'scimpress' ); ?></label><br>
					<textarea id="scimpress-welcome-body" name="welcome_body" class="large-text" rows="8" maxlength="<?php echo esc_attr( (string) Settings::MAX_BODY ); ?>" aria-describedby="scimpress-welcome-help"><?php echo esc_textarea( $page['settings']['welcome_body'] ); ?></textarea>
				</p>
				<p class="description" id="scimpress-welcome-help">
					<?php
					echo wp_kses(
						sprintf(
							/* translators: %s: list of placeholders such as {name}. */
							__( 'Empty fields stand for the words of WordPress. Placeholders: %s. The text is sent as it is, without HTML.', 'scimpress' ),
							'<code>' . implode( '</code>, <code>', Scimpress\Welcome_Mail::PLACEHOLDERS ) . '</code>'
						),
						array( 'code' => array() )
					);
					?>
				</p>
			</td>
		</tr>
	</table>
	<?php submit_button(); ?>
</form>

<?php
if ( \Scimpress\Admin\Import_Card::is_offered() ) {
	require __DIR__ . '/import-card.php';
}
?>

<h2><?php esc_html_e( 'Last notices', 'scimpress' ); ?></h2>
<?php if ( ! $page['notices'] ) : ?>
	<p><?php esc_html_e( 'None.', 'scimpress' ); ?></p>
<?php else : ?>
	<ul class="scimpress-notices">
		<?php foreach ( $page['notices'] as $scimpress_notice ) : ?>
			<li>
				<?php echo esc_html( Settings_Tab::time( (int) $scimpress_notice['time'] ) ); ?>:
				<?php echo esc_html( $scimpress_notice['detail'] ); ?>
				<code><?php echo esc_html( $scimpress_notice['code'] . ' ' . $scimpress_notice['resource'] ); ?></code>
			</li>
		<?php endforeach; ?>
	</ul>
<?php endif; ?>
