"""Every message of a run rendered once before any is sent.

A million take minutes. The store is open only while some thousands of people are read: nobody is
kept from the book meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ecrm_cli.campaigns import audience
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Store
from ecrm_cli.core.template import StoppedTemplate
from ecrm_cli.outbox.model import Recipient
from ecrm_cli.outbox.rendering import Renderer

# How many people are read at once: half a second's rendering, and a store opened in between.
BATCH = 10_000


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

    Raises StoppedTemplate at once: a template without an end has one for nobody.
    """
    return breakages(renderer, recipients(reader, contact_ids))


def recipients(reader: Reader, contact_ids: Sequence[int]) -> Iterator[Recipient]:
    """Yield contacts as messages would have them; one that is gone by now is left out."""
    for start in range(0, len(contact_ids), BATCH):
        with reader.reading() as store:
            people = audience.batch(store, contact_ids[start : start + BATCH])
        yield from people


def breakages(renderer: Renderer, people: Iterable[Recipient]) -> list[Breakage]:
    """Render everybody's templates; see ``rehearse``."""
    found: dict[str, Breakage] = {}
    for recipient in people:
        try:
            renderer.check(recipient)
        except StoppedTemplate:
            raise
        except DataError as error:
            breakage = found.setdefault(error.message, Breakage(error))
            breakage.contact_ids.append(recipient.contact["id"])
            if len(breakage.examples) < 3:
                breakage.examples.append(recipient.address)
    return sorted(found.values(), key=lambda breakage: -len(breakage.contact_ids))
