"""People put into a store: one by the room's own ops, many in the same rows at once."""

from __future__ import annotations

from ecrm_cli.contacts import profile
from ecrm_cli.contacts.model import Profile
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from tests.door import NOW

MANY = (
    query("test.many", """
        INSERT INTO contact (contact_id, source, created_at, recorded_at, updated_at)
        SELECT $contacts + n, 'manual', $now, $now, $now FROM range(1, $count + 1) AS r (n)
    """),
    query("test.many_mail", """
        INSERT INTO identity (identity_id, contact_id, kind, value, raw, source, is_primary,
                              recorded_at)
        SELECT $identities + n, $contacts + n, 'email', format('p{}@example.org', n),
               format('p{}@example.org', n), 'manual', true, $now
        FROM range(1, $count + 1) AS r (n)
    """),
)  # fmt: skip


def person(store: Store, email: str | None = None, phone: str | None = None) -> int:
    """Add a contact; without any address they have one that is taken away again."""
    wanted = Profile(email=email, phone=phone or (None if email else "+381641234567"))
    contact_id = profile.add(store, NOW, wanted, None)
    if not email and not phone:
        store.run("contacts.forget_identities", contact_id=contact_id)
    return contact_id


def people(store: Store, count: int) -> list[int]:
    """Add contacts p1@example.org, p2@example.org, …, each as ``person`` would, without a trace."""
    with store.transaction():
        last = store.take_ids("contact", count)
        given = {
            "contacts": last,
            "identities": store.take_ids("identity", count),
            "count": count,
            "now": NOW,
        }
        for statement in MANY:
            store.run(statement, **{name: given[name] for name in statement.parameters})
    return list(range(last + 1, last + count + 1))
