"""What one should know of a caller before the second sentence, out of every room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from ecrm_cli.cases import calling, ops
from ecrm_cli.cases.commands.asking import promised
from ecrm_cli.consent import ops as consent
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row, Store
from ecrm_cli.loyalty import ops as loyalty
from ecrm_cli.orders import events
from ecrm_cli.orders import ops as orders

LAST = 3


def caller_named(app: App, store: Store, words: str) -> int:
    """Return the one contact who calls; phone and card are tried before anything else.

    Raises NotFound, Ambiguous.
    """
    found = calling.called(store, words, app.settings.business.country)
    if found is None:
        with suppress(NotFound):
            return contact_named(app, store, words)
        found = calling.named(store, words)
    # Once more, for the error that offers close names.
    return contact_named(app, store, words) if found is None else found


def of_caller(app: App, store: Store, contact_id: int) -> Row:
    """Return what is known of a caller.

    id, ref, name, email, phone, city, company, tags, orders (sums by currency), last_orders,
    open_cases, points, consent, last_interactions.
    """
    known = contacts.show(store, contact_id)
    names = (known["given_name"], known["family_name"])
    kept = ("id", "ref", "email", "phone", "city", "company", "tags")
    return {
        "name": " ".join(part for part in names if part) or None,
        **{field: known[field] for field in kept},
        "orders": orders.summary_of_contact(store, contact_id),
        "last_orders": orders.last_of_contact(store, contact_id, LAST),
        "open_cases": ops.undone_of_contact(store, app.now, contact_id, promised(app)),
        "points": loyalty.points_of(store, contact_id),
        "consent": consent.state(store, contact_id),
        "last_interactions": events.last_of_contact(store, contact_id, LAST),
    }


def lines(told: Row) -> Iterator[str]:
    """Yield the page for a person who has the phone in the other hand."""
    yield f"{told['ref']}  {told['name'] or told['email'] or told['phone'] or ''}"
    for field in ("phone", "email", "company", "city", "tags"):
        if told[field]:
            yield f"  {field:<8} {shown(told[field])}"
    for row in told["orders"]:
        yield f"  {'bought':<8} {row['orders']} orders, {shown(row['total'])} {row['currency']}"
    for row in told["last_orders"]:
        total = f"{shown(row['total'])} {row['currency']}"
        yield f"  {'order':<8} {shown(row['ordered_at'])}  {row['ref']}  {total}  {row['status']}"
    for row in told["open_cases"]:
        late = "  LATE" if row["overdue"] else ""
        yield f"  {'case':<8} {row['ref']}  {row['subject']}  {row['status']}{late}"
    yield f"  {'points':<8} {told['points']}"
    agreed = [f"{row['channel']} {row['topic']}: {row['status']}" for row in told["consent"]]
    yield f"  {'consent':<8} {', '.join(agreed) or 'nothing said'}"
    for row in told["last_interactions"]:
        note = f"  {row['note']}" if row["note"] else ""
        yield f"  {row['kind']:<8} {shown(row['occurred_at'])}{note}"
    if told["logged"]:
        yield "The call is written down."
