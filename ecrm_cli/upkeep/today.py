"""What needs somebody today: a table of looks into the rooms; each finding names its command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from ecrm_cli.core.formats import shown

if TYPE_CHECKING:
    from ecrm_cli.core.app import App
    from ecrm_cli.core.store import Row, Store

# As many of a kind are named as one can do something about before the next look.
NAMED = 2
CALLED = 3
# What an import left out is old news after a week.
NEWS, DAY = timedelta(days=7), timedelta(days=1)
BIRTHDAY = "birthday: {within_next: 0d}"
WEEK_OF_BIRTHDAYS = "birthday-7d"
BEST = "vip-lapsing"
# Mail does not reach them, and they may be called.
CALLS = (
    f"all: [{{segment: {BEST}}}, {{not: {{reachable: {{}}}}}}, {{reachable: {{channel: phone}}}}]"
)


@dataclass(frozen=True)
class Example:
    """One of a kind: what it is, and the command that deals with it."""

    text: str
    command: str


@dataclass(frozen=True)
class Item:
    """Things of one kind: ``count`` of them, the first few as ``examples``, ``more`` left out."""

    kind: str
    count: int
    text: str
    command: str
    examples: Sequence[Example] = ()
    more: int = 0

    def row(self) -> dict[str, Any]:
        """Return it as scripts read it."""
        return {**asdict(self), "examples": [asdict(one) for one in self.examples]}


Look = Callable[["Store", "App"], Iterator[Item]]


def items(store: Store, app: App) -> list[Item]:
    """Return what needs somebody, the most urgent first."""
    return [item for look in LOOKS for item in look(store, app)]


def _cases(store: Store, app: App) -> Iterator[Item]:
    from ecrm_cli.cases import ops
    from ecrm_cli.cases.hours import policy_of
    from ecrm_cli.cases.rules import Wanted

    undone = Wanted(phases=ops.UNDONE)
    rows = ops.due(store, app.now, undone, lambda: policy_of(app.settings))
    late = [row for row in rows if row["overdue"]]
    tonight = _end_of_today(app)
    soon = [row for row in rows if not row["overdue"] and row["due_at"] < tonight]
    for kind, found, said, command in (
        ("case-overdue", late, "overdue", "ecrm case list --overdue"),
        ("case-due", soon, "due today", "ecrm case due"),
    ):
        if found:
            named = [
                Example(_case(row, app), f"ecrm case show {row['ref']}") for row in found[:NAMED]
            ]
            words = f"{_many(len(found), 'case')} {said}"
            yield Item(kind, len(found), words, command, named, len(found) - len(named))


def _case(row: Row, app: App) -> str:
    due = row["due_at"].astimezone(app.settings.business.zone)
    when = f"{due:%H:%M}" if row["due_at"] > _end_of_today(app) - DAY else shown(due)
    return f"{row['ref']}, due {when}, {row['name'] or 'nobody we know'}: {row['subject']}"


def _mail(store: Store, app: App) -> Iterator[Item]:
    from ecrm_cli.outbox import ops

    found = ops.queue(store)
    waiting = [row for row in found if _unsent(row)]
    if waiting:
        count = sum(map(_unsent, waiting))
        named = [Example(_wait(row, app), _go_on(store, row)) for row in waiting[:NAMED]]
        said = f"{_many(count, 'message')} not sent yet"
        yield Item("unsent", count, said, "ecrm mail queue", named, len(waiting) - len(named))
    doubtful = [row for row in found if row["unknown"]]
    if doubtful:
        count = sum(row["unknown"] for row in doubtful)
        named = [
            Example(f"{row['name']} ({row['ref']}): {row['unknown']}", _doubts(store, row))
            for row in doubtful[:NAMED]
        ]
        said = f"{_many(count, 'message')} in doubt: sent or not"
        yield Item("in-doubt", count, said, "ecrm mail queue", named, len(doubtful) - len(named))


def _unsent(row: Row) -> int:
    return int(row["queued"] + row["sending"] + row["deferred"])


def _wait(row: Row, app: App) -> str:
    words = [f"{row['name']} ({row['ref']}): {_unsent(row)}"]
    if row["state"] == "paused":
        words.append("paused")
    elif row["next_try"] and not row["queued"]:
        words.append(f"next try {shown(row['next_try'].astimezone(app.settings.business.zone))}")
    return ", ".join(words)


def _go_on(store: Store, row: Row) -> str:
    if _is_last_run(store, row):
        return f"ecrm campaign resume {row['name']}"
    return "ecrm run --only send"


def _doubts(store: Store, row: Row) -> str:
    if _is_last_run(store, row):
        return f"ecrm campaign recipients {row['name']} --status unknown"
    return "ecrm mail queue"


def _is_last_run(store: Store, row: Row) -> bool:
    """Whether the run is the one that the campaign's commands speak of."""
    from ecrm_cli.campaigns import runs

    last = runs.latest(store, row["name"]) if row["kind"] == "campaign" else None
    return last is not None and last["run"] == row["run"]


def _rejects(store: Store, app: App) -> Iterator[Item]:
    from ecrm_cli.intake import ops

    last = next(iter(ops.batches(store)[-1:]), None)
    if last and last["rejected"] and not last["undone_at"] and last["at"] > app.now - NEWS:
        said = f"{_many(last['rejected'], 'row')} of {last['file']} rejected"
        yield Item("rejects", last["rejected"], said, f"ecrm import rejects {last['ref']}")


def _birthdays(store: Store, app: App) -> Iterator[Item]:
    from ecrm_cli.segments import library, ops

    asking = ops.asking_of(app)
    rule = library.inline(asking.folder, BIRTHDAY, "today")
    if count := ops.count(store, rule, asking):
        people = islice(ops.members(store, rule, asking), NAMED)
        named = [Example(_name(row), f"ecrm contact show {row['ref']}") for row in people]
        known = WEEK_OF_BIRTHDAYS in library.names(asking.folder)
        whom = WEEK_OF_BIRTHDAYS if known else f"--where '{BIRTHDAY}'"
        command = f"ecrm segment members {whom}"
        said = f"{_many(count, 'birthday')} today"
        yield Item("birthday", count, said, command, named, count - len(named))


def _calls(store: Store, app: App) -> Iterator[Item]:
    """Yield the best customers gone quiet whom mail does not reach, those who paid most first."""
    from ecrm_cli.contacts import ops as contacts
    from ecrm_cli.orders import ops as orders
    from ecrm_cli.segments import library, ops

    asking = ops.asking_of(app)
    known = BEST in library.names(asking.folder)
    if not known or library.reading(asking.folder, BEST).rule is None:
        return
    rule = library.inline(asking.folder, CALLS, "today")
    count = ops.count(store, rule, asking)
    if not count:
        return
    ops.choose(store, rule, asking)
    best = orders.best_of_chosen(store, asking.end, asking.currency, CALLED)
    contacts.choose(store, [row["contact_id"] for row in best])
    people = {row["id"]: row for row in contacts.chosen_pages(store)}
    named = [
        Example(_call(people[row["contact_id"]], _days_since(app, row["last_order"])),
                f"ecrm caller {people[row['contact_id']]['ref']}")
        for row in best
    ]  # fmt: skip
    if len(named) == count == 1:
        yield Item("call", 1, named[0].text, named[0].command)
        return
    said = f"{count:,} VIPs gone quiet to call"
    yield Item("call", count, said, f"ecrm segment members {BEST}", named, count - len(named))


def _call(person: Row, days: int) -> str:
    return f"Call {_name(person)}, {person['phone']}: VIP, no order for {days} days"


def _name(person: Row) -> str:
    names = (person["given_name"], person["family_name"])
    return " ".join(part for part in names if part) or person["email"] or person["ref"]


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _days_since(app: App, moment: datetime) -> int:
    """Return how many days of the workspace ago something was."""
    from ecrm_cli.core.calendar import local_day

    zone = app.settings.business.timezone
    return (local_day(app.now, zone) - local_day(moment, zone)).days


def _end_of_today(app: App) -> datetime:
    from ecrm_cli.core.calendar import as_of_end, local_day

    zone = app.settings.business.timezone
    return as_of_end(local_day(app.now, zone), zone)


LOOKS: tuple[Look, ...] = (_cases, _mail, _rejects, _birthdays, _calls)
