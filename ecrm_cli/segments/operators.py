"""The operators of each kind of value, and how their operands are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import NoReturn

_SPAN = re.compile(r"(\d{1,5})\s*([dw])")
_UNITS = {"d": 1, "w": 7}
_LONGEST = 36_525
_YEARS = range(1800, 2200)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

TEXT, NUMBER, DATE = "a text", "a number, as 500 or 12.50", "a date, as 2026-03-01"
LENGTH = "whole days or weeks, as 30d or 2w"
# Days of the shop's own gap, by the names of ecrm_cli.orders.gaps.Gap.
GAPS = ("usual", "lapsing", "lapsed")
PERIOD_LENGTH = f"{LENGTH}, or usual, lapsing or lapsed"


class Unfit(Exception):
    """An operand that is not what its operator takes; ``wanted`` says what that is."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


@dataclass(frozen=True)
class Written:
    """A value as it stands in a rule: ``raw`` is a scalar's own text, ``items`` a list's parts."""

    value: object
    raw: str = ""
    items: tuple[Written, ...] = ()


@dataclass(frozen=True)
class Compared:
    """A piece of ``fragments.sql`` asked of what is seen, with the piece's parameters."""

    piece: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Ago:
    """So many days before as-of's day: ``days``, or those that the shop's gap has under ``gap``."""

    days: int
    gap: str | None = None

    def before(self, as_of: date, gaps: Mapping[str, int]) -> date:
        """Return the day. Raises KeyError when the gap is not known."""
        return as_of - timedelta(days=self.days + (gaps[self.gap] if self.gap else 0))


End = date | Ago | None


@dataclass(frozen=True)
class Days:
    """Whole days, both ends included; an end is a date, a distance from as-of's, or open."""

    first: End = None
    last: End = None

    @property
    def by_gap(self) -> bool:
        """Whether an end hangs on the shop's gap."""
        return any(isinstance(end, Ago) and end.gap for end in (self.first, self.last))

    def dates(self, as_of: date, gaps: Mapping[str, int]) -> tuple[date | None, date | None]:
        """Return both ends as dates."""
        first, last = (
            end.before(as_of, gaps) if isinstance(end, Ago) else end
            for end in (self.first, self.last)
        )
        return first, last


Test = Compared | Days
Read = Callable[[Written], Test]


@dataclass(frozen=True)
class Operator:
    """A word of the grammar: what it takes, in words, and how that is read (raises Unfit)."""

    name: str
    wants: str
    read: Read


def text(written: Written) -> str:
    """Read a text; a number's digits are one too (postcodes). Raises Unfit."""
    if isinstance(written.value, bool) or not isinstance(written.value, str | int | float):
        raise Unfit(TEXT)
    return written.raw.strip() or _refuse(TEXT)


def word(written: Written) -> str:
    """Read a text, or true and false as they are kept. Raises Unfit."""
    return written.raw if isinstance(written.value, bool) else text(written)


def number(written: Written) -> str:
    """Read a plain number; it stays its own digits, so nothing is lost. Raises Unfit."""
    if isinstance(written.value, bool) or not isinstance(written.value, int | float):
        raise Unfit(NUMBER)
    if len(written.raw.partition(".")[2]) > 10:
        raise Unfit("a number with ten decimals at most")
    return written.raw


def day(written: Written) -> date:
    """Read a date. Raises Unfit."""
    if not _DATE.fullmatch(written.raw):
        raise Unfit(DATE)
    try:
        found = date.fromisoformat(written.raw)
    except ValueError:
        raise Unfit(DATE) from None
    return found if found.year in _YEARS else _refuse(DATE)


def length(written: Written) -> int:
    """Read a length of time in whole days or weeks; returns days. Raises Unfit."""
    found = _SPAN.fullmatch(written.raw.strip()) if isinstance(written.value, str) else None
    days = int(found[1]) * _UNITS[found[2]] if found else _LONGEST + 1
    return days if days <= _LONGEST else _refuse(LENGTH)


def _ago(written: Written, later: int) -> Ago:
    """Read a length of time or a word for one of the shop's gap. Raises Unfit."""
    if written.raw in GAPS:
        return Ago(later, written.raw)
    try:
        return Ago(length(written) + later)
    except Unfit:
        raise Unfit(PERIOD_LENGTH) from None


def _refuse(wanted: str) -> NoReturn:
    raise Unfit(wanted)


def is_number(written: Written) -> bool:
    """Whether a value, or every part of a list, is a number."""
    if written.items:
        return all(is_number(item) for item in written.items)
    return isinstance(written.value, int | float) and not isinstance(written.value, bool)


def are_dates(written: Written) -> bool:
    """Whether a value is a list of dates, as ``between`` takes for a period."""
    return bool(written.items) and all(_DATE.fullmatch(item.raw) for item in written.items)


def _one(read: Callable[[Written], object], piece: str) -> Read:
    return lambda written: Compared(piece, (("value", read(written)),))


def _many(read: Callable[[Written], object], piece: str) -> Read:
    def of_list(written: Written) -> Test:
        if not written.items:
            raise Unfit("a list with at least one value, as [a, b]")
        return Compared(piece, (("value", tuple(str(read(item)) for item in written.items)),))

    return of_list


def _both(read: Callable[[Written], object], piece: str, wants: str) -> Read:
    def of_two(written: Written) -> Test:
        if len(written.items) != 2:
            raise Unfit(wants)
        low, high = (read(item) for item in written.items)
        if _turned(low, high):
            raise Unfit(wants)
        return Compared(piece, (("low", low), ("high", high)))

    return of_two


def _turned(low: object, high: object) -> bool:
    if isinstance(low, date) and isinstance(high, date):
        return low > high
    try:
        return Decimal(str(low)) > Decimal(str(high))
    except InvalidOperation:
        return str(low).lower() > str(high).lower()


def _emptiness(family: str) -> Operator:
    def read(written: Written) -> Test:
        if written.raw not in ("empty", "present"):
            raise Unfit("empty or present")
        return Compared(f"{family}_{written.raw}")

    return Operator("is", "empty or present", read)


def _table(*operators: Operator) -> dict[str, Operator]:
    return {operator.name: operator for operator in operators}


def _comparisons(
    family: str, read: Callable[[Written], object], wants: str
) -> Mapping[str, Operator]:
    two = f"[lower, upper], each {wants}; both count"
    one = {
        name: Operator(name, wants, _one(read, f"{family}_{name}"))
        for name in ("eq", "gte", "gt", "lte", "lt")
    }
    return _table(
        one.pop("eq"),
        Operator("in", f"a list, each {wants}", _many(read, f"{family}_in")),
        *one.values(),
        Operator("between", two, _both(read, f"{family}_between", two)),
    )


def _either(name: str) -> Operator:
    """Compare a kept value as a number when the rule writes one, else as text."""

    def read(written: Written) -> Test:
        return (_NUMBERS if is_number(written) else _WORDS)[name].read(written)

    return Operator(name, _WORDS[name].wants.replace(TEXT, "a text or a number"), read)


def _span(name: str, wants: str, days: Callable[[date], Days]) -> Operator:
    return Operator(name, wants, lambda written: days(day(written)))


def _between_days(written: Written) -> Test:
    if len(written.items) != 2:
        raise Unfit(_TWO_DAYS)
    first, last = (day(item) for item in written.items)
    if first > last:
        raise Unfit(_TWO_DAYS)
    return Days(first, last)


_TWO_DAYS = "[first, last], two dates as 2026-03-01; both count"
_DAY = timedelta(days=1)
_TEXTS, _WORDS = _comparisons("text", text, TEXT), _comparisons("text", word, TEXT)
_NUMBERS, _DATES = _comparisons("number", number, NUMBER), _comparisons("date", day, DATE)

# Choosing among facts: whole days of the workspace, complements of each other.
PERIOD = _table(
    Operator("within", PERIOD_LENGTH, lambda written: Days(first=_ago(written, 0), last=Ago(0))),
    Operator("before", PERIOD_LENGTH, lambda written: Days(last=_ago(written, 1))),
    Operator("between", _TWO_DAYS, _between_days),
)

KINDS: Mapping[str, Mapping[str, Operator]] = {
    "text": _table(_TEXTS["eq"], _TEXTS["in"], _emptiness("text")),
    "word": _table(_TEXTS["eq"], _TEXTS["in"]),
    "number": _NUMBERS,
    "money": _NUMBERS,
    "date": {**_DATES, **_table(_emptiness("date"))},
    "birthday": {
        **_DATES,
        **_table(
            _emptiness("date"), Operator("within_next", LENGTH, _one(length, "date_within_next"))
        ),
    },
    "time": {
        **PERIOD,
        **_table(
            _span("eq", DATE, lambda found: Days(found, found)),
            _span("gte", DATE, lambda found: Days(first=found)),
            _span("gt", DATE, lambda found: Days(first=found + _DAY)),
            _span("lte", DATE, lambda found: Days(last=found)),
            _span("lt", DATE, lambda found: Days(last=found - _DAY)),
        ),
    },
    "attribute": _table(*(_either(name) for name in _WORDS), _emptiness("text")),
    "nothing": {},
}
