"""People who leave: shut out at once by every way in, and back with what they had."""

import html
import re

from tests.http.admin import admin
from tests.http.case import ScimCase
from tests.http.person import Browser, Person

LIST = "/wp-admin/users.php"


class Leaving(ScimCase):
    """Each test has a person of its own."""

    def person(self, *roles: str) -> tuple[dict, Person]:
        """A SCIM user with roles and passwords."""
        user = self.create(displayName="Ines Duarte")
        (account,) = admin().accounts(user["emails"][0]["value"])
        admin().rest("POST", f"users/{account['id']}", {"roles": list(roles or ["author"])})
        return user, Person(account["username"], account["email"], account["id"])

    def switch(self, user: dict, active: bool) -> dict:
        """What Entra sends."""
        return self.patch(user["id"], {"op": "Replace", "path": "active", "value": str(active)})

    def roles(self, person: Person) -> list[str]:
        """Roles as WordPress says."""
        return admin().rest("GET", f"users/{person.account}?context=edit")["roles"]

    def test_every_way_in_is_shut_and_opens_again(self) -> None:
        user, person = self.person()
        for state, active in (("active", None), ("deactivated", False), ("reactivated", True)):
            if active is not None:
                self.switch(user, active)
            for way, enters in person.ways().items():
                with self.subTest(state, way=way):
                    self.assertIs(active is not False, enters())

    def test_sessions_end_at_once_and_never_come_back(self) -> None:
        user, person = self.person()
        sessions = [(Browser(), {}), (Browser(), {"rememberme": "forever"})]
        nonces = []
        for browser, more in sessions:
            browser.sign_in(person.login, person.password, **more)
            nonces.append(browser.rest_nonce())
            self.assertTrue(browser.in_wp_admin())
            self.assertTrue(browser.in_rest(nonces[-1]))
        for active in (False, True):
            self.switch(user, active)
            for (browser, _), nonce in zip(sessions, nonces, strict=True):
                with self.subTest(active=active):
                    self.assertFalse(browser.in_wp_admin())
                    self.assertFalse(browser.in_rest(nonce))
                    self.assertEqual("0", browser.rest_nonce())

    def test_a_link_mailed_before_resets_no_password_any_more(self) -> None:
        user, person = self.person()
        link = person.reset_link()
        assert link
        self.switch(user, False)
        self.assertFalse(person.reset(link, "another horse battery staple"))
        self.switch(user, True)
        self.assertFalse(person.reset(link, "another horse battery staple"))
        self.assertTrue(person.ways()["form with login"]())

        fresh = person.reset_link()
        assert fresh
        self.assertTrue(person.reset(fresh, "another horse battery staple"), "the same steps work for who is active")
        person.password = "another horse battery staple"
        self.assertTrue(person.ways()["form with login"]())

    def test_roles_go_and_come_back_in_their_order(self) -> None:
        user, person = self.person("contributor", "author")
        self.switch(user, False)
        self.assertEqual([], self.roles(person))
        self.switch(user, False)
        self.switch(user, True)
        self.assertEqual(["contributor", "author"], self.roles(person))

    def test_who_was_deleted_and_comes_back_has_account_roles_and_passwords(self) -> None:
        user, person = self.person("editor")
        self.assertEqual(204, self.scim.delete(f"/Users/{user['id']}").status)
        self.assertEqual([], self.roles(person))
        self.assertFalse(person.ways()["REST, application password"]())
        self.create(userName=user["userName"], emails=user["emails"])
        self.assertEqual(["editor"], self.roles(person))
        for way, enters in person.ways().items():
            with self.subTest(way=way):
                self.assertTrue(enters())

    def test_an_administrator_deactivates_in_the_list_of_users(self) -> None:
        user, person = self.person()
        before = self.read(user["id"])
        page = admin().page(f"{LIST}?s={person.login}")
        link = html.unescape(re.search(r'href="(users\.php\?action=scimpress_deactivate[^"]*)"', page)[1])
        forged = re.sub(r"_wpnonce=\w+", "_wpnonce=0123456789", link)
        self.assertEqual(403, admin().submit(f"/wp-admin/{forged}", {})[0])
        self.assertEqual(before, self.read(user["id"]))

        self.assertEqual(302, admin().submit(f"/wp-admin/{link}", {})[0])
        held = self.read(user["id"])
        self.assertIs(False, held["active"])
        self.assertNotEqual(before["meta"]["version"], held["meta"]["version"])
        self.assertEqual(before["meta"]["lastModified"], held["meta"]["lastModified"])
        self.assertFalse(person.ways()["form with login"]())
        self.assertIn("<strong>Deactivated</strong>", admin().page(f"{LIST}?scimpress_state=deactivated&s={person.login}"))
        self.switch(user, True)
        self.assertEqual(["author"], self.roles(person))

    def test_oneself_is_not_deactivated_in_the_list_of_users(self) -> None:
        _, person = self.person()
        me = admin().rest("GET", "users/me?context=edit")
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', admin().page(LIST))[1]
        status, headers, _ = admin().submit(LIST, {"action": "scimpress_deactivate", "users[0]": me["id"], "users[1]": person.account, "_wpnonce": nonce})
        self.assertEqual(302, status)
        self.assertIn("self", dict(headers)["Location"])
        self.assertEqual(["administrator"], admin().rest("GET", "users/me?context=edit")["roles"])
        self.assertEqual([], self.roles(person))
