"""Twelve months side by side: what the page's charts show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ecrm_cli.core.calendar import day_start
from ecrm_cli.core.queries import named
from ecrm_cli.core.store import Row, Store
from ecrm_cli.reports.terms import Terms


@dataclass(frozen=True)
class Series:
    """A figure month by month: ``values`` stand beside ``months``, their first days.

    ``unit`` is money (in ``currency``) or count.
    """

    kpi: str
    unit: str
    currency: str | None
    months: tuple[date, ...]
    values: tuple[Decimal, ...]


def series(store: Store, terms: Terms) -> list[Series]:
    """Return revenue in each currency, orders, new and active customers of the twelve months.

    The last month is the one the period ends in, up to the period's end.
    """
    months = terms.period.months
    starts = {day_start(day, terms.home.zone): place for place, day in enumerate(months)}
    sold = _asked(store, terms, "reports.monthly_sales")
    bought = _asked(store, terms, "reports.monthly_customers")
    shape = (tuple(months), starts)
    return [
        *_revenue(sold, terms, shape),
        _one("orders", sold, "orders", shape),
        _one("new-customers", bought, "new_customers", shape),
        _one("active-customers", bought, "active", shape),
    ]


Shape = tuple[tuple[date, ...], dict[datetime, int]]


def _asked(store: Store, terms: Terms, name: str) -> list[Row]:
    statement = named(name)
    return store.rows(statement, **terms.given(statement))


def _revenue(rows: list[Row], terms: Terms, shape: Shape) -> Iterator[Series]:
    seen = {row["currency"] for row in rows}
    wanted = [terms.currency] if terms.currency else sorted(seen)
    # The workspace's own money first.
    for currency in sorted(wanted, key=lambda code: code != terms.home.currency):
        own = [row for row in rows if row["currency"] == currency]
        yield Series("revenue", "money", currency, shape[0], _values(own, "revenue", shape))


def _one(kpi: str, rows: list[Row], column: str, shape: Shape) -> Series:
    return Series(kpi, "count", None, shape[0], _values(rows, column, shape))


def _values(rows: list[Row], column: str, shape: Shape) -> tuple[Decimal, ...]:
    months, starts = shape
    sums = [Decimal(0) for _ in months]
    for row in rows:
        sums[starts[row["starts_at"]]] += Decimal(row[column])
    return tuple(sums)
