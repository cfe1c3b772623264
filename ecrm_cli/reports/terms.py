"""On what terms figures are asked for: which days, known when, in whose zone and money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ecrm_cli.cases.model import Calendar
from ecrm_cli.core.calendar import BadMoment, as_of_end, day_start, local_day, read_day
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.queries import Query
from ecrm_cli.loyalty.model import Programme
from ecrm_cli.orders.gaps import Gap
from ecrm_cli.reports.period import Period, Said, read_period


class AheadOfNow(DataError):
    """A day or a time to look back from that is still to come."""

    def __init__(self, flag: str, words: str) -> None:
        super().__init__(
            f"{flag} {words} is still to come.", hint="Ask as of today or a day before it."
        )


@dataclass(frozen=True)
class Home:
    """The workspace a report is of: its zone, its currency, its segment files.

    ``lapse`` is the owner's own limit in days. Opening hours and the points programme are read
    where they are needed; ``hours`` raises nothing, ``programme`` DataError when it is half made.
    """

    zone: str
    currency: str
    segments: Path
    lapse: int | None = None
    hours: Callable[[], Calendar] | None = None
    programme: Callable[[], Programme | None] | None = None


@dataclass(frozen=True)
class Terms:
    """A period, what is known of it by the end of ``as_of``, and by ``known`` in the file.

    ``known`` None is everything the file holds; ``currency`` None is every currency; ``gap`` is the
    shop's usual one at the end of the period, once it was asked.
    """

    period: Period
    as_of: date
    home: Home
    known: datetime | None = None
    currency: str | None = None
    channel: str = "email"
    gap: Gap | None = None

    @property
    def previous(self) -> Terms:
        """The same terms for the period of equal length before."""
        return replace(self, period=self.period.before, gap=None)

    @property
    def until(self) -> datetime:
        """The instant at which the period is over, aware: the first that is not in it."""
        return as_of_end(self.period.last, self.home.zone)

    def given(self, asked: Query) -> dict[str, object]:
        """Return the values that a statement takes, instants in UTC.

        ``starts`` is naive UTC, as the engine keeps it.
        """
        zone, period = self.home.zone, self.period
        every: dict[str, object] = {
            "from_utc": day_start(period.first, zone),
            "to_utc": self.until,
            "until": self.until,
            "before_utc": day_start(period.before.first, zone),
            "since": day_start(period.months[0], zone),
            "starts": [day_start(day, zone).replace(tzinfo=None) for day in period.months],
            "as_of": as_of_end(self.as_of, zone),
            "known": self.known,
            "channel": self.channel,
        }
        return {name: every[name] for name in asked.parameters}


@dataclass(frozen=True)
class Looking:
    """From when a line looks back, in its own words."""

    as_of: str | None = None
    known_on: str | None = None


def read_terms(said: Said, usual: Said, looking: Looking, now: datetime, home: Home) -> Terms:
    """Return the terms of a line; ``usual`` is the period where none is said.

    Raises AheadOfNow, BadMoment and what ``read_period`` raises.
    """
    today = local_day(now, home.zone)
    as_of = read_day(looking.as_of) if looking.as_of else today
    if as_of > today:
        raise AheadOfNow("--as-of", str(as_of))
    known = read_known(looking.known_on, now, home.zone) if looking.known_on else None
    return Terms(read_period(said, as_of, usual), as_of, home, known)


def read_known(words: str, now: datetime, zone: str) -> datetime:
    """Read up to when the file's own records count: a time, or a day up to its end.

    Raises BadMoment, AheadOfNow.
    """
    try:
        given = datetime.fromisoformat(words.strip())
    except ValueError:
        raise BadMoment(words) from None
    if ":" not in words:
        moment = as_of_end(given.date(), zone)
        return min(moment, now) if given.date() == local_day(now, zone) else _past(moment, now)
    aware = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(zone))
    return _past(aware.astimezone(UTC), now)


def _past(moment: datetime, now: datetime) -> datetime:
    if moment > now:
        raise AheadOfNow("--known-on", f"{moment:%Y-%m-%d %H:%M} UTC")
    return moment
