<?php
/**
 * The tab “Roles”.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the tab shows; see Roles_Tab::render().
 */

use Scimpress\Admin\Page;
use Scimpress\Admin\Roles_Tab;
use Scimpress\Roles\Report;
use Scimpress\Roles\Rule_Set;
use Scimpress\Settlement\Job;

defined( 'ABSPATH' ) || exit;

$scimpress_run     = $page['run'];
$scimpress_buttons = match ( $scimpress_run['state'] ?? '' ) {
	Job::RUNNING => array(
		Roles_Tab::GO_ON  => __( 'Go on', 'scimpress' ),
		Roles_Tab::PAUSE  => __( 'Pause', 'scimpress' ),
		Roles_Tab::CANCEL => __( 'Cancel', 'scimpress' ),
	),
	Job::PAUSED  => array(
		Roles_Tab::RESUME => __( 'Go on', 'scimpress' ),
		Roles_Tab::CANCEL => __( 'Cancel', 'scimpress' ),
	),
	default      => $page['waiting'] ? array( Roles_Tab::GO_ON => __( 'Go on', 'scimpress' ) ) : array(),
};
?>
<p><?php esc_html_e( 'Rules give WordPress roles to the people whom the identity provider sends. They are applied whenever a person, or one of the person\'s groups, changes. Accounts that may manage the site are left alone, and no rule gives a role that may.', 'scimpress' ); ?></p>

<?php if ( null !== $scimpress_run || $page['waiting'] ) : ?>
	<h2 id="scimpress-run"><?php esc_html_e( 'Progress', 'scimpress' ); ?></h2>
	<?php if ( null !== $scimpress_run ) : ?>
		<?php if ( $page['running'] ) : ?>
			<progress max="<?php echo esc_attr( (string) max( 1, $scimpress_run['total'] ) ); ?>" value="<?php echo esc_attr( (string) $scimpress_run['seen'] ); ?>" aria-labelledby="scimpress-run-said"></progress>
		<?php endif; ?>
		<p role="status" id="scimpress-run-said">
			<?php echo esc_html( Report::sentence( $scimpress_run ) ); ?>
			<?php if ( Job::PAUSED === $scimpress_run['state'] ) : ?>
				<?php esc_html_e( 'Paused.', 'scimpress' ); ?>
			<?php elseif ( Job::CANCELLED === $scimpress_run['state'] ) : ?>
				<?php esc_html_e( 'Cancelled.', 'scimpress' ); ?>
			<?php endif; ?>
		</p>
	<?php endif; ?>
	<?php if ( $page['waiting'] ) : ?>
		<?php /* translators: %s: number of users. */ ?>
		<p><?php echo esc_html( sprintf( _n( '%s user waits because of a change of a group.', '%s users wait because of a change of a group.', $page['waiting'], 'scimpress' ), number_format_i18n( $page['waiting'] ) ) ); ?></p>
	<?php endif; ?>
	<?php foreach ( $scimpress_buttons as $scimpress_action => $scimpress_label ) : ?>
		<form method="post" action="<?php echo esc_url( Page::url( 'roles' ) ); ?>" class="scimpress-inline"<?php echo $page['running'] && Roles_Tab::GO_ON === $scimpress_action ? ' data-scimpress-go-on="1000"' : ''; ?>>
			<?php Page::fields( $scimpress_action ); ?>
			<button type="submit" class="button"><?php echo esc_html( $scimpress_label ); ?></button>
		</form>
	<?php endforeach; ?>
	<?php if ( ! empty( $scimpress_run['people'] ) ) : ?>
		<table class="widefat striped scimpress-people">
			<caption class="screen-reader-text"><?php esc_html_e( 'People whose roles change', 'scimpress' ); ?></caption>
			<thead><tr><th scope="col"><?php esc_html_e( 'User', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Roles before', 'scimpress' ); ?></th><th scope="col"><?php esc_html_e( 'Roles after', 'scimpress' ); ?></th></tr></thead>
			<tbody>
				<?php foreach ( $scimpress_run['people'] as $scimpress_person ) : ?>
					<?php $scimpress_said = Report::person( $scimpress_person ); ?>
					<tr><td><a href="<?php echo esc_url( (string) get_edit_user_link( $scimpress_person['user'] ) ); ?>"><?php echo esc_html( $scimpress_said['user'] ); ?></a></td><td><?php echo esc_html( $scimpress_said['before'] ); ?></td><td><?php echo esc_html( $scimpress_said['after'] ); ?></td></tr>
				<?php endforeach; ?>
			</tbody>
		</table>
		<?php if ( $scimpress_run['changed'] > count( $scimpress_run['people'] ) && Job::PEOPLE === count( $scimpress_run['people'] ) ) : ?>
			<?php /* translators: %s: number of users. */ ?>
			<p class="description"><?php echo esc_html( sprintf( __( 'The first %s are shown.', 'scimpress' ), number_format_i18n( count( $scimpress_run['people'] ) ) ) ); ?></p>
		<?php endif; ?>
	<?php endif; ?>
<?php endif; ?>

<h2 id="scimpress-rules"><?php esc_html_e( 'Rules', 'scimpress' ); ?></h2>
<?php if ( $page['running'] ) : ?>
	<p><?php esc_html_e( 'Pause or cancel what is going on to change the rules.', 'scimpress' ); ?></p>
<?php elseif ( $page['unsaved'] ) : ?>
	<p><strong><?php esc_html_e( 'These rules are not saved yet.', 'scimpress' ); ?></strong></p>
<?php endif; ?>
<form method="post" action="<?php echo esc_url( Page::url( 'roles' ) ); ?>" id="<?php echo esc_attr( Roles_Tab::FORM ); ?>">
	<?php Page::fields( Roles_Tab::RULES ); ?>
	<fieldset<?php disabled( $page['running'] ); ?>>
		<div class="scimpress-scroll">
		<table class="widefat striped scimpress-rules">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Order', 'scimpress' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Role', 'scimpress' ); ?></th>
					<th scope="col"><?php esc_html_e( 'for whoever', 'scimpress' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Name, id, app role or filter', 'scimpress' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Remove', 'scimpress' ); ?></th>
				</tr>
			</thead>
			<tbody>
				<?php foreach ( $page['rows'] as $scimpress_index => $scimpress_rule ) : ?>
					<?php
					$scimpress_name  = "scimpress_rules[$scimpress_index]";
					$scimpress_error = $page['errors'][ $scimpress_index ] ?? null;
					/* translators: %d: number of a rule. */
					$scimpress_which = sprintf( __( 'rule %d', 'scimpress' ), $scimpress_index + 1 );
					?>
					<tr>
						<td><input type="number" class="small-text" name="<?php echo esc_attr( "{$scimpress_name}[order]" ); ?>" value="<?php echo esc_attr( (string) ( ( $scimpress_index + 1 ) * 10 ) ); ?>" aria-label="<?php echo esc_attr( __( 'Order', 'scimpress' ) . ', ' . $scimpress_which ); ?>"></td>
						<td>
							<select name="<?php echo esc_attr( "{$scimpress_name}[role]" ); ?>"<?php echo $page['added'] === $scimpress_index ? ' autofocus' : ''; ?> aria-label="<?php echo esc_attr( __( 'Role', 'scimpress' ) . ', ' . $scimpress_which ); ?>">
								<?php if ( '' !== $scimpress_rule['role'] && ! isset( $page['roles'][ $scimpress_rule['role'] ] ) ) : ?>
									<option value="<?php echo esc_attr( $scimpress_rule['role'] ); ?>" selected><?php echo esc_html( $scimpress_rule['role'] ); ?></option>
								<?php endif; ?>
								<?php foreach ( $page['roles'] as $scimpress_role => $scimpress_label ) : ?>
									<option value="<?php echo esc_attr( (string) $scimpress_role ); ?>"<?php selected( $scimpress_rule['role'], (string) $scimpress_role ); ?>><?php echo esc_html( $scimpress_label ); ?></option>
								<?php endforeach; ?>
							</select>
						</td>
						<td>
							<select name="<?php echo esc_attr( "{$scimpress_name}[kind]" ); ?>" aria-label="<?php echo esc_attr( __( 'for whoever', 'scimpress' ) . ', ' . $scimpress_which ); ?>">
								<?php foreach ( $page['kinds'] as $scimpress_kind => $scimpress_label ) : ?>
									<option value="<?php echo esc_attr( $scimpress_kind ); ?>"<?php selected( $scimpress_rule['kind'], $scimpress_kind ); ?>><?php echo esc_html( $scimpress_label ); ?></option>
								<?php endforeach; ?>
							</select>
						</td>
						<td>
							<input type="text" class="large-text code" list="scimpress-rule-texts" name="<?php echo esc_attr( "{$scimpress_name}[value]" ); ?>" value="<?php echo esc_attr( $scimpress_rule['value'] ); ?>" maxlength="<?php echo esc_attr( (string) Rule_Set::LONGEST ); ?>" aria-label="<?php echo esc_attr( __( 'Name, id, app role or filter', 'scimpress' ) . ', ' . $scimpress_which ); ?>"<?php echo null === $scimpress_error ? '' : ' aria-invalid="true" aria-describedby="' . esc_attr( "scimpress-rule-$scimpress_index" ) . '"'; ?>>
							<?php if ( null !== $scimpress_error ) : ?>
								<p class="scimpress-row-error" id="<?php echo esc_attr( "scimpress-rule-$scimpress_index" ); ?>"><?php echo esc_html( $scimpress_error ); ?></p>
							<?php endif; ?>
						</td>
						<td><input type="checkbox" name="<?php echo esc_attr( "{$scimpress_name}[remove]" ); ?>" value="1" aria-label="<?php echo esc_attr( __( 'Remove', 'scimpress' ) . ', ' . $scimpress_which ); ?>"></td>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
		</div>
		<p class="description"><?php esc_html_e( 'Examples of filters: department eq "Editorial", title sw "Editor" and active eq true, groups.display eq "Editors". Lines without text are left out; after saving there are empty ones again.', 'scimpress' ); ?></p>

		<h3 id="scimpress-scenario"><?php esc_html_e( 'What happens to other roles', 'scimpress' ); ?></h3>
		<div role="radiogroup" aria-labelledby="scimpress-scenario">
			<?php foreach ( $page['scenarios'] as $scimpress_scenario => $scimpress_label ) : ?>
				<p><label><input type="radio" name="scimpress_scenario" value="<?php echo esc_attr( $scimpress_scenario ); ?>"<?php checked( $page['rules']->scenario, $scimpress_scenario ); ?>> <?php echo esc_html( $scimpress_label ); ?></label></p>
			<?php endforeach; ?>
		</div>

		<p class="submit">
			<button type="submit" class="button" name="<?php echo esc_attr( Roles_Tab::BUTTON ); ?>" value="preview"><?php esc_html_e( 'Preview who would change', 'scimpress' ); ?></button>
			<button type="submit" class="button button-primary" name="<?php echo esc_attr( Roles_Tab::BUTTON ); ?>" value="<?php echo esc_attr( Roles_Tab::SAVE ); ?>"><?php esc_html_e( 'Save and apply to everybody', 'scimpress' ); ?></button>
		</p>
	</fieldset>
</form>
<?php require __DIR__ . '/received-rules.php'; ?>
<?php $page['try']?->render(); ?>
