"""What each layer runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from scimpress_site import Site
from scimpress_site.tree import EXTENSION, ROOT, TARGET

from . import count, lint
from .command import command
from .count import Count

RESULTS = TARGET / "test" / "results"


@dataclass(frozen=True)
class Layer:
    """A layer of tests.

    group   name of the make target without `test-`
    lane    two layers of one lane wait for each other (cargo locks its target directory)
    built   needs the extension
    """

    name: str
    group: str
    run: Callable[[], Count]
    lane: str = ""
    built: bool = True


def rust() -> Count:
    """The engine without PHP; doc tests apart, since nextest leaves them out."""
    if shutil.which("cargo-nextest"):
        done = command("cargo", "nextest", "run", "--no-default-features", "--no-fail-fast")
        total = count.of_nextest(done.text).settled(done.code)
        done = command("cargo", "test", "--doc", "--no-default-features", "--no-fail-fast")
        found = count.of_cargo(done.text)
        return total + (found if done.code == 0 else found.settled(done.code))
    done = command("cargo", "test", "--no-default-features", "--no-fail-fast")
    return count.of_cargo(done.text).settled(done.code)


def extension() -> Count:
    """The built extension in real PHP, without WordPress."""
    done = command(ROOT / "tests" / "php" / "run", env={"SCIMPRESS_EXTENSION": str(EXTENSION)})
    return count.of_closing_line(done.text).settled(done.code)


def entra() -> Count:
    """The Entra simulator's own tests."""
    done = command("python3", "-m", "unittest", "discover", "-v", "-s", "tests/entra", "-t", ".")
    return count.of_unittest(done.text).settled(done.code)


def site_room() -> Count:
    """The tests of what raises the sites and counts the tests."""
    done = command("python3", "-m", "unittest", "discover", "-v", "-s", "tests/site", "-t", "tests/site")
    return count.of_unittest(done.text).settled(done.code)


def wordpress(version: str, database: str, *, network: bool = False) -> Callable[[], Count]:
    """PHPUnit inside a WordPress of its own, or inside a network of sites."""

    def run() -> Count:
        suite = "network" if network else "wordpress"
        name = f"{suite if network else 'wp'}-{version}-{database}"
        junit = RESULTS / f"{name}.xml"
        junit.unlink(missing_ok=True)
        with Site(TARGET / "test" / name, database, version, serve=False, network=network) as site:
            done = command(
                site.php, shutil.which("phpunit") or "phpunit", "-c", "tests/wp/phpunit.xml", "--testsuite", suite, "--log-junit", junit,
                env={"SCIMPRESS_SITE": str(site.root), "SCIMPRESS_PHP": str(site.php)},
            )  # fmt: skip
        return count.of_junit(junit).settled(done.code)

    return run


def http(database: str) -> Callable[[], Count]:
    """Black-box tests through nginx and php-fpm; they raise their site themselves."""

    def run() -> Count:
        done = command("python3", "-m", "unittest", "discover", "-v", "-s", "tests/http", "-t", ".", env={"SCIMPRESS_DATABASE": database})
        return count.of_unittest(done.text).settled(done.code)

    return run


def browser() -> Count:
    """The pages in Chromium, from a site on which the plugin is not active yet."""
    place = ROOT / "tests" / "browser"
    done = command(place / "install.sh")
    if done.code != 0:
        return Count().settled(done.code)
    with Site(TARGET / "test" / "browser", "sqlite") as site, Site(TARGET / "test" / "browser-network", "sqlite", network=True) as network:
        site.run_php(place / "php" / "blank.php")
        shutil.copy(place / "php" / "direction.php", site.root / "wp-content" / "mu-plugins")
        facts = {"SCIMPRESS_FACTS": str(site.directory / "site.json"), "SCIMPRESS_NETWORK_FACTS": str(network.directory / "site.json")}
        total = Count()
        # The first file sets the site up.
        first = place / "setup.test.mjs"
        for file in (first, *sorted(set(place.glob("*.test.mjs")) - {first})):
            done = command("node", "--test", "--test-reporter=tap", file, env=facts)
            total += count.of_tap(done.text).settled(done.code)
    return total


def doctor(database: str, *patterns: str) -> Callable[[], Count]:
    """The connection doctor on servers that are broken, or those of its tests that a pattern names; they raise their site themselves."""

    def run() -> Count:
        chosen = [word for pattern in patterns for word in ("-k", pattern)]
        done = command("python3", "-m", "unittest", "discover", "-v", *chosen, "-s", "tests/doctor", "-t", ".", env={"SCIMPRESS_DATABASE": database})
        return count.of_unittest(done.text).settled(done.code)

    return run


# What a cache could make stale: writes from two web servers and from WordPress itself, and races.
CACHED = ("object_cache", "nodes", "races", "changes", "leaving", "linking", "wordpress", "settings", "groups")


def http_cached(database: str) -> Callable[[], Count]:
    """Those of the black-box tests that a persistent object cache may concern, on a site that has one."""

    def run() -> Count:
        done = command(
            "python3", "-m", "unittest", "-v", *(f"tests.http.test_{name}" for name in CACHED),
            env={"SCIMPRESS_DATABASE": database, "SCIMPRESS_OBJECT_CACHE": "1"},
        )  # fmt: skip
        return count.of_unittest(done.text).settled(done.code)

    return run


def conformance(database: str) -> Callable[[], Count]:
    """Outside suites over HTTP."""

    def run() -> Count:
        done = command("python3", "tests/conformance/run.py", "--database", database)
        return count.of_closing_line(done.text).settled(done.code)

    return run


# The longest first, so that no core is left alone with one at the end.
LAYERS = [
    Layer("http-sqlite", "http", http("sqlite")),
    Layer("browser", "browser", browser),
    Layer("extension", "extension", extension),
    Layer("lint", "lint", lint.run, lane="cargo", built=False),
    Layer("http-mariadb", "http", http("mariadb")),
    Layer("doctor-sqlite", "doctor", doctor("sqlite")),
    # What breaks a web server is the same to every database.
    Layer("doctor-mariadb", "doctor", doctor("mariadb", "test_healthy", "test_surfaces")),
    Layer("http-mariadb-cache", "http", http_cached("mariadb")),
    Layer("rust", "rust", rust, lane="cargo", built=False),
    Layer("wp-7.1-sqlite", "wp", wordpress("7.1", "sqlite")),
    Layer("wp-7.1-mariadb", "wp", wordpress("7.1", "mariadb")),
    Layer("wp-6.8-sqlite", "wp", wordpress("6.8", "sqlite")),
    # The SQLite integration needs WordPress 6.2 or later.
    Layer("wp-6.1-mariadb", "wp", wordpress("6.1", "mariadb")),
    Layer("network-7.1-sqlite", "wp", wordpress("7.1", "sqlite", network=True)),
    Layer("network-6.1-mariadb", "wp", wordpress("6.1", "mariadb", network=True)),
    Layer("conformance", "conformance", conformance("mariadb")),
    Layer("entra", "entra", entra, built=False),
    Layer("site", "site", site_room, built=False),
]
