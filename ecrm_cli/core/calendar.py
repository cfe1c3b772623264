"""Days of the business as instants: whole days in the workspace's zone, both ends included."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ecrm_cli.core.errors import DataError, UsageError

_DAYS = re.compile(r"([0-9]{1,5})d")
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


class BadDays(DataError):
    """Words that are no number of days."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not a number of days.", hint="Write it like 30d; a year is 365d."
        )


class BadDay(UsageError):
    """Words that are no day."""

    def __init__(self, words: str) -> None:
        super().__init__(f"{words!r} is not a day.", hint="Write it like 2026-03-01.")


class BadMoment(UsageError):
    """Words that are no day and no time."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not a day or a time.",
            hint='Write it like 2026-03-01 or "2026-03-01 14:30".',
        )


class StillToCome(DataError):
    """Something said to have happened after now."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(
            f"{moment:%Y-%m-%d %H:%M} UTC is still to come.", hint="Give the day it happened on."
        )


def day_start(day: date, zone: str | tzinfo) -> datetime:
    """Return the first instant of ``day`` in ``zone``, aware, in UTC.

    Where the clock jumps over midnight the day begins with the jump; where midnight comes twice,
    with the first; a day the zone never had (Samoa, 30 December 2011) is empty: it begins where
    the next one does.
    """
    return clock_shows(datetime.combine(day, time()), zone)


def clock_shows(wall: datetime, zone: str | tzinfo) -> datetime:
    """Return the first instant at which clocks in ``zone`` show ``wall``, aware, in UTC.

    ``wall`` is naive, in whole seconds. Where clocks jump over it: the instant of the jump.
    """
    place = _zone(zone)
    try:
        early, late = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return _LATEST if wall.year > 1 else _EARLIEST
    if early <= late:
        return early
    # Both readings lie around a jump of the clock, and in between somewhere is the jump itself.
    after, before = early, late
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(place).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def as_of_end(day: date, zone: str | tzinfo) -> datetime:
    """Return the instant at which ``day`` is over, aware, in UTC: the first that is not in it."""
    return _LATEST if day == date.max else day_start(day + timedelta(days=1), zone)


def local_day(moment: datetime, zone: str | tzinfo) -> date:
    """Return the day it is in ``zone`` at an aware ``moment``."""
    return moment.astimezone(_zone(zone)).date()


def parse_days(words: str) -> int:
    """Return the number of days in words such as ``30d``; raises BadDays."""
    found = _DAYS.fullmatch(words.strip())
    if found is None:
        raise BadDays(words)
    return int(found[1])


def read_day(words: str) -> date:
    """Read a day such as ``2026-03-01``; raises BadDay."""
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        raise BadDay(words) from None


def read_moment(words: str | None, now: datetime, zone: str | tzinfo) -> datetime:
    """Read when something happened: nothing is now, a day is its beginning, today is now.

    A time without an offset is one of ``zone``. Returns an aware UTC datetime.
    Raises BadMoment, StillToCome.
    """
    if not words:
        return now
    try:
        given = datetime.fromisoformat(words.strip())
    except ValueError:
        raise BadMoment(words) from None
    if ":" not in words:
        start = day_start(given.date(), zone)
        found = now if given.date() == local_day(now, zone) else start
    else:
        aware = given if given.tzinfo else given.replace(tzinfo=_zone(zone))
        found = aware.astimezone(UTC)
    happened(found, now)
    return found


def happened(moment: datetime, now: datetime) -> None:
    """Raise StillToCome when ``moment`` is after ``now``."""
    if moment > now:
        raise StillToCome(moment)


def is_zone(name: str) -> bool:
    """Whether ``name`` is a time zone that this machine knows."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone(zone: str | tzinfo) -> tzinfo:
    if isinstance(zone, tzinfo):
        return zone
    from zoneinfo import ZoneInfo

    return ZoneInfo(zone)
