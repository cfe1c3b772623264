"""What the commands of cases say to a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ecrm_cli.core.formats import shown
from ecrm_cli.core.store import Row
from ecrm_cli.outbox.commands.mail import words as mail_words

_SAID = {
    "opened": "customer",
    "customer_message": "customer",
    "reply": "to customer",
    "note": "internal",
}


def case(page: Row) -> Iterator[str]:
    """Say one case: what it is, whose, its clocks, what was said."""
    yield f"{page['ref']}  {page['subject'] or ''}"
    yield f"  {'customer':<11} P-{page['contact']} {page['name'] or ''}".rstrip()
    for name in ("status", "priority", "category", "channel", "assignee", "opened_at"):
        yield f"  {name:<11} {shown(page[name]) or 'nobody'}"
    for clock in page["clocks"]:
        yield f"  {clock['clock']:<11} {_clock(clock)}"
    for note in page["notes"]:
        yield f"{shown(note['at'])}  {_SAID[note['kind']]}, by {note['actor']}"
        yield from (f"  {line}" for line in str(note["body"]).splitlines())


def opened(page: Row) -> Iterator[str]:
    """Say which case was opened and when it is due."""
    yield f"Opened {page['ref']}: {page['subject']}"
    yield from _due(page)


def noted(page: Row) -> Iterator[str]:
    """Say what was kept."""
    last = page["notes"][-1]
    if last["kind"] == "note":
        yield f"Kept in {page['ref']}; the customer does not see it."
    else:
        yield f"Kept in {page['ref']} as the customer's words; it is {page['status']}."


def assigned(changed: bool) -> Callable[[Row], Iterator[str]]:
    """Say who has a case."""

    def lines(page: Row) -> Iterator[str]:
        has = f"is {page['assignee']}'s" if page["assignee"] else "is nobody's"
        yield f"{page['ref']} {has}{'' if changed else ' already'}."

    return lines


def moved(changed: bool) -> Callable[[Row], Iterator[str]]:
    """Say what a case is now."""

    def lines(page: Row) -> Iterator[str]:
        yield f"{page['ref']} is {page['status']}{'' if changed else ' already'}."
        yield from _due(page)

    return lines


def prioritized(changed: bool) -> Callable[[Row], Iterator[str]]:
    """Say a case's priority and when it is due."""

    def lines(page: Row) -> Iterator[str]:
        already = "" if changed else " already"
        yield f"{page['ref']} has the priority {page['priority']}{already}."
        yield from _due(page)

    return lines


def replied(busy: str) -> Callable[[Row], Iterator[str]]:
    """Say what became of an answer."""

    def lines(page: Row) -> Iterator[str]:
        mail = page["mail"]
        if mail is None:
            yield f"Kept in {page['ref']} as said to the customer."
        else:
            told = {**mail, "repeated": page["repeated"], "template": page["ref"]}
            yield from mail_words(told, busy)
        if page["repeated"]:
            yield "The same words are sent once; --key NAME sends them again."
        yield f"{page['ref']} is {page['status']}."

    return lines


def _due(page: Row) -> Iterator[str]:
    if page["due_at"] is not None:
        late = " (late)" if page["overdue"] else ""
        what = "answer" if page["clock"] == "response" else "resolve"
        yield f"To {what} by {shown(page['due_at'])}{late}."


def _clock(clock: Row) -> str:
    used = f"{hours(clock['used'])} of {hours(clock['target'])} used"
    if clock["met_at"] is not None:
        late = ", late" if clock["state"] == "missed" else ""
        return f"met at {shown(clock['met_at'])}{late}; {used}"
    if clock["due_at"] is None:
        return f"{clock['state']}; {used}"
    late = ", missed" if clock["state"] == "missed" else ""
    return f"due {shown(clock['due_at'])}{late}; {used}"


def hours(seconds: int) -> str:
    """Return seconds as a person says them: 3 h 20 min."""
    whole, rest = divmod(round(seconds / 60), 60)
    said = [f"{whole} h"] if whole or not rest else []
    return " ".join([*said, *([f"{rest} min"] if rest else [])])
