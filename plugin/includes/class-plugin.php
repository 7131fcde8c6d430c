<?php
/**
 * Where everything is plugged in.
 *
 * @package Scimpress
 */

namespace Scimpress;

defined( 'ABSPATH' ) || exit;

/**
 * Wires hooks to the rooms that answer them.
 */
final class Plugin {

	/**
	 * Registers every hook of the plugin.
	 */
	public static function boot(): void {
		// Clients are answered before `init`, and load less when what nobody asks for until then is plugged in there.
		if ( did_action( 'init' ) ) {
			self::boot_late();
		} else {
			add_action( 'init', array( self::class, 'boot_late' ), PHP_INT_MIN );
		}
		self::store();
		self::sign_in();
		self::capability();
		$controller = new Rest\Controller();
		$server     = new Rest\Server( $controller );
		self::rest( $server );
		self::lane( new Lane\Fast_Lane( $server, $controller ) );
		Doctor\Witness::begin();
		if ( is_admin() ) {
			self::admin(
				new Admin\Page(
					array(
						new Admin\Setup_Tab(),
						new Admin\Tokens_Tab(),
						new Admin\Doctor_Tab(),
						new Admin\Log_Tab(),
						new Admin\Attributes_Tab(),
						new Admin\Roles_Tab(),
						new Admin\Settings_Tab(),
						new Admin\Performance_Tab(),
					)
				)
			);
			self::network( new Admin\Network_Page() );
			self::profile();
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			self::commands();
		}
	}

	/**
	 * Action `init`, first, or when the plugin is activated: registers what no request needs before.
	 */
	public static function boot_late(): void {
		add_action( 'init', array( self::class, 'load_translations' ) );
		self::log();
		self::settlement();
		self::site_health();
	}

	/**
	 * Action `init`: WordPress finds translations inside a plugin by itself only since 6.8.
	 */
	public static function load_translations(): void {
		add_filter( 'load_textdomain_mofile', array( self::class, 'nearest_translation' ), 10, 2 );
		load_plugin_textdomain( 'scimpress', false, dirname( plugin_basename( PLUGIN_FILE ) ) . '/languages' );
	}

	/**
	 * Filter `load_textdomain_mofile`: German of Austria or with formal address reads German better than English.
	 *
	 * @param string $file   The file of the locale.
	 * @param string $domain Text domain.
	 */
	public static function nearest_translation( $file, $domain ): string {
		if ( 'scimpress' !== $domain || is_readable( $file ) || ! preg_match( '/scimpress-([a-z]{2,3})_[A-Za-z_]+\.mo\z/', (string) $file, $parts ) ) {
			return (string) $file;
		}
		$others = glob( plugin_dir_path( PLUGIN_FILE ) . "languages/scimpress-{$parts[1]}_*.mo" );
		return $others ? $others[0] : (string) $file;
	}

	/**
	 * The tables, and accounts that leave without SCIM.
	 */
	private static function store(): void {
		register_activation_hook( PLUGIN_FILE, array( Store\Schema::class, 'upgrade' ) );
		add_action( 'plugins_loaded', array( Store\Schema::class, 'upgrade' ) );
		add_filter( 'pre_get_table_charset', array( Store\Schema::class, 'charset' ), 10, 2 );
		add_filter( 'wpmu_drop_tables', array( Store\Schema::class, 'drop_with_site' ), 10, 2 );
		add_action( 'deleted_user', array( Store\User_Table::class, 'forget_user' ) );
		foreach ( array( 'added_user_meta', 'updated_user_meta', 'deleted_user_meta' ) as $action ) {
			add_action( $action, array( Store\Foreign_Meta::class, 'note' ), 10, 3 );
		}
		add_action( 'profile_update', array( Settlement\Pass::class, 'after_edit' ) );
		// Most requests of a site never load the class.
		add_action( 'shutdown', static fn() => class_exists( Store\Transaction::class, false ) && Store\Transaction::abandon(), PHP_INT_MIN );
	}

	/**
	 * Commands of WP-CLI.
	 */
	private static function commands(): void {
		\WP_CLI::add_command( 'scimpress import', new Cli\Import_Command() );
		\WP_CLI::add_command( 'scimpress replay', new Cli\Replay_Command() );
		\WP_CLI::add_command( 'scimpress simulate', new Cli\Simulate_Command() );
		\WP_CLI::add_command( 'scimpress status', new Cli\Status_Command() );
		\WP_CLI::add_command( 'scimpress user', new Cli\User_Command() );
		\WP_CLI::add_command( 'scimpress group', new Cli\Group_Command() );
		\WP_CLI::add_command( 'scimpress roles', new Roles\Command() );
		\WP_CLI::add_command( 'scimpress token', new Token_Command() );
		\WP_CLI::add_command( 'scimpress log', new Log\Command() );
		\WP_CLI::add_command( 'scimpress doctor', new Doctor\Command() );
	}

	/**
	 * Deactivated accounts stay out.
	 */
	private static function sign_in(): void {
		add_filter( 'authenticate', array( Account_State::class, 'filter_authenticate' ), PHP_INT_MAX );
		add_filter( 'determine_current_user', array( Account_State::class, 'filter_current_user' ), PHP_INT_MAX );
		add_action( 'wp_authenticate_application_password_errors', array( Account_State::class, 'refuse_application_password' ), 10, 2 );
		add_filter( 'allow_password_reset', array( Account_State::class, 'filter_password_reset' ), PHP_INT_MAX, 2 );
		add_action( 'remove_user_from_blog', array( Account_State::class, 'forget' ) );
		add_action( 'set_auth_cookie', array( Account_State::class, 'note_cookie_owner' ), PHP_INT_MAX, 6 );
		add_action( 'auth_redirect', array( Account_State::class, 'refuse_admin' ), PHP_INT_MIN );
		add_filter( 'user_has_cap', array( Account_State::class, 'filter_capabilities' ), PHP_INT_MAX, 4 );
		add_filter( 'send_auth_cookies', array( Account_State::class, 'filter_send_cookies' ), PHP_INT_MAX );
	}

	/**
	 * Who decides about provisioning.
	 */
	private static function capability(): void {
		add_filter( 'user_has_cap', array( Capability::class, 'filter_capabilities' ), PHP_INT_MAX - 1 );
	}

	/**
	 * The provisioning log.
	 */
	private static function log(): void {
		add_action( 'init', array( Log\Pruner::class, 'schedule' ) );
		add_action( Log\Pruner::HOOK, array( Log\Pruner::class, 'run' ) );
		add_action( Log\Backlog::HOOK, array( Log\Backlog::class, 'run' ) );
		register_deactivation_hook( PLUGIN_FILE, array( Log\Pruner::class, 'unschedule' ) );
		register_deactivation_hook( PLUGIN_FILE, static fn() => wp_clear_scheduled_hook( Log\Backlog::HOOK ) );
		add_filter( 'wp_privacy_personal_data_exporters', array( Log\Privacy::class, 'exporters' ) );
		add_filter( 'wp_privacy_personal_data_erasers', array( Log\Privacy::class, 'erasers' ) );
		add_action( 'admin_init', array( Log\Privacy::class, 'suggest_policy' ) );
		add_action( 'wp_dashboard_setup', array( Admin\Log_Widget::class, 'register' ) );
		add_action( 'show_user_profile', array( Admin\Log_Profile::class, 'render' ), 20 );
		add_action( 'edit_user_profile', array( Admin\Log_Profile::class, 'render' ), 20 );
	}

	/**
	 * The SCIM namespace.
	 *
	 * @param Rest\Server $server Guards the namespace.
	 */
	private static function rest( Rest\Server $server ): void {
		$server->hold_output();
		// Before core's rest_api_loaded() at 10.
		add_action( 'parse_request', array( $server, 'begin' ), 9 );
		add_action( 'rest_api_init', array( $server, 'register' ), PHP_INT_MAX );
		add_filter( 'rest_endpoints', array( $server, 'prioritise' ), PHP_INT_MAX );
		add_filter( 'rest_authentication_errors', array( $server, 'authenticate' ), 5 );
		add_filter( 'rest_pre_dispatch', array( $server, 'hide_body' ), PHP_INT_MIN, 3 );
		add_filter( 'rest_pre_dispatch', array( $server, 'keep_dispatch' ), PHP_INT_MAX, 3 );
		// First, before core works out an Allow header by asking for permission once a method; and last, after everybody.
		add_filter( 'rest_post_dispatch', array( $server, 'own' ), PHP_INT_MIN, 3 );
		add_filter( 'rest_post_dispatch', array( $server, 'own' ), PHP_INT_MAX, 3 );
		add_filter( 'rest_pre_serve_request', array( $server, 'serve' ), PHP_INT_MAX, 2 );
		add_filter( 'rest_send_nocache_headers', array( $server, 'no_cache_headers' ), PHP_INT_MAX );
		foreach ( array( 'wp_die_handler', 'wp_die_json_handler', 'wp_die_jsonp_handler', 'wp_die_xml_handler', 'wp_die_ajax_handler' ) as $handler ) {
			add_filter( $handler, array( $server, 'die_handler' ), PHP_INT_MAX );
		}
		add_action( 'shutdown', array( $server, 'finish' ), 0 );
	}

	/**
	 * The profile page.
	 */
	private static function profile(): void {
		add_action( 'show_user_profile', array( Admin\Profile_Section::class, 'render' ) );
		add_action( 'edit_user_profile', array( Admin\Profile_Section::class, 'render' ) );
	}

	/**
	 * Accounts that the background brings in line with the rules.
	 */
	private static function settlement(): void {
		add_action( Settlement\Job::HOOK, array( Settlement\Job::class, 'run' ) );
		register_deactivation_hook( PLUGIN_FILE, static fn() => wp_clear_scheduled_hook( Settlement\Job::HOOK ) );
	}

	/**
	 * The connection doctor in Site Health.
	 */
	private static function site_health(): void {
		add_filter( 'site_status_tests', array( Doctor\Site_Health::class, 'tests' ) );
		add_filter( 'debug_information', array( Doctor\Site_Health::class, 'debug_information' ) );
		add_action( 'wp_ajax_' . Doctor\Site_Health::AJAX, array( Doctor\Site_Health::class, 'answer' ) );
	}

	/**
	 * The short way to the same answers.
	 *
	 * @param Lane\Fast_Lane $lane Answers before WordPress is loaded whole.
	 */
	private static function lane( Lane\Fast_Lane $lane ): void {
		// After what other plugins do to users and capabilities, and after our own tables are up to date.
		add_action( 'plugins_loaded', array( $lane, 'begin' ), PHP_INT_MAX );
		add_action( 'wp_loaded', array( $lane, 'finish' ), PHP_INT_MAX );
	}

	/**
	 * The settings page.
	 *
	 * @param Admin\Page $page Settings → Scimpress.
	 */
	private static function admin( Admin\Page $page ): void {
		add_action( 'admin_menu', array( $page, 'register' ) );
		add_action( 'load-users.php', array( new Admin\Users_List(), 'load' ) );
		add_action( 'load-users.php', array( new Admin\Users_List_Source(), 'load' ) );
		add_action( 'admin_menu', array( new Admin\Resource_Page(), 'register' ) );
		add_action( 'admin_notices', array( Requirements::class, 'admin_notice' ) );
		add_action( 'admin_notices', array( Admin\Import_Card::class, 'admin_notice' ) );
		add_action( 'admin_notices', array( Admin\Setup_Tab::class, 'admin_notice' ) );
		add_action( 'admin_notices', array( Admin\Tokens_Tab::class, 'admin_notice' ) );
		add_filter( 'plugin_action_links_' . plugin_basename( PLUGIN_FILE ), array( $page, 'action_links' ) );
	}

	/**
	 * The settings page of a network.
	 *
	 * @param Admin\Network_Page $page Network Admin → Settings → Scimpress.
	 */
	private static function network( Admin\Network_Page $page ): void {
		add_action( 'network_admin_menu', array( $page, 'register' ) );
		add_filter( 'network_admin_plugin_action_links_' . plugin_basename( PLUGIN_FILE ), array( $page, 'action_links' ) );
	}
}
