"""Tags: words an owner hangs on contacts; every hanging and taking down is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from ecrm_cli.audit import ops as audit
from ecrm_cli.contacts.ops import choose
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Row, Store

Verb = Literal["tag", "untag"]
_STATEMENTS: dict[Verb, str] = {"tag": "contacts.add_tags", "untag": "contacts.remove_tags"}


def tag(store: Store, now: datetime, contact_ids: Sequence[int], name: str) -> int:
    """Give contacts a tag; return how many did not have it."""
    return _mark(store, now, contact_ids, name, "tag")


def untag(store: Store, now: datetime, contact_ids: Sequence[int], name: str) -> int:
    """Take a tag from contacts; return how many had it."""
    return _mark(store, now, contact_ids, name, "untag")


def _mark(store: Store, now: datetime, contact_ids: Sequence[int], name: str, verb: Verb) -> int:
    label = name.strip()
    if not label or len(label) > 100:
        raise DataError(f"{name!r} is not a tag.", hint="Write one to a hundred characters.")
    with store.transaction():
        choose(store, contact_ids)
        last_id = store.take_ids("contact_tag", len(contact_ids))
        changed = store.run(
            _STATEMENTS[verb], last_id=last_id, tag=label, actor=store.actor, now=now
        )
        audit.record(store, now, f"contact {verb}", {"contacts": list(contact_ids), "tag": label})
    return changed


def tags(store: Store) -> list[Row]:
    """Return the tags in use: tag, contacts."""
    return store.rows("contacts.tag_counts")
