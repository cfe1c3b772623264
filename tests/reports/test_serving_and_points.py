"""Figures of cases and points, worked out again in plain Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ecrm_cli.cases import writing
from ecrm_cli.cases.model import Calendar
from ecrm_cli.cases.rules import NewCase
from ecrm_cli.core.calendar import read_moment
from ecrm_cli.core.hours import read_hours
from ecrm_cli.core.money import Money
from ecrm_cli.core.settings_cases import Cases
from ecrm_cli.core.store import Store
from ecrm_cli.loyalty import posting, settling
from ecrm_cli.loyalty.model import Posting, Programme
from ecrm_cli.reports import kpis, tables
from ecrm_cli.reports.period import Said
from ecrm_cli.reports.terms import Looking, Terms
from tests.door import NOW
from tests.people import person
from tests.reports.conftest import ZONE, terms
from tests.reports.plain import Export

STATUSES = Cases().statuses
OCTOBER = Said(month="2026-10")
PROGRAMME = Programme(Money(Decimal(100), "RSD"), 1, Money(Decimal(3), "RSD"), "down")


def asked(folder: Path, said: Said = OCTOBER, looking: Looking | None = None) -> Terms:
    """Return terms of a shop that is there from 9 to 17 on weekdays and has a programme."""
    found = terms(folder, said, looking)
    week = [*(read_hours("09:00-17:00") for _ in range(5)), (), ()]
    calendar = Calendar(ZoneInfo(ZONE), week)
    home = replace(found.home, hours=lambda: calendar, programme=lambda: PROGRAMME)
    return replace(found, home=home)


def measured(store: Store, on: Terms) -> dict[str, Any]:
    """Return values by figure."""
    return {row["kpi"]: row["value"] for row in kpis.report(store, on).rows()}


def at(words: str) -> datetime:
    """Return a time of the shop's clock."""
    return read_moment(words, NOW, ZONE)


def opened(store: Store, contact: int, when: str, category: str, channel: str = "email") -> int:
    """Open a case; return its id."""
    new = NewCase(contact, "Late", channel, category, "normal", at(when), text="Where is it?")
    return writing.open_case(store, NOW, new, STATUSES)


def replied(store: Store, case_id: int, when: str) -> None:
    """Answer a case in public."""
    writing.write(store, NOW, case_id, writing.Step("reply", at(when), body="Soon."))


@pytest.fixture
def desk_of_cases(store: Store) -> Store:
    """A book with answered, unanswered and done cases."""
    ana = person(store, "ana@example.org")
    first = opened(store, ana, "2026-10-01 10:00", "complaint")
    replied(store, first, "2026-10-01 11:30")
    replied(store, first, "2026-10-05 11:30")
    # A Friday's question is answered on Monday: half an hour and an hour of opening hours.
    second = opened(store, ana, "2026-10-02 16:30", "question")
    replied(store, second, "2026-10-05 10:00")
    opened(store, ana, "2026-10-07 12:00", "complaint", "phone")
    opened(store, ana, "2026-10-08 12:00", "complaint")
    late = opened(store, ana, "2026-09-30 16:00", "complaint")
    replied(store, late, "2026-11-02 09:30")
    writing.write(
        store, NOW, late,
        writing.Step("closed", at("2026-11-03 09:00"), "closed", STATUSES["closed"].means),
    )  # fmt: skip
    return store


def test_the_median_wait_is_in_opening_hours(desk_of_cases: Store, tmp_path: Path) -> None:
    found = kpis.report(desk_of_cases, asked(tmp_path))
    row = next(row for row in found.rows() if row["kpi"] == "first-response")
    # The call was answered at its opening.
    assert row["value"] == median([5400, 5400, 0]) == 5400
    assert (row["n"], row["few"], row["unit"]) == (3, True, "seconds")


def test_open_complaints_are_those_of_the_last_day(desk_of_cases: Store, tmp_path: Path) -> None:
    assert measured(desk_of_cases, asked(tmp_path))["open-complaints"] == 4
    november = asked(tmp_path, Said(month="this"))
    assert measured(desk_of_cases, november)["open-complaints"] == 3
    september = asked(tmp_path, Said(month="2026-09"))
    assert measured(desk_of_cases, september)["open-complaints"] == 1
    assert measured(desk_of_cases, september)["first-response"] is None


def test_cases_are_told_by_what_they_are_about(desk_of_cases: Store, tmp_path: Path) -> None:
    found = {row["category"]: row for row in tables.cases(desk_of_cases, asked(tmp_path))}
    assert found["complaint"] == {
        "category": "complaint", "opened": 3, "answered": 2, "first_response": 2700, "done": 0,
        "still_open": 4,
    }  # fmt: skip
    assert (found["question"]["opened"], found["question"]["first_response"]) == (1, 5400)
    november = tables.cases(desk_of_cases, asked(tmp_path, Said(month="this")))
    assert {row["category"]: row["done"] for row in november} == {"complaint": 1, "question": 0}


def moved(export: Export) -> Counter[date]:
    """Return by how much members' points change on each day, in plain Python."""
    found: Counter[date] = Counter()
    orders = {}
    for row in export.orders:
        if row["customer_id"] and row["currency"] == "RSD" and not row["cancelled_at"]:
            points = int(Decimal(row["total"]) // 100)
            orders[row["order_id"]] = row, points
            found[date.fromisoformat(row["date"][:10])] += points
    refunds = [(row["order"], row["date"], row["amount"]) for row in export.refunds]
    refunds += [
        (row["order_id"], row["date"][:10], row["refunded"]) for row, _points in orders.values()
    ]
    for number, day, amount in refunds:
        if number in orders and amount:
            row, points = orders[number]
            share = Decimal(points) * Decimal(amount) / Decimal(row["total"])
            found[date.fromisoformat(day)] -= int(share.quantize(Decimal(1), ROUND_HALF_UP))
    return found


@pytest.mark.parametrize(
    ("first", "last"), [("2026-10-01", "2026-10-31"), ("2025-06-01", "2026-11-20")]
)
def test_points_are_what_plain_python_makes_of_the_files(
    book: Store, export: Export, tmp_path: Path, first: str, last: str
) -> None:
    settling.settle(book, NOW, PROGRAMME, ZONE)
    found = measured(book, asked(tmp_path, Said(first, last)))
    days = moved(export)
    issued = sum(points for day, points in days.items() if first <= str(day) <= last)
    outstanding = sum(points for day, points in days.items() if str(day) <= last)
    assert found["points-issued"] == issued > 0
    assert found["points-outstanding"] == outstanding > issued - 1
    assert found["liability"] == outstanding * 3


def test_what_moved_points_adds_up_to_what_members_have(
    book: Store, export: Export, tmp_path: Path
) -> None:
    settling.settle(book, NOW, PROGRAMME, ZONE)
    ana = person(book, "ana@example.org")
    posting.earn(book, NOW, Posting(ana, 100))
    posting.redeem(book, NOW, Posting(ana, 30))
    rows = tables.loyalty(book, asked(tmp_path, Said(month="this")))
    told = [row["points"] for row in rows]
    assert (rows[0]["line"], rows[-1]["line"]) == ("before", "after")
    assert sum(told[:-1]) == told[-1] == sum(moved(export).values()) + 70
    by_line = {(row["line"], row["kind"]): row for row in rows}
    assert by_line["redeemed", "redeem"]["points"] == -30
    assert by_line["redeemed", "redeem"]["worth"] == -90


def test_without_a_programme_points_have_no_worth(book: Store, tmp_path: Path) -> None:
    settling.settle(book, NOW, PROGRAMME, ZONE)
    found = kpis.report(book, terms(tmp_path, OCTOBER))
    row = next(row for row in found.rows() if row["kpi"] == "liability")
    assert (row["value"], row["note"]) == (None, "no points programme in config.yaml")


def test_a_posting_of_later_is_not_known_before(book: Store, tmp_path: Path) -> None:
    later = NOW + timedelta(hours=1)
    settling.settle(book, later, PROGRAMME, ZONE)
    before = asked(tmp_path, OCTOBER, Looking(known_on="2026-11-20T09:00Z"))
    found = kpis.report(book, before)
    assert {each.kpi for each in found.missing} >= {"points-issued", "liability"}
    assert datetime(2026, 11, 20, 9, tzinfo=UTC) == before.known
