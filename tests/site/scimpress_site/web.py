"""nginx and php-fpm in front of a site, on loopback and a private socket."""

from __future__ import annotations

import errno
import getpass
import os
import shutil
import socket
from pathlib import Path

from . import daemon, php
from .tree import Failure

# Linux: a socket's path has 107 bytes at most.
SOCKET_PATH_BYTES = 107

FPM = """\
[global]
error_log = "{log}/fpm.log"
daemonize = no

[site]
{account}listen = "{run}/{pool}.sock"
listen.backlog = 511
pm = static
pm.max_children = {children}
clear_env = yes
catch_workers_output = yes
decorate_workers_output = no
security.limit_extensions = .php
"""

NGINX = """\
{account}worker_processes 1;
daemon off;
pid "{run}/nginx.pid";
error_log "{log}/nginx-error.log";

events {{
    worker_connections 512;
}}

http {{
    access_log "{log}/nginx-access.log";
    default_type application/octet-stream;
    types {{
        text/html html; text/css css; text/javascript js; application/json json;
        image/svg+xml svg; image/png png; image/jpeg jpg jpeg; image/gif gif; font/woff2 woff2;
    }}
    client_max_body_size 8m;
    keepalive_requests 100000;
    server_tokens off;
    client_body_temp_path "{tmp}/body";
    fastcgi_temp_path "{tmp}/fastcgi";
    proxy_temp_path "{tmp}/proxy";
    scgi_temp_path "{tmp}/scgi";
    uwsgi_temp_path "{tmp}/uwsgi";

{servers}}}
"""

# One address of a site. What is no header cannot be sent by a client: `lane` tells wp-config.php which way requests go.
SERVER = """\
    server {{
        listen 127.0.0.1:{port};
        server_name localhost;
        root "{root}";
        index index.php;

{network}        location / {{
            try_files $uri $uri/ /index.php?$args;
        }}

        location ~ ^/wp-content/database/ {{
            return 404;
        }}

        location ~ \\.php$ {{
            try_files $uri =404;
            fastcgi_pass "unix:{run}/{pool}.sock";
            fastcgi_buffers 16 16k;
            fastcgi_buffer_size 32k;
            fastcgi_read_timeout 600s;
            fastcgi_param GATEWAY_INTERFACE CGI/1.1;
            fastcgi_param SERVER_SOFTWARE nginx;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
            fastcgi_param SCRIPT_NAME $fastcgi_script_name;
            fastcgi_param REQUEST_URI $request_uri;
            fastcgi_param DOCUMENT_URI $document_uri;
            fastcgi_param DOCUMENT_ROOT $document_root;
            fastcgi_param SERVER_PROTOCOL $server_protocol;
            fastcgi_param REQUEST_SCHEME $scheme;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param REMOTE_PORT $remote_port;
            fastcgi_param SERVER_ADDR $server_addr;
            fastcgi_param SERVER_PORT $server_port;
            fastcgi_param SERVER_NAME $server_name;
            fastcgi_param REDIRECT_STATUS 200;
            fastcgi_param SCIMPRESS_LANE {lane};
        }}
    }}
"""

# The sites of a network by paths share all files.
NETWORK = """
        if (!-e $request_filename) {
            rewrite ^/[^/]+(/wp-(?:admin|content|includes)(?:/.*)?)$ $1 last;
            rewrite ^/[^/]+(/[^/]+\\.php)$ $1 last;
        }

"""


def free_port(preferred: int | None = None) -> int:
    """The preferred port of 127.0.0.1 if nobody listens on it, else one the kernel picks."""
    for port in filter(None, (preferred, -1)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", max(port, 0)))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return int(probe.getsockname()[1])
    raise Failure("127.0.0.1 has no free port left")


def socket_path(path: Path) -> Path:
    """The same path, if the kernel takes it for a socket."""
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        raise Failure(f"{path} is longer than the {SOCKET_PATH_BYTES} bytes Linux allows for a socket: use a shorter directory")
    return path


def start_fpm(site: Path, *, children: int, environment: dict[str, str], bound: bool, pool: str = "php") -> int:
    """php-fpm as the current user; root has to say that it means it. `pool` names its socket and its configuration."""
    root = os.geteuid() == 0
    account = "user = root\ngroup = root\n" if root else ""
    file = site / "etc" / f"{pool}-fpm.conf"
    place = {"log": site / "log", "run": site / "run", "children": children, "account": account, "pool": pool}
    file.write_text(FPM.format(**place), encoding="utf-8")
    path = socket_path(site / "run" / f"{pool}.sock")
    return daemon.start(
        [php.fpm(), "--nodaemonize", *(["--allow-to-run-as-root"] if root else []), "-c", environment["PHPRC"], "-y", file],
        home=site / "run",
        log=site / "log" / "fpm.log",
        ready=lambda: _answers(socket.AF_UNIX, str(path)),
        env=environment,
        bound=bound,
    )


def start_nginx(site: Path, *, root: Path, port: int, bound: bool, second: int | None = None, network: bool = False) -> int:
    """nginx as the current user, its every path in the site's directory.

    `second` is the port of a second address: a php-fpm of its own, whose requests go through the REST server.
    """
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not program:
        raise Failure("nginx is not installed: run `make tools`")
    account = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
    file = site / "etc" / "nginx.conf"
    here = {"run": site / "run", "root": root, "network": NETWORK if network else ""}
    servers = SERVER.format(port=port, pool="php", lane='""', **here)
    if second is not None:
        servers += SERVER.format(port=second, pool="second", lane="rest", **here)
    place = {"log": site / "log", "run": site / "run", "tmp": site / "tmp", "account": account, "servers": servers}
    file.write_text(NGINX.format(**place), encoding="utf-8")
    log = site / "log" / "nginx-error.log"
    ports = [port] if second is None else [port, second]
    return daemon.start(
        [program, "-p", site, "-c", file, "-e", log],
        home=site / "run",
        log=log,
        ready=lambda: (site / "run" / "nginx.pid").is_file() and all(_answers(socket.AF_INET, ("127.0.0.1", number)) for number in ports),
        bound=bound,
    )


def _answers(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family) as probe:
        probe.settimeout(1)
        return probe.connect_ex(address) == 0
