"""Addresses that must not be used, whoever they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.consent.model import (
    CHANNELS,
    REASONS,
    NoAddress,
    NotSuppressed,
    StillStands,
    check_word,
)
from ecrm_cli.core.store import Row, Store

PAGE = 5_000


def suppress(
    store: Store, now: datetime, channel: str, addresses: Sequence[str], reason: str
) -> dict[str, int]:
    """Suppress normalized addresses; return how many were ``suppressed`` and ``already`` were.

    Each reason stands for itself. Raises UnknownWord.
    """
    check_word("channel", channel, CHANNELS)
    check_word("reason", reason, REASONS)
    wanted = len(set(addresses))
    with store.transaction():
        last_id = store.take_ids("suppression", wanted)
        added = store.run(
            "consent.add_suppressions",
            last_id=last_id,
            channel=channel,
            addresses=list(addresses),
            reason=reason,
            actor=store.actor,
            now=now,
        )
        if added:
            numbers = [last_id + 1, last_id + added]
            what = {"channel": channel, "reason": reason, "suppressions": numbers}
            audit.record(store, now, "consent suppress", what)
    return {"suppressed": added, "already": wanted - added}


def weigh(store: Store, channel: str, addresses: Sequence[str], reason: str) -> dict[str, int]:
    """Return what ``suppress`` would, and write nothing. Raises UnknownWord."""
    check_word("channel", channel, CHANNELS)
    check_word("reason", reason, REASONS)
    asked = {"channel": channel, "addresses": list(addresses), "reason": reason}
    already = int((store.one("consent.count_standing", **asked) or {})["addresses"])
    return {"suppressed": len(set(addresses)) - already, "already": already}


def unsuppress(store: Store, now: datetime, channel: str, address: str) -> int:
    """Lift the bounce of a normalized address; return the number of the suppression lifted.

    Raises NotSuppressed, or StillStands when something else than a bounce stands against it.
    """
    with store.transaction():
        standing = store.rows("consent.standing_at", channel=channel, address=address)
        if not standing:
            raise NotSuppressed(address)
        for row in standing:
            if row["reason"] != "bounce":
                raise StillStands(address, row["reason"], row["occurred_at"])
        lifted = standing[0]
        lift(store, now, lifted)
        audit.record(store, now, "consent unsuppress", {"suppressions": [lifted["suppression_id"]]})
    return int(lifted["suppression_id"])


def lift(store: Store, now: datetime, standing: Row) -> None:
    """Add the row that ends a standing suppression; whether it may end is the caller's rule."""
    store.run(
        "consent.lift",
        last_id=store.take_ids("suppression"),
        channel=standing["channel"],
        address=standing["address"],
        reason=standing["reason"],
        actor=store.actor,
        now=now,
    )


def addresses_of(store: Store, contact_id: int, channel: str) -> list[str]:
    """Return all addresses of a contact on a channel; raises NoAddress when there is none."""
    found = store.rows("consent.addresses", contact_id=contact_id, channel=channel)
    if not found:
        raise NoAddress(contact_id, channel)
    return [row["address"] for row in found]


def standing_among(store: Store, channel: str, addresses: Sequence[str]) -> list[str]:
    """Return those addresses that are suppressed; raises NotSuppressed when none is."""
    found = [
        address
        for address in addresses
        if store.one("consent.standing_at", channel=channel, address=address)
    ]
    if not found:
        raise NotSuppressed(" or ".join(addresses))
    return found


def listed(store: Store) -> Iterator[Row]:
    """Yield what stands, by number: id, channel, address, reason, contact, actor, at."""
    after = 0
    while True:
        page = store.rows("consent.suppressions", after=after, amount=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def count(store: Store) -> int:
    """Return how many suppressions stand."""
    row = store.one("consent.count_suppressions")
    return int(row["suppressions"]) if row else 0
