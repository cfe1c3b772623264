"""Days and moments as people write them, in the zone of the business."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ecrm_cli.core.errors import DataError, UsageError


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


def day(text: str) -> date:
    """Read a day such as ``2026-03-01``; raises BadMoment."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadMoment(text) from None


def start_of(when: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day begins in ``zone``, in UTC."""
    return datetime.combine(when, time(), zone).astimezone(UTC)


def end_of(when: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day is over: the first one that is not in it, in UTC."""
    return start_of(when + timedelta(days=1), zone)


def moment(text: str | None, now: datetime, zone: ZoneInfo) -> datetime:
    """Read when something happened: nothing is now, a day is its beginning, today is now.

    A time without an offset is one of ``zone``. Returns an aware UTC datetime.
    Raises BadMoment, StillToCome.
    """
    if not text:
        return now
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment(text) from None
    if len(text) <= len("2026-03-01") and given.date() == now.astimezone(zone).date():
        return now
    found = (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    happened(found, now)
    return found


def happened(moment: datetime, now: datetime) -> None:
    """Raise StillToCome when ``moment`` is after ``now``."""
    if moment > now:
        raise StillToCome(moment)
