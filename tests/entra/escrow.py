"""Objects that failed and wait for another try."""

from collections.abc import Callable
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
GIVE_UP_AFTER = 28 * DAY


@dataclass
class _Entry:
    first_failure: float
    tries: int = 1


class Escrow:
    """Retry 6, 12 and 24 hours after the first failure, then daily until day 28.

    `clock` answers seconds.
    """

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self.given_up: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def failed(self, object_id: str) -> None:
        """Takes an object in, or counts another failure of it; gives it up on day 28."""
        entry = self._entries.get(object_id)
        if entry is None:
            self._entries[object_id] = _Entry(self._clock())
        elif self._clock() - entry.first_failure >= GIVE_UP_AFTER:
            del self._entries[object_id]
            self.given_up.add(object_id)
        else:
            entry.tries += 1

    def succeeded(self, object_id: str) -> None:
        """A success clears the object."""
        self._entries.pop(object_id, None)

    def clear(self) -> None:
        """A restart of the job forgets all failures."""
        self._entries.clear()
        self.given_up.clear()

    def due(self) -> set[str]:
        """The objects to try again now."""
        now = self._clock()
        return {object_id for object_id, entry in self._entries.items() if now >= entry.first_failure + _wait(entry.tries)}


def _wait(tries: int) -> float:
    early = (6 * HOUR, 12 * HOUR)
    return early[tries - 1] if tries <= len(early) else (tries - len(early)) * DAY
