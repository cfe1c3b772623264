"""The arithmetic of points."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ecrm_cli.core.money import Money, read_money
from ecrm_cli.loyalty.model import (
    BadChange,
    BadPoints,
    Programme,
    TooMany,
    counted,
    read_change,
    read_points,
    taken_back,
)
from tests.loyalty.books import RSD

quiet = settings(derandomize=True, deadline=None, max_examples=300)
money = some.decimals(0, 10**9, places=4)
ROUNDINGS = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "nearest": ROUND_HALF_UP}


@quiet
@given(
    amount=money,
    per=some.decimals(Decimal("0.01"), 5000, places=4),
    earn=some.integers(1, 100),
    rounding=some.sampled_from(sorted(ROUNDINGS)),
)
def test_an_amount_gives_what_exact_division_gives(
    amount: Decimal, per: Decimal, earn: int, rounding: str
) -> None:
    programme = Programme(Money(per, "EUR"), earn, Money(Decimal("0.03"), "EUR"), rounding)
    with localcontext() as context:
        context.prec = 60
        units = amount * earn
        whole, rest = divmod(units, per)
        up = {"down": False, "up": rest > 0, "nearest": 2 * rest >= per}[rounding]
    assert programme.rate.points(amount) == int(whole) + up


def test_less_than_nothing_gives_nothing() -> None:
    assert RSD.rate.points(Decimal("-100")) == 0
    assert RSD.rate.points(Decimal("99.9999")) == 0
    assert RSD.rate.points(Decimal(100)) == 1


@quiet
@given(points=some.integers(0, 10**12), total=money, parts=some.lists(money, max_size=8))
def test_partial_refunds_never_take_back_more_or_less_than_was_given(
    points: int, total: Decimal, parts: list[Decimal]
) -> None:
    back, taken = Decimal(), 0
    for part in parts:
        back = min(back + part, total)
        upto = taken_back(points, total, back)
        assert taken <= upto <= points
        taken = upto
    assert taken_back(points, total, total) == points


@quiet
@given(points=some.integers(0, 10**9), total=some.decimals(1, 10**9, places=4), share=money)
def test_a_refund_takes_its_share_to_the_nearest_point(
    points: int, total: Decimal, share: Decimal
) -> None:
    back = min(share, total)
    with localcontext() as context:
        context.prec = 60
        assert abs(taken_back(points, total, back) * total - points * back) * 2 <= total


def test_a_free_order_that_is_refunded_gives_nothing_any_more() -> None:
    assert taken_back(5, Decimal(0), Decimal(0)) == 5
    assert taken_back(0, Decimal(0), Decimal(10)) == 0


def test_the_worth_of_points_is_exact() -> None:
    cents = Programme(Money(Decimal(1), "EUR"), 1, Money(Decimal("0.0333"), "EUR"), "down")
    assert cents.worth(3) == Decimal("0.0999")


@pytest.mark.parametrize("text", ["-5", "0", "1.5", "ten", "", "1e3", "٣"])
def test_points_are_whole_and_above_nothing(text: str) -> None:
    with pytest.raises(BadPoints, match="is not a number of points"):
        read_points(text)


def test_a_change_has_a_sign_and_is_not_nothing() -> None:
    assert (read_change("-20"), read_change("+20"), read_change("20")) == (-20, 20, 20)
    for text in ("0", "-0", "--5", "5-", "1.0"):
        with pytest.raises(BadChange):
            read_change(text)


def test_nobody_gets_more_points_than_there_are() -> None:
    assert read_points("1000000000000") == 10**12
    for read in (read_points, read_change):
        with pytest.raises(TooMany):
            read("1000000000001")


def test_the_formula_is_said_in_words() -> None:
    assert RSD.words == "1 point for each 100 RSD, rounded down"
    assert (counted(1), counted(0), counted(-3)) == ("1 point", "0 points", "-3 points")


@pytest.mark.parametrize(
    "text", ["100", "RSD", "0 RSD", "-1 RSD", "1,5 EUR", "1 XYZ", "1.23456 EUR"]
)
def test_money_without_amount_or_currency_is_none(text: str) -> None:
    assert read_money(text) is None


def test_money_is_read_exactly() -> None:
    assert read_money("0.03 eur") == Money(Decimal("0.03"), "EUR")
    assert str(read_money("100 RSD")) == "100 RSD"
