"""Runs of campaigns: the last one, a new one frozen, an unfinished one changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.campaigns import audience
from ecrm_cli.campaigns.changes import Changes
from ecrm_cli.campaigns.drafts import Draft
from ecrm_cli.campaigns.planning import Plan, check, last_size
from ecrm_cli.core.errors import Conflict
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox import changing, freezing

UNFINISHED = ("running", "paused")


class BegunMeanwhile(Conflict):
    """Another command began a run of the same campaign at the same moment."""

    def __init__(self, name: str, ref: str) -> None:
        super().__init__(
            f"Another command began the run {ref} of {name} just now; this one sent nothing.",
            hint=f"See ecrm campaign status {name}",
        )


def latest(store: Store, name: str) -> Row | None:
    """Return the last run of a campaign, or None.

    run, ref, campaign, state, transport, place, segment, audience, as_of, created_at, ended_at,
    rule (JSON text), rule_digest, digest.
    """
    return store.one("campaigns.runs_of", campaign=name)


def of(store: Store, name: str) -> list[Row]:
    """Return all runs of a campaign, the newest first."""
    return store.rows("campaigns.runs_of", campaign=name)


def freeze(store: Store, now: datetime, plan: Plan) -> int:
    """Write a planned run down in one transaction; return its number.

    Raises BegunMeanwhile, and what ``planning.check`` raises where people changed since.
    """
    draft = plan.draft
    with store.transaction():
        sent_before = last_size(store)
        # Taking the number first makes two sends of the same moment conflict.
        run_id = freezing.create_run(store, now, draft.outgoing)
        before = latest(store, draft.name)
        if before is not None and before["run"] != plan.last_run:
            raise BegunMeanwhile(draft.name, before["ref"])
        size = audience.fill(store, draft.asking, plan.whom)
        check(plan, size, sent_before)
        freezing.enqueue(store, now, run_id, draft.terms.key)
        store.run(
            "campaigns.add_run",
            **_as_written(draft, run_id, size.whole),
            campaign=draft.name,
            actor=store.actor,
            now=now,
        )
        audit.record(store, now, "campaign send", {"campaign": draft.name, "run": run_id})
    return run_id


def change(store: Store, now: datetime, run_id: int, draft: Draft, changed: Changes) -> None:
    """Make an unfinished run what its campaign's files say now."""
    with store.transaction():
        if changed.words:
            changing.reword(store, now, run_id, draft.outgoing)
        if changed.rule or "topic" in changed.words:
            whom = replace(draft.whom, unreached=True)
            audience.fill(store, draft.asking, whom)
            counts = changing.regroup(store, now, run_id, draft.terms.key)
            store.run("campaigns.change_run", **_as_written(draft, run_id, counts["audience"]))
        payload = {"campaign": draft.name, "run": run_id, "changed": changed.said()}
        audit.record(store, now, "campaign change", payload)


def _as_written(draft: Draft, run_id: int, whole: int) -> dict[str, object]:
    return {
        "run_id": run_id,
        "segment": draft.rule.segment,
        "rule": draft.rule.text(),
        "rule_digest": draft.rule.digest,
        "audience": whole,
        "as_of": draft.asking.as_of,
    }
