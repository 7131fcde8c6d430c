"""Command line of the site room: `up`, `down`, `exec`, `facts`, `tools`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from . import daemon, tools
from .signals import Unwinding
from .site import DATABASES, Site
from .tree import Failure, say


def main() -> int:
    arguments = _parser().parse_args()
    try:
        with Unwinding():
            return int(arguments.run(arguments))
    except KeyboardInterrupt:
        return 130
    except Failure as failure:
        say(f"{arguments.command}: {failure}")
        return 1


def up(arguments: argparse.Namespace) -> int:
    site = Site(
        arguments.dir,
        arguments.database,
        arguments.wordpress,
        port=arguments.port,
        children=arguments.children,
        serve=not arguments.no_serve,
        extension=not arguments.no_extension,
        plugin=not arguments.no_plugin,
        network=arguments.network,
        bound=False,
    )
    site.start()
    print(json.dumps(site.facts, indent=2))
    return 0


def down(arguments: argparse.Namespace) -> int:
    for directory in arguments.dir:
        ended = daemon.stop(Path(directory).resolve())
        say(f"{directory}: stopped" if ended else f"{directory}: nothing was running")
    return 0


def run(arguments: argparse.Namespace) -> int:
    root = Path(arguments.dir).resolve()
    php = root / "bin" / "php"
    if not php.is_file():
        raise Failure(f"{root} holds no site: run `up` first")
    return subprocess.call([php, *arguments.script], env={**os.environ, "SCIMPRESS_SITE": str(root / "www")})


def facts(arguments: argparse.Namespace) -> int:
    file = Path(arguments.dir) / "site.json"
    if not file.is_file():
        raise Failure(f"{arguments.dir} holds no site: run `up` first")
    print(file.read_text(encoding="utf-8"))
    return 0


def install_tools(arguments: argparse.Namespace) -> int:
    tools.install(arguments.groups)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scimpress_site", description="Raise a real WordPress and take it down again.")
    commands = parser.add_subparsers(dest="command", required=True)

    command = commands.add_parser("up", help="make the site from scratch, start it, print its facts as JSON")
    command.set_defaults(run=up)
    command.add_argument("--dir", required=True, help="directory of the site; what an earlier `up` left is replaced")
    command.add_argument("--database", choices=DATABASES, default="sqlite")
    command.add_argument("--wordpress", help="version such as 6.8 (default: WORDPRESS_VERSION, else 7.1)")
    command.add_argument("--port", type=int, help="preferred port on 127.0.0.1")
    command.add_argument("--children", type=int, default=4, help="php-fpm workers")
    command.add_argument("--no-serve", action="store_true", help="files and database only")
    command.add_argument("--no-extension", action="store_true", help="PHP without the extension")
    command.add_argument("--no-plugin", action="store_true", help="WordPress without the plugin")
    command.add_argument("--network", action="store_true", help="make it a network of sites")

    command = commands.add_parser("down", help="end the servers of the sites")
    command.set_defaults(run=down)
    command.add_argument("--dir", required=True, nargs="+", help="a site's directory, or one that holds several sites")

    command = commands.add_parser("exec", help="run a PHP script with the site's PHP; SCIMPRESS_SITE names its WordPress")
    command.set_defaults(run=run)
    command.add_argument("--dir", required=True)
    command.add_argument("script", nargs=argparse.REMAINDER, help="arguments for php")

    command = commands.add_parser("facts", help="print the facts of the site again")
    command.set_defaults(run=facts)
    command.add_argument("--dir", required=True)

    command = commands.add_parser("tools", help="install what is missing on this machine")
    command.set_defaults(run=install_tools)
    command.add_argument("groups", nargs="*", help=f"of {', '.join(tools.GROUPS)} (default: all but browser)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
