<?php
/**
 * The card “Move from WPO365”.
 *
 * @package Scimpress
 */

use Scimpress\Admin\Import_Card;
use Scimpress\Admin\Page;
use Scimpress\Admin\Settings_Tab;
use Scimpress\Import\Import;
use Scimpress\Import\Report;

defined( 'ABSPATH' ) || exit;

$scimpress_run   = Import_Card::last();
$scimpress_goes  = null !== $scimpress_run && ! $scimpress_run['done'];
$scimpress_forms = array(
	Import_Card::DRY => __( 'Show what would change', 'scimpress' ),
	Import_Card::RUN => __( 'Move now', 'scimpress' ),
);
?>
<h2 id="scimpress-import"><?php esc_html_e( 'Move from WPO365', 'scimpress' ); ?></h2>
<p><?php esc_html_e( 'Takes over the token, the settings, the mapped values and the links of the users whom WPO365 has provisioned. At the identity provider nothing has to be changed: users keep their ids. The data of WPO365 stay as they are.', 'scimpress' ); ?></p>
<?php if ( null !== $scimpress_run ) : ?>
	<table class="widefat striped scimpress-import">
		<thead><tr><th scope="col"><?php esc_html_e( 'Setting', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Now', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'From WPO365', 'scimpress' ); ?></th></tr></thead>
		<tbody>
			<?php foreach ( Import::plan() as $scimpress_line ) : ?>
				<tr><td><?php echo esc_html( $scimpress_line['name'] ); ?></td><td><?php echo esc_html( $scimpress_line['from'] ); ?></td><td><?php echo esc_html( $scimpress_line['to'] ); ?></td></tr>
			<?php endforeach; ?>
		</tbody>
	</table>
	<p role="status">
		<?php
		echo esc_html(
			$scimpress_goes
				/* translators: 1: number of accounts done, 2: number of accounts. */
				? sprintf( __( '%1$d of %2$d accounts', 'scimpress' ), $scimpress_run['seen'], $scimpress_run['total'] )
				: Report::sentence( $scimpress_run )
		);
		?>
	</p>
	<?php if ( $scimpress_run['problems'] ) : ?>
		<ul class="scimpress-notices">
			<?php foreach ( $scimpress_run['problems'] as $scimpress_problem ) : ?>
				<li><a href="<?php echo esc_url( (string) get_edit_user_link( $scimpress_problem['user'] ) ); ?>"><?php echo esc_html( get_userdata( $scimpress_problem['user'] )->user_login ?? (string) $scimpress_problem['user'] ); ?></a>: <?php echo esc_html( $scimpress_problem['problem'] ); ?></li>
			<?php endforeach; ?>
		</ul>
	<?php endif; ?>
<?php endif; ?>
<?php foreach ( $scimpress_forms as $scimpress_action => $scimpress_label ) : ?>
	<?php $scimpress_same = $scimpress_goes && ( Import_Card::DRY === $scimpress_action ) === $scimpress_run['dry']; ?>
	<form method="post" action="<?php echo esc_url( Page::url( Settings_Tab::SLUG ) ); ?>" class="scimpress-inline"<?php echo $scimpress_same ? ' data-scimpress-go-on' : ''; ?>>
		<?php Page::fields( $scimpress_action ); ?>
		<?php if ( $scimpress_same ) : ?>
			<input type="hidden" name="<?php echo esc_attr( Import_Card::GO_ON ); ?>" value="1">
		<?php endif; ?>
		<button type="submit" class="button"><?php echo esc_html( $scimpress_same ? __( 'Go on', 'scimpress' ) : $scimpress_label ); ?></button>
	</form>
<?php endforeach; ?>
