"""Passwords that a client sets: the person signs in with them, and nobody reads them."""

import http.client
import itertools
import secrets
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.http.admin import admin
from tests.http.case import ScimCase, patch_body
from tests.http.server import server
from tests.http.settings import restore, save

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PASSWORDS = ("correct horse battery staple", "O'Neill \"x\" \\ C:\\new", "  blanks around  ", "山田 🦀 ø", "<b>&amp;</b> 100%41 +")


def signs_in(login: str, password: str) -> bool:
    """Whether wp-login.php takes what somebody types."""
    address = urlsplit(server().home)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        form = urlencode({"log": login, "pwd": password, "testcookie": "1"})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "wordpress_test_cookie=WP%20Cookie%20check"}
        connection.request("POST", f"{address.path}/wp-login.php", form, headers)
        response = connection.getresponse()
        response.read()
        cookies = "".join(value for name, value in response.getheaders() if name.lower() == "set-cookie")
    finally:
        connection.close()
    if (response.status == 302) != ("wordpress_logged_in" in cookies):
        raise AssertionError(f"neither in nor out: {response.status} {cookies}")
    return response.status == 302


def holding(directory: Path, secret: bytes) -> list[str]:
    """The files below a directory that hold a text; WordPress's own code apart."""
    found = []
    places = [directory / "www" / "wp-content" / "database"]
    places += [place for place in directory.iterdir() if place.name != "www"]
    for place in places:
        for path in [place, *place.rglob("*")]:
            if path.is_file() and secret in path.read_bytes():
                found.append(str(path.relative_to(directory)))
    return found


class Passwords(ScimCase):
    """RFC 7643 §4.1.1: written, never read."""

    def put(self, user: dict, password: str) -> dict:
        return self.ok(self.scim.put(f"/Users/{user['id']}", {**user, "password": password}))

    def test_the_person_signs_in_after_each_way_of_setting_it(self) -> None:
        before = itertools.cycle(PASSWORDS[1:] + PASSWORDS[:1])
        for password in PASSWORDS:
            with self.subTest(password=password):
                other = f"{next(before)} and more"
                user = self.create(password=password)
                login = user["emails"][0]["value"]
                self.assertTrue(signs_in(login, password), "POST")
                self.patch(user["id"], {"op": "replace", "path": "password", "value": other})
                self.assertEqual((False, True), (signs_in(login, password), signs_in(login, other)), "PATCH")
                self.put(user, password)
                self.assertEqual((True, False), (signs_in(login, password), signs_in(login, other)), "PUT")
                self.ok(self.scim.put(f"/Users/{user['id']}", user))
                self.assertTrue(signs_in(login, password), "a PUT without it")
                self.patch(user["id"], {"op": "remove", "path": "password"})
                self.assertFalse(signs_in(login, password), "removed")

    def test_bulk_sets_it(self) -> None:
        person = self.body(password="correct horse")
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": person},
            {"method": "PATCH", "path": "/Users/bulkId:a", "data": patch_body([{"op": "replace", "value": {"password": "battery staple"}}])},
        ]
        schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]
        answer = self.ok(self.scim.post("/Bulk", {"schemas": schemas, "Operations": operations}))
        self.assertEqual(["201", "200"], [result["status"] for result in answer["Operations"]])
        self.assertTrue(signs_in(person["emails"][0]["value"], "battery staple"))

    def test_a_deactivated_person_stays_out_with_a_new_one(self) -> None:
        user = self.create(password="correct horse")
        login = user["emails"][0]["value"]
        self.patch(user["id"], {"op": "replace", "value": {"active": False, "password": "battery staple"}})
        self.assertFalse(signs_in(login, "battery staple"))
        self.patch(user["id"], {"op": "replace", "path": "active", "value": True})
        self.assertTrue(signs_in(login, "battery staple"))

    def test_one_that_nobody_could_use_is_refused_and_the_old_one_stays(self) -> None:
        user = self.create(password="correct horse")
        login = user["emails"][0]["value"]
        for wrong in ("", "   ", "0", "x" * 4097, "'" * 2049, "a\0b", 7, ["a", "b"]):
            with self.subTest(wrong=str(wrong)[:8]):
                operation = {"op": "replace", "path": "password", "value": wrong}
                with self.nothing_changes(user["id"]):
                    self.refused(self.scim.patch(f"/Users/{user['id']}", patch_body([operation])), 400, "invalidValue", "password")
                    self.refused(self.scim.post("/Users", self.body(password=wrong)), 400, "invalidValue", "password")
        self.assertTrue(signs_in(login, "correct horse"))

    def test_it_is_neither_returned_nor_found_nor_kept_in_clear(self) -> None:
        first, second = (f"secret-{secrets.token_hex(16)}" for _ in range(2))
        user = self.create(password=first)
        path = f"/Users/{user['id']}"
        answers = [
            self.scim.patch(f"{path}?attributes=password", patch_body([{"op": "replace", "path": "password", "value": second}])),
            self.scim.get(f"{path}?attributes=password"),
            self.scim.get("/Users?attributes=password,userName"),
            self.scim.put(f"{path}?attributes=password", {**user, "password": second}),
            self.scim.patch(path, patch_body([{"op": "replace", "path": "password", "value": f"{second}\n"}])),
            self.scim.post("/Users/.search", {"schemas": [SEARCH], "filter": f'password eq "{second}"'}),
        ]
        self.assertEqual([200, 200, 200, 200, 400, 400], [answer.status for answer in answers])
        for answer in answers:
            self.assertNotIn(b"secret-", answer.content)
        for answer in answers[:4]:
            self.assertNotIn(b'"password"', answer.content)
        self.refused(answers[-1], 400, "invalidFilter", "never returned")
        self.refused(self.scim.get("/Users?sortBy=password"), 400, None, "never returned")
        self.assertTrue(signs_in(user["emails"][0]["value"], second))
        # What the site of this run has written anywhere; of a site elsewhere only its answers can be seen.
        directory = server().directory
        if directory:
            self.assertTrue(holding(directory, user["id"].encode()), "the user is nowhere, so this looks in the wrong place")
            for secret in (first, second):
                self.assertEqual([], holding(directory, secret.encode()))

    def test_a_site_may_ignore_them(self) -> None:
        self.addCleanup(restore, admin(), save(admin(), ignore_passwords="1"))
        user = self.create(password="correct horse")
        self.patch(user["id"], {"op": "replace", "path": "password", "value": "battery staple"})
        self.assertFalse(any(signs_in(user["emails"][0]["value"], password) for password in ("correct horse", "battery staple")))
        self.assertIs(False, self.ok(self.scim.get("/ServiceProviderConfig"))["changePassword"]["supported"])
