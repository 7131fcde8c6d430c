"""`make demo`: a site on SQLite, a whole Entra provisioning job played against it, and the site left running."""

from __future__ import annotations

import argparse
import subprocess
import sys

from scimpress_site import Failure, Site
from scimpress_site.signals import Unwinding
from scimpress_site.tree import ROOT, TARGET, say

PORT = 8137


def main() -> int:
    """0 when the job succeeded; the site stays up either way, so that a failure can be looked at."""
    parser = argparse.ArgumentParser(description="Raise a demonstration site and play an Entra job against it.")
    parser.add_argument("--port", type=int, default=PORT, help="preferred port on 127.0.0.1")
    parser.add_argument("--users", type=int, default=60, help="people of the invented tenants")
    options = parser.parse_args()
    try:
        with Unwinding():
            say("raising WordPress on SQLite in target/demo")
            site = Site(TARGET / "demo", "sqlite", port=options.port, bound=False).start()
            code = play(site, options.users)
    except KeyboardInterrupt:
        say("interrupted; `make stop` ends the site if it runs already")
        return 130
    except Failure as failure:
        say(f"demo: {failure}")
        return 1
    print(
        f"\nThe site is running (WordPress {site.facts['wordpress']} on SQLite); `make stop` ends it.\n\n"
        f"  Site          {site.url}\n"
        f"  Users         {site.url}/wp-admin/users.php\n"
        f"  Login         {site.admin_login}\n"
        f"  Password      {site.admin_password}\n"
        f"  Tenant URL    {site.tenant_url}\n"
        f"  Secret token  {site.token}"
    )
    return code


def play(site: Site, users: int) -> int:
    """The job's exit code; its progress bar and summary go to the terminal."""
    script = ROOT / "tests" / "entra" / "demo.py"
    arguments = ["--tenant-url", site.tenant_url, "--token", site.token, "--users", str(users)]
    sys.stdout.flush()
    return subprocess.run([sys.executable, script, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
