"""Tokens as an administrator makes them and an identity provider uses them."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from html import unescape

from tests.entra.client import Answer
from tests.http.admin import admin
from tests.http.case import ScimCase, patch_body
from tests.http.server import server
from tests.http.settings import CREATE, REVOKE, ROTATE, TOKENS, TYPE, Forms, forms

# Moves the end of the token of a name into the past: the clock of the site is the machine's.
EXPIRE = """<?php
require getenv( 'SCIMPRESS_SITE' ) . '/wp-load.php';
$tokens = get_option( 'scimpress_tokens' );
foreach ( $tokens as &$token ) {
	if ( $argv[1] === $token['name'] && null !== $token['expires'] ) {
		$token['expires'] = 1700000000;
	}
}
update_option( 'scimpress_tokens', $tokens, false );
"""


class Token(ScimCase):
    """Every test revokes what it made."""

    def setUp(self) -> None:
        super().setUp()
        self.before = set(self.ids())
        self.addCleanup(self.tidy)

    def tidy(self) -> None:
        """Revokes the tokens of this test."""
        for token in set(self.ids()) - self.before:
            self.send(REVOKE, id=token)

    def ids(self) -> list[str]:
        """Ids of the tokens that the page shows, in their order."""
        return re.findall(r'<tr id="scimpress-token-([0-9a-f]+)"', admin().page(TOKENS))

    def row(self, token: str) -> str:
        """The text of a token's row."""
        found = re.search(rf'<tr id="scimpress-token-{token}".*?</tr>', admin().page(TOKENS), re.S)
        assert found
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", found.group(0))).split())

    def send(self, action: str, **fields: str) -> tuple[int, dict[str, str], str]:
        """Sends a form of the page; status, headers by lower-case name, page."""
        nonce = forms(admin(), TOKENS).by_action[action]["_wpnonce"]
        status, headers, body = admin().submit(TOKENS, {"scimpress_action": action, "_wpnonce": nonce, **fields})
        return status, {name.lower(): value for name, value in headers}, body.decode()

    def make(self, action: str = CREATE, **fields: str) -> tuple[str, str]:
        """A new token, as the page shows it once, and its id."""
        status, headers, page = self.send(action, **fields)
        self.assertEqual(200, status)
        self.assertIn("no-store", headers["cache-control"])
        token = Forms(page).values["scimpress-token"]
        self.assertGreaterEqual(len(token), 40)
        self.assertNotIn(token, admin().page(TOKENS))
        return token, self.ids()[-1]

    def look(self, token: str) -> Answer:
        """A read with a token."""
        return self.client(token).get("/Users?count=1")

    def expire(self, name: str) -> None:
        """Ends the tokens of a name that were to end some day."""
        directory = server().directory
        if directory is None:
            self.skipTest("the clock of a site elsewhere cannot be passed by")
        script = directory / "tmp" / "expire.php"
        script.write_text(EXPIRE, encoding="utf-8")
        environment = {**os.environ, "SCIMPRESS_SITE": str(directory / "www")}
        subprocess.run([directory / "bin" / "php", script, name], check=True, capture_output=True, env=environment)

    def test_several_tokens_work_until_they_are_revoked(self) -> None:
        (one, one_id), (two, _) = self.make(name="One"), self.make(name="Two")
        self.assertEqual([200, 200, 200], [self.look(token).status for token in (one, two, server().token)])
        self.send(REVOKE, id=one_id)
        self.refused(self.look(one), 401, None, "not one that this site expects")
        self.assertEqual([200, 200], [self.look(token).status for token in (two, server().token)])

    def test_both_tokens_work_during_the_overlap_and_then_the_old_one_is_refused(self) -> None:
        old, old_id = self.make(name="To be replaced", client="entra")
        new, new_id = self.make(ROTATE, id=old_id, overlap="24")
        user = self.created(self.client(old).post("/Users", self.body()))
        self.assertEqual(user, self.ok(self.client(new).get(f"/Users/{user['id']}")))
        self.assertIn("Replaced, ends on", self.row(old_id))
        self.assertIn("To be replaced", self.row(new_id))
        self.expire("To be replaced")
        answer = self.look(old)
        self.refused(answer, 401, None, "expired at 2023-11-14T22:13:20Z", "tokens")
        self.assertRegex(answer.headers.get("www-authenticate", ""), "^Bearer")
        self.ok(self.look(new))
        self.assertIn("Expired on", self.row(old_id))

    def test_replacing_without_overlap_ends_the_old_token_at_once(self) -> None:
        old, old_id = self.make(name="Leaked")
        new, _ = self.make(ROTATE, id=old_id, overlap="0")
        self.refused(self.look(old), 401, None, "expired at")
        self.ok(self.look(new))

    def test_an_expired_token_is_refused_in_its_own_words(self) -> None:
        token, _ = self.make(name="For a while", expires="2099-12-31")
        self.ok(self.look(token))
        self.expire("For a while")
        self.refused(self.look(token), 401, None, "expired at")
        self.refused(self.client(token).post("/Users", self.body()), 401, None, "expired at")

    def test_a_token_that_may_only_read_changes_nothing(self) -> None:
        token, _ = self.make(name="Reader", rights="read")
        reader = self.client(token)
        user = self.create(displayName="Before")
        path = f"/Users/{user['id']}"
        self.assertEqual(user, self.ok(reader.get(path)))
        found = self.ok(reader.post("/Users/.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": f'id eq "{user["id"]}"'}))
        self.assertEqual([user], found["Resources"])
        with self.nothing_changes(user["id"]):
            for answer in (
                reader.post("/Users", self.body()),
                reader.put(path, self.body(displayName="After")),
                reader.patch(path, patch_body([{"op": "replace", "path": "active", "value": False}])),
                reader.delete(path),
                reader.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": []}),
                reader.post("/Groups", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "None"}),
            ):
                self.refused(answer, 403, None, "may only read")

    def test_the_last_use_is_shown(self) -> None:
        token, token_id = self.make(name="Used")
        self.assertNotIn("127.0.0.0/24", self.row(token_id))
        self.refused(self.client(token + "x").get("/Users"), 401)
        self.assertNotIn("127.0.0.0/24", self.row(token_id))
        self.ok(self.client(token).request("GET", "/Users?count=1", headers={"Authorization": f"Bearer {token}", "User-Agent": "Okta SCIM Client 1.0.0"}))
        self.assertIn("Okta SCIM Client 1.0.0 from 127.0.0.0/24", self.row(token_id))

    def test_a_typed_token_works_and_a_bad_one_is_not_taken(self) -> None:
        typed = "Typed-token.0123456789~+/=="
        _, _, page = self.send(TYPE, token=typed)
        self.assertNotIn(typed, page)
        self.ok(self.look(typed))
        held = self.ids()
        for bad in ("short", "with blanks in it 0123456789", "umlaut-ä-0123456789", "", typed):
            with self.subTest(bad=bad):
                self.assertIn("This token was not saved", self.send(TYPE, token=bad)[2])
                self.assertEqual(held, self.ids())

    def test_a_form_without_its_nonce_changes_nothing(self) -> None:
        self.make(name="Stays")
        held = self.ids()
        page = forms(admin(), TOKENS)
        for action in (CREATE, TYPE, ROTATE, REVOKE):
            with self.subTest(action=action):
                fields = {**page.by_action[action], "_wpnonce": "0123456789", "token": "0123456789abcdef0123"}
                status, _, _ = admin().submit(TOKENS, fields)
                self.assertEqual(403, status)
        self.assertEqual(held, self.ids())
        self.ok(self.look(server().token))

    def test_many_requests_at_once_note_the_use_without_a_fault(self) -> None:
        token, token_id = self.make(name="Busy")
        clients = [self.client(token) for _ in range(12)]
        with ThreadPoolExecutor(len(clients)) as pool:
            answers = list(pool.map(lambda client: client.get("/Users?count=1"), clients))
        self.assertEqual({200}, {answer.status for answer in answers})
        self.assertIn("127.0.0.0/24", self.row(token_id))
