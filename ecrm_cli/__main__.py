"""Run ecrm with ``python -m ecrm_cli``."""

import sys

from ecrm_cli.cli import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
