"""Money of one buyer: refunds, rounding, currencies, to the last digit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.orders import till
from ecrm_cli.orders.model import NewOrder
from ecrm_cli.segments import explaining, library, ops
from ecrm_cli.segments.model import Asking
from tests.door import NOW
from tests.people import people, person

ASKING = Asking(date(2026, 11, 20), "Europe/Belgrade", "EUR", Path("segments"))
GIVEN_BACK = query("test.refund", """
    INSERT INTO refund (refund_id, source, number, order_id, contact_id, amount, currency, actor,
                        refunded_at, recorded_at)
    SELECT count(*) + 1, 'file', 'R', $order_id, $contact_id, $amount, 'EUR', 'tester', $moment,
           $moment
    FROM refund
""")  # fmt: skip


def bought(store: Store, contact_id: int | None, total: str, days: int = 0) -> int:
    at = NOW - timedelta(days=days)
    return till.add(store, NOW, NewOrder(contact_id, "EUR", at, total=Decimal(total)))


def given_back(
    store: Store, contact_id: int, amount: str, order_id: int | None = None, days: int = 0
) -> None:
    moment: datetime = NOW - timedelta(days=days)
    store.run(
        GIVEN_BACK, order_id=order_id, contact_id=contact_id, amount=Decimal(amount), moment=moment
    )


def seen(store: Store, contact_id: int, rule: str, asking: Asking = ASKING) -> object:
    """Return what the only condition of a rule sees of a contact."""
    read = library.inline(asking.folder, rule, "rule")
    return explaining.explain(store, read, asking, contact_id)["conditions"][0]["seen"]


@pytest.mark.parametrize(
    ("totals", "average"),
    [
        (["10", "10", "13.3333"], "11.1111"),
        (["0.0001", "0.0002"], "0.0002"),
        (["0.0001", "0", "0", "0"], "0.0000"),
        (["99999999999999.9999"], "99999999999999.9999"),
    ],
)
def test_an_average_is_exact_to_four_decimals(
    store: Store, totals: list[str], average: str
) -> None:
    ana = person(store, "ana@example.org")
    for total in totals:
        bought(store, ana, total)
    assert seen(store, ana, "orders.average: {gte: 0}") == Decimal(average)


def test_half_a_ten_thousandth_below_zero_is_rounded_away_from_zero(store: Store) -> None:
    ana = person(store, "ana@example.org")
    bought(store, ana, "1")
    bought(store, ana, "1")
    given_back(store, ana, "2.0003")
    assert seen(store, ana, "orders.average: {gte: 0}") == Decimal("-0.0002")


def test_a_refund_of_an_order_counts_on_the_orders_day(store: Store) -> None:
    ana = person(store, "ana@example.org")
    order = bought(store, ana, "100", days=60)
    given_back(store, ana, "40", order, days=2)
    assert seen(store, ana, "orders.total: {gte: 0, before: 30d}") == Decimal(60)
    assert seen(store, ana, "orders.total: {gte: 0, within: 30d}") == Decimal(0)


def test_a_return_that_names_no_order_counts_on_its_own_day(store: Store) -> None:
    ana = person(store, "ana@example.org")
    bought(store, ana, "100", days=60)
    given_back(store, ana, "40", days=2)
    assert seen(store, ana, "orders.total: {gte: 0, before: 30d}") == Decimal(100)
    assert seen(store, ana, "orders.total: {gte: 0, within: 30d}") == Decimal(-40)
    assert seen(store, ana, "orders.total: {gte: 0}") == Decimal(60)


def test_a_refund_after_the_day_asked_about_has_not_happened(store: Store) -> None:
    ana = person(store, "ana@example.org")
    order = bought(store, ana, "100", days=60)
    given_back(store, ana, "100", order, days=2)
    before = Asking(date(2026, 11, 1), ASKING.zone, ASKING.currency, ASKING.folder)
    assert seen(store, ana, "orders.total: {gte: 0}", before) == Decimal(100)
    assert seen(store, ana, "orders.total: {gte: 0}") == Decimal(0)


def test_an_order_that_was_refunded_whole_is_still_an_order(store: Store) -> None:
    ana = person(store, "ana@example.org")
    order = bought(store, ana, "100")
    given_back(store, ana, "100", order)
    assert seen(store, ana, "orders.count: 1") == 1


def test_an_order_of_nobody_makes_nobody_a_buyer(store: Store) -> None:
    ana, ben = people(store, 2)
    bought(store, None, "100", days=200)
    bought(store, ana, "5")
    quiet = library.inline(ASKING.folder, "not: {orders.last: {before: 90d}}", "rule")
    assert {row["id"] for row in ops.members(store, quiet, ASKING)} == {ana, ben}


def test_another_currency_is_another_sum(store: Store) -> None:
    ana = person(store, "ana@example.org")
    bought(store, ana, "100")
    till.add(store, NOW, NewOrder(ana, "USD", NOW, total=Decimal(7)))
    assert seen(store, ana, "orders.total: {gte: 0}") == Decimal(100)
    assert seen(store, ana, "orders.total: {gte: 0, currency: USD}") == Decimal(7)
    dollars = Asking(ASKING.as_of, ASKING.zone, "USD", ASKING.folder)
    assert seen(store, ana, "orders.total: {gte: 0}", dollars) == Decimal(7)
    assert seen(store, ana, "orders.count: 2") == 2
