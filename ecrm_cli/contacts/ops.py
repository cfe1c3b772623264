"""Contacts named, listed, found, chosen and shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ecrm_cli.contacts.model import (
    PROFILE_FIELDS,
    BadEmail,
    BadPhone,
    normal_email,
    normal_phone,
)
from ecrm_cli.core.errors import Conflict, NotFound
from ecrm_cli.core.store import Row, Store

PAGE = 20_000
NAMED = 5
_REF = re.compile(r"(?:[Pp]-)?([0-9]{1,18})")
# What people type to name a phone: a name or an external id with digits in it is none.
_DIALLED = re.compile(r"(tel:)?[\d\s+().\-/]+", re.IGNORECASE)


class Ambiguous(Conflict):
    """Words that name more than one contact."""

    def __init__(self, words: str, people: Sequence[Row]) -> None:
        shown = [
            f"P-{row['contact_id']} {row['name'] or row['email'] or ''}".strip() for row in people
        ]
        count = f"{len(people)}" if len(people) <= NAMED else f"more than {NAMED}"
        super().__init__(
            f"{words!r} names {count} contacts: {', '.join(shown[:NAMED])}.",
            hint="Name one of them by its ref, such as " + shown[0].split()[0] + ".",
            matches=shown,
        )


def resolve(store: Store, words: str, country: str | None) -> int:
    """Return the id of the one contact that ``words`` names.

    An e-mail, phone, ``card:1001``, external id (with or without its source), id, ref or name.
    Raises NotFound with close e-mails, or Ambiguous.
    """
    said = words.strip()
    for look in (_by_ref, _by_address, _by_external, _by_name) if said else ():
        found = look(store, said, country)
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(words, store.rows("contacts.labels", contact_ids=found))
    close = [row["value"] for row in store.rows("contacts.similar_emails", words=said.lower())]
    raise NotFound.named("contact", said.lower() if "@" in said else said, close)


def _by_ref(store: Store, words: str, _country: str | None) -> list[int]:
    ref = _REF.fullmatch(words)
    if ref is None:
        return []
    row = store.one("contacts.by_id", contact_id=int(ref[1]))
    return [row["contact_id"]] if row else []


def _by_address(store: Store, words: str, country: str | None) -> list[int]:
    if words.startswith("card:"):
        return owners_of(store, "card", words.removeprefix("card:"))
    if "@" in words:
        try:
            return owners_of(store, "email", normal_email(words))
        except BadEmail:
            return []
    if not _DIALLED.fullmatch(words):
        return []
    try:
        return owners_of(store, "phone", normal_phone(words, country))
    except BadPhone:
        return []


def _by_external(store: Store, words: str, _country: str | None) -> list[int]:
    if exact := owners_of(store, "external", words) or owners_of(store, "card", words):
        return exact
    rows = store.rows("contacts.by_ending", kind="external", ending=f":{words}")
    return [row["contact_id"] for row in rows]


def _by_name(store: Store, words: str, _country: str | None) -> list[int]:
    return [row["contact_id"] for row in store.rows("contacts.by_name", words=words)]


def owners_of(store: Store, kind: str, value: str) -> list[int]:
    """Return the contact that an address or number belongs to: one id or none."""
    rows = store.rows("contacts.by_identity", kind=kind, value=value)
    return [row["contact_id"] for row in rows]


def pages(store: Store) -> Iterator[Row]:
    """Yield every contact in the list's shape, ordered by id, read a page at a time."""
    yield from _paged(store, "contacts.page")


def chosen_pages(store: Store) -> Iterator[Row]:
    """The same for the contacts in the table ``chosen_contact``."""
    yield from _paged(store, "contacts.chosen_page")


def _paged(store: Store, query: str) -> Iterator[Row]:
    after = 0
    while True:
        page = store.rows(query, after=after, amount=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]["id"]


def count(store: Store) -> int:
    """Return how many contacts there are."""
    row = store.one("contacts.count_contacts")
    return int(row["contacts"]) if row else 0


def find(store: Store, words: str) -> Iterator[Row]:
    """Yield the contacts with ``words`` in a name, company, city, address or number."""
    choose(store, [])
    digits = re.sub(r"\D", "", words).lstrip("0")
    store.run("contacts.choose_found", words=words, digits=digits)
    return chosen_pages(store)


def choose(store: Store, contact_ids: Sequence[int]) -> None:
    """Fill the table ``chosen_contact`` with these ids: what bulk statements work on."""
    store.run("contacts.create_chosen")
    if contact_ids:
        store.run("contacts.choose", contact_ids=list(contact_ids))


def choose_batch(store: Store, batch_id: int) -> int:
    """Fill ``chosen_contact`` with everyone an import added or changed; return how many."""
    choose(store, [])
    store.run("contacts.choose_batch", batch_id=batch_id)
    row = store.one("contacts.count_chosen")
    return int(row["contacts"]) if row else 0


def letters(store: Store) -> Iterator[Row]:
    """Yield what templates of mail may say of the contacts in ``chosen_contact``, by id.

    id, given_name, family_name, email, country, locale, city, company, birthday (ISO text), tags,
    attributes (an object).
    """
    import msgspec

    for row in _paged(store, "contacts.letter_page"):
        kept, born = row["attributes"], row["birthday"]
        yield {
            **row,
            "birthday": born and born.isoformat(),
            "attributes": msgspec.json.decode(kept) if kept else {},
        }


def show(store: Store, contact_id: int) -> Row:
    """Return one contact: the list's fields, the profile, identities, tags and attributes."""
    import msgspec

    choose(store, [contact_id])
    listed = next(iter(chosen_pages(store)))
    profile = store.one("contacts.by_id", contact_id=contact_id) or {}
    kept = {name: profile[name] for name in (*PROFILE_FIELDS, "source", "updated_at")}
    attributes = profile["attributes"]
    return {
        **listed,
        **kept,
        "identities": store.rows("contacts.identities", contact_id=contact_id),
        "tags": [row["tag"] for row in store.rows("contacts.tags_of", contact_id=contact_id)],
        "attributes": msgspec.json.decode(attributes) if attributes else {},
    }


def timeline(store: Store, contact_id: int) -> list[Row]:
    """Return what happened to the contact's own page: occurred_at, room, what, detail."""
    return store.rows("contacts.timeline", contact_id=contact_id)
