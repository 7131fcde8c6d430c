"""The recorded Entra requests, replayed top to bottom; one test for each line."""

import unittest

from tests.entra.assertions import shape_faults
from tests.http.replay import Line, Replay, lines
from tests.http.server import server
from tests.http.stated import STATED

# Members the server need not give back as they came: it names its own schemas, `meta` is its own, unknown
# ones are dropped, and what is null or empty is absent (RFC 7643 §2.5).
_NOT_COMPARED = frozenset(("schemas", "meta", "active", "department", "manager"))
_CONTOSO = "urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User"


class RecordedRequests(unittest.TestCase):
    """The replay is played once; the tests look at its answers in any order."""

    maxDiff = None
    replay: Replay

    @classmethod
    def setUpClass(cls) -> None:
        cls.replay = Replay(server())
        cls.addClassCleanup(cls.replay.finish)
        cls.replay.play()

    def check(self, line: Line) -> None:
        """Status, shape and stated values of one answer."""
        answer = self.replay.answers[line.name]
        self.assertEqual(line.expect_status, answer.status, answer.detail)
        self.assertEqual([], shape_faults(answer))
        if line.method == "POST" and answer.status == 201:
            self.check_created(line, answer)
        if line.method == "PATCH" and answer.status == 200:
            self.assertEqual(self.replay.fill(line.path).rpartition("/")[2], answer.json["id"])
        if line.name in STATED:
            STATED[line.name](self, answer, self.replay)

    def check_created(self, line: Line, answer) -> None:
        """What was sent came back unchanged, with an id and its location."""
        created = answer.json
        self.assertTrue(created["id"])
        self.assertEqual(created["meta"]["location"], answer.headers["location"])
        for name, value in self.replay.fill_json(line.body).items():
            if name in _NOT_COMPARED or name == _CONTOSO or value in (None, []):
                continue
            if isinstance(value, dict) and isinstance(value.get("manager"), str):
                value = {**value, "manager": {**created[name]["manager"], "value": value["manager"]}}
            if name == "roles":
                # `displayName` is no sub-attribute of roles (RFC 7643 §4.1.2); Entra writes it nevertheless.
                known = [{k: v for k, v in role.items() if k != "displayName"} for role in value]
                held = [{k: v for k, v in role.items() if k != "displayName"} for role in created["roles"]]
                self.assertEqual(known, held)
                continue
            self.assertEqual(value, created.get(name), name)

    def test_every_check_belongs_to_a_line(self) -> None:
        self.assertLessEqual(set(STATED), {line.name for line in lines()})


def _test(line: Line):
    def test(self: RecordedRequests) -> None:
        self.check(line)

    test.__doc__ = line.notes
    return test


for _line in lines():
    setattr(RecordedRequests, "test_" + _line.name.replace(".", "_").replace("-", "_"), _test(_line))
