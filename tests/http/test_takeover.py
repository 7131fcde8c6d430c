"""A site that WPO365 provisioned is taken over: Entra keeps its cached ids and notices nothing."""

import json
import os
import sys
import unittest
from pathlib import Path

from tests.entra.assertions import answers_are_scim, no_writes, nothing_failed
from tests.entra.client import Client
from tests.entra.directory import Person, Tenant
from tests.entra.job import Job, Settings
from tests.entra.mapping import MANAGER, default_mapping, project, read

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "site"))

from scimpress_site import Site  # noqa: E402

TOKEN = "token-of-wpo365-0123456789"
NATIVE = {"userName", "active", "displayName", 'emails[type eq "work"].value', "name.givenName", "name.familyName", "externalId"}
RULES = default_mapping(external_id="objectId")
MAPPED = {rule.target: f"company_{index}" for index, rule in enumerate(RULES) if rule.target not in NATIVE and not rule.target.endswith(":objectId")}

# What WP-CLI does with a command, as far as ours needs it: a stand-in, for WP-CLI itself is in no package of Debian's.
WP_CLI = """<?php
namespace WP_CLI\\Utils { function format_items( $format, $items, $fields ) { foreach ( $items as $item ) { echo implode( ' | ', array_intersect_key( $item, array_flip( $fields ) ) ), "\\n"; } } }
namespace {
	define( 'WP_CLI', true );
	class WP_CLI {
		public static array $commands = array();
		public static function add_command( $name, $callable ) { self::$commands[ $name ] = $callable; }
		public static function log( $text ) { echo $text, "\\n"; }
		public static function line( $text ) { echo $text, "\\n"; }
		public static function success( $text ) { echo "Success: $text\\n"; }
		public static function error( $text ) { fwrite( STDERR, "Error: $text\\n" ); exit( 1 ); }
	}
	require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
	( WP_CLI::$commands['scimpress import'] )( array( 'wpo365' ), json_decode( $argv[1], true ) );
}
"""


class Clock:
    """Time that moves when it is looked at."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


class Takeover(unittest.TestCase):
    """One site, from WPO365's last day to our second cycle."""

    maxDiff = None

    def test_entra_sends_no_write_and_makes_no_second_account(self) -> None:
        database = os.environ.get("SCIMPRESS_DATABASE", "sqlite")
        # SQLite takes WordPress 6.2 and later.
        for wordpress in ("7.1", "6.8" if database == "sqlite" else "6.1"):
            with self.subTest(wordpress=wordpress):
                self.take_over(database, wordpress)

    def take_over(self, database: str, wordpress: str) -> None:
        """A site of its own."""
        with Site(ROOT / "target" / "test" / f"takeover-{database}", database, wordpress) as site:
            tenant = Tenant("takeover.example", 3, Clock())
            tenant.hire(12)
            people = list(tenant.people.values())
            tenant.disable(people[2])
            tenant.report_to(people[1], people[0])
            ids = self.leave(site, people)
            command = Path(site.directory) / "tmp" / "wp-cli.php"
            command.write_text(WP_CLI, encoding="utf-8")

            dry = json.loads(site.run_php(command, json.dumps({"dry-run": True, "format": "json"})))
            self.assertEqual((12, 12, 1, 0, []), tuple(dry[key] for key in ("seen", "linked", "deactivated", "refused", "problems")))
            self.assertIn({"name": "token", "from": "another", "to": "its digest", "changes": True}, dry["settings"])
            self.assertEqual(0, self.total(site, site.token), "a dry run writes nothing")
            self.assertIn("Success: 12 accounts were linked", site.run_php(command, "{}"))
            again = json.loads(site.run_php(command, '{"format": "json"}'))
            self.assertEqual((12, 0, 12), (again["seen"], again["linked"], again["already"]))
            self.assertEqual(12, self.total(site, TOKEN))

            job = Job(tenant, site.tenant_url.rstrip("/"), TOKEN, Settings(rules=RULES), Clock())
            job.links = {person.object_id: str(user_id) for person, user_id in zip(people, ids, strict=True)}
            for forget in (False, True):
                job.restart(forget_links=forget)
                report_of_cycle = job.cycle()
                nothing_failed(report_of_cycle)
                answers_are_scim(report_of_cycle)
                no_writes(report_of_cycle)
                self.assertEqual([str(user_id) for user_id in ids], [job.links[person.object_id] for person in people])
            self.assertEqual(12, self.total(site, TOKEN))
            client = Client(site.tenant_url.rstrip("/"), TOKEN)
            self.addCleanup(client.close)
            held = client.get(f"/Users/{ids[1]}").json
            self.assertEqual(str(ids[0]), read(held, MANAGER))
            self.assertIs(False, client.get(f"/Users/{ids[2]}").json["active"])
            tenant.promote(people[1])
            tenant.restore(people[2])
            cycle = job.cycle()
            nothing_failed(cycle)
            self.assertEqual((1, 1, 0), (cycle.counts["update"], cycle.counts["enable"], cycle.counts["create"]))

    @staticmethod
    def leave(site: Site, people: list[Person]) -> list[int]:
        """The site as WPO365 leaves it; WordPress user ids."""
        left = {"token": TOKEN, "mapping": MAPPED, "people": []}
        places = {person.object_id: place for place, person in enumerate(people)}
        for index, person in enumerate(people):
            values = project(person, RULES)
            left["people"].append(
                {
                    "login": f"before-{index}",
                    "email": person.mail,
                    "first": person.given_name,
                    "last": person.surname,
                    "display": person.display_name,
                    "upn": person.user_principal_name,
                    "objectId": person.object_id,
                    "externalId": person.object_id,
                    "active": person.active,
                    "manager": places.get(person.manager or ""),
                    "meta": {MAPPED[target]: value for target, value in values.items() if target in MAPPED},
                }
            )
        return json.loads(site.run_php(ROOT / "tests" / "wp" / "fixtures" / "wpo365.php", json.dumps(left)))

    def total(self, site: Site, token: str) -> int:
        """How many users a client with a token sees."""
        client = Client(site.tenant_url.rstrip("/"), token)
        self.addCleanup(client.close)
        answer = client.get("/Users?count=0")
        self.assertEqual(200, answer.status, answer.detail)
        return answer.json["totalResults"]
