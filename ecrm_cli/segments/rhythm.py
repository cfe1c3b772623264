"""The shop's own gap, found out for the rules that are asked by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ecrm_cli.core.store import Store
from ecrm_cli.orders.gaps import FEWEST_RETURNS, Gap, usual_gap
from ecrm_cli.segments.model import Asking, Part, leaves


def with_gap(store: Store, asking: Asking, parts: Iterable[Part]) -> Asking:
    """Return the terms with the shop's gap filled in, where a rule needs it."""
    needed = any(leaf.needs_gap for part in parts for leaf in leaves(part))
    if asking.gap is not None or not needed:
        return asking
    return replace(asking, gap=usual_gap(store, asking.end, asking.zone, asking.lapse))


def words(gap: Gap) -> str:
    """Say what lapsing and lapsed mean here, and where the days come from."""
    limits = f"lapsing after {gap.lapsing} days, lapsed after {gap.lapsed}"
    if gap.origin == "measured":
        return f"Usual gap {gap.usual} days (median of {gap.returns} returns): {limits}."
    if gap.origin == "set":
        return f"Here: {limits} (retention.lapse in config.yaml)."
    return f"Here: {limits} (returns known: {gap.returns}; a habit takes {FEWEST_RETURNS})."
