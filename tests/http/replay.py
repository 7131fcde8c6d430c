"""Replays recorded requests top to bottom and keeps what was answered.

`{{run}}` is this run's own, so that a replay never meets the users and groups of another one; in Entra's file the mail domain,
the names of groups and the identifiers that are searched for become so.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.entra.client import Answer, Client
from tests.http.expected import passwords
from tests.http.server import ROOT, Server

RECORDINGS = ROOT / "tests" / "vectors" / "idp"
REQUESTS = RECORDINGS / "entra" / "requests.jsonl"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_CAPTURE = re.compile(r"\[capture=(\w+)\]")

DOMAIN = "corp.example.com"
SEARCHED_EXTERNAL_IDS = ("58c1a3f0-6b1d-4c2b-8d1d-30f1b7b2f001", "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159")

# Beginnings of the groups' names as bodies and queries spell them.
GROUP_NAMES = ("WP ", "WP+", "wp+", '"displayName": "Research')


@dataclass(frozen=True)
class Line:
    """One recorded request."""

    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    expect_status: int
    notes: str
    echo: str | None = None
    expect: dict[str, Any] = field(default_factory=dict)
    same_as: str | None = None
    other_than: tuple[str, ...] = ()

    @property
    def capture(self) -> str | None:
        """The name under which later requests refer to the id of the answer."""
        found = _CAPTURE.search(self.notes)
        return found.group(1) if found else None


def lines(file: Path = REQUESTS) -> list[Line]:
    """The recorded requests in their order."""
    rows = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    return [Line(other_than=tuple(row.pop("except", ())), **row) for row in rows]


class Replay:
    """Sends the requests as recorded, headers included. `answers` is by name, `captured` the ids, `passwords` what was sent,
    `tag` is the run's own name."""

    def __init__(self, server: Server, file: Path = REQUESTS):
        self.answers: dict[str, Answer] = {}
        self.captured: dict[str, str] = {}
        self.passwords: list[str] = []
        self._file = file
        self._created: list[str] = []
        self.tag = tag = uuid.uuid4().hex[:12]
        self._values = {"base": server.base_path, "token": server.token, "run": tag}
        self._base = server.base_path
        self._own: dict[str, str] = {}
        if file == REQUESTS:
            self._own = {DOMAIN: f"{tag}.example.com"}
            self._own |= {recorded: str(uuid.uuid4()) for recorded in SEARCHED_EXTERNAL_IDS}
            self._own |= {name: f"{name.rstrip(' +')}{tag}{name[len(name.rstrip(' +')):]}" for name in GROUP_NAMES}
        # The recorded headers say whether there is a token and a content type, so the client adds neither.
        self._client = Client(server.tenant_url, None)
        self._keeper = Client(server.tenant_url, server.token)

    def play(self) -> None:
        """Every request in its order."""
        for line in lines(self._file):
            body = self._body(line)
            self.passwords += passwords(body)
            content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
            headers: dict[str, str | None] = {"Content-Type": None}
            headers |= {name: self.fill(value) for name, value in line.headers.items()}
            path = self.fill(line.path).removeprefix(self._base)
            answer = self._client.request(line.method, path, content, headers)
            self.answers[line.name] = answer
            if line.capture:
                self._capture(line.capture, path, answer)
        self._client.close()

    def finish(self) -> None:
        """Deletes what the replay created."""
        for path in self._created:
            self._keeper.delete(path)
        self._keeper.close()

    def fill(self, text: str) -> str:
        """A text as this run means it, placeholders resolved; a name that no answer gave is an error."""
        for recorded, own in self._own.items():
            text = text.replace(recorded, own)
        return _PLACEHOLDER.sub(lambda found: self._value(found.group(1)), text)

    def fill_json(self, value: Any) -> Any:
        """The same for every text in a JSON value."""
        return json.loads(self.fill(json.dumps(value, ensure_ascii=False)))

    def _body(self, line: Line) -> Any:
        body = None if line.body is None else self.fill_json(line.body)
        return {**self.answers[line.echo].json, **(body or {})} if line.echo else body

    def _value(self, name: str) -> str:
        if name in self._values:
            return self._values[name]
        if name in self.captured:
            return self.captured[name]
        raise AssertionError(f"no answer gave an id for {name}")

    def _capture(self, name: str, path: str, answer: Answer) -> None:
        if answer.status == 201:
            self.captured[name] = answer.json["id"]
            self._created.append(f"{path.partition('?')[0]}/{answer.json['id']}")
        else:
            raise AssertionError(f"{name} was not created: {answer.detail}")
