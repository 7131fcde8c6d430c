"""Look-ups by many connections at once, and the engine's own share of one."""

import json
import random
import socket
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

from scimpress_site import Site

from tests.entra.client import Client
from tests.bench.measure import person

HERE = Path(__file__).resolve().parent

CONNECTIONS = 8
PEOPLE = 10_000
# php-fpm workers: more than processors, so that one may wait for the database while another works.
WORKERS = 4
REACH = 500
SHARE_REACH_US = 100


@dataclass(frozen=True)
class LookUps:
    """`rates`: answers a second, a round each; `p99`: seconds, of all; `share`: the engine's own microseconds of a look-up."""

    people: int
    rates: list[float]
    p99: float
    share: float

    def text(self) -> str:
        """A line of Markdown."""
        rate = statistics.median(self.rates)
        return (
            f"Look-ups by userName of {self.people:,} users by {CONNECTIONS} connections, {WORKERS} workers: {rate:,.0f} a second"
            f" ({'reached' if rate > REACH else '**missed**'}: > {REACH}), p99 {self.p99 * 1000:.1f} ms (median of {len(self.rates)} rounds)."
            f" The engine's own share of one, from its parts to its bytes: {self.share:.0f} µs"
            f" ({'reached' if self.share <= SHARE_REACH_US else '**missed**'}: ≤ {SHARE_REACH_US})."
        )


def measure_look_ups(database: str, directory: Path, rounds: int, seconds: float) -> LookUps:
    """A site of its own with a crowd, asked for people by chance; every answer has to be the one that was asked for."""
    with Site(directory, database, children=WORKERS, durable=True) as site:
        client = Client(site.tenant_url, site.token)
        made = client.post("/Users", person("pattern"))
        client.close()
        if made.status != 201:
            raise RuntimeError(made.detail)
        site.run_php(HERE / "php" / "crowd.php", str(PEOPLE), "1", "1")
        _rate(site, 1.0, [])
        taken: list[float] = []
        rates = [_rate(site, seconds, taken) for _ in range(rounds)]
        share = json.loads(site.run_php(HERE / "php" / "share.php"))["microseconds"]
        return LookUps(PEOPLE, rates, sorted(taken)[int(len(taken) * 0.99)], share)


def _rate(site: Site, seconds: float, taken: list[float]) -> float:
    """Answers a second."""
    counts: list[int] = []
    failures: list[BaseException] = []
    start = threading.Barrier(CONNECTIONS + 1)
    ends = threading.Event()

    def run(number: int) -> None:
        chance = random.Random(number)
        try:
            with _connected(site.url) as connection:
                start.wait(30)
                count = 0
                while not ends.is_set():
                    began = time.perf_counter()
                    _look_up(connection, site.token, f"crowd{chance.randint(1, PEOPLE)}@corp.example.com")
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


def _look_up(connection: socket.socket, token: str, name: str) -> None:
    """One request by hand: a client with a life of its own would take the processor from the server it measures."""
    target = "/wp-json/wpo365/v1/Users?filter=" + quote_plus(f'userName eq "{name}"')
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    answer = b""
    # nginx ends every answer of php-fpm with the last chunk.
    while not answer.endswith(b"0\r\n\r\n"):
        part = connection.recv(65536)
        if not part:
            raise RuntimeError(f"the server hung up: {answer[:200]!r}")
        answer += part
    if not answer.startswith(b"HTTP/1.1 200 ") or b'"totalResults":1,' not in answer or f'"userName":"{name}"'.encode() not in answer:
        raise RuntimeError(f"not the answer to a look-up of {name}: {answer[:400]!r}")
