"""Breaks and mends servers for a browser that is told where they are.

Reads a line of JSON each, `{"ward": name}` or `{"paste": text}`, and answers with one: the address of a site that is broken in
that way, and who may sign in; or that what the doctor said was pasted where he said. Ends with its input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.doctor.clinic import Clinic  # noqa: E402

sys.path.insert(0, str(ROOT / "tests" / "site"))

from scimpress_site import Site  # noqa: E402

Mend = Callable[[str], None]

PLUGIN = """<?php
/**
 * Plugin Name: Closed Doors
 */
add_filter( 'rest_authentication_errors', static fn() => new WP_Error( 'rest_off', 'The REST API is off.', array( 'status' => 401 ) ), 99 );
"""
CACHE = "proxy_cache pages; proxy_cache_valid any 10m; proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;"
ZONE = "proxy_cache_path {home}/cache keys_zone=pages:1m;"
SLASH = "rewrite ^([^.]*[^./])$ $1/ permanent;"
EXAMPLE = "rewrite ^(.*[^/])$ $1/ permanent;"


class Wards:
    """Five ways to break a site, each with what the doctor's text is pasted into."""

    def __init__(self, clinic: Clinic):
        self.clinic = clinic

    def apache(self) -> tuple[str, Mend]:
        """Apache keeps the Authorization header from FastCGI."""
        url = self.clinic.apache("FallbackResource /index.php")
        return url, lambda paste: self._write(self.clinic.site.root / ".htaccess", paste)

    def plugin(self) -> tuple[str, Mend]:
        """A plugin blocks the REST API."""
        place = self.clinic.content / "plugins" / "closed-doors"
        place.mkdir()
        self._write(place / "closed-doors.php", PLUGIN)
        (self.clinic.etc / "plugins").write_text("closed-doors/closed-doors.php\n")
        url = self.clinic.nginx(self.clinic.wordpress())
        return url, lambda paste: self._write(self.clinic.content / "mu-plugins" / "allow-scimpress.php", paste)

    def method(self) -> tuple[str, Mend]:
        """nginx refuses PATCH."""
        return self._nginx("if ($request_method = PATCH) { return 405; }", self.clinic.wordpress)

    def redirect(self) -> tuple[str, Mend]:
        """nginx adds a slash to addresses that name no file; its rule goes where the text has an example of one."""
        return self._nginx(SLASH, lambda paste: self.clinic.wordpress(paste.replace(EXAMPLE, SLASH)))

    def cache(self) -> tuple[str, Mend]:
        """A proxy stores every page and answer."""
        return self._nginx("", lambda paste: self.clinic.proxy(CACHE, paste), ZONE)

    def _nginx(self, wrong: str, block: Callable[[str], str], http: str = "") -> tuple[str, Mend]:
        (port,) = self.clinic.ports(1)

        def mend(paste: str) -> None:
            self.clinic.close_ward()
            self.clinic.nginx(block(paste), http=http, port=port)

        return self.clinic.nginx(block(wrong), http=http, port=port), mend

    @staticmethod
    def _write(file: Path, text: str) -> None:
        file.write_text(f"{text}\n")


def main() -> None:
    """Takes orders until there are no more."""
    with ExitStack() as stack:
        site = stack.enter_context(Site(ROOT / "target" / "test" / "browser-doctor", "sqlite"))
        clinic = Clinic(site)
        wards = Wards(clinic)
        mend: Mend | None = None
        for line in sys.stdin:
            order = json.loads(line)
            if "ward" in order:
                (clinic.etc / "plugins").write_text("")
                url, mend = getattr(wards, order["ward"])()
                clinic.move(url)
                answer = {"url": url, "admin_login": site.admin_login, "admin_password": site.admin_password}
            else:
                assert mend
                mend(order["paste"])
                answer = {}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
