"""First tables: campaigns run by run; and what reports and figures there are."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_cli.core.queries import named
from ecrm_cli.core.store import Row, Store
from ecrm_cli.reports.answers import answers, middle
from ecrm_cli.reports.definitions import definitions
from ecrm_cli.reports.terms import Terms

REPORTS = {
    "kpi": "The key figures of a period.",
    "cases": "Cases by what they are about, and how fast they were answered.",
    "loyalty": "What moved members' points, and what they are worth.",
    "campaigns": "What became of each run of a campaign.",
}


def campaigns(store: Store, terms: Terms) -> list[Row]:
    """Return the runs that began in the period, the newest first.

    campaign, run, ref, created_at, state, transport, audience, sent, failed, unknown, waiting,
    skipped: audience is the sum of the last five.
    """
    asked = named("reports.runs")
    return store.rows(asked, **terms.given(asked))


def cases(store: Store, terms: Terms) -> list[Row]:
    """Return a row for each category that cases of the period are about.

    category, opened, answered (for the first time), first_response (median seconds of opening
    hours, None of none), done, still_open (at the end of the period).
    """
    asked = named("reports.cases_by_category")
    waited: dict[str, list[int]] = {}
    for row in answers(store, terms):
        waited.setdefault(row["category"], []).append(row["seconds"])
    return [
        {
            "category": row["category"] or None,
            "opened": row["opened"],
            "answered": len(waited.get(row["category"], ())),
            "first_response": middle(waited.get(row["category"], ())),
            "done": row["done"],
            "still_open": row["still_open"],
        }
        for row in store.rows(asked, **terms.given(asked))
    ]


def loyalty(store: Store, terms: Terms) -> list[Row]:
    """Return what members had before the period, what moved it, and what they have at its end.

    line (before, issued, redeemed, expired, adjusted, transferred, after), kind of posting,
    postings, points, worth, currency: the points of the lines between add up to the difference.
    """
    programme = terms.home.programme() if terms.home.programme else None
    moved, ended = named("reports.points_moved"), named("reports.points")
    rows = store.rows(moved, **terms.given(moved))
    after = int((store.one(ended, **terms.given(ended)) or {})["outstanding"])
    before = after - sum(row["points"] for row in rows)
    lines = [("before", None, None, before)]
    lines += [(row["account"], row["kind"], row["postings"], row["points"]) for row in rows]
    return [
        {
            "line": line,
            "kind": kind,
            "postings": postings,
            "points": points,
            "worth": programme.worth(points) if programme else None,
            "currency": programme.currency if programme else None,
        }
        for line, kind, postings, points in [*lines, ("after", None, None, after)]
    ]


def catalogue() -> Iterator[Row]:
    """Yield every report and every figure: name, what (report, kpi), unit, about."""
    for name, about in REPORTS.items():
        yield {"name": name, "what": "report", "unit": None, "about": about}
    for found in definitions().values():
        about = found.says.partition(". ")[0].rstrip(".") + "."
        yield {"name": found.kpi, "what": "kpi", "unit": found.unit, "about": about}
