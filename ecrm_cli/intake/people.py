"""A staged file of people becomes contacts."""

from __future__ import annotations

from dataclasses import dataclass

from ecrm_cli.contacts import absorb as contacts
from ecrm_cli.contacts.absorb import Origin
from ecrm_cli.contacts.model import PLAIN_PHONE
from ecrm_cli.core.store import Row, Store
from ecrm_cli.intake.layout import Layout
from ecrm_cli.intake.staging import extra_names
from ecrm_cli.intake.understanding import SEPARATORS, settle

# Beside ISO 8601, which the engine reads by itself; a day before a month is told by the dots.
DATES = ["%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y%m%d", "%Y/%m/%d"]


@dataclass(frozen=True)
class Home:
    """What of the workspace matters for understanding a file."""

    country: str | None
    zone: str
    currency: str


@dataclass(frozen=True)
class Outcome:
    """Counts of lines, and the faults of those that stayed out."""

    added: int
    updated: int
    unchanged: int
    warnings: int
    faults: list[Row]


def read(store: Store, layout: Layout, home: Home) -> None:
    """Make what ``take_in`` needs to understand the staged text; nothing of the book is touched."""
    make_macros(store)
    store.run("intake.create_created_hours", formats=formats_of(layout), zone=home.zone)


def take_in(store: Store, layout: Layout, origin: Origin, home: Home) -> Outcome:
    """Write the staged lines into the book; the caller holds the transaction."""
    whole = (store.one("intake.whole_external_ids") or {})["whole"]
    faults = hand_over(store, layout, origin, home, whole_ids=whole)
    done = contacts.absorb(store, origin)
    unread = (store.one("intake.count_unread") or {})["lines"]
    return Outcome(done.added, done.updated, done.unchanged, done.disputed + unread, faults)


def hand_over(
    store: Store, layout: Layout, origin: Origin, home: Home, *, whole_ids: bool
) -> list[Row]:
    """Normalize the lines in ``staged_person`` into ``incoming_contact``.

    Returns the faults (line, field, reason) of those by which nobody can be known. Ids are
    ``whole_ids`` when a spreadsheet gave each a ``.0``.
    """
    settle(store, home.country)
    contacts.prepare(store)
    handed = store.run(
        "intake.hand_over_people",
        country=home.country,
        source=origin.source,
        now=origin.now,
        plain_phone=PLAIN_PHONE,
        separators=SEPARATORS,
        formats=formats_of(layout),
        whole_ids=whole_ids,
        extra_names=list(extra_names(layout)),
    )
    staged = (store.one("intake.count_staged_people") or {})["staged"]
    return store.rows("intake.people_rejects") if handed < staged else []


def formats_of(layout: Layout) -> list[str]:
    """Return how a layout's files may write a day."""
    return [*DATES, *layout.preset.dates]


def make_macros(store: Store) -> None:
    """Teach the engine to read amounts and times as files write them."""
    store.run("intake.create_amount_macro")
    store.run("intake.create_payable_macro")
    store.run("intake.create_absolute_macro")
    store.run("intake.create_stamp_macro")
    store.run("intake.create_reach_macro")
