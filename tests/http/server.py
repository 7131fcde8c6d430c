"""The site under test: raised once for a run, or named by the environment."""

import atexit
import functools
import os
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
ROUTE = "/wp-json/wpo365/v1"


@dataclass(frozen=True)
class Server:
    """What a client needs to know. `tenant_url` has no trailing slash, `home` is the site's address, `directory` holds all
    that the site writes, `second_url` is its other Tenant URL, behind which another php-fpm answers through the REST server; both
    None for a site elsewhere."""

    tenant_url: str
    token: str
    admin_login: str
    admin_password: str
    directory: Path | None = None
    second_url: str | None = None

    @property
    def home(self) -> str:
        """The site's address."""
        return self.tenant_url.removesuffix(ROUTE)

    @property
    def base_path(self) -> str:
        """The path of the Tenant URL."""
        return urlsplit(self.tenant_url).path


@functools.cache
def server() -> Server:
    """The site of this run; the first caller raises it, the end of the process takes it down."""
    url = os.environ.get("SCIMPRESS_TENANT_URL")
    if url:
        return Server(
            url.rstrip("/"),
            _needed("SCIMPRESS_TOKEN"),
            _needed("SCIMPRESS_ADMIN_LOGIN"),
            _needed("SCIMPRESS_ADMIN_PASSWORD"),
        )
    sys.path.insert(0, str(ROOT / "tests" / "site"))
    from scimpress_site import Site

    database = os.environ.get("SCIMPRESS_DATABASE", "sqlite")
    stack = ExitStack()
    site = stack.enter_context(Site(ROOT / "target" / "test" / f"http-{database}{'-cache' if object_cache() else ''}", database, second=True))
    atexit.register(stack.close)
    if object_cache():
        shutil.copy(Path(__file__).with_name("fixtures") / "object-cache.php", site.root / "wp-content")
    return Server(site.tenant_url.rstrip("/"), site.token, site.admin_login, site.admin_password, site.directory, f"{site.second_url}{ROUTE}")


def object_cache() -> bool:
    """Whether the site of this run has a persistent object cache."""
    return os.environ.get("SCIMPRESS_OBJECT_CACHE") == "1"


def _needed(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"SCIMPRESS_TENANT_URL is set, so {name} has to be set too")
    return value
