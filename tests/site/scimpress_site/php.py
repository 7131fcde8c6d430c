"""PHP as a site uses it: own ini files, the machine's own modules, and our extension loaded from php.ini."""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
from pathlib import Path

from .tree import Failure, run


def command() -> str:
    """The command-line PHP: what the variable PHP names, else `php`."""
    name = os.environ.get("PHP") or "php"
    found = shutil.which(name)
    if not found:
        raise Failure(f"`{name}` is not installed: run `make tools`")
    return found


@functools.cache
def version() -> str:
    """Such as `8.2`."""
    return run([command(), "-n", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"])


def fpm() -> str:
    """The FastCGI process manager of the same version: what PHP_FPM names, else `php-fpm8.2` or `php-fpm`."""
    return _sibling("fpm")


def cgi() -> str:
    """The CGI program of the same version: what PHP_CGI names, else `php-cgi8.2` or `php-cgi`."""
    return _sibling("cgi")


def _sibling(sapi: str) -> str:
    given = os.environ.get(f"PHP_{sapi.upper()}")
    for name in [given] if given else [f"php-{sapi}{version()}", f"php-{sapi}"]:
        found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if found:
            return found
    raise Failure(f"php-{sapi} {version()} is not installed: run `make tools`")


def configure(directory: Path, program: str, *, extension: Path | None, settings: dict[str, str]) -> dict[str, str]:
    """Write php.ini and conf.d below `directory` for one program; returns the environment that makes it read them.

    conf.d holds links to the machine's own files, but for one that loads scimpress: after `make install` the extension
    would be loaded twice.
    """
    scanned = directory / "conf.d"
    scanned.mkdir(parents=True)
    for file in _machine_files(program):
        if not re.search(r"^\s*extension\s*=.*scimpress", file.read_text(encoding="utf-8", errors="replace"), re.M):
            (scanned / file.name).symlink_to(file.resolve())
    lines = [f'{name} = "{value}"' for name, value in settings.items()]
    if extension is not None:
        if not extension.is_file():
            raise Failure(f"{extension} does not exist: run `make build`")
        lines.insert(0, f'extension = "{extension}"')
    (directory / "php.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {**os.environ, "PHPRC": str(directory), "PHP_INI_SCAN_DIR": str(scanned)}


def wrapper(file: Path, environment: dict[str, str], *, program: str | None = None) -> None:
    """An executable that is PHP (`program`, else that of the command line) with a site's ini files, for everything that wants
    the path of a `php`."""
    ini, scanned = (shlex.quote(environment[name]) for name in ("PHPRC", "PHP_INI_SCAN_DIR"))
    program = shlex.quote(program or command())
    file.write_text(f'#!/bin/sh\nPHPRC={ini} PHP_INI_SCAN_DIR={scanned} exec {program} -c {ini} "$@"\n', encoding="utf-8")
    file.chmod(0o755)


@functools.cache
def _machine_files(program: str) -> tuple[Path, ...]:
    """The ini files the program reads when nobody tells it otherwise."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PHPRC", "PHP_INI_SCAN_DIR")}
    # The CGI program says it in HTML.
    found = re.search(r"Scan this dir for additional \.ini files *(?:=>|</td><td[^>]*>) *([^\n<]*[^\n< ])", run([program, "-i"], env=clean))
    directory = Path(found.group(1)) if found else Path("(none)")
    return tuple(sorted(directory.glob("*.ini"))) if directory.is_dir() else ()
