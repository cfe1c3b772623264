"""What a rule is made of: a tree of conditions, and the terms on which it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as part_of
from datetime import date, datetime
from pathlib import Path

from ecrm_cli.core.calendar import as_of_end, day_start
from ecrm_cli.orders.gaps import Gap
from ecrm_cli.segments.conditions import Condition
from ecrm_cli.segments.operators import Days, Test


@dataclass(frozen=True)
class Asking:
    """On what terms a question is asked: up to the end of which day, in whose days and money.

    ``folder`` holds the segment files; ``lapse`` is the owner's own limit of days, None: the
    shop's. ``gap`` is filled where a rule needs it.
    """

    as_of: date
    zone: str
    currency: str
    folder: Path
    lapse: int | None = None
    gap: Gap | None = None

    @property
    def end(self) -> datetime:
        """The instant at which as-of's day ends, aware."""
        return as_of_end(self.as_of, self.zone)

    def start_of(self, day: date) -> datetime:
        """Return the instant at which a day of the workspace begins, aware."""
        return day_start(day, self.zone)


@dataclass(frozen=True)
class Leaf:
    """One condition as it was written: ``tests`` on what is seen, ``period`` on the facts.

    ``currency`` None is the workspace's. A test in each of ``tests`` must hold. With ``ranked``
    what is seen is put in order before it is tested.
    """

    field: str
    condition: Condition
    written: object = part_of(compare=False)
    tests: tuple[Test, ...] = ()
    period: tuple[Days, ...] = ()
    arguments: tuple[tuple[str, str | None], ...] = ()
    currency: str | None = None
    ranked: bool = False

    @property
    def needs_gap(self) -> bool:
        """Whether it can only be asked when the shop's gap is known."""
        days = [test for test in (*self.tests, *self.period) if isinstance(test, Days)]
        return self.condition.needs_gap or any(one.by_gap for one in days)


@dataclass(frozen=True)
class All:
    """Everybody who is in every part; with no part, everybody."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class AnyOf:
    """Everybody who is in at least one part."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Not:
    """Everybody who is not in the part."""

    part: Part


@dataclass(frozen=True)
class Named:
    """Everybody in another segment."""

    name: str
    part: Part


Part = Leaf | All | AnyOf | Not | Named


@dataclass(frozen=True)
class Rule:
    """A whole rule: its name (None where it has no file), its tree, what is said of it, its text.

    ``why`` is why it matters, empty where nobody said.
    """

    name: str | None
    part: Part
    description: str
    why: str
    text: str
    label: str


def leaves(part: Part) -> Iterator[Leaf]:
    """Yield the conditions of a rule, those of the segments it names included."""
    if isinstance(part, Leaf):
        yield part
    elif isinstance(part, All | AnyOf):
        for inner in part.parts:
            yield from leaves(inner)
    else:
        yield from leaves(part.part)


def span(tests: tuple[Days, ...], asking: Asking) -> tuple[datetime | None, datetime | None]:
    """Return the instants that days mean: from the start of the first to the end of the last.

    Several narrow each other; None is open.
    """
    gaps = {} if asking.gap is None else vars(asking.gap)
    ends = [days.dates(asking.as_of, gaps) for days in tests]
    first = max((low for low, _high in ends if low is not None), default=None)
    last = min((high for _low, high in ends if high is not None), default=None)
    return (
        None if first is None else asking.start_of(first),
        None if last is None else as_of_end(last, asking.zone),
    )
