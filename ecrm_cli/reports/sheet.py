"""The report as one page that needs nothing else: figures, charts with their numbers, meanings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ecrm_cli.core.store import Store
from ecrm_cli.core.template import Templates
from ecrm_cli.core.workspace import shipped
from ecrm_cli.reports import charts, figures
from ecrm_cli.reports.definitions import FEW, HEADS, definitions
from ecrm_cli.reports.kpis import Report
from ecrm_cli.reports.months import Series, series
from ecrm_cli.reports.period import Period
from ecrm_cli.reports.terms import Terms

TEMPLATE = "reports/kpi.html.j2"
_PROMISES = {
    "attract": "who comes in, and may be written to",
    "expand": "what they buy",
    "keep": "who comes back",
    "serve": "who waits for an answer",
    "points": "what is owed to members",
}


@dataclass(frozen=True)
class Letterhead:
    """Whose page it is, and when it was asked for (aware)."""

    business: str
    now: datetime


def page(store: Store, report: Report, head: Letterhead, missing: str) -> str:
    """Return the page's text. ``missing`` says what is not measured."""
    terms = report.terms
    has_orders = all(each.facts != "orders" for each in report.missing)
    shown = series(store, terms) if has_orders else []
    words = {
        "business": head.business,
        "title": figures.title(terms.period),
        "days": terms.period.days,
        "beside": figures.title(terms.period.before) if report.before is not None else "",
        "heads": list(_heads(report)),
        "charts": [_chart(one, terms, number) for number, one in enumerate(shown, start=1)],
        "size": {"width": charts.WIDTH, "height": charts.HEIGHT, "left": charts.LEFT},
        "missing": missing,
        "meanings": list(_meanings(report)),
        "few_below": FEW,
        "as_of": str(terms.as_of),
        "apart": any(each.kpi == "lapsed-vips" for each in report.figures),
        "command": again(terms, terms.known or head.now, compared=report.before is not None),
    }
    return Templates([shipped("templates")]).named(TEMPLATE).render(words)


def again(terms: Terms, known: datetime, *, compared: bool) -> str:
    """Return the command that makes the same report again."""
    money = f" --currency {terms.currency}" if terms.currency else ""
    beside = " --compare previous" if compared else ""
    return (
        f"ecrm report kpi --from {terms.period.first} --to {terms.period.last}{beside}{money} "
        f"--as-of {terms.as_of} --known-on {known:%Y-%m-%dT%H:%M:%SZ}"
    )


def _heads(report: Report) -> Iterator[dict[str, Any]]:
    absent = {each.kpi for each in report.missing}
    rows = [row for row in report.rows() if row["kpi"] not in absent]
    for head in HEADS:
        own = [row for row in rows if definitions()[row["kpi"]].head == head]
        if own:
            yield {
                "title": head.capitalize(),
                "promise": _PROMISES[head],
                "cards": [_card(row) for row in own],
            }


def _card(row: dict[str, Any]) -> dict[str, Any]:
    before = row.get("previous")
    return {
        "kpi": row["kpi"],
        "title": title(row["kpi"]),
        "value": figures.shown(row, row["value"]),
        "arrow": figures.arrow(row),
        "change": figures.change(row),
        "before": "" if before is None else figures.shown(row, before),
        "few": row["few"],
        "note": row["note"] or "",
    }


def title(kpi: str) -> str:
    """Write a figure's name as a heading: average-order-value is Average order value."""
    return kpi.replace("-", " ").capitalize().replace("vips", "VIPs")


def _chart(one: Series, terms: Terms, number: int) -> dict[str, Any]:
    drawn = charts.bars(one.values)
    row = {"unit": one.unit, "currency": one.currency}
    last = figures.day_word(terms.period.last)
    written = [figures.shown(row, value) for value in one.values]
    name = f"{title(one.kpi)}{f', {one.currency}' if one.currency else ''}"
    return {
        "id": f"chart-{number}",
        "title": name,
        "about": f"{name}, the twelve months to {last}: {_said(one, written)}.",
        "drawn": drawn,
        "labels": [f"{month:%b}" for month in one.months],
        "rows": list(zip([f"{month:%B %Y}" for month in one.months], written, strict=True)),
        "part": _part(terms),
    }


def _part(terms: Terms) -> str:
    """Say that the last month is not whole, or nothing."""
    last = terms.period.last
    whole = figures.whole_month(Period(last, last)).last
    return "" if last == whole else f"{last:%B} only up to {figures.day_word(last)}."


def _said(one: Series, written: Sequence[str]) -> str:
    most = one.values.index(max(one.values))
    return f"most in {one.months[most]:%B} ({written[most]}), last {written[-1]}"


def _meanings(report: Report) -> Iterator[dict[str, str]]:
    shown = {row["kpi"] for row in report.rows()} - {each.kpi for each in report.missing}
    for found in definitions().values():
        if found.kpi in shown:
            yield {"title": title(found.kpi), "says": found.says, "formula": found.formula}
