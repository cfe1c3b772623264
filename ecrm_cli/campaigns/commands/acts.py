"""What campaign's commands do between the line and the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from ecrm_cli.campaigns import ops
from ecrm_cli.campaigns.drafts import Draft
from ecrm_cli.consent.model import check_word
from ecrm_cli.contacts.commands.naming import contact_named, with_piped
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.store import Row, Store
from ecrm_cli.outbox import halting
from ecrm_cli.outbox import ops as outbox
from ecrm_cli.outbox.model import STATUSES, VERDICTS, Verdict

# As many digits as a number of the store has at most.
LONGEST_NUMBER = 18


class OnlyAgain(UsageError):
    """Those reached before are mailed again without saying so."""

    def __init__(self) -> None:
        super().__init__(
            "--include-sent goes with --again.", hint="Add --again, and --confirm COUNT."
        )


class NotANumber(UsageError):
    """What stands where the number of a message should."""

    def __init__(self, words: str) -> None:
        super().__init__(
            f"{words!r} is not the number of a message.",
            hint="They are in: ecrm campaign recipients NAME --status unknown",
        )


def check_status(status: str | None) -> None:
    """Raise UnknownWord unless ``status`` is one of a message."""
    if status is not None:
        check_word("status", status, STATUSES)


def previewed(door: App, draft: Draft, contact: str | None) -> ops.Preview:
    """Return what a contact, or the first of those it would go to, would read."""
    with door.reading() as store:
        chosen = contact_named(door, store, contact) if contact else None
        return ops.preview(store, draft, chosen)


def recipients_of(
    door: App, store: Store, name: str, status: str | None
) -> tuple[Iterator[Row], Callable[[], int]]:
    """Return the messages of the last run, and what counts them. Raises NotFound, NeverSent."""
    run = ops.last_run(store, door, name)
    found = outbox.recipients(store, run["run"], status)
    return found, lambda: outbox.status(store, run["run"])[status or "audience"]


def message_ids(words: Sequence[str]) -> list[int]:
    """Read the numbers of messages. Raises NotANumber."""
    for word in words:
        if not (word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER):
            raise NotANumber(word)
    return [int(word) for word in words]


def check_wish(*, again: bool, include_sent: bool) -> None:
    """Raise OnlyAgain for --include-sent alone."""
    if include_sent and not again:
        raise OnlyAgain


def halt(door: App, name: str, state: halting.Halt) -> Row:
    """Pause or cancel the last run; return how it stands. Raises NotFound, NeverSent, RunEnded."""
    with door.reading() as store:
        run = ops.last_run(store, door, name)
    halting.halt(door, door.workspace, door.now, run["run"], state)
    with door.reading() as store:
        return ops.status(store, door, name)


def resolve(door: App, name: str, verdict: str, words: Sequence[str]) -> Row:
    """Record what became of messages in doubt. Raises UnknownWord, NotANumber, NotInDoubt."""
    check_word("outcome", verdict, VERDICTS)
    numbers = message_ids(with_piped(words))
    with door.writing() as store:
        run = ops.last_run(store, door, name)
        said = cast(Verdict, verdict)
        count = outbox.resolve(store, door.now, run["run"], numbers, said)
    return {"campaign": name, "run": run["run"], "as": verdict, "resolved": count}
