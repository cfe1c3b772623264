"""Many lines become contacts at once: matched, filled where empty, added; set by set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ecrm_cli.contacts.ops import choose
from ecrm_cli.core.store import Row, Store


@dataclass(frozen=True)
class Origin:
    """Where lines come from: the batch, its source name, its time."""

    batch_id: int
    source: str
    now: datetime


@dataclass(frozen=True)
class Absorbed:
    """What became of the lines: added + updated + unchanged = lines; disputed are warnings."""

    added: int
    updated: int
    unchanged: int
    disputed: int


def prepare(store: Store) -> None:
    """Make the empty table ``incoming_contact`` that a reader fills."""
    store.run("contacts.create_incoming")


def absorb(store: Store, origin: Origin) -> Absorbed:
    """Write the lines of ``incoming_contact`` into the book; the caller holds the transaction.

    Lines that share an external id, e-mail or phone are one person, to any depth. A match with
    the book fills empty fields only; nothing that stands there is replaced.
    """
    last_contact = _recognize(store)
    _write_people(store, origin)
    disputed = _number(store, "contacts.count_disputed", "lines")
    _write_sole_identities(store, origin, last_contact)
    _write_identities(store, origin)
    _write_tags(store, origin)
    outcome = store.one("contacts.count_outcomes") or {}
    return Absorbed(**outcome, disputed=disputed)


def fills(store: Store, amount: int) -> list[Row]:
    """Return what is being filled: contact, field, before, after, line."""
    return store.rows("contacts.fills", amount=amount)


def choose_incoming(store: Store) -> None:
    """Fill ``chosen_contact`` with the contacts of the lines just absorbed."""
    choose(store, [])
    store.run("contacts.choose_incoming")


def _recognize(store: Store) -> int:
    """Decide who each line is; return the number before that of the first new contact."""
    store.run("contacts.create_shared_prints")
    store.run("contacts.create_shared_keys")
    store.run("contacts.create_line_labels")
    while True:
        store.run("contacts.spread_labels")
        if _number(store, "contacts.count_moved_labels", "moved") == 0:
            break
        store.run("contacts.take_labels")
    store.run("contacts.create_known_keys")
    store.run("contacts.create_label_matches")
    store.run("contacts.create_own_matches")
    new = _number(store, "contacts.count_new_persons", "persons")
    last_contact = store.take_ids("contact", new)
    store.run("contacts.create_line_persons", last_id=last_contact)
    return last_contact


def _write_people(store: Store, origin: Origin) -> None:
    facts = {"source": origin.source, "now": origin.now, "batch_id": origin.batch_id}
    store.run("contacts.create_new_identities")
    store.run("contacts.create_bit_macro")
    store.run("contacts.create_pieces")
    store.run("contacts.create_patches")
    store.run("contacts.insert_sole_contacts", **facts)
    store.run("contacts.insert_joined_contacts", **facts)
    filled = _number(store, "contacts.count_filled", "contacts")
    store.run(
        "contacts.record_fills",
        last_id=store.take_ids("contact_change", filled),
        batch_id=origin.batch_id,
        actor=store.actor,
        now=origin.now,
    )
    store.run("contacts.fill_contacts", now=origin.now)


def _write_sole_identities(store: Store, origin: Origin, last_contact: int) -> None:
    new = _number(store, "contacts.count_new_persons", "persons")
    stride = _number(store, "contacts.count_ids_of_a_line", "ids") + 2
    store.run(
        "contacts.insert_sole_identities",
        last_id=store.take_ids("identity", new * stride),
        last_contact=last_contact,
        stride=stride,
        source=origin.source,
        now=origin.now,
        batch_id=origin.batch_id,
    )


def _write_identities(store: Store, origin: Origin) -> None:
    count = _number(store, "contacts.count_new_identities", "identities")
    store.run(
        "contacts.insert_identities",
        last_id=store.take_ids("identity", count),
        source=origin.source,
        now=origin.now,
        batch_id=origin.batch_id,
    )


def _write_tags(store: Store, origin: Origin) -> None:
    store.run("contacts.create_new_tags")
    count = _number(store, "contacts.count_new_tags", "tags")
    store.run(
        "contacts.insert_tags",
        last_id=store.take_ids("contact_tag", count),
        actor=store.actor,
        now=origin.now,
        batch_id=origin.batch_id,
    )


def _number(store: Store, name: str, column: str) -> int:
    row = store.one(name)
    return int(row[column]) if row else 0
