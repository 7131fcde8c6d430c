"""A client that asks twice: the fast lane and the REST server have to say the same, byte for byte."""

from collections.abc import Callable
from typing import Any

from tests.entra.client import Answer, Client

# What belongs to the connection or to the moment.
_OWN = frozenset(("date", "connection", "keep-alive"))


def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """All that a client may rely on."""
    return answer.status, {name: value for name, value in answer.headers.items() if name not in _OWN}, answer.content


def changes_nothing(method: str, path: str, answer: Answer) -> bool:
    """Whether the request may be sent again: a read, or refused. A failure names its incident, which is another each time."""
    searched = method == "POST" and path.partition("?")[0].rstrip("/").casefold().endswith("/.search")
    return method in ("GET", "HEAD", "OPTIONS") or searched or 400 <= answer.status < 500


class BothLanes(Client):
    """Sends what changes nothing to the other lane, too. `faults` gets a line for every answer that differs."""

    def __init__(self, tenant_url: str, second_url: str, token: str | None, observe: Callable[[Answer], None], faults: list[str]):
        super().__init__(tenant_url, token, observe=observe)
        self._other = Client(second_url, token)
        self._faults = faults

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """The answer of the first lane."""
        answer = super().request(method, path, body, headers)
        if answer.status < 500 and changes_nothing(method, path, answer):
            other = self._other.request(method, path, body, headers)
            if told(answer) != told(other):
                self._faults.append(f"{method} {path}: the lanes differ: {told(answer)} and {told(other)}")
        return answer

    def close(self) -> None:
        """Hangs up on both."""
        super().close()
        self._other.close()
