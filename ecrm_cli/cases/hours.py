"""What the settings promise, as the clocks take it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from ecrm_cli.cases.model import PRIORITIES, Calendar, Policy
from ecrm_cli.core.hours import DAYS, read_hours

if TYPE_CHECKING:
    from ecrm_cli.core.settings import Settings

_HOUR = 3_600


@dataclass(frozen=True)
class DaysOff:
    """The public holidays of a country, when asked for, and the days the owner closes."""

    country: str | None
    closed: frozenset[date]

    def __contains__(self, day: object) -> bool:
        return day in self.closed or day in self._public

    @cached_property
    def _public(self) -> Container[object]:
        if self.country is None:
            return ()
        import holidays

        try:
            return holidays.country_holidays(self.country)
        except NotImplementedError:
            # A country whose holidays nobody has written down has none here.
            return ()


def policy_of(settings: Settings) -> Policy:
    """Return the opening hours and targets of a workspace."""
    sla, business = settings.sla, settings.business
    off = DaysOff(
        business.country if sla.holidays else None,
        frozenset(date.fromisoformat(day) for day in sla.closed),
    )
    week = tuple(read_hours(getattr(sla.hours, day)) for day in DAYS)
    targets = {name: getattr(sla.targets, name) for name in PRIORITIES}
    return Policy(
        Calendar(business.zone, week, off),
        {
            name: (round(target.response * _HOUR), round(target.resolution * _HOUR))
            for name, target in targets.items()
        },
    )
