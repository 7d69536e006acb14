"""`python -m runner` is `vethlab`."""

import sys

from runner.cli import main

sys.exit(main())
