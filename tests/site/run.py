"""Runs layers of tests: all of them, or those of the groups named.

    python3 tests/site/run.py [rust|site|entra|extension|http|doctor|wp|browser|lint ...]

Ends with one line for each layer and a closing line `N passed, N failed`. Logs are in target/test/logs.
"""

from __future__ import annotations

import argparse
import sys

from layers import schedule
from layers.definitions import LAYERS
from scimpress_site.signals import Unwinding
from scimpress_site.tree import Failure


def main() -> int:
    """The exit code of the process."""
    groups = list(dict.fromkeys(layer.group for layer in LAYERS))
    parser = argparse.ArgumentParser(description="Run layers of tests.")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(groups)} (default: all)")
    parser.add_argument("--layer", choices=[layer.name for layer in LAYERS], help="run this layer in this process")
    options = parser.parse_args()
    for name in options.groups:
        if name not in groups:
            parser.error(f"`{name}` is no group of layers: choose from {', '.join(groups)}")
    try:
        with Unwinding():
            if options.layer:
                return schedule.write(next(layer for layer in LAYERS if layer.name == options.layer))
            return schedule.run([layer for layer in LAYERS if not options.groups or layer.group in options.groups])
    except KeyboardInterrupt:
        return 130
    except Failure as failure:
        print(failure, flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
