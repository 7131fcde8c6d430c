"""The fast lane and the REST server side by side. Reads of all other tests are compared as they are sent, see lanes.py; here are
whole recordings, writes included, and addresses of every spelling."""

import dataclasses
import http.client
import json
import random
import re
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from tests.entra.client import SCIM_TYPE, Answer
from tests.http.case import ScimCase
from tests.http.lanes import told
from tests.http.replay import RECORDINGS, Replay, lines
from tests.http.server import Server, server

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What others say about a resource, in its ETag: made of their ids.
_DIGEST = re.compile(r"(?<=~)[0-9a-f]{12}(?=\\?\")")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


class Normal:
    """What differs from one replay to the next becomes what it is: the first id, a time, this run's own name."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._ids: dict[str, str] = {}

    def text(self, text: str) -> str:
        """A text without what is only this replay's."""
        for pattern in (_UUID, _DIGEST):
            text = pattern.sub(lambda found: self._ids.setdefault(found[0], f"<{len(self._ids)}>"), text)
        # Two changes within a millisecond have one time, in the other lane two: times are not numbered.
        return _TIME.sub("<time>", text).replace(self._tag, "<run>")

    def answer(self, answer: Answer) -> tuple[int, dict[str, str], str]:
        """All of an answer that a client may rely on."""
        status, headers, content = told(answer)
        # A time of three digits is a byte longer than the same one with none.
        headers = {name: self.text(value) for name, value in headers.items() if name != "content-length"}
        return status, headers, self.text(content.decode())


class Recordings(unittest.TestCase):
    """Every recording is played through both lanes; all of its answers are the same, byte for byte."""

    maxDiff = None

    def play(self, site: Server, file: Path) -> list:
        """The answers of a replay, without what is only its own."""
        replay = Replay(site, file)
        try:
            replay.play()
        finally:
            replay.finish()
        normal = Normal(replay.tag)
        return [(line.name, normal.answer(replay.answers[line.name])) for line in lines(file)]

    def test_recordings_are_answered_alike(self) -> None:
        site = server()
        if site.second_url is None:
            self.skipTest("a site elsewhere has one address")
        rest = dataclasses.replace(site, tenant_url=site.second_url)
        for file in sorted(RECORDINGS.glob("*/*.jsonl")):
            with self.subTest(file=f"{file.parent.name}/{file.name}"):
                for fast, slow in zip(self.play(site, file), self.play(rest, file), strict=True):
                    self.assertEqual(slow, fast)


class Addresses(ScimCase):
    """Whatever is asked for, both lanes agree on whose it is; and what is SCIM's is the same."""

    REQUESTS = 240

    def setUp(self) -> None:
        super().setUp()
        if server().second_url is None:
            self.skipTest("a site elsewhere has one address")

    def send(self, url: str, method: str, target: str, headers: dict[str, str], body: bytes | None) -> tuple[int, str, bytes]:
        """Status, content type and body of an answer to a request whose target is sent as it is."""
        at = urlsplit(url)
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            # WordPress redirects pages that are asked for at another address than the site's.
            connection.putheader("Host", urlsplit(server().home).netloc)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.headers.get("Content-Type", ""), response.read()
        finally:
            connection.close()

    def test_both_lanes_agree_about_every_spelling(self) -> None:
        chance = random.Random(20261122)
        one = lambda *values: chance.choice(values)  # noqa: E731
        user = self.create()["id"]
        site = server()
        ours = 0
        for number in range(self.REQUESTS):
            route = (
                one("/", "/", "//", "") + one("wpo365/v1", "wpo365/v1", "wpo365/v1", "WPO365/V1", "wpo365%2Fv1", "wpo365/v1x", "wp/v2", "wpo365")
                + one("/", "/", "//", "%2F", "%5C") + one("Users", "users", "Groups", "Schemas", ".search", "%55sers", "Usersx", "Me", "")
                + one("", "/", "//", f"/{user}", f"/{user.upper()}", f"/{user}/", "/a%2Fb", "/a'b", "/..%2F", "/%00", "/%0A", "/a+b", "/%22", "/%", "%5C", "/%C3%A9")
            )
            base = one("", "", "/", "/index.php", "//") + "/" + one("wp-json", "wp-json", "wp-json", "WP-JSON", "wp%2Djson", "json")
            query = one("", "?count=1", "?_method=DELETE", "?rest_route=/wpo365/v1/Users", "?filter=id+pr", "?rest_route[]=x", "?_jsonp=f")
            target = f"{one('/', '/index.php', '/wp-login.php')}?rest_route={route}" if chance.random() < 0.25 else base + route + query
            method = one("GET", "GET", "GET", "HEAD", "OPTIONS", "PUT", "PROPFIND", "M-SEARCH")
            headers = one({}, {"Authorization": f"Bearer {site.token}"}, {"Authorization": f"Bearer {site.token}"})
            body = one(None, b"{}", b"{") if method == "PUT" else None
            if body:
                headers = {**headers, "Content-Type": one(SCIM_TYPE, "text/plain")}
            fast = self.send(site.home, method, target, headers, body)
            slow = self.send(site.second_url or "", method, target, headers, body)
            with self.subTest(number=number, method=method, target=target):
                self.assertEqual(slow[:2], fast[:2])
                if SCIM_TYPE in slow[1]:
                    ours += 1
                    self.assertEqual(slow[2], fast[2])
        self.assertGreater(ours, self.REQUESTS // 8)
        self.assertEqual(user, self.read(user)["id"])

    def test_a_form_that_names_another_route_gets_that_one(self) -> None:
        """WordPress reads `rest_route` from a form before the address."""
        form = b"rest_route=/wp/v2/types"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {server().token}"}
        for url in (server().home, server().second_url or ""):
            status, kind, content = self.send(url, "POST", "/wp-json/wpo365/v1/Users", headers, form)
            self.assertEqual(("application/json; charset=UTF-8", "rest_no_route"), (kind, json.loads(content)["code"]), status)
