"""`python -m toubib.config` is the command `toubib`."""

import sys

from toubib.config.cli import main

sys.exit(main())
