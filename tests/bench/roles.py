"""Measures a change of the role rules of a site with many users, and what requests notice of it.

The run works in a process of its own, as WP-Cron has it. Meanwhile a client reads, changes and moves users; before the run it does
the same on the quiet site, so that the two can be compared.
"""

import json
import threading
from pathlib import Path

from scimpress_site import Site

from tests.bench.measure import Times
from tests.entra.client import Answer, Client
from tests.entra.dialects import patch_body
from tests.entra.mapping import CORE
from tests.entra.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
NAMES = {"sqlite": "SQLite", "mariadb": "MariaDB"}
QUIET_ROUNDS = 40
WARM_UP = 10
# One of so many users gets another role.
TENTH = 10


class Traffic:
    """Requests of a client, one after the other, about users all over the run."""

    def __init__(self, scim: Client, small: str, people: int):
        self._scim, self._small, self._people = scim, small, people
        self._number = 0

    def round(self) -> list[tuple[str, Answer]]:
        """A read, a change of a user, and a member who comes and goes."""
        self._number += 1
        user = f"bbbbbbbb-0000-4000-8000-{1 + self._number * 7919 % self._people:012}"
        member = [{"value": user}]
        return [
            ("GET by id", self._scim.get(f"/Users/{user}")),
            ("PATCH title", self._scim.patch(f"/Users/{user}", patch_body([{"op": "Add", "path": "title", "value": str(self._number)}]))),
            ("add a member", self._scim.patch(f"/Groups/{self._small}", patch_body([{"op": "Add", "path": "members", "value": member}]))),
            ("remove the member", self._scim.patch(f"/Groups/{self._small}", patch_body([{"op": "Remove", "path": "members", "value": member}]))),
        ]

    def until(self, done: threading.Event, rounds: int | None) -> dict[str, list[float]]:
        """Seconds by kind, until it is over."""
        taken: dict[str, list[float]] = {}
        count = 0
        while not done.is_set() and (rounds is None or count < rounds):
            count += 1
            for kind, answer in self.round():
                if answer.status not in (200, 204):
                    raise RuntimeError(f"{answer.method} {answer.path}: {answer.status} {answer.detail}")
                taken.setdefault(kind, []).append(answer.seconds)
        return taken


def measure(database: str, people: int) -> str:
    """The tables of one database, on a site of its own with one worker beside the run, every commit synced."""
    with Site(ROOT / "target" / "bench" / f"roles-{database}", database, children=1, durable=True) as site:
        scim = Client(site.tenant_url.rstrip("/"), site.token)
        pattern = scim.post("/Users", {"schemas": [CORE], "userName": "pattern@corp.example.com"})
        if pattern.status != 201:
            raise RuntimeError(f"the first user was not made: {pattern.detail}")
        bar = Progress(f"{NAMES[database]}: {people} users, preview, run", 3)
        facts = json.loads(site.run_php(HERE / "php" / "crowd.php", str(people), "10", str(people // TENTH)))
        site.run_php(HERE / "php" / "roles.php", "prepare")
        bar.step()
        preview = json.loads(site.run_php(HERE / "php" / "roles.php", "preview"))
        bar.step()
        traffic = Traffic(scim, facts["groups"][0], people)
        traffic.until(threading.Event(), WARM_UP)
        quiet = traffic.until(threading.Event(), QUIET_ROUNDS)
        run, busy = beside(site, traffic)
        bar.step()
        scim.close()
        bar.finish("done")
        if run["seen"] < people or run["changed"] < people // TENTH * 0.9 or run["failed"]:
            raise RuntimeError(f"the run is not what it should be: {run}")
        return tables(facts["database"], NAMES[database], preview, run, quiet, busy)


def beside(site: Site, traffic: Traffic) -> tuple[dict, dict[str, list[float]]]:
    """The run in a process of its own, and the times of requests meanwhile."""
    done = threading.Event()
    outcome: list[str | BaseException] = []

    def work() -> None:
        try:
            outcome.append(site.run_php(HERE / "php" / "roles.php", "apply"))
        except BaseException as error:  # noqa: BLE001 - told below
            outcome.append(error)
        finally:
            done.set()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        busy = traffic.until(done, None)
    finally:
        worker.join()
    if isinstance(outcome[0], BaseException):
        raise RuntimeError(f"the run failed: {outcome[0]}")
    return json.loads(outcome[0]), busy


def tables(version: str, name: str, preview: dict, run: dict, quiet: dict, busy: dict) -> str:
    """Seconds of the run, then requests on the quiet site and beside it."""
    lines = [
        f"| {name} {version} | users | changed | seconds | peak memory |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {title} | {facts['seen']:,} | {facts['changed']:,} | {facts['seconds']:.1f} | {facts['memory'] / 2**20:.0f} MiB |"
            for title, facts in (("preview", preview), ("run, beside the requests below", run))
        ),
        "",
        f"| {name}, requests | quiet: median | quiet: longest | beside the run: median | p99 | longest | requests |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for kind, seconds in busy.items():
        before, during = Times(quiet[kind]), Times(seconds)
        numbers = (before.median, max(before.seconds), during.median, during.p99, max(seconds))
        lines.append(f"| {kind} | " + " | ".join(f"{value * 1000:.0f} ms" for value in numbers) + f" | {len(seconds):,} |")
    return "\n".join(lines)
