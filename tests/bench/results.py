"""Turns measurements into the table of docs/benchmarks.md."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import BARE, CORE_POST, KINDS, Memory, Times

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
MEBIBYTE = 1024 * 1024

# kind: (reference, largest ratio aimed at)
REACH = {
    "GET by filter": (BARE, 1.25),
    "GET by id": (BARE, 1.25),
    "PATCH title": (BARE, 1.5),
    "PATCH displayName": (BARE, 1.5),
    "PATCH active": (BARE, 1.5),
    "POST": (CORE_POST, 0.5),
}
MEMORY_REACH = 2 * MEBIBYTE

PREFACE = """\
# Benchmarks

`make bench` raises a site with one php-fpm worker for each database, sends every kind of request once a round in an
order that rotates, and compares medians within the run: absolute times move with the machine, ratios hardly do. The
*bare route* is a REST route of the same site that returns `{"ok":true}`; *core POST* is WordPress' own
`POST /wp/v2/users` with an application password. Memory is read inside the worker just before an answer is sent: after
bare requests only, then after SCIM requests of every kind.
"""


@dataclass(frozen=True)
class Run:
    """One database's measurements."""

    database: str
    version: str
    wordpress: str
    php: str
    times: dict[str, Times]
    bare: Memory
    scim: Memory
    people: int
    rounds: int


def ratio(run: Run, kind: str) -> float:
    """Median of a kind over the median of its reference."""
    return run.times[kind].median / run.times[REACH[kind][0]].median


def table(run: Run) -> str:
    """The Markdown tables of one database."""
    rows = ["| request | median | p99 | ratio | reach | |", "|---|---:|---:|---:|---:|---|"]
    for kind in KINDS:
        times = run.times[kind]
        cells = [kind, f"{times.median * 1000:.2f} ms", f"{times.p99 * 1000:.2f} ms"]
        if kind in REACH:
            reference, most = REACH[kind]
            held = ratio(run, kind)
            cells += [f"{held:.2f} × {reference.split()[0]}", f"≤ {most}", "reached" if held <= most else "**missed**"]
        else:
            cells += ["", "", ""]
        rows.append("| " + " | ".join(cells) + " |")
    rows += ["", "| memory of a worker | bare | SCIM | above bare | reach | |", "|---|---:|---:|---:|---:|---|"]
    for label, name, judged in (
        ("PHP's peak, in segments", "peak", True), ("PHP's peak, used", "used", False), ("private pages of the process", "rss", True),
    ):
        bare, scim = getattr(run.bare, name), getattr(run.scim, name)
        verdict = ["≤ 2 MiB", "reached" if scim - bare <= MEMORY_REACH else "**missed**"] if judged else ["", ""]
        rows.append("| " + " | ".join([label, _mebibytes(bare), _mebibytes(scim), _mebibytes(scim - bare), *verdict]) + " |")
    return "\n".join(rows)


def section(runs: list[Run], command: str, date: str) -> str:
    """Everything between the markers."""
    parts = [f"Measured on {date} with `{command}` on {machine()}.", ""]
    for run in runs:
        parts += [
            f"## {run.database}",
            "",
            f"WordPress {run.wordpress}, PHP {run.php}, {run.version}; {run.people} users before the first round, {run.rounds} rounds.",
            "",
            table(run),
            "",
        ]
    return "\n".join(parts).rstrip("\n")


def write(file: Path, text: str) -> None:
    """Puts the section between the markers of the file; makes the file when there is none."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{PREFACE}\n{BEGIN}\n{END}\n", encoding="utf-8")
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise RuntimeError(f"{file} has no {BEGIN} … {END}; put them where the results are to stand")
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


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
