"""What an order gives and a refund takes back, in whole points, exactly; what can be wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ecrm_cli.core.errors import Conflict, DataError
from ecrm_cli.core.money import Money

# Money is kept in ten-thousandths, so amounts are whole numbers of these.
UNITS = 10_000
MOST = 10**12
_POINTS = re.compile(r"[0-9]{1,13}")
_CHANGE = re.compile(r"[+-]?[0-9]{1,13}")
_ROUNDED = {"down": "rounded down", "up": "rounded up", "nearest": "rounded to the nearest"}


@dataclass(frozen=True)
class Rate:
    """Points of an amount of units: ``(units * times + bias) // divisor``. All whole numbers."""

    times: int
    bias: int
    divisor: int

    def points(self, amount: Decimal) -> int:
        """Return what an amount gives; nothing when it is below nothing."""
        return (int(max(amount, Decimal()) * UNITS) * self.times + self.bias) // self.divisor


@dataclass(frozen=True)
class Programme:
    """So many points (``earn``) for each full ``per``; one is worth ``value``."""

    per: Money
    earn: int
    value: Money
    rounding: str

    @property
    def currency(self) -> str:
        """The currency whose orders count."""
        return self.per.currency

    @property
    def rate(self) -> Rate:
        """How points are worked out of units."""
        share = Fraction(self.earn) / (Fraction(self.per.amount) * UNITS)
        above, below = share.numerator, share.denominator
        # Twice everything, so that a half is a whole number.
        bias = {"down": 0, "nearest": below, "up": 2 * below - 2}[self.rounding]
        return Rate(2 * above, bias, 2 * below)

    @property
    def words(self) -> str:
        """The formula as people say it."""
        return f"{counted(self.earn)} for each {self.per}, {_ROUNDED[self.rounding]}"

    def worth(self, points: int) -> Decimal:
        """Return what so many points are worth, exactly."""
        return points * self.value.amount


def counted(points: int) -> str:
    """Say a number of points."""
    return many(points, "point")


def many(count: int, noun: str) -> str:
    """Say a number of things: 1 order, 2 orders."""
    return f"{count} {noun}{'' if abs(count) == 1 else 's'}"


def taken_back(given: int, total: Decimal, refunded: Decimal) -> int:
    """Return how many of an order's points its refunds take back, all of them together.

    Their share of the order, to the nearest whole point, halves up: never more than were given,
    and all of them once the whole order is refunded. Refunds one by one take the difference, so
    that they come to the same however often one gives back a part.
    """
    if total <= 0:
        return given
    whole, back = int(total * UNITS), int(min(refunded, total) * UNITS)
    return (2 * given * back + whole) // (2 * whole)


@dataclass(frozen=True)
class Posting:
    """Points given, spent or mended by hand; ``key`` makes it happen once."""

    contact_id: int
    points: int
    reason: str | None = None
    key: str | None = None


class BadPoints(DataError):
    """Words that are no number of points to give or spend."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a number of points.",
            hint="Write a whole number above 0. What was wrong is mended with ecrm loyalty adjust.",
        )


class BadChange(DataError):
    """Words that are no number of points to add or take away."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a number of points to add or take away.",
            hint="Write a whole number such as 20 or -20.",
        )


class TooMany(DataError):
    """More points than anybody gives."""

    def __init__(self) -> None:
        super().__init__(
            f"At most {MOST:,} points can be posted at once.", hint="Check the number."
        )


class NotEnough(Conflict):
    """More points to be taken than there are."""

    def __init__(self, contact_id: int, points: int, balance: int) -> None:
        left = f"At most {balance} can be taken." if balance > 0 else "There are none to take."
        super().__init__(
            f"P-{contact_id} has {counted(balance)}, not {points}.",
            hint=f"{left} See them with ecrm loyalty history P-{contact_id}.",
        )


class KeyTaken(Conflict):
    """A key that stands for something else already."""

    def __init__(self, key: str, contact_id: int | None, points: int) -> None:
        whose = f"P-{contact_id}" if contact_id else "somebody"
        super().__init__(
            f"The key {key!r} stands for {counted(points)} of {whose} already.",
            hint="Take a new key for something new; the same key repeats only the same.",
        )


class EmptyKey(DataError):
    """A key without a letter."""

    def __init__(self) -> None:
        super().__init__(
            "A key has at least one letter or digit.",
            hint="Leave --key out, or give a receipt's number.",
        )


class NoProgramme(DataError):
    """A workspace without a points programme."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"There is no points programme in {file}.",
            hint="Run ecrm setup loyalty, or write loyalty.points.per and value.",
        )


def read_points(text: str) -> int:
    """Read points to give or spend: a whole number above 0. Raises BadPoints, TooMany."""
    if not _POINTS.fullmatch(text.strip()) or not int(text):
        raise BadPoints(text)
    return within(int(text))


def read_change(text: str) -> int:
    """Read points to add or take away: a whole number, not 0. Raises BadChange, TooMany."""
    if not _CHANGE.fullmatch(text.strip()) or not int(text):
        raise BadChange(text)
    return within(int(text))


def within(points: int) -> int:
    """Return the points if one posting may have so many; raises TooMany."""
    if abs(points) > MOST:
        raise TooMany
    return points
