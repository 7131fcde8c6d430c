"""Where the doctor is asked: the tab, Site Health, the command."""

import html
import json
import re

from tests.doctor.case import DoctorCase
from tests.http.admin import Admin
from tests.http.settings import Forms

TAB = "/wp-admin/options-general.php?page=scimpress&tab=doctor"
EXAMINE = "scimpress_doctor"

# Issues a pass as a run does, some seconds from now, and prints its token and the requests that it is good for.
PASS = """<?php
use Scimpress\\Doctor\\Request;
use Scimpress\\Doctor\\Visitor_Pass;
require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
$nobody   = '00000000-0000-4000-8000-000000000000';
$requests = array( Request::look_up( $nobody ), ...Request::writes( $nobody ) );
$pass     = Visitor_Pass::issue( $requests, time() + (int) $argv[1] );
echo wp_json_encode( array( $pass->token, array_map( static fn( $r ) => array( $r->method, $r->target(), $r->body, $r->expect ), $requests ) ) );
"""


class Surfaces(DoctorCase):
    """An administrator at a site whose address is that of a broken server."""

    def sick(self, *lines: str) -> Admin:
        """The site is at an nginx with these lines where PHP is; an administrator signs in."""
        self.clinic.move(self.clinic.nginx(self.clinic.wordpress(php_lines=lines)))
        self.addCleanup(self.clinic.move, self.clinic.site.url)
        return self.clinic.administrator()

    def examine(self, admin: Admin, **fields: str) -> tuple[int, str]:
        """Presses the button; status and page."""
        form = Forms(admin.page(TAB)).by_action[EXAMINE]
        status, _, body = admin.submit(TAB, {**form, **fields})
        return status, body.decode()

    def test_the_tab_says_that_all_is_well(self) -> None:
        admin = self.sick()
        before = admin.page(TAB)
        self.assertIn("Examine the connection", before)
        self.assertNotIn("What was examined", before)
        status, page = self.examine(admin)
        self.assertEqual(200, status)
        self.assertIn("Examine again", page)
        self.assertIn("Requests get through", page)
        self.assertEqual(12, len(re.findall(r'<th scope="row">[^<]+</th><td>good</td>', page)))
        self.assertNotIn(self.clinic.site.token, page)

    def test_the_tab_shows_what_to_paste(self) -> None:
        status, page = self.examine(self.sick('fastcgi_param HTTP_AUTHORIZATION "";'))
        self.assertEqual(200, status)
        self.assertIn('<div class="notice notice-error" role="status"><p>The identity provider cannot work', page)
        self.assertIn("problem: The web server keeps the Authorization header from PHP", page)
        fields = [html.unescape(text) for text in re.findall(r"<textarea[^>]*readonly[^>]*>([^<]*)</textarea>", page)]
        self.assertIn("fastcgi_param HTTP_AUTHORIZATION $http_authorization;", fields)
        self.assertIn("not judged", page)
        for label in re.findall(r'<label for="(scimpress-[^"]+)"', page):
            self.assertIn(f'id="{label}"', page)

    def test_names_of_plugins_are_escaped(self) -> None:
        code = "add_filter( 'rest_authentication_errors', static fn() => new WP_Error( 'x', 'y', array( 'status' => 403 ) ), 99 );"
        with self.plugin("<img src=x onerror=alert(1)> & {status} Co", code):
            _, page = self.examine(self.sick())
        self.assertIn("blocks the REST API", page)
        self.assertNotIn("<img src=x", page)
        self.assertNotIn("403 Co blocks", page)

    def test_the_tab_wants_its_nonce(self) -> None:
        admin = self.sick()
        for nonce in ("", "wrong"):
            status, page = self.examine(admin, _wpnonce=nonce)
            self.assertEqual(403, status)
            self.assertNotIn("What was examined", page)

    def test_site_health_runs_it(self) -> None:
        for lines, wanted in (((), "recommended"), (('fastcgi_param HTTP_AUTHORIZATION "";',), "critical")):
            with self.subTest(wanted=wanted):
                admin = self.sick(*lines)
                page = admin.page("/wp-admin/site-health.php")
                tests = json.loads(re.search(r"var SiteHealth = (\{.*\});", page).group(1))
                (test,) = [test for test in tests["site_status"]["async"] if test["test"] == "scimpress_doctor"]
                self.assertFalse(test["has_rest"])
                # What Site Health's script makes of a test that has no REST route.
                fields = {"action": "health-check-" + test["test"].replace("_", "-", 1), "_wpnonce": tests["nonce"]["site_status"]}
                status, _, body = admin.submit("/wp-admin/admin-ajax.php", fields)
                result = json.loads(body)
                self.assertEqual((200, True, wanted), (status, result["success"], result["data"]["status"]))
                self.assertIn("tab=doctor", result["data"]["actions"])
                self.assertEqual(wanted == "critical", "Authorization header" in result["data"]["description"])
                fields["_wpnonce"] = "wrong"
                self.assertEqual(403, admin.submit("/wp-admin/admin-ajax.php", fields)[0])

    def test_debug_information_has_no_secret(self) -> None:
        page = self.sick().page("/wp-admin/site-health.php?tab=debug")
        self.assertIn("Number of secret tokens", page)
        copied = re.search(r'data-clipboard-text="([^"]*)"', page).group(1)
        self.assertIn("scimpress", copied)
        self.assertNotIn(self.clinic.site.token, page)
        self.assertNotIn("wpo365/v1", copied)
        self.assertNotRegex(copied[copied.index("scimpress") :].split("### ")[0], "[0-9a-f]{64}")

    def test_the_command_prints_a_table_and_what_to_paste(self) -> None:
        url = self.clinic.nginx(self.clinic.wordpress(php_lines=('fastcgi_param HTTP_AUTHORIZATION "";',)))
        done = self.clinic.run({}, url)
        self.assertEqual(1, done.returncode)
        self.assertIn("The Authorization header arrives | problem\n", done.stdout)
        self.assertIn("Clock | not judged\n", done.stdout)
        self.assertIn("\n    fastcgi_param HTTP_AUTHORIZATION $http_authorization;\n", done.stdout)
        self.assertEqual("Error: The identity provider cannot work with this site as it is.\n", done.stderr)
        done = self.clinic.run({})
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("Success: Requests get through; something needs your attention.\n", done.stdout)


class Strangers(DoctorCase):
    """What the doctor's requests show opens nothing to anybody else."""

    def test_answers_of_strangers_are_as_they_were(self) -> None:
        admin = self.clinic.administrator()
        for header in ("", "x", f"{'A' * 43}.{'0' * 16}", f"{'A' * 43}.{'0' * 16}' OR 1=1 --"):
            for token in ("", "A" * 43):
                headers = {"X-Scimpress-Visitor": header, "Authorization": f"Bearer {token}"}
                shown = {key: value for key, value in headers.items() if value}
                status, answered, _ = admin.send("GET", "/wp-json/wpo365/v1/Users", None, shown)
                self.assertEqual(401, status)
                self.assertNotIn("x-scimpress-witness", [name.lower() for name, _ in answered])

    def test_a_pass_is_good_for_the_doctors_requests_alone_and_not_for_long(self) -> None:
        """Somebody who hears everything on the way repeats it, changed."""
        script = self.clinic.site.directory / "tmp" / "pass.php"
        script.write_text(PASS)
        admin = self.clinic.administrator()

        def send(token: str, method: str, target: str, body: str) -> tuple[int, bool]:
            headers = {"X-Scimpress-Visitor": f"{token}.{'0' * 16}", "Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
            status, answered, _ = admin.send(method, f"/wp-json/wpo365/v1/{target}", body.encode() or None, headers)
            return status, "x-scimpress-witness" in [name.lower() for name, _ in answered]

        token, requests = json.loads(self.clinic.site.run_php(script, "0"))
        for method, target, body, expected in requests:
            self.assertEqual((expected, True), send(token, method, target, body))
        user = json.dumps({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "intruder@example.com"})
        others = [
            ("GET", "Users", ""),
            ("GET", "Users?filter=userName+pr", ""),
            ("GET", "Groups", ""),
            ("POST", "Users", user),
            ("POST", "Bulk", "{}"),
            ("DELETE", "Users/1", ""),
        ]
        for method, target, body in others:
            with self.subTest(method=method, target=target):
                self.assertEqual((400, True), send(token, method, target, body))
        method, target, body, _ = requests[0]
        self.assertEqual((400, True), send(token, method, target + "&count=5", body))
        # Without its header the token is nobody's.
        status, _, _ = admin.send("GET", f"/wp-json/wpo365/v1/{target}", None, {"Authorization": f"Bearer {token}"})
        self.assertEqual(401, status)
        old, _ = json.loads(self.clinic.site.run_php(script, "-46"))
        self.assertEqual((401, False), send(old, method, target, body))
        # The next run clears what is over, and leaves what is not.
        self.clinic.site.run_php(script, "50")
        self.assertEqual((401, False), send(token, method, target, body))
