"""Whom a consent command means: names, a list from a pipe, a segment, an import, an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ecrm_cli.consent import roll, suppressions
from ecrm_cli.contacts import ops as contacts
from ecrm_cli.contacts.commands.naming import contact_named
from ecrm_cli.contacts.model import normal_email, normal_phone
from ecrm_cli.core.app import App
from ecrm_cli.core.errors import UsageError
from ecrm_cli.core.store import Store
from ecrm_cli.intake import ops as intake
from ecrm_cli.intake.commands import batch_number
from ecrm_cli.segments import ops as segments

# Addresses by channel.
Meant = dict[str, list[str]]
# Without --channel phone a number needs its plus: without one it may be an id.
_DIALLED: dict[str | None, re.Pattern[str]] = {
    None: re.compile(r"\+[0-9 ()./-]+"),
    "phone": re.compile(r"\+?[0-9 ()./-]{6,}"),
}


class NobodyNamed(UsageError):
    """A command for people without any, or with two ways of saying who."""

    def __init__(self) -> None:
        super().__init__(
            "Say who in one way: CONTACT…, - for a list on stdin, --segment or --batch.",
            hint="Such as --segment one-time-buyers, or --batch I-3.",
        )


@dataclass(frozen=True)
class Whom:
    """What was said on the line about who is meant."""

    contacts: Sequence[str] = ()
    segment: str = ""
    batch: str = ""
    listed: Sequence[str] = ()

    @property
    def one(self) -> str | None:
        """The one contact named in person, or None."""
        alone = len(self.contacts) == 1 and self.contacts[0] != "-"
        return self.contacts[0] if alone and not self.segment and not self.batch else None


@dataclass(frozen=True)
class Chosen:
    """How those in ``chosen_contact`` were chosen, for the audit, and the names nobody has."""

    how: dict[str, object]
    unknown: list[str] = field(default_factory=list)

    def with_unknown(self, counts: dict[str, int]) -> dict[str, int]:
        """Return the counts with the names that nobody has among the unknown."""
        return {**counts, "unknown": counts["unknown"] + len(self.unknown)}


def choose(door: App, store: Store, whom: Whom) -> Chosen:
    """Fill ``chosen_contact``. Raises NobodyNamed, NotFound, Ambiguous."""
    if sum(map(bool, (whom.contacts, whom.segment, whom.batch))) != 1:
        raise NobodyNamed
    if whom.segment:
        asking = segments.asking_of(door)
        segments.choose(store, segments.named(asking, whom.segment), asking)
        return Chosen({"segment": whom.segment})
    if whom.batch:
        number = batch_number(whom.batch)
        intake.batch(store, number)
        contacts.choose_batch(store, number)
        return Chosen({"batch": number})
    return _choose_named(door, store, whom)


def _choose_named(door: App, store: Store, whom: Whom) -> Chosen:
    listed, unknown = roll.call(store, whom.listed, lambda name: contact_named(door, store, name))
    named = [contact_named(door, store, word) for word in whom.contacts if word != "-"]
    contacts.choose(store, [*named, *listed])
    # A list may be long: the audit counts it, and its events say who was on it.
    return Chosen({"contacts": named} | ({"listed": len(listed)} if listed else {}), unknown)


def addresses(door: App, store: Store, words: Sequence[str], channel: str | None) -> Meant:
    """Return by channel the addresses that are meant: themselves, or all those of a contact.

    Raises BadEmail, BadPhone, NotFound, Ambiguous, NoAddress.
    """
    country = door.settings.business.country
    meant: Meant = {}
    for word in words:
        if "@" in word and channel in (None, "email"):
            meant.setdefault("email", []).append(normal_email(word))
        elif channel in _DIALLED and _DIALLED[channel].fullmatch(word):
            meant.setdefault("phone", []).append(normal_phone(word, country))
        else:
            owner = contact_named(door, store, word)
            used = channel or "email"
            meant.setdefault(used, []).extend(suppressions.addresses_of(store, owner, used))
    return meant
