"""A MariaDB server of a site's own: private socket, no TCP, data below the site's directory."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
from pathlib import Path

from . import daemon
from .tree import TARGET, Failure, published, run
from .web import socket_path

DATABASE = "wordpress"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

CONFIGURATION = """\
[mariadbd]
user = {user}
datadir = {data}
socket = {run}/mysql.sock
pid_file = {run}/mariadbd.pid
tmpdir = {tmp}
log_error = {log}/mariadb.log
init_file = {file}
skip_networking = 1
skip_name_resolve = 1
character_set_server = utf8mb4
collation_server = utf8mb4_unicode_ci
innodb_buffer_pool_size = 128M
innodb_log_file_size = 16M
innodb_flush_log_at_trx_commit = {flush}
performance_schema = 0
max_connections = 50
"""


def start(site: Path, *, bound: bool, durable: bool = False) -> int:
    """Start a server with an empty database `wordpress`, account root, no password.

    `durable` writes every commit through to the disk, as a production server does and a test need not.
    """
    program = _program("mariadbd")
    data = site / "mysql"
    shutil.copytree(_template(program), data)
    init = site / "etc" / "init.sql"
    init.write_text(f"CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;\n")
    file = site / "etc" / "my.cnf"
    place = {"data": data, "run": site / "run", "tmp": site / "tmp", "log": site / "log", "file": init}
    file.write_text(CONFIGURATION.format(user=getpass.getuser(), flush=1 if durable else 2, **place), encoding="utf-8")
    path = socket_path(site / "run" / "mysql.sock")
    log = site / "log" / "mariadb.log"
    return daemon.start(
        [program, f"--defaults-file={file}"], home=data, log=log, ready=lambda: _greets(path), bound=bound
    )


def _template(program: str) -> Path:
    """An initialised data directory, made once for each version of the server."""
    found = re.search(r"Ver ([0-9.]+)", run([program, "--no-defaults", "--version"]))
    place = TARGET / "mariadb" / (found.group(1) if found else "unknown")
    with published(place) as part:
        if part is not None:
            run(
                [
                    _program("mariadb-install-db"),
                    "--no-defaults",
                    f"--user={getpass.getuser()}",
                    f"--datadir={part}",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    "--innodb-log-file-size=16M",
                ]
            )
    return place


def _program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    if not found:
        raise Failure(f"{name} is not installed: run `make tools`")
    return found


def _greets(path: Path) -> bool:
    """The server speaks first; it does so only after the init file has run."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
            return len(probe.recv(5)) == 5
        except OSError:
            return False
