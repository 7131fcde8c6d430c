"""A persistent object cache that two web servers share: nobody reads what was true before the last write.

Alone these tests say little. Run with SCIMPRESS_OBJECT_CACHE=1 the site has such a cache, see fixtures/object-cache.php, and so have
all other tests of that run.
"""

from tests.entra.client import Client
from tests.http.admin import admin
from tests.http.case import ScimCase, literal, patch_body
from tests.http.person import Browser
from tests.http.server import object_cache, server
from tests.http.settings import restore, save


class NothingStale(ScimCase):
    """Every write is followed by reads through the other node, and through WordPress."""

    def setUp(self) -> None:
        super().setUp()
        if server().second_url is None:
            self.skipTest("a site elsewhere has one address")
        self.there = Client(server().second_url or "", server().token, observe=self._observe)
        self.addCleanup(self.there.close)

    def test_the_cache_is_there_where_it_was_asked_for(self) -> None:
        kept = server().directory is not None and (server().directory / "tmp" / "object-cache.sqlite").is_file()
        self.scim.get("/Users?count=0")
        self.assertEqual(object_cache(), kept)

    def test_changes_by_scim_show_in_wordpress_and_on_the_other_node(self) -> None:
        user = self.create(displayName="Before", name={"givenName": "A", "familyName": "B"})
        address = user["emails"][0]["value"]
        for number in range(6):
            # WordPress has read the account, so that the cache holds what it was.
            (account,) = admin().accounts(address)
            name = f"Name {number}"
            operations = [{"op": "Replace", "path": "displayName", "value": name}, {"op": "Replace", "path": "name.givenName", "value": name}]
            writer, reader = (self.scim, self.there) if number % 2 else (self.there, self.scim)
            self.assertEqual(200, writer.patch(f"/Users/{user['id']}", patch_body(operations)).status)
            self.assertEqual(name, reader.get(f"/Users/{user['id']}").json["displayName"])
            (account,) = admin().accounts(address)
            self.assertEqual((name, name), (account["name"], account["first_name"]))

    def test_edits_in_wordpress_show_on_both_nodes(self) -> None:
        user = self.create(displayName="Before")
        (account,) = admin().accounts(user["emails"][0]["value"])
        for number in range(4):
            admin().rest("POST", f"users/{account['id']}", {"name": f"Edit {number}"})
            for client in (self.scim, self.there):
                self.assertEqual(f"Edit {number}", client.get(f"/Users/{user['id']}").json["displayName"])

    def test_who_is_deactivated_on_one_node_is_out_at_once_and_back_at_once(self) -> None:
        user = self.create()
        (account,) = admin().accounts(user["emails"][0]["value"])
        admin().rest("POST", f"users/{account['id']}", {"password": "correct horse battery staple"})
        for client, active in ((self.scim, True), (self.there, False), (self.scim, True), (self.there, False)):
            self.assertEqual(200, client.patch(f"/Users/{user['id']}", patch_body([{"op": "Replace", "path": "active", "value": active}])).status)
            browser = Browser()
            browser.sign_in(account["username"], "correct horse battery staple")
            self.assertEqual(active, browser.in_wp_admin())
            (seen,) = admin().accounts(user["emails"][0]["value"])
            self.assertEqual(["subscriber"] if active else [], seen["roles"])

    def test_a_write_that_was_taken_back_leaves_nothing_in_the_cache(self) -> None:
        user, other = self.create(displayName="Before"), self.create()
        operations = [
            {"op": "Replace", "path": "displayName", "value": "Never"},
            {"op": "Replace", "path": "userName", "value": other["userName"]},
        ]
        for client in (self.scim, self.there):
            self.assertEqual(409, client.patch(f"/Users/{user['id']}", patch_body(operations)).status)
            for reader in (self.scim, self.there):
                self.assertEqual("Before", reader.get(f"/Users/{user['id']}").json["displayName"])
            (account,) = admin().accounts(user["emails"][0]["value"])
            self.assertEqual("Before", account["name"])

    def test_settings_hold_on_both_nodes_at_once(self) -> None:
        before = save(admin(), enabled=None)
        try:
            self.assertEqual([503, 503], [client.get("/Users?count=0").status for client in (self.scim, self.there)])
        finally:
            restore(admin(), before)
        self.assertEqual([200, 200], [client.get("/Users?count=0").status for client in (self.scim, self.there)])

    def test_somebody_deleted_and_provisioned_again_is_somebody_new(self) -> None:
        body = self.body()
        seen = set()
        for number in range(4):
            client, reader = (self.scim, self.there) if number % 2 else (self.there, self.scim)
            created = self.created(client.post("/Users", body))
            seen.add(created["id"])
            self.assertEqual([created["id"]], [one["id"] for one in reader.find(f"userName eq {literal(body['userName'])}").json["Resources"]])
            self.assertEqual(1, len(admin().accounts(body["emails"][0]["value"])))
            self.assertEqual(204, reader.delete(f"/Users/{created['id']}").status)
            self.assertEqual(404, client.get(f"/Users/{created['id']}").status)
        self.assertEqual(4, len(seen))
