"""The usual gap between one purchase day of a customer and the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ecrm_cli.core.store import Store
from ecrm_cli.orders import till
from ecrm_cli.orders.gaps import Gap, usual_gap
from ecrm_cli.orders.model import NewOrder
from tests.desk import Desk
from tests.door import NOW
from tests.people import person

ZONE = "Europe/Belgrade"


def ordered(store: Store, contact_id: int | None, *days: float) -> None:
    """Add an order so many days ago."""
    for ago in days:
        at = NOW - timedelta(days=ago)
        till.add(store, NOW, NewOrder(contact_id, "EUR", at, total=Decimal(1)))


def gap(store: Store, lapsed: int | None = None) -> Gap:
    """Return the gap as of now."""
    return usual_gap(store, NOW, ZONE, lapsed)


def test_the_gaps_of_all_customers_are_put_in_order(store: Store) -> None:
    ana, ben = person(store, "ana@example.org"), person(store, "ben@example.org")
    # Gaps of 1, 2 … 20 days, and ten times 50.
    ordered(store, ana, *(days * (days + 1) / 2 for days in range(1, 22)))
    ordered(store, ben, *(1 + 50 * place for place in range(11)))
    assert gap(store) == Gap(usual=16, lapsing=50, lapsed=50, returns=30, origin="measured")


def test_two_orders_on_one_day_are_no_return_and_guests_have_none(store: Store) -> None:
    ana = person(store, "ana@example.org")
    ordered(store, ana, 10, 10.1, 10.2, 3)
    ordered(store, None, 400, 200)
    assert gap(store).returns == 1


def test_a_day_ends_at_midnight_of_the_shop(store: Store) -> None:
    ana = person(store, "ana@example.org")
    # 22:30 and 23:30 UTC of the same day: in Belgrade the second is on the next.
    ordered(store, ana, 1 - 13.5 / 24, 1 - 14.5 / 24)
    assert gap(store).returns == 1
    assert usual_gap(store, NOW, "UTC").returns == 0


@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "Europe/Belgrade", "America/Santiago", "Asia/Beirut", "Pacific/Kiritimati"],
)
def test_days_are_counted_right_where_clocks_change(store: Store, zone: str) -> None:
    ana = person(store, "ana@example.org")
    moments: list[datetime] = []
    for day in (date(2026, 3, 28), date(2026, 4, 4), date(2026, 9, 5), date(2026, 10, 24)):
        for hours in range(0, 72, 3):
            start = datetime.combine(day, time(), UTC)
            moments.append(start + timedelta(hours=hours, minutes=59))
    for at in moments:
        till.add(store, NOW, NewOrder(ana, "EUR", at, total=Decimal(1)))
    days = sorted({at.astimezone(ZoneInfo(zone)).date() for at in moments})
    gaps = [(late - early).days for early, late in pairwise(days)]
    found = store.one("orders.gaps", as_of=NOW, zone=zone, known=None) or {}
    assert (found["returns"], found["lapsed"]) == (
        len(gaps),
        sorted(gaps)[-(-len(gaps) * 9 // 10) - 1],
    )


@pytest.mark.parametrize(("lapsed", "days"), [(None, (45, 90, 180)), (121, (31, 61, 121))])
def test_too_few_returns_or_an_own_limit_split_one_number(
    store: Store, lapsed: int | None, days: tuple[int, int, int]
) -> None:
    found = gap(store, lapsed)
    assert (found.usual, found.lapsing, found.lapsed) == days
    assert found.origin == ("set" if lapsed else "default")


@pytest.mark.data
def test_the_gaps_of_cdnow_are_those_of_the_definitions(desk: Desk, shared_data: Path) -> None:
    desk.orders(shared_data / "clv" / "CDNOW_master.txt", preset="cdnow")
    found = gap(desk.store)
    assert (found.usual, found.lapsing, found.lapsed) == (34, 119, 200)
