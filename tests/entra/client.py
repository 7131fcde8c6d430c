"""The HTTP side of a provisioning job: keep-alive, and no header Entra does not send.

No `User-Agent`, no `Accept`, no `Content-Type` on GET and DELETE (Entra quirks Q-25, Q-26). Nothing is
retried here: what a lost connection means is for the caller to decide.
"""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

SCIM_TYPE = "application/scim+json"

# nginx closes an idle connection after 75 s; a new one is opened well before that, so that a request
# never meets a connection the server is just giving up.
IDLE_SECONDS = 20.0


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. Header names are lower-case; `seconds` is wall time from send to last byte.

    `repeated` marks the answer to a second sending of a request whose first answer was lost.
    """

    status: int
    headers: dict[str, str]
    content: bytes
    seconds: float
    method: str = ""
    path: str = ""
    repeated: bool = False
    _json: list = field(default_factory=list, compare=False, repr=False)

    @property
    def json(self) -> Any:
        """The body as JSON; None for an empty body; ValueError when it is something else."""
        if not self._json:
            self._json.append(json.loads(self.content) if self.content else None)
        return self._json[0]

    @property
    def detail(self) -> str:
        """The server's words for a failure, as the provisioning log would show them."""
        try:
            body = self.json
        except ValueError:
            body = None
        if isinstance(body, dict) and "detail" in body:
            return f"{self.status} {body['detail']}"
        return f"{self.status} {self.content[:200].decode('utf-8', 'replace')}"


class LostResponse(Exception):
    """The request went out and its answer never arrived."""


class Client:
    """One keep-alive connection to a Tenant URL. Not thread-safe: one for each worker.

    `space` is how the client encodes a blank in a filter: `+` (what Entra sends) or `%20`.
    `observe` is called with every answer.
    """

    def __init__(self, tenant_url: str, token: str | None, space: str = "+",
                 observe: Callable[[Answer], None] | None = None, timeout: float = 60.0):
        parts = urlsplit(tenant_url)
        self.base_path = parts.path.rstrip("/")
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname or "", parts.port)
        self._token = token
        self._quote = quote_plus if space == "+" else lambda text: quote(text, safe="")
        self._observe = observe
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def find(self, condition: str, resource: str = "Users", lead: str = "") -> Answer:
        """`GET /Users?filter=…`; `lead` is a query part that goes before the filter."""
        query = "&".join(filter(None, (lead, f"filter={self.quoted(condition)}")))
        return self.request("GET", f"/{resource}?{query}")

    def quoted(self, text: str) -> str:
        """A value of a query as this client encodes it."""
        return self._quote(text)

    def get(self, path: str) -> Answer:
        """GET below the Tenant URL."""
        return self.request("GET", path)

    def post(self, path: str, body: Any) -> Answer:
        """POST of a JSON value."""
        return self.request("POST", path, body)

    def put(self, path: str, body: Any) -> Answer:
        """PUT of a JSON value. Entra never sends one; Okta does."""
        return self.request("PUT", path, body)

    def patch(self, path: str, body: Any) -> Answer:
        """PATCH with a JSON value."""
        return self.request("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        """DELETE below the Tenant URL."""
        return self.request("DELETE", path)

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Sends one request; `body` is bytes (sent as they are), None, or a JSON value.

        `headers` are added to the usual ones; a value of None takes a usual one out.
        """
        content = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        started = time.perf_counter()
        connection = self._send(method, self.base_path + path, content, headers or {})
        try:
            response = connection.getresponse()
            received = response.read()
        except BaseException:
            self.close()
            raise
        self._used = time.monotonic()
        answer = Answer(
            status=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            content=received,
            seconds=time.perf_counter() - started,
            method=method,
            path=path,
        )
        if self._observe:
            self._observe(answer)
        return answer

    def abandon(self, method: str, path: str, body: Any) -> None:
        """Sends a request and hangs up without waiting for the answer."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        self._send(method, self.base_path + path, content, {})
        self.close()

    def close(self) -> None:
        """Hangs up; the next request opens a new connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, method: str, target: str, content: bytes | None, headers: dict) -> http.client.HTTPConnection:
        if self._connection is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(*self._address, timeout=self._timeout)
        usual: dict[str, str | None] = {}
        if self._token is not None:
            usual["Authorization"] = f"Bearer {self._token}"
        if content is not None:
            usual["Content-Type"] = f"{SCIM_TYPE}; charset=utf-8"
        if content is not None or method in ("POST", "PUT", "PATCH"):
            usual["Content-Length"] = str(len(content or b""))
        self._used = time.monotonic()
        try:
            self._connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in {**usual, **headers}.items():
                if value is not None:
                    self._connection.putheader(name, value)
            self._connection.endheaders(content)
        except BaseException:
            self.close()
            raise
        return self._connection


def literal(text: str) -> str:
    """A filter string literal (RFC 7644 §3.4.2.2 takes JSON's rules for it)."""
    return json.dumps(text, ensure_ascii=False)
