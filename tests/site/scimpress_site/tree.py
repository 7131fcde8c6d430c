"""Where things lie in the source tree, and how a cache gets there in one piece."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TARGET = ROOT / "target"
PLUGIN = ROOT / "plugin"
EXTENSION = TARGET / "release" / "libscimpress.so"
SCRIPTS = ROOT / "tests" / "site" / "php"


class Failure(Exception):
    """Something the person at the terminal can act on; the text says what."""


def say(text: str) -> None:
    """One line of progress, on standard error: standard output carries the facts."""
    print(text, file=sys.stderr, flush=True)


def run(argv: list[str | Path], *, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Standard output of a command; `Failure` with its last lines when it fails or does not exist."""
    try:
        done = subprocess.run(argv, env=env, cwd=cwd, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except FileNotFoundError as missing:
        raise Failure(f"{missing.filename} is not installed: run `make tools`") from missing
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()[-15:]
        command = f"{argv[0]} … {argv[-1]}" if len(argv) > 3 else " ".join(map(str, argv))
        raise Failure(f"`{command}` ended with {done.returncode}:\n  " + "\n  ".join(lines))
    return done.stdout


@contextlib.contextmanager
def published(place: Path) -> Iterator[Path | None]:
    """Fill a cache directory whole or not at all.

    Yields an empty directory to fill, which becomes `place` at the end of the block, or None when `place` is there
    already. Two processes that want the same cache wait for each other; what an interrupted one left is removed.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.parent / f".{place.name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            yield None
            return
        prefix = f".{place.name}.part-"
        for stale in place.parent.glob(f"{prefix}*"):
            shutil.rmtree(stale, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=prefix, dir=place.parent))
        try:
            yield part
            part.chmod(0o755)
            os.rename(part, place)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def link_tree(source: Path, target: Path) -> None:
    """Copy a tree by hard links, or by content where the file system has none."""

    def place(origin: str, copy: str) -> None:
        try:
            os.link(origin, copy)
        except OSError:
            shutil.copy2(origin, copy)

    shutil.copytree(source, target, copy_function=place, dirs_exist_ok=True)
