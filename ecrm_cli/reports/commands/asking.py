"""From the words of a line to the terms a report is asked on."""

from __future__ import annotations

from dataclasses import replace

from ecrm_cli.cases.hours import policy_of
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import UsageError
from ecrm_cli.loyalty.programme import known_programme
from ecrm_cli.reports.period import Said
from ecrm_cli.reports.terms import Home, Looking, Terms, read_terms

LAST_MONTH = Said(month="last")
LAST_90_DAYS = Said(days="90d")
PREVIOUS = "previous"


class CannotCompare(UsageError):
    """A comparison with something else than the period before."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"A report cannot be compared with {words!r}.", hint="Write --compare previous."
        )


def terms_of(
    door: App, said: Said, looking: Looking, usual: Said, currency: str | None = None
) -> Terms:
    """Return the terms of a line in this workspace. Raises what ``read_terms`` raises."""
    settings = door.settings
    business = settings.business
    home = Home(
        business.timezone,
        business.currency,
        door.workspace.segments,
        settings.retention.days,
        lambda: policy_of(settings).calendar,
        lambda: known_programme(settings),
    )
    return replace(read_terms(said, usual, looking, door.now, home), currency=currency)


def comparing(words: str | None) -> bool:
    """Return whether the period before is wanted beside; raises CannotCompare."""
    if words not in (None, PREVIOUS):
        raise CannotCompare(words or "")
    return words == PREVIOUS
