"""Asks for a run's counts again and again, from a process of its own, until it is killed.

``python -m tests.outbox.poller FOLDER RUN`` prints a JSON object a line.
"""

from __future__ import annotations

import json
import os
import sys
import time

from ecrm_cli.core.options import make_app
from ecrm_cli.outbox import ops


def main(folder: str, run_id: str) -> None:
    """Ask, print, wait a little."""
    app = make_app({"workspace": folder, "wait": "60s"}, os.environ)
    while True:
        with app.reading() as store:
            counts = ops.status(store, int(run_id))
        sys.stdout.write(json.dumps(counts) + "\n")
        sys.stdout.flush()
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
