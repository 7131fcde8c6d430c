"""Servers of a site: started in the foreground of a process group of their own, found again by where they work.

No list of process ids has to survive: a server is ours when its program is one of `PROGRAMS` and its working directory
lies in the site's directory. So what an interrupted run left behind is found whenever it was interrupted, and a process
that merely got an old process id is never touched.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from .tree import Failure

PROGRAMS = re.compile(r"(nginx|apache2|php-fpm[0-9.]*|mariadbd|mysqld)$")
READY_SECONDS = 60
STOP_SECONDS = 15
POLL_SECONDS = 0.02

_children: dict[int, subprocess.Popen[bytes]] = {}


def start(
    argv: list[str | Path],
    *,
    home: Path,
    log: Path,
    ready: Callable[[], bool],
    env: dict[str, str] | None = None,
    bound: bool = True,
) -> int:
    """Start a server with `home` as its working directory and wait until `ready` says so. Returns its process id.

    A `bound` server is told by the kernel to end when the calling thread does, even by SIGKILL.
    """
    # A process group of its own keeps a Ctrl-C at the terminal from reaching the server before its owner.
    prefix = tied("TERM") if bound else []
    with open(log, "ab") as output:
        child = subprocess.Popen(
            [*prefix, *argv], cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await(child, Path(argv[0]).name, log, ready)
    except BaseException:
        # Until it has become PROGRAMS' program, only this handle knows the process.
        child.kill()
        child.wait()
        raise
    _children[child.pid] = child
    return child.pid


def tied(number: str) -> list[str]:
    """Words in front of a command that make the kernel send it a signal when the thread that started it ends.

    The shell looks at its parent once the kernel has been told: it may have ended in between.
    """
    return ["setpriv", "--pdeathsig", number, "sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"', str(os.getpid())]


def running(directory: Path) -> list[int]:
    """Process ids of the servers that work below `directory`."""
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _ours(int(entry), directory)]


def stop(directory: Path) -> int:
    """End every server that works below `directory`; returns how many processes there were.

    They are asked by SIGTERM, the oldest first, since a master starts its workers anew; SIGKILL follows if need be.
    """
    handles: dict[int, int] = {}
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in sorted(running(directory)):
                _signal(pid, number, directory, handles)
            if _gone(list(handles.values()), time.monotonic() + STOP_SECONDS) and not running(directory):
                break
        else:
            raise Failure(f"processes {running(directory)} of {directory} do not end")
    finally:
        for handle in handles.values():
            os.close(handle)
    for pid in handles:
        if child := _children.pop(pid, None):
            child.wait()
    return len(handles)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, indented."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


def _await(child: subprocess.Popen[bytes], name: str, log: Path, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if child.poll() is not None:
            raise Failure(f"{name} ended with {child.returncode} at its start:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise Failure(f"{name} was not ready after {READY_SECONDS} s:\n{tail(log)}")
        time.sleep(POLL_SECONDS)


def _ours(pid: int, directory: Path) -> bool:
    try:
        program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
        place = os.readlink(f"/proc/{pid}/cwd").removesuffix(" (deleted)")
    except OSError:
        return False
    return bool(PROGRAMS.search(os.path.basename(program))) and Path(place).is_relative_to(directory)


def _signal(pid: int, number: int, directory: Path, handles: dict[int, int]) -> None:
    """The handle is opened before the process is checked, so its id cannot pass to another one in between."""
    try:
        if pid not in handles:
            handle = os.pidfd_open(pid)
            if not _ours(pid, directory):
                os.close(handle)
                return
            handles[pid] = handle
        signal.pidfd_send_signal(handles[pid], number)
    except ProcessLookupError:
        pass


def _gone(handles: list[int], deadline: float) -> bool:
    """Wait until every process has ended; a handle becomes readable then."""
    while handles and time.monotonic() < deadline:
        ended, _, _ = select.select(handles, [], [], max(0.0, deadline - time.monotonic()))
        handles = [handle for handle in handles if handle not in ended]
    return not handles
