"""How many tests a tool ran, read from what it printed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Count:
    """Tests by outcome; a skipped test counts as neither passed nor failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def settled(self, code: int) -> Count:
        """The count of a command that ended with `code`.

        A command that fails without naming a failed test, or ran no test at all, is one failure: a layer that does not
        even start must never look like a layer without faults.
        """
        if (code != 0 and self.failed == 0) or (code == 0 and self.passed + self.failed == 0):
            return self + Count(failed=1)
        return self


def of_cargo(text: str) -> Count:
    """`cargo test`: one line for each test program."""
    found = re.findall(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", ANSI.sub("", text), re.M)
    return sum((Count(int(passed), int(failed), int(ignored)) for passed, failed, ignored in found), Count())


def of_nextest(text: str) -> Count:
    """`cargo nextest run`: one summary line."""
    found = re.search(r"^\s*Summary \[.*?\] .*?tests? run: (.*)$", ANSI.sub("", text), re.M)
    if not found:
        return Count()
    numbers = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|timed out|exec failed|skipped)", found.group(1))}
    failed = sum(numbers.get(word, 0) for word in ("failed", "timed out", "exec failed"))
    return Count(numbers.get("passed", 0), failed, numbers.get("skipped", 0))


def of_unittest(text: str) -> Count:
    """Python's unittest. Failed sub-tests may outnumber the tests."""
    total = Count()
    for ran, verdict in re.findall(r"^Ran (\d+) tests? in .*\n\s*\n((?:OK|FAILED|NO TESTS).*)$", text, re.M):
        numbers = {word: int(number) for word, number in re.findall(r"([a-z][a-z ]*)=(\d+)", verdict)}
        failed = sum(numbers.get(word, 0) for word in ("failures", "errors", "unexpected successes"))
        skipped = sum(numbers.get(word, 0) for word in ("skipped", "expected failures"))
        total += Count(max(0, int(ran) - failed - skipped), failed, skipped)
    return total


def of_junit(file: Path) -> Count:
    """PHPUnit's JUnit log."""
    if not file.is_file():
        return Count()
    suite = xml.parse(file).getroot().find("testsuite")
    if suite is None:
        return Count()
    number = {name: int(suite.get(name, "0")) for name in ("tests", "errors", "warnings", "failures", "skipped")}
    failed = number["errors"] + number["warnings"] + number["failures"]
    return Count(number["tests"] - failed - number["skipped"], failed, number["skipped"])


def of_tap(text: str) -> Count:
    """Node's test runner: the comments at the end of its TAP."""
    found = {word: int(number) for word, number in re.findall(r"^# (pass|fail|cancelled|skipped|todo) (\d+)$", text, re.M)}
    return Count(found.get("pass", 0), found.get("fail", 0) + found.get("cancelled", 0), found.get("skipped", 0) + found.get("todo", 0))


def of_closing_line(text: str) -> Count:
    """Our own scripts: the last line of the form `N passed, N failed`."""
    found = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.M)
    return Count(int(found[-1][0]), int(found[-1][1])) if found else Count()
