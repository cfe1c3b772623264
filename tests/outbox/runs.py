"""Runs of mail made by the rooms' own ops, for tests that send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ecrm_cli.consent import grants
from ecrm_cli.consent.model import Grant, Withdrawal
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox import freezing
from ecrm_cli.outbox.model import Outgoing
from tests.door import NOW

KEY = "the key of a workspace in a test"
SHOP = "Corner Coffee <shop@example.com>"
SPRING = Outgoing(
    kind="campaign",
    name="spring",
    topic="offers",
    sender=SHOP,
    subject="Spring, {{ contact.given_name or 'hello' }}",
    html={"": "<p>Spring is here, {{ contact.email }}.</p><p>{{ unsubscribe_url }}</p>"},
    txt={},
    transport="folder",
    place="the folder outbox",
)
RECEIPT = replace(
    SPRING, kind="service", name="service/receipt", topic=None, html={"": "<p>Paid</p>"}
)
CROWD = (
    query("test.crowd", """
        INSERT INTO contact (contact_id, given_name, source, created_at, recorded_at, updated_at)
        SELECT $last + n, 'Given' || n, 'test', $now, $now, $now FROM range(1, $count + 1) AS r (n)
    """),
    query("test.crowd_mail", """
        INSERT INTO identity (identity_id, contact_id, kind, value, source, is_primary, recorded_at)
        SELECT $last + n, $last + n, 'email', format('p{}@example.org', $last + n), 'test', true,
               $now
        FROM range(1, $count + 1) AS r (n)
    """),
    query("test.crowd_word", """
        INSERT INTO consent_event (consent_event_id, contact_id, channel, topic, status, basis,
                                   source, actor, occurred_at, recorded_at)
        SELECT $last + n, $last + n, 'email', 'offers', 'granted', 'consent', 'test', 'test', $now,
               $now
        FROM range(1, $count + 1) AS r (n)
    """),
)  # fmt: skip
MESSAGES = query("test.messages", "FROM message WHERE run_id = $run_id ORDER BY message_id")


def agree(store: Store, contact_ids: Sequence[int], topic: str = "offers") -> None:
    """Have contacts agree to a topic."""
    contacts.choose(store, list(contact_ids))
    grants.grant(store, NOW, Grant("email", topic, "consent", "test", NOW))


def withdraw(store: Store, contact_id: int, topic: str = "offers") -> None:
    """Have a contact say no."""
    contacts.choose(store, [contact_id])
    grants.withdraw(store, NOW, Withdrawal("email", topic, "test", NOW))


def audience(store: Store, contact_ids: Sequence[int], reason: str | None = None) -> None:
    """Put contacts into the audience of the next run."""
    add = query("test.audience", """
        INSERT INTO audience (contact_id, reason)
        SELECT unnest($contact_ids::BIGINT[]), $reason
    """)  # fmt: skip
    store.run(add, contact_ids=list(contact_ids), reason=reason)


def freeze(
    store: Store, contact_ids: Sequence[int], outgoing: Outgoing = SPRING, key: str = KEY
) -> int:
    """Freeze a run for contacts; return its number."""
    freezing.open_audience(store)
    audience(store, contact_ids)
    run_id = freezing.create_run(store, NOW, outgoing)
    freezing.enqueue(store, NOW, run_id, key)
    return run_id


def crowd(store: Store, count: int) -> list[int]:
    """Add people p1@example.org, p2@example.org, … who agreed to offers, in three statements."""
    last = store.take_ids("contact", count)
    about = {"last": last, "count": count, "now": NOW}
    with store.transaction():
        for noun in ("identity", "consent_event"):
            store.take_ids(noun, count)
        for statement in CROWD:
            store.run(statement, **{name: about[name] for name in statement.parameters})
    return list(range(last + 1, last + count + 1))


def spring_for(store: Store, count: int) -> int:
    """Freeze a campaign for so many new people who agreed to it."""
    return freeze(store, crowd(store, count))


def messages(store: Store, run_id: int) -> list[Row]:
    """Return the messages of a run, as they are in the table."""
    return store.rows(MESSAGES, run_id=run_id)


def column(store: Store, run_id: int, name: str) -> list[Any]:
    """Return one column of a run's messages."""
    return [row[name] for row in messages(store, run_id)]
