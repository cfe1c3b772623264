"""Who is calling: the contact behind a number, a card, an address or a name, quickly."""

from __future__ import annotations

import re

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.contacts.model import BadPhone, normal_phone
from ecrm_cli.core.store import Store

# As many digits of a number as people remember or a display shows.
FEWEST_DIGITS = 6
_DIALLED = re.compile(r"(?:tel:)?[\d\s+().\-/]+", re.IGNORECASE)


def called(store: Store, words: str, country: str | None) -> int | None:
    """Return the one contact with this phone or card, or with a phone that ends so; None if none.

    A number may be written in any way: with blanks, in the national form, its last six digits.
    Raises Ambiguous.
    """
    said = words.strip()
    found = dict.fromkeys([*_by_phone(store, said, country), *_by_card(store, said)])
    digits = re.sub(r"\D", "", said).lstrip("0")
    if not found and _DIALLED.fullmatch(said) and len(digits) >= FEWEST_DIGITS:
        rows = store.rows("contacts.by_ending", kind="phone", ending=digits)
        found = dict.fromkeys(row["contact_id"] for row in rows)
    if len(found) > 1:
        raise contacts.Ambiguous(words, store.rows("contacts.labels", contact_ids=list(found)))
    return next(iter(found), None)


def _by_phone(store: Store, words: str, country: str | None) -> list[int]:
    if not _DIALLED.fullmatch(words):
        return []
    try:
        return contacts.owners_of(store, "phone", normal_phone(words, country))
    except BadPhone:
        return []


def _by_card(store: Store, words: str) -> list[int]:
    return contacts.owners_of(store, "card", words.removeprefix("card:"))
