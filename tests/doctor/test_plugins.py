"""WordPress and other plugins in the way: the doctor names who it is."""

from tests.doctor.case import DoctorCase

ERROR = "new WP_Error( 'rest_off', 'The REST API is off.', array( 'status' => 401 ) )"
PAGE = "status_header( {status} ); header( 'Content-Type: text/html' ); echo '<!doctype html><form><input type=\"password\"></form>'; exit;"


class PluginCase(DoctorCase):
    """A test with a plugin that is to be found."""

    def named(self, code: str, name: str = "Closed Doors", hook: str = "", found: str = "rest_blocked", **options: bool) -> str:
        """The plugin is found, by its name, its file and the hook; the path of its file as the doctor gives it."""
        with self.plugin(name, code, **options):
            finding = self.assert_stops(self.doctor(), found, name, hook)
        self.assertRegex(finding["explanation"], r"\(wp-content/(mu-)?plugins/[^ ]+\.php\)")
        return finding["fixes"][0]["paste"]


class Blocked(PluginCase):
    """Another plugin refuses the request."""

    def test_rest_authentication_errors(self) -> None:
        method = f"array( new class {{ public function no() {{ return {ERROR}; }} }}, 'no' )"
        for code in (f"static fn() => {ERROR}, 99", method):
            with self.subTest(code=code):
                paste = self.named(f"add_filter( 'rest_authentication_errors', {code} );", hook="rest_authentication_errors")
        allow = self.clinic.content / "mu-plugins" / "allow-scimpress.php"
        allow.write_text(paste)
        self.addCleanup(allow.unlink)
        with self.plugin("Closed Doors", f"add_filter( 'rest_authentication_errors', static fn() => {ERROR}, 99 );"):
            self.assert_good(self.doctor())

    def test_a_plugin_that_refuses_only_visitors_is_none(self) -> None:
        """The token counts as signing in; so does the doctor's."""
        code = f"static fn( $result ) => empty( $result ) && ! is_user_logged_in() ? {ERROR} : $result, 20"
        with self.plugin("Members", f"add_filter( 'rest_authentication_errors', {code} );"):
            self.assert_good(self.doctor())

    def test_nobody_is_in_the_way_of_the_fast_lane(self) -> None:
        for hook in ("rest_authentication_errors", "rest_pre_dispatch", "rest_endpoints"):
            with self.subTest(hook=hook), self.fast_lane(), self.plugin("Closed Doors", f"add_filter( '{hook}', static fn() => {ERROR}, 99 );"):
                self.assert_good(self.doctor())

    def test_rest_pre_dispatch(self) -> None:
        self.named(f"add_filter( 'rest_pre_dispatch', static fn() => {ERROR} );", hook="rest_pre_dispatch")

    def test_rest_request_before_callbacks(self) -> None:
        self.named(f"add_filter( 'rest_request_before_callbacks', static fn() => {ERROR} );", hook="rest_request_before_callbacks")

    def test_routes_that_are_taken_away(self) -> None:
        self.named("add_filter( 'rest_endpoints', static fn() => array() );", hook="rest_endpoints")

    def test_wp_die_while_routes_are_made(self) -> None:
        self.named("add_action( 'rest_api_init', static function () { wp_die( 'Closed.', '', array( 'response' => 403 ) ); } );", hook="rest_api_init")

    def test_a_must_use_plugin(self) -> None:
        code = f"add_filter( 'rest_authentication_errors', static fn() => {ERROR}, 99 );"
        self.named(code, "House Rules", "rest_authentication_errors", must_use=True)

    def test_one_method_only(self) -> None:
        code = (
            "add_filter( 'rest_pre_dispatch', static fn( $result, $server, $request ) => "
            f"'DELETE' === $request->get_method() ? {ERROR} : $result, 10, 3 );"
        )
        with self.plugin("No Deletes", code):
            self.assert_found(self.doctor(), "rest_blocked", "No Deletes", "DELETE", "rest_pre_dispatch")

    def test_a_theme(self) -> None:
        theme = self.clinic.content / "themes" / "closed"
        theme.mkdir(parents=True)
        (theme / "style.css").write_text("/*\nTheme Name: Closed Theme\n*/\n")
        (theme / "index.php").write_text("<?php\n")
        (theme / "functions.php").write_text(f"<?php\nadd_filter( 'rest_authentication_errors', static fn() => {ERROR} );\n")
        switch = "foreach ( array( 'template', 'stylesheet' ) as $name ) { add_filter( \"pre_option_$name\", static fn() => 'closed' ); }"
        with self.plugin("Theme Switch", switch, must_use=True):
            self.assert_stops(self.doctor(), "rest_blocked", "Closed Theme", "functions.php")


class Pages(PluginCase):
    """Another plugin answers with a page for people."""

    def test_sign_in_page_of_a_plugin(self) -> None:
        for hook, status in (("init", 200), ("init", 403), ("wp_loaded", 200), ("parse_request", 200)):
            with self.subTest(hook=hook, status=status):
                code = f"is_admin() || 'cli' === PHP_SAPI || add_action( '{hook}', static function () {{ {PAGE.replace('{status}', str(status))} }}, 1 );"
                self.named(code, "Members Only", hook, "plugin_page")

    def test_redirect_of_a_plugin_to_the_sign_in_page(self) -> None:
        code = "'cli' === PHP_SAPI || add_action( 'init', static function () { wp_safe_redirect( wp_login_url() ); exit; } );"
        with self.plugin("Members Only", code):
            self.assert_found(self.doctor(), "plugin_page", "Members Only", "302", "init")

    def test_page_of_a_must_use_plugin_while_it_is_loaded(self) -> None:
        """It ends the request before any plugin is loaded: nobody can be named."""
        with self.plugin("Firewall", "'cli' === PHP_SAPI || ( static function () { " + PAGE.replace("{status}", "403") + " } )();", must_use=True):
            self.assert_stops(self.doctor(), "login_page", "403", "text/html")


class Routes(DoctorCase):
    """Other plugins want the same routes."""

    REGISTER = (
        "add_action( 'rest_api_init', static function () { register_rest_route( 'wpo365/v1', '/Users', array( 'methods' => 'GET, POST', "
        "'callback' => static fn() => array( 'theirs' ), 'permission_callback' => '__return_true' ) ); } );"
    )

    def test_a_rival_that_does_not_get_them(self) -> None:
        with self.plugin("Other SCIM", self.REGISTER):
            said = self.doctor()
        self.assert_found(said, "rival", "Other SCIM", code=0)
        self.assertEqual("good", said.report["checks"]["methods"])

    def test_a_rival_that_gets_them(self) -> None:
        first = "add_filter( 'rest_endpoints', static fn( $all ) => array( '/wpo365/v1/Users' => $all['/wpo365/v1/Users'] ) + $all, PHP_INT_MAX );"
        with self.plugin("Other SCIM", f"{self.REGISTER}\nadd_action( 'plugins_loaded', static function () {{ {first} }} );"):
            self.assert_stops(self.doctor(), "foreign_handler", "Other SCIM")


class Site(DoctorCase):
    """The site itself."""

    def test_maintenance_mode(self) -> None:
        file = self.clinic.site.root / ".maintenance"
        file.write_text("<?php $upgrading = time();\n")
        self.addCleanup(file.unlink)
        self.assert_stops(self.doctor(), "maintenance", "503")

    def test_plain_permalinks(self) -> None:
        script = self.clinic.site.directory / "tmp" / "permalinks.php"
        script.write_text("<?php require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php'; update_option( 'permalink_structure', $argv[1] ?? '' );")
        self.clinic.site.run_php(script)
        self.addCleanup(self.clinic.site.run_php, script, "/%postname%/")
        said = self.doctor()
        self.assert_stops(said, "plain_permalinks")
        self.assertIn("wp rewrite structure", said.paste("plain_permalinks", ""))

    def test_switched_off_and_without_a_token_the_way_is_examined_all_the_same(self) -> None:
        code = (
            "add_filter( 'option_scimpress_settings', static fn( $all ) => array( 'enabled' => false ) + $all );\n"
            "add_filter( 'option_scimpress_tokens', '__return_empty_array' );"
        )
        with self.plugin("Off", code, must_use=True):
            said = self.doctor()
        self.assertEqual(["switched_off", "no_token"], said.ids)
        self.assertEqual({"good"}, {state for check, state in said.report["checks"].items() if check != "settings"})

    def test_a_token_that_ends_is_named(self) -> None:
        for id, seconds in (("token_ends", "86400"), ("token_ended", "-86400")):
            code = (
                "add_filter( 'option_scimpress_tokens', static fn( $all ) =>\n"
                f"array_map( static fn( $token ) => array( 'expires' => time() + {seconds}, 'name' => 'Contoso <b>' ) + $token, $all ) );"
            )
            with self.subTest(id), self.plugin("Ends", code, must_use=True):
                said = self.doctor()
                self.assertEqual([id, *(["no_token"] if id == "token_ended" else [])], sorted(said.ids, reverse=True))
                self.assertIn("Contoso <b>", str(said.report))

    def test_a_broken_table_is_an_unexpected_answer(self) -> None:
        broken = "static fn( $query ) => str_contains( $query, 'scimpress_users' ) ? 'SELECT broken' : $query"
        code = f"'cli' === PHP_SAPI || add_filter( 'query', {broken} );"
        with self.plugin("Broken", code, must_use=True):
            self.assert_stops(self.doctor(), "unexpected", "500", "200")
