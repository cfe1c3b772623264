"""Every message of a run rendered once before any is sent.

A million take minutes. The store is open only while some thousands of people are read: nobody is
kept from the book meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ecrm_cli.campaigns import audience
from ecrm_cli.campaigns.rehearsing import failing
from ecrm_cli.campaigns.troupe import Failing, tried, troupe
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Store
from ecrm_cli.core.template import StoppedTemplate
from ecrm_cli.outbox.model import Recipient
from ecrm_cli.outbox.rendering import Renderer

# How many people are read at once: half a second's rendering, and a store opened in between.
BATCH = 10_000
# So many are rendered before other processes have started.
ALONE = 20_000
EXAMPLES = 3


class Reader(Protocol):
    """Opens the store to read, for a moment at a time."""

    def reading(self) -> AbstractContextManager[Store]:
        """Open the store; it is closed before anything is rendered."""


@dataclass
class Breakage:
    """One way in which a template fails, and for whom: ids, and the first few addresses."""

    error: DataError
    contact_ids: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


def rehearse(reader: Reader, renderer: Renderer, contact_ids: Sequence[int]) -> list[Breakage]:
    """Render these contacts' templates; return each way in which they fail, the commonest first.

    Raises StoppedTemplate: a template without an end has one for nobody.
    """
    batches = in_batches(reader, contact_ids)
    found: dict[str, Breakage] = {}
    if len(contact_ids) <= ALONE:
        for people in batches:
            _note(found, renderer, people, failing(renderer, people))
        return _commonest_first(found)
    # The first one here: what fails for everybody is known before anybody helps.
    first = audience_of(reader, contact_ids[:1])
    _note({}, renderer, first, failing(renderer, first))
    with troupe(renderer) as members:
        for people, failed in tried(members, batches):
            _note(found, renderer, people, failed)
    return _commonest_first(found)


def in_batches(reader: Reader, contact_ids: Sequence[int]) -> Iterator[list[Recipient]]:
    """Yield contacts as messages would have them; one that is gone by now is left out."""
    for start in range(0, len(contact_ids), BATCH):
        yield audience_of(reader, contact_ids[start : start + BATCH])


def audience_of(reader: Reader, contact_ids: Sequence[int]) -> list[Recipient]:
    """Return contacts as messages would have them, the store closed again."""
    with reader.reading() as store:
        return audience.batch(store, contact_ids)


def _note(
    found: dict[str, Breakage], renderer: Renderer, people: Sequence[Recipient], failed: Failing
) -> None:
    """Add who failed to what is known. Raises StoppedTemplate."""
    for complaint, places in failed.items():
        if complaint not in found:
            error = _error_of(renderer, people[places[0]])
            if error is None:
                continue
            found[complaint] = Breakage(error)
        breakage, met = found[complaint], [people[place] for place in places]
        breakage.contact_ids += [one.contact["id"] for one in met]
        missing = EXAMPLES - len(breakage.examples)
        breakage.examples += [one.address for one in met[:missing]]


def _error_of(renderer: Renderer, recipient: Recipient) -> DataError | None:
    """Return what goes wrong for a recipient, met once more here. Raises StoppedTemplate."""
    try:
        renderer.check(recipient)
    except StoppedTemplate:
        raise
    except DataError as error:
        return error
    return None


def _commonest_first(found: dict[str, Breakage]) -> list[Breakage]:
    return sorted(found.values(), key=lambda breakage: -len(breakage.contact_ids))
