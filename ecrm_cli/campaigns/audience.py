"""Who a run is for: a segment's people, each to be written to or left out for a reason."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from ecrm_cli.consent import ops as consent
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox import freezing
from ecrm_cli.outbox.model import Recipient, Transport
from ecrm_cli.segments import ops as segments
from ecrm_cli.segments.model import Asking, Rule

CHANNEL = "email"
# For messages that are only looked at; no token made of it leads anywhere.
NO_MESSAGE = "<preview@example.invalid>"


@dataclass(frozen=True)
class Whom:
    """Who is asked for: a rule less those of other rules.

    ``open_complaint`` is the rule of those who wait for an answer to a complaint; None: they are
    written to like everybody. With ``unreached`` those whom an earlier run of the campaign
    reached are left out too; ``broken`` are contacts for whom the template fails.
    """

    campaign: str
    topic: str
    rule: Rule
    exclude: tuple[Rule, ...]
    transport: Transport
    open_complaint: Rule | None = None
    unreached: bool = False
    broken: tuple[int, ...] = ()


@dataclass(frozen=True)
class Size:
    """How many a run goes to, and how many it leaves out by reason."""

    wanted: int
    skipped: dict[str, int]

    @property
    def whole(self) -> int:
        """Everybody in the segment."""
        return self.wanted + sum(self.skipped.values())


def fill(store: Store, asking: Asking, whom: Whom) -> Size:
    """Fill the table ``audience`` that a run is frozen from."""
    store.run("campaigns.create_left_out")
    for rule in whom.exclude:
        segments.choose(store, rule, asking)
        store.run("campaigns.leave_out_chosen")
    if whom.open_complaint is not None:
        segments.choose(store, whom.open_complaint, asking)
        store.run("campaigns.leave_out_complaints")
    if whom.unreached:
        store.run("campaigns.leave_out_reached", campaign=whom.campaign, transport=whom.transport)
    if whom.broken:
        store.run("campaigns.leave_out_broken", contact_ids=list(whom.broken))
    segments.choose(store, whom.rule, asking)
    consent.answer_chosen(store, CHANNEL, whom.topic)
    freezing.open_audience(store)
    store.run("campaigns.fill_audience")
    counted = {row["reason"]: row["contacts"] for row in store.rows("campaigns.audience_counts")}
    return Size(counted.pop(None, 0), counted)


def wanted(store: Store) -> array[int]:
    """Return the ids of those in ``audience`` who would be written to."""
    row = store.one("campaigns.wanted")
    return array("q", row["contact_ids"] if row else [])


def batch(store: Store, contact_ids: Sequence[int]) -> list[Recipient]:
    """Return contacts as messages would have them."""
    contacts.choose(store, contact_ids)
    return [as_recipient(row) for row in contacts.letters(store)]


def one(store: Store, contact_id: int) -> Recipient:
    """Return a contact as a message to them would have them."""
    contacts.choose(store, [contact_id])
    return as_recipient(next(contacts.letters(store)))


def first(store: Store) -> int | None:
    """Return the first in ``audience`` who would be written to, or None."""
    row = store.one("campaigns.first_of_audience")
    return None if row is None else row["contact_id"]


def as_recipient(contact: Row) -> Recipient:
    """Return a contact as the recipient of a message that nobody has frozen."""
    return Recipient(
        message_id=0,
        seq=0,
        contact=contact,
        address=contact["email"] or "",
        language=contact["locale"],
        variant=None,
        mime_id=NO_MESSAGE,
    )
