"""How long customers waited for a first answer, in opening hours."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from ecrm_cli.cases.model import business_seconds
from ecrm_cli.core.queries import named
from ecrm_cli.core.store import Row, Store
from ecrm_cli.reports.terms import Terms


def answers(store: Store, terms: Terms) -> list[Row]:
    """Return the cases first answered in the period: category, seconds of opening hours."""
    asked = named("reports.first_responses")
    found = store.rows(asked, **terms.given(asked))
    calendar = terms.home.hours() if terms.home.hours and found else None
    return [
        {
            "category": row["category"],
            "seconds": business_seconds(calendar, row["opened_at"], row["replied_at"]),
        }
        for row in found
        if calendar
    ]


def middle(seconds: Iterable[int]) -> int | None:
    """Return the median in whole seconds, halves up; None of none."""
    found = list(seconds)
    return int(median(found) + 0.5) if found else None
