"""A campaign sent, gone on with, tried on oneself: what happens between the line and the page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.campaigns import audience, ops, planning, runs
from ecrm_cli.campaigns.changes import Changes, changes
from ecrm_cli.campaigns.commands import words
from ecrm_cli.campaigns.drafts import Draft, draft_of
from ecrm_cli.campaigns.model import (
    AlreadySent,
    Changed,
    NotAllSent,
    SaidNo,
    SomeLeftOut,
    StillUnfinished,
    skip_words,
)
from ecrm_cli.campaigns.planning import Plan, Wish
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import MODEST_MEMORY, App
from ecrm_cli.core.headers import split_sender, wire_address
from ecrm_cli.core.store import Row
from ecrm_cli.outbox import halting, proof
from ecrm_cli.outbox import ops as outbox
from ecrm_cli.outbox import sending as sender
from ecrm_cli.outbox.claiming import outgoing_of
from ecrm_cli.outbox.rendering import Renderer
from ecrm_cli.outbox.transport import way_of

TEST = "[Test] "


@dataclass(frozen=True)
class Going:
    """How an unfinished run is gone on with."""

    with_changes: bool = False
    resend_unknown: bool = False
    yes: bool = False


@dataclass(frozen=True)
class Standing:
    """An unfinished run, what it froze, and what its files say now."""

    run: Row
    unknown: int
    draft: Draft
    changed: Changes


def send(door: App, name: str, wish: Wish, *, yes: bool) -> None:
    """Begin a run and send it, or go on with the one that has not ended.

    Raises AlreadySent, StillUnfinished, SaidNo, NotAllSent, SomeLeftOut, and what forbids a plan.
    """
    draft = draft_of(door, name)
    how = sender.sending_of(door)
    last = last_run(door, name, wish)
    if last is not None and last["state"] in runs.UNFINISHED:
        go_on(door, name, Going(yes=yes))
        return
    door.out.progress("Rendering every message once, to be sure …")
    planned = planning.plan(door, draft, wish, None if last is None else int(last["run"]))
    door.out.progress("")
    tell(door, planned)
    proceed(door, f"Send to {planned.size.wanted}?", yes=yes)
    with door.writing(memory=MODEST_MEMORY) as store:
        run_id = runs.freeze(store, door.now, planned)
    deliver(door, name, run_id, how)
    if planned.whom.broken:
        raise SomeLeftOut(name, len(planned.whom.broken))


def last_run(door: App, name: str, wish: Wish) -> Row | None:
    """Return the last run of a campaign, or None. Raises AlreadySent, StillUnfinished."""
    with door.reading() as store:
        last = runs.latest(store, name)
        if last is None:
            return None
        counts = outbox.status(store, last["run"])
    if last["state"] in runs.UNFINISHED:
        if wish.again:
            raise StillUnfinished(name, last["ref"])
    elif not wish.again:
        raise already_sent(door, last, counts)
    return last


def go_on(door: App, name: str, going: Going) -> None:
    """Go on with the last run. Raises NeverSent, AlreadySent, Changed, SaidNo, NotAllSent."""
    standing = standing_of(door, name, going)
    how = sender.sending_of(door)
    run_id = standing.run["run"]
    if standing.changed:
        prove_changes(door, standing, going)
    door.out.note(f"Mail goes {words.went(standing.run)}.")
    if going.resend_unknown:
        door.out.note(f"{standing.unknown} in doubt are sent again: some may get it twice.")
    proceed(door, f"Go on with {standing.run['ref']}?", yes=going.yes)
    with door.writing() as store, store.transaction():
        if standing.changed:
            runs.change(store, door.now, run_id, standing.draft, standing.changed)
        if going.resend_unknown:
            outbox.requeue_unknown(store, door.now, run_id)
        halting.resume(store, door.workspace, door.now, run_id)
    deliver(door, name, run_id, how)


def standing_of(door: App, name: str, going: Going) -> Standing:
    """Return how the last run stands. Raises NeverSent, AlreadySent."""
    with door.reading() as store:
        run = ops.last_run(store, door, name)
        frozen = outgoing_of(outbox.run(store, run["run"]))
        counts = outbox.status(store, run["run"])
    in_doubt = going.resend_unknown and counts["unknown"] > 0 and run["state"] == "finished"
    if run["state"] not in runs.UNFINISHED and not in_doubt:
        raise already_sent(door, run, counts)
    draft = draft_of(door, name)
    return Standing(run, counts["unknown"], draft, changes(frozen, run, draft))


def prove_changes(door: App, standing: Standing, going: Going) -> None:
    """Show what changed since the run began; raises Changed unless it is wanted, BrokenTemplate."""
    for line in standing.changed.lines:
        door.out.note(line)
    if not going.with_changes:
        raise Changed(standing.draft.name, standing.changed.said())
    planning.prove(door, standing.draft)


def deliver(door: App, name: str, run_id: int, how: sender.Sending) -> None:
    """Send what is due of a run and show how it stands. Raises NotAllSent."""
    outcome = sender.send(sender.opener_of(door), run_id, how)
    if outcome.busy:
        door.out.note(f"Mail is being sent already, by {outcome.busy}.")
    with door.reading() as store:
        found = ops.status(store, door, name)
    door.out.thing(found, words=words.status)
    if not outcome.busy and (found["failed"] or found["unknown"]):
        raise NotAllSent(name, found["failed"], found["unknown"])


def tell(door: App, planned: Plan) -> None:
    """Say what is about to happen."""
    outgoing, size = planned.draft.outgoing, planned.size
    door.out.note(f"{planned.draft.name} goes to {size.wanted} of {size.whole} people in "
                  f"{planned.draft.rule.segment}.")  # fmt: skip
    for line in skip_words(size.skipped):
        door.out.note(f"  Left out: {line}")
    door.out.note(f"Mail goes {words.went(vars(outgoing))}.")
    if door.settings.mail.sender is None and planned.draft.outgoing.transport == "folder":
        door.out.warn("Nothing says who mail is from; set it before it leaves this machine: "
                      'ecrm config set mail.from "Shop <hello@shop.example>"')  # fmt: skip


def proceed(door: App, question: str, *, yes: bool) -> None:
    """Ask for a yes. Raises SaidNo, NeedsAnswer."""
    if not yes and not door.ask.confirm(question):
        raise SaidNo


def already_sent(door: App, run: Row, counts: dict[str, int]) -> AlreadySent:
    """Return the complaint about a run that has ended."""
    ended: datetime = (run["ended_at"] or run["created_at"]).astimezone(door.settings.business.zone)
    doubt = f", {counts['unknown']} in doubt" if counts["unknown"] else ""
    said = f"({counts['sent']} sent{doubt}) {words.went(run)}"
    return AlreadySent(run["campaign"], run["state"], ended, said)


def try_out(door: App, name: str, contact: str | None, address: str | None) -> dict[str, object]:
    """Send one message to the owner, as a contact would get it. Raises ProofRefused."""
    draft = draft_of(door, name)
    origin = split_sender(draft.outgoing.sender)[1]
    target = wire_address(address or origin)
    if draft.outgoing.subject:
        outgoing = replace(draft.outgoing, subject=TEST + draft.outgoing.subject)
        draft = replace(draft, outgoing=outgoing)
    with door.reading() as store:
        chosen = contact_named(door, store, contact) if contact else ops.first(store, draft)
        recipient = audience.one(store, chosen) if chosen else audience.as_recipient(NOBODY)
    mime_id = f"<{secrets.token_hex(16)}@{origin.rpartition('@')[2]}>"
    recipient = replace(recipient, address=target, mime_id=mime_id)
    message = Renderer(draft.outgoing, draft.terms).render(recipient, door.now)
    proof.hand_over(way_of(door.settings, door.environment), message, origin, target)
    with door.writing() as store:
        audit.record(store, door.now, "campaign test", {"campaign": name})
    return {"campaign": name, "to": target, "contact": chosen, "place": draft.outgoing.place,
            "transport": draft.outgoing.transport}  # fmt: skip


# Somebody of whom nothing is known: a template must do for them too.
NOBODY: Row = {
    "id": None, "given_name": None, "family_name": None, "email": None, "country": None,
    "locale": None, "city": None, "company": None, "birthday": None, "tags": [], "attributes": {},
}  # fmt: skip
