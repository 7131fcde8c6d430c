<?php
/**
 * The connection doctor.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Doctor_Tab::render().
 */

use Scimpress\Admin\Doctor_Tab;
use Scimpress\Admin\Page;
use Scimpress\Doctor\Catalogue;
use Scimpress\Doctor\Report;

defined( 'ABSPATH' ) || exit;

$scimpress_report = $page['report'];
$scimpress_names  = Catalogue::checks();
$scimpress_field  = 0;
?>
<p><?php esc_html_e( 'Calls this site at its own address as an identity provider would, and says what is in the way. Nothing is changed, and no request goes to another host. It takes half a minute at most.', 'scimpress' ); ?></p>
<form method="post" action="<?php echo esc_url( Page::url( 'doctor' ) ); ?>">
	<?php Page::fields( Doctor_Tab::EXAMINE ); ?>
	<button type="submit" class="button button-primary"><?php echo esc_html( null === $scimpress_report ? __( 'Examine the connection', 'scimpress' ) : __( 'Examine again', 'scimpress' ) ); ?></button>
</form>

<?php if ( null !== $scimpress_report ) : ?>
	<?php foreach ( $scimpress_report->findings() as $scimpress_finding ) : ?>
		<div class="card scimpress-finding scimpress-<?php echo esc_attr( $scimpress_finding->severity() ); ?>">
			<h2><?php echo esc_html( Report::state_name( $scimpress_finding->severity() ) . ': ' . $scimpress_finding->title() ); ?></h2>
			<p><?php echo esc_html( $scimpress_finding->explanation() ); ?></p>
			<?php foreach ( $scimpress_finding->fixes( $scimpress_report->servers() ) as $scimpress_fix ) : ?>
				<?php if ( '' !== $scimpress_fix['server'] ) : ?>
					<h3><?php echo esc_html( $scimpress_fix['server'] ); ?></h3>
				<?php endif; ?>
				<?php if ( '' === $scimpress_fix['paste'] ) : ?>
					<p><?php echo esc_html( $scimpress_fix['where'] ); ?></p>
				<?php else : ?>
					<?php $scimpress_id = 'scimpress-fix-' . ++$scimpress_field; ?>
					<p><label for="<?php echo esc_attr( $scimpress_id ); ?>"><?php echo esc_html( $scimpress_fix['where'] ); ?></label></p>
					<textarea id="<?php echo esc_attr( $scimpress_id ); ?>" class="large-text code" rows="<?php echo esc_attr( (string) ( 1 + substr_count( $scimpress_fix['paste'], "\n" ) ) ); ?>" readonly wrap="off" spellcheck="false"><?php echo esc_textarea( $scimpress_fix['paste'] ); ?></textarea>
					<?php Page::copy_button( $scimpress_id, $scimpress_fix['server'] ); ?>
				<?php endif; ?>
			<?php endforeach; ?>
		</div>
	<?php endforeach; ?>

	<h2><?php esc_html_e( 'What was examined', 'scimpress' ); ?></h2>
	<table class="widefat striped scimpress-checks">
		<thead><tr><th scope="col"><?php esc_html_e( 'Check', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'State', 'scimpress' ); ?></th></tr></thead>
		<tbody>
			<?php foreach ( $scimpress_report->states() as $scimpress_check => $scimpress_state ) : ?>
				<tr><th scope="row"><?php echo esc_html( $scimpress_names[ $scimpress_check ] ); ?></th><td><?php echo esc_html( Report::state_name( $scimpress_state ) ); ?></td></tr>
			<?php endforeach; ?>
		</tbody>
	</table>
<?php endif; ?>

<h2><?php esc_html_e( 'From outside', 'scimpress' ); ?></h2>
<p><label for="scimpress-curl"><?php esc_html_e( 'A firewall may treat your identity provider otherwise than this server. To test that, run this on a machine elsewhere, with your token in its place; the answer should be 200 with "totalResults":0.', 'scimpress' ); ?></label></p>
<textarea id="scimpress-curl" class="large-text code" rows="2" readonly wrap="off" spellcheck="false"><?php echo esc_textarea( $page['curl'] ); ?></textarea>
<?php Page::copy_button( 'scimpress-curl', __( 'From outside', 'scimpress' ) ); ?>
