"""When a shop is busy: a week's and a year's rhythm, over the days of one year."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

DAYS = 365
# Monday to Sunday; people buy for the weekend.
WEEK = (0.9, 0.8, 0.9, 1.0, 1.3, 1.5, 0.6)
# January to December; coffee is given at Christmas, and drunk less in the heat.
YEAR = (0.85, 0.95, 1.0, 1.0, 0.95, 0.9, 0.75, 0.75, 1.0, 1.05, 1.15, 2.3)
OPENS, CLOSES = 8, 21


class Calendar:
    """The year of a shop that ends on the day before ``today``.

    Time in it goes by the shop's own clock, which is fast on busy days: from 0 to DAYS, so that
    what is even by that clock has the season's peaks.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.first = today - timedelta(days=DAYS)
        days = (self.first + timedelta(days=number) for number in range(DAYS))
        busy = [WEEK[day.weekday()] * YEAR[day.month - 1] for day in days]
        self._ends = [end * DAYS / sum(busy) for end in accumulate(busy)]

    def day(self, clock: float) -> date:
        """Return the day on which the shop's clock shows this; none is after yesterday."""
        number = min(bisect_right(self._ends, clock), DAYS - 1)
        return self.first + timedelta(days=number)

    def clock(self, days: int) -> float:
        """Return what the shop's clock showed at the end of the day so many days ago."""
        return self._ends[DAYS - days]

    def before(self, days: int) -> date:
        """Return the day that was so many days ago."""
        return self.today - timedelta(days=days)


def at_some_time(dice: Random, day: date) -> datetime:
    """Return a moment of a day within the shop's hours, as its clock on the wall shows it."""
    return datetime(day.year, day.month, day.day, dice.randrange(OPENS, CLOSES), dice.randrange(60))
