"""What the machine must have, and how a missing tool gets there: by Debian packages."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .tree import Failure, say

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin"


@dataclass(frozen=True)
class Tool:
    """A tool, the package that brings it ({php} becomes `php8.2` where PHP is there already, else `php`), and its use."""

    name: str
    package: str
    reason: str
    present: Callable[[], bool]


def _command(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name, path=PATH) for name in names)


def _module(name: str) -> Callable[[], bool]:
    return lambda: name.lower() in _php_modules()


def _libclang() -> bool:
    given = os.environ.get("LIBCLANG_PATH")
    places = [given] if given else ["/usr/lib/llvm-*/lib", "/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/local/lib"]
    return any(glob.glob(f"{place}/libclang*.so*") for place in places)


def _fpm() -> bool:
    return _command(os.environ.get("PHP_FPM") or f"php-fpm{_php_version()}", "php-fpm")()


BUILD = [
    Tool("PHP", "{php}-cli", "runs WordPress", _command(os.environ.get("PHP") or "php")),
    Tool("php-config", "{php}-dev", "brings the headers the extension is built for", _command(os.environ.get("PHP_CONFIG") or "php-config")),
    Tool("libclang", "libclang-dev", "reads those headers for the Rust bindings", _libclang),
    Tool("a C compiler", "gcc", "links the extension", _command("cc", "gcc", "clang")),
]
SITE = [
    BUILD[0],
    Tool("php-fpm", "{php}-fpm", "serves WordPress as on a production site", _fpm),
    Tool("nginx", "nginx-light", "is the web server in front of php-fpm", _command("nginx")),
    Tool("PHP module pdo_sqlite", "{php}-sqlite3", "is the embedded database", _module("pdo_sqlite")),
    Tool("PHP module mysqli", "{php}-mysql", "connects WordPress to MariaDB", _module("mysqli")),
    Tool("PHP module mbstring", "{php}-mbstring", "handles names beyond ASCII", _module("mbstring")),
    Tool("PHP module xml", "{php}-xml", "is what WordPress reads XML-RPC with", _module("xml")),
    Tool("PHP module curl", "{php}-curl", "is what WordPress makes HTTP requests with", _module("curl")),
    Tool("PHP module gd", "{php}-gd", "is what WordPress scales images with", _module("gd")),
    Tool("PHP module intl", "{php}-intl", "normalises Unicode text in WordPress", _module("intl")),
    Tool("PHP module zip", "{php}-zip", "unpacks an uploaded plugin", _module("zip")),
    Tool("setpriv", "util-linux", "ties the servers of a test to the life of the test", _command("setpriv")),
]
TEST = [
    Tool("MariaDB", "mariadb-server-core", "is the second database of the tests (a program, no service)", _command("mariadbd")),
    Tool("Apache", "apache2-bin", "is the other web server of the tests (a program, no service)", _command("apache2")),
    Tool("php-cgi", "{php}-cgi", "is PHP as a CGI program of that server", lambda: _command(os.environ.get("PHP_CGI") or f"php-cgi{_php_version()}", "php-cgi")()),
    Tool("ModSecurity", "libapache2-mod-security2", "is the firewall of the tests", Path("/usr/lib/apache2/modules/mod_security2.so").is_file),
    Tool("OWASP rules", "modsecurity-crs", "are what that firewall refuses", Path("/etc/modsecurity/crs/crs-setup.conf").is_file),
    Tool("openssl", "openssl", "makes certificates that no client takes", _command("openssl")),
    Tool("my_print_defaults", "mariadb-client-core", "is needed to initialise a MariaDB data directory", _command("my_print_defaults")),
    Tool("PHPUnit", "phpunit", "runs the tests inside WordPress", _command("phpunit")),
    Tool("PHP_CodeSniffer", "php-codesniffer", "checks the plugin's coding style", _command("phpcs")),
]
PACKAGE = [Tool("zip", "zip", "packs the plugin", _command("zip"))]

BROWSER = [
    Tool("Chromium", "chromium", "shows the pages to their tests and takes the screenshots of the documentation", _command("chromium")),
    Tool("Node.js", "nodejs", "drives Chromium", _command("node")),
    Tool("npm", "npm", "brings its driver and the rules of accessibility", _command("npm")),
]

TRANSLATION = [Tool("xgettext", "gettext", "collects the texts for translators", _command("xgettext"))]

GROUPS = {"build": BUILD, "site": SITE, "test": TEST, "package": PACKAGE, "browser": BROWSER, "translation": TRANSLATION}

# What building, testing and packaging need.
USUAL = ("build", "site", "test", "package", "browser")

# Debian starts these at once when they are installed; nobody asked for a web server on port 80.
SERVICES = ("nginx", "php{version}-fpm")


def missing(groups: Iterable[str] = ()) -> list[Tool]:
    """The tools of the groups (default: the usual ones) that this machine does not have."""
    wanted: dict[str, Tool] = {}
    for name in groups or USUAL:
        if name not in GROUPS:
            raise Failure(f"`{name}` is no group of tools: choose from {', '.join(GROUPS)}")
        wanted |= {tool.name: tool for tool in GROUPS[name]}
    return [tool for tool in wanted.values() if not tool.present()]


def install(groups: Iterable[str] = ()) -> None:
    """Install what is missing. Asks apt for nothing when everything is there."""
    _require_rust(groups)
    absent = missing(groups)
    if not absent:
        return
    prefix = f"php{_php_version()}" if _php_version() else "php"
    packages = list(dict.fromkeys(tool.package.format(php=prefix) for tool in absent))
    for tool in absent:
        say(f"{tool.name} is missing: it {tool.reason} (package {tool.package.format(php=prefix)})")
    if shutil.which("apt-get") is None:
        raise Failure("this machine has no apt-get: install these tools by its own package manager and run the command again")
    before = {name for name in SERVICES if _service(name)}
    _root(["apt-get", "-qq", "update"], "reading the package index failed")
    _root(["apt-get", "-qq", "install", "--no-install-recommends", "-y", *packages], "installing failed")
    for name in set(SERVICES) - before:
        if unit := _service(name):
            _root(["systemctl", "disable", "--now", unit], "stopping a service failed")
    still = missing(groups)
    if still:
        names = ", ".join(tool.name for tool in still)
        raise Failure(f"still missing after the installation: {names}")


def _require_rust(groups: Iterable[str]) -> None:
    if "build" in (list(groups) or USUAL) and not _command("cargo")():
        raise Failure("cargo is missing: it builds the extension; install a Rust toolchain from https://rustup.rs")


def _root(argv: list[str], problem: str) -> None:
    prefix = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise Failure(f"`{' '.join(argv)}` needs root and there is no sudo: run it as root, then this command again")
        prefix = ["sudo", *prefix]
    if subprocess.call([*prefix, *argv], stdin=None, stdout=subprocess.DEVNULL) != 0:
        raise Failure(f"{problem}: `{' '.join(argv)}`")


def _service(name: str) -> str | None:
    """The unit's name when systemd runs this machine and knows the unit."""
    unit = f"{name.format(version=_php_version())}.service"
    known = Path("/run/systemd/system").is_dir() and any(
        (Path(place) / unit).is_file() for place in ("/lib/systemd/system", "/usr/lib/systemd/system")
    )
    return unit if known else None


def _php_version() -> str:
    program = shutil.which(os.environ.get("PHP") or "php")
    if not program:
        return ""
    text = subprocess.run([program, "-n", "-v"], text=True, capture_output=True, check=False).stdout
    found = re.match(r"PHP (\d+\.\d+)", text)
    return found.group(1) if found else ""


def _php_modules() -> set[str]:
    program = shutil.which(os.environ.get("PHP") or "php")
    if not program:
        return set()
    text = subprocess.run([program, "-m"], text=True, capture_output=True, check=False).stdout
    return {line.strip().lower() for line in text.splitlines()}
