"""What may be said about a case, and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ecrm_cli.cases.model import PRIORITIES
from ecrm_cli.core.errors import Conflict, DataError, NotFound, UsageError

if TYPE_CHECKING:
    from ecrm_cli.core.settings_cases import Status

CHANNELS = ("email", "phone", "chat", "social", "visit", "letter", "web")
# Staff who open a case here have the customer before them: that was the first response.
IN_PERSON = ("phone", "chat", "visit")
OPEN, WAITING, DONE = "open", "waiting", "done"
NOBODY = ""
_NUMBER = re.compile(r"(?:[Cc]-?|#)?([0-9]{1,18})")

Statuses = Mapping[str, "Status"]


@dataclass(frozen=True)
class NewCase:
    """A case to be opened; ``opened_at`` is aware. ``text`` is what the customer said, if known."""

    contact_id: int
    subject: str
    channel: str
    category: str
    priority: str
    opened_at: datetime
    assignee: str = NOBODY
    text: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Which cases a list shows; None asks for all."""

    contact_id: int | None = None
    status: str | None = None
    phases: tuple[str, ...] = (OPEN, WAITING, DONE)
    assignee: str | None = None
    category: str | None = None

    @property
    def people(self) -> list[int]:
        """The contact asked for, if one was."""
        return [] if self.contact_id is None else [self.contact_id]


class NoCase(NotFound):
    """A case that does not exist."""

    def __init__(self, words: str, last_id: int) -> None:
        known = f"They are numbered C-1 to C-{last_id}." if last_id else "There are none yet."
        super().__init__(f"There is no case {words!r}.", hint=known)


class UnknownWord(UsageError):
    """A channel, priority, category or status that there is not."""

    def __init__(self, what: str, word: str, known: Collection[str]) -> None:
        super().__init__(
            f"There is no {what} {word!r}.",
            hint=f"Use {', '.join(known)}.",
            matches=get_close_matches(word, list(known), n=3),
        )


class UnknownAgent(NotFound):
    """Somebody who is not among the agents of the settings."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        hint = (
            f"The agents are {', '.join(known)}; others are added to agents in config.yaml."
            if known
            else f"Nobody is set yet: ecrm config set agents {name}"
        )
        super().__init__(
            f"There is no agent {name!r}.", hint=hint, matches=get_close_matches(name, known, n=3)
        )


class MoveNotAllowed(Conflict):
    """A status that a case may not get from where it is."""

    def __init__(self, ref: str, status: str, wanted: str, moves: Sequence[str]) -> None:
        super().__init__(
            f"{ref} is {status} and cannot become {wanted}.",
            hint=f"From {status} it may become {' or '.join(moves)}."
            if moves
            else f"Nothing follows {status}; the moves are in cases.statuses of config.yaml.",
            matches=moves,
        )


class CaseDone(Conflict):
    """Something was to be done with a case that is over."""

    def __init__(self, ref: str, status: str) -> None:
        super().__init__(f"{ref} is {status}.", hint=f"Open it again first: ecrm case reopen {ref}")


class BeforeOpening(DataError):
    """Something that would have happened to a case before it was opened."""

    def __init__(self, ref: str, opened_at: datetime) -> None:
        super().__init__(
            f"{ref} was opened at {opened_at:%Y-%m-%d %H:%M} UTC; nothing happened to it before.",
            hint="Leave --at out for now, or give a later time.",
        )


class NothingSaid(UsageError):
    """A note, a reply or a subject without words."""

    def __init__(self, what: str) -> None:
        super().__init__(f"A {what} needs words.", hint='Put them in quotes: "We are sorry."')


def number(words: str) -> int | None:
    """Return the number in ``C-12``, ``c12``, ``#12`` or ``12``, or None."""
    found = _NUMBER.fullmatch(words.strip())
    return int(found[1]) if found else None


def one_of(what: str, word: str, known: Iterable[str]) -> str:
    """Return the word as it is kept, letters of either case being the same. Raises UnknownWord."""
    spelled = {name.casefold(): name for name in known}
    if word.casefold() not in spelled:
        raise UnknownWord(what, word, spelled.values())
    return spelled[word.casefold()]


def priority(word: str) -> str:
    """Return a priority; raises UnknownWord."""
    return one_of("priority", word, PRIORITIES)


def agent(name: str, known: Sequence[str]) -> str:
    """Return an agent's name as the settings spell it; raises UnknownAgent."""
    spelled = {one.casefold(): one for one in known}
    if name.casefold() not in spelled:
        raise UnknownAgent(name, known)
    return spelled[name.casefold()]


def said(what: str, words: str) -> str:
    """Return words without the blanks around them; raises NothingSaid."""
    if not words.strip():
        raise NothingSaid(what)
    return words.strip()


def check_move(ref: str, status: str, wanted: str, statuses: Statuses) -> None:
    """Raise MoveNotAllowed when a case may not become ``wanted``.

    A status that the settings no longer have may become any other.
    """
    if status in statuses and wanted not in statuses[status].moves:
        raise MoveNotAllowed(ref, status, wanted, statuses[status].moves)


def closing(statuses: Statuses) -> str:
    """Return the status that ``close`` gives: the last that means done."""
    return [name for name, status in statuses.items() if status.means == DONE][-1]


def reopening(status: str, statuses: Statuses) -> str:
    """Return the status that ``reopen`` gives: the first meaning open that may follow, else any."""
    opening = [name for name, one in statuses.items() if one.means == OPEN]
    allowed = statuses[status].moves if status in statuses else opening
    return next((name for name in opening if name in allowed), opening[0])
