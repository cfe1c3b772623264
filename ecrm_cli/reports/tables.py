"""First tables: campaigns run by run; and what reports and figures there are."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.core.queries import named
from ecrm_cli.core.store import Row, Store
from ecrm_cli.reports.definitions import definitions
from ecrm_cli.reports.terms import Terms

REPORTS = {
    "kpi": "The key figures of a period.",
    "campaigns": "What became of each run of a campaign.",
}


def campaigns(store: Store, terms: Terms) -> list[Row]:
    """Return the runs that began in the period, the newest first.

    campaign, run, ref, created_at, state, transport, audience, sent, failed, unknown, waiting,
    skipped: audience is the sum of the last five.
    """
    asked = named("reports.runs")
    return store.rows(asked, **terms.given(asked))


def catalogue() -> Iterator[Row]:
    """Yield every report and every figure: name, what (report, kpi), unit, about."""
    for name, about in REPORTS.items():
        yield {"name": name, "what": "report", "unit": None, "about": about}
    for found in definitions().values():
        about = found.says.partition(". ")[0].rstrip(".") + "."
        yield {"name": found.kpi, "what": "kpi", "unit": found.unit, "about": about}
