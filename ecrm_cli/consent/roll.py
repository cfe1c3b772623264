"""A list of names from a file or a pipe: who of them is known here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ecrm_cli.contacts.model import BadEmail, normal_email
from ecrm_cli.core.errors import NotFound, PartlyDone
from ecrm_cli.core.store import Store

_REF = re.compile(r"(?:[Pp]-)?(\d{1,18})")
_SHOWN = 5


class SomeUnknown(PartlyDone):
    """Names on a list that are nobody's here; the others were done."""

    def __init__(self, unknown: Sequence[str]) -> None:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        super().__init__(
            f"Not in the book: {', '.join(unknown[:_SHOWN])}{more}.",
            hint="Import or add them first: ecrm contact add --email ADDRESS",
            matches=list(unknown),
        )


def call(
    store: Store, names: Sequence[str], look: Callable[[str], int]
) -> tuple[list[int], list[str]]:
    """Return the ids of the contacts on a list, and the names nobody has.

    Ids and e-mails are looked up all at once; ``look`` finds the others one by one, and may raise
    NotFound, which makes a name unknown, or Ambiguous, which is left to the caller.
    """
    found = _by_number(store, names) | _by_email(store, names)
    unknown = []
    for name in names:
        if name not in found:
            contact_id = _found(look, name)
            if contact_id is None:
                unknown.append(name)
            else:
                found[name] = contact_id
    return list(dict.fromkeys(found[name] for name in names if name in found)), unknown


def _found(look: Callable[[str], int], name: str) -> int | None:
    # An address that was not among all addresses is nobody's: no need to look again.
    if "@" in name:
        return None
    try:
        return look(name)
    except NotFound:
        return None


def _by_number(store: Store, names: Sequence[str]) -> dict[str, int]:
    numbers = {name: int(ref[1]) for name in names if (ref := _REF.fullmatch(name))}
    rows = store.rows("consent.living", contact_ids=list(set(numbers.values())))
    living = {row["contact_id"] for row in rows}
    return {name: number for name, number in numbers.items() if number in living}


def _by_email(store: Store, names: Sequence[str]) -> dict[str, int]:
    wanted = {name: _normal(name) for name in names if "@" in name}
    rows = store.rows("consent.owners", words=[value for value in wanted.values() if value])
    owners = {row["value"]: row["contact_id"] for row in rows}
    return {name: owners[value] for name, value in wanted.items() if value in owners}


def _normal(address: str) -> str:
    try:
        return normal_email(address)
    except BadEmail:
        return ""
