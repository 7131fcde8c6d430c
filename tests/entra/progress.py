"""A progress bar that stays in place on a terminal and is a few plain lines in a log."""

import sys
import threading
from typing import TextIO

WIDTH = 30


class Progress:
    """Counts steps of one phase. On a terminal the line is redrawn; elsewhere one line is printed at the end."""

    def __init__(self, title: str, total: int, stream: TextIO | None = None):
        self._title, self._total, self._done = title, max(total, 1), 0
        self._stream = stream or sys.stdout
        self._inplace = self._stream.isatty()
        self._lock = threading.Lock()
        self._draw()

    def step(self, who: str = "") -> None:
        """One more person is done."""
        with self._lock:
            self._done = min(self._done + 1, self._total)
            self._draw()

    def finish(self, summary: str) -> None:
        """Replaces the bar by what the phase came to."""
        with self._lock:
            start = "\r\x1b[K" if self._inplace else ""
            print(f"{start}  {self._title:<44} {summary}", file=self._stream, flush=True)

    def _draw(self) -> None:
        if self._inplace:
            filled = WIDTH * self._done // self._total
            bar = "█" * filled + "░" * (WIDTH - filled)
            print(f"\r\x1b[K  {self._title:<44} {bar} {self._done}/{self._total}", end="", file=self._stream, flush=True)
