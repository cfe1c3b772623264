"""``ecrm order`` and ``ecrm product`` at the front door."""

from __future__ import annotations

import pytest

from tests.door import Ecrm


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A workspace with Ana, who bought for 12.50."""
    assert ecrm("contact", "add", "--email", "ana@example.org").code == 0
    added = ecrm("order", "add", "--contact", "ana@example.org", "--total", "12.50")
    assert added.code == 0, added.stderr
    return ecrm


def test_an_order_is_told_when_it_is_added(shop: Ecrm) -> None:
    line = ("--line", "BEAN x 2 @ 3.50", "--line", "CUP @ 4", "--new-product")
    assert shop("order", "add", *line, "--currency", "eur").stdout.splitlines() == [
        "Added:",
        "manual:M-2  2026-11-20 09:00  guest  paid",
        "  2 x BEAN @ 3.50 = 7.00",
        "  1 x CUP @ 4.00 = 4.00",
        "  total     11.00 EUR",
    ]


def test_an_order_is_data(shop: Ecrm) -> None:
    (row,) = shop("order", "list", "--json").json
    assert row == {
        "id": 1, "ref": "manual:M-1", "number": "M-1", "source": "manual", "contact": 1,
        "ordered_at": "2026-11-20T09:00:00Z", "channel": "shop", "currency": "EUR", "gross": 12.5,
        "discount": 0, "tax": 0, "shipping": 0, "total": 12.5, "refunded": 0, "status": "paid",
    }  # fmt: skip
    shown = shop("order", "show", "M-1", "--json").json
    assert row.items() <= shown.items()
    assert (shown["lines"], shown["refunds"], shown["attributes"]) == ([], [], {})


def test_money_keeps_its_digits(shop: Ecrm) -> None:
    shop("order", "add", "--total", "99999999999999.9999")
    raw = shop("order", "show", "M-2", "--json").stdout
    assert '"total": 99999999999999.9999' in raw


def test_a_list_is_narrowed_by_whole_days_of_the_workspace(shop: Ecrm) -> None:
    shop("config", "set", "business.timezone", "Europe/Belgrade")
    shop("order", "add", "--total", "1", "--at", "2026-03-01 23:59")
    shop("order", "add", "--total", "2", "--at", "2026-03-02 00:00")

    def totals(*words: str) -> list[float]:
        return [row["total"] for row in shop("order", "list", *words, "--json").json]

    assert totals("--from", "2026-03-01", "--to", "2026-03-01") == [1]
    assert totals("--to", "2026-03-02") == [2, 1]
    assert totals("--from", "2026-03-02") == [2, 12.5]
    assert totals("--contact", "ana@example.org") == [12.5]
    assert totals("--status", "cancelled") == []


def test_an_empty_list_is_an_empty_array(ecrm: Ecrm) -> None:
    for noun in ("order", "product"):
        answer = ecrm(noun, "list", "--json")
        assert (answer.code, answer.json) == (0, [])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add",), 2, "total or lines"),
        (("add", "--total", "5", "--line", "X @ 1"), 2, "total or lines"),
        (("add", "--total", "3,50"), 3, "3.50"),
        (("add", "--line", "BEAN @ 3"), 4, "--new-product"),
        (("add", "--total", "5", "--currency", "EURO"), 2, "three letters"),
        (("add", "--total", "5", "--at", "2027-01-01"), 3, "still to come"),
        (("add", "--total", "5", "--number", "M-1"), 5, "manual:M-1"),
        (("add", "--total", "5", "--contact", "zoe@example.org"), 4, "zoe@example.org"),
        (("refund", "M-9", "5"), 4, "There is no order 'M-9'"),
        (("refund", "M-1", "12.51"), 3, "was 12.50 EUR"),
        (("refund", "M-1", "0"), 3, "above 0"),
        (("list", "--status", "lost"), 2, "placed, paid"),
        (("list", "--from", "soon"), 2, "2026-03-01"),
        (("list", "--product", "BEAN"), 4, "There is no product 'BEAN'"),
        (("show", "M-2"), 4, "M-1"),
    ],
)
def test_a_wrong_word_is_named_with_what_to_do(
    shop: Ecrm, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = shop("order", *words)
    assert (answer.code, answer.stdout) == (code, "")
    assert said in answer.stderr
    assert len(shop("order", "list", "--json").json) == 1


def test_refunds_add_up(shop: Ecrm) -> None:
    first = shop("order", "refund", "M-1", "5", "--reason", "arrived broken")
    assert first.stdout == "Gave back 5.00 EUR of order manual:M-1; 7.50 is left.\n"
    assert shop("order", "refund", "M-1", "7.50", "--json").json == {
        "refund": 2, "order": "manual:M-1", "amount": 7.5, "currency": "EUR", "refunded": 12.5,
        "left": 0,
    }  # fmt: skip
    assert shop("order", "refund", "M-1", "0.01").code == 3
    assert "refunded  5.00  2026-11-20 09:00  arrived broken" in shop("order", "show", "M-1").stdout


def test_a_contact_is_named_by_an_order(shop: Ecrm) -> None:
    shown = shop("consent", "show", "order:M-1", "--json")
    assert shown.json["contact"] == 1
    shop("order", "add", "--total", "1")
    guest = shop("consent", "show", "order:M-2")
    assert guest.code == 4
    assert "guest" in guest.stderr


def test_a_product_tells_what_was_sold(shop: Ecrm) -> None:
    shop("order", "add", "--line", "BEAN x 2 @ 3.50", "--new-product")
    (row,) = shop("product", "list", "--json").json
    assert row == {
        "id": 1, "ref": "manual:BEAN", "sku": "BEAN", "source": "manual", "title": None,
        "category": None, "price": 3.5, "currency": "EUR", "stock": None, "available_from": None,
    }  # fmt: skip
    assert shop("product", "show", "bean").stdout.splitlines() == [
        "manual:BEAN",
        "  price     3.50 EUR",
        "  sold      2 in 1 orders, 0 came back; 7.00 EUR",
    ]
    assert shop("product", "show", "BEEN").code == 4


def test_the_page_of_a_contact_sums_the_orders(shop: Ecrm) -> None:
    shop("order", "refund", "M-1", "2.50")
    (row,) = shop("contact", "show", "ana@example.org", "--json").json["orders"]
    assert (row["orders"], row["total"], row["currency"]) == (1, 10, "EUR")
