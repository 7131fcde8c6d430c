"""Counting: what each tool prints, and that no broken run looks like a good one."""

import tempfile
import unittest
from pathlib import Path

from layers import count
from layers.count import Count


class CountTest(unittest.TestCase):
    def test_cargo_sums_the_test_programs(self) -> None:
        text = (
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n"
            "test result: \x1b[31mFAILED\x1b[0m. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n"
        )
        self.assertEqual(Count(15, 2, 1), count.of_cargo(text))

    def test_nextest_reads_the_summary(self) -> None:
        text = "     Summary [   4.054s] 210 tests run: 207 passed (1 slow), 2 failed, 1 timed out, 5 skipped\n"
        self.assertEqual(Count(207, 3, 5), count.of_nextest(text))
        self.assertEqual(Count(1, 0, 0), count.of_nextest("     Summary [   0.1s] 1 test run: 1 passed, 0 skipped\n"))

    def test_unittest_reads_good_and_bad_ends(self) -> None:
        self.assertEqual(Count(7, 0, 0), count.of_unittest("Ran 7 tests in 0.1s\n\nOK\n"))
        bad = "Ran 10 tests in 0.1s\n\nFAILED (failures=2, errors=1, skipped=3)\n"
        self.assertEqual(Count(4, 3, 3), count.of_unittest(bad))

    def test_unittest_does_not_count_an_expected_failure_as_passed(self) -> None:
        text = "Ran 3 tests in 0.1s\n\nFAILED (expected failures=1, unexpected successes=1)\n"
        self.assertEqual(Count(1, 1, 1), count.of_unittest(text))

    def test_junit_reads_the_outer_suite(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            file = Path(place, "junit.xml")
            file.write_text(
                '<testsuites><testsuite name="a" tests="9" errors="1" warnings="0" failures="2" skipped="1">'
                '<testsuite name="b" tests="9" errors="1" failures="2" skipped="1"/></testsuite></testsuites>'
            )
            self.assertEqual(Count(5, 3, 1), count.of_junit(file))
            self.assertEqual(Count(), count.of_junit(Path(place, "missing.xml")))

    def test_tap_reads_the_comments_at_the_end(self) -> None:
        text = "TAP version 13\n# pass 9\nok 1 - a\n1..1\n# tests 9\n# suites 0\n# pass 4\n# fail 2\n# cancelled 1\n# skipped 1\n# todo 1\n# duration_ms 7.5\n"
        self.assertEqual(Count(4, 3, 2), count.of_tap(text))
        self.assertEqual(Count(), count.of_tap("node: bad option"))

    def test_closing_line_is_the_last_one_alone_on_its_line(self) -> None:
        self.assertEqual(Count(5, 1), count.of_closing_line("1 passed, 9 failed\nnoise 3 passed, 4 failed\n5 passed, 1 failed\n"))

    def test_a_command_that_dies_is_a_failure(self) -> None:
        self.assertEqual(Count(7, 1), Count(7).settled(101))
        self.assertEqual(Count(7, 2), Count(7, 2).settled(101))

    def test_a_run_of_no_test_is_a_failure(self) -> None:
        self.assertEqual(Count(failed=1), Count().settled(0))
        self.assertEqual(Count(failed=1, skipped=4), Count(skipped=4).settled(0))
        self.assertEqual(Count(7), Count(7).settled(0))


if __name__ == "__main__":
    unittest.main()
