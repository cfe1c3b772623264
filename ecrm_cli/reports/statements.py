"""The statements behind the figures, printed with the values they are asked with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from ecrm_cli.core.queries import Query, named
from ecrm_cli.reports.definitions import definitions
from ecrm_cli.reports.terms import Terms

# What a figure is read from: the statement, and which of its columns.
FROM: Mapping[str, tuple[str, str]] = {
    "new-contacts": ("reports.people", "new_contacts"),
    "contacts": ("reports.people", "contacts"),
    "reachable": ("consent.reach", "may"),
    "consent-rate": ("consent.reach", "may, over the contacts of reports.people"),
    "campaign-sent": ("reports.mailing", "sent"),
    "campaign-skipped": ("reports.mailing", "skipped"),
    "orders": ("reports.sales", "orders, summed over the currencies"),
    "revenue": ("reports.sales", "sold - returned"),
    "average-order-value": ("reports.sales", "(sold - taken_back) / orders"),
    "orders-per-customer": ("reports.sales", "of_customers, over active of reports.buying"),
    "new-customers": ("reports.buying", "new_customers"),
    "active-customers": ("reports.buying", "active"),
    "repeat-rate": ("reports.buying", "repeat_customers / customers"),
    "first-response": ("reports.first_responses", "the median of its rows, in opening hours"),
    "open-complaints": ("reports.open_complaints", "open_complaints"),
    "points-issued": ("reports.points", "issued"),
    "points-outstanding": ("reports.points", "outstanding"),
    "liability": ("reports.points", "outstanding x loyalty.points.value"),
    "retention": ("reports.buying", "retained / active_before"),
}


def of_figure(kpi: str) -> Iterator[str]:
    """Yield the statement that a figure is read from; a segment's rule has none of its own."""
    if kpi not in FROM:
        yield f"-- {kpi}: {definitions()[kpi].formula}\n"
        return
    name, columns = FROM[kpi]
    yield f"-- {kpi} = {columns}\n"
    yield _text(named(name))


def of_report(terms: Terms) -> Iterator[str]:
    """Yield every statement of the report, with what it is asked with on these terms."""
    for name in dict.fromkeys(name for name, _columns in FROM.values()):
        asked = named(name)
        figures = [kpi for kpi, (of, _columns) in FROM.items() if of == name]
        yield f"-- {', '.join(figures)}\n"
        for key, value in sorted(terms.given(asked).items()):
            yield f"-- ${key} = {_written(value)}\n"
        yield _text(asked)


def _text(asked: Query) -> str:
    return f"-- {asked.name}\n{asked.text};\n\n"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"
    return "NULL" if value is None else f"'{value}'"
