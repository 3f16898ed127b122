"""``python -m chargesphere``: the command line."""

import sys

from chargesphere.cli.main import main

sys.exit(main())
