#!/usr/bin/env python3
"""Outside conformance suites against the real site: scim2-tester (through scim2-cli) and scim-sanity, both from PyPI.

    tests/conformance/run.py [--database sqlite|mariadb]

Prints passed and failed by suite, every failed check, and a closing line. A check that a suite skips counts as failed
unless ACCEPTED names it with its reason.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "site"))
from scimpress_site import Site  # noqa: E402

REQUIREMENTS = ("scim2-cli==0.6.0", "scim2-tester==0.5.2", "scim-sanity==0.7.4")

# What a suite reports and this server answers for: a pattern of the report, and the reason. A failure is accepted only
# where the fault lies in the suite, by the clause named.
ACCEPTED = {
    r"SKIP Agent": "draft-abbey-scim-agent-extension-00 is not part of SCIM 2.0; the suite skips what a server does not announce",
    r"FAIL PATCH /Groups/\{id\} add member Expected 200, got 400": "RFC 7643 §4.2: the value of a member is the id of a User or Group; the suite adds the id 'fake-member-id', which is of neither",
    r"FAIL PATCH /Groups/\{id\}.* Expected (HTTP )?200, got 204": "RFC 7644 §3.5.2: a server answers 200 with a body or 204 without; 204 is what Entra asks for, lest a group of 50,000 be sent with each member",
    r"ERROR check_(add|replace)_attribute Attribute 'members' was not .* display=": "RFC 7643 §7: members.display is readOnly, as /Schemas says, so the server sets it; the suite compares it with what it did not send",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", choices=("sqlite", "mariadb"))
    database = parser.parse_args().database
    programs = suites()
    passed = failed = 0
    with Site(ROOT / "target" / "test" / f"conformance-{database}", database) as site:
        for name, run in (("scim2-tester", scim2_tester), ("scim-sanity", scim_sanity)):
            good, bad = run(programs, site)
            print(f"{name}: {len(good)} passed, {len(bad)} failed", flush=True)
            for check in bad:
                print(f"  {check}")
            passed += len(good)
            failed += len(bad)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def suites() -> Path:
    """The suites' programs, installed below target/ once for each set of versions."""
    place = ROOT / "target" / "conformance"
    stamp = place / "installed"
    if not stamp.exists() or stamp.read_text() != "\n".join(REQUIREMENTS):
        venv.create(place, clear=True, with_pip=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *REQUIREMENTS], check=True)
        stamp.write_text("\n".join(REQUIREMENTS))
    return place / "bin"


def scim2_tester(programs: Path, site: Site) -> tuple[list[str], list[str]]:
    """Discovery, CRUD and PATCH of every attribute that /Schemas announces."""
    done = subprocess.run(
        [programs / "scim2", "--url", site.tenant_url, "test", "--verbose"],
        env={**os.environ, "SCIM_CLI_HEADERS": f"Authorization: Bearer {site.token}", "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    verdicts = "SUCCESS|ERROR|CRITICAL|SKIPPED|ACCEPTABLE|DEVIATION"
    checks = re.findall(rf"^({verdicts}) (.+?)(?=^(?:{verdicts}) |\Z)", done.stdout, re.M | re.S)
    return sort(checks, ("SUCCESS", "ACCEPTABLE"))


def scim_sanity(programs: Path, site: Site) -> tuple[list[str], list[str]]:
    """Life cycles of users and groups, search, errors."""
    done = subprocess.run(
        [programs / "scim-sanity", "probe", site.tenant_url, "--token", site.token, "--i-accept-side-effects"],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    checks = re.findall(r"^  \[(PASS|FAIL|WARN|SKIP)\] (.+?(?:\n         .+)*)$", done.stdout, re.M)
    return sort(checks, ("PASS",))


def sort(checks: list[tuple[str, str]], good: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The checks that passed and those that did not; accepted ones are named and count as neither."""
    passed, failed = [], []
    for verdict, check in checks:
        line = f"{verdict} {' '.join(check.split())}"
        reason = next((reason for pattern, reason in ACCEPTED.items() if re.match(pattern, line)), None)
        if verdict in good:
            passed.append(line[:200])
        elif reason:
            print(f"  accepted: {line[:100]} ({reason})")
        else:
            failed.append(line[:400])
    return passed, failed


if __name__ == "__main__":
    sys.exit(main())
