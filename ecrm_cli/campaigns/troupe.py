"""Processes that rehearse a run beside this one, so that every core renders."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from ecrm_cli.campaigns.rehearsing import failing
from ecrm_cli.core.processes import start_python
from ecrm_cli.outbox.model import Recipient
from ecrm_cli.outbox.rendering import Renderer

MODULE = "ecrm_cli.campaigns.rehearsing"
MOST = 4

# Which of some people fail, by the complaint: places in the list of them.
Failing = Mapping[str, list[int]]


class Member:
    """One such process, and the people it is at."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._process = start_python(MODULE, None, Path(os.devnull))
        self._orders = cast(IO[bytes], self._process.stdin)
        self._words = cast(IO[bytes], self._process.stdout)
        self._people: list[Recipient] = []
        self._tell({"run": vars(renderer.outgoing), "terms": vars(renderer.terms)})

    def ask(self, people: list[Recipient]) -> None:
        """Have people tried."""
        self._people = people
        self._tell([vars(one) for one in people])

    def answer(self) -> tuple[list[Recipient], Failing]:
        """Return the people and what came of them; of a process that died, worked out here."""
        line = self._words.readline()
        found = json.loads(line) if line.endswith(b"\n") else failing(self._renderer, self._people)
        return self._people, found

    def leave(self) -> None:
        """Let it end."""
        with suppress(BrokenPipeError):
            self._orders.close()
        self._words.close()
        # It holds nothing and writes nothing.
        self._process.kill()
        self._process.wait()

    def _tell(self, words: Any) -> None:
        with suppress(BrokenPipeError):
            self._orders.write(json.dumps(words).encode() + b"\n")
            self._orders.flush()


@contextmanager
def troupe(renderer: Renderer) -> Iterator[list[Member]]:
    """Start as many as there are cores, up to four; they end with the block."""
    with ExitStack() as stack:
        members = [Member(renderer) for _ in range(min(os.cpu_count() or 1, MOST))]
        for member in members:
            stack.callback(member.leave)
        yield members


def tried(
    members: Iterable[Member], batches: Iterable[list[Recipient]]
) -> Iterator[tuple[list[Recipient], Failing]]:
    """Deal people out, and yield each batch with what came of it, in their order."""
    free, busy = deque(members), deque[Member]()
    for people in batches:
        if not free:
            yield busy[0].answer()
            free.append(busy.popleft())
        busy.append(free.popleft())
        busy[-1].ask(people)
    for member in busy:
        yield member.answer()
