"""What can be asked of campaigns: which there are, how a run stands, why somebody got a mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrm_cli.campaigns import audience, files, runs
from ecrm_cli.campaigns.drafts import OPEN_COMPLAINT, Draft
from ecrm_cli.campaigns.model import NeverSent, NobodyToMail
from ecrm_cli.consent import ops as consent
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox import ops as outbox
from ecrm_cli.outbox.model import STATUSES
from ecrm_cli.outbox.rendering import Renderer, Shown
from ecrm_cli.segments import explaining

if TYPE_CHECKING:
    from ecrm_cli.core.app import App

DRAFT = "draft"


@dataclass(frozen=True)
class Preview:
    """A message to one contact as it would be read; nothing of it is kept."""

    contact_id: int
    address: str
    sender: str
    shown: Shown

    def as_dict(self, name: str) -> dict[str, Any]:
        """Return it as one object."""
        return {
            "campaign": name,
            "contact": self.contact_id,
            "from": self.sender,
            "to": self.address,
            "subject": self.shown.subject,
            "language": self.shown.language,
            "text": self.shown.text,
            "html": self.shown.html,
        }


def listed(store: Store, app: App) -> Iterator[Row]:
    """Yield every campaign: campaign, state, segment, topic, subject, template, run, sent, at.

    ``state`` is draft before the first run; ``problem`` says why a file cannot be read.
    """
    for name in files.names(app.workspace.campaigns):
        row: Row = dict.fromkeys(("campaign", "state", "segment", "topic", "subject", "template"))
        row |= {"campaign": name, "problem": None}
        try:
            written = files.read(app.workspace.campaigns, name).campaign
            row |= {key: getattr(written, key) for key in row if hasattr(written, key)}
        except DataError as error:
            row["problem"] = f"{error.place}: {error.message}"
        run = runs.latest(store, name)
        counts = outbox.status(store, run["run"]) if run else {}
        yield row | {
            "state": run["state"] if run else DRAFT,
            "run": run and run["ref"],
            "sent": counts.get("sent"),
            "at": run and run["created_at"],
        }


def shown(store: Store, app: App, name: str) -> Row:
    """Return a campaign's file and its runs: campaign, file, text, runs. Raises NotFound."""
    written = files.read(app.workspace.campaigns, name)
    kept = ("run", "ref", "state", "transport", "place", "segment", "audience", "created_at",
            "ended_at")  # fmt: skip
    return {
        "campaign": name,
        "file": str(written.path),
        "text": written.document.text,
        "runs": [
            {key: row[key] for key in kept} | outbox.status(store, row["run"])
            for row in runs.of(store, name)
        ],
    }


def status(store: Store, app: App, name: str) -> Row:
    """Return how the last run stands: campaign, run, ref, state, transport, place, the counts.

    ``audience`` is the sum of the seven; ``reasons`` counts the skipped by reason. Before the first
    run there is no ``run``, and the counts are 0. Raises NotFound.
    """
    run = runs.latest(store, name)
    if run is None:
        files.check_known(app.workspace.campaigns, name)
        nothing = dict.fromkeys(("audience", *STATUSES), 0)
        empty = {"run": None, "ref": None, "state": DRAFT, "transport": None, "place": None}
        return {"campaign": name, **empty, **nothing, "reasons": {}, "next_try": None}
    reasons = store.rows("campaigns.skip_reasons", run_id=run["run"])
    return {
        "campaign": name,
        **{key: run[key] for key in ("run", "ref", "state", "transport", "place")},
        **outbox.status(store, run["run"]),
        "reasons": {row["reason"]: row["messages"] for row in reasons},
        "next_try": outbox.next_try(store, run["run"]),
    }


def last_run(store: Store, app: App, name: str) -> Row:
    """Return the last run of a campaign, as ``runs.latest``. Raises NotFound, NeverSent."""
    run = runs.latest(store, name)
    if run is None:
        files.check_known(app.workspace.campaigns, name)
        raise NeverSent(name)
    return run


def preview(store: Store, draft: Draft, contact_id: int | None) -> Preview:
    """Return what a contact would read; without one, the first whom a run would go to.

    Mints nothing and writes nothing. Raises BadTemplate, NobodyToMail.
    """
    if contact_id is None:
        contact_id = first(store, draft)
    if contact_id is None:
        size = audience.fill(store, draft.asking, draft.whom)
        raise NobodyToMail(draft.rule.segment, size.skipped)
    recipient = audience.one(store, contact_id)
    seen = Renderer(draft.outgoing, draft.terms).show(recipient)
    return Preview(contact_id, recipient.address, draft.outgoing.sender, seen)


def first(store: Store, draft: Draft) -> int | None:
    """Return the first whom a run would go to, or None."""
    audience.fill(store, draft.asking, draft.whom)
    return audience.first(store)


def explain(store: Store, draft: Draft, contact_id: int) -> Row:
    """Return why a contact would be mailed or not, and what became of their message.

    campaign, contact, would (a run now would go to them), reason, segment and exclude (as
    ``segment explain`` gives them), open_complaint (the same, or None), consent (as ``consent
    explain``), message (of the last run: run, status, reason, attempts, next_try, sent_at,
    server_reply), or None.
    """
    run = runs.latest(store, draft.name)
    message = run and store.one("campaigns.message_of", run_id=run["run"], contact_id=contact_id)
    found = _membership(store, draft, contact_id)
    answer = consent.explain(store, contact_id, audience.CHANNEL, draft.whom.topic)
    reason = _against(found) or answer["reason"]
    return {
        "campaign": draft.name,
        "contact": contact_id,
        "would": reason is None,
        "reason": reason,
        **found,
        "consent": answer,
        "message": {"run": run["ref"], **message} if run and message else None,
    }


def _membership(store: Store, draft: Draft, contact_id: int) -> Row:
    whom, asking = draft.whom, draft.asking
    waiting = whom.open_complaint
    return {
        "segment": explaining.explain(store, whom.rule, asking, contact_id),
        "exclude": [explaining.explain(store, one, asking, contact_id) for one in whom.exclude],
        "open_complaint": explaining.explain(store, waiting, asking, contact_id)
        if waiting
        else None,
    }


def _against(found: Row) -> str | None:
    """Return what stands against a mail before consent is asked."""
    if not found["segment"]["member"]:
        return "not-in-segment"
    if any(one["member"] for one in found["exclude"]):
        return "excluded"
    complaint = found["open_complaint"]
    return OPEN_COMPLAINT if complaint and complaint["member"] else None
