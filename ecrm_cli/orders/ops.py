"""Orders named, listed and shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.store import Row, Store
from ecrm_cli.orders.model import AmbiguousNumber, GuestOrder, Wanted, status

PAGE = 5_000
_NEVER = 2**62


def best_of_chosen(store: Store, as_of: datetime, currency: str, amount: int) -> list[Row]:
    """Return the best customers among ``chosen_contact``: contact_id, paid, last_order."""
    asked = {"as_of": as_of, "currency": currency, "amount": amount}
    return store.rows("orders.best_of_chosen", **asked)


def find(store: Store, words: str) -> int:
    """Return the id of the one order that a number or ``source:number`` names.

    Raises NotFound with close numbers, or AmbiguousNumber with each ``source:number``.
    """
    rows = _named(store, words)
    if len(rows) > 1:
        raise AmbiguousNumber("order", words, [row["ref"] for row in rows])
    return int(rows[0]["order_id"])


def contact_of(store: Store, number: str) -> int:
    """Return the id of the contact that an order belongs to.

    Raises NotFound with close numbers, GuestOrder, or AmbiguousNumber.
    """
    rows = _named(store, number)
    owners = {row["contact_id"] for row in rows}
    if len(owners) > 1:
        raise AmbiguousNumber("order", number, [row["ref"] for row in rows])
    owner = owners.pop()
    if owner is None:
        raise GuestOrder(rows[0]["ref"])
    return int(owner)


def _named(store: Store, words: str) -> list[Row]:
    words = words.strip()
    source, _, rest = words.partition(":")
    asked = {"words": words, "source": source, "rest": rest}
    for query in ("orders.by_number", "orders.by_number_loosely"):
        if rows := store.rows(query, **asked):
            return rows
    close = store.rows("orders.similar_numbers", words=rest or words)
    raise NotFound.named("order", words, [row["number"] for row in close])


def pages(store: Store, wanted: Wanted) -> Iterator[Row]:
    """Yield orders, the last written down first, read a page at a time.

    id, ref, number, source, contact, ordered_at, channel, currency, gross, discount, tax,
    shipping, total, refunded, status. Raises UnknownStatus.
    """
    status(wanted.status)
    before = _NEVER
    while True:
        page = store.rows("orders.page", before=before, amount=PAGE, **vars(wanted))
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1]["id"]


def count(store: Store, wanted: Wanted) -> int:
    """Return how many orders a list has."""
    row = store.one("orders.count_orders", **vars(wanted))
    return int(row["orders"]) if row else 0


def show(store: Store, order_id: int) -> Row:
    """Return one order: the list's fields, its times, attributes, lines and refunds."""
    import json

    listed = store.rows("orders.page", before=order_id + 1, amount=1, **vars(Wanted()))
    more = store.one("orders.more_of_order", order_id=order_id) or {}
    kept = more["attributes"]
    return {
        **listed[0],
        **more,
        "attributes": json.loads(kept) if kept else {},
        "lines": store.rows("orders.lines", order_id=order_id),
        "refunds": store.rows("orders.refunds", order_id=order_id),
    }


def summary_of_contact(store: Store, contact_id: int) -> list[Row]:
    """Return what a contact bought, one row a currency.

    currency, orders, total (what they paid less refunds), refunded, first_ordered_at,
    last_ordered_at. Cancelled and test orders count nowhere.
    """
    return store.rows("orders.summary_of_contact", contact_id=contact_id)


def last_of_contact(store: Store, contact_id: int, amount: int) -> list[Row]:
    """Return a contact's latest orders, the newest first: id, ref, ordered_at, total, currency,
    status.
    """
    return store.rows("orders.last_of_contact", contact_id=contact_id, amount=amount)


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return what a contact ordered and was given back: occurred_at, room, what, detail."""
    return store.rows("orders.timeline", contact_id=contact_id)
