"""The limit of SCIM requests at once: visitors come first, and a client is told when to come back."""

import fcntl
import http.client
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.entra.client import Answer
from tests.http.admin import admin
from tests.http.case import ScimCase, literal
from tests.http.race import race
from tests.http.server import server
from tests.http.settings import PERFORMANCE, SAVE_PERFORMANCE, forms

RETRY = "retry-after"


class Backpressure(ScimCase):
    """Slots are locked files in the site's directory for temporary files."""

    def setUp(self) -> None:
        super().setUp()
        if server().directory is None:
            self.skipTest("the files of a site elsewhere cannot be reached")

    @contextmanager
    def limit(self, most: int) -> Iterator[None]:
        """So many requests at once, until the block ends."""
        self.save(most)
        try:
            yield
        finally:
            self.save(0)

    def save(self, most: int) -> None:
        """Sends the form of the Performance tab."""
        fields = forms(admin(), PERFORMANCE).by_action[SAVE_PERFORMANCE]
        status, _, _ = admin().submit(PERFORMANCE, {**fields, "max_concurrent": str(most)})
        self.assertEqual(303, status)

    def slots(self) -> list[Path]:
        """The files that requests have locked so far."""
        return sorted(((server().directory or Path()) / "tmp").glob("scimpress-*.lock"))

    def too_many(self, answer: Answer) -> None:
        """A 429 that says when to come back (RFC 6585 §4)."""
        self.refused(answer, 429)
        self.assertGreater(int(answer.headers[RETRY]), 0)

    def test_with_every_slot_taken_requests_are_sent_back_in_both_lanes(self) -> None:
        user = self.create()
        with self.limit(2), ExitStack() as held:
            # Slots are opened from the first on; two that overlap make both files.
            self.race_until_two_slots()
            for path in self.slots()[:2]:
                fcntl.flock(held.enter_context(open(path, "rb")), fcntl.LOCK_EX)
            for method, path, body in (("GET", f"/Users/{user['id']}", None), ("POST", "/Users", self.body()), ("GET", "/Schemas", None)):
                # BothLanes asks the REST lane, too, and compares.
                self.too_many(self.scim.request(method, path, body))
            self.refused(self.client(None).get("/Users"), 401)
            held.close()
            self.assertEqual(user, self.read(user["id"]))

    def test_nobody_waits_for_a_limit_that_is_not_set(self) -> None:
        with ExitStack() as held:
            for path in self.slots():
                fcntl.flock(held.enter_context(open(path, "rb")), fcntl.LOCK_EX)
            self.ok(self.scim.get("/Users?count=0"))

    def test_parallel_requests_are_answered_or_sent_back_and_visitors_are_served(self) -> None:
        bodies = [self.body() for _ in range(24)]
        with self.limit(1):
            clients = [self.client(alone=False) for _ in bodies]
            sends = [lambda client, body=body: client.post("/Users", body) for body in bodies]
            answers = race(clients, sends)
            self.assertEqual(200, self.visit())
        counts = Counter(answer.status for answer in answers)
        self.assertLessEqual(set(counts), {201, 429}, counts)
        self.assertGreater(counts[201], 0)
        for body, answer in zip(bodies, answers, strict=True):
            if answer.status == 429:
                self.too_many(answer)
            self.assertEqual(1 if answer.status == 201 else 0, len(self.found(f"userName eq {literal(body['userName'])}")))
        for body, answer in zip(bodies, answers, strict=True):
            if answer.status == 429:
                self.created(self.scim.post("/Users", body))

    def race_until_two_slots(self) -> None:
        """Sends pairs of requests until two have met."""
        for _ in range(200):
            if len(self.slots()) >= 2:
                return
            race([self.client(alone=False) for _ in range(4)], [lambda client: client.get("/Users?count=200")] * 4)
        self.fail("no two requests met")

    def visit(self) -> int:
        """Status of a page of the site."""
        address = urlsplit(server().home)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status
        finally:
            connection.close()
