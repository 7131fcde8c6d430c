"""Formatting, lints and coding style; each check counts as one test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from scimpress_site.tree import ROOT

from .command import command
from .count import Count

BENCH = "tests/bench/engines/scimpress/Cargo.toml"


def run() -> Count:
    """Every check, also after one has failed."""
    clippy = ("cargo", "clippy", "--all-targets")
    results = [
        command("cargo", "fmt", "--check").code,
        command(*clippy, "--no-default-features", "--", "-D", "warnings").code,
        # A crate of its own, which no other test builds: it had once stopped compiling unnoticed.
        command("cargo", "check", "--manifest-path", BENCH, "--target-dir", "target").code,
        command(*clippy, "--", "-D", "warnings").code,
        command(shutil.which("phpcs") or "phpcs", "-p", "-s").code,
        *(_php_syntax(file) for file in sorted(_php_files())),
    ]
    return Count(passed=results.count(0), failed=len(results) - results.count(0))


def _php_files() -> list[Path]:
    return [file for place in ("plugin", "tests") for file in (ROOT / place).rglob("*.php")]


def _php_syntax(file: Path) -> int:
    return command(os.environ.get("PHP") or "php", "-n", "-l", file.relative_to(ROOT)).code
