<?php
/**
 * What to click in Microsoft Entra ID. Its own words are in <b>, untranslated where its English console shows them.
 *
 * @package Scimpress
 */

defined( 'ABSPATH' ) || exit;

$scimpress_allowed  = array(
	'b'    => array(),
	'code' => array(),
);
$scimpress_clicks   = array(
	__( 'Open the <b>Microsoft Entra admin center</b> → <b>Enterprise applications</b> → <b>New application</b> → <b>Create your own application</b> → <b>Integrate any other application you don’t find in the gallery</b>.', 'scimpress' ),
	__( 'In the application: <b>Provisioning</b> → <b>New configuration</b>. Paste <b>Tenant URL</b> and <b>Secret token</b>, press <b>Test Connection</b>, then <b>Create</b>.', 'scimpress' ),
	__( '<b>Attribute mapping</b> → <b>Provision Microsoft Entra ID Users</b> → <b>Show advanced options</b> → <b>Edit attribute list for customappsso</b>: add the attribute of the first line below, type <b>String</b>, and save.', 'scimpress' ),
	__( '<b>Add New Mapping</b> for that attribute, and compare the others with the lines below.', 'scimpress' ),
	__( '<b>Users and groups</b>: assign people and groups. Then <b>Start provisioning</b>.', 'scimpress' ),
);
$scimpress_mappings = array(
	array( 'objectId', 'urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId', __( 'To add. With it a Microsoft sign-in plugin finds the account.', 'scimpress' ) ),
	array( 'userPrincipalName', 'userName', __( 'As it is. Match objects using this attribute: yes, precedence 1.', 'scimpress' ) ),
	array( 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', 'active', __( 'As it is; newer applications say Not([IsSoftDeleted]). Who leaves cannot sign in any more.', 'scimpress' ) ),
	array( 'objectId', 'externalId', __( 'Change the source: mailNickname is neither unique nor stable.', 'scimpress' ) ),
	array( 'mail', 'emails[type eq "work"].value', __( 'As it is. The e-mail address of the account.', 'scimpress' ) ),
	array( 'displayName', 'displayName', __( 'As it is.', 'scimpress' ) ),
	array( 'givenName', 'name.givenName', __( 'As it is.', 'scimpress' ) ),
	array( 'surname', 'name.familyName', __( 'As it is.', 'scimpress' ) ),
);
?>
<details open>
	<summary>Microsoft Entra ID</summary>
	<ol>
		<?php foreach ( $scimpress_clicks as $scimpress_click ) : ?>
			<li><?php echo wp_kses( $scimpress_click, $scimpress_allowed ); ?></li>
		<?php endforeach; ?>
	</ol>
	<div class="scimpress-scroll" role="region" aria-labelledby="scimpress-mappings" tabindex="0">
	<table class="widefat striped">
		<caption id="scimpress-mappings"><?php esc_html_e( 'Attribute mappings of Microsoft Entra ID', 'scimpress' ); ?></caption>
		<thead>
			<tr>
				<th scope="col"><?php esc_html_e( 'Source in Entra', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Target attribute', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'What to do', 'scimpress' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $scimpress_mappings as list( $scimpress_source, $scimpress_target, $scimpress_advice ) ) : ?>
				<tr>
					<td><code><?php echo esc_html( $scimpress_source ); ?></code></td>
					<td><code><?php echo esc_html( $scimpress_target ); ?></code></td>
					<td><?php echo esc_html( $scimpress_advice ); ?></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	</div>
	<p><?php esc_html_e( 'Everything else may stay: it is kept with the user and returned unchanged. The default mapping of groups fits. When nothing changes in Entra, a cycle sends a single look-up, every 40 minutes.', 'scimpress' ); ?></p>
</details>
