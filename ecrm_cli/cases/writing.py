"""Cases opened and changed: each step a fact with its time, its actor and what it set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ecrm_cli.audit import ops as audit
from ecrm_cli.cases.rules import (
    DONE,
    IN_PERSON,
    NOBODY,
    OPEN,
    BeforeOpening,
    CaseDone,
    NewCase,
    Statuses,
    check_move,
    closing,
    one_of,
    reopening,
    said,
)
from ecrm_cli.core.calendar import happened
from ecrm_cli.core.store import Row, Store


@dataclass(frozen=True)
class Step:
    """What happened to a case: ``None`` leaves a field as it was; ``run_id`` is a reply's mail."""

    kind: str
    occurred_at: datetime
    status: str | None = None
    phase: str | None = None
    priority: str | None = None
    category: str | None = None
    assignee: str | None = None
    body: str | None = None
    run_id: int | None = None


@dataclass(frozen=True)
class Heard:
    """What a customer said, and when."""

    text: str
    occurred_at: datetime


def open_case(store: Store, now: datetime, new: NewCase, statuses: Statuses) -> int:
    """Open a case in the first status; return its number. Raises NothingSaid, StillToCome."""
    subject = said("subject", new.subject)
    happened(new.opened_at, now)
    first = next(iter(statuses))
    with store.transaction():
        case_id = store.take_ids("support_case") + 1
        store.run(
            "cases.open_case",
            case_id=case_id,
            contact_id=new.contact_id,
            subject=subject,
            channel=new.channel,
            in_person=new.channel in IN_PERSON,
            actor=store.actor,
            opened_at=new.opened_at,
            now=now,
        )
        step = Step("opened", new.opened_at, first, statuses[first].means, new.priority,
                    new.category, new.assignee, new.text or None)  # fmt: skip
        write(store, now, case_id, step)
        audit.record(store, now, "case open", {"cases": [case_id], "contacts": [new.contact_id]})
    return case_id


def note(store: Store, now: datetime, case_id: int, body: str, when: datetime) -> None:
    """Keep a note that no customer ever reads. Raises NothingSaid, StillToCome, BeforeOpening."""
    step = Step("note", when, body=said("note", body))
    with store.transaction():
        _change(store, now, current(store, case_id), step, "case note")


def hear(store: Store, now: datetime, case_id: int, heard: Heard, statuses: Statuses) -> None:
    """Keep what the customer said; a case that waited for them, or was done, is open again.

    Raises NothingSaid, StillToCome, BeforeOpening.
    """
    step = Step("customer_message", heard.occurred_at, body=said("message", heard.text))
    with store.transaction():
        case = current(store, case_id)
        if case["phase"] != OPEN:
            wanted = reopening(case["status"], statuses)
            step = replace(step, status=wanted, phase=statuses[wanted].means)
        _change(store, now, case, step, "case message")


def assign(store: Store, now: datetime, case_id: int, agent: str) -> bool:
    """Give a case to an agent, or to NOBODY; False when it was so."""
    with store.transaction():
        case = current(store, case_id)
        if (case["assignee"] or NOBODY) == agent:
            return False
        _change(store, now, case, Step("assigned", now, assignee=agent), "case assign")
    return True


def prioritize(store: Store, now: datetime, case_id: int, priority: str) -> bool:
    """Give a case a priority; False when it had it. Raises CaseDone."""
    with store.transaction():
        case = current(store, case_id)
        if case["priority"] == priority:
            return False
        if case["phase"] == DONE:
            raise CaseDone(case["ref"], case["status"])
        _change(store, now, case, Step("priority", now, priority=priority), "case priority")
    return True


def move(store: Store, now: datetime, case_id: int, wanted: str, statuses: Statuses) -> bool:
    """Give a case a status; False when it had it. Raises UnknownWord, MoveNotAllowed."""
    wanted = one_of("status", wanted, statuses)
    with store.transaction():
        case = current(store, case_id)
        return _moved(store, now, case, wanted, statuses)


def close(store: Store, now: datetime, case_id: int, statuses: Statuses) -> bool:
    """Close a case; False when it was closed. Raises MoveNotAllowed."""
    with store.transaction():
        return _moved(store, now, current(store, case_id), closing(statuses), statuses)


def reopen(store: Store, now: datetime, case_id: int, statuses: Statuses) -> bool:
    """Open a case again that is done; False when it is not. Raises MoveNotAllowed."""
    with store.transaction():
        case = current(store, case_id)
        if case["phase"] != DONE:
            return False
        return _moved(store, now, case, reopening(case["status"], statuses), statuses)


def _moved(store: Store, now: datetime, case: Row, wanted: str, statuses: Statuses) -> bool:
    if case["status"] == wanted:
        return False
    check_move(case["ref"], case["status"], wanted, statuses)
    step = Step(kind_of_move(case["phase"], statuses[wanted].means), now, wanted,
                statuses[wanted].means)  # fmt: skip
    _change(store, now, case, step, f"case {step.kind}")
    return True


def kind_of_move(phase: str, means: str) -> str:
    """Return what a move is called in the history: closed, reopened or status."""
    if means == DONE and phase != DONE:
        return "closed"
    return "reopened" if phase == DONE and means != DONE else "status"


def current(store: Store, case_id: int) -> Row:
    """Return a case as it stands; the caller has found it."""
    return store.one("cases.case_now", case_id=case_id) or {}


def _change(store: Store, now: datetime, case: Row, step: Step, command: str) -> None:
    happened(step.occurred_at, now)
    if step.occurred_at < case["opened_at"]:
        raise BeforeOpening(case["ref"], case["opened_at"])
    write(store, now, case["number"], step)
    payload = {"cases": [case["number"]], "contacts": [case["contact"]]}
    audit.record(store, now, command, payload)


def write(store: Store, now: datetime, case_id: int, step: Step) -> int:
    """Write a fact down; return its number. The caller holds the transaction."""
    event_id = store.take_ids("case_event") + 1
    store.run(
        "cases.add_event",
        case_event_id=event_id,
        case_id=case_id,
        actor=store.actor,
        now=now,
        **vars(step),
    )
    return event_id
