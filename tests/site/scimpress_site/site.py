"""One WordPress site: files, database, servers, and the facts a client needs."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import string
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from . import daemon, mariadb, php, sqlite, web, wordpress
from .config import wp_config
from .signals import Unwinding
from .tree import EXTENSION, PLUGIN, SCRIPTS, Failure, link_tree

MARKER = ".scimpress-site"
DATABASES = ("sqlite", "mariadb")


class Site:
    """A site in a directory of its own. As a context manager it is taken down on every way out of the block.

    directory   where everything of the site lies; an earlier site in it is stopped and replaced
    database    `sqlite` or `mariadb`
    wordpress   version or its beginning; by default WORDPRESS_VERSION, else 7.1
    port        preferred port on 127.0.0.1; another one when it is taken
    children    php-fpm workers, all started at once
    serve       False: no nginx and no php-fpm, only files and database, for tests that load WordPress themselves
    extension   False: PHP does not load the extension; a path: that file instead of target/release/libscimpress.so
    plugin      False: a bare WordPress; no token then
    bound       False: the servers outlive this process (`up`)
    durable     True: MariaDB syncs every commit, as in production
    second      True: a second address, with a php-fpm of its own, whose requests go through the REST server (`second_url`)
    network     True: the first site of a multisite network, by paths; without servers its domain has no port
    """

    url: str
    second_url: str | None
    tenant_url: str
    token: str
    admin_login: str
    admin_password: str
    facts: dict[str, Any]

    def __init__(
        self,
        directory: str | Path,
        database: str = "sqlite",
        wordpress: str | None = None,
        *,
        port: int | None = None,
        children: int = 4,
        serve: bool = True,
        extension: bool | str | Path = True,
        plugin: bool = True,
        bound: bool = True,
        durable: bool = False,
        second: bool = False,
        network: bool = False,
    ) -> None:
        if database not in DATABASES:
            raise Failure(f"`{database}` is no database: write sqlite or mariadb")
        self.directory = Path(directory).resolve()
        self.database = database
        self.root = self.directory / "www"
        self.php = self.directory / "bin" / "php"
        self.log = self.directory / "log"
        self.mail = self.directory / "mail"
        self._wordpress = wordpress
        self._port = port
        self._children = children
        self._serve = serve
        self._extension = (EXTENSION if extension is True else Path(extension).resolve()) if extension else None
        self._plugin = plugin
        self._bound = bound
        self._durable = durable
        self._second = second
        self._network = network
        self._unwinding = Unwinding()
        self._held: IO[str] | None = None

    def __enter__(self) -> Site:
        self._unwinding.__enter__()
        try:
            return self.start()
        except BaseException:
            self._unwinding.__exit__()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._unwinding.__exit__()

    def start(self) -> Site:
        """Make the site from scratch and start its servers; nothing is left running when that fails."""
        self._claim()
        try:
            self._build()
        except BaseException:
            self.stop()
            raise
        if not self._bound:
            self._disclaim()
        return self

    def stop(self) -> int:
        """End the site's servers and return how many processes ended; its files stay until the next start."""
        try:
            return daemon.stop(self.directory)
        finally:
            self._disclaim()

    def run_php(self, script: str | Path, *arguments: str, stdin: str = "") -> str:
        """Standard output of a PHP script run with the site's PHP; SCIMPRESS_SITE names the WordPress to load."""
        done = subprocess.run(
            [*daemon.tied("KILL"), self.php, script, *arguments],
            env={**os.environ, "SCIMPRESS_SITE": str(self.root), "SCIMPRESS_HOST": self._host},
            text=True,
            input=stdin,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise Failure(f"{Path(script).name} ended with {done.returncode}:\n{(done.stdout + done.stderr).strip()[-2000:]}")
        sys.stderr.write(done.stderr)
        return done.stdout

    def add_site(self, path: str) -> dict[str, str]:
        """Another site of the network, at a path such as `/other/`, with provisioning on: its `url`, `tenant_url` and `token`."""
        return json.loads(self.run_php(SCRIPTS / "add-site.php", path))

    @property
    def _host(self) -> str:
        return f"127.0.0.1:{self._port}" if self._network and self._serve else "127.0.0.1"

    def workers(self) -> list[int]:
        """Process ids of the php-fpm workers."""
        children = Path(f"/proc/{self.facts['pids']['php-fpm']}/task/{self.facts['pids']['php-fpm']}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]

    def _build(self) -> None:
        self._clear()
        core = wordpress.core(self._wordpress)
        for name in ("bin", "etc", "log", "mail", "run", "tmp"):
            (self.directory / name).mkdir()
        pids = {"mariadb": mariadb.start(self.directory, bound=self._bound, durable=self._durable)} if self.database == "mariadb" else {}
        self._port = web.free_port(self._port)
        self.url = f"http://127.0.0.1:{self._port}"
        other = web.free_port() if self._second else None
        self.second_url = f"http://127.0.0.1:{other}" if other else None
        self._lay_out(core)
        serving = self._configure_php()
        self.admin_login = "admin"
        self.admin_password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(20))
        self.run_php(SCRIPTS / "install.php", stdin=json.dumps({"login": self.admin_login, "password": self.admin_password}))
        if self._network:
            self.run_php(SCRIPTS / "network.php")
            self._write_config(core, network=self._host)
        made = json.loads(self.run_php(SCRIPTS / "provision.php")) if self._plugin else {}
        self.tenant_url = made.get("tenant_url", f"{self.url}/wp-json/wpo365/v1")
        self.token = made.get("token", "")
        if self._serve:
            pids["php-fpm"] = web.start_fpm(self.directory, children=self._children, environment=serving, bound=self._bound)
            if other:
                pids["second-php-fpm"] = web.start_fpm(self.directory, children=2, environment=serving, bound=self._bound, pool="second")
            pids["nginx"] = web.start_nginx(self.directory, root=self.root, port=self._port, bound=self._bound, second=other, network=self._network)
        self._record(wordpress.release(core), pids)

    def _claim(self) -> None:
        """Only a directory that is a site's, or empty, is ever replaced, and never by two at once."""
        marker = self.directory / MARKER
        if self.directory.exists() and any(self.directory.iterdir()) and not marker.exists():
            raise Failure(f"{self.directory} is not empty and holds no site: name another directory")
        self.directory.mkdir(parents=True, exist_ok=True)
        self._held = _locked(marker)
        if self._held is None:
            raise Failure(f"another run uses {self.directory}: end it first, or name another directory")

    def _disclaim(self) -> None:
        if self._held:
            self._held.close()
            self._held = None

    def _clear(self) -> None:
        daemon.stop(self.directory)
        for child in self.directory.iterdir():
            if child.name != MARKER:
                shutil.rmtree(child) if child.is_dir() and not child.is_symlink() else child.unlink()

    def _lay_out(self, core: Path) -> None:
        link_tree(core, self.root)
        content = self.root / "wp-content"
        for name in ("plugins", "themes", "mu-plugins", "uploads"):
            (content / name).mkdir(parents=True, exist_ok=True)
        if self.database == "sqlite":
            sqlite.drop_in(self.root)
        if self._plugin:
            if not (PLUGIN / "scimpress.php").is_file():
                raise Failure(f"{PLUGIN} holds no plugin: scimpress.php is missing")
            # A copy: deleting the plugin in wp-admin would follow a link and delete the source.
            shutil.copytree(PLUGIN, content / "plugins" / "scimpress")
        self._write_config(core)

    def _write_config(self, core: Path, *, network: str | None = None) -> None:
        theme = next(iter(wordpress.themes(core)), None)
        socket = self.directory / "run" / "mysql.sock"
        url = None if self._network else self.url
        text = wp_config(url=url, socket=socket, log=self.log / "debug.log", theme=theme, database=mariadb.DATABASE, network=network)
        (self.root / "wp-config.php").write_text(text, encoding="utf-8")
        (self.root / "wp-config.php").chmod(0o600)

    def _configure_php(self) -> dict[str, str]:
        """Ini files and wrapper for the command line; returns the environment php-fpm has to run in."""
        sendmail = self.directory / "bin" / "sendmail"
        sendmail.write_text(f"#!/bin/sh\nexec cat > \"$(mktemp '{self.mail}/XXXXXXXX')\"\n", encoding="utf-8")
        sendmail.chmod(0o755)
        settings = {
            "date.timezone": "UTC",
            "display_errors": "0",
            "error_log": str(self.log / "php.log"),
            "log_errors": "1",
            "memory_limit": "256M",
            "post_max_size": "8M",
            "sendmail_path": str(sendmail),
            "session.save_path": str(self.directory / "tmp"),
            "sys_temp_dir": str(self.directory / "tmp"),
            "upload_max_filesize": "8M",
            "upload_tmp_dir": str(self.directory / "tmp"),
        }
        cli = php.configure(self.directory / "etc" / "cli", php.command(), extension=self._extension, settings=settings)
        php.wrapper(self.php, cli)
        if not self._serve:
            return cli
        cache = {"opcache.enable": "1", "opcache.lockfile_path": str(self.directory / "tmp")}
        return php.configure(self.directory / "etc" / "fpm", php.fpm(), extension=self._extension, settings=settings | cache)

    def _record(self, release: str, pids: dict[str, int]) -> None:
        self.facts = {
            "url": self.url,
            "admin_login": self.admin_login,
            "admin_password": self.admin_password,
            "second_url": self.second_url,
            "tenant_url": self.tenant_url,
            "token": self.token,
            "wordpress": release,
            "database": self.database,
            "directory": str(self.directory),
            "root": str(self.root),
            "php": str(self.php),
            "php_ini": str(self.directory / "etc" / "cli" / "php.ini"),
            "socket": str(self.directory / "run" / "mysql.sock") if self.database == "mariadb" else None,
            "pids": pids,
            "logs": {name: str(self.log / f"{name}.log") for name in ("debug", "php", "fpm", "nginx-access", "nginx-error", "mariadb")},
            "mail": str(self.mail),
        }
        file = self.directory / "site.json"
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as output:
            json.dump(self.facts, output, indent=2)


def abandoned(directory: Path) -> int:
    """End servers of a site whose owner is gone; returns how many processes ended, 0 while a living run holds the site."""
    claim = _locked(directory / MARKER)
    if claim is None:
        return 0
    with claim:
        return daemon.stop(directory)


def _locked(marker: Path) -> IO[str] | None:
    """The open marker, which nobody else gets until it is closed; None when somebody else has it."""
    claim = open(marker, "w", encoding="ascii")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        claim.close()
        return None
    return claim
