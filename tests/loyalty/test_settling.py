"""Orders and refunds settled into the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ecrm_cli.audit import chain
from ecrm_cli.audit import ops as audit
from ecrm_cli.core.errors import Conflict
from ecrm_cli.core.money import Money
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.loyalty import ops, settling
from ecrm_cli.loyalty.checks import check
from ecrm_cli.loyalty.model import Programme
from tests.desk import Desk
from tests.door import NOW
from tests.loyalty.books import (
    DAY,
    RSD,
    ZONE,
    Plain,
    adds_up,
    ask,
    entries,
    left_of,
    ordered,
    refunded,
    returned,
    settled,
)
from tests.people import person

WIPE = [
    query("test.wipe", f"DELETE FROM {table}") for table in ("orders", "refund", "ledger_entry")
]


def cancel(store: Store, order_id: int, at: datetime = NOW) -> None:
    text = "UPDATE orders SET cancelled_at = $moment WHERE order_id = $order_id"
    store.run(query("test.cancel", text), moment=at, order_id=order_id)


def delete(store: Store, table: str, number: int) -> None:
    text = f"DELETE FROM {table} WHERE {'order' if table == 'orders' else table}_id = $number"
    store.run(query("test.delete", text), number=number)


@pytest.fixture
def ana(store: Store) -> int:
    """A customer."""
    return person(store, "ana@example.org")


def test_an_order_gives_points_in_a_transaction_of_two_rows(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "1250")
    done = settled(store)
    assert (done.orders, done.given, done.refunds, done.taken_back) == (1, 12, 0, 0)
    member, issued = entries(store)
    assert (member["account"], member["contact_id"], member["points"]) == ("member", ana, 12)
    assert (issued["account"], issued["contact_id"], issued["points"]) == ("issued", None, -12)
    for row in (member, issued):
        assert (row["order_id"], row["idempotency_key"]) == (order_id, f"order:{order_id}")
        assert (row["posted_for"], row["recorded_at"], row["actor"]) == (NOW, NOW, "tester")
    assert member["rule"] == "1 point for each 100 RSD, rounded down"


def test_settling_twice_leaves_the_same_rows_and_no_audit_entry(store: Store, ana: int) -> None:
    refunded(store, ordered(store, ana, "1250"), "300")
    ordered(store, ana, "99")
    settled(store)
    before, last = entries(store), audit.last_id(store)
    again = settled(store, now=NOW + DAY)
    assert again.posted == 0
    assert (entries(store), audit.last_id(store)) == (before, last)
    assert chain.verify(store) == []


def test_an_order_too_small_for_a_point_is_settled_once_and_for_all(store: Store, ana: int) -> None:
    ordered(store, ana, "60")
    assert (settled(store).orders, ops.points_of(store, ana)) == (1, 0)
    generous = replace(RSD, earn=100)
    assert settled(store, generous).posted == 0
    assert ops.points_of(store, ana) == 0


def test_a_full_refund_takes_every_point_back(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "1250")
    settled(store)
    refunded(store, order_id, "1250")
    assert settled(store).taken_back == 12
    assert ops.points_of(store, ana) == 0


def test_a_late_refund_finds_what_the_order_gave_then(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "1000")
    settled(store)
    refunded(store, order_id, "500")
    # The programme gives less now; what was given at the old rate goes back at the old rate.
    settled(store, replace(RSD, earn=3), now=NOW + DAY)
    assert left_of(store) == {order_id: 5}


def test_a_programme_of_another_currency_still_takes_back_what_the_old_one_gave(
    store: Store, ana: int
) -> None:
    order_id = ordered(store, ana, "1000")
    settled(store)
    refunded(store, order_id, "500")
    euros = replace(RSD, per=Money(Decimal(1), "EUR"), value=Money(Decimal("0.03"), "EUR"))
    assert (settled(store, euros).taken_back, left_of(store)) == (5, {order_id: 5})


def test_two_writers_of_the_ledger_conflict(store: Store, ana: int) -> None:
    ordered(store, ana, "1000")
    other = Store(store._connection.cursor(), store.opening)
    with store.transaction():
        assert settled(store).orders == 1
        with pytest.raises(Conflict, match="changed the same rows"):
            settled(other)
    assert settled(other).posted == 0
    assert check(store, NOW, RSD)["findings"] == []


def test_three_thirds_take_back_no_more_and_no_less(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "1000")
    taken = []
    for part in ("333.33", "333.33", "333.34"):
        refunded(store, order_id, part)
        taken.append(settled(store).taken_back)
    assert taken == [3, 4, 3]
    assert left_of(store) == {order_id: 0}


def test_a_balance_goes_below_zero_when_spent_points_are_taken_back(store: Store, ana: int) -> None:
    from ecrm_cli.loyalty import posting
    from ecrm_cli.loyalty.model import Posting

    order_id = ordered(store, ana, "1000")
    settled(store)
    posting.redeem(store, NOW, Posting(ana, 10))
    refunded(store, order_id, "1000")
    settled(store)
    assert ops.points_of(store, ana) == -10
    assert check(store, NOW, RSD)["ok"]


def test_an_order_in_another_currency_gives_nothing_and_is_counted(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "1000", currency="EUR")
    refunded(store, order_id, "10")
    done = settled(store)
    assert (done.posted, done.other_currency, done.currencies) == (0, 1, ("EUR",))
    assert entries(store) == []


def test_a_guests_order_gives_nothing_until_it_is_somebodys(store: Store, ana: int) -> None:
    order_id = ordered(store, None, "1000")
    refunded(store, order_id, "500")
    assert (settled(store).posted, settled(store).guests) == (0, 1)
    text = "UPDATE orders SET contact_id = $ana WHERE order_id = $order_id"
    store.run(query("test.own", text), ana=ana, order_id=order_id)
    assert (settled(store).orders, left_of(store)) == (1, {order_id: 5})


def test_a_cancelled_order_gives_nothing_and_loses_what_it_gave(store: Store, ana: int) -> None:
    before, after = ordered(store, ana, "500"), ordered(store, ana, "1000")
    cancel(store, before)
    refunded(store, after, "200")
    settled(store)
    assert left_of(store) == {after: 8}
    cancel(store, after)
    done = settled(store)
    assert (done.cancelled, done.taken_back) == (1, 8)
    assert settled(store).posted == 0
    assert ops.points_of(store, ana) == 0
    assert check(store, NOW, RSD)["findings"] == []


def test_orders_and_refunds_that_are_no_more_are_posted_back(store: Store, ana: int) -> None:
    gone, kept = ordered(store, ana, "1000"), ordered(store, ana, "1000")
    refund = refunded(store, kept, "500")
    refunded(store, gone, "300")
    settled(store)
    delete(store, "orders", gone)
    delete(store, "refund", refund)
    refunded(store, kept, "300")
    done = settled(store)
    assert (done.cancelled, settled(store).posted) == (2, 0)
    assert left_of(store) == {gone: 0, kept: 7}
    delete(store, "orders", kept)
    settled(store)
    assert ops.points_of(store, ana) == 0
    assert check(store, NOW, RSD)["findings"] == []


def test_a_return_that_names_no_order_takes_what_its_amount_would_have_given(
    store: Store, ana: int
) -> None:
    returned(store, ana, "250", refunded_at=NOW - 3 * DAY)
    returned(store, None, "250")
    returned(store, ana, "250", currency="EUR")
    done = settled(store)
    assert (done.refunds, done.taken_back) == (1, 2)
    assert entries(store)[0]["posted_for"] == NOW - 3 * DAY
    assert settled(store).posted == 0


def test_more_refunded_than_bought_takes_back_what_was_given(store: Store, ana: int) -> None:
    order_id = ordered(store, ana, "500")
    returned(store, ana, "400", order_id=order_id)
    returned(store, ana, "400", order_id=order_id)
    settled(store)
    assert left_of(store) == {order_id: 0}
    assert check(store, NOW, RSD)["ok"]


def test_history_is_posted_on_its_own_days_and_a_settled_day_never_changes(
    store: Store, ana: int
) -> None:
    ordered(store, ana, "1000", at=NOW - 100 * DAY)
    ordered(store, ana, "300", at=NOW - 2 * DAY)
    settled(store, now=NOW - DAY)
    until = NOW - DAY
    assert ops.balance(store, ana, RSD, NOW - 50 * DAY)["points"] == 10
    # An order of a day that was settled comes in late: it counts from now on.
    ordered(store, ana, "700", at=NOW - 90 * DAY)
    today = ordered(store, ana, "200", at=NOW - timedelta(hours=1))
    settled(store)
    assert ops.balance(store, ana, RSD, NOW - 50 * DAY)["points"] == 10
    assert ops.balance(store, ana, RSD, until)["points"] == 13
    assert ops.points_of(store, ana) == 22
    days = ask(store, "SELECT posted_for FROM ledger_entry WHERE order_id = $today", today=today)
    assert {row["posted_for"] for row in days} == {NOW - timedelta(hours=1)}


def test_an_order_that_is_still_to_come_gives_nothing_yet(store: Store, ana: int) -> None:
    text = "UPDATE orders SET ordered_at = $later WHERE order_id = $order_id"
    order_id = ordered(store, ana, "1000")
    store.run(query("test.later", text), later=NOW + DAY, order_id=order_id)
    assert settled(store).posted == 0
    assert settled(store, now=NOW + 2 * DAY).given == 10


def test_a_dry_run_says_the_same_and_keeps_nothing(store: Store, ana: int) -> None:
    refunded(store, ordered(store, ana, "1250"), "300")
    last = audit.last_id(store)
    told = settling.preview(store, NOW, RSD, ZONE)
    assert (entries(store), audit.last_id(store)) == ([], last)
    assert settled(store) == told


def test_points_follow_a_merged_person_and_stay_what_they_were(store: Store, ana: int) -> None:
    ben = person(store, "ben@example.org")
    order_id = ordered(store, ben, "1000", at=NOW - 5 * DAY)
    settled(store)
    points = [row["points"] for row in entries(store)]
    for name in ("orders.repoint", "orders.repoint_refunds", "loyalty.repoint"):
        store.run(name, survivor=ana, merged=ben)
    assert (ops.points_of(store, ana), ops.points_of(store, ben)) == (10, 0)
    assert [row["points"] for row in entries(store)] == points
    refunded(store, order_id, "500")
    settled(store)
    assert ops.points_of(store, ana) == 5


def test_the_last_year_would_have_given_what_settling_gives(store: Store, ana: int) -> None:
    ordered(store, ana, "1250")
    ordered(store, ana, "99", at=NOW - 400 * DAY)
    ordered(store, None, "5000")
    told = settling.forecast(store, NOW, RSD, NOW - 365 * DAY)
    assert told == {
        "customers": 1, "orders": 1, "bought": Decimal("1250.0000"), "points": 12,
        "worth": Decimal(36), "currency": "RSD",
    }  # fmt: skip


def test_imported_orders_and_returns_are_settled_like_those_of_the_till(desk: Desk) -> None:
    desk.orders(
        "order_id,email,date,total,refunded\n"
        "1,ana@example.org,2026-11-01,1000,500\n"
        "2,ana@example.org,2026-11-02,1999.99,\n"
    )
    settled(desk.store)
    assert left_of(desk.store) == {1: 5, 2: 19}


cents = some.integers(0, 2_000_00).map(lambda number: Decimal(number) / 100)
ACTS = some.lists(
    some.one_of(
        some.tuples(some.just("order"), cents),
        some.tuples(some.just("refund"), cents),
        some.tuples(some.just("settle"), some.just(Decimal())),
    ),
    min_size=1,
    max_size=15,
)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_however_often_it_is_settled_it_comes_to_what_plain_python_says(
    store: Store, acts: list[tuple[str, Decimal]]
) -> None:
    for statement in WIPE:
        store.run(statement)
    plain = Plain()
    for number, (act, money) in enumerate(acts):
        if act == "order":
            plain.totals[ordered(store, 1, f"{money:f}")] = money
        elif act == "settle":
            settled(store, now=NOW + number * DAY)
        elif plain.totals:
            order_id = list(plain.totals)[number % len(plain.totals)]
            left = plain.totals[order_id] - plain.refunds.get(order_id, Decimal())
            part = min(money, left)
            if part:
                refunded(store, order_id, f"{part:f}")
                plain.refunds[order_id] = plain.refunds.get(order_id, Decimal()) + part
    settled(store, now=NOW + 100 * DAY)
    assert left_of(store) == plain.left()
    assert adds_up(store)
    assert settled(store, now=NOW + 101 * DAY).posted == 0


@pytest.mark.parametrize("rounding", ["down", "up", "nearest"])
def test_the_statement_counts_as_the_model_does(store: Store, ana: int, rounding: str) -> None:
    programme: Programme = replace(RSD, rounding=rounding, earn=7)
    totals = ["0", "0.0001", "14.2857", "49.9999", "50", "100", "1250.5", "99999999999999.9999"]
    numbers = {ordered(store, ana, total): Decimal(total) for total in totals}
    settled(store, programme)
    assert left_of(store) == {
        order_id: programme.rate.points(total) for order_id, total in numbers.items()
    }
