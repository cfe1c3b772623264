"""What ``ecrm run`` does, in order: a table that a room joins with a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecrm_cli.core.errors import Busy, EcrmError, OutsideFailure

if TYPE_CHECKING:
    from ecrm_cli.core.app import App
    from ecrm_cli.core.store import Row
    from ecrm_cli.loyalty.settling import Settled

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Done:
    """What a step did, by counts. ``faults`` of it need a look; ``error`` stopped a part of it.

    ``busy`` says who else does it just now: then the rest was left to them.
    """

    counts: Counts = field(default_factory=dict)
    faults: int = 0
    error: EcrmError | None = None
    busy: str = ""


def _always(_app: App) -> str:
    return ""


@dataclass(frozen=True)
class Step:
    """One step: ``due`` counts what waits and changes nothing, ``act`` does it.

    ``missing`` says what the step lacks in this workspace, empty where it lacks nothing. All three
    are called without the store open and may raise any EcrmError.
    """

    name: str
    due: Callable[[App], Counts]
    act: Callable[[App], Done]
    missing: Callable[[App], str] = _always


def _spooled(app: App) -> Counts:
    from ecrm_cli.audit.ops import EXPORTS
    from ecrm_cli.core import spool

    with app.reading() as store:
        waiting = spool.pending(store, app.workspace.spool, EXPORTS)
    return {"lines": len(waiting.lines) + waiting.damaged}


def _settle_spool(app: App) -> Done:
    from ecrm_cli.audit.ops import settle_exports

    counts = _spooled(app)
    with app.writing() as store, store.transaction():
        settle_exports(store, app.now)
    return Done(counts)


def _mail_due(app: App) -> list[Row]:
    from ecrm_cli.outbox import ops

    with app.reading() as store:
        return ops.due(store, app.now)


def _messages_due(app: App) -> Counts:
    rows = _mail_due(app)
    return {"runs": len(rows), "messages": sum(row["due"] for row in rows)}


def _send_mail(app: App) -> Done:
    """Send what is due run by run; one that cannot go on keeps no other from going."""
    from ecrm_cli.outbox.sending import opener_of, send, sending_of

    how, opener = sending_of(app), opener_of(app)
    moved: Counter[str] = Counter()
    error: EcrmError | None = None
    for row in _mail_due(app):
        try:
            outcome = send(opener, row["run"], how)
        except (OutsideFailure, Busy) as stopped:
            # What refused this run would refuse the next one too.
            error = stopped
            break
        except EcrmError as refused:
            error = error or refused
            continue
        if outcome.busy:
            return Done(dict(+moved), busy=outcome.busy)
        moved["runs"] += 1
        moved.update({name: outcome.counts[name] - row["before"][name] for name in _MOVED})
    counts = {name: count for name, count in moved.items() if count > 0}
    return Done(counts, counts.get("failed", 0) + counts.get("unknown", 0), error)


_MOVED = ("sent", "deferred", "failed", "unknown", "skipped")


def _no_programme(app: App) -> str:
    from ecrm_cli.loyalty.programme import known_programme

    return "" if known_programme(app.settings) else "no points programme; ecrm setup loyalty"


def _points_due(app: App) -> Counts:
    from ecrm_cli.loyalty import settling
    from ecrm_cli.loyalty.programme import programme_of

    programme = programme_of(app.settings)
    with app.writing() as store:
        found = settling.preview(store, app.now, programme, app.settings.business.timezone)
    return _posted(found)


def _settle_points(app: App) -> Done:
    from ecrm_cli.loyalty import settling
    from ecrm_cli.loyalty.programme import programme_of

    programme = programme_of(app.settings)
    with app.writing() as store:
        found = settling.settle(store, app.now, programme, app.settings.business.timezone)
    return Done(_posted(found))


def _posted(found: Settled) -> Counts:
    counts = {"orders": found.orders, "refunds": found.refunds, "cancelled": found.cancelled}
    return {name: count for name, count in counts.items() if count}


def _snapshots_due(app: App) -> Counts:
    from ecrm_cli.segments import ops, snapshots

    with app.reading() as store:
        return {"segments": len(snapshots.due(store, snapshots.whole_day(ops.asking_of(app))))}


def _take_snapshots(app: App) -> Done:
    from ecrm_cli.segments import ops, snapshots

    asking = snapshots.whole_day(ops.asking_of(app))
    with app.writing() as store:
        taken = snapshots.take(store, app.now, asking, snapshots.due(store, asking))
    return Done({"segments": len(taken.rows)})


STEPS = (
    Step("spool", _spooled, _settle_spool),
    Step("send", _messages_due, _send_mail),
    Step("loyalty", _points_due, _settle_points, _no_programme),
    Step("snapshots", _snapshots_due, _take_snapshots),
)
