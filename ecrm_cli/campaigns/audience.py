"""Who a run is for: a segment's people, each to be written to or left out for a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ecrm_cli.consent import ops as consent
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Row, Store
from ecrm_cli.core.template import StoppedTemplate
from ecrm_cli.outbox import freezing
from ecrm_cli.outbox.model import Recipient, Transport
from ecrm_cli.outbox.rendering import Renderer
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


@dataclass
class Breakage:
    """One way in which a template fails, and for whom: ids, and the first few addresses."""

    error: DataError
    contact_ids: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


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


def recipients(store: Store) -> Iterator[Recipient]:
    """Yield those in ``audience`` who would be written to, as a message would have them."""
    contacts.choose(store, [])
    store.run("campaigns.choose_audience")
    return map(as_recipient, contacts.letters(store))


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


def breakages(renderer: Renderer, people: Iterable[Recipient]) -> list[Breakage]:
    """Render everybody's templates; return each way in which they fail, the commonest first.

    Raises StoppedTemplate at once: a template without an end has one for nobody.
    """
    found: dict[str, Breakage] = {}
    for recipient in people:
        try:
            renderer.check(recipient)
        except StoppedTemplate:
            raise
        except DataError as error:
            breakage = found.setdefault(error.message, Breakage(error))
            breakage.contact_ids.append(recipient.contact["id"])
            if len(breakage.examples) < 3:
                breakage.examples.append(recipient.address)
    return sorted(found.values(), key=lambda breakage: -len(breakage.contact_ids))
