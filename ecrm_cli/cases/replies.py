"""Answers to customers: by mail through the outbox, or spoken and only written down."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrm_cli.audit import ops as audit
from ecrm_cli.cases.rules import check_move, one_of, said
from ecrm_cli.cases.writing import Step, current, kind_of_move, write
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox import notices

if TYPE_CHECKING:
    from ecrm_cli.core.app import App

TEMPLATE = "case-reply"


@dataclass(frozen=True)
class Answer:
    """What a customer is told; ``status`` is what the case becomes; ``key`` names the mail."""

    case_id: int
    text: str
    status: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Replied:
    """What became of an answer: its mail's run (None when it was spoken), whether it was new."""

    run_id: int | None
    repeated: bool


def mail(store: Store, app: App, answer: Answer) -> Replied:
    """Put an answer into the outbox and into the case; the same words go out once.

    Raises NothingSaid, UnknownWord, MoveNotAllowed, and what ``notices.write`` raises.
    """
    words = said("reply", answer.text)
    with store.transaction():
        # The number is the guard: two answers of the same moment conflict here.
        store.take_ids("case_event", 0)
        case = current(store, answer.case_id)
        told = {"subject": f"{case['subject'] or 'Your question'} [{case['ref']}]",
                "message": words, "case": case["ref"]}  # fmt: skip
        key = answer.key or _key(answer.case_id, words)
        notice = notices.Notice(TEMPLATE, case["contact"], told, f"{case['ref']}/{key}")
        run_id, repeated = notices.write(store, app, notice)
        if not repeated:
            _keep(store, app, case, Step("reply", app.now, body=words, run_id=run_id), answer)
    return Replied(run_id, repeated)


def speak(store: Store, app: App, answer: Answer) -> Replied:
    """Write down what the customer was told in person or by phone; no mail leaves.

    Raises NothingSaid, UnknownWord, MoveNotAllowed.
    """
    words = said("reply", answer.text)
    with store.transaction():
        case = current(store, answer.case_id)
        _keep(store, app, case, Step("reply", app.now, body=words), answer)
    return Replied(None, False)


def _keep(store: Store, app: App, case: Row, step: Step, answer: Answer) -> None:
    write(store, app.now, answer.case_id, step)
    if answer.status is not None:
        _then(store, app, case, answer.status)
    payload = {"cases": [answer.case_id], "contacts": [case["contact"]], "run": step.run_id}
    audit.record(store, app.now, "case reply", payload)


def _then(store: Store, app: App, case: Row, status: str) -> None:
    statuses = app.settings.cases.statuses
    wanted = one_of("status", status, statuses)
    if wanted == case["status"]:
        return
    check_move(case["ref"], case["status"], wanted, statuses)
    means = statuses[wanted].means
    step = Step(kind_of_move(case["phase"], means), app.now, wanted, means)
    write(store, app.now, case["number"], step)


def _key(case_id: int, words: str) -> str:
    return hashlib.sha256(f"{case_id} {words}".encode()).hexdigest()[:20]
