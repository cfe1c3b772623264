"""Which days a line means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_cli.core.errors import EcrmError
from ecrm_cli.core.queries import named
from ecrm_cli.reports.period import (
    BadPart,
    EmptyPeriod,
    FuturePeriod,
    OpenPeriod,
    Period,
    Said,
    SeveralPeriods,
    TooEarly,
    month_start,
    read_period,
)
from ecrm_cli.reports.terms import AheadOfNow, Looking
from tests.reports.conftest import terms

TODAY = date(2026, 11, 20)
USUAL = Said(month="last")


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        (Said(), "2026-10-01", "2026-10-31"),
        (Said(month="2026-02"), "2026-02-01", "2026-02-28"),
        (Said(month="2024-02"), "2024-02-01", "2024-02-29"),
        (Said(month="2025-12"), "2025-12-01", "2025-12-31"),
        (Said(quarter="last"), "2026-07-01", "2026-09-30"),
        (Said(quarter="2026-Q1"), "2026-01-01", "2026-03-31"),
        (Said(quarter="2025q4"), "2025-10-01", "2025-12-31"),
        (Said(year="last"), "2025-01-01", "2025-12-31"),
        (Said(year="2024"), "2024-01-01", "2024-12-31"),
        (Said("2026-03-01", "2026-03-01"), "2026-03-01", "2026-03-01"),
        (Said(days="1d"), "2026-11-20", "2026-11-20"),
        (Said(days="90d"), "2026-08-23", "2026-11-20"),
    ],
)
def test_a_period_is_whole_days_with_both_ends(said: Said, first: str, last: str) -> None:
    found = read_period(said, TODAY, USUAL)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    "said", [Said(month="this"), Said("2026-11-01"), Said("2026-11-01", "2026-12-31")]
)
def test_a_period_that_runs_on_ends_with_today(said: Said) -> None:
    assert read_period(said, TODAY, USUAL) == Period(date(2026, 11, 1), TODAY)
    assert read_period(Said(year="this"), TODAY, USUAL).days == 324


@pytest.mark.parametrize(
    ("said", "error", "code"),
    [
        (Said(month="2026-13"), BadPart, 2),
        (Said(month="October"), BadPart, 2),
        (Said(quarter="2026-Q5"), BadPart, 2),
        (Said(year="26"), BadPart, 2),
        (Said(year="9999"), BadPart, 2),
        (Said(month="last", days="30d"), SeveralPeriods, 2),
        (Said(last="2026-10-31"), OpenPeriod, 2),
        (Said(days="0d"), EmptyPeriod, 3),
        (Said("2026-03-02", "2026-03-01"), EmptyPeriod, 3),
        (Said("2026-11-21", "2026-11-30"), FuturePeriod, 3),
        (Said(month="2027-01"), FuturePeriod, 3),
        (Said(days="99999d"), TooEarly, 3),
        (Said("0001-01-01", "2026-01-01"), TooEarly, 3),
    ],
)
def test_what_is_no_period_is_refused(said: Said, error: type[EcrmError], code: int) -> None:
    with pytest.raises(error) as caught:
        read_period(said, TODAY, USUAL)
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 4000))
@settings(derandomize=True, deadline=None)
def test_the_period_before_is_as_long_and_ends_the_day_before(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), TODAY)
    period = Period(first, last)
    assert period.before.days == period.days
    assert period.before.last == first - timedelta(days=1)


@given(st.dates(date(1901, 1, 1), date(9000, 1, 1)))
@settings(derandomize=True, deadline=None)
def test_twelve_months_follow_each_other_and_end_with_the_periods(last: date) -> None:
    months = Period(last, last).months
    assert (len(months), months[-1]) == (12, last.replace(day=1))
    for month, following in pairwise(months):
        assert month_start(month, 1) == following


def test_the_days_are_those_of_the_workspaces_zone(tmp_path: Path) -> None:
    found = terms(tmp_path, Said(month="2026-10")).given(named("reports.buying"))
    # The clock goes back on 25 October.
    assert found["from_utc"] == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert found["to_utc"] == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_what_is_to_come_cannot_be_looked_back_from(tmp_path: Path) -> None:
    for looking in (Looking(as_of="2026-11-21"), Looking(known_on="2026-11-20 12:00")):
        with pytest.raises(AheadOfNow):
            terms(tmp_path, Said(month="2026-10"), looking)
    today = terms(tmp_path, Said(month="2026-10"), Looking("2026-10-31", "2026-11-19"))
    assert today.known == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert terms(tmp_path, Said(month="last"), Looking("2026-10-15")).period.last == date(
        2026, 9, 30
    )
