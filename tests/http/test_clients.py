"""What Okta, OneLogin, JumpCloud, Google, authentik and others send, replayed file by file; one test for each line."""

import unittest
from pathlib import Path

from tests.entra.assertions import shape_faults
from tests.http.expected import at, unordered, without
from tests.http.replay import RECORDINGS, REQUESTS, Line, Replay, lines
from tests.http.server import server


class Recording(unittest.TestCase):
    """A file is played once; the tests look at its answers in any order."""

    maxDiff = None
    file: Path
    replay: Replay

    @classmethod
    def setUpClass(cls) -> None:
        cls.replay = Replay(server(), cls.file)
        cls.addClassCleanup(cls.replay.finish)
        cls.replay.play()

    def check(self, line: Line) -> None:
        """Status, shape and stated values of one answer; no password in it."""
        answer = self.replay.answers[line.name]
        self.assertEqual(line.expect_status, answer.status, answer.detail)
        self.assertEqual([], shape_faults(answer))
        for password in self.replay.passwords:
            self.assertNotIn(password.encode(), answer.content)
        for pointer, expected in line.expect.items():
            self.assertEqual(unordered(pointer, self.replay.fill_json(expected)), at(answer.json, pointer), pointer)
        if line.same_as:
            earlier = self.replay.answers[line.same_as]
            self.assertEqual(without(earlier.json, line.other_than), without(answer.json, line.other_than))
            if not line.other_than:
                self.assertEqual(earlier.headers["etag"], answer.headers["etag"])


def _test(line: Line):
    def test(self: Recording) -> None:
        self.check(line)

    test.__doc__ = line.notes
    return test


def _case(file: Path) -> type[Recording]:
    tests = {"test_" + line.name.replace(".", "_").replace("-", "_"): _test(line) for line in lines(file)}
    name = "".join(part.capitalize() for part in (file.parent.name, file.stem))
    return type(name, (Recording,), {"file": file, "__doc__": f"{file.parent.name}/{file.name}", **tests})


for _file in sorted(RECORDINGS.glob("*/*.jsonl")):
    if _file != REQUESTS:
        _made = _case(_file)
        globals()[_made.__name__] = _made
# The loader takes what is left in the module: Recording itself has no tests, and the loop's names are no cases of their own.
del _made
