"""A process that renders and sends nothing: it tells for whom a run's templates fail.

On stdin comes the run, then people, a JSON object or list a line; on stdout goes an answer for
each list: which of them fail, by the complaint. A closed stdin means that nobody asks any more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.processes import on_stop_signals
from ecrm_cli.core.system import restrict_umask, write_whole
from ecrm_cli.core.template import StoppedTemplate
from ecrm_cli.outbox.model import Outgoing, Recipient, Terms
from ecrm_cli.outbox.rendering import Renderer

STDOUT = 1


def failing(renderer: Renderer, people: Iterable[Recipient]) -> dict[str, list[int]]:
    """Return the places in ``people`` of those for whom the templates fail, by the complaint.

    After one that was stopped nobody else is tried: a template without an end has one for nobody.
    """
    found: dict[str, list[int]] = {}
    for place, recipient in enumerate(people):
        try:
            renderer.check(recipient)
        except DataError as error:
            found.setdefault(error.message, []).append(place)
            if isinstance(error, StoppedTemplate):
                break
    return found


def main() -> None:
    """Answer until stdin is closed."""
    restrict_umask()
    # Ctrl-C is for whoever asks; without them stdin is closed.
    on_stop_signals(lambda: None)
    said = json.loads(sys.stdin.buffer.readline())
    renderer = Renderer(Outgoing(**said["run"]), Terms(**said["terms"]))
    for line in sys.stdin.buffer:
        people = (Recipient(**row) for row in json.loads(line))
        write_whole(STDOUT, json.dumps(failing(renderer, people)).encode() + b"\n")


if __name__ == "__main__":
    main()
    os._exit(0)
