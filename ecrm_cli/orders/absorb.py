"""Many orders at once: what is new is added, what is known gets only what it lacked."""

from __future__ import annotations

from dataclasses import dataclass

from ecrm_cli.contacts.absorb import Origin
from ecrm_cli.core.store import Store


@dataclass(frozen=True)
class Absorbed:
    """What became of the lines; ``differing`` orders are known with another total (warnings)."""

    added: int
    updated: int
    unchanged: int
    differing: int


@dataclass(frozen=True)
class _Counts:
    """How many orders, returns and refunded orders are new; whether they number themselves."""

    orders: int
    returns: int
    refunded: int
    even: bool


def prepare(store: Store) -> None:
    """Make the empty table ``incoming_order_line`` for a reader to fill.

    The reader's views ``incoming_order`` and ``incoming_number`` are described in queries.sql.
    """
    store.run("orders.create_incoming_lines")


def absorb(store: Store, origin: Origin) -> Absorbed:
    """Write the incoming orders into the book; the caller holds the transaction.

    An order is known by its source and number. A return becomes a refund on its own day.
    """
    store.run("orders.create_known_orders", source=origin.source)
    store.run("orders.create_known_returns", source=origin.source)
    incoming = store.one("orders.count_incoming") or {}
    known = store.one("orders.count_known") or {}
    filled = _fill(store, origin, known["late"]) if known["lacking"] else 0
    orders = incoming["orders"] - known["orders"]
    even = not incoming["returns"] and orders == incoming["orders"] == incoming["span"]
    returns, refunded = (incoming[noun] - known[noun] for noun in ("returns", "refunded"))
    _write(store, origin, _Counts(orders, returns, refunded, even))
    return Absorbed(
        incoming["lines"] - known["lines"], filled, known["lines"] - filled, known["differing"]
    )


def _fill(store: Store, origin: Origin, late: int) -> int:
    """Give known orders what only the file knows; return its lines of them.

    That is the customer of a guest, the day of payment or cancellation, and the ``late`` refunds
    that were not in the book.
    """
    store.run("orders.create_filled_orders")
    store.run("orders.fill_orders")
    if late:
        store.run(
            "orders.insert_late_refunds",
            last_id=store.take_ids("refund", late),
            source=origin.source,
            actor=store.actor,
            now=origin.now,
            batch_id=origin.batch_id,
        )
    return int((store.one("orders.count_filled_lines") or {})["lines"])


def _write(store: Store, origin: Origin, new: _Counts) -> None:
    facts = {"source": origin.source, "now": origin.now, "batch_id": origin.batch_id}
    lines = (store.one("orders.count_incoming_lines") or {})["lines"]
    if lines:
        _write_products(store, origin)
    last_order = store.take_ids("orders", new.orders)
    if new.even:
        store.run("orders.create_even_places")
    else:
        store.run("orders.create_new_places")
        store.run("orders.create_uneven_places")
    store.run("orders.insert_orders", last_id=last_order, **facts)
    if lines:
        store.run("orders.insert_lines", last_id=last_order, source=origin.source)
    if new.returns:
        _write_returns(store, origin, new.returns)
    if new.refunded:
        last_id = store.take_ids("refund", new.refunded)
        store.run(
            "orders.insert_refunded",
            last_id=last_id,
            last_order_id=last_order,
            actor=store.actor,
            **facts,
        )


def _write_products(store: Store, origin: Origin) -> None:
    store.run("orders.create_new_products", source=origin.source)
    products = (store.one("orders.count_new_products") or {})["products"]
    store.run(
        "orders.insert_products",
        last_id=store.take_ids("product", products),
        source=origin.source,
        now=origin.now,
        batch_id=origin.batch_id,
    )


def _write_returns(store: Store, origin: Origin, returns: int) -> None:
    last_id = store.take_ids("refund", returns)
    store.run("orders.create_new_returns")
    store.run(
        "orders.insert_returns",
        last_id=last_id,
        actor=store.actor,
        source=origin.source,
        now=origin.now,
        batch_id=origin.batch_id,
    )
    store.run("orders.insert_return_lines", last_id=last_id, source=origin.source)
