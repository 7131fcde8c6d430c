"""Runs layers side by side on the machine's cores and reports them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import IO

from scimpress_site import daemon
from scimpress_site.site import MARKER, abandoned
from scimpress_site.tree import EXTENSION, ROOT, TARGET

from . import failures
from .count import Count
from .definitions import RESULTS, Layer

LOGS = TARGET / "test" / "logs"
TAIL_LINES = 60
NAMED = 5
SLOTS = max(2, os.cpu_count() or 2)


@dataclass
class Job:
    """A layer that runs, in a process group of its own so that it can be ended with everything it started."""

    layer: Layer
    process: subprocess.Popen[str]
    started: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Outcome:
    """What became of a layer."""

    layer: Layer
    count: Count
    seconds: float


def run(layers: list[Layer]) -> int:
    """Run the layers; 0 when every test of every layer passed."""
    for place in (LOGS, RESULTS):
        place.mkdir(parents=True, exist_ok=True)
    outcomes = _all(layers)
    left = sum(abandoned(marker.parent) for marker in (TARGET / "test").glob(f"*/{MARKER}"))
    for outcome in outcomes:
        if outcome.count.failed:
            log = LOGS / f"{outcome.layer.name}.log"
            print(f"\n{outcome.layer.name} failed; the end of {log.relative_to(ROOT)}:\n{daemon.tail(log, TAIL_LINES)}")
    print()
    for outcome in outcomes:
        count = outcome.count
        skipped = f"  {count.skipped} skipped" if count.skipped else ""
        print(f"{outcome.layer.name:<16}{count.passed:>6} passed  {count.failed:>4} failed  {outcome.seconds:>7.1f} s{skipped}")
    total = sum((outcome.count for outcome in outcomes), Count())
    # Once more and last: who has only the end of this output shall know where to look.
    for outcome in outcomes:
        if outcome.count.failed:
            log = LOGS / f"{outcome.layer.name}.log"
            for line in failures.named(log.read_text(encoding="utf-8", errors="replace"))[:NAMED]:
                print(f"{outcome.layer.name}: {line}")
    if left:
        print(f"the tests left {left} server processes behind; they were ended")
        total += Count(failed=1)
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed else 0


def _all(layers: list[Layer]) -> list[Outcome]:
    waiting = list(layers)
    jobs: list[Job] = []
    outcomes: dict[str, Outcome] = {}
    try:
        while waiting or jobs:
            while len(jobs) < SLOTS and (layer := _next(waiting, jobs)):
                waiting.remove(layer)
                jobs.append(_start(layer, alone=len(layers) == 1))
            # Whichever child ends first; it stays to be reaped by its own handle.
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            for job in [job for job in jobs if job.process.poll() is not None]:
                jobs.remove(job)
                outcome = _finish(job)
                outcomes[job.layer.name] = outcome
                verdict = "failed" if outcome.count.failed else "passed"
                print(f"{job.layer.name} {verdict} after {outcome.seconds:.1f} s", file=sys.stderr, flush=True)
    finally:
        for job in jobs:
            _end(job)
    return [outcomes[layer.name] for layer in layers]


def _next(waiting: list[Layer], jobs: list[Job]) -> Layer | None:
    lanes = {job.layer.lane for job in jobs if job.layer.lane}
    return next((layer for layer in waiting if layer.lane not in lanes), None)


def _start(layer: Layer, *, alone: bool) -> Job:
    log, result = LOGS / f"{layer.name}.log", RESULTS / f"{layer.name}.json"
    result.unlink(missing_ok=True)
    words = [*daemon.tied("TERM"), sys.executable, str(ROOT / "tests" / "site" / "run.py"), "--layer", layer.name]
    with open(log, "w", encoding="utf-8") as output:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if alone else output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        job = Job(layer, process)
        if alone:
            _show(job, output)
    return job


def _show(job: Job, log: IO[str]) -> None:
    """A single layer is shown as it goes, besides being logged."""
    try:
        for line in job.process.stdout or ():
            print(line, end="", flush=True)
            log.write(line)
    except BaseException:
        _end(job)
        raise


def _finish(job: Job) -> Outcome:
    """The count the layer wrote; a layer that died before it could is one failure."""
    file = RESULTS / f"{job.layer.name}.json"
    found = Count(**json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else Count()
    return Outcome(job.layer, found.settled(job.process.returncode), time.monotonic() - job.started)


def _end(job: Job) -> None:
    """SIGTERM lets a layer take its site down; its group ends with it in any case."""
    for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        try:
            os.killpg(job.process.pid, number)
            job.process.wait(patience)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def write(layer: Layer) -> int:
    """Run one layer in this process and leave its count for the scheduler."""
    if layer.built and not EXTENSION.is_file():
        print(f"{EXTENSION.relative_to(ROOT)} does not exist: run `make build`")
        return 1
    found = layer.run()
    part = RESULTS / f"{layer.name}.json.part"
    part.write_text(json.dumps(vars(found)), encoding="utf-8")
    part.rename(RESULTS / f"{layer.name}.json")
    return 1 if found.failed else 0
