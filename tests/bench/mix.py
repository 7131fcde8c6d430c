"""What an identity provider sends all day, at a fixed rate, whatever the answers take.

Each request has a planned start, and its time counts from there: an answer that is late makes those behind it late as well, as it
would somebody who waits for them.
"""

import queue
import random
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

from tests.bench import seed
from tests.bench.measure import Times
from tests.entra.client import Answer, Client, literal
from tests.entra.dialects import patch_body
from tests.entra.mapping import ENTERPRISE
from tests.entra.progress import Progress

CONNECTIONS = 8
P99_REACH = 0.25
# Bytes that a worker's private memory may grow by between the first sixth of the time and the last one.
GROWTH_REACH = 1 << 20
SAMPLE_SECONDS = 2.0

# Of a hundred requests. Look-ups are half of what Entra sends; each of its creates follows one that finds nobody.
SHARES = {
    "look-up by userName": 22,
    "look-up of nobody": 12,
    "GET by id": 12,
    "match a member": 4,
    "POST": 12,
    "PATCH of two attributes": 18,
    "PATCH active": 4,
    "add a member": 9,
    "remove a member": 7,
}


@dataclass
class Outcome:
    """Seconds from the planned start by kind; bytes by worker, one each SAMPLE_SECONDS; `late`: seconds that the client itself began late."""

    minutes: float
    rate: float
    taken: dict[str, list[float]]
    memory: dict[int, list[int]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)

    @property
    def all(self) -> Times:
        """Every request."""
        return Times([seconds for kind in self.taken.values() for seconds in kind])

    @property
    def growth(self) -> int:
        """Bytes of the worker that grew most, between the medians of the first and the last sixth of the time."""
        return max(self._end(samples) - self._begin(samples) for samples in self.memory.values())

    @property
    def settled(self) -> int:
        """Bytes of the largest worker at the end."""
        return max(self._end(samples) for samples in self.memory.values())

    @staticmethod
    def _begin(samples: list[int]) -> int:
        return int(statistics.median(samples[: max(1, len(samples) // 6)]))

    @staticmethod
    def _end(samples: list[int]) -> int:
        return int(statistics.median(samples[-max(1, len(samples) // 6):]))


class Mix:
    """The requests, always the same ones in the same order. Each states what its answer has to be."""

    def __init__(self, crowd: seed.Seeded, groups: list[str], first: int):
        """`groups` get members; whoever is created has a number from `first` on."""
        self._people, self._groups = crowd.people, groups
        self._chance = random.Random(25)
        self._next = first
        self._members: list[tuple[str, str]] = []
        self._makes: dict[str, Callable[[], Callable[[Client], Answer]]] = {
            "look-up by userName": self._look_up,
            "look-up of nobody": lambda: self._find(seed.user_name(-self._chance.randint(1, 10**9)), 0),
            "GET by id": lambda: self._get(f"/Users/{self._somebody()}"),
            "match a member": self._match,
            "POST": self._create,
            "PATCH of two attributes": self._update,
            "PATCH active": self._switch,
            "add a member": self._join,
            "remove a member": self._leave,
        }

    def plan(self, count: int) -> list[tuple[str, Callable[[Client], Answer]]]:
        """So many requests, of which any hundred in a row have the shares."""
        kinds: list[str] = []
        while len(kinds) < count:
            hundred = [kind for kind, share in SHARES.items() for _ in range(share)]
            self._chance.shuffle(hundred)
            kinds += hundred
        return [(kind, self._makes[kind]()) for kind in kinds[:count]]

    def _somebody(self) -> str:
        return seed.scim_id(self._chance.randint(1, self._people))

    def _look_up(self) -> Callable[[Client], Answer]:
        return self._find(seed.user_name(self._chance.randint(1, self._people)), 1)

    def _find(self, name: str, expected: int) -> Callable[[Client], Answer]:
        return lambda client: _counted(client.find(f"userName eq {literal(name)}"), expected)

    def _get(self, path: str) -> Callable[[Client], Answer]:
        return lambda client: expect(client.get(path), 200)

    def _match(self) -> Callable[[Client], Answer]:
        condition = f"id eq {literal(self._chance.choice(self._groups))} and members eq {literal(self._somebody())}"
        path = f"/Groups?excludedAttributes=members&filter={quote_plus(condition)}"
        return self._get(path)

    def _create(self) -> Callable[[Client], Answer]:
        number, self._next = self._next, self._next + 1
        return lambda client: expect(client.post("/Users", seed.body(number)), 201)

    def _update(self) -> Callable[[Client], Answer]:
        words = f"{self._chance.randint(0, 10**9):x}"
        operations = [
            {"op": "Replace", "path": "displayName", "value": f"Tomas {words}"},
            {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": f"Department {words}"},
        ]
        return self._patch(f"/Users/{self._somebody()}", operations, 200)

    def _switch(self) -> Callable[[Client], Answer]:
        return self._patch(f"/Users/{self._somebody()}", [{"op": "Replace", "path": "active", "value": "False"}], 200)

    def _join(self) -> Callable[[Client], Answer]:
        member = (self._chance.choice(self._groups), self._somebody())
        self._members.append(member)
        return self._patch(f"/Groups/{member[0]}", [{"op": "Add", "path": "members", "value": [{"value": member[1]}]}], 204)

    def _leave(self) -> Callable[[Client], Answer]:
        # Somebody who joined some time ago; at first somebody who is in no group, which is no error.
        group, member = self._members.pop(0) if len(self._members) > 50 else (self._groups[0], self._somebody())
        return self._patch(f"/Groups/{group}", [{"op": "Remove", "path": "members", "value": [{"value": member}]}], 204)

    def _patch(self, path: str, operations: list[dict], status: int) -> Callable[[Client], Answer]:
        return lambda client: expect(client.patch(path, patch_body(operations)), status)


def expect(answer: Answer, status: int) -> Answer:
    """The answer, which must have this status."""
    if answer.status != status:
        raise RuntimeError(f"{answer.method} {answer.path}: {answer.detail}")
    return answer


def _counted(answer: Answer, number: int) -> Answer:
    if expect(answer, 200).json["totalResults"] != number:
        raise RuntimeError(f"{answer.path}: {answer.json['totalResults']} instead of {number}")
    return answer


def run(crowd: seed.Seeded, mix: Mix, minutes: float, rate: float) -> Outcome:
    """Sends the mix for so long. The first answer that is not as it has to be ends it."""
    plan = mix.plan(int(minutes * 60 * rate))
    outcome = Outcome(minutes, rate, {kind: [] for kind in SHARES})
    failures: list[BaseException] = []
    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    over = threading.Event()
    bar = Progress(f"mix: {minutes:g} minutes, {rate:g} requests a second", len(plan))
    begin = time.perf_counter() + 0.5

    def send() -> None:
        client = crowd.client()
        try:
            while (number := waiting.get()) is not None and not failures:
                kind, request = plan[number]
                planned = begin + number / rate
                request(client)
                outcome.taken[kind].append(time.perf_counter() - planned)
                bar.step()
        except BaseException as failure:
            failures.append(failure)
        finally:
            client.close()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            for worker in crowd.site.workers():
                outcome.memory.setdefault(worker, []).append(private(worker))

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    watcher = threading.Thread(target=watch)
    for thread in (*threads, watcher):
        thread.start()
    try:
        for number in range(len(plan)):
            planned = begin + number / rate
            over.wait(max(0.0, planned - time.perf_counter()))
            if failures:
                break
            outcome.late.append(time.perf_counter() - planned)
            waiting.put(number)
    finally:
        for _ in threads:
            waiting.put(None)
        for thread in threads:
            thread.join()
        over.set()
        watcher.join()
    if failures:
        raise failures[0]
    if len(outcome.memory) != len(crowd.site.workers()):
        raise RuntimeError(f"{len(outcome.memory)} workers answered where {len(crowd.site.workers())} are: one has died")
    bar.finish(f"p99 {outcome.all.p99 * 1000:.0f} ms, {outcome.growth / 1024:+.0f} KiB")
    return outcome


def private(worker: int) -> int:
    """Bytes of a process that no other one shares."""
    for line in Path(f"/proc/{worker}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{worker}/status has no RssAnon")
