"""The simulator itself: the shapes it sends are the documented ones."""

import http.server
import threading
import unittest

from tests.entra.assertions import shape_faults
from tests.entra.client import Answer, Client
from tests.entra.dialects import Flag, Legacy, OnDemand
from tests.entra.directory import Tenant
from tests.entra.escrow import DAY, HOUR, Escrow
from tests.entra.mapping import ENTERPRISE, MANAGER, WPO365, body_of, default_mapping, differences, project, read
from tests.entra.report import Report

EMAIL = 'emails[type eq "work"].value'


class Dialects(unittest.TestCase):
    """How differences become operations."""

    def test_disable_is_text_in_legacy_and_a_boolean_with_the_flag(self) -> None:
        change = [("replace", "active", False)]
        self.assertEqual([{"op": "Replace", "path": "active", "value": "False"}], Legacy().operations(change))
        self.assertEqual([{"op": "replace", "path": "active", "value": False}], Flag().operations(change))
        self.assertEqual(Legacy().operations(change), OnDemand().operations(change))

    def test_enable_after_an_answer_without_active_is_an_add(self) -> None:
        self.assertEqual([{"op": "Add", "path": "active", "value": "True"}], Legacy().operations([("add", "active", True)]))

    def test_legacy_has_one_operation_with_path_for_each_attribute(self) -> None:
        changes = [("replace", "displayName", "A"), ("add", EMAIL, "b"), ("replace", f"{ENTERPRISE}:department", "C")]
        self.assertEqual(
            [
                {"op": "Replace", "path": "displayName", "value": "A"},
                {"op": "Add", "path": EMAIL, "value": "b"},
                {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "C"},
            ],
            Legacy().operations(changes),
        )

    def test_the_flag_collapses_all_but_value_paths_into_one_map_for_each_verb(self) -> None:
        changes = [
            ("replace", "displayName", "A"), ("replace", EMAIL, "b"), ("replace", f"{ENTERPRISE}:employeeNumber", "C"),
            ("add", "title", "D"), ("add", "name.formatted", "E"),
        ]
        self.assertEqual(
            [
                {"op": "replace", "path": EMAIL, "value": "b"},
                {"op": "add", "value": {"title": "D", "name.formatted": "E"}},
                {"op": "replace", "value": {"displayName": "A", f"{ENTERPRISE}:employeeNumber": "C"}},
            ],
            Flag().operations(changes),
        )

    def test_a_manager_is_bare_text_and_cleared_in_each_dialects_way(self) -> None:
        change = [("add", MANAGER, "id-1")]
        self.assertEqual([{"op": "Add", "path": MANAGER, "value": "id-1"}], Legacy().operations(change))
        self.assertEqual([{"op": "add", "path": MANAGER, "value": "id-1"}], Flag().operations(change))
        self.assertEqual([{"op": "Replace", "path": MANAGER, "value": ""}], Legacy().clear_manager("id-1"))
        self.assertEqual([{"op": "remove", "path": f'{MANAGER}[value eq "id-1"]'}], Flag().clear_manager("id-1"))


class Mapping(unittest.TestCase):
    """Source to target."""

    def setUp(self) -> None:
        self.tenant = Tenant("corp.example", 1, lambda: 0.0)
        self.people = self.tenant.hire(24)

    def test_there_are_twenty_two_default_mappings_and_one_more(self) -> None:
        self.assertEqual(21, len(default_mapping(object_id=False)))
        self.assertEqual(f"{WPO365}:objectId", default_mapping()[-1].target)

    def test_a_body_has_the_order_and_the_shapes_of_entra(self) -> None:
        body = body_of(project(self.people[0], default_mapping()))
        names = list(body)
        self.assertEqual("schemas", names[0])
        plain = [name for name in names if not name.startswith("urn:")]
        self.assertEqual(sorted(plain[4:]), plain[4:])
        self.assertEqual([ENTERPRISE, WPO365], names[len(plain):])
        self.assertNotIn(WPO365, body["schemas"])
        self.assertEqual({"resourceType": "User"}, body["meta"])
        self.assertEqual([True, False, False], [phone["primary"] for phone in body["phoneNumbers"]])

    def test_a_body_read_back_has_no_differences(self) -> None:
        for person in self.people:
            values = project(person, default_mapping())
            self.assertEqual([], list(differences(values, body_of(values))))

    def test_an_absent_value_is_added_and_another_one_replaced(self) -> None:
        held = {"title": "A", "emails": [{"type": "home", "value": "x"}]}
        self.assertEqual([("replace", "title", "B"), ("add", EMAIL, "x")], list(differences({"title": "B", EMAIL: "x"}, held)))

    def test_a_user_without_mail_has_no_emails(self) -> None:
        nobody = next(person for person in self.people if person.mail is None)
        self.assertNotIn("emails", body_of(project(nobody, default_mapping())))

    def test_a_manager_is_read_from_its_object(self) -> None:
        self.assertEqual("x", read({ENTERPRISE: {"manager": {"value": "x"}}}, MANAGER))
        self.assertIsNone(read({}, MANAGER))


class Source(unittest.TestCase):
    """The tenant."""

    def test_one_seed_and_domain_are_the_same_people(self) -> None:
        first, second = (Tenant("corp.example", 4, lambda: 0.0).hire(40) for _ in range(2))
        self.assertEqual(first, second)

    def test_the_people_are_of_every_sort(self) -> None:
        people = Tenant("corp.example", 4, lambda: 0.0).hire(8)
        names = [person.user_principal_name for person in people]
        self.assertEqual(len(names), len({name.lower() for name in names}))
        self.assertTrue(any("#EXT#" in name for name in names))
        self.assertTrue(any(len(name) > 60 for name in names))
        self.assertTrue(any(person.mail is None and person.surname for person in people))
        self.assertTrue(any(person.surname is None for person in people))
        self.assertTrue(any(person.manager for person in people))
        self.assertLessEqual(max(len(name.rpartition("@")[0]) for name in names), 64)


class Retry(unittest.TestCase):
    """Escrow."""

    def test_retries_come_after_6_12_and_24_hours_then_daily_until_day_28(self) -> None:
        now = 0.0
        escrow = Escrow(lambda: now)
        escrow.failed("a")
        tries = []
        while not escrow.given_up:
            now += HOUR
            if escrow.due():
                tries.append(now / HOUR)
                escrow.failed("a")
        self.assertEqual([6, 12, *(24 * day for day in range(1, 29))], tries)
        self.assertEqual(28 * DAY, now)

    def test_a_success_ends_the_waiting(self) -> None:
        escrow = Escrow(lambda: 7 * HOUR)
        escrow.failed("a")
        escrow.succeeded("a")
        self.assertEqual(set(), escrow.due())

    def test_quarantine_needs_five_thousand_failures_and_forty_per_cent(self) -> None:
        report = Report()
        report.count("create", 7_000)
        for number in range(4_999):
            report.fail(str(number), "create", "409")
        self.assertFalse(report.quarantined)
        report.fail("5000", "create", "409")
        self.assertTrue(report.quarantined)
        report.count("create", 1_000)
        self.assertFalse(report.quarantined)


class Wire(unittest.TestCase):
    """What goes over the line."""

    def test_a_request_has_entras_headers_and_no_others(self) -> None:
        with _Recorder() as recorder:
            client = Client(recorder.url, "secret")
            client.find('emails[type eq "work"].value eq "a+b@c.example"')
            client.patch("/Users/x", {"a": "ä"})
            client.delete("/Users/x")
            client.close()
        get, patch, delete = recorder.seen
        self.assertEqual("/scim/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22a%2Bb%40c.example%22", get[1])
        self.assertEqual({"host", "authorization"}, set(get[2]))
        self.assertEqual({"host", "authorization", "content-type", "content-length"}, set(patch[2]))
        self.assertEqual("application/scim+json; charset=utf-8", patch[2]["content-type"])
        self.assertEqual({"host", "authorization"}, set(delete[2]))
        self.assertEqual(1, recorder.connections)

    def test_the_blank_of_a_filter_can_be_percent_20(self) -> None:
        with _Recorder() as recorder:
            client = Client(recorder.url, "secret", space="%20")
            client.find('userName eq "a b"')
            client.close()
        self.assertEqual("/scim/Users?filter=userName%20eq%20%22a%20b%22", recorder.seen[0][1])


class Judgement(unittest.TestCase):
    """The assertions find what they are there for."""

    def faults(self, status: int, content: bytes, **headers: str) -> int:
        usual = {"content-type": "application/scim+json", "cache-control": "no-store"}
        return len(shape_faults(Answer(status, {**usual, **{k.replace("_", "-"): v for k, v in headers.items()}}, content, 0.0, "GET", "/x")))

    def test_faults_of_an_answer_are_found(self) -> None:
        error = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"no such user"}'
        self.assertEqual(0, self.faults(404, error))
        self.assertEqual(1, self.faults(404, error, content_type="application/json"))
        self.assertEqual(1, self.faults(404, error, cache_control="private"))
        self.assertEqual(1, self.faults(404, error.replace(b'"404"', b"404")))
        self.assertEqual(1, self.faults(404, error.replace(b"no such", b"<p>")))
        self.assertEqual(1, self.faults(500, b"<html>critical error</html>"))
        self.assertEqual(0, self.faults(204, b""))
        self.assertEqual(1, self.faults(204, b"x"))
        user = b'{"schemas":["x"],"id":"1","active":true,"%s":{"manager":{"value":"2"}}}' % ENTERPRISE.encode()
        self.assertEqual(0, self.faults(200, user))
        self.assertEqual(1, self.faults(200, user.replace(b'{"value":"2"}', b'"2"')))
        self.assertEqual(1, self.faults(200, user.replace(b"true", b'"True"')))


class _Recorder:
    """A server on loopback that keeps what it was sent."""

    def __enter__(self) -> "_Recorder":
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.connections = 0
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                recorder.connections += 1

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                recorder.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                self.send_response(204)
                self.end_headers()

            do_GET = do_PATCH = do_DELETE = answer

            def log_message(self, *arguments: object) -> None:
                """Silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/scim/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


if __name__ == "__main__":
    unittest.main()
