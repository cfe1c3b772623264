"""Exports of personal data: a command that only reads leaves a line; the next writer chains it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from stat import S_ISREG
from typing import TextIO

from ecrm_cli.audit import ops
from ecrm_cli.core import spool
from ecrm_cli.core.app import App


def note(door: App, command: str, contacts: Sequence[int] = ()) -> None:
    """Remember that an answer with personal data goes to a program or a file.

    A table is for reading, on a terminal or through a pager, unless it is written into a file.
    ``contacts`` are the people, where few. Call it before the answer is written: whoever closes
    the pipe half-way has read the other half.
    """
    if not door.out.machine and not _is_file(door.out.stdout):
        return
    view = door.out.view
    # A file may be named after a person: its kind is enough.
    form = view.out.suffix.lstrip(".") if view.out else view.format
    body = {
        "command": command,
        "actor": door.actor,
        "payload": {"contacts": list(contacts), "format": form},
    }
    spool.append(door.workspace.spool, ops.EXPORTS, body, door.now)


def _is_file(stream: TextIO) -> bool:
    try:
        return S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        # A stream in memory has no number.
        return False


def settle_waiting(door: App) -> None:
    """Put the exports that wait into the chain, so that a list of the audit shows them."""
    with door.reading() as store:
        waiting = spool.pending(store, door.workspace.spool, ops.EXPORTS, limit=1)
    if waiting.end != waiting.start:
        with door.writing() as store, store.transaction():
            ops.settle_exports(store, door.now)
