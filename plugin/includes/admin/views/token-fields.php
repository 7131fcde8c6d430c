<?php
/**
 * What is asked about a new token.
 *
 * @package Scimpress
 *
 * @var array  $page            Everything that the tab shows; see Tokens_Tab::render().
 * @var string $scimpress_form Prefix of the HTML ids of a form.
 */

use Scimpress\Token_List;

defined( 'ABSPATH' ) || exit;
?>
<tr>
	<th scope="row"><label for="<?php echo esc_attr( $scimpress_form ); ?>-name"><?php esc_html_e( 'Name', 'scimpress' ); ?></label></th>
	<td><input type="text" id="<?php echo esc_attr( $scimpress_form ); ?>-name" name="name" class="regular-text" maxlength="<?php echo esc_attr( (string) Token_List::MAX_NAME ); ?>" autocomplete="off"></td>
</tr>
<tr>
	<th scope="row"><label for="<?php echo esc_attr( $scimpress_form ); ?>-client"><?php esc_html_e( 'For', 'scimpress' ); ?></label></th>
	<td>
		<select id="<?php echo esc_attr( $scimpress_form ); ?>-client" name="client">
			<?php foreach ( $page['clients'] as $scimpress_client ) : ?>
				<option value="<?php echo esc_attr( $scimpress_client ); ?>"><?php echo esc_html( 'other' === $scimpress_client ? __( 'Another identity provider', 'scimpress' ) : Token_List::client_name( $scimpress_client ) ); ?></option>
			<?php endforeach; ?>
		</select>
	</td>
</tr>
<tr>
	<th scope="row"><label for="<?php echo esc_attr( $scimpress_form ); ?>-rights"><?php esc_html_e( 'May', 'scimpress' ); ?></label></th>
	<td>
		<select id="<?php echo esc_attr( $scimpress_form ); ?>-rights" name="rights">
			<option value="<?php echo esc_attr( Token_List::WRITE ); ?>"><?php esc_html_e( 'read and write', 'scimpress' ); ?></option>
			<option value="<?php echo esc_attr( Token_List::READ ); ?>"><?php esc_html_e( 'only read', 'scimpress' ); ?></option>
		</select>
	</td>
</tr>
<tr>
	<th scope="row"><label for="<?php echo esc_attr( $scimpress_form ); ?>-expires"><?php esc_html_e( 'Last day', 'scimpress' ); ?></label></th>
	<td>
		<input type="date" id="<?php echo esc_attr( $scimpress_form ); ?>-expires" name="expires" min="<?php echo esc_attr( wp_date( 'Y-m-d', $page['now'] ) ); ?>" aria-describedby="<?php echo esc_attr( $scimpress_form ); ?>-expires-help">
		<p class="description" id="<?php echo esc_attr( $scimpress_form ); ?>-expires-help"><?php esc_html_e( 'Empty: it does not expire. You are warned two weeks before.', 'scimpress' ); ?></p>
	</td>
</tr>
