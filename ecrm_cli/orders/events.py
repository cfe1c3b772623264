"""What happened with a person beside orders: calls, visits, chats, letters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.calendar import happened
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.formats import as_line
from ecrm_cli.core.store import Row, Store

# What happened, and the channel it came through.
INTERACTIONS = {
    "call": "phone",
    "visit": "visit",
    "chat": "chat",
    "social": "social",
    "letter": "letter",
    "email": "email",
}
DIRECTIONS = ("in", "out")
PAGE = 5_000
_NEVER = 2**62


@dataclass(frozen=True)
class NewEvent:
    """A meeting with a customer; ``occurred_at`` is aware; ``direction`` in: they came to us."""

    contact_id: int
    kind: str
    occurred_at: datetime
    direction: str = "in"
    note: str | None = None


@dataclass(frozen=True)
class Asked:
    """Which events a list shows; None asks for all; ``since`` <= occurred_at < ``until``."""

    contact_id: int | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def people(self) -> list[int]:
        """The contact asked for, if one was."""
        return [] if self.contact_id is None else [self.contact_id]


class UnknownKind(UsageError):
    """A kind of interaction, or a direction, that there is not."""

    def __init__(self, what: str, word: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no {what} {word!r}.", hint=f"Use {', '.join(known)}.")


def kind(word: str | None) -> str | None:
    """Return the kind that a list is narrowed to; raises UnknownKind."""
    if word is not None and word not in INTERACTIONS:
        raise UnknownKind("kind of interaction", word, tuple(INTERACTIONS))
    return word


def add(store: Store, now: datetime, new: NewEvent) -> int:
    """Write down a meeting with a customer; return its id. Raises UnknownKind, StillToCome."""
    kind(new.kind)
    if new.direction not in DIRECTIONS:
        raise UnknownKind("direction", new.direction, DIRECTIONS)
    happened(new.occurred_at, now)
    with store.transaction():
        event_id = store.take_ids("event") + 1
        store.run(
            "orders.add_event",
            event_id=event_id,
            contact_id=new.contact_id,
            channel=INTERACTIONS[new.kind],
            kind=new.kind,
            data=as_line({"direction": new.direction, "note": new.note or None}),
            actor=store.actor,
            occurred_at=new.occurred_at,
            now=now,
        )
        payload = {"events": [event_id], "contacts": [new.contact_id]}
        audit.record(store, now, "interaction add", payload)
    return event_id


def show(store: Store, event_id: int) -> Row:
    """Return one event, as a list shows it."""
    return store.rows("orders.events", before=event_id + 1, amount=1, **vars(Asked()))[0]


def pages(store: Store, asked: Asked) -> Iterator[Row]:
    """Yield events, the last written down first: id, contact, name, kind, channel, direction,
    note, actor, occurred_at.
    """
    before = _NEVER
    while True:
        page = store.rows("orders.events", before=before, amount=PAGE, **vars(asked))
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1]["id"]


def last_of_contact(store: Store, contact_id: int, amount: int) -> list[Row]:
    """Return a contact's latest events, the newest first, in the shape of ``pages``."""
    return store.rows("orders.events_of_contact", contact_id=contact_id, amount=amount)


def count(store: Store, asked: Asked) -> int:
    """Return how many events a list has."""
    row = store.one("orders.count_events", **vars(asked))
    return int(row["events"]) if row else 0
