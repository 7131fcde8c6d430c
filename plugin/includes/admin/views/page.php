<?php
/**
 * The page with its tabs.
 *
 * @package Scimpress
 *
 * @var array $page Everything that the page shows; see Page::render().
 */

use Scimpress\Admin\Page;

defined( 'ABSPATH' ) || exit;
?>
<div class="wrap scimpress">
	<h1>Scimpress</h1>

	<?php if ( count( $page['tabs'] ) > 1 ) : ?>
		<nav class="nav-tab-wrapper" aria-label="<?php esc_attr_e( 'Sections', 'scimpress' ); ?>">
			<?php foreach ( array_values( $page['tabs'] ) as $scimpress_index => $scimpress_tab ) : ?>
				<?php $scimpress_is_current = $scimpress_tab === $page['current']; ?>
				<a href="<?php echo esc_url( Page::url( 0 === $scimpress_index ? '' : $scimpress_tab->slug() ) ); ?>" class="nav-tab<?php echo $scimpress_is_current ? ' nav-tab-active' : ''; ?>"<?php echo $scimpress_is_current ? ' aria-current="page"' : ''; ?>><?php echo esc_html( $scimpress_tab->title() ); ?></a>
			<?php endforeach; ?>
		</nav>
	<?php endif; ?>

	<?php if ( $page['outcome'] ) : ?>
		<div class="notice notice-<?php echo esc_attr( $page['outcome'][0] ); ?>" role="status"><p><?php echo esc_html( $page['outcome'][1] ); ?></p></div>
	<?php endif; ?>
	<?php foreach ( $page['warnings'] as $scimpress_warning ) : ?>
		<div class="notice notice-warning"><p><?php echo esc_html( $scimpress_warning ); ?></p></div>
	<?php endforeach; ?>

	<?php $page['current']->render(); ?>
</div>
