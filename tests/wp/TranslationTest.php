<?php
/**
 * Translations.
 *
 * @package Scimpress
 */

namespace Scimpress\Tests;

/**
 * Each translation has every text, and pages show it.
 */
final class TranslationTest extends Scim_Test_Case {

	private const DIRECTORY = 'languages/scimpress';

	/**
	 * @dataProvider locales
	 */
	public function test_every_text_is_translated( string $locale ): void {
		require_once ABSPATH . WPINC . '/pomo/po.php';
		list( $template, $compiled ) = array( new \PO(), new \MO() );
		$this->assertTrue( $template->import_from_file( plugin_dir_path( \Scimpress\PLUGIN_FILE ) . self::DIRECTORY . '.pot' ) );
		$this->assertTrue( $compiled->import_from_file( plugin_dir_path( \Scimpress\PLUGIN_FILE ) . self::DIRECTORY . "-$locale.mo" ) );
		$this->assertGreaterThan( 500, count( $template->entries ) );
		foreach ( $template->entries as $entry ) {
			$translated = $compiled->entries[ $entry->key() ]->translations ?? array();
			$this->assertNotContains( '', $translated + array( '' ), $entry->singular );
			foreach ( $translated as $text ) {
				$this->assertSame( self::marks( $entry->plural ?? $entry->singular ), self::marks( $text ), $entry->singular );
			}
		}
	}

	/**
	 * @dataProvider locales
	 */
	public function test_pages_show_it( string $locale, string $settings ): void {
		$user    = $this->stranger( array( 'role' => 'administrator', 'locale' => $locale ) );
		$browser = new Browser( self::$web );
		$browser->sign_in( $user->user_login, 'secret phrase' );
		$this->assertShows( $settings, $browser->get( '/wp-admin/options-general.php?page=scimpress' )->body );
	}

	/**
	 * What a language says elsewhere is better than English.
	 *
	 * @testWith ["de_DE_formal", "Die PHP-Erweiterung ist geladen"]
	 *           ["de_AT", "Die PHP-Erweiterung ist geladen"]
	 *           ["fr_CA", "L’extension PHP est chargée"]
	 *           ["nl_NL", "The PHP extension is loaded"]
	 */
	public function test_neighbouring_locale_is_taken( string $locale, string $settings ): void {
		// WordPress lets an account have only what is installed.
		$core = WP_LANG_DIR . "/$locale.mo";
		wp_mkdir_p( WP_LANG_DIR );
		$this->afterwards(
			static function () use ( $core ): void {
				unlink( $core );
			}
		);
		copy( plugin_dir_path( \Scimpress\PLUGIN_FILE ) . self::DIRECTORY . '-de_DE.mo', $core );
		$this->test_pages_show_it( $locale, $settings );
	}

	/**
	 * Locale, and what a page of ours says in it.
	 */
	public function locales(): array {
		return array(
			'de_DE' => array( 'de_DE', 'Die PHP-Erweiterung ist geladen' ),
			'fr_FR' => array( 'fr_FR', 'L’extension PHP est chargée' ),
		);
	}

	/**
	 * Placeholders and tags of a text, in any order.
	 *
	 * @return list<string>
	 */
	private static function marks( string $text ): array {
		preg_match_all( '/%(?:\d+\$)?[sd]|\{[a-z_]+\}|<[^>]+>/', $text, $marks );
		sort( $marks[0] );
		return $marks[0];
	}
}
