"""A staged file of people becomes contacts."""

from __future__ import annotations

from dataclasses import dataclass

from ecrm_cli.contacts import absorb as contacts
from ecrm_cli.contacts.absorb import Origin
from ecrm_cli.contacts.model import PLAIN_PHONE
from ecrm_cli.core.store import Row, Store
from ecrm_cli.intake.layout import Layout
from ecrm_cli.intake.staging import BLANKS, extra_names
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


def take_in(store: Store, layout: Layout, origin: Origin, home: Home) -> Outcome:
    """Write the staged lines into the book; the caller holds the transaction."""
    store.run("intake.mend_external_ids")
    make_macros(store)
    store.run("intake.create_moments")
    store.run("intake.read_created", formats=[*DATES, *layout.preset.dates], zone=home.zone)
    hand_over(store, layout, origin, home)
    done = contacts.absorb(store, origin)
    unread = (store.one("intake.count_unread") or {})["lines"]
    return Outcome(
        done.added,
        done.updated,
        done.unchanged,
        done.disputed + unread,
        store.rows("intake.people_rejects"),
    )


def hand_over(store: Store, layout: Layout, origin: Origin, home: Home) -> None:
    """Normalize the lines in ``staged_person`` into ``incoming_contact``."""
    settle(store, home.country)
    contacts.prepare(store)
    store.run(
        "intake.hand_over_people",
        country=home.country,
        source=origin.source,
        now=origin.now,
        plain_phone=PLAIN_PHONE,
        separators=SEPARATORS,
        blanks=BLANKS,
        extra_names=list(extra_names(layout)),
        formats=[*DATES, *layout.preset.dates],
    )


def make_macros(store: Store) -> None:
    """Teach the engine to read amounts and times as files write them."""
    store.run("intake.create_digits_macro")
    store.run("intake.create_amount_macro")
    store.run("intake.create_payable_macro")
    store.run("intake.create_absolute_macro")
    store.run("intake.create_stamp_macro")
    store.run("intake.create_reach_macro")
