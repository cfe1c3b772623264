"""What sender processes did, brought into the store: once for every message, however they ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from ecrm_cli.audit import ops as audit
from ecrm_cli.core.store import Store
from ecrm_cli.core.system import boot_id
from ecrm_cli.outbox.journal import Claim, Found, found_in
from ecrm_cli.outbox.model import FIRST_DELAY_MINUTES, MOST_ATTEMPTS
from ecrm_cli.outbox.ops import status

NO_ANSWER, RESTARTED = "no-answer", "machine-restarted"
NO_JOURNAL, DAMAGED = "journal-missing", "journal-damaged"


def settle(
    store: Store, now: datetime, folder: Path, told: Sequence[dict[str, Any]] = ()
) -> list[Path]:
    """Settle every claim that is open, from the journals in ``folder``; return their files.

    To be called while nobody sends. ``told`` are lines about messages that were begun and whose
    answers no journal took. Settling twice changes nothing; the files are for the caller to
    remove once this is committed.
    """
    journals = found_in(folder)
    with store.transaction():
        for found in journals:
            found.answers |= {line["a"]: line for line in told if line["a"] in found.begun}
        for _, parts in groupby(journals, lambda found: (found.run_id, found.number)):
            _settle_journals(store, now, list(parts))
        claims = [
            Claim.read(row["run_id"], row["sender_id"]) for row in store.rows("outbox.claims")
        ]
        for claim in claims:
            _settle_rest(store, claim, [found for found in journals if found.is_of(claim)])
        for run_id in {found.run_id for found in journals} | {claim.run_id for claim in claims}:
            store.run("outbox.cancel_rest", run_id=run_id)
            if store.run("outbox.finish", run_id=run_id, now=now):
                audit.record(store, now, "mail finish", {"run": run_id, **status(store, run_id)})
    return [found.path for found in journals]


def _settle_journals(store: Store, now: datetime, parts: Sequence[Found]) -> None:
    """Settle what a claim's journals tell: answers, and what was begun and not answered."""
    doubts = (
        {"a": number, "s": "unknown", "w": NO_ANSWER}
        for found in parts
        for number in found.unanswered
    )
    lines = chain(doubts, *(found.answers.values() for found in parts))
    answers = [
        {"message_id": line["a"], "status": line["s"], "reason": line.get("w"),
         "words": line.get("r"), "moment": _plain(line.get("t"))}
        for line in lines
    ]  # fmt: skip
    if answers:
        store.run(
            "outbox.settle",
            run_id=parts[0].run_id,
            # Into how many parts the claim was dealt is not asked: the number is its own.
            claim=f"{parts[0].number}/",
            answers=json.dumps(answers),
            now=now,
            most_attempts=MOST_ATTEMPTS,
            first_delay=FIRST_DELAY_MINUTES,
        )


def _plain(moment: str | None) -> str | None:
    # The store's times are UTC and do not say so.
    return None if moment is None else moment.partition("+")[0]


def _settle_rest(store: Store, claim: Claim, journals: Sequence[Found]) -> None:
    """Settle what no journal speaks of: not begun, where the journals can be believed.

    On the machine's next start what a journal lacks may have been lost with the power.
    """
    about = {"run_id": claim.run_id, "sender_id": claim.sender_id}
    boot = boot_id()
    if claim.boot != boot or any(found.boot not in ("", boot) for found in journals):
        store.run("outbox.doubt", **about, reason=RESTARTED)
    elif any(found.damaged for found in journals):
        store.run("outbox.doubt", **about, reason=DAMAGED)
    elif len([found for found in journals if found.boot == boot]) < claim.parts:
        store.run("outbox.doubt", **about, reason=NO_JOURNAL)
    else:
        store.run("outbox.queue_again", **about)
