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

    A phone may be written in any way: with blanks, in the national form, its last six digits. A
    card's number is that of the card, or the customer number that the shop's system printed on it.
    Raises Ambiguous.
    """
    said = words.strip()
    found = _by_card(store, said)
    if not found and _DIALLED.fullmatch(said):
        found = _by_digits(store, said)
        # The library that knows every country's numbers takes longer to load than all the rest.
        if len(found) != 1:
            found = _by_phone(store, said, country) or found
    return _only(store, words, found)


def named(store: Store, words: str) -> int | None:
    """Return the one contact with this given name, or with the family name said first; or None.

    Raises Ambiguous.
    """
    first, *others = words.split() or [""]
    rows = store.rows("cases.by_given_name", words=words.strip())
    if others and not rows:
        rows = store.rows("contacts.by_name", words=" ".join([*others, first]))
    return _only(store, words, [row["contact_id"] for row in rows])


def _only(store: Store, words: str, found: list[int]) -> int | None:
    if len(found) > 1:
        raise contacts.Ambiguous(words, store.rows("contacts.labels", contact_ids=found))
    return next(iter(found), None)


def _by_digits(store: Store, words: str) -> list[int]:
    """Return who has a phone that ends so; zeros before a number are dialled, not kept."""
    digits = re.sub(r"\D", "", words).lstrip("0")
    if len(digits) < FEWEST_DIGITS:
        return []
    rows = store.rows("contacts.by_ending", kind="phone", ending=digits)
    return [row["contact_id"] for row in rows]


def _by_phone(store: Store, words: str, country: str | None) -> list[int]:
    try:
        return contacts.owners_of(store, "phone", normal_phone(words, country))
    except BadPhone:
        return []


def _by_card(store: Store, words: str) -> list[int]:
    number = words.removeprefix("card:")
    if not number:
        return []
    if found := contacts.owners_of(store, "card", number):
        return found
    rows = store.rows("contacts.by_ending", kind="external", ending=f":{number}")
    return [row["contact_id"] for row in rows]
