"""Two sites of one network, each with an identity provider of its own."""

import base64
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

from tests.entra.client import Client
from tests.entra.dialects import patch_body
from tests.http import test_simulator
from tests.http.admin import Admin
from tests.http.case import ScimCase
from tests.http.person import Browser
from tests.http.server import ROOT, Server

sys.path.insert(0, str(ROOT / "tests" / "site"))

from scimpress_site import Site  # noqa: E402

PASSWORD = "correct horse battery staple"


class OnNetwork(ScimCase):
    """A network of its own; the tests are about a site below the first one."""

    first: ClassVar[Server]
    second: ClassVar[Server]
    administrators: ClassVar[dict[str, Admin]]

    @classmethod
    def setUpClass(cls) -> None:
        """Raises the network."""
        database = os.environ.get("SCIMPRESS_DATABASE", "sqlite")
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        site = stack.enter_context(Site(ROOT / "target" / "test" / f"http-network-{database}", database, network=True))
        added = site.add_site("/second/")
        credentials = (site.admin_login, site.admin_password, Path(site.directory))
        cls.first = Server(site.tenant_url.rstrip("/"), site.token, *credentials)
        cls.second = Server(added["tenant_url"], added["token"], *credentials)
        cls.administrators = {one.home: Admin(one) for one in (cls.first, cls.second)}

    def site(self) -> Server:
        """The site below."""
        return self.second

    def admin(self) -> Admin:
        """Its administrator."""
        return self.administrators[self.site().home]


class Returns(OnNetwork, test_simulator.Returns):
    """The life of a tenant on one site of a network."""


class Sites(OnNetwork):
    """One person on both sites."""

    def setUp(self) -> None:
        super().setUp()
        self.elsewhere = Client(self.first.tenant_url, self.first.token, observe=self._observe)
        self.addCleanup(self.elsewhere.close)

    def person(self) -> tuple[dict, dict, dict]:
        """The person's SCIM user on the site below and on the first one, and the account."""
        body = self.body(displayName="Ines Duarte")
        here = self.created(self.scim.post("/Users", body))
        there = self.created(self.elsewhere.post("/Users", body))
        self.assertNotEqual(here["id"], there["id"])
        (account,) = self.admin().accounts(body["userName"])
        self.admin().rest("POST", f"users/{account['id']}", {"password": PASSWORD})
        made = self.admin().rest("POST", f"users/{account['id']}/application-passwords", {"name": "calendar"})
        return here, there, account | {"application": made["password"]}

    def switch(self, client: Client, user: dict, active: bool) -> None:
        """What Entra sends."""
        self.ok(client.patch(f"/Users/{user['id']}", patch_body([{"op": "Replace", "path": "active", "value": str(active)}])))

    def assert_open(self, account: dict, browser: Browser, nonce: str, **open_at: bool) -> None:
        """Where an old cookie, an old application password and a new sign-in lead in."""
        for name, expected in open_at.items():
            home = getattr(self, name).home
            with self.subTest(name):
                browser.go(home)
                self.assertIs(expected, browser.in_wp_admin(), "cookie, wp-admin")
                self.assertIs(expected, browser.in_rest(nonce), "cookie, REST")
                self.assertIs(expected, browser.rest_nonce() != "0", "cookie, admin-ajax.php")
                pair = base64.b64encode(f"{account['username']}:{account['application']}".encode()).decode()
                reply = Browser(home).send("GET", "/index.php?rest_route=/wp/v2/users/me", Authorization=f"Basic {pair}")
                self.assertEqual(200 if expected else 401, reply.status, "application password")
                self.assertIs(expected, self.signs_in(home, account), "the form")

    @staticmethod
    def signs_in(home: str, account: dict) -> bool:
        """Whether the form lets the person in."""
        browser = Browser(home)
        browser.sign_in(account["username"], PASSWORD)
        return browser.in_wp_admin()

    def test_a_site_that_deactivates_is_closed_at_once_and_the_other_one_goes_on(self) -> None:
        here, there, account = self.person()
        browser = Browser(self.first.home)
        browser.sign_in(account["username"], PASSWORD)
        nonce = browser.rest_nonce()
        self.assert_open(account, browser, nonce, first=True, second=True)
        self.switch(self.scim, here, False)
        self.assert_open(account, browser, nonce, first=True, second=False)
        browser.go(self.second.home)
        refused = browser.send("GET", "/wp-admin/index.php")
        self.assertEqual((302, True), (refused.status, refused.location.startswith(f"{self.second.home}/wp-login.php")))
        self.assertIn("This account is deactivated.", browser.send("GET", "/wp-login.php").text)
        self.assertIs(True, self.ok(self.elsewhere.get(f"/Users/{there['id']}"))["active"])
        self.switch(self.scim, here, True)
        self.assert_open(account, browser, nonce, first=True, second=True)

    def test_sessions_end_with_the_last_site_and_never_come_back(self) -> None:
        here, there, account = self.person()
        browser = Browser(self.first.home)
        browser.sign_in(account["username"], PASSWORD)
        nonce = browser.rest_nonce()
        self.switch(self.elsewhere, there, False)
        self.switch(self.scim, here, False)
        self.assert_open(account, browser, nonce, first=False, second=False)
        self.switch(self.scim, here, True)
        self.switch(self.elsewhere, there, True)
        for one in (self.first, self.second):
            browser.go(one.home)
            self.assertFalse(browser.in_wp_admin())
            self.assertFalse(browser.in_rest(nonce))
            self.assertTrue(self.signs_in(one.home, account))
