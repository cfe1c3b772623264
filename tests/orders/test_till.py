"""Orders typed at the till and money given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ecrm_cli.audit import chain
from ecrm_cli.audit import ops as audit
from ecrm_cli.core.calendar import StillToCome
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.orders import ops, products, till
from ecrm_cli.orders.model import (
    BadAmount,
    BadLine,
    BeforeTheOrder,
    Line,
    MoreThanPaid,
    NewOrder,
    NewRefund,
    NoPrice,
    NothingBack,
    NumberTaken,
    TooLarge,
    TotalOrLines,
    UnknownCurrency,
    Wanted,
    amount,
    currency,
    line,
    times,
)
from tests.door import NOW
from tests.people import person

DAY = timedelta(days=1)
GUEST = NewOrder(contact_id=None, currency="EUR", ordered_at=NOW, total=Decimal("12.50"))
LINES = replace(GUEST, total=None, lines=(line("BEAN x 2 @ 3.50"),), new_products=True)


def back(store: Store, order_id: int, money: str) -> Decimal:
    done = till.refund(store, NOW, order_id, NewRefund(Decimal(money), NOW))
    return Decimal(done["left"])


def test_a_total_makes_an_order_that_is_paid(store: Store) -> None:
    ana = person(store, "ana@example.org")
    order_id = till.add(store, NOW, replace(GUEST, contact_id=ana, channel="shop"))
    assert ops.show(store, order_id) == {
        "id": 1, "ref": "manual:M-1", "number": "M-1", "source": "manual", "contact": ana,
        "ordered_at": NOW, "channel": "shop", "currency": "EUR", "gross": Decimal("12.5"),
        "discount": 0, "tax": 0, "shipping": 0, "total": Decimal("12.5"), "refunded": 0,
        "status": "paid", "paid_at": NOW, "packed_at": None, "shipped_at": None,
        "delivered_at": None, "cancelled_at": None, "attributes": {}, "recorded_at": NOW,
        "batch_id": None, "lines": [], "refunds": [],
    }  # fmt: skip


def test_an_order_without_a_contact_is_a_guests(store: Store) -> None:
    assert ops.show(store, till.add(store, NOW, GUEST))["contact"] is None


def test_numbers_follow_each_other_and_skip_what_is_taken(store: Store) -> None:
    numbers = [None, "M-7", "till 5", None]
    ids = [till.add(store, NOW, replace(GUEST, number=number)) for number in numbers]
    assert [ops.show(store, each)["number"] for each in ids] == ["M-1", "M-7", "till 5", "M-8"]


def test_a_taken_number_is_refused_and_nothing_is_written(store: Store) -> None:
    till.add(store, NOW, replace(GUEST, number="A1"))
    entries = audit.last_id(store)
    with pytest.raises(NumberTaken, match="manual:A1") as taken:
        till.add(store, NOW, replace(GUEST, number="A1"))
    assert taken.value.code == 5
    assert ops.count(store, Wanted()) == 1
    assert audit.last_id(store) == entries


def test_lines_make_the_total(store: Store) -> None:
    lines = (line("BEAN x 2 @ 3.50"), line("CUP @ 10"), line("LOOSE x 0.333 @ 4.99"))
    order = ops.show(store, till.add(store, NOW, replace(LINES, lines=lines)))
    assert [(row["line"], row["sku"], row["amount"]) for row in order["lines"]] == [
        (1, "BEAN", Decimal("7.0000")),
        (2, "CUP", Decimal("10.0000")),
        (3, "LOOSE", Decimal("1.6617")),
    ]
    assert order["total"] == order["gross"] == Decimal("18.6617")


def test_a_line_without_a_price_takes_the_products(store: Store) -> None:
    till.add(store, NOW, LINES)
    order = ops.show(store, till.add(store, NOW, replace(LINES, lines=(line("bean x 3"),))))
    assert order["total"] == Decimal("10.5")
    assert products.count(store) == 1


def test_a_price_in_another_currency_is_no_price(store: Store) -> None:
    till.add(store, NOW, LINES)
    with pytest.raises(NoPrice, match="BEAN has no price in RSD"):
        till.add(store, NOW, replace(LINES, currency="RSD", lines=(line("BEAN x 3"),)))


def test_an_unknown_article_is_said_with_close_ones(store: Store) -> None:
    till.add(store, NOW, LINES)
    with pytest.raises(NotFound, match="There is no product 'BEEN'") as unknown:
        till.add(store, NOW, replace(LINES, new_products=False, lines=(line("BEEN @ 2"),)))
    assert unknown.value.matches == ["BEAN"]
    assert unknown.value.hint == "Did you mean BEAN? Add --new-product if it is a new one."
    assert ops.count(store, Wanted()) == 1


@pytest.mark.parametrize("total", [None, Decimal(5)])
def test_an_order_has_a_total_or_lines(store: Store, total: Decimal | None) -> None:
    lines = () if total is None else LINES.lines
    with pytest.raises(TotalOrLines):
        till.add(store, NOW, replace(GUEST, total=total, lines=lines))


def test_a_free_order_is_an_order(store: Store) -> None:
    order_id = till.add(store, NOW, replace(GUEST, total=Decimal(0)))
    assert ops.show(store, order_id)["total"] == 0


def test_an_order_of_tomorrow_is_refused(store: Store) -> None:
    with pytest.raises(StillToCome):
        till.add(store, NOW, replace(GUEST, ordered_at=NOW + DAY))


def test_refunds_add_up_to_the_order_and_no_further(store: Store) -> None:
    order_id = till.add(store, NOW, GUEST)
    assert back(store, order_id, "5") == Decimal("7.5")
    assert back(store, order_id, "7.4999") == Decimal("0.0001")
    with pytest.raises(MoreThanPaid, match=r"was 12\.50 EUR, of which 12\.50 went back") as more:
        back(store, order_id, "0.01")
    assert more.value.code == 3
    assert back(store, order_id, "0.0001") == 0
    assert ops.show(store, order_id)["refunded"] == Decimal("12.5")


def test_more_than_was_paid_is_said_with_what_is_left(store: Store) -> None:
    order_id = till.add(store, NOW, GUEST)
    with pytest.raises(MoreThanPaid, match=r"Order manual:M-1 was 12\.50 EUR\.$") as more:
        back(store, order_id, "12.51")
    assert more.value.hint == "At most 12.50 can be given back."
    assert ops.show(store, order_id)["refunds"] == []


@pytest.mark.parametrize("money", ["0", "-1"])
def test_a_refund_gives_something_back(store: Store, money: str) -> None:
    with pytest.raises(NothingBack):
        back(store, till.add(store, NOW, GUEST), money)


def test_a_refund_is_the_contacts_and_says_why(store: Store) -> None:
    ana = person(store, "ana@example.org")
    order_id = till.add(store, NOW, replace(GUEST, contact_id=ana))
    done = till.refund(store, NOW, order_id, NewRefund(Decimal(5), NOW, reason="broken"))
    assert done == {
        "refund": 1, "order": "manual:M-1", "amount": 5, "currency": "EUR", "refunded": 5,
        "left": Decimal("7.5"),
    }  # fmt: skip
    (row,) = ops.show(store, order_id)["refunds"]
    assert row == {
        "id": 1, "number": "RF-1", "source": "manual", "amount": 5, "currency": "EUR",
        "reason": "broken", "actor": "tester", "refunded_at": NOW,
    }  # fmt: skip
    owner = store.one(query("test.owner", "SELECT contact_id FROM refund"))
    assert owner == {"contact_id": ana}


def test_a_refund_is_not_older_than_its_order(store: Store) -> None:
    order_id = till.add(store, NOW, GUEST)
    with pytest.raises(BeforeTheOrder):
        till.refund(store, NOW, order_id, NewRefund(Decimal(1), NOW - DAY))
    same_day = NOW.replace(hour=0)
    assert till.refund(store, NOW, order_id, NewRefund(Decimal(1), same_day))["refunded"] == 1


def test_a_refund_of_tomorrow_is_refused(store: Store) -> None:
    order_id = till.add(store, NOW, GUEST)
    with pytest.raises(StillToCome):
        till.refund(store, NOW, order_id, NewRefund(Decimal(1), NOW + DAY))


def test_orders_and_refunds_are_in_the_audit_of_their_contact(store: Store) -> None:
    ana = person(store, "ana@example.org")
    back(store, till.add(store, NOW, replace(GUEST, contact_id=ana)), "5")
    told = audit.timeline(store, ana)
    assert {row["what"] for row in told} == {"contact add", "order add", "order refund"}
    assert chain.verify(store) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SKU x 2 @ 3.50", Line("SKU", Decimal(2), Decimal("3.50"))),
        ("SKU x 0.25", Line("SKU", Decimal("0.25"), None)),
        ("SKU @3", Line("SKU", Decimal(1), Decimal(3))),
        ("SKU", Line("SKU", Decimal(1), None)),
        ("box x large x 2 @ 1", Line("box x large", Decimal(2), Decimal(1))),
        ("  big cup X 3  ", Line("big cup", Decimal(3), None)),
    ],
)
def test_a_line_is_read(text: str, expected: Line) -> None:
    assert line(text) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", BadLine),
        ("SKU x 0 @ 2", BadLine),
        ("SKU x two @ 2", BadAmount),
        ("SKU x 2 @ 3,50", BadAmount),
        ("SKU x -2 @ 3", BadAmount),
    ],
)
def test_a_line_that_cannot_be_read_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        line(text)


@pytest.mark.parametrize("text", ["3,50", "1e5", "NaN", "-1", "1.23456", "", "١٢", "1" * 15])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadAmount):
        amount(text)


def test_a_currency_is_written_in_capitals() -> None:
    assert currency("rsd") == "RSD"
    with pytest.raises(UnknownCurrency):
        currency("DINAR")


def test_an_amount_that_does_not_fit_is_refused(store: Store) -> None:
    large = (line("GOLD x 99999999999999 @ 99"),)
    with pytest.raises(TooLarge):
        till.add(store, NOW, replace(LINES, lines=large))
    assert ops.count(store, Wanted()) == 0


MONEY = some.decimals("0", "99999999", places=4)


@settings(derandomize=True, deadline=None)
@given(quantity=MONEY, price=MONEY)
def test_a_lines_amount_is_exact_to_four_decimals(quantity: Decimal, price: Decimal) -> None:
    exact = quantity * price
    if exact < 10**13:
        assert abs(times(quantity, price) - exact) <= Decimal("0.00005")
        assert times(quantity, price).as_tuple().exponent == -4
