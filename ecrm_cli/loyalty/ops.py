"""What customers have, how they came to it, and why."""

from __future__ import annotations

from datetime import datetime

from ecrm_cli.core.store import Row, Store
from ecrm_cli.loyalty.model import Programme


def points_of(store: Store, contact_id: int) -> int:
    """Return the points a contact has; below 0 when refunds took back what was spent."""
    row = store.one("loyalty.balance", contact_id=contact_id, until_utc=None)
    return int(row["points"]) if row else 0


def balance(
    store: Store, contact_id: int, programme: Programme | None, until: datetime | None = None
) -> Row:
    """Return contact, points, pending, tier, worth, currency, posted for before ``until``.

    ``tier`` is None: there are none. ``worth`` is exact money, None without a programme.
    """
    found = store.one("loyalty.balance", contact_id=contact_id, until_utc=until) or {}
    return {
        "contact": contact_id,
        "points": found["points"],
        "pending": found["pending"],
        "tier": None,
        "worth": programme.worth(found["points"]) if programme else None,
        "currency": programme.currency if programme else None,
    }


def history(store: Store, contact_id: int, until: datetime | None = None) -> list[Row]:
    """Return each posting, the oldest first, with the balance after it.

    ref, number, posted_for, kind, points, balance, order_ref, refund, rule, reason, actor,
    recorded_at. Orders that gave nothing are left out.
    """
    return store.rows("loyalty.history", contact_id=contact_id, until_utc=until)


def explain(
    store: Store, contact_id: int, programme: Programme | None, until: datetime | None = None
) -> Row:
    """Return the balance with what it is made of.

    ``formula`` are the programme's words; ``orders`` has a row an order (order_ref, ordered_at,
    total, currency, status, points, taken_back, rule, why_none), ``others`` a row for each posting
    without one (ref, posted_for, kind, points, reason, rule).
    """
    asked = {"contact_id": contact_id, "until_utc": until}
    currency = programme.currency if programme else None
    return {
        **balance(store, contact_id, programme, until),
        "formula": programme.words if programme else None,
        "orders": store.rows("loyalty.orders_of", currency=currency, **asked),
        "others": store.rows("loyalty.without_order", **asked),
    }


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return when points came and went: occurred_at, room, what, detail."""
    return store.rows("loyalty.timeline", contact_id=contact_id)
