"""Who was in a segment is kept day by day, once, and goes with the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ecrm_cli.contacts import tags
from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.store import Store
from ecrm_cli.segments import snapshots
from ecrm_cli.segments.model import Asking
from ecrm_cli.segments.snapshots import LookedAtLater
from tests.door import NOW, Ecrm
from tests.people import people

TODAY = NOW.date()


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """The terms of a workspace with one segment: whoever has the tag vip."""
    (tmp_path / "vip.yaml").write_text("tag: vip\n")
    return Asking(TODAY, "UTC", "EUR", tmp_path)


def look(store: Store, asking: Asking, day: date) -> tuple[int, int, int]:
    """Take the snapshot of a day; return its members, who came, who went."""
    (row,) = snapshots.take(store, NOW, replace(asking, as_of=day), ["vip"]).rows
    return row["members"], row["came"], row["went"]


def test_a_snapshot_tells_who_came_and_who_went_since_the_last(
    store: Store, asking: Asking
) -> None:
    ana, ben, mila = people(store, 3)
    tags.tag(store, NOW, [ana, ben], "vip")
    assert look(store, asking, TODAY) == (2, 2, 0)
    tags.untag(store, NOW + timedelta(days=1), [ben], "vip")
    tags.tag(store, NOW + timedelta(days=1), [mila], "vip")
    assert look(store, asking, TODAY + timedelta(days=1)) == (2, 1, 1)
    assert look(store, asking, TODAY + timedelta(days=3)) == (2, 0, 0)
    tags.tag(store, NOW + timedelta(days=4), [ben], "vip")
    assert look(store, asking, TODAY + timedelta(days=4)) == (3, 1, 0)
    found = snapshots.history(store, asking, "vip")
    assert [(row["members"], row["came"], row["went"]) for row in found] == [
        (2, 2, 0), (2, 1, 1), (2, 0, 0), (3, 1, 0),
    ]  # fmt: skip
    assert [event["what"] for event in snapshots.timeline(store, ben)] == [
        "came into a segment", "left a segment", "came into a segment",
    ]  # fmt: skip


def test_a_day_is_looked_at_once(store: Store, asking: Asking) -> None:
    (ana,) = people(store, 1)
    assert look(store, asking, TODAY) == (0, 0, 0)
    assert snapshots.due(store, asking) == []
    tags.tag(store, NOW, [ana], "vip")
    again = snapshots.take(store, NOW, asking, ["vip"])
    assert (again.rows, again.known) == ([], 1)
    assert snapshots.due(store, replace(asking, as_of=TODAY + timedelta(days=1))) == ["vip"]


def test_no_snapshot_is_taken_of_a_day_before_the_last(store: Store, asking: Asking) -> None:
    look(store, asking, TODAY)
    with pytest.raises(LookedAtLater, match=f"vip has a snapshot of {TODAY}"):
        look(store, asking, TODAY - timedelta(days=1))
    assert len(snapshots.history(store, asking, "vip")) == 1


def test_a_segment_that_cannot_be_asked_keeps_the_others_from_nothing(
    store: Store, asking: Asking
) -> None:
    (asking.folder / "broken.yaml").write_text("tagg: vip\n")
    assert snapshots.due(store, asking) == ["vip"]
    taken = snapshots.take(store, NOW, asking, ["broken", "vip"])
    assert ([row["segment"] for row in taken.rows], taken.unsound) == (["vip"], ["broken"])


def test_a_name_that_never_was_has_no_history(store: Store, asking: Asking) -> None:
    with pytest.raises(NotFound, match="vipp"):
        snapshots.history(store, asking, "vipp")
    look(store, asking, TODAY)
    (asking.folder / "vip.yaml").unlink()
    assert len(snapshots.history(store, asking, "vip")) == 1


def test_without_a_day_it_is_the_end_of_yesterday(ecrm: Ecrm, workspace: Path) -> None:
    yesterday = str(TODAY - timedelta(days=1))
    taken = ecrm("segment", "snapshot", "--json")
    assert taken.code == 0, taken.stderr
    segments = sorted(path.stem for path in (workspace / "segments").glob("*.yaml"))
    assert [row["segment"] for row in taken.json] == segments
    assert {row["day"] for row in taken.json} == {yesterday}
    again = ecrm("segment", "snapshot", "vip")
    assert f"1 had their snapshot of {yesterday} already." in again.stderr
    assert ecrm("segment", "history", "vip", "--json").json == [
        {"day": yesterday, "members": 0, "came": 0, "went": 0}
    ]
    assert ecrm("segment", "snapshot", "vip", "--as-of", "2020-01-01").code == 5
