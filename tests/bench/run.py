#!/usr/bin/env python3
"""Raises a site for each database, measures, and writes docs/benchmarks.md.

    python3 tests/bench/run.py [--rounds 300] [--users 500] [--database sqlite] [--date YYYY-MM-DD]

The exit code says whether the measurement succeeded, never whether it was fast.
"""

import argparse
import datetime
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "site")]

from scimpress_site import Failure, Site  # noqa: E402

from tests.bench.measure import KINDS, Bench  # noqa: E402
from tests.bench.results import REACH, Run, ratio, section, write  # noqa: E402
from tests.entra.progress import Progress  # noqa: E402

HERE = Path(__file__).resolve().parent
RESULTS = ROOT / "docs" / "benchmarks.md"
NAMES = {"sqlite": "SQLite", "mariadb": "MariaDB"}

# The worker's first requests fill opcache and the realpath cache.
WARM_UP = 20
MEMORY_REQUESTS = 120


def main() -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description="Measure provisioning against a bare route and core's user creation.")
    parser.add_argument("--rounds", type=int, default=300, help="measured requests of each kind")
    parser.add_argument("--users", type=int, default=500, help="users on the site before the first round")
    parser.add_argument("--database", choices=tuple(NAMES), action="append", help="one database only; nothing is written then")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date the results carry")
    options = parser.parse_args()
    try:
        runs = [measure(database, options.rounds, options.users) for database in options.database or NAMES]
    except (Failure, RuntimeError, OSError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    command = " ".join(["python3 tests/bench/run.py", f"--rounds {options.rounds}", f"--users {options.users}"])
    text = section(runs, command, options.date)
    print(f"\n{text}")
    if not options.database:
        write(RESULTS, text)
        print(f"\nwritten to {RESULTS.relative_to(ROOT)}")
    return 0


def measure(database: str, rounds: int, people: int) -> Run:
    """One database on a site of its own with one worker, every commit synced as in production."""
    with Site(ROOT / "target" / "bench" / database, database, children=1, durable=True) as site:
        shutil.copy(HERE / "php" / "scimpress-bench.php", site.root / "wp-content" / "mu-plugins")
        facts = json.loads(site.run_php(HERE / "php" / "prepare.php"))
        bench = Bench(site.url, site.token, facts["basic"])
        try:
            bar = Progress(f"{NAMES[database]}: memory, then {people} users", 1)
            bare, scim = bench.memory(MEMORY_REQUESTS)
            bench.populate(people)
            bar.finish(f"{(scim.rss - bare.rss) / 1024:.0f} KiB above the bare route")
            bar = Progress(f"{NAMES[database]}: {rounds} rounds of {len(KINDS)} requests", rounds + WARM_UP)
            times = bench.times(rounds, WARM_UP, bar.step)
            version = facts["database"]
            run = Run(NAMES[database], version, site.facts["wordpress"], facts["php"], times, bare, scim, people, rounds)
            bar.finish(", ".join(f"{kind} {ratio(run, kind):.2f}" for kind in REACH))
            return run
        finally:
            bench.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
