"""Requests by many connections at once, and the engine's own share of a look-up."""

import json
import random
import shutil
import socket
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

from scimpress_site import Site

from tests.bench.measure import BARE, person
from tests.entra.client import Client

HERE = Path(__file__).resolve().parent

CONNECTIONS = 8
PEOPLE = 10_000
# People of the crowd who are asked for by id.
KNOWN = 1_000
# php-fpm workers: more than processors, so that one may wait for the database while another works.
WORKERS = 4
LOOK_UP = "GET by filter"
KINDS = (BARE, LOOK_UP, "GET by id", "probe", "401")
REACH = 500
RATIO_REACH = 0.3
SHARE_REACH_US = 100


@dataclass(frozen=True)
class Request:
    """`target`: what follows the host; `status` and `marks`: what the answer has to have."""

    target: str
    token: str
    status: int
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Crowded:
    """`rates`: answers a second by kind, a round each; `p99`: seconds, of all look-ups; `share`: the engine's own microseconds of one."""

    people: int
    rates: dict[str, list[float]]
    p99: float
    share: float

    def ratio(self, kind: str) -> float:
        """Time of a request of a kind over that of the bare route: the median of the rounds, in each of which both were counted."""
        return statistics.median(bare / rate for bare, rate in zip(self.rates[BARE], self.rates[kind]))

    def text(self) -> str:
        """Lines of Markdown."""
        rows = [f"| {CONNECTIONS} connections, {WORKERS} workers, {self.people:,} users | a second | time | reach | |", "|---|---:|---:|---:|---|"]
        for kind in KINDS:
            cells = [kind, f"{statistics.median(self.rates[kind]):,.0f}"]
            if kind != BARE:
                held = self.ratio(kind)
                cells += [f"{held:.2f} × bare", f"≤ {RATIO_REACH}", "reached" if held <= RATIO_REACH else "**missed**"]
            else:
                cells += ["", "", ""]
            rows.append("| " + " | ".join(cells) + " |")
        rate = statistics.median(self.rates[LOOK_UP])
        return "\n".join([
            *rows,
            "",
            f"Look-ups by userName: {rate:,.0f} a second ({'reached' if rate > REACH else '**missed**'}: > {REACH}), p99 {self.p99 * 1000:.1f} ms"
            f" (medians of {len(self.rates[LOOK_UP])} rounds). The engine's own share of one, from its parts to its bytes: {self.share:.0f} µs"
            f" ({'reached' if self.share <= SHARE_REACH_US else '**missed**'}: ≤ {SHARE_REACH_US}).",
        ])


def measure_crowded(database: str, directory: Path, rounds: int, seconds: float) -> Crowded:
    """A site of its own with a crowd, asked for people by chance; every answer has to be the one that was asked for."""
    with Site(directory, database, children=WORKERS, durable=True) as site:
        shutil.copy(HERE / "php" / "scimpress-bench.php", site.root / "wp-content" / "mu-plugins")
        client = Client(site.tenant_url, site.token)
        made = client.post("/Users", person("pattern"))
        if made.status != 201:
            raise RuntimeError(made.detail)
        site.run_php(HERE / "php" / "crowd.php", str(PEOPLE), "1", "1")
        listed = client.get(f"/Users?count={KNOWN}&attributes=userName")
        client.close()
        known = [(user["id"], user["userName"]) for user in listed.json["Resources"]]
        asked = {kind: _asks(kind, site.token, known) for kind in KINDS}
        for ask in asked.values():
            _rate(site.url, 1.0, ask, [])
        rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
        taken: list[float] = []
        for number in range(rounds):
            # What drifts in the machine hits all alike.
            for kind in KINDS[number % len(KINDS):] + KINDS[: number % len(KINDS)]:
                rates[kind].append(_rate(site.url, seconds, asked[kind], taken if kind == LOOK_UP else []))
        share = json.loads(site.run_php(HERE / "php" / "share.php"))["microseconds"]
        return Crowded(PEOPLE, rates, sorted(taken)[int(len(taken) * 0.99)], share)


def _asks(kind: str, token: str, known: list[tuple[str, str]]) -> Callable[[random.Random], Request]:
    """Makes requests of a kind by chance."""
    base = "/wp-json/wpo365/v1/Users"

    def by_name(name: str, token: str, status: int, *marks: str) -> Request:
        return Request(f"{base}?filter=" + quote_plus(f'userName eq "{name}"'), token, status, marks)

    def ask(chance: random.Random) -> Request:
        name = f"crowd{chance.randint(1, PEOPLE)}@corp.example.com"
        match kind:
            case "bare route":
                return Request("/wp-json/scimpress-bench/v1/bare", token, 200, ('{"ok":true}',))
            case "GET by filter":
                return by_name(name, token, 200, '"totalResults":1,', f'"userName":"{name}"')
            case "GET by id":
                id_, name = chance.choice(known)
                return Request(f"{base}/{id_}", token, 200, (f'"userName":"{name}"',))
            case "probe":
                return by_name(f"{chance.getrandbits(128):032x}", token, 200, '"totalResults":0,')
            case "401":
                return by_name(name, "not-the-token-of-this-site", 401, '"status":"401"')
        raise ValueError(f"unknown kind {kind!r}")

    return ask


def _rate(url: str, seconds: float, ask: Callable[[random.Random], Request], taken: list[float]) -> float:
    """Answers a second."""
    counts: list[int] = []
    failures: list[BaseException] = []
    start = threading.Barrier(CONNECTIONS + 1)
    ends = threading.Event()

    def run(number: int) -> None:
        chance = random.Random(number)
        try:
            with _connected(url) as connection:
                start.wait(30)
                count = 0
                while not ends.is_set():
                    request = ask(chance)
                    began = time.perf_counter()
                    _send(connection, request)
                    taken.append(time.perf_counter() - began)
                    count += 1
                counts.append(count)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    start.wait(30)
    began = time.perf_counter()
    ends.wait(seconds)
    ends.set()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.perf_counter() - began)


def _connected(url: str) -> socket.socket:
    at = urlsplit(url)
    connection = socket.create_connection((at.hostname or "", at.port or 80), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _send(connection: socket.socket, request: Request) -> None:
    """One request by hand: a client with a life of its own would take the processor from the server it measures."""
    connection.sendall(f"GET {request.target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {request.token}\r\n\r\n".encode())
    answer = b""
    # nginx ends every answer of php-fpm with the last chunk.
    while not answer.endswith(b"0\r\n\r\n"):
        part = connection.recv(65536)
        if not part:
            raise RuntimeError(f"the server hung up: {answer[:200]!r}")
        answer += part
    if not answer.startswith(f"HTTP/1.1 {request.status} ".encode()) or any(mark.encode() not in answer for mark in request.marks):
        raise RuntimeError(f"not the answer to {request.target}: {answer[:400]!r}")
