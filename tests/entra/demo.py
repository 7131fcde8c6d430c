#!/usr/bin/env python3
"""Plays a whole Entra ID provisioning job against a SCIM server, in both PATCH dialects.

    python3 tests/entra/demo.py --tenant-url URL --token TOKEN [--users 60]

Repeatable: the invented people keep their object ids, so a second run finds the accounts of the first
and brings them into line. Exit code 0 when every step succeeded and the closing cycles sent no write.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.entra.dialects import Flag, Legacy  # noqa: E402
from tests.entra.directory import Tenant  # noqa: E402
from tests.entra.job import MAX_WORKERS, Settings  # noqa: E402
from tests.entra.mapping import default_mapping  # noqa: E402
from tests.entra.report import Report  # noqa: E402
from tests.entra.story import Story  # noqa: E402

FEWEST = 24
SHOWN_PROBLEMS = 20

# By userName as Entra starts with; a user who was renamed in an earlier run is found by the second.
MATCH = ("userName", "externalId")

# Reserved names (RFC 2606); one namespace of users for each dialect.
CAST = ((Legacy(), "aurora.example", 11), (Flag(), "borealis.example", 12))


def main() -> int:
    """Runs the demonstration; the exit code of the process."""
    options = _options()
    mapping = default_mapping(external_id="objectId")
    stories = []
    started = time.perf_counter()
    for number, (dialect, domain, seed) in enumerate(CAST):
        people = options.users // 2 + (options.users % 2 if number == 0 else 0)
        settings = Settings(dialect=dialect, rules=mapping, match=MATCH, workers=options.workers)
        story = Story(Tenant(domain, seed, time.time), options.tenant_url, options.token, settings, time.time, people)
        print(f"{dialect.name} dialect, {people} people of {domain}")
        try:
            story.play()
        except OSError as error:
            story.problems.append(f"no connection to {options.tenant_url}: {error}")
        stories.append(story)
    return _conclude(stories, time.perf_counter() - started)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Play an Entra ID provisioning job against a SCIM server.")
    parser.add_argument("--tenant-url", required=True, help="as typed into the provisioning blade")
    parser.add_argument("--token", required=True, help="the secret token")
    parser.add_argument("--users", type=int, default=60, help=f"people in both tenants together, at least {FEWEST}")
    parser.add_argument("--workers", type=int, default=2, help=f"parallel requests, 1 to {MAX_WORKERS}")
    options = parser.parse_args()
    if options.users < FEWEST:
        parser.error(f"--users must be at least {FEWEST}")
    if not 1 <= options.workers <= MAX_WORKERS:
        parser.error(f"--workers must be 1 to {MAX_WORKERS}")
    return options


def _conclude(stories: list[Story], seconds: float) -> int:
    total = Report()
    for story in stories:
        total.add(story.total)
    problems = [problem for story in stories for problem in story.problems]
    rows = (
        ("users created", total.counts["create"]),
        ("users found from an earlier run", sum(story.found for story in stories)),
        ("users updated", total.counts["update"] + total.counts["manager"]),
        ("  of these renamed", total.counts["rename"]),
        ("  of these given or relieved of a manager", total.counts["manager"]),
        ("users disabled", total.counts["disable"]),
        ("users re-enabled", total.counts["enable"]),
        ("users deleted", total.counts["delete"]),
        ("requests", total.requests),
        ("median time of a request", f"{total.median * 1000:.1f} ms"),
        ("99th percentile", f"{total.p99 * 1000:.1f} ms"),
        ("requests a second", f"{total.requests / seconds:.0f}"),
        ("writes in the closing cycles", sum(story.closing_writes for story in stories)),
        ("problems", len(problems)),
    )
    print("\nsummary")
    for label, value in rows:
        print(f"  {label:<44} {value:>8}")
    if problems:
        print("\nproblems", file=sys.stderr)
        for problem in problems[:SHOWN_PROBLEMS]:
            print(f"  {problem}", file=sys.stderr)
        if len(problems) > SHOWN_PROBLEMS:
            print(f"  and {len(problems) - SHOWN_PROBLEMS} more", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
