#!/usr/bin/env python3
"""Measures a site with a million users beside one with a thousand, and writes docs/benchmarks.md.

    python3 tests/bench/scale.py [--people 1000000] [--minutes 10] [--rounds 300] [--keep] [--only reads|mix|visitors] [--date YYYY-MM-DD]

Some 25 minutes, 7 GB below target/bench, which go at the end; with --keep the seeded users stay (and are taken from there the next
time) as target/bench/scale-users-N. The exit code says whether the measurement succeeded, never whether it was fast. Nothing is
written down for another number of people or with --only.
"""

import argparse
import datetime
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "site")]

from scimpress_site import Failure  # noqa: E402

from tests.bench import mix, seed, visitors  # noqa: E402
from tests.bench.measure import Times  # noqa: E402
from tests.bench.mix import expect  # noqa: E402
from tests.bench.results import machine, write  # noqa: E402
from tests.entra.client import Client, literal  # noqa: E402
from tests.entra.dialects import patch_body  # noqa: E402
from tests.entra.progress import Progress  # noqa: E402

RESULTS = ROOT / "docs" / "benchmarks.md"
PLACE = ROOT / "target" / "bench"
MILLION = 1_000_000
SMALL = 1_000
# Members of the large group, less on a small trial.
MEMBERS = 50_000
PAGE = 100
WARM_UP = 15
RATE = 25.0
# People whom each part creates, so that no two parts create the same ones.
MIX_FROM, VISITORS_FROM = 10**7, 2 * 10**7


@dataclass(frozen=True)
class Row:
    """Two kinds of requests that are compared, and the largest ratio aimed at; None: only told."""

    title: str
    times: Times
    reference: Times
    reach: float | None

    def text(self) -> str:
        """A line of the table."""
        ratio = self.times.median / self.reference.median
        numbers = " | ".join(f"{1000 * value:.2f} ms" for value in (self.times.median, self.times.p99, self.reference.median, self.reference.p99))
        verdict = " | " if self.reach is None else f"≤ {self.reach} | {'reached' if ratio <= self.reach else '**missed**'}"
        return f"| {self.title} | {numbers} | {ratio:.2f} | {verdict} |"


def main() -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description="Measure a site with a million users.")
    parser.add_argument("--people", type=int, default=MILLION, help="users of the large site")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the mix is sent")
    parser.add_argument("--rate", type=float, default=RATE, help="requests of the mix a second")
    parser.add_argument("--rounds", type=int, default=300, help="measured requests of each kind; pages get a third of them")
    parser.add_argument("--visits", type=float, default=20.0, help="seconds of visits at a time, three times each")
    parser.add_argument("--keep", action="store_true", help="keep the seeded users for the next run, or take those that were kept")
    parser.add_argument("--only", choices=("reads", "mix", "visitors"), action="append", help="one of the parts; nothing is written down then")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date the results carry")
    options = parser.parse_args()
    try:
        text = measure(options)
    except (Failure, RuntimeError, OSError) as failure:
        print(f"bench-scale: {failure}", file=sys.stderr)
        return 1
    print(f"\n{text}")
    if options.people == MILLION and not options.only:
        write(RESULTS, "scale", text)
        print(f"\nwritten to {RESULTS.relative_to(ROOT)}", flush=True)
    return 0


def measure(options: argparse.Namespace) -> str:
    """The section: both sites are up at once, and gone afterwards."""
    begun = time.monotonic()
    parts = options.only or ["reads", "mix", "visitors"]
    kept = PLACE / f"scale-users-{options.people}" if options.keep else None
    places = [PLACE / "scale-small", PLACE / "scale"]
    try:
        with ExitStack() as stack:
            small, large = (
                stack.enter_context(seed.seeded(place, people, where))
                for place, people, where in ((places[0], SMALL, None), (places[1], options.people, kept))
            )
            members = min(MEMBERS, options.people // 2)
            groups = prepare(large, members)
            tables = []
            if "reads" in parts:
                tables.append(requests(small, large, groups, members, options.rounds))
            if "mix" in parts:
                tables.append(mixed(mix.run(large, mix.Mix(large, groups, MIX_FROM), options.minutes, options.rate)))
            if "visitors" in parts:
                tables.append(visited(visitors.measure(large, VISITORS_FROM, 3, options.visits)))
            facts = (
                f"WordPress {large.site.facts['wordpress']}, PHP {large.php}, {large.database}; {large.people:,} users in {large.bytes / 2**30:.1f} GiB of tables and"
                f" indexes, a buffer pool of {seed.BUFFER_POOL >> 30} GiB, {seed.WORKERS} workers that are never replaced, every commit synced. The options that each"
                f" page loads: {large.autoloaded:,} bytes, with {small.people:,} users {small.autoloaded:,}."
            )
    finally:
        for place in places:
            shutil.rmtree(place, ignore_errors=True)
    given = " ".join(f"--{name} {getattr(options, name):g}" for name in ("minutes", "rate", "rounds", "visits"))
    return "\n\n".join([
        f"Measured on {options.date} with `python3 tests/bench/scale.py --people {options.people} {given}` on {machine()}, in {(time.monotonic() - begun) / 60:.0f} minutes.",
        facts,
        *tables,
    ])


def prepare(large: seed.Seeded, members: int) -> list[str]:
    """SCIM ids of groups: a large one, and nine that are empty."""
    client = large.client()
    try:
        groups = [seed.group(client, f"Group {number}") for number in range(10)]
    finally:
        client.close()
    seed.fill(large, groups[0], members)
    return groups


def requests(small: seed.Seeded, large: seed.Seeded, groups: list[str], members: int, rounds: int) -> str:
    """The table of single requests. Each pair is sent in turns, one after the other, first the one and then the other first."""
    few, many = small.client(), large.client()
    crowded, empty, somebody = groups[0], groups[1], large.people
    offset = large.people * 9 // 10
    count = iter(range(1, 10**9))

    def look_up(client: Client, crowd: seed.Seeded) -> float:
        name = seed.user_name(1 + next(count) * 7919 % crowd.people)
        answer = expect(client.find(f"userName eq {literal(name)}"), 200)
        if [one["userName"] for one in answer.json["Resources"]] != [name]:
            raise RuntimeError(f"not the answer to a look-up of {name}")
        return answer.seconds

    def read(client: Client, crowd: seed.Seeded) -> float:
        return expect(client.get(f"/Users/{seed.scim_id(1 + next(count) * 7919 % crowd.people)}"), 200).seconds

    def page(client: Client, crowd: seed.Seeded, start: int) -> float:
        answer = expect(client.get(f"/Users?startIndex={start}&count={PAGE}"), 200)
        # User 0 comes first, so a page begins with the user before its index.
        if [one["userName"] for one in answer.json["Resources"]] != [one for one in map(seed.user_name, range(start - 1, start - 1 + PAGE))]:
            raise RuntimeError(f"the page from {start} on is not what it should be")
        return answer.seconds

    def change(group: str, operation: str) -> float:
        value = {"op": operation, "path": "members", "value": [{"value": seed.scim_id(somebody)}]}
        return expect(many.patch(f"/Groups/{group}", patch_body([value])), 204).seconds

    def patch(client: Client, crowd: seed.Seeded) -> float:
        user = seed.scim_id(1 + next(count) * 7919 % crowd.people)
        return expect(client.patch(f"/Users/{user}", patch_body([{"op": "Replace", "path": "title", "value": f"Title {next(count)}"}])), 200).seconds

    def create(client: Client, crowd: seed.Seeded) -> float:
        return expect(client.post("/Users", seed.body(crowd.people + 1 + next(count))), 201).seconds

    big, little = f"{large.people:,} users", f"{small.people:,}"
    pairs: list[tuple[str, float | None, int, Callable[[], float], Callable[[], float]]] = [
        (f"read by filter: {big} ÷ {little}", 1.1, 1, lambda: look_up(many, large), lambda: look_up(few, small)),
        (f"read by id: {big} ÷ {little}", 1.1, 1, lambda: read(many, large), lambda: read(few, small)),
        (f"page of {PAGE} at offset {offset:,} ÷ first page", 1.5, 3, lambda: page(many, large, offset + 1), lambda: page(many, large, 1)),
        (f"page of {PAGE} in the middle ÷ first page", None, 3, lambda: page(many, large, large.people // 2 + 1), lambda: page(many, large, 1)),
        (f"first page of {PAGE}: {big} ÷ {little}", None, 3, lambda: page(many, large, 1), lambda: page(few, small, 1)),
        (f"add a member: group of {members:,} ÷ empty group", 1.1, 1, lambda: change(crowded, "Add"), lambda: change(empty, "Add")),
        (f"remove the member: group of {members:,} ÷ otherwise empty", None, 1, lambda: change(crowded, "Remove"), lambda: change(empty, "Remove")),
        (f"PATCH of one attribute: {big} ÷ {little}", None, 3, lambda: patch(many, large), lambda: patch(few, small)),
        (f"POST: {big} ÷ {little}", None, 3, lambda: create(many, large), lambda: create(few, small)),
    ]
    taken: list[tuple[list[float], list[float]]] = [([], []) for _ in pairs]
    bar = Progress(f"{rounds} rounds of {2 * len(pairs)} requests", rounds + WARM_UP)
    try:
        for number in range(WARM_UP + rounds):
            for (_, _, every, *sends), seconds in zip(pairs, taken, strict=True):
                if number % every and number >= WARM_UP:
                    continue
                for side in (0, 1) if number % 2 else (1, 0):
                    spent = sends[side]()
                    if number >= WARM_UP:
                        seconds[side].append(spent)
            bar.step()
    finally:
        few.close()
        many.close()
    rows = [Row(title, Times(one), Times(other), reach) for (title, reach, *_), (one, other) in zip(pairs, taken, strict=True)]
    bar.finish(", ".join(f"{row.times.median / row.reference.median:.2f}" for row in rows if row.reach))
    return "\n".join(["| measure ÷ its reference | median | p99 | reference, median | p99 | ratio | reach | |", "|---|---:|---:|---:|---:|---:|---|---|", *map(Row.text, rows)])


def mixed(outcome: mix.Outcome) -> str:
    """The table of the mix."""
    every = outcome.all
    rows = [
        f"| Entra mix, {outcome.minutes:g} minutes at {outcome.rate:g} requests a second | requests | median | p99 | longest |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {title} | {len(seconds):,} | {times.median * 1000:.1f} ms | {times.p99 * 1000:.1f} ms | {max(seconds) * 1000:.0f} ms |"
            for title, seconds in (("all", every.seconds), *outcome.taken.items())
            for times in [Times(seconds)]
        ),
        "",
        f"No error. p99 of all {every.p99 * 1000:.0f} ms ({'reached' if every.p99 <= mix.P99_REACH else '**missed**'}: ≤ {mix.P99_REACH * 1000:.0f}),"
        f" from the planned start, by {mix.CONNECTIONS} connections; the client itself began {max(outcome.late) * 1000:.1f} ms late at most."
        f" Private memory of the worker that grew most, between the first and the last sixth of the time: {outcome.growth / 1024:+.0f} KiB"
        f" ({'reached' if outcome.growth <= mix.GROWTH_REACH else '**missed**'}: flat, ≤ {mix.GROWTH_REACH // 1024} KiB), the largest at the end {outcome.settled / 2**20:.1f} MiB.",
    ]
    return "\n".join(rows)


def visited(found: dict[str, visitors.Beside]) -> str:
    """The table of visitors."""
    rows = ["| front page, beside | pages | median | p99 | users created a second | sent back (429) a second |", "|---|---:|---:|---:|---:|---:|"]
    for kind, beside in found.items():
        times = Times(beside.pages)
        rows.append(
            f"| {kind} | {len(beside.pages):,} | {times.median * 1000:.0f} ms | {times.p99 * 1000:.0f} ms"
            f" | {beside.created / beside.seconds:.1f} | {beside.refused / beside.seconds:.1f} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
