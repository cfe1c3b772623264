"""A sender as a process of its own: ``python -m tests.outbox.sender FOLDER RUN [WAIT]``.

It ends with the exit code of a command and says on stdout, as JSON, what ``send`` returned.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from ecrm_cli.core.errors import EcrmError, Interrupted
from ecrm_cli.core.options import make_app
from ecrm_cli.core.system import raise_on_termination, restrict_umask
from ecrm_cli.outbox.sending import send, sending_of


def main(folder: str, run_id: str, wait: str = "600s") -> int:
    """Send a run, as a command would."""
    restrict_umask()
    raise_on_termination()
    app = make_app({"workspace": str(Path(folder)), "wait": wait}, os.environ)
    try:
        outcome = send(app, int(run_id), sending_of(app))
    except EcrmError as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return error.code
    except KeyboardInterrupt:
        return Interrupted.code
    sys.stdout.write(json.dumps(asdict(outcome), default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
