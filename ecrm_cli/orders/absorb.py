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


def prepare(store: Store) -> None:
    """Make the empty tables ``incoming_order`` and ``incoming_order_line`` for a reader to fill."""
    store.run("orders.create_incoming")
    store.run("orders.create_incoming_lines")


def absorb(store: Store, origin: Origin) -> Absorbed:
    """Write the incoming orders into the book; the caller holds the transaction.

    An order is known by its source and number. A return becomes a refund on its own day.
    """
    store.run("orders.create_known_orders", source=origin.source)
    store.run("orders.create_known_returns", source=origin.source)
    store.run("orders.create_new_orders")
    store.run("orders.create_new_returns")
    store.run("orders.create_filled_orders")
    _write(store, origin)
    store.run("orders.fill_orders")
    outcome = store.one("orders.count_outcomes") or {}
    return Absorbed(**outcome)


def _write(store: Store, origin: Origin) -> None:
    facts = {"source": origin.source, "now": origin.now, "batch_id": origin.batch_id}
    new = store.one("orders.count_new") or {}
    store.run("orders.create_new_products", source=origin.source)
    products = (store.one("orders.count_new_products") or {})["products"]
    store.run("orders.insert_products", last_id=store.take_ids("product", products), **facts)
    last_order = store.take_ids("orders", new["orders"])
    store.run("orders.insert_orders", last_id=last_order, **facts)
    store.run("orders.insert_lines", last_id=last_order, source=origin.source)
    last_return = store.take_ids("refund", new["returns"])
    store.run("orders.insert_returns", last_id=last_return, actor=store.actor, **facts)
    store.run("orders.insert_return_lines", last_id=last_return, source=origin.source)
    store.run(
        "orders.insert_refunded",
        last_id=store.take_ids("refund", new["refunded"]),
        last_order_id=last_order,
        actor=store.actor,
        **facts,
    )
