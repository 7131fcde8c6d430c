"""An administrator's view of the site: WordPress' own REST API behind a cookie and a nonce."""

import functools
import http.client
import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.http.server import Server, server


class Admin:
    """A signed-in administrator, of the site of this run or of another one."""

    def __init__(self, site: Server | None = None) -> None:
        site = site or server()
        self._address = urlsplit(site.home)
        form = {"log": site.admin_login, "pwd": site.admin_password, "testcookie": "1"}
        self.cookie = "wordpress_test_cookie=WP%20Cookie%20check"
        status, headers, body = self.submit("/wp-login.php", form)
        jar = SimpleCookie()
        for name, value in headers:
            if name.lower() == "set-cookie":
                jar.load(value)
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())
        if status != 302 or "wordpress_logged_in" not in self.cookie:
            raise AssertionError(f"the administrator cannot sign in: {status} {body[:200]!r}")
        self.nonce = self.page("/wp-admin/admin-ajax.php?action=rest-nonce")

    def accounts(self, search: str) -> list[dict]:
        """WordPress accounts whose login, e-mail address or names contain a text."""
        return self.rest("GET", f"users?{urlencode({'context': 'edit', 'per_page': 100, 'search': search})}")

    def rest(self, method: str, route: str, body: Any = None) -> Any:
        """A request to WordPress' own REST API, which must succeed."""
        path, _, query = route.partition("?")
        content = None if body is None else json.dumps(body).encode()
        headers = {"Cookie": self.cookie, "X-WP-Nonce": self.nonce, "Content-Type": "application/json"}
        status, _, answer = self.send(method, f"/index.php?rest_route=/wp/v2/{path}&{query}", content, headers)
        if status not in (200, 201):
            raise AssertionError(f"{method} {route}: {status} {answer[:200]!r}")
        return json.loads(answer)

    def page(self, path: str) -> str:
        """A page below the site, as text."""
        status, _, body = self.send("GET", path, None, {"Cookie": self.cookie})
        if status != 200:
            raise AssertionError(f"{path}: {status} {body[:200]!r}")
        return body.decode()

    def submit(self, path: str, fields: dict[str, str]) -> tuple[int, list, bytes]:
        """Sends a form; status, headers and body."""
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), headers)

    def send(self, method: str, path: str, body: bytes | None, headers: dict) -> tuple[int, list, bytes]:
        """Sends any request, without the cookie; status, headers and body."""
        connection = http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=60)
        try:
            connection.request(method, self._address.path + path, body, headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()


@functools.cache
def admin() -> Admin:
    """The administrator of this run, signed in once."""
    return Admin(server())
