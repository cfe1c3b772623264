"""What the commands of cases read out of a line, ask for, and hand on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from ecrm_cli.cases import ops, rules
from ecrm_cli.cases.commands import words
from ecrm_cli.cases.hours import policy_of
from ecrm_cli.cases.ops import UNDONE, Promise
from ecrm_cli.cases.replies import Replied
from ecrm_cli.cases.rules import CHANNELS, NOBODY, NewCase, Wanted
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.core.app import App
from ecrm_cli.core.calendar import read_moment
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.store import Store
from ecrm_cli.outbox import notices


class WhoTakesIt(UsageError):
    """An assignment without a name, or with two answers."""

    def __init__(self) -> None:
        super().__init__("Say who takes it.", hint="Name an agent, or give --nobody.")


@dataclass(frozen=True)
class Opening:
    """What was said on the line about a new case."""

    contact: str | None
    subject: str | None
    channel: str | None
    category: str | None
    priority: str
    assignee: str | None
    text: str | None
    at: str | None


def promised(door: App) -> Promise:
    """Return what reads the settings' hours and targets once there is a clock to wind."""
    return lambda: policy_of(door.settings)


def wanted_of(
    door: App, status: str | None, assignee: str | None, category: str | None, *, undone: bool
) -> Wanted:
    """Return which cases a list shows. Raises UnknownWord, UnknownAgent."""
    cases = door.settings.cases
    return Wanted(
        status=rules.one_of("status", status, cases.statuses) if status else None,
        phases=UNDONE if undone else Wanted.phases,
        assignee=None if assignee is None else agent_named(door, assignee),
        category=rules.one_of("category", category, cases.categories) if category else None,
    )


def of_contact(door: App, store: Store, wanted: Wanted, contact: str | None) -> Wanted:
    """Narrow a list to the contact that was named. Raises NotFound, Ambiguous."""
    return replace(wanted, contact_id=contact_named(door, store, contact) if contact else None)


def agent_named(door: App, name: str) -> str:
    """Return an agent's name, or NOBODY for the word nobody. Raises UnknownAgent."""
    if name == "nobody" and name not in door.settings.agents:
        return NOBODY
    return rules.agent(name, door.settings.agents)


def agent_of(door: App, name: str | None, nobody: bool) -> str:
    """Return who a case is given to. Raises WhoTakesIt, UnknownAgent."""
    if (name is None) != nobody:
        raise WhoTakesIt
    return NOBODY if name is None else rules.agent(name, door.settings.agents)


def completed(door: App, asked: Opening) -> Opening:
    """Ask for what a case cannot be without, before the book is opened. Raises NeedsAnswer."""
    return replace(
        asked,
        contact=asked.contact or door.ask.text("Whose case is it?", "--contact"),
        subject=asked.subject or door.ask.text("What is it about?", "--subject"),
        channel=asked.channel or door.ask.choose("How did it come?", "--channel", CHANNELS),
    )


def new_case(door: App, store: Store, told: Opening) -> NewCase:
    """Return the case to be opened. Raises UnknownWord, UnknownAgent, NotFound, Ambiguous."""
    settings = door.settings
    categories = settings.cases.categories
    return NewCase(
        contact_id=contact_named(door, store, told.contact or ""),
        subject=told.subject or "",
        channel=rules.one_of("channel", told.channel or "", CHANNELS),
        category=rules.one_of("category", told.category or categories[-1], categories),
        priority=rules.priority(told.priority),
        opened_at=read_moment(told.at, door.now, settings.business.timezone),
        assignee=agent_named(door, told.assignee) if told.assignee else NOBODY,
        text=told.text,
    )


def piped(text: str) -> str:
    """Return the words, those on stdin for ``-``; call it before the store is opened."""
    return sys.stdin.read() if text == "-" else text


def tell(door: App, case_id: int, done: Replied) -> None:
    """Send an answer's mail, if it has one, and say what became of it. Raises NotSent."""
    busy = ""
    if done.run_id is not None:
        busy = notices.deliver(door, done.run_id).busy
    with door.reading() as store:
        sent = notices.sent(store, done.run_id) if done.run_id is not None else None
        page = ops.show(store, door.now, case_id, policy_of(door.settings))
    page |= {"repeated": done.repeated, "mail": sent}
    door.out.thing(page, words=words.replied(busy))
    if sent is not None:
        notices.refuse(sent)
