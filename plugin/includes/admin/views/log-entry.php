<?php
/**
 * One entry of the log.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Log_Tab::render_entry().
 */

use Scimpress\Admin\Log_Tab;
use Scimpress\Admin\Page;
use Scimpress\Log\Entry;

defined( 'ABSPATH' ) || exit;

$scimpress_row = $page['row'];
?>
<p><a href="<?php echo esc_url( Page::url( 'log' ) ); ?>"><?php esc_html_e( 'Back to the log', 'scimpress' ); ?></a></p>

<?php if ( ! $scimpress_row ) : ?>
	<p><?php esc_html_e( 'There is no such entry. It may have been removed since.', 'scimpress' ); ?></p>
	<?php return; ?>
<?php endif; ?>

<?php
$scimpress_changes = Entry::changes( $scimpress_row );
$scimpress_facts   = array(
	__( 'Time', 'scimpress' )       => Entry::time( $scimpress_row ),
	__( 'Operation', 'scimpress' )  => trim( Entry::operation( $scimpress_row->operation ) . ' ' . $scimpress_row->resource ),
	__( 'Name', 'scimpress' )       => $scimpress_row->name,
	__( 'SCIM id', 'scimpress' )    => (string) $scimpress_row->scim_id,
	__( 'Status', 'scimpress' )     => trim( "$scimpress_row->status $scimpress_row->scim_type" ),
	__( 'Message', 'scimpress' )    => $scimpress_row->message,
	__( 'Times', 'scimpress' )      => (int) $scimpress_row->times > 1 ? number_format_i18n( (int) $scimpress_row->times ) : '',
	__( 'Duration', 'scimpress' )   => Entry::duration( $scimpress_row ),
	__( 'Token', 'scimpress' )      => $scimpress_row->token,
	__( 'Client', 'scimpress' )     => $scimpress_row->agent,
	__( 'Address', 'scimpress' )    => $scimpress_row->address,
	__( 'Request id', 'scimpress' ) => $scimpress_row->request,
);
?>
<h2>
	<?php
	/* translators: %d: number of an entry. */
	echo esc_html( sprintf( __( 'Entry %d', 'scimpress' ), (int) $scimpress_row->position ) );
	?>
</h2>
<table class="widefat striped scimpress-log-entry">
	<tbody>
		<?php foreach ( array_filter( $scimpress_facts, 'strlen' ) as $scimpress_name => $scimpress_value ) : ?>
			<tr>
				<th scope="row"><?php echo esc_html( $scimpress_name ); ?></th>
				<td><bdi><?php echo esc_html( $scimpress_value ); ?></bdi></td>
			</tr>
		<?php endforeach; ?>
		<?php if ( $page['user'] && current_user_can( 'edit_user', $page['user']->ID ) ) : ?>
			<tr>
				<th scope="row"><?php esc_html_e( 'Account', 'scimpress' ); ?></th>
				<td><a href="<?php echo esc_url( get_edit_user_link( $page['user']->ID ) ); ?>"><?php echo esc_html( $page['user']->user_login ); ?></a></td>
			</tr>
		<?php endif; ?>
	</tbody>
</table>

<h3><?php esc_html_e( 'Changes', 'scimpress' ); ?></h3>
<?php if ( ! $scimpress_changes['attributes'] && ! $scimpress_changes['members'] ) : ?>
	<p><?php esc_html_e( 'Nothing was changed.', 'scimpress' ); ?></p>
<?php endif; ?>
<?php if ( $scimpress_changes['attributes'] ) : ?>
	<table class="widefat striped scimpress-log">
		<caption class="screen-reader-text"><?php esc_html_e( 'Attributes before and after', 'scimpress' ); ?></caption>
		<thead>
			<tr>
				<th scope="col"><?php esc_html_e( 'Attribute', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Before', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'After', 'scimpress' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $scimpress_changes['attributes'] as $scimpress_attribute ) : ?>
				<tr>
					<th scope="row" data-title="<?php esc_attr_e( 'Attribute', 'scimpress' ); ?>"><code><?php echo esc_html( $scimpress_attribute['path'] ); ?></code></th>
					<?php foreach ( array( 'old' => __( 'Before', 'scimpress' ), 'new' => __( 'After', 'scimpress' ) ) as $scimpress_side => $scimpress_label ) : ?>
						<td data-title="<?php echo esc_attr( $scimpress_label ); ?>">
							<?php if ( null === $scimpress_attribute[ $scimpress_side ] ) : ?>
								<span aria-hidden="true">–</span><span class="screen-reader-text"><?php esc_html_e( 'none', 'scimpress' ); ?></span>
							<?php else : ?>
								<bdi><?php echo esc_html( $scimpress_attribute[ $scimpress_side ] ); ?></bdi>
							<?php endif; ?>
						</td>
					<?php endforeach; ?>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	<?php if ( $scimpress_changes['more'] ) : ?>
		<p>
			<?php
			/* translators: %d: a number. */
			echo esc_html( sprintf( __( 'and %d more attributes', 'scimpress' ), $scimpress_changes['more'] ) );
			?>
		</p>
	<?php endif; ?>
<?php endif; ?>
<?php foreach ( Entry::members( $scimpress_changes['members'] ) as $scimpress_line ) : ?>
	<p><strong><?php echo esc_html( $scimpress_line[0] ); ?>:</strong> <code><?php echo esc_html( $scimpress_line[1] ); ?></code></p>
<?php endforeach; ?>

<?php if ( $page['others'] ) : ?>
	<h3><?php esc_html_e( 'Other entries of the same request', 'scimpress' ); ?></h3>
	<ul>
		<?php foreach ( $page['others'] as $scimpress_other ) : ?>
			<li><a href="<?php echo esc_url( Log_Tab::entry_url( (int) $scimpress_other->position ) ); ?>"><?php echo esc_html( trim( Entry::operation( $scimpress_other->operation ) . " $scimpress_other->resource $scimpress_other->name" ) . " ($scimpress_other->status)" ); ?></a></li>
		<?php endforeach; ?>
	</ul>
<?php endif; ?>

<h3><?php esc_html_e( 'Request', 'scimpress' ); ?></h3>
<?php if ( null === $page['raw'] ) : ?>
	<p><?php esc_html_e( 'The request was not kept.', 'scimpress' ); ?></p>
<?php else : ?>
	<p><?php esc_html_e( 'Without its secrets.', 'scimpress' ); ?></p>
	<pre class="scimpress-log-raw" tabindex="0" role="region" aria-label="<?php esc_attr_e( 'Request', 'scimpress' ); ?>"><?php echo esc_html( $page['raw'] ); ?></pre>
<?php endif; ?>
