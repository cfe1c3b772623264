"""The days a report is about: read from the words of a line, in the workspace's zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from ecrm_cli.core.calendar import parse_days, read_day
from ecrm_cli.core.errors import DataError, UsageError

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([0-9]{4})-?[Qq]([1-4])")
_YEAR = re.compile(r"[0-9]{4}")
EARLIEST = date(1900, 1, 1)
_HINTS = {
    "month": "Write it like 2026-10, or last, or this.",
    "quarter": "Write it like 2026-Q3, or last, or this.",
    "year": "Write it like 2026, or last, or this.",
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class BadPart(UsageError):
    """Words that are no month, quarter or year."""

    def __init__(self, part: str, words: str) -> None:
        super().__init__(f"{words!r} is not a {part}.", hint=_HINTS[part])


class SeveralPeriods(UsageError):
    """A line that names more than one period."""

    def __init__(self, flags: list[str]) -> None:
        super().__init__(
            f"{' and '.join(flags)} each name a period.", hint="Keep one of them: --month 2026-10."
        )


class OpenPeriod(UsageError):
    """A line that says where a period ends and not where it begins."""

    def __init__(self) -> None:
        super().__init__(
            "--to has no --from: the period has no beginning.",
            hint="Add --from 2026-10-01, or write --month 2026-10.",
        )


class EmptyPeriod(DataError):
    """A period without a day."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"The period {words} has no day in it.",
            hint="A period begins on or before the day it ends on; --last 1d is one day.",
        )


class TooEarly(DataError):
    """A period from before any book."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"A period cannot begin on {day}.", hint=f"The first day it may is {EARLIEST}."
        )


class FuturePeriod(DataError):
    """A period that has not begun by the day asked for."""

    def __init__(self, first: date, last: date, today: date) -> None:
        super().__init__(
            f"The period {first} to {last} has not begun on {today}.",
            hint="Ask for days that have been, such as --month last or --last 90d.",
        )


@dataclass(frozen=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The period of equal length that ends on the day before this one."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def months(self) -> list[date]:
        """The first days of the twelve months that end with the one of the last day."""
        return [month_start(self.last, -back) for back in range(11, -1, -1)]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Said:
    """What a line says about the period; None where it says nothing."""

    first: str | None = None
    last: str | None = None
    month: str | None = None
    quarter: str | None = None
    year: str | None = None
    days: str | None = None

    @property
    def flags(self) -> list[str]:
        """The flags by which a period was named."""
        named = {
            "--from": self.first or self.last,
            "--month": self.month,
            "--quarter": self.quarter,
            "--year": self.year,
            "--last": self.days,
        }
        return [flag for flag, words in named.items() if words]


def read_period(said: Said, today: date, usual: Said) -> Period:
    """Return the days that are meant, up to ``today``; ``usual`` where nothing was said.

    A period that runs on after today ends with it: nothing later is known. Raises BadDay, BadDays,
    BadPart, SeveralPeriods, OpenPeriod, EmptyPeriod, TooEarly, FuturePeriod.
    """
    if len(said.flags) > 1:
        raise SeveralPeriods(said.flags)
    first, last = _ends(said if said.flags else usual, today)
    if first > today:
        raise FuturePeriod(first, max(first, last), today)
    if first > last:
        raise EmptyPeriod(f"{first} to {last}")
    if first < EARLIEST:
        raise TooEarly(first)
    return Period(first, min(last, today))


def _ends(said: Said, today: date) -> tuple[date, date]:
    if said.days:
        days = parse_days(said.days)
        if days == 0:
            raise EmptyPeriod(f"--last {said.days}")
        return today - timedelta(days=days - 1), today
    for part, words in (("month", said.month), ("quarter", said.quarter), ("year", said.year)):
        if words:
            start = _start(part, words.strip(), today)
            return start, month_start(start, _MONTHS[part]) - timedelta(days=1)
    if not said.first:
        raise OpenPeriod
    return read_day(said.first), read_day(said.last) if said.last else today


def _start(part: str, words: str, today: date) -> date:
    """Return the first day of a month, quarter or year."""
    length = _MONTHS[part]
    if words in ("this", "last"):
        current = date(today.year, (today.month - 1) // length * length + 1, 1)
        return current if words == "this" else month_start(current, -length)
    if part == "month" and (found := _MONTH.fullmatch(words)):
        year, month = int(found[1]), int(found[2])
    elif part == "quarter" and (found := _QUARTER.fullmatch(words)):
        year, month = int(found[1]), int(found[2]) * 3 - 2
    elif part == "year" and (found := _YEAR.fullmatch(words)):
        year, month = int(words), 1
    else:
        raise BadPart(part, words)
    if year < EARLIEST.year or year > 9998:
        raise BadPart(part, words)
    return date(year, month, 1)


def month_start(day: date, months: int) -> date:
    """Return the first day of the month so many months after that of ``day``."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
