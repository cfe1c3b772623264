"""A staged file of orders becomes customers, orders, lines, refunds."""

from __future__ import annotations

from ecrm_cli.contacts import absorb as contacts
from ecrm_cli.contacts.absorb import Origin
from ecrm_cli.core.store import Store
from ecrm_cli.intake.layout import Layout
from ecrm_cli.intake.people import Home, Outcome, formats_of, hand_over, make_macros
from ecrm_cli.intake.staging import extra_names
from ecrm_cli.intake.understanding import odd_currencies
from ecrm_cli.orders import absorb as orders


def take_in(store: Store, layout: Layout, origin: Origin, home: Home) -> Outcome:
    """Write the staged lines into the book; the caller holds the transaction.

    Customers come first, so that every order knows whose it is; a line that names nobody is a
    guest's.
    """
    joined = _read(store, layout, home)
    _customers(store, layout, origin, home)
    _orders(store, layout, joined=joined)
    done = orders.absorb(store, origin)
    store.run("intake.record_filled_orders", batch_id=origin.batch_id)
    unread = (store.one("intake.count_unread") or {})["lines"]
    nameless = (store.one("intake.count_nameless") or {})["lines"]
    faults = store.rows("intake.order_rejects")
    warnings = done.differing + unread + nameless
    return Outcome(done.added, done.updated, done.unchanged, warnings, faults)


def _read(store: Store, layout: Layout, home: Home) -> bool:
    make_macros(store)
    asked: dict[str, object] = {
        "formats": formats_of(layout),
        "whole_ids": (store.one("intake.whole_customer_ids") or {})["whole"],
        "currency": home.currency,
        "odd_currencies": odd_currencies(store),
        "returns": layout.preset.returns,
    }
    store.run("intake.create_order_rows", **asked)
    if (store.one("intake.count_odd_amounts") or {})["lines"]:
        # Most files write plain numbers; to look for more in each would cost them a second.
        store.run("intake.create_digits_macro")
        store.run("intake.create_written_amount_macro")
        store.run("intake.create_order_rows", **asked)
    if (store.one("intake.count_unnumbered") or {})["lines"]:
        store.run("intake.number_rows")
    joined = bool((store.one("intake.count_repeated_numbers") or {})["repeats"])
    if joined:
        store.run("intake.create_order_heads")
    store.run("intake.create_joined_heads" if joined else "intake.create_single_heads")
    store.run("intake.create_local_hours", zone=home.zone)
    return joined


def _customers(store: Store, layout: Layout, origin: Origin, home: Home) -> None:
    store.run("intake.create_order_people")
    store.run("intake.stage_order_people")
    store.run("intake.create_person_shape")
    store.run("intake.create_staged_people")
    hand_over(store, layout, origin, home, whole_ids=False)
    contacts.absorb(store, origin)


def _orders(store: Store, layout: Layout, *, joined: bool) -> None:
    orders.prepare(store)
    store.run("intake.hand_over_joined_orders" if joined else "intake.hand_over_single_orders")
    store.run("intake.hand_over_lines")
    store.run("intake.name_customers")
    if layout.columns.extras:
        store.run("intake.keep_order_extras", extra_names=list(extra_names(layout)))
