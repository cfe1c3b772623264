"""What a later file knows of an order is added to it; what the book knows stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.desk import Desk, counts, csv_of

HEAD = "order_id,email,date,total,refunded,paid_at,cancelled_at"


def refunds(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.values("SELECT number, amount, order_id, contact_id FROM refund ORDER BY refund_id")


def test_an_order_cancelled_or_paid_since_is_so_in_the_book(desk: Desk) -> None:
    desk.orders(csv_of(HEAD, "1,ana@example.org,2026-01-01,30,,,", "2,,2026-01-01,20,,,"))
    done = desk.orders(
        csv_of(
            HEAD, "1,ana@example.org,2026-01-01,30,,2026-01-03,2026-02-01", "2,,2026-01-01,20,,,"
        )
    )
    assert (counts(done), done.warnings) == ((0, 1, 1, 0), 0)
    found = desk.values(
        "SELECT left(paid_at::VARCHAR, 10), left(cancelled_at::VARCHAR, 10) FROM orders "
        "ORDER BY order_id"
    )
    assert found == [("2026-01-02", "2026-01-31"), (None, None)]
    (change,) = desk.rows("FROM import_change")
    assert change["before"] == '{"paid_at":null,"cancelled_at":null}'


def test_a_refund_learned_later_is_added_once(desk: Desk) -> None:
    desk.orders(csv_of(HEAD, "1,ana@example.org,2026-01-01,30,0,,"))
    later = csv_of(HEAD, "1,ana@example.org,2026-01-01,30,10,,")
    assert counts(desk.orders(later)) == (0, 1, 0, 0)
    assert refunds(desk) == [("1/refund", 10, 1, 1)]
    again = desk.orders(later + "\n")
    assert (counts(again), again.warnings) == ((0, 0, 1, 0), 0)
    more = desk.orders(csv_of(HEAD, "1,ana@example.org,2026-01-01,30,12,,"))
    assert (counts(more), more.warnings) == ((0, 0, 1, 0), 1)
    assert refunds(desk) == [("1/refund", 10, 1, 1)]


def test_a_refund_learned_with_the_guests_name_is_that_customers(desk: Desk) -> None:
    desk.orders(csv_of(HEAD, "1,,2026-01-01,30,,,"))
    done = desk.orders(csv_of(HEAD, "1,ana@example.org,2026-01-01,30,5,,"))
    assert counts(done) == (0, 1, 0, 0)
    assert refunds(desk) == [("1/refund", 5, 1, 1)]


def test_two_customers_under_one_number_are_refused(desk: Desk) -> None:
    done = desk.orders(
        csv_of("order_id,email,date,total", "1,ana@example.org,2026-01-01,30",
               "1,ben@example.org,2026-02-01,30", "2,ANA@example.org,2026-02-01,4",
               "2,ana@example.org,2026-02-01,4", "2,,2026-02-01,4")
    )  # fmt: skip
    assert counts(done) == (3, 0, 0, 2)
    assert "the order 1 name different customers" in done.rejects[0].reason
    assert desk.values("SELECT number FROM orders") == ["2"]


def test_lines_without_a_price_never_exceed_their_order(desk: Desk) -> None:
    desk.orders(
        csv_of("order_id,date,total,sku,quantity", "1,2026-01-01,30,A,3", "2,2026-01-01,10,B,3",
               "3,2026-01-01,9,A,1", "3,2026-01-01,9,B,1")
    )  # fmt: skip
    assert desk.values(
        "SELECT order_id, unit_price, amount FROM order_line ORDER BY order_id, line_number"
    ) == [(1, 10, 30), (2, Decimal("3.3333"), 10), (3, 0, 0), (3, 0, 0)]


def test_an_order_without_more_has_no_attributes(desk: Desk) -> None:
    desk.orders(
        csv_of("order_id,date,total,note", "1,2026-01-01,9,", "2,2026-01-01,9,",
               "2,2026-01-01,9,gift")
    )  # fmt: skip
    assert desk.values("SELECT attributes FROM orders ORDER BY order_id") == [
        None,
        '{"note":"gift"}',
    ]
