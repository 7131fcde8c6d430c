#!/usr/bin/env python3
"""Compares the engine with others, raises a site for each database, measures, and writes docs/benchmarks.md.

    python3 tests/bench/run.py [--only engines|site|groups|roles] [--rounds 300] [--users 500] [--database sqlite] [--date YYYY-MM-DD]

The exit code says whether the measurement succeeded, never whether it was fast.
"""

import argparse
import datetime
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "site")]

from scimpress_site import Failure, Site  # noqa: E402

from tests.bench import groups, roles  # noqa: E402
from tests.bench.bulk import measure_bulk  # noqa: E402
from tests.bench.engines import compare, inputs, programs, table  # noqa: E402
from tests.bench.lane import measure_crowded  # noqa: E402
from tests.bench.measure import KINDS, Bench  # noqa: E402
from tests.bench.results import REACH, Run, machine, ratio, section, write  # noqa: E402
from tests.entra.progress import Progress  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = ROOT / "docs" / "benchmarks.md"
NAMES = {"sqlite": "SQLite", "mariadb": "MariaDB"}

# The worker's first requests fill opcache and the realpath cache.
WARM_UP = 20
MEMORY_REQUESTS = 120


def main() -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description="Measure the engine against others, and provisioning against a bare route and core's user creation.")
    parser.add_argument("--only", choices=("engines", "site", "groups", "roles"), help="one of the four parts")
    parser.add_argument("--rounds", type=int, default=300, help="measured requests of each kind")
    parser.add_argument("--users", type=int, default=500, help="users on the site before the first round")
    parser.add_argument("--engine-rounds", type=int, default=15, help="measurements of each engine in each row")
    parser.add_argument("--bulk-rounds", type=int, default=1, help="times that a thousand users are made in each way")
    parser.add_argument("--look-up-rounds", type=int, default=5, help="times that look-ups by many connections are counted, four seconds each")
    parser.add_argument("--group-rounds", type=int, default=60, help="measured requests of each kind to a small and to a large group")
    parser.add_argument("--role-users", type=int, default=100_000, help="users on the site whose role rules change")
    parser.add_argument("--database", choices=tuple(NAMES), action="append", help="one database only; its site is not written down then")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date the results carry")
    options = parser.parse_args()
    try:
        if options.only in (None, "engines"):
            publish("engines", engines(options.engine_rounds, options.date))
        if options.only in (None, "groups"):
            publish("groups", memberships(options.group_rounds, options.date))
        if options.only in (None, "roles"):
            publish("roles", rules(options.database or list(NAMES), options.role_users, options.date))
        if options.only in (None, "site"):
            runs = [measure(database, options) for database in options.database or NAMES]
            command = f"python3 tests/bench/run.py --only site --rounds {options.rounds} --users {options.users}"
            text = section(runs, command, options.date)
            if options.database:
                print(f"\n{text}")
            else:
                publish("bench", text)
    except (Failure, RuntimeError, OSError, subprocess.CalledProcessError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    return 0


def publish(name: str, text: str) -> None:
    """Shows a section and writes it down."""
    print(f"\n{text}")
    write(RESULTS, name, text)
    print(f"\nwritten to {RESULTS.relative_to(ROOT)}", flush=True)


def engines(rounds: int, date: str) -> str:
    """The engines' section."""
    installed = programs.install()
    expected = inputs.write(programs.PLACE / "inputs")
    bar = Progress(f"engines: {rounds} rounds of {len(compare.ROWS)} rows", rounds * len(compare.ROWS))
    cells = compare.compare(installed, expected, rounds, bar.step)
    behind = table.slower(cells)
    bar.finish(f"behind in {', '.join(behind)}" if behind else "ahead in every row")
    command = f"python3 tests/bench/run.py --only engines --engine-rounds {rounds}"
    return f"Measured on {date} with `{command}` on {machine()}.\n\n{table.tables(installed, cells, programs.versions())}"


def memberships(rounds: int, date: str) -> str:
    """The section of small and large groups."""
    tables = [groups.measure(database, rounds, 10, 50_000) for database in NAMES]
    return f"Measured on {date} with `python3 tests/bench/run.py --only groups --group-rounds {rounds}` on {machine()}.\n\n" + "\n\n".join(tables)


def rules(databases: list[str], people: int, date: str) -> str:
    """The section of role rules."""
    tables = [roles.measure(database, people) for database in databases]
    chosen = "".join(f" --database {database}" for database in databases) if len(databases) < len(NAMES) else ""
    return f"Measured on {date} with `python3 tests/bench/run.py --only roles --role-users {people}{chosen}` on {machine()}.\n\n" + "\n\n".join(tables)


def measure(database: str, options: argparse.Namespace) -> Run:
    """One database on a site of its own with one worker, every commit synced as in production."""
    rounds, people = options.rounds, options.users
    with Site(ROOT / "target" / "bench" / database, database, children=1, durable=True) as site:
        plugins = site.root / "wp-content" / "mu-plugins"
        shutil.copy(HERE / "php" / "scimpress-bench.php", plugins)
        shutil.copy(HERE / "php" / "scimpress-bench-memory.php", plugins)
        facts = json.loads(site.run_php(HERE / "php" / "prepare.php"))
        bench = Bench(site.url, site.token, facts["basic"], site.workers()[0])
        try:
            bar = Progress(f"{NAMES[database]}: memory, then {people} users", 1)
            bare, scim = bench.memory(MEMORY_REQUESTS)
            (plugins / "scimpress-bench-memory.php").unlink()
            bench.populate(people)
            bar.finish(f"{(scim.rss - bare.rss) / 1024:.0f} KiB above the bare route")
            bar = Progress(f"{NAMES[database]}: {rounds} rounds of {len(KINDS)} requests", rounds + WARM_UP)
            times, processor = bench.times(rounds, WARM_UP, bar.step)
            version = facts["database"]
            bar.finish(f"PATCH title {times['PATCH title'].median / times['bare route'].median:.2f} × bare")
            bar = Progress(f"{NAMES[database]}: bulk", 2 * options.bulk_rounds)
            bulk = measure_bulk(site.url, site.token, options.bulk_rounds, bar.step)
            crowded = measure_crowded(database, ROOT / "target" / "bench" / f"{database}-crowd", options.look_up_rounds, 4.0)
            run = Run(NAMES[database], version, site.facts["wordpress"], facts["php"], times, processor, bare, scim, people, rounds, bulk, crowded)
            bar.finish(", ".join(f"{kind} {ratio(run, kind):.2f}" for kind in REACH))
            return run
        finally:
            bench.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
