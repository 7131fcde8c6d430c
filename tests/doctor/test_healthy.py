"""A healthy site: all green, and nothing is changed or left behind."""

from tests.doctor.case import CHECKS, DoctorCase

# Prints what a run must leave alone: how many accounts and SCIM users there are, and the names of our options.
STATE = """<?php
require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
global $wpdb;
foreach ( array( $wpdb->users, "{$wpdb->prefix}scimpress_users" ) as $table ) {
	echo $wpdb->get_var( "SELECT COUNT(*) FROM $table" ), "\\n";
}
echo implode( "\\n", $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE 'scimpress%' ORDER BY option_name" ) );
"""


class Healthy(DoctorCase):
    """Nothing is in the way."""

    def test_all_is_good_behind_a_trusted_certificate(self) -> None:
        trust = self.clinic.etc / "trust"
        trust.touch()
        self.addCleanup(trust.unlink)
        said = self.doctor(self.clinic.nginx(self.clinic.wordpress(), tls="good"))
        self.assertEqual([], said.report["findings"])
        self.assertEqual(dict.fromkeys(CHECKS, "good"), said.report["checks"])
        self.assertEqual(("good", ["nginx"], 0), (said.report["state"], said.report["servers"], said.code))

    def test_the_fast_lane_is_as_good(self) -> None:
        with self.fast_lane():
            self.assert_good(self.doctor())

    def test_without_tls_only_that_is_said(self) -> None:
        said = self.doctor()
        self.assert_good(said)
        self.assertEqual("warning", said.report["state"])
        self.assertEqual(["no_https"], [finding["id"] for finding in said.report["findings"]])

    def test_apache_that_hands_the_header_on(self) -> None:
        pass_on = "SetEnvIf Authorization (.+) HTTP_AUTHORIZATION=$1"
        said = self.doctor(self.clinic.apache("FallbackResource /index.php", pass_on))
        self.assert_good(said)
        self.assertEqual(["apache"], said.report["servers"])

    def test_nothing_changes_and_nothing_is_left(self) -> None:
        before = self._state()
        self.assert_good(self.doctor())
        self.assertEqual(before, self._state())

    def test_the_requests_are_those_of_a_client_without_a_name(self) -> None:
        log = self.clinic.site.log / "nginx-access.log"
        seen = len(log.read_text().splitlines())
        self.assert_good(self.doctor())
        lines = log.read_text().splitlines()[seen:]
        self.assertEqual(["GET", "POST", "PATCH", "PUT", "DELETE", "GET"], [line.split('"')[1].split()[0] for line in lines])
        self.assertEqual({"-"}, {line.split('"')[5] for line in lines}, "a User-Agent was sent")
        self.assertEqual(["200", "400", "404", "404", "404", "200"], [line.split('"')[2].split()[0] for line in lines])
        self.assertNotIn(self.clinic.site.token, "".join(lines))

    def _state(self) -> str:
        script = self.clinic.site.directory / "tmp" / "state.php"
        script.write_text(STATE)
        return self.clinic.site.run_php(script)
