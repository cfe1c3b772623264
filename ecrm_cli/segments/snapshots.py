"""Who came into a segment and who left it, looked at once a day and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.errors import Conflict
from ecrm_cli.core.store import Row, Store
from ecrm_cli.segments import library, ops
from ecrm_cli.segments.model import Asking, Rule


class LookedAtLater(Conflict):
    """A snapshot is asked of a day that a later one has passed."""

    def __init__(self, name: str, day: date, last: date) -> None:
        super().__init__(
            f"{name} has a snapshot of {last}; none can be taken of {day} after it.",
            hint=f"They follow the days. For the past ask: ecrm segment count {name} --as-of {day}",
        )


@dataclass(frozen=True)
class Taken:
    """What was kept: a row (segment, day, members, came, went) for each segment looked at.

    ``known`` segments had their snapshot of that day already; ``unsound`` ones cannot be asked.
    """

    rows: list[Row]
    known: int
    unsound: list[str]


def whole_day(asking: Asking) -> Asking:
    """Return the same terms at the end of yesterday, the last day that is over."""
    return replace(asking, as_of=asking.as_of - timedelta(days=1))


def due(store: Store, asking: Asking) -> list[str]:
    """Return the sound segments without a snapshot of the day asked about, or a later one."""
    last = _last_days(store)
    waiting = [n for n in library.names(asking.folder) if last.get(n, date.min) < asking.as_of]
    return [name for name in waiting if library.reading(asking.folder, name).rule is not None]


def take(store: Store, now: datetime, asking: Asking, names: Iterable[str]) -> Taken:
    """Keep who is in segments at the end of a day; what was kept of it before stays.

    A segment that cannot be asked is left out. Raises LookedAtLater, NotFound.
    """
    rows: list[Row] = []
    known, unsound = 0, []
    asked = list(names)
    with store.transaction():
        # The counter's row is the guard: two that look at once do not both write.
        numbers = store.take_ids("segment_snapshot", len(asked))
        last = _last_days(store)
        for place, name in enumerate(asked, start=1):
            found = library.reading(asking.folder, name)
            if name in last and last[name] > asking.as_of:
                raise LookedAtLater(name, asking.as_of, last[name])
            if last.get(name) == asking.as_of:
                known += 1
            elif found.rule is None:
                unsound.append(name)
            else:
                rows.append(_one(store, now, asking, found.rule, numbers + place))
        if rows:
            kept: dict[str, Any] = {"day": asking.as_of, "segments": [r["segment"] for r in rows]}
            audit.record(store, now, "segment snapshot", kept)
    return Taken(rows, known, unsound)


def history(store: Store, asking: Asking, name: str) -> list[Row]:
    """Return the snapshots of a segment, the oldest first: day, members, came, went.

    Raises NotFound where there is neither a snapshot nor a file of that name.
    """
    rows = _snapshots(store, name)
    if not rows:
        library.reading(asking.folder, name)
    return rows


def words(taken: Taken, asking: Asking) -> Iterator[str]:
    """Yield what has to be said beside the rows."""
    if taken.known:
        yield f"{taken.known} had their snapshot of {asking.as_of} already."
    if taken.unsound:
        yield f"Cannot be asked: {', '.join(taken.unsound)}. See: ecrm segment check"


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return the days on which somebody came or went: occurred_at, room, what, detail."""
    return store.rows("segments.timeline", contact_id=contact_id)


def _one(store: Store, now: datetime, asking: Asking, rule: Rule, number: int) -> Row:
    ops.choose(store, rule, asking)
    day = {"segment": rule.name, "on_day": asking.as_of}
    store.run("segments.record_moves", **day, now=now)
    store.run(
        "segments.add_snapshot",
        **day,
        snapshot_id=number,
        rule=rule.text,
        actor=store.actor,
        now=now,
    )
    return {"segment": rule.name, **_snapshots(store, rule.name or "")[-1]}


def _snapshots(store: Store, name: str) -> list[Row]:
    return store.rows("segments.snapshots", segment=name)


def _last_days(store: Store) -> dict[str, date]:
    return {row["segment"]: row["last_day"] for row in store.rows("segments.snapshot_days")}
