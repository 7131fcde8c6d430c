"""Only the bearer token opens the door, and a closed door says so in SCIM's words."""

import base64

from tests.entra.client import Answer
from tests.http.admin import admin
from tests.http.case import ScimCase, patch_body
from tests.http.server import server


class Token(ScimCase):
    """RFC 6750 and RFC 7644 §2."""

    def denied(self, answer: Answer) -> None:
        """A 401 that names the scheme to use (RFC 7235 §3.1)."""
        self.refused(answer, 401)
        self.assertRegex(answer.headers.get("www-authenticate", ""), "^Bearer")

    def ask(self, headers: dict[str, str | None]) -> Answer:
        """A read that would succeed with the token."""
        return self.client(None).request("GET", "/Users?count=1", headers=headers)

    def test_no_token_is_401(self) -> None:
        self.denied(self.ask({}))

    def test_a_wrong_token_is_401(self) -> None:
        for token in ("wrong-token", server().token[:-1], server().token + "x", server().token.swapcase(), "null", "x" * 5000):
            with self.subTest(token=token[:40]):
                self.denied(self.ask({"Authorization": f"Bearer {token}"}))

    def test_a_token_without_scheme_is_401(self) -> None:
        self.denied(self.ask({"Authorization": server().token}))

    def test_a_scheme_without_token_is_401(self) -> None:
        for value in ("Bearer", "Bearer ", ""):
            with self.subTest(value=value):
                self.denied(self.ask({"Authorization": value}))

    def test_the_scheme_is_read_without_case(self) -> None:
        for scheme in ("Bearer", "bearer", "BEARER"):
            with self.subTest(scheme=scheme):
                self.ok(self.ask({"Authorization": f"{scheme} {server().token}"}))

    def test_another_scheme_is_401(self) -> None:
        site = server()
        pairs = (f"{site.admin_login}:{site.admin_password}", f":{site.token}", f"{site.token}:", "nobody:nothing")
        for pair in pairs:
            with self.subTest(pair=pair.replace(site.token, "token").replace(site.admin_password, "password")):
                self.denied(self.ask({"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}))
        self.denied(self.ask({"Authorization": f"Digest {site.token}"}))

    def test_a_token_in_the_query_is_401(self) -> None:
        for name in ("access_token", "token", "authorization"):
            with self.subTest(name=name):
                self.denied(self.client(None).get(f"/Users?{name}={server().token}"))

    def test_an_administrators_cookie_is_401(self) -> None:
        self.denied(self.ask({"Cookie": admin().cookie}))
        self.denied(self.ask({"Cookie": admin().cookie, "X-WP-Nonce": admin().nonce}))

    def test_an_administrators_cookie_with_a_stale_nonce_is_refused(self) -> None:
        answer = self.ask({"Cookie": admin().cookie, "X-WP-Nonce": "0123456789"})
        self.assertIn(answer.status, (401, 403))

    def test_a_cookie_beside_the_token_does_no_harm(self) -> None:
        self.ok(self.ask({"Authorization": f"Bearer {server().token}", "Cookie": admin().cookie}))

    def test_every_route_is_closed_without_token(self) -> None:
        user = self.create()
        stranger = self.client(None)
        paths = ("/Users", f"/Users/{user['id']}", "/Users/unknown", "/Groups", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig")
        for path in paths:
            with self.subTest(path=path):
                self.denied(stranger.get(path))

    def test_no_write_happens_without_token(self) -> None:
        user = self.create(displayName="Before")
        path = f"/Users/{user['id']}"
        for stranger in (self.client(None), self.client("wrong-token-0123456789")):
            with self.nothing_changes(user["id"]):
                self.denied(stranger.post("/Users", self.body()))
                self.denied(stranger.put(path, self.body(displayName="After")))
                self.denied(stranger.patch(path, patch_body([{"op": "replace", "path": "active", "value": False}])))
                self.denied(stranger.delete(path))

    def test_a_stranger_learns_nothing_from_a_bad_request(self) -> None:
        """Authentication comes before the body is looked at."""
        stranger = self.client(None)
        self.denied(stranger.request("POST", "/Users", b"{"))
        self.denied(stranger.request("POST", "/Users", b"x" * (2 * 1024 * 1024 + 1)))
        self.denied(stranger.get("/Users?filter=nonsense"))
        self.denied(stranger.request("POST", "/Users", b"{}", {"Content-Type": "text/plain"}))
