"""Names read from a list."""

from __future__ import annotations

import pytest

from ecrm_cli.consent import roll
from ecrm_cli.contacts.ops import Ambiguous, resolve
from ecrm_cli.core.store import Store
from tests.people import people, person


def called(store: Store, *names: str) -> tuple[list[int], list[str]]:
    return roll.call(store, names, lambda name: resolve(store, name, "RS"))


def test_ids_refs_and_addresses_are_found(store: Store) -> None:
    ana, ben = people(store, 2)
    zoe = person(store, None, "+381641112223")
    assert called(store, str(ana), "p-2", "P2@Example.org", "064 111 2223") == ([ana, ben, zoe], [])


def test_each_person_is_on_the_list_once(store: Store) -> None:
    (ana,) = people(store, 1)
    assert called(store, "1", "P-1", "p1@example.org", "p1@example.org") == ([ana], [])


def test_nobodys_names_are_kept_in_their_order(store: Store) -> None:
    (ana,) = people(store, 1)
    names = ["zoe@example.org", "1", "P-99", "not@an@address", "Nobody"]
    assert called(store, *names) == ([ana], ["zoe@example.org", "P-99", "not@an@address", "Nobody"])


def test_a_name_of_two_people_is_asked_back(store: Store) -> None:
    from ecrm_cli.contacts.model import Profile
    from ecrm_cli.contacts.profile import add
    from tests.door import NOW

    for number in (1, 2):
        add(store, NOW, Profile(email=f"a{number}@example.org", family_name="Petrović"), None)
    with pytest.raises(Ambiguous):
        called(store, "Petrović")


def test_an_empty_list_is_nobody(store: Store) -> None:
    assert called(store) == ([], [])


def test_who_is_unknown_is_said_up_to_five() -> None:
    unknown = roll.SomeUnknown([f"x{number}@example.org" for number in range(7)])
    assert unknown.code == 6
    assert unknown.message.endswith("x4@example.org and 2 more.")
    assert len(unknown.matches) == 7
