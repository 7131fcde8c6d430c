"""Which tests failed and what they said, read from a layer's log, whatever tool wrote it."""

from __future__ import annotations

import re

from .count import ANSI

# How each tool opens the report of a test that failed.
HEADS = (
    re.compile(r"^ *not ok \d+ - (.+)$"),  # Node's TAP
    re.compile(r"^(?:FAIL|ERROR): (.+)$"),  # Python's unittest
    re.compile(r"^\d+\) (\S+::.+)$"),  # PHPUnit
    re.compile(r"^---- (.+) stdout ----$"),  # cargo test
    re.compile(r"^ +FAIL \[.+?\] (.+)$"),  # cargo nextest
)
# A test of tests: what it says is that one of them failed.
OUTER = "failureType: 'subtestsFailed'"
WORDS = 200
LINES = 60


def named(text: str) -> list[str]:
    """One line for each test that failed: its name and the first words of its reason, at most 200 characters."""
    lines = ANSI.sub("", text).splitlines()
    found: dict[str, None] = {}
    for number, line in enumerate(lines):
        name = next((match.group(1) for head in HEADS if (match := head.match(line))), None)
        if name is None:
            continue
        report = _report(lines[number + 1 : number + 1 + LINES])
        if not any(OUTER in said for said in report):
            found.setdefault(" ".join(f"{name}: {_reason(report)}".split())[:WORDS])
    return list(found)


def _report(after: list[str]) -> list[str]:
    """The lines up to the next report."""
    end = next((number for number, line in enumerate(after) if any(head.match(line) for head in HEADS)), len(after))
    return after[:end]


def _reason(report: list[str]) -> str:
    for number, line in enumerate(report):
        # TAP: a text of one line or of several.
        if match := re.match(r"^ +error: (.*)$", line):
            return match.group(1) if not match.group(1).startswith("|") else " ".join(report[number + 1 : number + 4])
        # The end of a Python traceback.
        if re.match(r"^[A-Za-z_][\w.]*(?:Error|Exception|Failure|Timeout|Exit)\b", line):
            return line
    return next((line for line in report if line.strip() and not line.startswith(("---", "==="))), "")
