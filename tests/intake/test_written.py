"""Times and amounts as files write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.desk import Desk, counts, csv_of


def ordered_at(desk: Desk, *written: str, column: str = "ordered_at") -> list[str]:
    """Return the UTC times that the texts come to, in their order."""
    rows = [f'{number},"{text}","{text}",5' for number, text in enumerate(written)]
    assert counts(desk.orders(csv_of("order_id,date,paid at,total", *rows)))[0] == len(written)
    return desk.values(f"SELECT {column}::VARCHAR FROM orders ORDER BY number::INTEGER")


@pytest.mark.parametrize("column", ["ordered_at", "paid_at"])
def test_a_time_without_an_offset_is_the_workspaces(desk: Desk, column: str) -> None:
    found = ordered_at(
        desk, "2026-01-15", "2026-07-15", "2026-07-15 10:30", "2026-07-15T10:30:15", "15.07.2026",
        "15.7.2026 10:30", "20260715", "2026/07/15", column=column,
    )  # fmt: skip
    assert found == [
        "2026-01-14 23:00:00", "2026-07-14 22:00:00", "2026-07-15 08:30:00", "2026-07-15 08:30:15",
        "2026-07-14 22:00:00", "2026-07-15 08:30:00", "2026-07-14 22:00:00", "2026-07-14 22:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("column", ["ordered_at", "paid_at"])
def test_a_time_with_an_offset_is_absolute(desk: Desk, column: str) -> None:
    found = ordered_at(
        desk, "2026-07-15T10:30:00Z", "2026-07-15T10:30:00+02:00", "2026-07-15 10:30:00 -0500",
        "2026-07-15 10:30:00+05:30", "2026-07-15 10:30:00+00", "2026-07-15 10:30:00 UTC",
        "2026-07-15T10:30:00.123456Z", "2026-07-15T10:30Z", column=column,
    )  # fmt: skip
    assert found == [
        "2026-07-15 10:30:00", "2026-07-15 08:30:00", "2026-07-15 15:30:00", "2026-07-15 05:00:00",
        "2026-07-15 10:30:00", "2026-07-15 10:30:00", "2026-07-15 10:30:00.123456",
        "2026-07-15 10:30:00",
    ]  # fmt: skip


def test_the_clocks_of_the_zone_are_followed(desk: Desk) -> None:
    spring = ordered_at(desk, "2026-03-29 01:59", "2026-03-29 02:30", "2026-03-29 03:00")
    assert spring == ["2026-03-29 00:59:00", "2026-03-29 01:30:00", "2026-03-29 01:00:00"]
    desk.rows("DELETE FROM orders")
    autumn = ordered_at(desk, "2026-10-25 01:59", "2026-10-25 02:30", "2026-10-25 03:00")
    assert autumn[::2] == ["2026-10-24 23:59:00", "2026-10-25 02:00:00"]
    # The half past two that comes twice may be either.
    assert autumn[1] in ("2026-10-25 00:30:00", "2026-10-25 01:30:00")


def test_another_zone_has_other_days(desk: Desk) -> None:
    assert ordered_at(desk.in_zone("America/New_York"), "2026-07-15") == ["2026-07-15 04:00:00"]
    desk.rows("DELETE FROM orders")
    assert ordered_at(desk.in_zone("Asia/Kolkata"), "2026-07-15 00:15") == ["2026-07-14 18:45:00"]


AMOUNTS = {
    "1234.5": "1234.5", "1,234.50": "1234.5", "1.234,50": "1234.5", "12,5": "12.5",
    "1 234,50": "1234.5", "1\u00a0234,50": "1234.5", "1\u202f234,50": "1234.5",
    "1'234.50": "1234.5",
    "€12.50": "12.5", "12,50 €": "12.5", "$1,234,567.89": "1234567.89",
    "1.234.567,89": "1234567.89",
    "1.234.567": "1234567", "1,234": "1234", "RSD 1.234,50": "1234.5", "1.234,50 din.": "1234.5",
    "12 kn": "12", "0,125": "0.125", "12,3456": "12.3456", "1,23,456.00": "123456", ".5": "0.5",
    "+5": "5", "5.": "5", "1e2": "100", "0": "0", "US$5": "5", "R$ 5,00": "5",
}  # fmt: skip
BELOW = {"-12.50": "12.5", "(12.50)": "12.5", "-€12.50": "12.5", "€-12.50": "12.5",
         "12.50-": "12.5",
         "\u221212,50": "12.5", "($1,234.50)": "1234.5"}  # fmt: skip
NONE = (
    "five",
    "12 pieces",
    "12-50",
    "1.2.3",
    "1,2,3",
    "12;50",
    "€",
    "-",
    "NaN",
    "0x10",
    "1 2 x 3 4",
    "()",
)


def test_amounts_are_read_as_people_write_them(desk: Desk) -> None:
    rows = [f'{number},2026-01-01,"{text}"' for number, text in enumerate(AMOUNTS)]
    done = desk.orders(csv_of("order_id,date,total", *rows))
    assert counts(done) == (len(AMOUNTS), 0, 0, 0), done.rejects
    totals = desk.values("SELECT total FROM orders ORDER BY number::INTEGER")
    assert dict(zip(AMOUNTS, totals, strict=True)) == {
        text: Decimal(amount) for text, amount in AMOUNTS.items()
    }


def test_amounts_below_nothing_are_given_back(desk: Desk) -> None:
    rows = [f'{number},2026-01-01,"{text}"' for number, text in enumerate(BELOW)]
    assert counts(desk.orders(csv_of("order_id,date,total", *rows))) == (len(BELOW), 0, 0, 0)
    amounts = desk.values("SELECT amount FROM refund ORDER BY number::INTEGER")
    assert dict(zip(BELOW, amounts, strict=True)) == {
        text: Decimal(amount) for text, amount in BELOW.items()
    }


def test_what_is_no_amount_is_rejected(desk: Desk) -> None:
    rows = [f'{number},2026-01-01,"{text}"' for number, text in enumerate(NONE)]
    done = desk.orders(csv_of("order_id,date,total", "x,2026-01-01,1", *rows))
    assert counts(done) == (1, 0, 0, len(NONE))
    assert {(reject.column, reject.reason) for reject in done.rejects} == {
        ("total", "this is not an amount")
    }


MONEY = some.decimals(0, 99_999_999, places=2)


@settings(
    derandomize=True, deadline=None, max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(some.lists(MONEY, min_size=30, max_size=60))
def test_every_amount_comes_out_as_it_went_in_in_both_conventions(
    desk: Desk, amounts: list[Decimal]
) -> None:
    desk.rows("DELETE FROM orders")
    english = [f"{amount:,.2f}" for amount in amounts]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    rows = [f'{number},2026-01-01,"{text}"' for number, text in enumerate([*english, *german])]
    desk.orders(csv_of("order_id,date,total", *rows), again=True)
    assert desk.values("SELECT total FROM orders ORDER BY number::INTEGER") == [*amounts, *amounts]
