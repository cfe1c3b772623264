"""A run begins: what is sent and to whom, written down once and not looked up again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.formats import as_line
from ecrm_cli.core.headers import split_sender
from ecrm_cli.core.store import Store
from ecrm_cli.outbox.model import Outgoing
from ecrm_cli.outbox.ops import status


def open_audience(store: Store) -> None:
    """Make the empty table ``audience`` (contact_id, language, variant, reason) for a run.

    A reason of NULL means to be written to; any other is why not.
    """
    store.run("outbox.create_audience")


def create_run(store: Store, now: datetime, outgoing: Outgoing) -> int:
    """Write down what a run sends; return its number. Raises BadAddress."""
    sender_domain(outgoing.sender)
    with store.transaction():
        run_id = store.take_ids("outgoing") + 1
        store.run(
            "outbox.add_run",
            **{**vars(outgoing), "html": as_text(outgoing.html), "txt": as_text(outgoing.txt)},
            run_id=run_id,
            digest=digest(outgoing),
            actor=store.actor,
            now=now,
        )
    return run_id


def enqueue(
    store: Store, now: datetime, run_id: int, key: str, context: Mapping[str, Any] | None = None
) -> dict[str, int]:
    """Write down the audience of a run, in one statement; return the counts of its status.

    Each contact of the table ``audience`` gets one row: queued, or skipped with its reason or for
    want of an address. ``key`` is the workspace's; ``context`` is told to every template.
    """
    with store.transaction():
        size = store.one("outbox.audience_size")
        store.run(
            "outbox.enqueue",
            run_id=run_id,
            last_id=store.take_ids("message", int(size["contacts"]) if size else 0),
            key=key,
            domain=sender_domain(str((store.one("outbox.run", run_id=run_id) or {})["sender"])),
            context=as_text(context) if context else None,
            now=now,
        )
        counts = status(store, run_id)
        audit.record(store, now, "mail freeze", {"run": run_id, **counts})
    return counts


def sender_domain(sender: str) -> str:
    """Return the domain of a From header, in ASCII. Raises BadAddress."""
    return split_sender(sender)[1].rpartition("@")[2].lower()


def digest(outgoing: Outgoing) -> str:
    """Return a digest of all that recipients will see: sender, subject, templates."""
    parts = [outgoing.sender, outgoing.subject, as_text(outgoing.html), as_text(outgoing.txt)]
    return hashlib.sha256(as_line(parts).encode()).hexdigest()


def as_text(words: Mapping[str, Any]) -> str:
    """Return an object as JSON text, its keys in order."""
    return json.dumps(dict(words), ensure_ascii=False, sort_keys=True)
