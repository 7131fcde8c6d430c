"""Turns measurements into the table of docs/benchmarks.md."""

import os
import platform
import statistics
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bulk import BulkTimes
from tests.bench.lane import Crowded
from tests.bench.measure import BARE, CORE_POST, FLOOR, KINDS, Memory, Times

MEBIBYTE = 1024 * 1024

# kind: (reference, largest ratio aimed at)
REACH = {
    "GET by filter": (BARE, 0.3),
    "GET by id": (BARE, 0.3),
    "probe": (BARE, 0.3),
    "401": (BARE, 0.3),
    "PATCH title": (BARE, 1.2),
    "PATCH the same title": (BARE, 0.3),
    "PATCH displayName": (BARE, 1.2),
    "PATCH active": (BARE, 1.2),
    "POST": (CORE_POST, 0.35),
}
MEMORY_REACH = 2 * MEBIBYTE

@dataclass(frozen=True)
class Run:
    """One database's measurements."""

    database: str
    version: str
    wordpress: str
    php: str
    times: dict[str, Times]
    processor: dict[str, Times]
    bare: Memory
    scim: Memory
    people: int
    rounds: int
    bulk: BulkTimes
    crowded: Crowded


def ratio(run: Run, kind: str) -> float:
    """Median of a kind over the median of its reference."""
    return run.times[kind].median / run.times[REACH[kind][0]].median


def table(run: Run) -> str:
    """The Markdown tables of one database."""
    rows = ["| request | median | p99 | ratio | reach | | processor | ratio |", "|---|---:|---:|---:|---:|---|---:|---:|"]
    for kind in KINDS:
        times = run.times[kind]
        cells = [kind, f"{times.median * 1000:.2f} ms", f"{times.p99 * 1000:.2f} ms"]
        if kind in REACH:
            reference, most = REACH[kind]
            held = ratio(run, kind)
            cells += [f"{held:.2f} × {reference.split()[0]}", f"≤ {most}", "reached" if held <= most else "**missed**"]
        else:
            cells += [f"{times.median / run.times[BARE].median:.2f} × bare" if kind == FLOOR else "", "", ""]
        work, bare = run.processor[kind].median, run.processor[REACH.get(kind, (BARE,))[0]].median
        cells += [f"{work * 1000:.2f} ms", f"{work / bare:.2f}" if kind in REACH or kind == FLOOR else ""]
        rows.append("| " + " | ".join(cells) + " |")
    rows += ["", "| memory of a worker | bare | SCIM | above bare | reach | |", "|---|---:|---:|---:|---:|---|"]
    for label, name, judged in (
        ("PHP's peak, in segments", "peak", True), ("PHP's peak, used", "used", False), ("private pages of the process", "rss", True),
    ):
        bare, scim = getattr(run.bare, name), getattr(run.scim, name)
        verdict = ["≤ 2 MiB", "reached" if scim - bare <= MEMORY_REACH else "**missed**"] if judged else ["", ""]
        rows.append("| " + " | ".join([label, _mebibytes(bare), _mebibytes(scim), _mebibytes(scim - bare), *verdict]) + " |")
    rows += ["", run.crowded.text()]
    bulk, single = (statistics.median(seconds) for seconds in (run.bulk.bulk, run.bulk.single))
    rows += [
        "",
        f"{run.bulk.users:,} users by one Bulk request: {bulk:.2f} s; by {run.bulk.users:,} POSTs one by one: {single:.2f} s;"
        f" {bulk / single:.2f} × (medians of {len(run.bulk.bulk)} rounds in turns, the users counted after each).",
    ]
    return "\n".join(rows)


def section(runs: list[Run], command: str, date: str) -> str:
    """Everything between the markers."""
    parts = [f"Measured on {date} with `{command}` on {machine()}.", ""]
    for run in runs:
        parts += [
            f"### {run.database}",
            "",
            f"WordPress {run.wordpress}, PHP {run.php}, {run.version}; {run.people} users before the first round, {run.rounds} rounds.",
            "",
            table(run),
            "",
        ]
    return "\n".join(parts).rstrip("\n")


def write(file: Path, name: str, text: str) -> None:
    """Puts the section between its markers in the file. Fails when the file has none."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, _, rest = file.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise RuntimeError(f"{file} has no {begin} … {end}; put them where the results are to stand")
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def machine() -> str:
    """Processor, memory and system in a line."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next((int(line.split()[1]) // MEBIBYTE for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{cpu}, {os.cpu_count()} threads, {memory} GiB, {platform.system()} {platform.release()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _mebibytes(size: int) -> str:
    return f"{size / MEBIBYTE:.2f} MiB"
