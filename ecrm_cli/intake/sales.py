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


def read(store: Store, layout: Layout, home: Home) -> None:
    """Turn the staged text into orders to come: the views and tables that ``take_in`` writes from.

    Nothing of the book is touched, and no transaction may be open: the text is dropped when it
    has been read, which gives its room back only then.
    """
    make_macros(store)
    _parse(store, layout, home)
    store.run("intake.drop_order_text")
    detailed = (store.one("intake.count_detailed") or {})["lines"]
    store.run("intake.create_order_rows" if detailed else "intake.create_plain_order_rows")
    if (store.one("intake.count_unnumbered") or {})["lines"]:
        store.run("intake.number_rows")
    store.run("intake.create_local_hours", zone=home.zone)
    store.run("intake.create_order_customers")
    if (store.one("intake.count_repeated_numbers") or {})["repeats"]:
        _join(store)
    else:
        store.run("intake.create_single_heads")
        store.run("intake.create_single_numbers")
        store.run("intake.create_single_orders")
    store.run("intake.create_order_people")


def take_in(store: Store, layout: Layout, origin: Origin, home: Home) -> Outcome:
    """Write what was read into the book; the caller holds the transaction.

    Customers come first, so that every order knows whose it is; a line that names nobody is a
    guest's.
    """
    _customers(store, layout, origin, home)
    orders.prepare(store)
    store.run("intake.hand_over_lines")
    done = orders.absorb(store, origin)
    if done.updated:
        store.run("intake.record_filled_orders", batch_id=origin.batch_id)
    unread = (store.one("intake.count_unread") or {})["lines"]
    nameless = (store.one("intake.count_nameless") or {})["lines"]
    faults = store.rows("intake.order_rejects")
    warnings = done.differing + unread + nameless
    return Outcome(done.added, done.updated, done.unchanged, warnings, faults)


def _parse(store: Store, layout: Layout, home: Home) -> None:
    asked: dict[str, object] = {
        "formats": formats_of(layout),
        "whole_ids": (store.one("intake.whole_customer_ids") or {})["whole"],
        "currency": home.currency,
        "odd_currencies": odd_currencies(store),
        "returns": layout.preset.returns,
        "extra_names": list(extra_names(layout)),
    }
    store.run("intake.create_order_facts", **asked)
    if (store.one("intake.count_odd_amounts") or {})["lines"]:
        # Most files write plain numbers; to look for more in each would cost them a second.
        store.run("intake.create_digits_macro")
        store.run("intake.create_written_amount_macro")
        store.run("intake.create_order_facts", **asked)


def _join(store: Store) -> None:
    store.run("intake.create_order_heads")
    store.run("intake.create_joined_heads")
    store.run("intake.create_joined_lines")
    store.run("intake.create_joined_numbers")
    store.run("intake.create_joined_orders")


def _customers(store: Store, layout: Layout, origin: Origin, home: Home) -> None:
    store.run("intake.stage_order_people")
    store.run("intake.create_person_shape")
    store.run("intake.create_staged_people")
    hand_over(store, layout, origin, home, whole_ids=False)
    contacts.absorb(store, origin)
    store.run("intake.name_customers")
