"""Each figure is what plain Python makes of the same files."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecrm_cli.consent import ops as consent
from ecrm_cli.core.calendar import as_of_end
from ecrm_cli.core.queries import named
from ecrm_cli.core.store import Store
from ecrm_cli.reports import kpis
from ecrm_cli.reports.months import series
from ecrm_cli.reports.period import Period, Said
from ecrm_cli.reports.terms import Looking
from ecrm_cli.segments import library
from ecrm_cli.segments import ops as segments
from ecrm_cli.segments.conditions import presence
from ecrm_cli.segments.model import Asking
from tests.desk import Desk, csv_of
from tests.door import NOW
from tests.reports.conftest import ZONE, bring, terms
from tests.reports.plain import Export, figures, made

PERIODS = (
    (date(2026, 10, 1), date(2026, 10, 31)),
    (date(2026, 3, 1), date(2026, 3, 31)),
    (date(2025, 6, 1), date(2026, 11, 20)),
    (date(2026, 10, 25), date(2026, 10, 25)),
)


def measured(store: Store, folder: Path, said: Said, looking: Looking | None = None) -> Any:
    """Return the values of a report by figure and currency."""
    found = kpis.report(store, terms(folder, said, looking))
    return {(row["kpi"], row["currency"]): row["value"] for row in found.rows()}


@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_every_figure_is_what_plain_python_makes_of_the_files(
    book: Store, export: Export, tmp_path: Path, first: date, last: date
) -> None:
    found = measured(book, tmp_path, Said(str(first), str(last)))
    expected = figures(export, first, last)
    assert len(expected) > 10
    for key, value in expected.items():
        if value is None:
            assert found[key] is None, key
        else:
            assert float(found[key]) == pytest.approx(float(value), rel=1e-9, abs=1e-9), key


def test_money_is_exact(book: Store, export: Export, tmp_path: Path) -> None:
    found = measured(book, tmp_path, Said(month="2026-10"))
    expected = figures(export, date(2026, 10, 1), date(2026, 10, 31))
    for kpi in ("revenue", "average-order-value"):
        for currency in ("RSD", "EUR"):
            assert found[kpi, currency] == expected[kpi, currency]


@pytest.mark.data
def test_half_of_the_record_shops_customers_came_back(
    desk: Desk, store: Store, tmp_path: Path, shared_data: Path
) -> None:
    lines = (shared_data / "clv" / "CDNOW_master.txt").read_text().splitlines()
    bought = [line.split() for line in lines[1:]]
    desk.orders(shared_data / "clv" / "CDNOW_master.txt")
    found = measured(store, tmp_path, Said("1997-01-01", "1998-06-30"))
    assert round(found["repeat-rate", None], 4) == Decimal("0.4948")
    customers = {row[0] for row in bought}
    assert found["active-customers", None] == found["contacts", None] == len(customers)
    assert found["orders", None] == len(bought)
    assert found["revenue", "RSD"] == sum(Decimal(row[3]) for row in bought)
    june = {row[0] for row in bought if row[1].startswith("199806")}
    may = {row[0] for row in bought if "19980502" <= row[1] <= "19980531"}
    june_found = measured(store, tmp_path, Said(month="1998-06"))
    assert june_found["active-customers", None] == len(june)
    assert float(june_found["retention", None]) == pytest.approx(len(june & may) / len(may))


def test_a_month_in_the_chart_is_the_months_own_report(book: Store, tmp_path: Path) -> None:
    drawn = {
        (one.kpi, one.currency): one
        for one in series(book, terms(tmp_path, Said("2026-01-01", "2026-11-20")))
    }
    for place, month in enumerate(drawn["orders", None].months):
        if month.month == NOW.month and month.year == NOW.year:
            continue
        found = measured(book, tmp_path, Said(month=f"{month:%Y-%m}"))
        for key, one in drawn.items():
            assert one.values[place] == found[key], (month, key)


def test_people_are_those_of_segments_on_every_day(book: Store, tmp_path: Path) -> None:
    everybody = library.inline(tmp_path, "all: []", "everybody")
    reachable = library.inline(tmp_path, "reachable: {}", "reachable")
    for day in (date(2025, 12, 31), date(2026, 10, 31), date(2026, 11, 20)):
        asking = Asking(day, ZONE, "RSD", tmp_path)
        found = measured(book, tmp_path, Said(str(day), str(day)))
        assert found["contacts", None] == segments.count(book, everybody, asking)
        assert found["reachable", None] == segments.count(book, reachable, asking)
    assert found["reachable", None] > 30
    assert consent.reach(book, "email", as_of_end(date(2025, 12, 31), ZONE), None) == 0
    assert found["consent-rate", None] == kpis.ratio(
        Decimal(found["reachable", None]), Decimal(found["contacts", None])
    )


def test_a_refund_counts_on_its_own_day_and_makes_nobody_a_customer(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    export = Export(
        people=made(1, people=3).people,
        orders=[order("1", "1", "2026-09-10 12:00", "100.00"),
                order("2", "2", "2026-10-02 12:00", "40.00", "free")],
        refunds=[{"order": "1", "amount": "100.00", "date": "2026-10-05"}],
    )  # fmt: skip
    bring(desk, store, export)
    september = measured(store, tmp_path, Said(month="2026-09"))
    assert (september["orders", None], september["active-customers", None]) == (1, 0)
    assert (september["revenue", "RSD"], september["average-order-value", "RSD"]) == (100, 0)
    october = measured(store, tmp_path, Said(month="2026-10"))
    assert (october["orders", None], october["active-customers", None]) == (1, 1)
    assert (october["revenue", "RSD"], october["average-order-value", "RSD"]) == (-100, 0)
    assert october["retention", None] is None
    then = measured(store, tmp_path, Said(month="2026-09"), Looking("2026-09-30"))
    assert (then["active-customers", None], then["average-order-value", "RSD"]) == (1, 100)


def order(number: str, customer: str, day: str, total: str, kind: str = "") -> dict[str, str]:
    """Return an order's row; a ``free`` one costs nothing."""
    return {
        "order_id": number, "customer_id": customer, "date": day, "currency": "RSD", "tax": "",
        "shipping": "", "total": "0.00" if kind == "free" else total, "refunded": "",
        "cancelled_at": "",
    }  # fmt: skip


def test_what_the_file_learned_later_is_not_known_on_that_day(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    desk.orders(csv_of("order_id,email,date,total", "1,ana@example.org,2026-10-01,10"))
    later = Desk(store, tmp_path, now=NOW + timedelta(hours=1), numbers=desk.numbers)
    later.orders(csv_of("order_id,email,date,total", "2,ben@example.org,2026-10-02,30"))
    october = Said(month="2026-10")
    found = kpis.report(store, terms(tmp_path, october, Looking(known_on="2026-11-20T09:00Z")))
    values = {row["kpi"]: row["value"] for row in found.rows()}
    assert (values["orders"], values["revenue"], values["new-customers"]) == (1, 10, 1)
    assert values["contacts"] == 1
    assert measured(store, tmp_path, october)["orders", None] == 2


def test_the_period_before_stands_beside_with_the_change(book: Store, tmp_path: Path) -> None:
    october = terms(tmp_path, Said(month="2026-10"))
    found = kpis.report(book, october, compared=True)
    before = measured(book, tmp_path, Said("2026-08-31", "2026-09-30"))
    assert october.period.before == Period(date(2026, 8, 31), date(2026, 9, 30))
    for row in found.rows():
        key = row["kpi"], row["currency"]
        assert row["previous"] == before[key], key
        if None not in (row["value"], row["previous"]):
            assert row["difference"] == row["value"] - row["previous"]
            if row["previous"]:
                assert float(row["change"]) == pytest.approx(
                    float(row["difference"]) / abs(float(row["previous"])), abs=1e-9
                )
    assert {row["previous_to"] for row in found.rows()} == {date(2026, 9, 30)}


def test_a_share_of_few_is_said_to_be(desk: Desk, store: Store, tmp_path: Path) -> None:
    lines = [f"{n},p{n}@example.org,2026-10-05,10" for n in range(1, 30)]
    desk.orders(csv_of("order_id,email,date,total", *lines))
    october = terms(tmp_path, Said(month="2026-10"))
    few = {row["kpi"] for row in kpis.report(store, october).rows() if row["few"]}
    assert few == {"repeat-rate", "average-order-value", "orders-per-customer", "consent-rate"}
    desk.orders(csv_of("order_id,email,date,total", "30,p30@example.org,2026-10-05,10"))
    assert [row for row in kpis.report(store, october).rows() if row["few"]] == []


def test_money_is_a_row_a_currency_and_zero_is_not_nothing(book: Store, tmp_path: Path) -> None:
    found = kpis.report(book, terms(tmp_path, Said("2025-01-01", "2025-01-31")))
    money = [row for row in found.rows() if row["kpi"] in ("revenue", "average-order-value")]
    assert [(row["kpi"], row["currency"], row["value"]) for row in money] == [
        ("revenue", "RSD", 0), ("revenue", "EUR", 0),
        ("average-order-value", "RSD", None), ("average-order-value", "EUR", None),
    ]  # fmt: skip


def test_quiet_vips_are_counted_where_the_workspace_has_the_segment(
    book: Store, tmp_path: Path
) -> None:
    october = Said(month="2026-10")
    assert ("lapsed-vips", None) not in measured(book, tmp_path, october)
    rule = tmp_path / "vip-lapsing.yaml"
    rule.write_text("orders.count: {gte: 4}\n")
    expected = segments.count(
        book,
        segments.named(Asking(date(2026, 10, 31), ZONE, "RSD", tmp_path), "vip-lapsing"),
        Asking(date(2026, 10, 31), ZONE, "RSD", tmp_path),
    )
    assert measured(book, tmp_path, october)["lapsed-vips", None] == expected > 0
    rule.write_text("orders.cuont: {gte: 4}\n")
    assert measured(book, tmp_path, october)["lapsed-vips", None] is None


def test_people_are_counted_from_every_fact_that_segments_know_them_by() -> None:
    counted = set(re.findall(r"FROM (\w+)", named("reports.people").text))
    for statement in presence():
        assert set(re.findall(r"FROM (\w+)", statement.text)) <= counted
