"""The chain proved: every entry follows the one before it and says what it said then."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.audit.model import START, Entry, digest, link
from ecrm_cli.audit.ops import PAGE, last_id
from ecrm_cli.core.store import Row, Store

SHOWN = 5

_RULES = {
    "missing": (
        "Entries are missing between two others, or at the end.",
        "Somebody removed them from the database: compare with a backup.",
    ),
    "payload": (
        "What an entry says is not what it said when it was written.",
        "Somebody changed it in the database: compare with a backup.",
    ),
    "link": (
        "An entry's number, time, actor, command or digest was changed.",
        "Somebody changed it in the database: compare with a backup.",
    ),
    "previous": (
        "An entry does not follow the one before it.",
        "Somebody put in or exchanged entries: compare with a backup.",
    ),
}


def verify(store: Store) -> list[Row]:
    """Walk the whole chain; return what is wrong: rule, severity, message, hint, examples, count.

    One finding a rule; ``examples`` are the numbers of its first entries. An entry whose payload
    and nonce were erased still stands.
    """
    wrong: dict[str, list[int]] = {}
    for rule, entry_id in _walk(store):
        wrong.setdefault(rule, []).append(entry_id)
    return [
        {
            "rule": rule,
            "severity": "error",
            "message": message,
            "hint": hint,
            "examples": [f"entry {entry_id}" for entry_id in wrong[rule][:SHOWN]],
            "count": len(wrong[rule]),
        }
        for rule, (message, hint) in _RULES.items()
        if rule in wrong
    ]


def _walk(store: Store) -> Iterator[tuple[str, int]]:
    seen, chain = 0, START
    for row in _entries(store):
        entry_id = row["entry_id"]
        if entry_id != seen + 1:
            yield "missing", seen + 1
        if row["previous"] != chain:
            yield "previous", entry_id
        yield from ((rule, entry_id) for rule in _faults(row))
        seen, chain = entry_id, row["chain"]
    if seen < last_id(store):
        yield "missing", seen + 1


def _entries(store: Store) -> Iterator[Row]:
    after = 0
    while page := store.rows("audit.after", entry_id=after, amount=PAGE):
        yield from page
        after = page[-1]["entry_id"]


def _faults(row: Row) -> Iterator[str]:
    payload, nonce = row["payload"], row["nonce"]
    erased = payload is None and nonce is None
    if not erased and (payload is None or nonce is None or digest(nonce, payload) != row["digest"]):
        yield "payload"
    entry = Entry(**{name: row[name] for name in Entry.__dataclass_fields__})
    if link(row["previous"], entry) != row["chain"]:
        yield "link"
