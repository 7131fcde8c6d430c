<?php
/**
 * What SCIM knows about an account.
 *
 * @package Scimpress
 *
 * @var array $profile See Profile_Section::of().
 */

use Scimpress\Admin\Profile_Section;

defined( 'ABSPATH' ) || exit;

$scimpress_identity = array(
	__( 'SCIM id', 'scimpress' )     => $profile['id'],
	__( 'userName', 'scimpress' )    => $profile['userName'],
	__( 'externalId', 'scimpress' )  => $profile['externalId'],
	__( 'Object id', 'scimpress' )   => $profile['objectId'],
	__( 'Last change', 'scimpress' ) => wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $profile['modified'] ),
);
?>
<h2 id="scimpress-profile"><?php esc_html_e( 'Provisioned by SCIM', 'scimpress' ); ?></h2>
<p>
	<?php
	echo esc_html(
		sprintf(
			/* translators: %s: names of fields. */
			__( 'Your identity provider fills these fields, and overwrites what is changed here when it changes there: %s.', 'scimpress' ),
			implode( ', ', $profile['fields'] )
		)
	);
	?>
</p>
<table class="form-table" role="presentation">
	<?php foreach ( $scimpress_identity as $scimpress_label => $scimpress_value ) : ?>
		<?php if ( null !== $scimpress_value ) : ?>
			<tr>
				<th scope="row"><?php echo esc_html( $scimpress_label ); ?></th>
				<td><?php echo esc_html( $scimpress_value ); ?></td>
			</tr>
		<?php endif; ?>
	<?php endforeach; ?>
	<?php if ( $profile['manager'] ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Manager', 'scimpress' ); ?></th>
			<td>
				<?php if ( null === $profile['manager']['name'] ) : ?>
					<code><?php echo esc_html( $profile['manager']['reference'] ); ?></code> <?php esc_html_e( '(not provisioned yet)', 'scimpress' ); ?>
				<?php elseif ( null === $profile['manager']['url'] ) : ?>
					<?php echo esc_html( $profile['manager']['name'] ); ?>
				<?php else : ?>
					<a href="<?php echo esc_url( $profile['manager']['url'] ); ?>"><?php echo esc_html( $profile['manager']['name'] ); ?></a>
				<?php endif; ?>
			</td>
		</tr>
	<?php endif; ?>
</table>
<?php if ( $profile['mapped'] ) : ?>
	<table class="widefat striped scimpress-mapped">
		<caption class="screen-reader-text"><?php esc_html_e( 'Mapped attributes', 'scimpress' ); ?></caption>
		<thead>
			<tr>
				<th scope="col"><?php esc_html_e( 'Attribute', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Field or user meta', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Value', 'scimpress' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $profile['mapped'] as $scimpress_mapped ) : ?>
				<tr>
					<td><code><?php echo esc_html( $scimpress_mapped['path'] ); ?></code></td>
					<td><?php echo esc_html( Profile_Section::label( $scimpress_mapped['target'] ) ?? $scimpress_mapped['target'] ); ?></td>
					<td>
						<?php foreach ( (array) $scimpress_mapped['value'] as $scimpress_value ) : ?>
							<div><?php echo esc_html( $scimpress_value ); ?></div>
						<?php endforeach; ?>
						<?php if ( null === $scimpress_mapped['value'] ) : ?>
							<span aria-hidden="true">—</span><span class="screen-reader-text"><?php esc_html_e( 'empty', 'scimpress' ); ?></span>
						<?php endif; ?>
					</td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
<?php endif; ?>
