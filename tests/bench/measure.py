"""Takes the times: every kind of request once a round, so that what drifts in the machine hits all alike."""

import base64
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.entra.client import Answer, Client, literal
from tests.entra.dialects import patch_body
from tests.entra.mapping import CORE, ENTERPRISE, WPO365

BARE = "bare route"
FLOOR = "WordPress up to plugins_loaded"
CORE_POST = "core POST /wp/v2/users"
KINDS = (
    BARE, FLOOR, "GET by filter", "GET by id", "probe", "401", "PATCH title", "PATCH the same title", "PATCH displayName", "PATCH active",
    "POST", CORE_POST,
)
SCIM_KINDS = KINDS[2:-1]

# Requests of a kind after which everything it needs is in opcache.
COMPILING = 5

# Looks at an idle worker, a millisecond apart.
IDLE = 4


@dataclass(frozen=True)
class Times:
    """Seconds of one kind of request."""

    seconds: list[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        """99th percentile, nearest rank."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


@dataclass(frozen=True)
class Memory:
    """Bytes of one worker. `peak`: PHP's, in its 2 MiB segments; `used`: of these; `rss`: private to the process."""

    peak: int
    used: int
    rss: int


class Bench:
    """One site with one worker. Every request has to succeed; a benchmark of errors is none."""

    def __init__(self, home: str, token: str, basic: str, worker: int):
        self._worker = worker
        self._home = Client(home, None)
        self._scim = Client(f"{home}/wp-json/wpo365/v1", token)
        self._stranger = Client(f"{home}/wp-json/wpo365/v1", "not-the-token-of-this-site")
        self._title = "Release Manager"
        self._basic = "Basic " + base64.b64encode(basic.encode()).decode()
        self._count = 0
        self._user = self._expect(self._scim.post("/Users", person(uuid.uuid4().hex)), 201).json

    def populate(self, people: int) -> None:
        """Users that a look-up has to tell apart."""
        for _ in range(people):
            self._expect(self._scim.post("/Users", person(uuid.uuid4().hex)), 201)

    def memory(self, requests: int) -> tuple[Memory, Memory]:
        """What the worker holds after bare requests, and then after SCIM requests of every kind.

        The first requests of each are not counted: they compile PHP files, which is done once for all workers.
        """
        bare = [self.send(BARE) for _ in range(COMPILING + requests)][COMPILING:]
        rounds = COMPILING + requests // len(SCIM_KINDS)
        scim = [self.send(kind) for _ in range(rounds) for kind in SCIM_KINDS][COMPILING * len(SCIM_KINDS):]
        workers = {answer.headers["x-bench-worker"] for answer in (*bare, *scim)}
        if len(workers) != 1:
            raise RuntimeError(f"{len(workers)} workers answered; memory is compared within one")
        return _most(bare), _most(scim)

    def times(self, rounds: int, warm_up: int, step: Callable[[], None]) -> tuple[dict[str, Times], dict[str, Times]]:
        """Times by kind, of the clock until the answer is there, and of the worker's processor until it is idle again.

        The order rotates, and each kind begins with an idle worker: what one does behind its answer is not the next one's to wait for.
        """
        taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
        worked: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for number in range(warm_up + rounds):
            shift = number % len(KINDS)
            for kind in KINDS[shift:] + KINDS[:shift]:
                begun = self._idle()
                answer = self.send(kind)
                ended = self._idle()
                if number >= warm_up:
                    taken[kind].append(answer.seconds)
                    worked[kind].append(ended - begun)
            step()
        return {kind: Times(seconds) for kind, seconds in taken.items()}, {kind: Times(seconds) for kind, seconds in worked.items()}

    def _idle(self) -> float:
        """Seconds that the worker has had of the processor, as soon as it takes no more: one that waits for the database is not idle."""
        before, same = -1, 0
        while same < IDLE:
            now = int(Path(f"/proc/{self._worker}/schedstat").read_text(encoding="ascii").split()[0])
            same = same + 1 if now == before else 0
            before = now
            time.sleep(0.001)
        return before / 1e9

    def send(self, kind: str) -> Answer:
        """One request of a kind."""
        self._count += 1
        path = f"/Users/{self._user['id']}"
        match kind:
            case "bare route":
                return self._expect(self._home.get("/wp-json/scimpress-bench/v1/bare"), 200)
            case "WordPress up to plugins_loaded":
                return self._expect(self._home.request("GET", "/wp-json/scimpress-bench/v1/bare", None, {"X-Bench-Floor": "1"}), 200)
            case "GET by filter":
                return self._expect(self._scim.find(f"userName eq {literal(self._user['userName'])}"), 200)
            case "GET by id":
                return self._expect(self._scim.get(path), 200)
            case "probe":
                # What Entra sends to test a connection: somebody whom nobody knows.
                return self._expect(self._scim.find(f"userName eq {literal(str(uuid.uuid4()))}"), 200)
            case "401":
                return self._expect(self._stranger.get(path), 401)
            case "PATCH title":
                self._title = f"Title {self._count}"
                return self._patch(path, "title", self._title)
            case "PATCH the same title":
                return self._patch(path, "title", self._title)
            case "PATCH displayName":
                return self._patch(path, "displayName", f"Name {self._count}")
            case "PATCH active":
                active = not self._user["active"]
                answer = self._patch(path, "active", str(active))
                self._user["active"] = active
                return answer
            case "POST":
                return self._expect(self._scim.post("/Users", person(uuid.uuid4().hex)), 201)
            case "core POST /wp/v2/users":
                return self._expect(self._core_post(), 201)
        raise ValueError(f"unknown kind {kind!r}")

    def close(self) -> None:
        """Hangs up."""
        self._home.close()
        self._scim.close()
        self._stranger.close()

    def _patch(self, path: str, attribute: str, value: str) -> Answer:
        body = patch_body([{"op": "Replace", "path": attribute, "value": value}])
        return self._expect(self._scim.patch(path, body), 200)

    def _core_post(self) -> Answer:
        """The same person for core, as far as core has a place for him."""
        name = uuid.uuid4().hex
        body = {
            "username": name, "email": f"{name}@corp.example.com", "password": uuid.uuid4().hex,
            "name": "Tomas Okafor", "first_name": "Tomas", "last_name": "Okafor",
        }
        headers = {"Authorization": self._basic, "Content-Type": "application/json"}
        return self._home.request("POST", "/wp-json/wp/v2/users", body, headers)

    @staticmethod
    def _expect(answer: Answer, status: int) -> Answer:
        if answer.status != status:
            raise RuntimeError(f"{answer.method} {answer.path}: {answer.detail}")
        return answer


def person(name: str) -> dict:
    """What Entra sends for a person with the usual attributes."""
    return {
        "schemas": [CORE, ENTERPRISE],
        "externalId": name,
        "userName": f"{name}@corp.example.com",
        "active": True,
        "displayName": "Tomas Okafor",
        "emails": [{"primary": True, "type": "work", "value": f"{name}@corp.example.com"}],
        "name": {"formatted": "Tomas Okafor", "familyName": "Okafor", "givenName": "Tomas"},
        "phoneNumbers": [{"primary": True, "type": "work", "value": "+47 55 01 00 10"}],
        "title": "Release Manager",
        ENTERPRISE: {"department": "Platform", "employeeNumber": "100482"},
        WPO365: {"objectId": str(uuid.uuid4())},
    }


def _most(answers: list[Answer]) -> Memory:
    highest = (max(int(answer.headers[f"x-bench-{name}"]) for answer in answers) for name in ("peak", "used", "rss"))
    return Memory(*highest)
