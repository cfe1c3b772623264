"""Cases named, listed, found and shown, with their clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from ecrm_cli.cases.model import Clock, Course, Fact, Policy, clocks, next_due
from ecrm_cli.cases.rules import DONE, OPEN, WAITING, NoCase, Wanted, number
from ecrm_cli.core.store import Row, Store

PAGE = 20_000
UNDONE = (OPEN, WAITING)
# Kinds of what was said; the others of a history are changes.
TALK = ("opened", "customer_message", "reply", "note")
_NEVER = 2**62

# The settings' promise; it is asked for when there is a clock to wind.
Promise = Callable[[], Policy]


def find(store: Store, words: str) -> int:
    """Return the id of the case that ``C-12``, ``c12``, ``#12`` or ``12`` names. Raises NoCase."""
    case_id = number(words)
    if case_id is None or store.one("cases.case_now", case_id=case_id) is None:
        last = store.one("cases.last_case") or {}
        raise NoCase(words, int(last["case_id"]))
    return case_id


def pages(store: Store, now: datetime, wanted: Wanted, promise: Promise) -> Iterator[Row]:
    """Yield cases, the newest first, read a page at a time.

    number, ref, contact, name, subject, channel, category, priority, status, phase, assignee,
    opened_at, due_at (of the clock that is due first; None when none runs), clock (its name),
    overdue.
    """
    before = _NEVER
    while True:
        page = store.rows("cases.page", before=before, amount=PAGE, **_asked(wanted))
        yield from with_due(store, now, page, promise)
        if len(page) < PAGE:
            return
        before = page[-1]["number"]


def _asked(wanted: Wanted) -> Row:
    return {**vars(wanted), "phases": list(wanted.phases)}


def count(store: Store, wanted: Wanted) -> int:
    """Return how many cases a list has."""
    row = store.one("cases.count_cases", **_asked(wanted))
    return int(row["cases"]) if row else 0


def search(store: Store, now: datetime, words: str, promise: Promise) -> list[Row]:
    """Return the cases with ``words`` in subject, talk, the customer's name or address."""
    case_ids = [row["case_id"] for row in store.rows("cases.found", words=words)]
    return _chosen(store, now, case_ids, promise)


def undone_of_contact(store: Store, now: datetime, contact_id: int, promise: Promise) -> list[Row]:
    """Return the cases of a contact that are not done, as a list shows them."""
    case_ids = [row["case_id"] for row in store.rows("cases.of_contact", contact_id=contact_id)]
    rows = _chosen(store, now, case_ids, promise) if case_ids else []
    return [row for row in rows if row["phase"] != DONE]


def _chosen(store: Store, now: datetime, case_ids: Sequence[int], promise: Promise) -> list[Row]:
    rows = store.rows("cases.chosen", case_ids=list(case_ids), amount=max(1, len(case_ids)))
    return with_due(store, now, rows, promise)


def due(store: Store, now: datetime, wanted: Wanted, promise: Promise) -> list[Row]:
    """Return the cases that somebody has to do something about, the first due first."""
    rows = pages(store, now, wanted, promise)
    return sorted((row for row in rows if row["due_at"]), key=itemgetter("due_at", "number"))


def with_due(store: Store, now: datetime, rows: Sequence[Row], promise: Promise) -> list[Row]:
    """Add due_at, clock and overdue to rows of cases; a case that is done is not due."""
    undone = [row for row in rows if row["phase"] != DONE]
    wound = wind(store, now, undone, promise()) if undone else {}
    return [_listed(row, wound.get(row["number"], ()), now) for row in rows]


def _listed(row: Row, pair: Sequence[Clock], now: datetime) -> Row:
    first = next_due(pair)
    due_at = first.due_at if first else None
    kept = {name: value for name, value in row.items() if name != "in_person"}
    overdue = due_at is not None and due_at < now
    return {**kept, "due_at": due_at, "clock": first and first.name, "overdue": overdue}


def wind(
    store: Store, now: datetime, rows: Iterable[Row], policy: Policy
) -> dict[int, tuple[Clock, Clock]]:
    """Return the clocks of cases by their numbers; rows carry number, opened_at and in_person."""
    known = {row["number"]: row for row in rows}
    facts = store.rows("cases.facts", case_ids=list(known))
    return {
        case_id: clocks(course_of(known[case_id], list(told)), policy, now)
        for case_id, told in groupby(facts, key=itemgetter("case_id"))
    }


def course_of(row: Row, facts: Sequence[Row]) -> Course:
    """Return a case as the clocks take it."""
    told = [
        Fact(fact["occurred_at"], fact["kind"], fact["phase"], fact["priority"]) for fact in facts
    ]
    return Course(row["opened_at"], row["in_person"], told)


def show(store: Store, now: datetime, case_id: int, policy: Policy) -> Row:
    """Return one case: the list's fields, its talk as notes, its clocks and its history.

    Each of ``notes`` has kind (opened, customer_message, reply, note), public, body, actor, at,
    run; each of ``clocks`` has clock, state, target and used (seconds of opening hours), due_at,
    met_at, breached_at; each of ``history`` what a fact set.
    """
    raw = store.rows("cases.chosen", case_ids=[case_id], amount=1)
    pair = wind(store, now, raw, policy)[case_id]
    history = store.rows("cases.history", case_id=case_id)
    return {
        **_listed(raw[0], pair if raw[0]["phase"] != DONE else (), now),
        "notes": [_note(event) for event in history if event["kind"] in TALK and event["body"]],
        "clocks": [_clock(clock) for clock in pair],
        "history": [
            {name: value for name, value in event.items() if name not in ("body", "run")}
            for event in history
        ],
    }


def _note(event: Row) -> Row:
    kept = {name: event[name] for name in ("kind", "body", "actor", "at", "run")}
    return {"public": event["kind"] != "note", **kept}


def _clock(clock: Clock) -> Row:
    return {
        "clock": clock.name,
        "state": clock.state,
        "target": clock.target,
        "used": clock.used,
        "due_at": clock.due_at,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
    }


def agents(store: Store, now: datetime, names: Sequence[str], promise: Promise) -> list[Row]:
    """Return who deals with cases: agent, open_cases, overdue; ``agent`` None is nobody yet.

    Those who are no agents any more and still have cases come after the others.
    """
    rows = list(pages(store, now, Wanted(phases=UNDONE), promise))
    counted: dict[str | None, list[Row]] = {name: [] for name in names}
    for row in rows:
        counted.setdefault(row["assignee"], []).append(row)
    return [
        {"agent": name, "open_cases": len(own), "overdue": sum(row["overdue"] for row in own)}
        for name, own in counted.items()
    ]


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return what happened in the cases of a contact: occurred_at, room, what, detail."""
    return store.rows("cases.timeline", contact_id=contact_id)
