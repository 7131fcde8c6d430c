#!/usr/bin/env python3
"""Measures what the log costs a request, and how its pages open above an empty admin page.

    python3 tests/bench/log.py [--entries 1000000] [--rounds 300] [--pages 30] [--database sqlite]

The exit code says whether the measurement succeeded, never whether it was fast.
"""

import argparse
import datetime
import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "site")]

from scimpress_site import Site  # noqa: E402

from tests.bench.measure import Times, person  # noqa: E402
from tests.bench.results import machine, write  # noqa: E402
from tests.entra.client import Client  # noqa: E402
from tests.entra.dialects import patch_body  # noqa: E402
from tests.entra.progress import Progress  # noqa: E402
from tests.http.admin import Admin  # noqa: E402
from tests.http.server import server  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = ROOT / "docs" / "benchmarks.md"
NAMES = {"sqlite": "SQLite", "mariadb": "MariaDB"}
WARM_UP = 10
EMPTY = "empty admin page"
DASHBOARD = "dashboard without the widget"
LOG = "/wp-admin/options-general.php?page=scimpress&tab=log"


def main() -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description="Measure the provisioning log.")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the log while its pages are opened")
    parser.add_argument("--rounds", type=int, default=300, help="writes with and without a log")
    parser.add_argument("--pages", type=int, default=30, help="times that each page is opened")
    parser.add_argument("--database", choices=tuple(NAMES), action="append", help="one database only; nothing is written down then")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date the results carry")
    options = parser.parse_args()
    tables = [measure(database, options) for database in options.database or NAMES]
    command = f"python3 tests/bench/log.py --entries {options.entries} --rounds {options.rounds} --pages {options.pages}"
    text = f"Measured on {options.date} with `{command}` on {machine()}.\n\n" + "\n\n".join(tables)
    print(f"\n{text}")
    if not options.database:
        write(RESULTS, "log", text)
    return 0


def measure(database: str, options: argparse.Namespace) -> str:
    """The tables of one database, on a site of its own with one worker, every commit synced as in production."""
    with Site(ROOT / "target" / "bench" / f"log-{database}", database, children=1, durable=True) as site:
        shutil.copy(HERE / "php" / "scimpress-bench-log.php", site.root / "wp-content" / "mu-plugins")
        writes = cost(site, options.rounds)
        bar = Progress(f"{NAMES[database]}: {options.entries} entries", 1)
        facts = json.loads(site.run_php(HERE / "php" / "log.php", str(options.entries)))
        bar.finish(facts["database"])
        filled = cost(site, options.rounds)
        return "\n".join(
            [
                f"| {NAMES[database]} {facts['database']} | without a log | with it | ratio |",
                "|---|---:|---:|---:|",
                *rows(writes, "empty log"),
                *rows(filled, f"{options.entries:,} entries"),
                "",
                *pages(site, facts, options),
            ]
        )


def cost(site: Site, rounds: int) -> dict[str, tuple[Times, Times]]:
    """Writes in turns without and with a log, by kind."""
    scim = Client(site.tenant_url.rstrip("/"), site.token)
    try:
        user = scim.post("/Users", person(uuid.uuid4().hex)).json
        count = iter(range(10 * rounds + 1000))

        def patch(headers: dict[str, str]) -> float:
            body = patch_body([{"op": "Replace", "path": "title", "value": f"Title {next(count)}"}])
            return send("PATCH", f"/Users/{user['id']}", body, headers, 200)

        def create(headers: dict[str, str]) -> float:
            return send("POST", "/Users", person(uuid.uuid4().hex), headers, 201)

        def send(method: str, path: str, body: dict, headers: dict[str, str], status: int) -> float:
            answer = scim.request(method, path, body, headers)
            if answer.status != status:
                raise RuntimeError(f"{method} {path}: {answer.detail}")
            return answer.seconds

        kinds: dict[str, Callable[[dict[str, str]], float]] = {"PATCH title": patch, "POST": create}
        taken: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in kinds}
        bar = Progress(f"{rounds} rounds of {2 * len(kinds)} writes", rounds + WARM_UP)
        for number in range(WARM_UP + rounds):
            for kind, make in kinds.items():
                for logged in (0, 1) if number % 2 else (1, 0):
                    seconds = make({} if logged else {"X-Bench-No-Log": "1"})
                    if number >= WARM_UP:
                        taken[kind][logged].append(seconds)
            bar.step()
        bar.finish("done")
        return {kind: (Times(without), Times(with_log)) for kind, (without, with_log) in taken.items()}
    finally:
        scim.close()


def rows(times: dict[str, tuple[Times, Times]], when: str) -> list[str]:
    """Rows of a table of writes."""
    return [
        f"| {kind}, {when} | {without.median * 1000:.2f} ms | {logged.median * 1000:.2f} ms | {logged.median / without.median:.3f} |"
        for kind, (without, logged) in times.items()
    ]


def pages(site: Site, facts: dict, options: argparse.Namespace) -> list[str]:
    """The table of pages. Each round opens every page once."""
    os.environ |= {
        "SCIMPRESS_TENANT_URL": site.tenant_url,
        "SCIMPRESS_TOKEN": site.token,
        "SCIMPRESS_ADMIN_LOGIN": site.admin_login,
        "SCIMPRESS_ADMIN_PASSWORD": site.admin_password,
    }
    server.cache_clear()
    admin = Admin()
    day = datetime.date.today() - datetime.timedelta(days=45)
    paths = {
        EMPTY: "/wp-admin/options-general.php?page=scimpress-bench-empty",
        "first page": LOG,
        "page in the middle": f"{LOG}&before={facts['entry']}",
        "only failures": f"{LOG}&failed=1",
        "only deletes that failed": f"{LOG}&failed=1&operation=delete",
        "one day": f"{LOG}&from={day}&to={day}",
        "one user": f"{LOG}&{urlencode({'s': facts['name']})}",
        "nobody": f"{LOG}&s=nobody",
        "one entry": f"{LOG}&entry={facts['entry']}",
        DASHBOARD: "/wp-admin/index.php?bench_no_log=1",
        "dashboard, whose widget counts 14 days": "/wp-admin/index.php",
    }
    taken: dict[str, list[float]] = {kind: [] for kind in paths}
    bar = Progress(f"{options.pages} rounds of {len(paths)} pages", options.pages + 2)
    for number in range(options.pages + 2):
        for kind, path in paths.items():
            begun = time.perf_counter()
            body = admin.page(path)
            if number >= 2:
                taken[kind].append(time.perf_counter() - begun)
            if path.startswith(LOG) and kind not in ("nobody", "one entry") and '<table class="widefat striped scimpress-log">' not in body:
                raise RuntimeError(f"{kind}: no entries")
        bar.step()
    bar.finish("done")
    lines = [f"| page, {options.entries:,} entries | median | above the empty page, or the dashboard |", "|---|---:|---:|"]
    for kind, seconds in taken.items():
        median = Times(seconds).median
        floor = Times(taken[DASHBOARD if kind.startswith("dashboard") else EMPTY]).median
        above = "" if kind in (EMPTY, DASHBOARD) else f"{(median - floor) * 1000:+.0f} ms"
        lines.append(f"| {kind} | {median * 1000:.0f} ms | {above} |")
    return lines


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
