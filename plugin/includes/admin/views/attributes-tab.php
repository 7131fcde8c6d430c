<?php
/**
 * Declared schemas and mapped attributes.
 *
 * @package Scimpress
 *
 * @var array $page See Attributes_Tab::render().
 */

use Scimpress\Admin\Attributes_Tab;
use Scimpress\Admin\Page;
use Scimpress\Attributes\Attribute_Settings;
use Scimpress\Attributes\Schema_Form;
use Scimpress\Attributes\Targets;

defined( 'ABSPATH' ) || exit;
?>
<h2 id="scimpress-mappings"><?php esc_html_e( 'Mapped attributes', 'scimpress' ); ?></h2>
<p><?php esc_html_e( 'Attributes that are also written to user meta or to a field of the account, for themes and other plugins. An attribute that is emptied removes its meta. Names, e-mail address and object id are written in any case.', 'scimpress' ); ?></p>
<?php if ( $page['unsaved'] ) : ?>
	<p><strong><?php esc_html_e( 'These mappings are not saved yet.', 'scimpress' ); ?></strong></p>
<?php endif; ?>
<form method="post" action="<?php echo esc_url( Page::url( Attributes_Tab::SLUG ) ); ?>" id="<?php echo esc_attr( Attributes_Tab::FORM ); ?>">
	<?php Page::fields( Attributes_Tab::MAPPINGS ); ?>
	<table class="widefat striped scimpress-rows" aria-labelledby="scimpress-mappings">
		<thead>
			<tr>
				<th scope="col" id="scimpress-path"><?php esc_html_e( 'Attribute', 'scimpress' ); ?></th>
				<th scope="col" id="scimpress-target"><?php esc_html_e( 'User meta or field', 'scimpress' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $page['mappings'] as $scimpress_row => $scimpress_mapping ) : ?>
				<?php $scimpress_help = null === $scimpress_mapping['problem'] ? '' : "scimpress-mapping-problem-$scimpress_row"; ?>
				<tr>
					<td>
						<input type="text" name="path[<?php echo (int) $scimpress_row; ?>]" class="large-text code" maxlength="<?php echo (int) Attribute_Settings::MAX_PATH; ?>" spellcheck="false" autocomplete="off" list="scimpress-paths" aria-labelledby="scimpress-path" value="<?php echo esc_attr( $scimpress_mapping['path'] ); ?>"<?php echo '' === $scimpress_help ? '' : ' aria-invalid="true" aria-describedby="' . esc_attr( $scimpress_help ) . '"'; ?>>
						<?php if ( '' !== $scimpress_help ) : ?>
							<p class="scimpress-row-error" id="<?php echo esc_attr( $scimpress_help ); ?>"><?php echo esc_html( $scimpress_mapping['problem'] ); ?></p>
						<?php endif; ?>
					</td>
					<td><input type="text" name="target[<?php echo (int) $scimpress_row; ?>]" class="large-text code" maxlength="<?php echo (int) Targets::MAX_KEY; ?>" spellcheck="false" autocomplete="off" list="scimpress-targets" aria-labelledby="scimpress-target" value="<?php echo esc_attr( $scimpress_mapping['target'] ); ?>"<?php echo '' !== $page['added'] && $page['added'] === $scimpress_mapping['path'] && '' === $scimpress_mapping['target'] ? ' autofocus' : ''; ?>></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	<datalist id="scimpress-targets">
		<?php foreach ( Targets::FIELDS as $scimpress_field ) : ?>
			<option value="<?php echo esc_attr( $scimpress_field ); ?>"></option>
		<?php endforeach; ?>
	</datalist>
	<p class="description">
		<?php
		echo wp_kses(
			sprintf(
				/* translators: 1: examples of paths, 2: names of fields. */
				__( 'Attributes are written as in Microsoft Entra ID, for example %1$s. The fields are %2$s; anything else is a meta key. Empty both boxes of a row to remove it.', 'scimpress' ),
				'<code>title</code>, <code>phoneNumbers[type eq "mobile"].value</code>, <code>urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department</code>',
				'<code>' . implode( '</code>, <code>', Targets::FIELDS ) . '</code>'
			),
			array( 'code' => array() )
		);
		?>
	</p>
	<input type="hidden" name="<?php echo esc_attr( Attributes_Tab::END ); ?>" value="1">
	<?php submit_button( __( 'Save mappings', 'scimpress' ) ); ?>
</form>
<?php require __DIR__ . '/received-attributes.php'; ?>
<?php $page['try']->render(); ?>

<h2><?php esc_html_e( 'Schemas of your own', 'scimpress' ); ?></h2>
<p><?php esc_html_e( 'Attributes that your identity provider sends and SCIM does not know. They are kept in any case; once they are declared, their values are checked and they can be found, sorted and discovered like all others.', 'scimpress' ); ?></p>
<?php foreach ( $page['unknown'] as $scimpress_unknown ) : ?>
	<p>
		<?php /* translators: 1: URN of a schema, 2: number of users. */ ?>
		<?php echo esc_html( sprintf( _n( '%1$s was received of %2$s user and is not declared.', '%1$s was received of %2$s users and is not declared.', $scimpress_unknown['users'], 'scimpress' ), $scimpress_unknown['schema']['id'], number_format_i18n( $scimpress_unknown['users'] ) ) ); ?>
		<button type="submit" form="<?php echo esc_attr( Attributes_Tab::FORM_NEW ); ?>" name="<?php echo esc_attr( Attributes_Tab::ADD ); ?>" value="<?php echo esc_attr( $scimpress_unknown['schema']['id'] ); ?>" class="button button-small"><?php esc_html_e( 'Fill in its form', 'scimpress' ); ?> <span class="screen-reader-text"><?php echo esc_html( $scimpress_unknown['schema']['id'] ); ?></span></button>
	</p>
<?php endforeach; ?>
<?php foreach ( $page['schemas'] as $scimpress_number => $scimpress_entry ) : ?>
	<?php
	$scimpress_schema = $scimpress_entry['schema'];
	$scimpress_is_new = '' === $scimpress_entry['original'];
	$scimpress_id     = "scimpress-schema-$scimpress_number";
	$scimpress_whole  = $scimpress_entry['problems'][''] ?? null;
	?>
	<form method="post" action="<?php echo esc_url( Page::url( Attributes_Tab::SLUG ) ); ?>" class="scimpress-schema"<?php echo $scimpress_is_new ? ' id="' . esc_attr( Attributes_Tab::FORM_NEW ) . '"' : ''; ?>>
		<?php Page::fields( Attributes_Tab::SCHEMA ); ?>
		<input type="hidden" name="original" value="<?php echo esc_attr( $scimpress_entry['original'] ); ?>">
		<h3><?php echo esc_html( $scimpress_is_new ? __( 'Another schema', 'scimpress' ) : $scimpress_entry['original'] ); ?></h3>
		<?php if ( null !== $scimpress_whole ) : ?>
			<p class="scimpress-row-error" id="<?php echo esc_attr( $scimpress_id ); ?>-problem"><?php echo esc_html( $scimpress_whole ); ?></p>
		<?php endif; ?>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( $scimpress_id ); ?>-urn"><?php esc_html_e( 'URN', 'scimpress' ); ?></label></th>
				<td><input type="text" id="<?php echo esc_attr( $scimpress_id ); ?>-urn" name="schema[0]" class="large-text code" maxlength="200" spellcheck="false" autocomplete="off" placeholder="urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User" value="<?php echo esc_attr( $scimpress_schema['id'] ); ?>"<?php echo $scimpress_is_new && '' !== $page['added'] && $page['added'] === $scimpress_schema['id'] ? ' autofocus' : ''; ?><?php echo null === $scimpress_whole ? '' : ' aria-invalid="true" aria-describedby="' . esc_attr( $scimpress_id ) . '-problem"'; ?>></td>
			</tr>
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( $scimpress_id ); ?>-name"><?php esc_html_e( 'Name', 'scimpress' ); ?></label></th>
				<td><input type="text" id="<?php echo esc_attr( $scimpress_id ); ?>-name" name="schema[1]" class="regular-text" maxlength="200" value="<?php echo esc_attr( $scimpress_schema['name'] ); ?>"></td>
			</tr>
			<tr>
				<th scope="row"><label for="<?php echo esc_attr( $scimpress_id ); ?>-description"><?php esc_html_e( 'Description', 'scimpress' ); ?></label></th>
				<td><input type="text" id="<?php echo esc_attr( $scimpress_id ); ?>-description" name="schema[2]" class="large-text" maxlength="200" value="<?php echo esc_attr( $scimpress_schema['description'] ); ?>"></td>
			</tr>
		</table>
		<div class="scimpress-scroll">
		<table class="widefat striped scimpress-rows">
			<caption class="screen-reader-text"><?php esc_html_e( 'Attributes of the schema', 'scimpress' ); ?></caption>
			<thead>
				<tr>
					<th scope="col" id="<?php echo esc_attr( $scimpress_id ); ?>-attribute"><?php esc_html_e( 'Attribute', 'scimpress' ); ?></th>
					<th scope="col" id="<?php echo esc_attr( $scimpress_id ); ?>-type"><?php esc_html_e( 'Type', 'scimpress' ); ?></th>
					<th scope="col" id="<?php echo esc_attr( $scimpress_id ); ?>-several"><?php esc_html_e( 'Several values', 'scimpress' ); ?></th>
					<th scope="col" id="<?php echo esc_attr( $scimpress_id ); ?>-exact"><?php esc_html_e( 'Compared with case', 'scimpress' ); ?></th>
					<th scope="col" id="<?php echo esc_attr( $scimpress_id ); ?>-about"><?php esc_html_e( 'Description', 'scimpress' ); ?></th>
				</tr>
			</thead>
			<tbody>
				<?php foreach ( $scimpress_schema['attributes'] as $scimpress_row => $scimpress_attribute ) : ?>
					<?php $scimpress_problem = $scimpress_entry['problems'][ (string) $scimpress_row ] ?? null; ?>
					<tr>
						<td>
							<input type="text" name="attribute_name[<?php echo (int) $scimpress_row; ?>]" class="regular-text code" maxlength="60" spellcheck="false" autocomplete="off" aria-labelledby="<?php echo esc_attr( $scimpress_id ); ?>-attribute" value="<?php echo esc_attr( $scimpress_attribute['name'] ); ?>"<?php echo null === $scimpress_problem ? '' : ' aria-invalid="true" aria-describedby="' . esc_attr( "$scimpress_id-problem-$scimpress_row" ) . '"'; ?>>
							<?php if ( null !== $scimpress_problem ) : ?>
								<p class="scimpress-row-error" id="<?php echo esc_attr( "$scimpress_id-problem-$scimpress_row" ); ?>"><?php echo esc_html( $scimpress_problem ); ?></p>
							<?php endif; ?>
						</td>
						<td>
							<select name="attribute_type[<?php echo (int) $scimpress_row; ?>]" aria-labelledby="<?php echo esc_attr( $scimpress_id ); ?>-type">
								<?php foreach ( Schema_Form::TYPES as $scimpress_type ) : ?>
									<option value="<?php echo esc_attr( $scimpress_type ); ?>" <?php selected( $scimpress_attribute['type'], $scimpress_type ); ?>><?php echo esc_html( $scimpress_type ); ?></option>
								<?php endforeach; ?>
							</select>
						</td>
						<td><input type="checkbox" name="attribute_several[<?php echo (int) $scimpress_row; ?>]" value="1" aria-labelledby="<?php echo esc_attr( $scimpress_id ); ?>-several" <?php checked( $scimpress_attribute['multiValued'] ); ?>></td>
						<td><input type="checkbox" name="attribute_exact[<?php echo (int) $scimpress_row; ?>]" value="1" aria-labelledby="<?php echo esc_attr( $scimpress_id ); ?>-exact" <?php checked( $scimpress_attribute['caseExact'] ); ?>></td>
						<td><input type="text" name="attribute_description[<?php echo (int) $scimpress_row; ?>]" class="large-text" maxlength="200" aria-labelledby="<?php echo esc_attr( $scimpress_id ); ?>-about" value="<?php echo esc_attr( $scimpress_attribute['description'] ); ?>"></td>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
		</div>
		<input type="hidden" name="<?php echo esc_attr( Attributes_Tab::END ); ?>" value="1">
		<?php submit_button( $scimpress_is_new ? __( 'Declare this schema', 'scimpress' ) : __( 'Save this schema', 'scimpress' ), $scimpress_is_new ? 'secondary' : 'primary' ); ?>
	</form>
	<?php if ( ! $scimpress_is_new ) : ?>
		<form method="post" action="<?php echo esc_url( Page::url( Attributes_Tab::SLUG ) ); ?>">
			<?php Page::fields( Attributes_Tab::REMOVE ); ?>
			<input type="hidden" name="original" value="<?php echo esc_attr( $scimpress_entry['original'] ); ?>">
			<input type="hidden" name="<?php echo esc_attr( Attributes_Tab::END ); ?>" value="1">
			<button type="submit" class="button-link button-link-delete"><?php esc_html_e( 'Remove this schema', 'scimpress' ); ?></button>
			<p class="description"><?php esc_html_e( 'The values that users have of it stay.', 'scimpress' ); ?></p>
		</form>
	<?php endif; ?>
<?php endforeach; ?>
