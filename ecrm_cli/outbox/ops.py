"""What can be asked and said of a run: its counts, its recipients, its state, those in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.errors import Conflict, NotFound
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox.model import ENDED, STATUSES, Verdict

PAGE = 1_000
_NEVER_SO_MANY = 2**62


class NoRun(NotFound):
    """A run that does not exist."""

    def __init__(self, run_id: int, last_id: int) -> None:
        known = f"They are numbered R-1 to R-{last_id}." if last_id else "There are none yet."
        super().__init__(f"There is no run R-{run_id}.", hint=known)


class RunEnded(Conflict):
    """A run that is over was to be paused, cancelled or gone on with."""

    def __init__(self, run: Row) -> None:
        ended = f" since {run['ended_at']:%Y-%m-%d %H:%M} UTC" if run["ended_at"] else ""
        super().__init__(
            f"The run R-{run['run_id']} of {run['name']} is {run['state']}{ended}.",
            hint="A new run begins with --again.",
        )


class NotInDoubt(Conflict):
    """A message was resolved that is not in doubt."""

    def __init__(self, message_ids: Sequence[int]) -> None:
        named = ", ".join(map(str, message_ids[:5]))
        super().__init__(
            f"Not in doubt, or not of this run: {named}{' …' if len(message_ids) > 5 else ''}.",
            hint="See the list: ecrm campaign recipients NAME --status unknown",
            matches=[str(number) for number in message_ids],
        )


class NoNoticeInDoubt(Conflict):
    """A run was named that is no service mail in doubt."""

    def __init__(self, run_ids: Sequence[int]) -> None:
        refs = [f"R-{number}" for number in run_ids]
        super().__init__(
            f"No service mail in doubt: {', '.join(refs[:5])}{' …' if len(refs) > 5 else ''}.",
            hint="See the list: ecrm mail queue. A campaign's: ecrm campaign resolve NAME",
            matches=refs,
        )


def run(store: Store, run_id: int) -> Row:
    """Return a run as it was frozen; raises NoRun.

    run_id, kind, name, topic, sender, subject, html and txt (JSON text), digest, state, transport,
    place, message_key, actor, created_at, ended_at.
    """
    row = store.one("outbox.run", run_id=run_id)
    if row is None:
        last = store.one("outbox.last_run") or {}
        raise NoRun(run_id, int(last["run_id"]))
    return row


def status(store: Store, run_id: int) -> dict[str, int]:
    """Return audience, queued, sending, sent, deferred, failed, unknown, skipped.

    The audience is the sum of the other seven.
    """
    found = {row["status"]: row["messages"] for row in store.rows("outbox.counts", run_id=run_id)}
    return {"audience": sum(found.values()), **{name: found.get(name, 0) for name in STATUSES}}


def next_try(store: Store, run_id: int) -> datetime | None:
    """Return when the first of the deferred is due, None when there is none."""
    row = store.one("outbox.next_due", run_id=run_id)
    return row["next_try"] if row else None


def recipients(store: Store, run_id: int, status: str | None = None) -> Iterator[Row]:
    """Yield the messages of a run, of one status or all.

    message_id, contact, email, status, reason, variant, attempts, sent_at, server_reply.
    """
    after = 0
    while True:
        page = store.rows(
            "outbox.recipients", run_id=run_id, status=status, after=after, amount=PAGE
        )
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["message_id"]


def queue(store: Store) -> list[Row]:
    """Return the runs with mail that has not left or may not have.

    run, ref, kind, name, state, transport, place, queued, sending, deferred, unknown, next_try.
    """
    return store.rows("outbox.waiting")


def due(store: Store, now: datetime) -> list[Row]:
    """Return the runs of ``queue`` with mail to be sent now, service mail first.

    With them come ``due``, how many messages, and ``before``, the counts of ``status``. What a dead
    sender had claimed is due too; a paused run and what is only in doubt are not.
    """
    found = []
    for row in queue(store):
        ready = store.one("outbox.due", run_id=row["run"], now=now, amount=_NEVER_SO_MANY) or {}
        messages = int(ready.get("messages") or 0) + row["sending"]
        if row["state"] == "running" and messages:
            found.append({**row, "due": messages, "before": status(store, row["run"])})
    return sorted(found, key=lambda row: (row["kind"] != "service", row["run"]))


def resolve(
    store: Store,
    now: datetime,
    run_id: int,
    message_ids: Sequence[int],
    verdict: Verdict,
) -> int:
    """Record the owner's word on messages in doubt; return how many. Raises NotInDoubt."""
    wanted = list(dict.fromkeys(message_ids))
    with store.transaction():
        about = {"run_id": run_id, "message_ids": wanted}
        known = {row["message_id"] for row in store.rows("outbox.in_doubt", **about)}
        if others := [number for number in wanted if number not in known]:
            raise NotInDoubt(others)
        store.run("outbox.resolve", **about, status=verdict)
        audit.record(
            store, now, "mail resolve", {"run": run_id, "verdict": verdict, "messages": wanted}
        )
    return len(wanted)


def resolve_notices(store: Store, now: datetime, run_ids: Sequence[int], verdict: Verdict) -> int:
    """Record the owner's word on service mail in doubt, by its runs; return how many.

    All of them or none. Raises NoNoticeInDoubt.
    """
    wanted = list(dict.fromkeys(run_ids))
    with store.transaction():
        rows = store.rows("outbox.notices_in_doubt", run_ids=wanted)
        known = {row["run_id"]: row["message_id"] for row in rows}
        if others := [number for number in wanted if number not in known]:
            raise NoNoticeInDoubt(others)
        for run_id in wanted:
            resolve(store, now, run_id, [known[run_id]], verdict)
    return len(wanted)


def requeue_unknown(store: Store, now: datetime, run_id: int) -> int:
    """Queue again whatever is in doubt, on the owner's word; return how many.

    A run that had finished goes on.
    """
    with store.transaction():
        count = store.run("outbox.requeue_unknown", run_id=run_id)
        if count:
            store.run("outbox.reopen", run_id=run_id)
            audit.record(store, now, "mail requeue", {"run": run_id, "messages": count})
    return count


def set_state(store: Store, now: datetime, run_id: int, state: str) -> bool:
    """Set the state of a run; False when it was so already. Cancelling skips what waits.

    Raises NoRun, and RunEnded for a run that is cancelled or finished.
    """
    with store.transaction():
        before = run(store, run_id)
        if before["state"] == state:
            return False
        if before["state"] in ENDED:
            raise RunEnded(before)
        store.run("outbox.set_state", run_id=run_id, state=state, now=now)
        skipped = store.run("outbox.cancel_rest", run_id=run_id)
        payload = {"run": run_id, "state": state, "skipped": skipped}
        audit.record(store, now, "mail state", payload)
    return True


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return the mail of a contact: occurred_at, room, what, detail."""
    return store.rows("outbox.timeline", contact_id=contact_id)
