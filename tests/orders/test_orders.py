"""Orders named, listed, shown and summed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.orders import ops, till
from ecrm_cli.orders.model import (
    AmbiguousNumber,
    GuestOrder,
    NewOrder,
    NewRefund,
    UnknownStatus,
    Wanted,
    line,
)
from tests.door import NOW
from tests.people import people, person

DAY = timedelta(days=1)
IMPORT = query("test.import", """
    INSERT INTO orders (order_id, source, number, contact_id, ordered_at, is_test, currency, gross,
                        discount, tax, shipping, total, attributes, recorded_at)
    SELECT $order_id, $source, $number, $contact_id, $ordered_at, false, 'EUR', 10, 1, 2, 3, 14,
           '{"note": "gift"}', $ordered_at
""")  # fmt: skip


def bought(store: Store, contact_id: int | None, total: str = "10", at: datetime = NOW) -> int:
    return till.add(store, NOW, NewOrder(contact_id, "EUR", at, total=Decimal(total)))


def imported(store: Store, number: str, source: str = "shop", contact_id: int | None = None) -> int:
    order_id = store.take_ids("orders") + 1
    store.run(
        IMPORT,
        order_id=order_id,
        source=source,
        number=number,
        contact_id=contact_id,
        ordered_at=NOW,
    )
    return order_id


def back(store: Store, order_id: int | None, money: str, contact_id: int | None = None) -> None:
    refund_id = store.take_ids("refund") + 1
    store.run(
        "orders.add_refund",
        refund_id=refund_id,
        number=f"RF-{refund_id}",
        order_id=order_id,
        contact_id=contact_id,
        amount=Decimal(money),
        currency="EUR",
        reason=None,
        actor="tester",
        refunded_at=NOW,
        now=NOW,
    )


def listed(store: Store, wanted: Wanted | None = None) -> list[int]:
    return [row["id"] for row in ops.pages(store, wanted or Wanted())]


@pytest.mark.parametrize(
    "words", ["A-100", "a-100", "#A-100", "shop:A-100", "shop:a-100", " A-100 "]
)
def test_an_order_is_found_by_its_number(store: Store, words: str) -> None:
    order_id = imported(store, "A-100")
    imported(store, "A-1000")
    assert ops.find(store, words) == order_id


def test_a_number_with_a_hash_is_found_without_it(store: Store) -> None:
    order_id = imported(store, "#1001")
    assert ops.find(store, "1001") == order_id


def test_the_exact_number_comes_before_a_like_one(store: Store) -> None:
    _, exact = imported(store, "ab1"), imported(store, "AB1")
    assert ops.find(store, "AB1") == exact


def test_an_unknown_number_is_said_with_close_ones(store: Store) -> None:
    for number in ("100234", "100243", "999"):
        imported(store, number)
    with pytest.raises(NotFound, match="There is no order '100324'") as unknown:
        ops.find(store, "100324")
    assert unknown.value.code == 4
    assert sorted(unknown.value.matches) == ["100234", "100243"]


def test_nothing_is_near_in_an_empty_book(store: Store) -> None:
    with pytest.raises(NotFound) as unknown:
        ops.find(store, "1")
    assert unknown.value.matches == []


def test_a_number_of_two_sources_is_asked_back(store: Store) -> None:
    first, _ = imported(store, "1001"), imported(store, "1001", "market")
    with pytest.raises(AmbiguousNumber, match="names 2 orders: shop:1001, market:1001") as both:
        ops.find(store, "1001")
    assert both.value.code == 5
    assert both.value.matches == ["shop:1001", "market:1001"]
    assert ops.find(store, "shop:1001") == first


def test_an_order_names_its_contact(store: Store) -> None:
    ana, ben = people(store, 2)
    imported(store, "1001", contact_id=ana)
    imported(store, "1002", contact_id=ben)
    imported(store, "1002", "market", contact_id=ben)
    imported(store, "1001", "market", contact_id=ben)
    assert ops.contact_of(store, "shop:1001") == ana
    assert ops.contact_of(store, "1002") == ben
    with pytest.raises(AmbiguousNumber):
        ops.contact_of(store, "1001")


def test_a_guests_order_names_nobody(store: Store) -> None:
    imported(store, "1001")
    with pytest.raises(GuestOrder, match="shop:1001 is a guest's") as guest:
        ops.contact_of(store, "1001")
    assert guest.value.code == 4


def test_a_list_shows_money_and_status_as_they_are(store: Store) -> None:
    order_id = imported(store, "1001")
    back(store, order_id, "4")
    (row,) = ops.pages(store, Wanted())
    assert row == {
        "id": order_id, "ref": "shop:1001", "number": "1001", "source": "shop", "contact": None,
        "ordered_at": NOW, "channel": None, "currency": "EUR", "gross": 10, "discount": 1, "tax": 2,
        "shipping": 3, "total": 14, "refunded": 4, "status": "placed",
    }  # fmt: skip
    assert ops.show(store, order_id)["attributes"] == {"note": "gift"}


@pytest.mark.parametrize("column", ["paid", "packed", "shipped", "delivered", "cancelled"])
def test_an_orders_status_is_the_last_thing_that_happened_to_it(store: Store, column: str) -> None:
    imported(store, "1001")
    store.run(query("test.mark", "UPDATE orders SET paid_at = ordered_at"))
    store.run(query("test.mark", f"UPDATE orders SET {column}_at = ordered_at"))
    assert [row["status"] for row in ops.pages(store, Wanted())] == [column]
    assert listed(store, Wanted(status=column)) == [1]
    assert listed(store, Wanted(status="test")) == []


def test_a_status_that_no_order_has_is_refused(store: Store) -> None:
    with pytest.raises(UnknownStatus, match="'lost'"):
        listed(store, Wanted(status="lost"))


def test_a_list_can_be_narrowed(store: Store) -> None:
    ana, ben = people(store, 2)
    old = bought(store, ana, at=NOW - 10 * DAY)
    new = bought(store, ana)
    other = till.add(
        store,
        NOW,
        NewOrder(ben, "EUR", NOW, lines=(line("BEAN @ 2"), line("BEAN @ 2")), new_products=True),
    )
    assert listed(store) == [other, new, old]
    assert listed(store, Wanted(contact_id=ana)) == [new, old]
    assert listed(store, Wanted(product_id=1)) == [other]
    assert listed(store, Wanted(since=NOW)) == [other, new]
    assert listed(store, Wanted(until=NOW)) == [old]
    assert listed(store, Wanted(contact_id=ana, since=NOW, status="paid")) == [new]


def test_a_list_is_whole_over_all_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "PAGE", 3)
    ids = [imported(store, str(number)) for number in range(9)]
    assert listed(store) == ids[::-1]
    assert ops.count(store, Wanted()) == 9


def test_an_empty_book_has_no_orders(store: Store) -> None:
    assert listed(store) == []


def test_what_a_contact_bought_is_summed_net_of_refunds(store: Store) -> None:
    ana, ben = people(store, 2)
    first = bought(store, ana, "10", NOW - 5 * DAY)
    bought(store, ana, "30")
    bought(store, ben, "99")
    back(store, first, "4", ana)
    back(store, None, "1", ana)
    assert ops.summary_of_contact(store, ana) == [
        {"currency": "EUR", "orders": 2, "total": 35, "refunded": 5,
         "first_ordered_at": NOW - 5 * DAY, "last_ordered_at": NOW}
    ]  # fmt: skip


def test_cancelled_and_test_orders_count_nowhere_and_neither_do_their_refunds(store: Store) -> None:
    (ana,) = people(store, 1)
    cancelled, trial = bought(store, ana, "10"), bought(store, ana, "20")
    bought(store, ana, "30")
    back(store, cancelled, "10", ana)
    back(store, trial, "20", ana)
    store.run(query("test.mark", "UPDATE orders SET cancelled_at = ordered_at WHERE order_id = 1"))
    store.run(query("test.mark", "UPDATE orders SET is_test = true WHERE order_id = 2"))
    (row,) = ops.summary_of_contact(store, ana)
    assert (row["orders"], row["total"], row["refunded"]) == (1, 30, 0)


def test_sums_are_kept_apart_by_currency(store: Store) -> None:
    (ana,) = people(store, 1)
    bought(store, ana, "10")
    till.add(store, NOW, NewOrder(ana, "RSD", NOW, total=Decimal(1200)))
    assert [(row["currency"], row["total"]) for row in ops.summary_of_contact(store, ana)] == [
        ("EUR", 10),
        ("RSD", 1200),
    ]


def test_who_bought_nothing_has_no_sums(store: Store) -> None:
    assert ops.summary_of_contact(store, person(store, "ana@example.org")) == []


def test_the_timeline_tells_orders_and_refunds(store: Store) -> None:
    (ana,) = people(store, 1)
    order_id = bought(store, ana, "12.5", NOW - DAY)
    till.refund(store, NOW, order_id, NewRefund(Decimal(5), NOW, reason="broken"))
    store.run(query("test.mark", "UPDATE orders SET cancelled_at = recorded_at"))
    told = sorted(ops.timeline(store, ana), key=lambda row: row["what"])
    assert [(row["what"], row["detail"], row["occurred_at"]) for row in told] == [
        ("cancelled", "manual:M-1", NOW),
        ("ordered", "12.50 EUR, manual:M-1", NOW - DAY),
        ("refunded", "5.00 EUR, broken", NOW),
    ]
    assert {row["room"] for row in told} == {"orders"}


def test_a_products_price_stays_with_its_order(store: Store) -> None:
    new = NewOrder(None, "EUR", NOW, lines=(line("BEAN @ 2"),), new_products=True)
    first = till.add(store, NOW, new)
    till.add(store, NOW, replace(new, lines=(line("BEAN @ 3"),)))
    assert ops.show(store, first)["lines"][0]["unit_price"] == 2
