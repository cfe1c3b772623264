"""The shop's usual gap: how long its customers take from one purchase day to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ecrm_cli.core.store import Store

# Fewer returns than this say nothing of a habit; then these days stand.
FEWEST_RETURNS = 30
DEFAULT_LAPSED = 180


@dataclass(frozen=True)
class Gap:
    """Whole days: the usual gap, and after how many somebody is lapsing and lapsed.

    ``returns`` is how many gaps the book knows; ``origin`` says where the days come from.
    """

    usual: int
    lapsing: int
    lapsed: int
    returns: int
    origin: Literal["measured", "set", "default"]


def usual_gap(
    store: Store,
    as_of: datetime,
    zone: str,
    lapsed: int | None = None,
    known: datetime | None = None,
) -> Gap:
    """Return the usual gap from the orders before ``as_of``, in days of ``zone``.

    The median, the 80th and the 90th percentile (nearest rank) of the days between consecutive
    purchase days of one customer. Gaps of those who came back only: a lower bound. ``lapsed`` is
    the owner's own limit in days; then, and where fewer than 30 returns are known (180), lapsing
    begins at half of it and the usual gap is a quarter. With ``known`` (aware) only orders count
    that were recorded by then.
    """
    if lapsed is not None:
        return _split(lapsed, 0, "set")
    found = store.one("orders.gaps", as_of=as_of, zone=zone, known=known) or {}
    returns = int(found.get("returns") or 0)
    if returns < FEWEST_RETURNS:
        return _split(DEFAULT_LAPSED, returns, "default")
    return Gap(
        int(found["usual"]), int(found["lapsing"]), int(found["lapsed"]), returns, "measured"
    )


def _split(lapsed: int, returns: int, origin: Literal["set", "default"]) -> Gap:
    return Gap(-(-lapsed // 4), -(-lapsed // 2), lapsed, returns, origin)
