"""A person who signs in: every way that WordPress has, over real HTTP."""

import base64
import http.client
import re
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.http.admin import admin
from tests.http.server import server


@dataclass(frozen=True)
class Reply:
    """An answer of the site."""

    status: int
    location: str
    text: str


class Browser:
    """Keeps cookies, follows nothing; by default on the site of this run."""

    def __init__(self, home: str = "") -> None:
        self._address = urlsplit(home or server().home)
        self._cookies = {"wordpress_test_cookie": "WP%20Cookie%20check"}

    def go(self, home: str) -> None:
        """To another site with the same cookies."""
        self._address = urlsplit(home)

    def send(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Reply:
        """A request; fields are a form. `X_WP_Nonce="…"` is a header."""
        connection = http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if fields is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            body = None if fields is None else urlencode(fields).encode()
            connection.request(method, self._address.path + path, body, sent | {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Reply(response.status, response.headers.get("Location", ""), text)

    def sign_in(self, name: str, password: str, **more: str) -> Reply:
        """The form."""
        return self.send("POST", "/wp-login.php", {"log": name, "pwd": password, "testcookie": "1", **more})

    def in_wp_admin(self) -> bool:
        """Whether the site knows who is there."""
        return self.send("GET", "/wp-admin/profile.php").status == 200

    def rest_nonce(self) -> str:
        """What admin-ajax.php gives to somebody who is signed in; otherwise `0`."""
        return self.send("GET", "/wp-admin/admin-ajax.php?action=rest-nonce").text

    def in_rest(self, nonce: str) -> bool:
        """Whether the cookie and a nonce open the REST API."""
        return self.send("GET", "/index.php?rest_route=/wp/v2/users/me", X_WP_Nonce=nonce).status == 200


@dataclass
class Person:
    """Somebody with an account, a password and an application password."""

    login: str
    email: str
    account: int
    password: str = "correct horse battery staple"
    application: str = field(init=False)

    def __post_init__(self) -> None:
        admin().rest("POST", f"users/{self.account}", {"password": self.password})
        made = admin().rest("POST", f"users/{self.account}/application-passwords", {"name": "calendar"})
        self.application = made["password"]

    def ways(self) -> dict[str, Callable[[], bool]]:
        """The ways in, each of which says whether it led in."""
        return {
            "form with login": lambda: self._form(self.login),
            "form with e-mail address": lambda: self._form(self.email),
            "form, remembered": lambda: self._form(self.login, rememberme="forever"),
            "form inside wp-admin": lambda: self._form(self.login, **{"interim-login": "1"}),
            "XML-RPC": lambda: self._xmlrpc(self.login, self.password),
            "XML-RPC with e-mail address": lambda: self._xmlrpc(self.email, self.password),
            "XML-RPC, application password": lambda: self._xmlrpc(self.login, self.application),
            "XML-RPC, several calls in one": lambda: self._multicall(),
            "REST, application password": lambda: self._rest(self.login, self.application),
            "REST, application password, e-mail address": lambda: self._rest(self.email, self.application),
            "mail that resets the password": lambda: self.reset_link() is not None,
        }

    def reset_link(self) -> str | None:
        """Asks for the mail that resets the password; path and query of the link in it."""
        directory = server().directory
        if directory is None:
            raise RuntimeError("the mails of a site elsewhere cannot be read")
        mails = directory / "mail"
        before = set(mails.iterdir())
        Browser().send("POST", "/wp-login.php?action=lostpassword", {"user_login": self.login})
        (*_, text) = ["", *(mail.read_text() for mail in set(mails.iterdir()) - before)]
        found = re.search(r"/wp-login\.php\?\S*key=[^\s>]*", text.replace("=\n", "").replace("=3D", "="))
        return found and found[0]

    def reset(self, link: str, password: str) -> bool:
        """Follows a link that resets the password and chooses one; whether WordPress took it."""
        browser = Browser()
        key = parse_qs(urlsplit(link).query)["key"][0]
        browser.send("GET", link)
        answer = browser.send("POST", "/wp-login.php?action=resetpass", {"rp_key": key, "pass1": password, "pass2": password, "pw_weak": "on"})
        return answer.status == 200 and "action=rp" not in answer.location and "reset-pass" in answer.text

    def _form(self, name: str, **more: str) -> bool:
        browser = Browser()
        answer = browser.sign_in(name, self.password, **more)
        entered = browser.in_wp_admin()
        if not entered and "This account is deactivated." not in answer.text:
            raise AssertionError(f"the form does not say why: {answer.status}")
        return entered

    def _xmlrpc(self, name: str, password: str) -> bool:
        with self._proxy() as site:
            try:
                return site.wp.getProfile(1, name, password)["user_id"] == str(self.account)
            except xmlrpc.client.Fault as fault:
                return self._shut(fault.faultCode)

    def _multicall(self) -> bool:
        with self._proxy() as site:
            calls = xmlrpc.client.MultiCall(site)
            calls.wp.getProfile(1, self.login, self.password)
            try:
                return [profile["user_id"] for profile in calls()] == [str(self.account)]
            except xmlrpc.client.Fault as fault:
                return self._shut(fault.faultCode)

    def _rest(self, name: str, password: str) -> bool:
        pair = base64.b64encode(f"{name}:{password}".encode()).decode()
        return Browser().send("GET", "/index.php?rest_route=/wp/v2/users/me", Authorization=f"Basic {pair}").status == 200

    @staticmethod
    def _proxy() -> xmlrpc.client.ServerProxy:
        return xmlrpc.client.ServerProxy(f"{server().home}/xmlrpc.php")

    @staticmethod
    def _shut(code: int) -> bool:
        if code != 403:
            raise AssertionError(f"XML-RPC failed for another reason: {code}")
        return False
