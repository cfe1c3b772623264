"""The first so many in a hundred: ties, who counts, shares that do not divide."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecrm_cli.core.store import Store
from ecrm_cli.segments import library, ops
from ecrm_cli.segments.model import Asking
from tests.people import people
from tests.segments.test_sums import bought, given_back

ASKING = Asking(date(2026, 11, 20), "Europe/Belgrade", "EUR", Path("segments"))


def first(store: Store, share: str, more: str = "") -> set[int]:
    """Return who is in the top share by what they paid."""
    rule = library.inline(ASKING.folder, f"{{top: {share}, by: orders.total{more}}}", "rule")
    return {row["id"] for row in ops.members(store, rule, ASKING)}


@pytest.fixture
def buyers(store: Store) -> list[int]:
    """Ten people; the first paid 100, the next 90 … the last 10; and one who never bought."""
    found = people(store, 11)
    for place, contact_id in enumerate(found[:10]):
        bought(store, contact_id, str(100 - 10 * place))
    return found


@pytest.mark.parametrize(
    ("share", "count"),
    [("10%", 1), ("10.1%", 2), ("15 %", 2), ("20%", 2), ("0.5%", 1), ("100%", 10)],
)
def test_a_share_that_does_not_divide_is_rounded_up(
    store: Store, buyers: list[int], share: str, count: int
) -> None:
    assert first(store, share) == set(buyers[:count])


def test_who_is_equal_to_the_last_is_in_too(store: Store, buyers: list[int]) -> None:
    bought(store, buyers[2], "10")
    bought(store, buyers[3], "20")
    assert first(store, "20%") == set(buyers[:4])
    assert first(store, "10%") == {buyers[0]}


def test_who_never_bought_or_gave_all_back_is_not_counted(store: Store, buyers: list[int]) -> None:
    given_back(store, buyers[9], "10")
    assert first(store, "100%") == set(buyers[:9])
    assert first(store, "11%") == {buyers[0]}
    assert first(store, "12%") == set(buyers[:2])


def test_only_the_days_asked_about_count(store: Store, buyers: list[int]) -> None:
    bought(store, buyers[10], "1000", days=40)
    assert first(store, "10%") == {buyers[10], buyers[0]}
    assert first(store, "10%", ", within: 30d") == {buyers[0]}
    assert first(store, "10%", ", before: 30d") == {buyers[10]}
    assert first(store, "10%", ", currency: USD") == set()
