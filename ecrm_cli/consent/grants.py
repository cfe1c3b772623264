"""Grants and withdrawals written down: for many at once, or for one who was named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.consent import suppressions
from ecrm_cli.consent.model import (
    EVERY_TOPIC,
    BouncedAddress,
    Grant,
    NoEvidence,
    OlderGrant,
    OptedOut,
    Withdrawal,
    check_grant,
    check_withdrawal,
)
from ecrm_cli.contacts.ops import choose
from ecrm_cli.core.store import Row, Store

GRANTED = ("granted", "already", "withdrawn", "suppressed", "unknown")
WITHDRAWN = ("withdrawn", "already", "unknown")


def grant(
    store: Store,
    now: datetime,
    grant: Grant,
    *,
    dry_run: bool = False,
    chosen: Mapping[str, object] | None = None,
) -> dict[str, int]:
    """Record a grant of everybody in ``chosen_contact``; return how many of each outcome.

    granted, already, withdrawn, suppressed, unknown: the sum is the people chosen. Who withdrew
    (the topic or all) and whose address is suppressed is counted and never touched. ``chosen``
    says in the audit how they were chosen. Raises UnknownWord, TooBroad, StillToCome.
    """
    check_grant(grant, now)
    with store.transaction():
        store.run("consent.create_outcome")
        store.run("consent.weigh_grant", channel=grant.channel, topic=grant.topic)
        counts = _counts(store, GRANTED)
        if counts["granted"] and not dry_run:
            events = _add_events(store, now, "granted", grant, counts["granted"])
            audit.record(
                store, now, "consent grant", {**_about(grant), **(chosen or {}), **counts, **events}
            )
    return counts


def withdraw(
    store: Store,
    now: datetime,
    withdrawal: Withdrawal,
    *,
    dry_run: bool = False,
    chosen: Mapping[str, object] | None = None,
) -> dict[str, int]:
    """Record that everybody in ``chosen_contact`` said no; return how many of each outcome.

    withdrawn, already, unknown: the sum is the people chosen. Raises UnknownWord, StillToCome.
    """
    check_withdrawal(withdrawal, now)
    with store.transaction():
        store.run("consent.create_outcome")
        store.run("consent.weigh_withdrawal", channel=withdrawal.channel, topic=withdrawal.topic)
        counts = _counts(store, WITHDRAWN)
        if counts["withdrawn"] and not dry_run:
            events = _add_events(store, now, "withdrawn", withdrawal, counts["withdrawn"])
            audit.record(
                store,
                now,
                "consent withdraw",
                {**_about(withdrawal), **(chosen or {}), **counts, **events},
            )
    return counts


def grant_to(
    store: Store, now: datetime, contact_id: int, grant_given: Grant, *, dry_run: bool = False
) -> dict[str, int]:
    """Record the grant of one contact who was named; return the counts of ``grant``.

    Raises OptedOut when they said no, BouncedAddress when their address does not work.
    """
    with store.transaction():
        no = _last_no(store, contact_id, grant_given)
        if no is not None:
            raise OptedOut(contact_id, no["what"], no["occurred_at"])
        for bounce in _standing(store, contact_id, grant_given.channel):
            raise BouncedAddress(contact_id, bounce["address"], bounce["occurred_at"])
        choose(store, [contact_id])
        chosen = {"contacts": [contact_id]}
        return grant(store, now, grant_given, dry_run=dry_run, chosen=chosen)


def grant_after_withdrawal(
    store: Store, now: datetime, contact_id: int, grant_given: Grant, *, dry_run: bool = False
) -> dict[str, int]:
    """Record that one contact agreed again after a no; return the counts of ``grant``.

    Their own later grant is the only thing that lifts an opt-out, for its topic alone: a
    suppressed address is freed, and what it stopped becomes a withdrawal of everything else.
    Raises NoEvidence, OlderGrant, and what ``grant_to`` raises of bounces.
    """
    check_grant(grant_given, now)
    if not (grant_given.evidence or "").strip():
        raise NoEvidence
    with store.transaction():
        no = _last_no(store, contact_id, grant_given)
        if no is None:
            return grant_to(store, now, contact_id, grant_given, dry_run=dry_run)
        if grant_given.occurred_at < no["occurred_at"]:
            raise OlderGrant(contact_id, grant_given.occurred_at, no["occurred_at"])
        if not dry_run:
            lifted = _turn_into_withdrawal(store, now, contact_id, grant_given)
            _add_event(store, now, contact_id, "granted", grant_given)
            lifting = {"after": no["occurred_at"], "lifted": lifted}
            what = {"contacts": [contact_id], **_about(grant_given), **lifting}
            audit.record(store, now, "consent grant", what)
    return {**dict.fromkeys(GRANTED, 0), "granted": 1}


def _last_no(store: Store, contact_id: int, grant_given: Grant) -> Row | None:
    """Return the latest opt-out in force, of the topic or of an address: what, occurred_at."""
    found = [
        {"what": f"was suppressed ({row['reason']})", "occurred_at": row["occurred_at"]}
        for row in _standing(store, contact_id, grant_given.channel)
        if row["reason"] != "bounce"
    ]
    word = store.one(
        "consent.last_word",
        contact_id=contact_id,
        channel=grant_given.channel,
        topic=grant_given.topic,
    )
    if word is not None and word["status"] == "withdrawn":
        of = "everything" if word["topic"] == EVERY_TOPIC else word["topic"]
        found.append({"what": f"withdrew from {of}", "occurred_at": word["occurred_at"]})
    return max(found, key=lambda row: row["occurred_at"], default=None)


def _standing(store: Store, contact_id: int, channel: str) -> list[Row]:
    return store.rows("consent.standing", contact_id=contact_id, channel=channel)


def _turn_into_withdrawal(
    store: Store, now: datetime, contact_id: int, grant_given: Grant
) -> list[int]:
    opt_outs = [
        row
        for row in _standing(store, contact_id, grant_given.channel)
        if row["reason"] != "bounce"
    ]
    for row in opt_outs:
        suppressions.lift(store, now, row)
    if opt_outs:
        stop = Withdrawal(
            channel=grant_given.channel,
            topic=EVERY_TOPIC,
            source="suppression",
            occurred_at=max(row["occurred_at"] for row in opt_outs),
        )
        _add_event(store, now, contact_id, "withdrawn", stop)
    return [row["suppression_id"] for row in opt_outs]


def _add_events(
    store: Store, now: datetime, status: str, said: Grant | Withdrawal, count: int
) -> dict[str, object]:
    last_id = store.take_ids("consent_event", count)
    store.run("consent.add_events", last_id=last_id, **_event(store, now, status, said))
    return {"events": [last_id + 1, last_id + count]}


def _add_event(
    store: Store, now: datetime, contact_id: int, status: str, said: Grant | Withdrawal
) -> None:
    last_id = store.take_ids("consent_event")
    store.run(
        "consent.add_event",
        last_id=last_id,
        contact_id=contact_id,
        **_event(store, now, status, said),
    )


def _event(store: Store, now: datetime, status: str, said: Grant | Withdrawal) -> dict[str, object]:
    grant_words = {"basis": None, "wording": None} if isinstance(said, Withdrawal) else {}
    return {**vars(said), **grant_words, "status": status, "actor": store.actor, "now": now}


def _about(said: Grant | Withdrawal) -> dict[str, object]:
    return {"channel": said.channel, "topic": said.topic, "source": said.source}


def _counts(store: Store, outcomes: tuple[str, ...]) -> dict[str, int]:
    found = {row["outcome"]: row["contacts"] for row in store.rows("consent.outcomes")}
    return {outcome: found.get(outcome, 0) for outcome in outcomes}
