"""Entries recorded, listed and shown."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from ecrm_cli.audit import ops
from ecrm_cli.core.store import Store


def test_an_entry_says_who_did_what_when(store: Store, now: datetime) -> None:
    number = ops.record(store, now, "order add", {"orders": [5], "contacts": [2]})
    entry = ops.show(store, number)
    assert number == 1
    assert (entry["actor"], entry["command"], entry["at"]) == ("tester", "order add", now)
    assert entry["payload"] == {"orders": [5], "contacts": [2]}


def test_a_payload_may_hold_times_and_money(store: Store, now: datetime) -> None:
    ops.record(store, now, "test", {"moment": now, "amount": Decimal("3.5000")})
    payload = ops.show(store, 1)["payload"]
    assert payload == {"moment": "2026-11-20T09:00:00Z", "amount": 3.5}


def test_the_newest_entry_is_listed_first_over_all_pages(
    store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ops, "PAGE", 3)
    for _ in range(7):
        ops.record(store, now, "test", {})
    assert [row["id"] for row in ops.list_entries(store)] == [7, 6, 5, 4, 3, 2, 1]


def test_an_empty_audit_lists_nothing(store: Store) -> None:
    assert list(ops.list_entries(store)) == []


def test_an_entry_that_is_not_there_is_said_with_the_numbers_there_are(
    store: Store, now: datetime
) -> None:
    with pytest.raises(ops.NoEntry, match="There is no audit entry 1") as none:
        ops.show(store, 1)
    assert none.value.hint == "There are none yet."
    ops.record(store, now, "test", {})
    with pytest.raises(ops.NoEntry) as beyond:
        ops.show(store, 2)
    assert beyond.value.hint == "They are numbered 1 to 1."


def test_a_change_that_fails_leaves_no_entry_and_no_gap(store: Store, now: datetime) -> None:
    def failing() -> None:
        with store.transaction():
            ops.record(store, now, "test", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert ops.record(store, now, "test", {}) == 1


def test_a_contacts_timeline_has_the_entries_that_name_it(store: Store, now: datetime) -> None:
    ops.record(store, now, "contact add", {"contacts": [11]})
    ops.record(store, now, "contact tag", {"contacts": [1, 11, 111]})
    ops.record(store, now, "contact edit", {"contacts": [1]})
    told = ops.timeline(store, 11)
    assert sorted(row["what"] for row in told) == ["contact add", "contact tag"]
