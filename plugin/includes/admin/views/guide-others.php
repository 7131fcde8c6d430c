<?php
/**
 * What to click in Okta and elsewhere.
 *
 * @package Scimpress
 */

defined( 'ABSPATH' ) || exit;

$scimpress_fields = array(
	array( 'SCIM connector base URL', __( 'the Tenant URL without the slash at its end', 'scimpress' ) ),
	array( 'Unique identifier field for users', 'userName' ),
	array( 'Supported provisioning actions', 'Import New Users and Profile Updates, Push New Users, Push Profile Updates, Push Groups' ),
	array( 'Authentication Mode', __( 'HTTP Header, with the token as bearer token. An app “(Header Auth)” of the catalogue takes the whole value: write “Bearer” and a blank before the token.', 'scimpress' ) ),
);
?>
<details>
	<summary>Okta</summary>
	<ol>
		<li><?php echo wp_kses( __( '<b>Applications</b> → <b>Create App Integration</b>; then <b>General</b> → <b>App Settings</b> → <b>Provisioning</b>: <b>SCIM</b>.', 'scimpress' ), array( 'b' => array() ) ); ?></li>
		<li><?php echo wp_kses( __( '<b>Provisioning</b> → <b>Integration</b>: fill in the fields below and press <b>Test Connector Configuration</b>.', 'scimpress' ), array( 'b' => array() ) ); ?></li>
		<li><?php echo wp_kses( __( '<b>Provisioning</b> → <b>To App</b>: tick <b>Create Users</b>, <b>Update User Attributes</b> and <b>Deactivate Users</b>. Leave <b>Sync Password</b> off unless people shall sign in at WordPress itself.', 'scimpress' ), array( 'b' => array() ) ); ?></li>
		<li><?php echo wp_kses( __( '<b>Push Groups</b>: choose groups. Their members must be assigned to the app, too.', 'scimpress' ), array( 'b' => array() ) ); ?></li>
	</ol>
	<div class="scimpress-scroll" role="region" aria-labelledby="scimpress-okta-fields" tabindex="0">
	<table class="widefat striped">
		<caption id="scimpress-okta-fields"><?php esc_html_e( 'Fields of Okta', 'scimpress' ); ?></caption>
		<thead>
			<tr><th scope="col"><?php esc_html_e( 'Field', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Value', 'scimpress' ); ?></th></tr>
		</thead>
		<tbody>
			<?php foreach ( $scimpress_fields as list( $scimpress_field, $scimpress_value ) ) : ?>
				<tr><th scope="row"><?php echo esc_html( $scimpress_field ); ?></th><td><?php echo esc_html( $scimpress_value ); ?></td></tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	</div>
</details>
<details>
	<summary><?php esc_html_e( 'Another identity provider', 'scimpress' ); ?></summary>
	<ul class="ul-disc">
		<li><?php esc_html_e( 'Base URL: the Tenant URL without the slash at its end.', 'scimpress' ); ?></li>
		<li><?php esc_html_e( 'Authentication: a bearer token in the Authorization header.', 'scimpress' ); ?></li>
		<li><?php esc_html_e( 'Unique identifier: userName. The login name of a new account is made of it once and never changes.', 'scimpress' ); ?></li>
		<li><?php esc_html_e( 'E-mail: the one of type “work”; without it the primary one.', 'scimpress' ); ?></li>
	</ul>
</details>
