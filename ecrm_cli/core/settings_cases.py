"""The blocks of config.yaml about cases: their words, their moves, how fast they are answered."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Hours = Annotated[float, Meta(gt=0, le=10_000)]
Means = Literal["open", "waiting", "done"]


class Status(Struct, frozen=True, forbid_unknown_fields=True):
    """What a status means to the clocks, and to which others a case may move from it."""

    means: Means = "open"
    moves: tuple[str, ...] = ()


def _statuses() -> dict[str, Status]:
    return {
        "new": Status("open", ("open", "waiting", "resolved", "closed")),
        "open": Status("open", ("waiting", "resolved", "closed")),
        "waiting": Status("waiting", ("open", "resolved", "closed")),
        "resolved": Status("done", ("open", "closed")),
        "closed": Status("done", ("open",)),
    }


class Cases(Struct, frozen=True, forbid_unknown_fields=True):
    """What cases are about and what may become of them.

    A case begins in the first status; it is of the last category where nobody says which.
    """

    categories: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "order",
        "product",
        "payment",
        "refund",
        "complaint",
        "praise",
        "privacy",
        "other",
    )
    statuses: Annotated[dict[str, Status], Meta(min_length=1)] = field(default_factory=_statuses)


class Week(Struct, frozen=True, forbid_unknown_fields=True):
    """Opening hours in the zone of the business; a day without any is closed."""

    mon: str | None = "09:00-17:00"
    tue: str | None = "09:00-17:00"
    wed: str | None = "09:00-17:00"
    thu: str | None = "09:00-17:00"
    fri: str | None = "09:00-17:00"
    sat: str | None = None
    sun: str | None = None


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """Within how many opening hours a case is answered first, and resolved."""

    response: Hours = 8
    resolution: Hours = 24


class Urgent(Target, frozen=True):
    """The targets of urgent cases."""

    response: Hours = 1
    resolution: Hours = 4


class High(Target, frozen=True):
    """The targets of cases of high priority."""

    response: Hours = 4
    resolution: Hours = 8


class Low(Target, frozen=True):
    """The targets of cases that can wait."""

    response: Hours = 24
    resolution: Hours = 72


class Targets(Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised at each priority."""

    urgent: Urgent = Urgent()
    high: High = High()
    normal: Target = Target()
    low: Low = Low()


class Sla(Struct, frozen=True, forbid_unknown_fields=True):
    """How fast cases are dealt with, in opening hours."""

    hours: Week = Week()
    holidays: bool = True
    closed: tuple[str, ...] = ()
    targets: Targets = Targets()
