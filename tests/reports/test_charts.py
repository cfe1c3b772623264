"""Where the bars stand, and how figures are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.reports import charts, figures

values = st.lists(
    st.decimals(Decimal(-(10**9)), Decimal(10**12), places=2), min_size=1, max_size=24
)


@given(values)
@settings(derandomize=True, deadline=None)
def test_every_bar_stands_inside_the_picture_and_on_the_line_of_zero(found: list[Decimal]) -> None:
    drawn = charts.bars(found)
    assert len(drawn.bars) == len(found)
    for value, bar in zip(found, drawn.bars, strict=True):
        assert bar.x >= charts.LEFT
        assert bar.x + bar.width <= charts.WIDTH
        assert round(bar.y, 1) >= charts.TOP
        assert round(bar.y + bar.height, 1) <= charts.HEIGHT - charts.BOTTOM
        end = bar.y + bar.height if value >= 0 else bar.y
        assert end == pytest.approx(drawn.zero, abs=0.11)


@given(values)
@settings(derandomize=True, deadline=None)
def test_the_lines_are_few_and_round_and_hold_every_value(found: list[Decimal]) -> None:
    low, high, step = charts.scale(min(found), max(found))
    assert low <= min(found)
    assert high >= max(found)
    assert low <= 0 <= high
    assert 1 <= (high - low) / step <= 6
    assert str(step.normalize()).replace(".", "").lstrip("0")[0] in "125"


def test_a_year_of_nothing_has_a_picture_too() -> None:
    drawn = charts.bars([Decimal(0)] * 12)
    assert {bar.height for bar in drawn.bars} == {0}
    assert [line.label for line in drawn.lines] == ["0", "1", "2", "3", "4"]


def test_large_numbers_are_short_at_the_edge() -> None:
    written = [charts.short(Decimal(value)) for value in ("0", "-1500", "2500000", "3e9", "0.5")]
    assert written == ["0", "-1.5k", "2.5m", "3bn", "0.5"]


@pytest.mark.parametrize(
    ("unit", "value", "written"),
    [
        ("count", "1234567", "1,234,567"),
        ("ratio", "0.4947815019", "49.5 %"),
        ("number", "1.3549", "1.35"),
        ("money", "1234.5", "1,234.50 EUR"),
        ("money", "-0.001", "0.00 EUR"),
        ("seconds", "59", "59 s"),
        ("seconds", "3599", "59 min"),
        ("seconds", "7500", "2 h 5 min"),
        ("seconds", "180000", "2 d 2 h"),
    ],
)
def test_a_value_is_written_in_its_unit(unit: str, value: str, written: str) -> None:
    assert figures.shown({"unit": unit, "currency": "EUR"}, Decimal(value)) == written


def test_what_was_not_measured_is_not_zero() -> None:
    assert figures.shown({"unit": "count", "currency": None}, None) == "not measured"


@pytest.mark.parametrize(
    ("unit", "difference", "share", "written"),
    [
        ("count", "12", "0.125", "↑ +12.5 %"),
        ("count", "-1", "-0.2", "↓ -20.0 %"),
        ("ratio", "0.013", "0.3", "↑ +1.3 pp"),
        ("count", "0", "0", "→ +0.0 %"),
        ("count", "3", None, "↑ "),
    ],
)
def test_a_change_has_a_direction_and_a_size(
    unit: str, difference: str, share: str | None, written: str
) -> None:
    row = {
        "unit": unit, "currency": None, "difference": Decimal(difference),
        "change": None if share is None else Decimal(share),
    }  # fmt: skip
    assert f"{figures.arrow(row)} {figures.change(row)}" == written
