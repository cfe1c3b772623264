"""Run ecrm with ``python -m ecrm_cli``."""

from ecrm_cli.cli import main

if __name__ == "__main__":
    main()
