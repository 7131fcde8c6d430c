"""What every test of this layer stands on: a client whose every answer is checked, and users of its own."""

import unittest
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.entra.assertions import shape_faults
from tests.entra.client import Answer, Client, literal
from tests.entra.dialects import patch_body
from tests.entra.mapping import CORE, ENTERPRISE, WPO365
from tests.http.admin import Admin, admin
from tests.http.lanes import BothLanes
from tests.http.server import Server, server

__all__ = ["CORE", "ENTERPRISE", "WPO365", "ScimCase", "literal", "patch_body", "unique"]


def unique(prefix: str = "user") -> str:
    """A name nobody else has."""
    return f"{prefix}-{uuid.uuid4().hex[:16]}"


class ScimCase(unittest.TestCase):
    """A test with a client. Any malformed answer fails the test, whatever else it looks at."""

    maxDiff = None

    def setUp(self) -> None:
        self.faults: list[str] = []
        self.scim = self.client()

    def tearDown(self) -> None:
        self.assertEqual([], self.faults)

    def site(self) -> Server:
        """The site that this test is about."""
        return server()

    def admin(self) -> Admin:
        """Its administrator."""
        return admin()

    def client(self, token: str | None = "", *, alone: bool = True) -> Client:
        """Another connection; with no token for None, with the site's by default. `alone`: nobody writes meanwhile, so that
        answers can be compared with those of the other lane."""
        site = self.site()
        secret = site.token if token == "" else token
        if alone and site.second_url:
            client: Client = BothLanes(site.tenant_url, site.second_url, secret, self._observe, self.faults)
        else:
            client = Client(site.tenant_url, secret, observe=self._observe)
        self.addCleanup(client.close)
        return client

    def body(self, **attributes: Any) -> dict:
        """A valid user nobody else is, with a mailbox; None leaves a member out."""
        name = unique()
        usual = {
            "schemas": [CORE, ENTERPRISE],
            "userName": f"{name}@corp.example.com",
            "emails": [{"type": "work", "value": f"{name}@corp.example.com", "primary": True}],
            "active": True,
        }
        return {key: value for key, value in {**usual, **attributes}.items() if value is not None}

    def create(self, **attributes: Any) -> dict:
        """A user of this test's own, as the server answered."""
        return self.created(self.scim.post("/Users", self.body(**attributes)))

    def created(self, answer: Answer) -> dict:
        """The resource of a 201."""
        self.assertEqual(201, answer.status, answer.detail)
        return answer.json

    def ok(self, answer: Answer) -> Any:
        """The body of a 200."""
        self.assertEqual(200, answer.status, answer.detail)
        return answer.json

    def read(self, scim_id: str) -> dict:
        """A user as the server holds him."""
        return self.ok(self.scim.get(f"/Users/{scim_id}"))

    def patch(self, scim_id: str, *operations: dict) -> dict:
        """Applies operations, which must succeed; the resource read back, which the answer must equal."""
        answered = self.ok(self.scim.patch(f"/Users/{scim_id}", patch_body(list(operations))))
        read = self.read(scim_id)
        self.assertEqual(read, answered)
        return read

    def found(self, condition: str) -> list[str]:
        """Ids of the users a filter finds."""
        listed = self.ok(self.scim.find(condition))
        ids = [resource["id"] for resource in listed["Resources"]]
        self.assertEqual(listed["totalResults"], len(ids))
        return ids

    def total(self) -> int:
        """How many users the server has."""
        return self.ok(self.scim.get("/Users?count=0"))["totalResults"]

    def refused(self, answer: Answer, status: int, scim_type: str | None = None, *words: str) -> dict:
        """A SCIM error with this status, this scimType (None: none asked), and these words in its detail."""
        self.assertEqual(status, answer.status, answer.detail)
        error = answer.json
        if scim_type:
            self.assertEqual(scim_type, error.get("scimType"), error)
        for word in words:
            self.assertIn(word, error["detail"])
        return error

    @contextmanager
    def nothing_changes(self, *ids: str) -> Iterator[None]:
        """The number of users and these users are afterwards what they were before."""
        before = self.total(), [self.read(scim_id) for scim_id in ids]
        yield
        self.assertEqual(before, (self.total(), [self.read(scim_id) for scim_id in ids]))

    def assert_holds(self, sent: dict, held: dict) -> None:
        """Every attribute sent is held unchanged; the server may add some (`id`, `meta`, `schemas`)."""
        for name, value in sent.items():
            if name not in ("schemas", "meta", "id"):
                self.assertEqual(value, held.get(name), name)

    def _observe(self, answer: Answer) -> None:
        self.faults += shape_faults(answer)
