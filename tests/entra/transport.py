"""How a write reaches the server: once, twice, or with its answer lost.

Networks repeat and drop things; the switches here make it happen on purpose, so that what the job and
the server make of it can be asserted.
"""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from tests.entra.client import Answer, Client, LostResponse

FAULTS = (None, "duplicate", "lost", "aborted")


@dataclass
class Transport:
    """Sends writes with a fault for a share of them.

    `fault`: None; `duplicate` sends the request a second time after its answer, which the caller never
    learns of; `lost` drops an answer that arrived; `aborted` hangs up while the server still works.
    The last two raise LostResponse. `rate` is the share of writes that meet the fault.
    """

    fault: str | None = None
    rate: float = 1.0
    seed: int = 1
    met: int = 0
    _random: random.Random = field(init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ValueError(f"unknown fault {self.fault!r}; one of {FAULTS}")
        self._random = random.Random(self.seed)

    def write(self, client: Client, method: str, path: str, body: Any = None) -> Answer:
        """One write as the caller means it. Returns the first answer."""
        fault = self._draw()
        if fault == "aborted":
            client.abandon(method, path, body)
            raise LostResponse(f"{method} {path}")
        answer = client.request(method, path, body)
        if fault == "lost":
            raise LostResponse(f"{method} {path}")
        if fault == "duplicate":
            client.request(method, path, body)
        return answer

    def _draw(self) -> str | None:
        with self._lock:
            if self.fault is None or self._random.random() >= self.rate:
                return None
            self.met += 1
            return self.fault
