<?php
/**
 * The log.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Log_Tab::render().
 */

use Scimpress\Admin\Log_Tab;
use Scimpress\Admin\Page;
use Scimpress\Log\Criteria;
use Scimpress\Log\Entry;
use Scimpress\Log\Settings;

defined( 'ABSPATH' ) || exit;

$scimpress_criteria = $page['criteria'];
$scimpress_fields   = $scimpress_criteria->fields();
$scimpress_here     = add_query_arg( array_map( 'rawurlencode', $scimpress_fields ), Page::url( 'log' ) );
?>
<p><?php esc_html_e( 'Every request of the identity provider that changed something here, or should have and failed. Requests that only read are not listed, nor those that found everything as it should be.', 'scimpress' ); ?></p>

<?php if ( ! $page['settings']['enabled'] ) : ?>
	<div class="notice notice-warning inline"><p><?php esc_html_e( 'The log is switched off: nothing new is written to it.', 'scimpress' ); ?></p></div>
<?php endif; ?>

<form method="get" action="<?php echo esc_url( admin_url( 'options-general.php' ) ); ?>" class="scimpress-log-filter" role="search" aria-label="<?php esc_attr_e( 'Filter the log', 'scimpress' ); ?>">
	<input type="hidden" name="page" value="<?php echo esc_attr( Page::SLUG ); ?>">
	<input type="hidden" name="tab" value="log">
	<p>
		<label for="scimpress-log-s"><?php esc_html_e( 'User name, SCIM id or request id', 'scimpress' ); ?></label>
		<input type="search" id="scimpress-log-s" name="s" maxlength="255" value="<?php echo esc_attr( $scimpress_criteria->search ); ?>" aria-describedby="scimpress-log-s-help">
		<span class="description" id="scimpress-log-s-help"><?php esc_html_e( 'as a whole', 'scimpress' ); ?></span>
	</p>
	<p>
		<label for="scimpress-log-operation"><?php esc_html_e( 'Operation', 'scimpress' ); ?></label>
		<select id="scimpress-log-operation" name="operation">
			<option value=""><?php esc_html_e( 'All', 'scimpress' ); ?></option>
			<?php foreach ( Criteria::OPERATIONS as $scimpress_operation ) : ?>
				<option value="<?php echo esc_attr( $scimpress_operation ); ?>" <?php selected( $scimpress_criteria->operation, $scimpress_operation ); ?>><?php echo esc_html( Entry::operation( $scimpress_operation ) ); ?></option>
			<?php endforeach; ?>
		</select>
	</p>
	<p>
		<label for="scimpress-log-from"><?php esc_html_e( 'From', 'scimpress' ); ?></label>
		<input type="date" id="scimpress-log-from" name="from" value="<?php echo esc_attr( $scimpress_criteria->from ); ?>">
		<label for="scimpress-log-to"><?php esc_html_e( 'to', 'scimpress' ); ?></label>
		<input type="date" id="scimpress-log-to" name="to" value="<?php echo esc_attr( $scimpress_criteria->to ); ?>">
	</p>
	<p>
		<label><input type="checkbox" name="failed" value="1" <?php checked( $scimpress_criteria->failed ); ?>> <?php esc_html_e( 'Only failures', 'scimpress' ); ?></label>
	</p>
	<p>
		<button type="submit" class="button"><?php esc_html_e( 'Filter', 'scimpress' ); ?></button>
		<?php if ( $scimpress_fields ) : ?>
			<a href="<?php echo esc_url( Page::url( 'log' ) ); ?>"><?php esc_html_e( 'Show all', 'scimpress' ); ?></a>
		<?php endif; ?>
	</p>
</form>

<?php if ( $page['empty'] ) : ?>
	<p class="scimpress-log-empty"><?php esc_html_e( 'Nothing has been provisioned yet. As soon as the identity provider creates, changes or deletes somebody, it is listed here. “Test Connection” alone changes nothing and leaves no entry, unless its token is refused.', 'scimpress' ); ?></p>
<?php elseif ( ! $page['rows'] ) : ?>
	<p class="scimpress-log-empty"><?php esc_html_e( 'No entry fits. The search finds whole names and ids, in upper or lower case, not parts of them.', 'scimpress' ); ?></p>
<?php else : ?>
	<table class="widefat striped scimpress-log">
		<caption class="screen-reader-text"><?php esc_html_e( 'Entries of the log, newest first', 'scimpress' ); ?></caption>
		<thead>
			<tr>
				<th scope="col"><?php esc_html_e( 'Time', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Operation', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Name', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Result', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Duration', 'scimpress' ); ?></th>
				<th scope="col"><?php esc_html_e( 'Client', 'scimpress' ); ?></th>
			</tr>
		</thead>
		<tbody>
			<?php foreach ( $page['rows'] as $scimpress_row ) : ?>
				<tr<?php echo $scimpress_row->failed ? ' class="scimpress-log-failed"' : ''; ?>>
					<th scope="row" data-title="<?php esc_attr_e( 'Time', 'scimpress' ); ?>">
						<a href="<?php echo esc_url( Log_Tab::entry_url( (int) $scimpress_row->position ) ); ?>">
							<time datetime="<?php echo esc_attr( Entry::machine_time( $scimpress_row ) ); ?>"><?php echo esc_html( Entry::time( $scimpress_row ) ); ?></time>
							<span class="screen-reader-text">
								<?php
								/* translators: %d: number of an entry. */
								echo esc_html( sprintf( __( 'Show entry %d', 'scimpress' ), (int) $scimpress_row->position ) );
								?>
							</span>
						</a>
					</th>
					<td data-title="<?php esc_attr_e( 'Operation', 'scimpress' ); ?>"><?php echo esc_html( trim( Entry::operation( $scimpress_row->operation ) . ' ' . $scimpress_row->resource ) ); ?></td>
					<td data-title="<?php esc_attr_e( 'Name', 'scimpress' ); ?>"><bdi><?php echo esc_html( '' === $scimpress_row->name ? (string) $scimpress_row->scim_id : $scimpress_row->name ); ?></bdi></td>
					<td data-title="<?php esc_attr_e( 'Result', 'scimpress' ); ?>">
						<?php if ( $scimpress_row->failed ) : ?>
							<strong><?php esc_html_e( 'Failed', 'scimpress' ); ?></strong>
						<?php else : ?>
							<?php esc_html_e( 'Done', 'scimpress' ); ?>
						<?php endif; ?>
						<?php echo esc_html( trim( "$scimpress_row->status $scimpress_row->scim_type" ) ); ?>
						<?php if ( (int) $scimpress_row->times > 1 ) : ?>
							<?php
							/* translators: %s: a number. */
							echo esc_html( sprintf( __( '%s times', 'scimpress' ), number_format_i18n( (int) $scimpress_row->times ) ) );
							?>
						<?php endif; ?>
						<?php if ( '' !== $scimpress_row->message ) : ?>
							<br><bdi><?php echo esc_html( $scimpress_row->message ); ?></bdi>
						<?php endif; ?>
					</td>
					<td data-title="<?php esc_attr_e( 'Duration', 'scimpress' ); ?>"><?php echo esc_html( Entry::duration( $scimpress_row ) ); ?></td>
					<td data-title="<?php esc_attr_e( 'Client', 'scimpress' ); ?>"><bdi><?php echo esc_html( trim( "$scimpress_row->token $scimpress_row->agent" ) ); ?></bdi> <?php echo esc_html( $scimpress_row->address ); ?></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>

	<nav class="scimpress-log-pages" aria-label="<?php esc_attr_e( 'Pages of the log', 'scimpress' ); ?>">
		<?php if ( null !== $page['newer'] ) : ?>
			<a class="button" href="<?php echo esc_url( $scimpress_here ); ?>"><?php esc_html_e( 'Newest', 'scimpress' ); ?></a>
			<a class="button" rel="prev" href="<?php echo esc_url( add_query_arg( 'after', $page['newer'], $scimpress_here ) ); ?>"><?php esc_html_e( 'Newer', 'scimpress' ); ?></a>
		<?php endif; ?>
		<?php if ( null !== $page['older'] ) : ?>
			<a class="button" rel="next" href="<?php echo esc_url( add_query_arg( 'before', $page['older'], $scimpress_here ) ); ?>"><?php esc_html_e( 'Older', 'scimpress' ); ?></a>
		<?php endif; ?>
	</nav>

	<form method="post" action="<?php echo esc_url( Page::url( 'log' ) ); ?>">
		<?php Page::fields( Log_Tab::EXPORT ); ?>
		<?php foreach ( $scimpress_fields as $scimpress_name => $scimpress_value ) : ?>
			<input type="hidden" name="<?php echo esc_attr( $scimpress_name ); ?>" value="<?php echo esc_attr( $scimpress_value ); ?>">
		<?php endforeach; ?>
		<p><button type="submit" class="button"><?php echo esc_html( $scimpress_fields ? __( 'Export what fits as CSV', 'scimpress' ) : __( 'Export all as CSV', 'scimpress' ) ); ?></button></p>
	</form>
<?php endif; ?>

<h2><?php esc_html_e( 'What is kept', 'scimpress' ); ?></h2>
<form method="post" action="<?php echo esc_url( Page::url( 'log' ) ); ?>">
	<?php Page::fields( Log_Tab::SAVE ); ?>
	<table class="form-table" role="presentation">
		<tr>
			<th scope="row"><?php esc_html_e( 'Log', 'scimpress' ); ?></th>
			<td><label><input type="checkbox" name="enabled" value="1" <?php checked( $page['settings']['enabled'] ); ?>> <?php esc_html_e( 'Write down what is provisioned', 'scimpress' ); ?></label></td>
		</tr>
		<?php
		$scimpress_limits = array(
			'days'      => __( 'Days', 'scimpress' ),
			'rows'      => __( 'Entries', 'scimpress' ),
			'megabytes' => __( 'Megabytes', 'scimpress' ),
		);
		foreach ( $scimpress_limits as $scimpress_name => $scimpress_label ) :
			?>
			<tr>
				<th scope="row"><label for="scimpress-log-<?php echo esc_attr( $scimpress_name ); ?>"><?php echo esc_html( $scimpress_label ); ?></label></th>
				<td>
					<input type="number" class="scimpress-log-number" id="scimpress-log-<?php echo esc_attr( $scimpress_name ); ?>" name="<?php echo esc_attr( $scimpress_name ); ?>" min="1" max="<?php echo esc_attr( (string) Settings::MOST[ $scimpress_name ] ); ?>" value="<?php echo esc_attr( (string) $page['settings'][ $scimpress_name ] ); ?>">
					<?php if ( 'megabytes' === $scimpress_name ) : ?>
						<p class="description"><?php esc_html_e( 'The first of the three that is exceeded counts. What is too old or too much is removed once a day.', 'scimpress' ); ?></p>
					<?php endif; ?>
				</td>
			</tr>
		<?php endforeach; ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Persons', 'scimpress' ); ?></th>
			<td>
				<fieldset>
					<legend class="screen-reader-text"><span><?php esc_html_e( 'Persons', 'scimpress' ); ?></span></legend>
					<label><input type="checkbox" name="anonymise" value="1" <?php checked( $page['settings']['anonymise'] ); ?>> <?php esc_html_e( 'Replace names, values and addresses', 'scimpress' ); ?></label>
					<p class="description"><?php esc_html_e( 'The same name gets the same code, so that a person can be followed and searched for by name, but not read. Requests are not kept then. Entries that are there already follow in the background. It cannot be undone.', 'scimpress' ); ?></p>
					<label><input type="checkbox" name="full_addresses" value="1" <?php checked( $page['settings']['full_addresses'] ); ?>> <?php esc_html_e( 'Keep whole network addresses of clients', 'scimpress' ); ?></label>
					<p class="description"><?php esc_html_e( 'Otherwise the last part of each address is left out.', 'scimpress' ); ?></p>
				</fieldset>
			</td>
		</tr>
	</table>
	<?php submit_button(); ?>
</form>
