"""Figures as a person reads them: grouped thousands, percent, hours; how they moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ecrm_cli.reports.period import Period, month_start

ABSENT = "not measured"
UP, DOWN, SAME = "↑", "↓", "→"
# Currencies that people write without places.
WHOLE = frozenset(("RSD", "RUB", "JPY", "KRW", "HUF", "CLP", "ISK", "VND"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def shown(row: Mapping[str, Any], value: Decimal | int | None) -> str:
    """Write one value of a row in its unit."""
    if value is None:
        return ABSENT
    unit, value = row["unit"], Decimal(value)
    if unit == "ratio":
        return f"{rounded(value * 100, 1):,} %"
    if unit == "money":
        return money(value, row["currency"])
    if unit == "seconds":
        return duration(int(value))
    if unit == "number":
        return f"{rounded(value, 2):,}"
    return f"{value:,f}"


def money(value: Decimal, currency: str) -> str:
    """Write an amount with its currency, rounded for reading."""
    return f"{rounded(value, 0 if currency in WHOLE else 2):,} {currency}"


def rounded(value: Decimal, places: int) -> Decimal:
    """Round halves up; what rounds to nothing has no sign."""
    found = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return found or abs(found)


def duration(seconds: int) -> str:
    """Write a time in its two largest units: 2 h 5 min."""
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"


def arrow(row: Mapping[str, Any]) -> str:
    """Return which way a figure went, or nothing where that is not known."""
    moved = row.get("difference")
    if moved is None:
        return ""
    return SAME if moved == 0 else UP if moved > 0 else DOWN


def change(row: Mapping[str, Any]) -> str:
    """Write by how much a figure changed: a share in points of percent, the rest in percent."""
    if row.get("difference") is None:
        return ""
    if row["unit"] == "ratio":
        return f"{rounded(row['difference'] * 100, 1):+,} pp"
    return "" if row["change"] is None else f"{rounded(row['change'] * 100, 1):+,} %"


def title(period: Period) -> str:
    """Write a period: a whole month by its name, else its days."""
    if period.first.day == 1 and period == whole_month(period):
        return f"{period.first:%B %Y}"
    return day_word(period.first) if period.days == 1 else days_words(period)


def days_words(period: Period) -> str:
    """Write a period by its first and last day."""
    return f"{day_word(period.first)} to {day_word(period.last)}"


def day_word(day: date) -> str:
    """Write a day: 1 Apr 1998."""
    return f"{day.day} {day:%b %Y}"


def whole_month(period: Period) -> Period:
    """Return the whole month in which a period begins."""
    following = month_start(period.first, 1)
    return Period(month_start(period.first, 0), following - timedelta(days=1))
