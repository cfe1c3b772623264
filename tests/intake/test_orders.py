"""Rows become orders, lines, returns and refunds; each is known again by its number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecrm_cli.contacts import ops as contacts
from tests.desk import Desk, counts, csv_of

RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def orders(desk: Desk) -> dict[str, tuple[Any, ...]]:
    """Return total, gross, customer by the order's number."""
    return {
        row["number"]: (row["total"], row["gross"], row["contact_id"])
        for row in desk.rows("FROM orders ORDER BY order_id")
    }


def refunds(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.values("SELECT number, amount, order_id, contact_id FROM refund ORDER BY refund_id")


def revenue(desk: Desk) -> Decimal:
    found: Decimal = desk.values(
        "SELECT (SELECT coalesce(sum(total), 0) FROM orders) "
        "- (SELECT coalesce(sum(amount), 0) FROM refund)"
    )[0]
    return found


def test_a_row_an_order(desk: Desk) -> None:
    done = desk.orders(
        csv_of("order_id,date,email,customer_id,total,discount,tax,shipping,currency,channel",
               "1,2026-01-01,ana@example.org,7,120,10,20,5,eur,web", "2,2026-01-02,,7,30,,,,,")
    )  # fmt: skip
    assert counts(done) == (2, 0, 0, 0)
    first, second = desk.rows("FROM orders ORDER BY order_id")
    assert (first["source"], first["number"], first["currency"], first["channel"]) == (
        "file", "1", "EUR", "web"
    )  # fmt: skip
    assert (first["gross"], first["discount"], first["tax"], first["shipping"], first["total"]) == (
        105, 10, 20, 5, 120
    )  # fmt: skip
    assert (second["currency"], second["contact_id"], first["contact_id"]) == ("RSD", 1, 1)
    assert desk.rows("FROM order_line") == []


def test_a_row_a_line(desk: Desk) -> None:
    done = desk.orders(
        csv_of("order_id,date,email,sku,description,quantity,price,discount",
               "1,2026-01-01,ana@example.org,A,Apple,2,1.50,0.5",
               "1,2026-01-01,ana@example.org,B,Bread,1,3,0.25",
               "2,2026-01-02,ben@example.org,A,,3,1.25,")
    )  # fmt: skip
    assert counts(done) == (3, 0, 0, 0)
    assert orders(desk) == {
        "1": (Decimal("5.25"), 6, 1),
        "2": (Decimal("3.75"), Decimal("3.75"), 2),
    }
    lines = desk.values(
        "SELECT l.order_id, line_number, sku, quantity, unit_price, amount FROM order_line l "
        "JOIN product USING (product_id) ORDER BY ALL"
    )
    assert lines == [
        (1, 1, "A", 2, Decimal("1.5"), 3), (1, 2, "B", 1, 3, 3),
        (2, 1, "A", 3, Decimal("1.25"), Decimal("3.75")),
    ]  # fmt: skip
    assert desk.values("SELECT sku, title FROM product ORDER BY sku") == [
        ("A", "Apple"),
        ("B", "Bread"),
    ]


def test_a_price_without_a_quantity_is_of_one(desk: Desk) -> None:
    desk.orders(csv_of("order_id,date,product,price", "1,2026-01-01,Cake,5", "1,2026-01-01,Tea,2"))
    assert orders(desk) == {"1": (7, 7, None)}


def test_what_is_the_orders_counts_once_though_every_line_repeats_it(desk: Desk) -> None:
    desk.orders(
        csv_of("order_id,date,product,total,tax,shipping", "1,2026-01-01,Cake,20,3,2",
               "1,2026-01-01,Tea,20,3,2", "2,2026-01-02,Cake,10,1,", "2,2026-01-02,Tea,,,")
    )  # fmt: skip
    assert orders(desk) == {"1": (20, 15, None), "2": (10, 9, None)}


def test_totals_that_differ_within_an_order_cannot_be_its_total(desk: Desk) -> None:
    text = csv_of("order_id,date,product,amount", "1,2026-01-01,Cake,10", "1,2026-01-01,Tea,20",
                  "2,2026-01-02,Cake,5", "2,2026-01-02,Tea,5", "3,2026-01-03,Cake,7")  # fmt: skip
    done = desk.orders(text)
    assert counts(done) == (1, 0, 0, 4)
    assert {reject.reason for reject in done.rejects} == {
        "lines of one order say different totals in this file; if they are the lines' own amounts, "
        "use --map unit_price=COLUMN"
    }
    assert counts(desk.orders(text, mapped={"unit_price": "amount"})) == (4, 0, 1, 0)
    assert orders(desk) == {"3": (7, 7, None), "1": (30, 30, None), "2": (10, 10, None)}


def test_an_order_with_one_bad_line_stays_out_as_a_whole(desk: Desk) -> None:
    done = desk.orders(
        csv_of("order_id,date,email,sku,quantity,price", "1,2026-01-01,ana@example.org,A,1,2",
               "1,2026-01-01,ana@example.org,B,one,2", "2,2026-01-02,ben@example.org,A,1,2",
               "1,2026-01-01,ana@example.org,C,1,2")
    )  # fmt: skip
    assert counts(done) == (1, 0, 0, 3)
    assert [(reject.line, reject.column, reject.reason) for reject in done.rejects] == [
        (2, None, "line 3 of the same order 1 was rejected"),
        (3, "quantity", "this is not an amount"),
        (5, None, "line 3 of the same order 1 was rejected"),
    ]  # fmt: skip
    assert list(orders(desk)) == ["2"]
    assert [row["email"] for row in contacts.pages(desk.store)] == ["ben@example.org"]
    assert desk.values("SELECT sku FROM product") == ["A"]


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("order_id,date,total", "1,,5", None, "the order 1 has no date"),
        ("order_id,date,total", "1,soon,5", "date", "this is not a date that is understood"),
        ("order_id,date,total", "1,infinity,5", "date", "this is not a date that is understood"),
        ("order_id,date,total", "1,0026-01-01,5", "date", "this is not a date that is understood"),
        ("order_id,date,total", "1,2026-01-01,", None, "the order 1 has no total"),
        ("order_id,date,total", "1,2026-01-01,five", "total", "this is not an amount"),
        ("order_id,date,total", "1,2026-01-01,9999999999999", "total", "this is not an amount"),
        ("order_id,date,total,currency", "1,2026-01-01,5,€", "currency", "this is not the code"),
        ("order_id,date,total,currency", "1,2026-01-01,5,ABC", "currency", "this is not the code"),
        ("order_id,date,qty,price", "1,2026-01-01,999999999,999999999", "qty",
         "this is not an amount"),
        ("order_id,date,qty,price", "1,2026-01-01,2,", None, "the order 1 has no total, nor"),
        ("date,total", ",5", "date", "the line has no date"),
        ("date,total", "2026-01-01,", None, "the line has no total"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_order_is_rejected_with_its_reason(
    desk: Desk, header: str, row: str, column: str | None, reason: str
) -> None:
    filler = {"date": "2026-01-01", "total": "9", "price": "9", "currency": "HRK", "order_id": "x"}
    good = ",".join(filler.get(name, "1") for name in header.split(","))
    done = desk.orders(csv_of(header, good, row))
    assert counts(done) == (1, 0, 0, 1)
    (reject,) = done.rejects
    assert (reject.line, reject.column, reject.raw) == (3, column, row)
    assert reject.reason.startswith(reason)


def test_an_order_is_known_by_its_source_and_number(desk: Desk) -> None:
    text = csv_of("order_id,date,email,total", "1,2026-01-01,ana@example.org,5")
    assert counts(desk.orders(text)) == (1, 0, 0, 0)
    assert counts(desk.orders(text, again=True)) == (0, 0, 1, 0)
    assert counts(desk.orders(text, source="till")) == (1, 0, 0, 0)
    changed = desk.orders(text.replace(",5", ",6"))
    assert (counts(changed), changed.warnings) == ((0, 0, 1, 0), 1)
    assert revenue(desk) == 10


def test_a_guests_order_counts_and_has_no_contact(desk: Desk) -> None:
    done = desk.orders(
        csv_of("order_id,date,email,total", "1,2026-01-01,,5", "2,2026-01-02,ana@,7")
    )
    assert (counts(done), done.warnings) == ((2, 0, 0, 0), 1)
    assert orders(desk) == {"1": (5, 5, None), "2": (7, 7, None)}
    assert contacts.count(desk.store) == 0


def test_a_guests_order_learns_whose_it_is_later(desk: Desk) -> None:
    desk.orders(csv_of("order_id,date,total", "1,2026-01-01,5"))
    done = desk.orders(csv_of("order_id,date,email,total", "1,2026-01-01,ana@example.org,5"))
    assert counts(done) == (0, 1, 0, 0)
    assert orders(desk) == {"1": (5, 5, 1)}
    (change,) = desk.rows("FROM import_change")
    assert (change["batch_id"], change["table_name"], change["row_id"]) == (done.batch, "orders", 1)
    assert (change["before"], change["after"]) == ('{"contact_id":null}', '{"contact_id":1}')


def test_customers_are_matched_like_people(desk: Desk) -> None:
    desk.contacts(csv_of("email,first name", "ana@example.org,Ana"))
    desk.orders(
        csv_of("order_id,date,customer_id,email,phone,name,country,total",
               "1,2026-01-01,7,ANA@example.org,,Other,RS,5", "2,2026-01-02,7,,,,,5",
               "3,2026-01-03,,,064 123 4567,Ben Bo,Serbia,5", "4,2026-01-04,8.0,,,,,5")
    )  # fmt: skip
    assert [row[2] for row in orders(desk).values()] == [1, 1, 2, 3]
    first = contacts.show(desk.store, 1)
    assert (first["given_name"], first["country"]) == ("Ana", "RS")
    assert contacts.show(desk.store, 2)["phone"] == "+381641234567"


def test_a_number_in_two_columns_is_not_one_customer(desk: Desk) -> None:
    desk.orders(
        csv_of("order_id,date,customer_id,phone,total", "1,2026-01-01,0641234567,,5",
               "2,2026-01-02,,0641234567,5")
    )  # fmt: skip
    assert [row[2] for row in orders(desk).values()] == [1, 2]
    assert desk.values("SELECT kind, value FROM identity ORDER BY contact_id") == [
        ("external", "file:0641234567"), ("phone", "+381641234567")
    ]  # fmt: skip


def test_a_customer_is_known_since_their_first_order(desk: Desk) -> None:
    desk.orders(
        csv_of(
            "order_id,date,email,total",
            "1,2026-03-01,a@example.org,5",
            "2,2025-03-01,a@example.org,5",
        )
    )
    assert desk.values("SELECT created_at::VARCHAR FROM contact") == ["2025-02-28 23:00:00"]


NUMBERLESS = [
    "2026-01-01,ana@example.org,5", "2026-01-01,ana@example.org,5", "2026-01-02,ana@example.org,5",
    "2026-01-02,,5", "2026-01-02,,5", "2026-01-03,ben@example.org,7",
]  # fmt: skip


def test_rows_without_a_number_get_one_and_repeats_stay_repeats(desk: Desk) -> None:
    text = csv_of("date,email,total", *NUMBERLESS)
    assert counts(desk.orders(text)) == (6, 0, 0, 0)
    numbers = desk.values("SELECT number FROM orders")
    assert len(set(numbers)) == 6
    assert revenue(desk) == 32
    assert counts(desk.orders(text, again=True)) == (0, 0, 6, 0)
    assert desk.values("SELECT number FROM orders") == numbers


def test_files_that_overlap_add_what_is_new(desk: Desk) -> None:
    desk.orders(csv_of("date,email,total", *NUMBERLESS[:4]))
    done = desk.orders(csv_of("date,email,total", *NUMBERLESS[2:]))
    assert counts(done) == (2, 0, 2, 0)
    shuffled = desk.orders(csv_of("date,email,total", *reversed(NUMBERLESS)))
    assert counts(shuffled) == (0, 0, 6, 0)
    assert len(orders(desk)) == 6


def test_a_return_is_a_refund_on_its_own_day(desk: Desk) -> None:
    done = desk.orders(
        csv_of(RETAIL, "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom",
               "C536379,85123A,HEART,-1,2010-12-02 09:41:00,2.55,17850.0,United Kingdom",
               "C536380,85123A,HEART,2,2010-12-03 09:41:00,2.55,,United Kingdom",
               "536381,X,,1,12/4/2010 8:26,1,13047.0,United Kingdom")
    )  # fmt: skip
    assert counts(done) == (4, 0, 0, 0)
    assert refunds(desk) == [
        ("C536379", Decimal("2.55"), None, 1), ("C536380", Decimal("5.10"), None, None)
    ]  # fmt: skip
    assert desk.values("SELECT refunded_at::VARCHAR FROM refund ORDER BY 1") == [
        "2010-12-02 08:41:00", "2010-12-03 08:41:00"
    ]  # fmt: skip
    assert desk.values("SELECT quantity, amount FROM refund_line ORDER BY refund_id") == [
        (1, Decimal("2.55")), (2, Decimal("5.10"))
    ]  # fmt: skip
    assert revenue(desk) == Decimal("8.65")
    assert desk.values("SELECT value FROM identity ORDER BY 1") == [
        "online-retail:13047", "online-retail:17850"
    ]  # fmt: skip


def test_a_return_is_known_again_too(desk: Desk) -> None:
    text = csv_of(RETAIL, "C1,A,x,-1,2010-12-02 09:41:00,2.55,17850,X")
    desk.orders(text)
    assert counts(desk.orders(text, again=True)) == (0, 0, 1, 0)
    assert len(refunds(desk)) == 1


def test_less_than_nothing_is_given_back(desk: Desk) -> None:
    desk.orders(csv_of("order_id,date,total", "1,2026-01-01,10", "2,2026-01-02,-4"))
    assert list(orders(desk)) == ["1"]
    assert [(row[0], row[1]) for row in refunds(desk)] == [("2", 4)]


def test_a_column_of_refunds_is_given_back_on_the_orders_day(desk: Desk) -> None:
    text = csv_of("order_id,date,email,total,refunded", "1,2026-01-01,a@example.org,10,2.5",
                  "2,2026-01-02,,10,-1", "3,2026-01-03,,10,0", "4,2026-01-04,,10,")  # fmt: skip
    desk.orders(text)
    assert refunds(desk) == [("1/refund", Decimal("2.5"), 1, 1), ("2/refund", 1, 2, None)]
    assert revenue(desk) == Decimal("36.5")
    desk.orders(text, again=True)
    assert revenue(desk) == Decimal("36.5")


def test_columns_of_orders_that_no_field_claims_are_kept(desk: Desk) -> None:
    desk.orders(
        csv_of(
            "order_id,date,total,Gift note,gift-note", "1,2026-01-01,5,Hi,Ho", "2,2026-01-01,5,,"
        )
    )
    assert desk.values("SELECT attributes FROM orders ORDER BY order_id") == [
        '{"gift_note":"Hi","gift_note_2":"Ho"}', None
    ]  # fmt: skip


def test_everything_an_import_of_orders_adds_carries_its_batch(desk: Desk) -> None:
    done = desk.orders(
        csv_of("order_id,date,email,sku,qty,price,refunded", "1,2026-01-01,a@example.org,A,1,5,1")
    )
    for table in ("orders", "refund", "product", "contact", "identity"):
        assert desk.values(f"SELECT batch_id FROM {table}") == [done.batch], table
