"""What the tests on broken servers share."""

import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.doctor.clinic import Clinic, Diagnosis, clinic

# In the order of the doctor: what stops one leaves those after it without judgement.
CHECKS = [
    "settings", "permalinks", "address", "redirect", "wordpress", "cache", "extension", "authorization", "routes", "request",
    "answer", "methods", "clock",
]  # fmt: skip

# A run is bounded by 30 seconds; what starts PHP comes on top.
PATIENCE_SECONDS = 40

PLUGIN = "<?php\n/**\n * Plugin Name: {name}\n */\n{code}\n"


class DoctorCase(unittest.TestCase):
    """A test with the clinic."""

    maxDiff = None

    def setUp(self) -> None:
        self.clinic: Clinic = clinic()

    def doctor(self, url: str | None = None, **options: Path) -> Diagnosis:
        """A run, which must not take longer than promised and leave no pass behind."""
        begun = time.monotonic()
        said = self.clinic.doctor(url, **options)
        self.assertLess(time.monotonic() - begun, PATIENCE_SECONDS)
        self.assertEqual(CHECKS, list(said.report["checks"]))
        self.assertNotIn("{", "".join(finding["title"] + finding["explanation"] for finding in said.report["findings"]))
        return said

    @contextmanager
    def fast_lane(self) -> Iterator[None]:
        """The site answers in the fast lane meanwhile."""
        lane = self.clinic.etc / "lane"
        lane.touch()
        try:
            yield
        finally:
            lane.unlink()

    def assert_good(self, said: Diagnosis) -> None:
        """Nothing was found but that a test's server has no TLS."""
        self.assertEqual([], said.ids)
        self.assertEqual(0, said.code)
        bad = {check: state for check, state in said.report["checks"].items() if state != "good" and check != "settings"}
        self.assertEqual({}, bad)

    def assert_found(self, said: Diagnosis, name: str, *words: str, code: int = 1) -> dict:
        """This finding and no other was made, with these words in its title or explanation."""
        self.assertEqual([name], said.ids, said.report["findings"])
        self.assertEqual(code, said.code)
        finding = said.finding(name)
        self.assertEqual(finding["severity"], said.report["checks"][finding["check"]])
        for word in words:
            self.assertIn(word, f"{finding['title']} {finding['explanation']}")
        return finding

    def assert_stops(self, said: Diagnosis, name: str, *words: str) -> dict:
        """As assert_found; what was judged before is good, and nothing after it was judged."""
        finding = self.assert_found(said, name, *words)
        place = CHECKS.index(finding["check"])
        states = said.report["checks"]
        self.assertEqual([], [check for check in CHECKS[1:place] if states[check] not in ("good", "not judged")])
        self.assertEqual({"not judged"}, {states[check] for check in CHECKS[place + 1 :]})
        return finding

    @contextmanager
    def plugin(self, name: str, code: str, *, must_use: bool = False) -> Iterator[None]:
        """A plugin with this name in its header, active meanwhile. Each has a file of its own: opcache looks every two seconds."""
        slug = f"{name.lower().replace(' ', '-')}-{time.monotonic_ns()}"
        file = self.clinic.content / (f"mu-plugins/{slug}.php" if must_use else f"plugins/{slug}/main.php")
        file.parent.mkdir(exist_ok=True)
        file.write_text(PLUGIN.format(name=name, code=code))
        active = self.clinic.etc / "plugins"
        if not must_use:
            active.write_text(f"{slug}/main.php\n")
        try:
            yield
        finally:
            active.write_text("")
            file.unlink()
