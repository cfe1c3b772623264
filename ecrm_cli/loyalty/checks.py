"""The ledger proved: it sums to zero, nothing is there twice or without its cause."""

from __future__ import annotations

from datetime import datetime

from ecrm_cli.core.store import Row, Store
from ecrm_cli.loyalty.model import Programme

RESTORE = "Somebody changed the database by hand: restore crm.duckdb from its last good copy."
SETTLE = "Run ecrm loyalty settle."

# Each proof: the statement that counts what breaks it, the sentence, what to do.
PROOFS = (
    ("unbalanced", "loyalty.difference", "{} transactions do not sum to zero.", RESTORE),
    ("misshapen", "loyalty.misshapen", "{} transactions are not as any posting writes them.",
     RESTORE),
    ("lost", "loyalty.lost_numbers", "{} transactions are gone, or nothing here numbered them.",
     RESTORE),
    ("doubled-key", "loyalty.doubled_keys", "{} keys stand for several transactions.", RESTORE),
    ("doubled-order", "loyalty.doubled_orders", "{} orders gave points twice.", RESTORE),
    ("doubled-refund", "loyalty.doubled_refunds", "{} refunds took points back twice.", RESTORE),
    ("no-contact", "loyalty.without_contact", "{} entries belong to nobody.", RESTORE),
    ("of-another", "loyalty.of_another", "{} entries stand with another than the order's customer.",
     RESTORE),
    ("overtaken", "loyalty.overtaken", "{} orders had more points taken back than they gave.",
     RESTORE),
    ("no-cause", "loyalty.without_fact",
     "{} orders or refunds are cancelled or gone, and their points stand.", SETTLE),
)  # fmt: skip


def check(store: Store, now: datetime, programme: Programme | None, *, strict: bool = False) -> Row:
    """Return ok, difference, transactions, findings (rule, severity, message, hint, examples).

    ``difference`` is how many points do not come to zero, over all transactions. An error is what
    the ledger may never be; a warning that orders are not settled yet. ``strict``: it fails too.
    """
    findings = []
    difference = (store.one("loyalty.difference") or {})["difference"]
    for rule, statement, words, hint in PROOFS:
        found = store.one(statement) or {}
        if found["found"]:
            findings.append(_finding(rule, "error", words.format(found["found"]), hint, found))
    findings += [] if programme is None else _of_orders(store, now, programme)
    size = (store.one("loyalty.size") or {})["transactions"]
    ok = not any(strict or finding["severity"] == "error" for finding in findings)
    return {"ok": ok, "difference": difference, "transactions": size, "findings": findings}


def _of_orders(store: Store, now: datetime, programme: Programme) -> list[Row]:
    """Hold the ledger against the orders that a programme gives points for."""
    findings = []
    asked = {"rule": programme.words, **vars(programme.rate)}
    wrong = store.one("loyalty.miscounted", **asked) or {}
    if wrong["found"]:
        words = f"{wrong['found']} orders have other points than their formula gives."
        findings.append(_finding("miscounted", "error", words, RESTORE, wrong))
    waiting = store.one("loyalty.unsettled", currency=programme.currency, now=now) or {}
    if waiting["found"]:
        words = f"{waiting['found']} orders or refunds are not settled yet."
        findings.append(_finding("unsettled", "warning", words, SETTLE, waiting))
    return findings


def _finding(rule: str, severity: str, message: str, hint: str, found: Row) -> Row:
    return {
        "rule": rule,
        "severity": severity,
        "message": message,
        "hint": hint,
        "examples": found["examples"],
    }
