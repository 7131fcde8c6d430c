"""Entry point of the site room for the command line: `python3 tests/site/ctl.py up --dir target/demo`."""

import sys

from scimpress_site.__main__ import main

sys.exit(main())
