"""The audit: entries recorded, exports noted, the chain walked."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime

from ecrm_cli.audit.model import START, Entry, digest, link
from ecrm_cli.core import spool
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.formats import as_line
from ecrm_cli.core.store import Row, Store

PAGE = 1_000
# The kind of spool line that this room settles.
EXPORTS = "export"


class NoEntry(NotFound):
    """An audit entry that does not exist."""

    def __init__(self, entry_id: int, last_id: int) -> None:
        known = f"They are numbered 1 to {last_id}." if last_id else "There are none yet."
        super().__init__(f"There is no audit entry {entry_id}.", hint=known)


def record(store: Store, now: datetime, command: str, payload: Mapping[str, object]) -> int:
    """Add one entry about what ``command`` did; return its number.

    ``payload`` names contacts by their ids, under ``contacts``, so that an erasure finds them.
    Exports that wait in the spool go into the chain first. Call it inside the transaction of the
    change: both happen or neither does.
    """
    with store.transaction():
        settle_exports(store, now)
        return _append(store, now, store.actor, command, as_line(payload))


def settle_exports(store: Store, now: datetime) -> None:
    """Chain the exports that wait in the spool, each at the time it happened; once each.

    Lines that cannot be read are chained as lost, so that they are not missed silently.
    """
    directory = store.opening.spool
    while directory is not None:
        waiting = spool.pending(store, directory, EXPORTS)
        if waiting.end == waiting.start:
            return
        for line in waiting.lines:
            actor, command = str(line.body.get("actor")), str(line.body.get("command"))
            _append(store, line.recorded_at, actor, command, as_line(line.body.get("payload")))
        if waiting.damaged:
            lost = as_line({"lines": waiting.damaged})
            _append(store, now, store.actor, "audit lost-exports", lost)
        spool.settled(store, EXPORTS, waiting.end)


def _append(store: Store, moment: datetime, actor: str, command: str, payload: str) -> int:
    entry_id = store.take_ids("audit_entry") + 1
    before = store.one("audit.last_chain")
    previous = before["chain"] if before else START
    nonce = secrets.token_hex(16)
    entry = Entry(entry_id, moment, actor, command, digest(nonce, payload))
    store.run(
        "audit.add",
        **vars(entry),
        payload=payload,
        nonce=nonce,
        previous=previous,
        chain=link(previous, entry),
    )
    return entry_id


def list_entries(store: Store) -> Iterator[Row]:
    """Yield every entry, the newest first: id, at, actor, command, payload.

    ``payload`` is an object, or None where a person was erased.
    """
    before = last_id(store) + 1
    while True:
        page = store.rows("audit.list_entries", before=before, amount=PAGE)
        yield from (_shown(row) for row in page)
        if len(page) < PAGE:
            return
        before = page[-1]["id"]


def show(store: Store, entry_id: int) -> Row:
    """Return one entry with its digest and its links; raises NoEntry."""
    row = store.one("audit.entry", entry_id=entry_id)
    if row is None:
        raise NoEntry(entry_id, last_id(store))
    return _shown(row)


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return the entries that name a contact: occurred_at, room, what, detail."""
    return store.rows("audit.timeline", contact_id=contact_id)


def last_id(store: Store) -> int:
    """Return the number of the newest entry, 0 when there is none."""
    row = store.one("core.last_id", noun="audit_entry")
    return int(row["last_id"]) if row else 0


def _shown(row: Row) -> Row:
    payload = row["payload"]
    return {**row, "payload": None if payload is None else json.loads(payload)}
