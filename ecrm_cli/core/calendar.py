"""Days and moments as people write them, in the zone of the business."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ecrm_cli.core.errors import DataError, UsageError

_DAY = len("2026-03-01")


class BadDay(UsageError):
    """Words that are no day."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a day.", hint="Write it like 2026-03-01.")


class BadMoment(UsageError):
    """Words that are no day and no time."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a day or a time.",
            hint='Write it like 2026-03-01 or "2026-03-01 14:30".',
        )


class StillToCome(DataError):
    """Something said to have happened after now."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(
            f"{moment:%Y-%m-%d %H:%M} UTC is still to come.", hint="Give the day it happened on."
        )


def day_start(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in ``zone``, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_end(day: date, zone: str) -> datetime:
    """Return the first instant that is no longer in a day of ``zone``, in UTC."""
    return day_start(day + timedelta(days=1), zone)


def local_day(moment: datetime, zone: str) -> date:
    """Return the day that it is in ``zone`` at an instant."""
    return moment.astimezone(ZoneInfo(zone)).date()


def read_day(text: str) -> date:
    """Read a day such as ``2026-03-01``; raises BadDay."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadDay(text) from None


def read_moment(text: str | None, now: datetime, zone: str) -> datetime:
    """Read when something happened: nothing is now, a day is its beginning, today is now.

    A time without an offset is one of ``zone``. Returns an aware UTC datetime.
    Raises BadMoment, StillToCome.
    """
    if not text:
        return now
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadMoment(text) from None
    if len(text.strip()) <= _DAY and given.date() == local_day(now, zone):
        return now
    aware = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(zone))
    happened(aware.astimezone(UTC), now)
    return aware.astimezone(UTC)


def happened(moment: datetime, now: datetime) -> None:
    """Raise StillToCome when ``moment`` is after ``now``."""
    if moment > now:
        raise StillToCome(moment)
