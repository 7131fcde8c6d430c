"""Runs one command of a layer: its output goes to the layer's log as it comes, and is kept for counting."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scimpress_site.tree import ROOT


@dataclass(frozen=True)
class Result:
    """Exit code, and standard output and error as they came."""

    code: int
    text: str


def command(*argv: str | Path, env: dict[str, str] | None = None) -> Result:
    """A command in the root of the source tree. One that does not exist ends with 127, as in a shell."""
    words: Sequence[str] = [str(word) for word in argv]
    shown = " ".join(shlex.quote(word) for word in words)
    print(f"$ {shown}", flush=True)
    try:
        child = subprocess.Popen(
            words,
            cwd=ROOT,
            env={**os.environ, "CARGO_TERM_COLOR": "never", "NO_COLOR": "1", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as missing:
        print(f"{missing.filename} does not exist", flush=True)
        return Result(127, "")
    lines = []
    with child:
        try:
            for line in child.stdout or ():
                print(line, end="", flush=True)
                lines.append(line)
        except BaseException:
            child.terminate()
            raise
    return Result(child.returncode, "".join(lines))
