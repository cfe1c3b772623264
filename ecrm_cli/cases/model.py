"""Business time and the clocks of a case: when it is due, whether that was kept.

The rules are those of docs/how-to/cases.md, "How time is counted". No store, no settings: whoever
asks brings the calendar, the targets and the facts.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from ecrm_cli.core.calendar import clock_shows, local_day
from ecrm_cli.core.hours import DAY_SECONDS, Span

PRIORITIES = ("urgent", "high", "normal", "low")
RESPONSE, RESOLUTION = "response", "resolution"
MET, MISSED, RUNNING, PAUSED = "met", "missed", "running", "paused"
# A target that is not reached in ten years of opening hours is never due.
_FURTHEST = 3_700
_SECOND = timedelta(seconds=1)

# From and to, aware, in UTC; to is not in it. A pause without an end goes on.
Interval = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Calendar:
    """When the business is there: spans of the local day for each day of the week, Monday first."""

    zone: tzinfo
    week: Sequence[Sequence[Span]]
    holidays: Container[date] = frozenset()

    def spans(self, start: datetime) -> Iterator[Interval]:
        """Yield the opening hours that end after ``start``, in order, for ten years."""
        first = local_day(start, self.zone) - timedelta(days=1)
        for ahead in range(_FURTHEST):
            day = first + timedelta(days=ahead)
            if day in self.holidays:
                continue
            for opens, closes in self.week[day.weekday()]:
                span = self._instant(day, opens), self._instant(day, closes)
                # An hour that the clocks leave out is no time at all.
                if span[1] > start and span[0] < span[1]:
                    yield span

    def _instant(self, day: date, seconds: int) -> datetime:
        midnight = datetime.combine(day, time())
        whole, rest = divmod(seconds, DAY_SECONDS)
        return clock_shows(midnight + timedelta(days=whole, seconds=rest), self.zone)


@dataclass(frozen=True)
class Policy:
    """What is promised: for each priority the seconds until the response and the resolution."""

    calendar: Calendar
    targets: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Fact:
    """What happened to a case, as far as clocks care; phase and priority None: not changed."""

    occurred_at: datetime
    kind: str
    phase: str | None = None
    priority: str | None = None


@dataclass(frozen=True)
class Course:
    """A case from its opening on; ``facts`` in order, the opening with its priority first.

    ``in_person``: staff opened it while the customer was there.
    """

    opened_at: datetime
    in_person: bool
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Clock:
    """One promise: ``target`` and ``used`` in seconds of opening hours.

    ``due_at`` is None while a pause without an end keeps it from ever being due; ``breached_at`` is
    the instant from which it was missed, whatever came later.
    """

    name: str
    target: int
    used: int
    due_at: datetime | None
    met_at: datetime | None
    breached_at: datetime | None
    paused: bool

    @property
    def state(self) -> str:
        """Return met, missed, running or paused."""
        if self.breached_at is not None:
            return MISSED
        if self.met_at is not None:
            return MET
        return PAUSED if self.paused else RUNNING

    @property
    def waits(self) -> bool:
        """Whether somebody still has to do something, late or not."""
        return self.met_at is None and not self.paused


def business_seconds(
    calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
) -> int:
    """Return the whole seconds of opening hours in [start, end), less the pauses."""
    worked = sum((to - since for since, to in _worked(calendar, start, end, pauses)), timedelta())
    return worked // _SECOND


def due(
    calendar: Calendar, start: datetime, seconds: int, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """Return the first instant at which ``seconds`` of opening hours are used; None if never."""
    left = timedelta(seconds=seconds)
    for since, to in _worked(calendar, start, None, pauses):
        if to - since >= left:
            return since + left
        left -= to - since
    return None


def clocks(course: Course, policy: Policy, now: datetime) -> tuple[Clock, Clock]:
    """Return the clocks of the first response and of the resolution, as they stand at ``now``."""
    replied = [fact.occurred_at for fact in course.facts if fact.kind == "reply"]
    answered = course.opened_at if course.in_person else next(iter(replied), None)
    pauses, done_at = _pauses(course)
    response = _Promise(RESPONSE, answered, ())
    resolution = _Promise(RESOLUTION, done_at, pauses)
    return _clock(course, policy, response, now), _clock(course, policy, resolution, now)


def next_due(pair: Sequence[Clock]) -> Clock | None:
    """Return the clock that is due first among those that still run; None when none does."""
    waiting = [(clock.due_at, clock) for clock in pair if clock.waits and clock.due_at]
    return min(waiting, key=lambda found: found[0])[1] if waiting else None


@dataclass(frozen=True)
class _Promise:
    name: str
    met_at: datetime | None
    pauses: Sequence[Pause]


def _clock(course: Course, policy: Policy, promise: _Promise, now: datetime) -> Clock:
    ended = promise.met_at or now
    calendar, start = policy.calendar, course.opened_at
    target, due_at, breached_at = 0, None, None
    for since, until, priority in _priorities(course):
        if since > ended and target:
            break
        target = policy.targets[priority][promise.name == RESOLUTION]
        due_at = due(calendar, start, target, promise.pauses)
        # A change of priority gives a new target from the same beginning; what was missed stays.
        end = ended if until is None else min(until, ended)
        if due_at is not None and due_at < end and breached_at is None:
            breached_at = max(due_at, since)
    return Clock(
        name=promise.name,
        target=target,
        used=business_seconds(calendar, start, ended, promise.pauses),
        due_at=due_at,
        met_at=promise.met_at,
        breached_at=breached_at,
        paused=any(until is None for _since, until in promise.pauses),
    )


def _priorities(course: Course) -> Iterator[tuple[datetime, datetime | None, str]]:
    """Yield since when, until when and at which priority."""
    set_at = [(fact.occurred_at, fact.priority) for fact in course.facts if fact.priority]
    ends: list[datetime | None] = [moment for moment, _priority in set_at[1:]]
    for (since, priority), until in zip(set_at, [*ends, None], strict=True):
        yield since, until, priority


def _pauses(course: Course) -> tuple[list[Pause], datetime | None]:
    """Return when the resolution stood still, and since when the case is done, if it is."""
    pauses: list[Pause] = []
    phase, since = "open", course.opened_at
    for fact in course.facts:
        if fact.phase is None or fact.phase == phase:
            continue
        if phase != "open":
            pauses.append((since, fact.occurred_at))
        phase, since = fact.phase, fact.occurred_at
    if phase == "waiting":
        pauses.append((since, None))
    return pauses, since if phase == "done" else None


def _worked(
    calendar: Calendar, start: datetime, end: datetime | None, pauses: Sequence[Pause]
) -> Iterator[Interval]:
    """Yield the parts of opening hours in [start, end) that no pause covers."""
    for opens, closes in calendar.spans(start):
        since, to = max(opens, start), closes if end is None else min(closes, end)
        if since < to:
            yield from _without((since, to), pauses)
        if end is not None and closes >= end:
            return
        if any(until is None and paused_at <= closes for paused_at, until in pauses):
            return


def _without(interval: Interval, pauses: Sequence[Pause]) -> Iterator[Interval]:
    since, to = interval
    for paused_at, until in sorted(pauses, key=lambda pause: pause[0]):
        if paused_at >= to or (until is not None and until <= since):
            continue
        if since < paused_at:
            yield since, paused_at
        if until is None:
            return
        since = max(since, until)
    if since < to:
        yield since, to
