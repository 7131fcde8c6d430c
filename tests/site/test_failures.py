"""What is said of tests that failed, from what each tool prints."""

import unittest

from layers.failures import named


class FailuresTest(unittest.TestCase):
    def test_tap_names_the_innermost_test(self) -> None:
        text = """# Subtest: outer
    # Subtest: inner
    not ok 1 - inner
      ---
      error: |-
        Expected values to be strictly equal:
        
        1 !== 2
        
      code: 'ERR_ASSERTION'
      ...
not ok 1 - outer
  ---
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
ok 2 - good
not ok 3 - late
  ---
  failureType: 'testCodeFailure'
  error: 'page.goto: Timeout'
  ...
"""
        self.assertEqual(["inner: Expected values to be strictly equal: 1 !== 2", "late: 'page.goto: Timeout'"], named(text))

    def test_unittest_names_the_exception(self) -> None:
        text = """FAIL: test_a (tests.http.test_b.BTest.test_a) (row='x')
----------------------------------------------------------------------
Traceback (most recent call last):
  File "b.py", line 1, in test_a
    self.assertEqual(1, 2)
AssertionError: 1 != 2

======================================================================
ERROR: setUpClass (tests.http.test_c.CTest)
----------------------------------------------------------------------
Traceback (most recent call last):
scimpress_site.tree.Failure: no port
"""
        self.assertEqual(
            ["test_a (tests.http.test_b.BTest.test_a) (row='x'): AssertionError: 1 != 2", "setUpClass (tests.http.test_c.CTest): scimpress_site.tree.Failure: no port"],
            named(text),
        )

    def test_phpunit_and_cargo_say_their_first_line(self) -> None:
        text = """There was 1 failure:

1) LogTest::test_it with data set "a" ('x')
Failed asserting that 1 is 2.

/log.php:3

---- users::a_user stdout ----

thread 'users::a_user' panicked at tests/users.rs:1:2:
"""
        self.assertEqual(
            [
                "LogTest::test_it with data set \"a\" ('x'): Failed asserting that 1 is 2.",
                "users::a_user: thread 'users::a_user' panicked at tests/users.rs:1:2:",
            ],
            named(text),
        )

    def test_a_reason_is_short_and_said_once(self) -> None:
        said = named(f"FAIL: a\nAssertionError: {'x' * 999}\nFAIL: a\nAssertionError: {'x' * 999}\n")
        self.assertEqual([200], [len(line) for line in said])

    def test_a_log_of_good_tests_names_none(self) -> None:
        self.assertEqual([], named("ok 1 - a\ntest b ... ok\nOK (3 tests)\n"))


if __name__ == "__main__":
    unittest.main()
