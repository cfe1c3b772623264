"""Points of orders and refunds, posted in one statement; what is posted is never posted again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.calendar import day_start, local_day
from ecrm_cli.core.store import Row, Store
from ecrm_cli.loyalty.model import Programme

GUARD = "ledger_transaction"


@dataclass(frozen=True)
class Settled:
    """How much was posted: entries by what they come from, and points.

    ``taken_back`` counts the points of refunds and cancelled orders. ``guests`` and
    ``other_currency`` are orders of the whole book that give nothing; ``currencies`` are theirs.
    """

    orders: int
    refunds: int
    cancelled: int
    given: int
    taken_back: int
    guests: int
    other_currency: int
    currencies: tuple[str, ...]

    @property
    def posted(self) -> int:
        """How many transactions were posted."""
        return self.orders + self.refunds + self.cancelled


class _NotKept(Exception):
    """Ends the transaction of a dry run."""


def settle(store: Store, now: datetime, programme: Programme, zone: str) -> Settled:
    """Post what orders and refunds say and the ledger does not; run twice, it adds nothing.

    An order gives points once; each refund takes its share of them back, and a cancelled order
    all. A fact whose day in ``zone`` was settled before is posted for ``now``.
    """
    with store.transaction():
        # Taking no number is enough to make two writers of the ledger conflict.
        last_id = store.take_ids(GUARD, 0)
        rows = store.run(
            "loyalty.settle",
            last_id=last_id,
            now=now,
            open_from=_open_from(store, zone),
            currency=programme.currency,
            rule=programme.words,
            actor=store.actor,
            **vars(programme.rate),
        )
        store.take_ids(GUARD, rows // 2)
        done = _counted(store, last_id, programme)
        if done.posted:
            told = {"orders": done.orders, "refunds": done.refunds, "cancelled": done.cancelled}
            audit.record(store, now, "loyalty settle", told)
    return done


def preview(store: Store, now: datetime, programme: Programme, zone: str) -> Settled:
    """Return what ``settle`` would do; nothing is kept."""
    found: list[Settled] = []
    with suppress(_NotKept), store.transaction():
        found.append(settle(store, now, programme, zone))
        raise _NotKept
    return found[0]


def _open_from(store: Store, zone: str) -> datetime | None:
    """Return the beginning of the first day that may still be posted for; None: every day."""
    settled_at = (store.one("loyalty.last_settled") or {})["settled_at"]
    return None if settled_at is None else day_start(local_day(settled_at, zone), zone)


def _counted(store: Store, last_id: int, programme: Programme) -> Settled:
    done = store.one("loyalty.count_settled", last_id=last_id) or {}
    left: Row = store.one("loyalty.count_left_out", currency=programme.currency) or {}
    return Settled(**{**done, **left, "currencies": tuple(left["currencies"] or ())})


def forecast(store: Store, now: datetime, programme: Programme, since: datetime) -> Row:
    """Return what the orders since would have given: customers, orders, bought, points, worth.

    ``bought`` and ``worth`` are exact, in ``currency``.
    """
    found = store.one(
        "loyalty.forecast",
        since_utc=since,
        now=now,
        currency=programme.currency,
        **vars(programme.rate),
    )
    row = found or {}
    worth = programme.worth(int(row["points"]))
    return {**row, "worth": worth, "currency": programme.currency}
