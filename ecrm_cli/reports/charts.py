"""Bars as a small picture: places worked out here, drawn by the page's template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 320, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 4, 10, 22
GAP = 5
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_LETTERS = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))


@dataclass(frozen=True)
class Bar:
    """A bar of the picture: where it stands, how large it is, and the middle of its label."""

    x: float
    y: float
    width: float
    height: float
    middle: float


@dataclass(frozen=True)
class Line:
    """A line across the picture, with the number it stands for."""

    y: float
    label: str


@dataclass(frozen=True)
class Bars:
    """What the template draws, in units of a picture of WIDTH by HEIGHT."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    zero: float


def bars(values: Sequence[Decimal]) -> Bars:
    """Place a bar for each value, from the line of zero up, or down where it is below."""
    low, high, step = scale(min(values), max(values))
    room = HEIGHT - TOP - BOTTOM

    def height_of(value: Decimal) -> float:
        return round(TOP + room * float((high - value) / (high - low)), 1)

    each = (WIDTH - LEFT - RIGHT) / len(values)
    placed = [
        Bar(
            x=round(LEFT + each * place + GAP / 2, 1),
            y=min(height_of(value), height_of(Decimal(0))),
            width=round(each - GAP, 1),
            height=round(abs(height_of(value) - height_of(Decimal(0))), 1),
            middle=round(LEFT + each * (place + 0.5), 1),
        )
        for place, value in enumerate(values)
    ]
    marks = [low + step * number for number in range(int((high - low) / step) + 1)]
    lines = tuple(Line(height_of(mark), short(mark)) for mark in marks)
    return Bars(tuple(placed), lines, height_of(Decimal(0)))


def scale(least: Decimal, most: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Return where the picture ends below and above, and the step between its lines.

    Zero is always in it; there are at most five steps, each 1, 2, 2.5 or 5 by a power of ten.
    """
    low, high = min(least, Decimal(0)), max(most, Decimal(0))
    if low == high:
        return Decimal(0), Decimal(4), Decimal(1)
    rough = (high - low) / 4
    power = Decimal(10) ** rough.adjusted()
    step = next(each * power for each in _STEPS if each * power >= rough)
    # Things that are counted have no halves.
    step = max(step, Decimal(1)) if high == high.to_integral() else step
    return (
        (low // step - (low % step != 0)) * step,
        -(-high // step - (-high % step != 0)) * step,
        step,
    )


def short(value: Decimal) -> str:
    """Write a number in few signs: 1.5k, 20m."""
    for size, letter in _LETTERS:
        if abs(value) >= size:
            return f"{_bare(value / size)}{letter}"
    return _bare(value)


def _bare(value: Decimal) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
