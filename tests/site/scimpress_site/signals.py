"""A plain `kill` or a closed terminal unwinds a program as Ctrl-C does, so that what it started is taken down."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Unwinding:
    """While entered, SIGTERM and SIGHUP raise SystemExit in the main thread, where nobody else handles them."""

    def __init__(self) -> None:
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Unwinding:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) == signal.SIG_DFL:
                    self._handlers[number] = signal.signal(number, _leave)
        return self

    def __exit__(self, *reason: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
