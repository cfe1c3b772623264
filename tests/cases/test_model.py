"""Business time to the second, and the clocks that stand on it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.cases.model import (
    Calendar,
    Clock,
    Course,
    Fact,
    Pause,
    Policy,
    business_seconds,
    clocks,
    due,
    next_due,
)

HOUR = 3_600
OFFICE = tuple(((9 * HOUR, 17 * HOUR),) if day < 5 else () for day in range(7))
AROUND = tuple(((0, 24 * HOUR),) for _ in range(7))
NIGHT = tuple(((1 * HOUR, 2 * HOUR), (2 * HOUR, 3 * HOUR), (3 * HOUR, 5 * HOUR)) for _ in range(7))
BELGRADE = ZoneInfo("Europe/Belgrade")
TARGETS = {"urgent": (1, 4), "high": (4, 8), "normal": (8, 24), "low": (24, 72)}
POLICY = Policy(
    Calendar(BELGRADE, OFFICE),
    {name: (first * HOUR, last * HOUR) for name, (first, last) in TARGETS.items()},
)
exactly = settings(derandomize=True, deadline=None, max_examples=150)
zones = st.sampled_from(("UTC", "Europe/Belgrade", "America/Havana", "America/Sao_Paulo")).map(
    ZoneInfo
)
weeks = st.sampled_from((OFFICE, AROUND, NIGHT))
# Both changes of the clock in Europe, New Year, and an ordinary week.
starts = st.sampled_from(
    (date(2026, 3, 27), date(2026, 10, 23), date(2025, 12, 30), date(2026, 6, 1))
).flatmap(
    lambda day: st.integers(0, 4 * 1440).map(
        lambda minutes: (
            datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
        )
    )
)
lengths = st.integers(0, 5 * 1440).map(lambda minutes: timedelta(minutes=minutes))
closed = st.sets(st.sampled_from((date(2026, 1, 1), date(2026, 3, 30), date(2026, 10, 26))))


def at(text: str) -> datetime:
    """Return a moment on the clocks of Belgrade."""
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE).astimezone(UTC)


def by_minutes(calendar: Calendar, start: datetime, end: datetime, pauses: list[Pause]) -> int:
    """Count the minutes in which the clock on the wall shows an hour of the day that is open."""
    count, moment = 0, start
    while moment < end:
        wall = moment.astimezone(calendar.zone)
        second = wall.hour * HOUR + wall.minute * 60
        spans = () if wall.date() in calendar.holidays else calendar.week[wall.weekday()]
        is_open = any(opens <= second < closes for opens, closes in spans)
        paused = any(
            since <= moment and (until is None or moment < until) for since, until in pauses
        )
        count += is_open and not paused
        moment += timedelta(minutes=1)
    return count * 60


@exactly
@given(zones, weeks, closed, starts, lengths, st.lists(st.tuples(lengths, lengths), max_size=2))
def test_business_time_is_what_the_clock_on_the_wall_shows_minute_by_minute(
    zone: ZoneInfo,
    week: tuple[tuple[tuple[int, int], ...], ...],
    holidays: set[date],
    start: datetime,
    length: timedelta,
    paused: list[tuple[timedelta, timedelta]],
) -> None:
    calendar = Calendar(zone, week, holidays)
    pauses: list[Pause] = [(start + after, start + after + long) for after, long in paused]
    wanted = by_minutes(calendar, start, start + length, pauses)
    assert business_seconds(calendar, start, start + length, pauses) == wanted


@exactly
@given(zones, weeks, closed, starts, st.integers(1, 30 * HOUR), st.lists(lengths, max_size=2))
def test_what_is_due_is_the_first_instant_at_which_the_time_is_used(
    zone: ZoneInfo,
    week: tuple[tuple[tuple[int, int], ...], ...],
    holidays: set[date],
    start: datetime,
    seconds: int,
    paused: list[timedelta],
) -> None:
    calendar = Calendar(zone, week, holidays)
    pauses: list[Pause] = [(start + after, start + 2 * after) for after in paused]
    found = due(calendar, start, seconds, pauses)
    assert found is not None
    assert business_seconds(calendar, start, found, pauses) == seconds
    earlier = found - timedelta(seconds=1)
    assert business_seconds(calendar, start, earlier, pauses) == seconds - 1


@exactly
@given(zones, weeks, starts, lengths, lengths)
def test_business_time_adds_up(
    zone: ZoneInfo,
    week: tuple[tuple[tuple[int, int], ...], ...],
    start: datetime,
    first: timedelta,
    second: timedelta,
) -> None:
    calendar = Calendar(zone, week)
    middle, end = start + first, start + first + second
    assert business_seconds(calendar, start, end) == (
        business_seconds(calendar, start, middle) + business_seconds(calendar, middle, end)
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_whole_day_has_the_hours_that_existed(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=BELGRADE)
    calendar = Calendar(BELGRADE, AROUND)
    end = start.astimezone(UTC) + timedelta(hours=hours)
    assert business_seconds(calendar, start.astimezone(UTC), end) == hours * HOUR
    assert due(calendar, start.astimezone(UTC), hours * HOUR) == end


def test_the_hour_that_the_clocks_leave_out_is_no_time() -> None:
    calendar = Calendar(BELGRADE, tuple(((2 * HOUR, 3 * HOUR),) for _ in range(7)))
    start = at("2026-03-28T12:00")
    assert due(calendar, start, HOUR) == at("2026-03-30T03:00")
    assert business_seconds(calendar, at("2026-10-25T00:00"), at("2026-10-25T12:00")) == 2 * HOUR


def test_a_friday_afternoon_is_followed_by_monday_and_a_holiday_is_stepped_over() -> None:
    assert due(POLICY.calendar, at("2026-11-20T16:00"), 2 * HOUR) == at("2026-11-23T10:00")
    off = Calendar(BELGRADE, OFFICE, {date(2026, 11, 23)})
    assert due(off, at("2026-11-20T16:00"), 2 * HOUR) == at("2026-11-24T10:00")


def test_a_target_that_ends_with_the_day_is_due_when_the_door_closes() -> None:
    assert due(POLICY.calendar, at("2026-11-20T09:00"), 8 * HOUR) == at("2026-11-20T17:00")


def test_a_week_without_an_hour_is_never_due() -> None:
    assert due(Calendar(BELGRADE, ((),) * 7), at("2026-11-20T09:00"), 1) is None


def course(*facts: Fact, opened: str = "2026-11-20T09:00", in_person: bool = False) -> Course:
    """Return a case of normal priority that was opened on a Friday morning."""
    first = Fact(at(opened), "opened", "open", "normal")
    return Course(at(opened), in_person, (first, *facts))


def fact(when: str, kind: str, **more: str) -> Fact:
    """Return what happened at a time of Belgrade."""
    return Fact(at(when), kind, **more)


def pair(case: Course, now: str) -> tuple[Clock, Clock]:
    """Return both clocks at a time of Belgrade."""
    return clocks(case, POLICY, at(now))


def test_an_open_case_is_due_by_its_priority_and_is_late_a_second_after() -> None:
    response, resolution = pair(course(), "2026-11-20T17:00")
    assert (response.due_at, response.state) == (at("2026-11-20T17:00"), "running")
    assert (resolution.due_at, resolution.state) == (at("2026-11-24T17:00"), "running")
    late, _ = pair(course(), "2026-11-20T17:00:01")
    assert (late.state, late.breached_at) == ("missed", at("2026-11-20T17:00"))


def test_a_case_opened_with_the_customer_there_was_answered_at_once() -> None:
    response, resolution = pair(course(in_person=True), "2026-12-01T09:00")
    assert (response.state, response.met_at, response.used) == ("met", at("2026-11-20T09:00"), 0)
    assert resolution.state == "missed"


def test_notes_and_statuses_answer_nobody() -> None:
    talk = course(
        fact("2026-11-20T10:00", "note"),
        fact("2026-11-20T10:00", "status", phase="waiting"),
        fact("2026-11-20T11:00", "customer_message"),
    )
    response, _ = pair(talk, "2026-11-23T10:00")
    assert (response.state, response.paused, response.met_at) == ("missed", False, None)


def test_the_first_public_reply_answers_in_time_or_late() -> None:
    early, _ = pair(course(fact("2026-11-20T12:00", "reply")), "2026-12-01T09:00")
    assert (early.state, early.used) == ("met", 3 * HOUR)
    late = fact("2026-11-23T09:30", "reply")
    response, _ = pair(course(late, fact("2026-11-24T09:00", "reply")), "2026-12-01T09:00")
    assert (response.state, response.met_at, response.used) == (
        "missed", at("2026-11-23T09:30"), int(8.5 * HOUR)
    )  # fmt: skip


def test_waiting_for_the_customer_stops_the_resolution_until_they_write() -> None:
    asked = fact("2026-11-20T11:00", "status", phase="waiting")
    _, waiting = pair(course(asked), "2026-11-30T09:00")
    assert (waiting.state, waiting.due_at, waiting.used) == ("paused", None, 2 * HOUR)
    answered = fact("2026-11-25T09:00", "customer_message", phase="open")
    _, resolution = pair(course(asked, answered), "2026-11-25T10:00")
    assert (resolution.used, resolution.state) == (3 * HOUR, "running")
    assert resolution.due_at == at("2026-11-27T15:00")


def test_a_reopened_case_goes_on_where_it_stood() -> None:
    done = fact("2026-11-20T12:00", "closed", phase="done")
    _, closed_case = pair(course(done), "2026-12-01T09:00")
    assert (closed_case.state, closed_case.used) == ("met", 3 * HOUR)
    again = fact("2026-11-25T09:00", "reopened", phase="open")
    _, resolution = pair(course(done, again), "2026-11-25T10:00")
    assert (resolution.state, resolution.used) == ("running", 4 * HOUR)


def test_closing_what_was_resolved_changes_no_clock() -> None:
    resolved = fact("2026-11-20T12:00", "status", phase="done")
    filed = fact("2026-11-23T12:00", "closed", phase="done")
    assert pair(course(resolved, filed), "2026-12-01T09:00")[1].met_at == at("2026-11-20T12:00")


def test_a_new_priority_counts_from_the_beginning_with_the_time_already_used() -> None:
    raised = course(fact("2026-11-20T11:00", "priority", priority="high"))
    response, resolution = pair(raised, "2026-11-20T11:30")
    assert (response.target, response.due_at) == (4 * HOUR, at("2026-11-20T13:00"))
    assert resolution.due_at == at("2026-11-20T17:00")
    response, _ = pair(
        course(fact("2026-11-20T12:00", "priority", priority="urgent")), "2026-11-20T12:01"
    )
    assert (response.due_at, response.breached_at) == (
        at("2026-11-20T10:00"), at("2026-11-20T12:00")
    )  # fmt: skip


def test_a_breach_that_happened_stays_whatever_the_priority_becomes() -> None:
    eased = course(fact("2026-11-23T10:00", "priority", priority="low"))
    response, _ = pair(eased, "2026-11-23T11:00")
    assert (response.state, response.breached_at) == ("missed", at("2026-11-20T17:00"))
    assert response.due_at == at("2026-11-24T17:00")
    in_time = course(fact("2026-11-20T16:00", "priority", priority="low"))
    assert pair(in_time, "2026-11-23T11:00")[0].state == "running"


def test_a_priority_set_after_the_answer_is_no_concern_of_its() -> None:
    later = course(
        fact("2026-11-20T12:00", "reply"), fact("2026-11-20T13:00", "priority", priority="urgent")
    )
    response, _ = pair(later, "2026-11-20T14:00")
    assert (response.state, response.target) == ("met", 8 * HOUR)


def test_the_next_to_be_due_is_the_earliest_that_still_runs() -> None:
    first = next_due(pair(course(), "2026-11-20T10:00"))
    assert first is not None
    assert first.name == "response"
    second = next_due(pair(course(fact("2026-11-20T12:00", "reply")), "2026-11-20T13:00"))
    assert second is not None
    assert second.name == "resolution"
    waiting = fact("2026-11-20T12:00", "reply", phase="waiting")
    assert next_due(pair(course(waiting), "2026-11-20T13:00")) is None


def one(moment: datetime, kind: str) -> Fact:
    """Return a fact of a kind with what it sets."""
    phases = {"waiting": "waiting", "closed": "done", "reopened": "open"}
    return Fact(moment, kind, phases.get(kind), kind if kind in TARGETS else None)


KINDS = ("reply", "note", "waiting", "closed", "reopened", "urgent", "high", "low")
histories = st.lists(st.tuples(st.integers(0, 7 * 1440), st.sampled_from(KINDS)), max_size=6)


@exactly
@given(histories, st.integers(0, 20 * 1440))
def test_a_breach_once_seen_is_seen_on_every_later_day(
    history: list[tuple[int, str]], minutes: int
) -> None:
    """A response that was missed stays missed, and one that was met stays met."""
    start = at("2026-11-20T09:00")
    facts = [one(start + timedelta(minutes=after), kind) for after, kind in sorted(history)]

    def seen(moment: datetime) -> Clock:
        known = [each for each in facts if each.occurred_at <= moment]
        return clocks(course(*known), POLICY, moment)[0]

    moment = start + timedelta(minutes=minutes)
    before, after = seen(moment), seen(moment + timedelta(days=2))
    assert before.state not in ("met", "missed") or after.state == before.state
    assert before.breached_at is None or after.breached_at == before.breached_at
