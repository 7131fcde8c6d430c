"""The provisioning log from a request to the page: what happened is on it, and no secret is anywhere."""

import csv
import html
import io
import re
import secrets
import time

from tests.entra.dialects import patch_body
from tests.http.admin import admin
from tests.http.case import ScimCase, unique
from tests.http.server import server
from tests.http.settings import Forms
from tests.http.test_password import holding

PAGE = "/wp-admin/options-general.php?page=scimpress&tab=log"
EXPORT = "scimpress_log_export"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def listed(search: str) -> list[tuple[str, str]]:
    """Entries that the search finds, newest first: what the row says, and the page of the entry."""
    body = admin().page(f"{PAGE}&s={search}")
    found = []
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body.partition("<tbody>")[2], re.DOTALL):
        link = re.search(r'href="([^"]*entry=\d+)"', row)
        if link:
            text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split())
            address = html.unescape(link[1])
            found.append((text, admin().page(address[address.index("/wp-admin"):])))
    return found


def exported(search: str) -> list[dict[str, str]]:
    """The file of what the search finds."""
    form = Forms(admin().page(f"{PAGE}&s={search}")).by_action[EXPORT]
    status, headers, body = admin().submit(PAGE, form)
    if status != 200 or ("Content-Disposition" not in dict(headers)):
        raise AssertionError(f"no file: {status} {headers}")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


class Log(ScimCase):
    """A site whose log is read as an administrator reads it."""

    def setUp(self) -> None:
        super().setUp()
        # What is asked of both lanes is in the log twice.
        self.scim = self.client(alone=False)

    def test_the_life_of_a_user_is_on_the_page_and_in_the_file(self) -> None:
        user = self.create(displayName="Mira Halvorsen")
        path = f"/Users/{user['id']}"
        self.patch(user["id"], {"op": "replace", "path": "title", "value": "=HYPERLINK(\"x\")"})
        self.ok(self.scim.patch(path, patch_body([{"op": "replace", "path": "title", "value": "=HYPERLINK(\"x\")"}])))
        self.refused(self.scim.patch(path, patch_body([{"op": "replace", "path": "active", "value": "perhaps"}])), 400, "invalidValue")
        self.refused(self.scim.post("/Users", self.body(userName=user["userName"].upper())), 409, "uniqueness")
        self.assertEqual(204, self.scim.delete(path).status)

        entries = listed(user["userName"])
        said = [text for text, _ in entries]
        self.assertEqual(5, len(said), said)
        for text, words in zip(said, (["Delete User", "204"], ["Create User", "Failed 409 uniqueness"], ["Update User", "Failed 400 invalidValue"], ["Update User", "200"], ["Create User", "201"]), strict=True):
            for word in words:
                self.assertIn(word, text)
        self.assertEqual(4, len(listed(user["id"])), "the create that failed has no id")
        update = entries[3][1]
        self.assertIn("<code>title</code>", update)
        self.assertIn("=HYPERLINK(&quot;x&quot;)", update)
        self.assertIn(f"PATCH {path}", update)

        rows = exported(user["userName"])
        self.assertEqual(["delete", "create", "update", "update", "create"], [row["operation"] for row in rows])
        self.assertEqual(["204", "409", "400", "200", "201"], [row["status"] for row in rows])
        self.assertEqual('title: – → =HYPERLINK("x")', rows[3]["changes"])
        self.assertEqual({"127.0.0.0"}, {row["address"] for row in rows})
        for row in rows:
            self.assertFalse([value for value in row.values() if value[:1] in ("=", "+", "-", "@", "\t", "\r")])

    def test_no_secret_is_in_table_page_file_or_request(self) -> None:
        secret, in_url = (f"secret-{secrets.token_hex(16)}" for _ in range(2))
        user = self.create(password=f"{secret}-post")
        path = f"/Users/{user['id']}"
        operations = [
            {"op": "replace", "path": "password", "value": f"{secret}-path"},
            {"op": "replace", "path": f"{CORE_USER}:Password", "value": f"{secret}-urn"},
            {"op": "add", "value": {"PASSWORD": f"{secret}-pathless"}},
            {"op": "replace", "value": {f"{CORE_USER}:password": f"{secret}-key"}},
        ]
        for operation in operations:
            self.ok(self.scim.patch(path, patch_body([operation])))
        self.scim.patch(path, patch_body([{"op": "replace", "path": f'password[value eq "{secret}"]', "value": "x"}]))
        self.scim.patch(path, b'{"Operations": [{"op": "replace", "path": "password", "value": "' + secret.encode() + b'"}')
        self.scim.request("PATCH", f"{path}?access_token={in_url}", patch_body([operations[0]]), {"Cookie": f"a={secret}", "X-Api-Key": secret})
        bulk = [
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": self.body(password=f"{secret}-bulk")},
            {"method": "PATCH", "path": path, "data": patch_body([operations[0]])},
        ]
        self.ok(self.scim.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": bulk}))
        self.assertEqual(401, self.client(f"{secret}-as-a-token", alone=False).post("/Users", self.body()).status)

        name = user["userName"]
        entries = listed(name)
        self.assertGreaterEqual(len(entries), 9)
        texts = [f"{text}{page}" for text, page in entries]
        texts += ["".join(row.values()) for row in exported(name)]
        texts += [admin().page(PAGE), admin().page(f"{PAGE}&operation=refused"), admin().page("/wp-admin/index.php")]
        for text in texts:
            self.assertNotIn(secret, text)
            self.assertNotIn(in_url, text)
            self.assertNotIn(server().token, text)
        self.assertTrue(any("<code>password</code>" in page and "<bdi>set</bdi>" in page for _, page in entries))
        directory = server().directory
        if directory:
            self.assertTrue(holding(directory, name.encode()), "the user is nowhere, so this looks in the wrong place")
            self.assertEqual([], holding(directory, secret.encode()))
            # nginx logs the URL that a client puts a secret into; that is not ours.
            self.assertEqual([], [place for place in holding(directory, in_url.encode()) if not place.startswith("log/nginx")])

    def test_wrong_tokens_are_counted_and_reads_leave_nothing(self) -> None:
        name = unique("nobody")
        for _ in range(3):
            self.assertEqual(401, self.client("x" * 32, alone=False).get(f"/Users?filter=userName+eq+%22{name}%22").status)
        # It is counted behind the answer.
        end = time.monotonic() + 60
        while "the secret token is not one that this site expects" not in admin().page(f"{PAGE}&operation=refused"):
            self.assertLess(time.monotonic(), end, "the refusal is not listed")
        self.ok(self.scim.find(f'userName eq "{name}"'))
        self.assertEqual([], listed(name))
