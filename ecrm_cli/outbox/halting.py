"""Stopping a run from elsewhere: a file that senders look at, then the state in the store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from ecrm_cli.core.store import Store
from ecrm_cli.core.system import PRIVATE_DIR, not_written, replace_file
from ecrm_cli.core.workspace import Workspace
from ecrm_cli.outbox import ops

Halt = Literal["paused", "cancelled"]


class Opener(Protocol):
    """Opens the store to write, for a moment at a time."""

    def writing(self) -> AbstractContextManager[Store]:
        """Open the store; it is closed before anybody talks to the network."""


def stop_file(place: Workspace, run_id: int) -> Path:
    """Return the file that halts a run while it is there; the state to come stands in it."""
    return place.journal / f"{run_id}.stop"


def halt(opener: Opener, place: Workspace, now: datetime, run_id: int, state: Halt) -> bool:
    """Pause or cancel a run; False when it was so already.

    Senders begin nothing more from now on, whoever holds the database. Raises NoRun, RunEnded,
    DiskFull, CannotWrite, Busy: then a sender at work halts all the same.
    """
    path = stop_file(place, run_id)
    try:
        path.parent.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    except OSError as error:
        raise not_written(path, error) from error
    replace_file(path, state)
    try:
        with opener.writing() as store:
            return ops.set_state(store, now, run_id, state)
    except (ops.NoRun, ops.RunEnded):
        path.unlink(missing_ok=True)
        raise


def resume(store: Store, place: Workspace, now: datetime, run_id: int) -> bool:
    """Let a run go on; False when it was running already. Raises NoRun, RunEnded."""
    changed = ops.set_state(store, now, run_id, "running")
    stop_file(place, run_id).unlink(missing_ok=True)
    return changed


def obey(store: Store, place: Workspace, now: datetime, run_id: int) -> None:
    """Bring a halt that was asked for into the store, where whoever asked could not."""
    path = stop_file(place, run_id)
    if not path.exists():
        return
    asked = "cancelled" if path.read_text(encoding="utf-8") == "cancelled" else "paused"
    state = ops.run(store, run_id)["state"]
    if state == "running" or (state, asked) == ("paused", "cancelled"):
        ops.set_state(store, now, run_id, asked)
    path.unlink(missing_ok=True)
