"""What a cycle did: counts by operation, failures with the server's own words, times."""

import statistics
import threading
from collections import Counter
from dataclasses import dataclass

from tests.entra.assertions import shape_faults
from tests.entra.client import Answer

WRITES = ("POST", "PUT", "PATCH", "DELETE")

# Entra weighs failures only from the first number on, and then by share; the second is absolute.
QUARANTINE_FROM = 5_000
QUARANTINE_SHARE = 0.4
QUARANTINE_AT = 40_000


@dataclass(frozen=True)
class Failure:
    """One object that could not be handled."""

    who: str
    operation: str
    detail: str


class Report:
    """The account of one cycle, filled by several workers at once."""

    def __init__(self, title: str = ""):
        self.title = title
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.faults: list[str] = []
        self.writes: list[str] = []
        self.seconds: list[float] = []
        self.reference_failures = 0
        self._lock = threading.Lock()

    def count(self, operation: str, times: int = 1) -> None:
        """Counts one finished operation: `create`, `update`, `disable`, …"""
        with self._lock:
            self.counts[operation] += times

    def fail(self, who: str, operation: str, detail: str, reference: bool = False) -> None:
        """Records an object that failed; references do not count towards quarantine."""
        with self._lock:
            self.failures.append(Failure(who, operation, detail))
            self.reference_failures += reference

    def observe(self, answer: Answer) -> None:
        """Takes the time of an answer and whatever is wrong with its shape."""
        faults = shape_faults(answer)
        with self._lock:
            self.seconds.append(answer.seconds)
            self.faults += faults
            if answer.method in WRITES:
                self.writes.append(f"{answer.method} {answer.path}")

    def add(self, other: "Report") -> None:
        """Takes another cycle's numbers into this one."""
        self.counts.update(other.counts)
        self.failures += other.failures
        self.faults += other.faults
        self.writes += other.writes
        self.seconds += other.seconds
        self.reference_failures += other.reference_failures

    @property
    def requests(self) -> int:
        """Answers received."""
        return len(self.seconds)

    @property
    def median(self) -> float:
        """Median seconds of a request."""
        return statistics.median(self.seconds) if self.seconds else 0.0

    @property
    def p99(self) -> float:
        """99th percentile of the seconds of a request, nearest rank."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else 0.0

    @property
    def ok(self) -> bool:
        """Nothing failed and no answer was malformed."""
        return not self.failures and not self.faults

    @property
    def quarantined(self) -> bool:
        """Whether the failures of this cycle put the job into quarantine by their share or number."""
        failed = len(self.failures) - self.reference_failures
        events = failed + sum(self.counts[name] for name in ("create", "update", "disable", "enable", "delete", "same"))
        return failed >= QUARANTINE_AT or (failed >= QUARANTINE_FROM and failed > QUARANTINE_SHARE * events)
