"""Visitors of the site while an identity provider sends everybody at full speed, with and without the limit of requests at once."""

import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench import seed
from tests.bench.measure import Times
from tests.entra.client import Client
from tests.entra.progress import Progress

CONNECTIONS = 8
# Half of the site's workers.
LIMIT = 2
# Between two pages of the visitor.
PAUSE = 0.25

ALONE = "nobody else"
UNLIMITED = "a cycle, no limit"
LIMITED = f"a cycle, at most {LIMIT} requests at once"


@dataclass
class Beside:
    """Seconds of pages, users who were created meanwhile, and answers that sent a client back."""

    pages: list[float] = field(default_factory=list)
    created: int = 0
    refused: int = 0
    seconds: float = 0.0


def measure(crowd: seed.Seeded, first: int, rounds: int, seconds: float) -> dict[str, Beside]:
    """What a visitor waits for beside each. The three take turns, `seconds` at a time; who is created has a number from `first` on."""
    found = {kind: Beside() for kind in (ALONE, UNLIMITED, LIMITED)}
    numbers = iter(range(first, first + 10**7))
    bar = Progress(f"visitors: {rounds} × {len(found)} times {seconds:g} s", rounds * len(found))
    try:
        for _ in range(rounds):
            for kind, beside in found.items():
                crowd.limit(LIMIT if kind == LIMITED else 0)
                _visit(crowd.site.url)
                with _Cycle(crowd, numbers, beside, 0 if kind == ALONE else CONNECTIONS) as cycle:
                    end = time.perf_counter() + seconds
                    while time.perf_counter() < end and not cycle.failures:
                        beside.pages.append(_visit(crowd.site.url))
                        cycle.over.wait(PAUSE)
                    beside.seconds += seconds
                bar.step()
    finally:
        crowd.limit(0)
    bar.finish(", ".join(f"{Times(beside.pages).median * 1000:.0f} ms" for beside in found.values()))
    return found


class _Cycle:
    """Connections that create users as fast as they are answered, and wait as long as a 429 tells them to."""

    def __init__(self, crowd: seed.Seeded, numbers: Iterator[int], beside: Beside, connections: int):
        self.over = threading.Event()
        self.failures: list[BaseException] = []
        self._numbers, self._beside, self._lock = numbers, beside, threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(crowd.client(timeout=120),)) for _ in range(connections)]

    def __enter__(self) -> "_Cycle":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def _send(self, client: Client) -> None:
        try:
            while not self.over.is_set():
                with self._lock:
                    number = next(self._numbers)
                self._create(client, number)
        except BaseException as failure:
            self.failures.append(failure)
        finally:
            client.close()

    def _create(self, client: Client, number: int) -> None:
        while not self.over.is_set():
            answer = client.post("/Users", seed.body(number))
            if answer.status == 201:
                with self._lock:
                    self._beside.created += 1
                return
            if answer.status != 429:
                raise RuntimeError(f"POST: {answer.detail}")
            with self._lock:
                self._beside.refused += 1
            self.over.wait(int(answer.headers["retry-after"]))


def _visit(url: str) -> float:
    """Seconds of the front page, on a connection of its own."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"{url}/", timeout=120) as answer:
        page = answer.read()
        if answer.status != 200 or b"</html>" not in page:
            raise RuntimeError(f"the front page is not one: {answer.status}, {page[:200]!r}")
    return time.perf_counter() - began
