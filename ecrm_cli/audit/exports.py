"""Exports of personal data: a command that only reads leaves a line; the next writer chains it."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm_cli.audit import ops
from ecrm_cli.core import spool
from ecrm_cli.core.app import App


def note(door: App, command: str, contacts: Sequence[int] = ()) -> None:
    """Remember that an answer with personal data goes to a program or a file.

    What a person reads on a terminal is no export. ``contacts`` are the people, where few. Call it
    before the answer is written: whoever closes the pipe half-way has read the other half.
    """
    if not door.out.machine and door.out.stdout.isatty():
        return
    view = door.out.view
    body = {
        "command": command,
        "actor": door.actor,
        "payload": {"contacts": list(contacts), "to": str(view.out) if view.out else view.format},
    }
    spool.append(door.workspace.spool, ops.EXPORTS, body, door.now)


def settle_waiting(door: App) -> None:
    """Put the exports that wait into the chain, so that a list of the audit shows them."""
    with door.reading() as store:
        waiting = spool.pending(store, door.workspace.spool, ops.EXPORTS, limit=1)
    if waiting.end != waiting.start:
        with door.writing() as store, store.transaction():
            ops.settle_exports(store, door.now)
