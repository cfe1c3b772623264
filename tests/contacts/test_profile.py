"""Contacts written by hand: added, edited, and what they were before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ecrm_cli.contacts import ops, profile
from ecrm_cli.contacts.model import BadEmail, BadPhone, Profile
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Store
from tests.desk import Desk, csv_of
from tests.door import NOW
from tests.people import person

LATER = NOW + timedelta(days=1)


def edit(store: Store, contact_id: int, **fields: str) -> list[str]:
    return profile.edit(store, LATER, contact_id, Profile(**fields), "RS")


def changes(store: Store, contact_id: int) -> list[tuple[Any, ...]]:
    return [
        (row["field"], row["before"], row["after"]) for row in profile.history(store, contact_id)
    ]


def test_everything_that_is_given_stands_on_the_page(store: Store) -> None:
    given = Profile(
        "Ana@example.org", "064 123 4567", "Ana", "Petrović", "Corner Coffee", "Barista", "sr-Latn",
        "Europe/Belgrade", "Glavna 1", "Novi Sad", "Vojvodina", "21000", "Serbia", "1990-05-21",
    )  # fmt: skip
    shown = ops.show(store, profile.add(store, NOW, given, None))
    assert (shown["email"], shown["phone"]) == ("ana@example.org", "+381641234567")
    assert (shown["given_name"], shown["family_name"]) == ("Ana", "Petrović")
    assert (shown["company"], shown["job"]) == ("Corner Coffee", "Barista")
    assert (shown["locale"], shown["zone"]) == ("sr-Latn", "Europe/Belgrade")
    assert (shown["street"], shown["city"], shown["region"]) == (
        "Glavna 1",
        "Novi Sad",
        "Vojvodina",
    )
    assert (shown["postcode"], shown["country"]) == ("21000", "RS")
    assert shown["birthday"] == date(1990, 5, 21)
    assert (shown["id"], shown["ref"], shown["external_ids"]) == (1, "P-1", [])
    assert (shown["tags"], shown["attributes"], shown["source"]) == ([], {}, "manual")
    assert shown["created_at"] == shown["updated_at"] == NOW


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (Profile(given_name="Ana"), DataError, "needs an e-mail address or a phone"),
        (Profile(email="", phone=""), DataError, "needs an e-mail address or a phone"),
        (Profile(email="ana"), BadEmail, "'ana' is not an e-mail address"),
        (Profile(phone="12"), BadPhone, "'12' is not a phone number"),
        (
            Profile(email="a@example.org", country="Atlantis"),
            DataError,
            "'Atlantis' is not a country",
        ),
        (Profile(email="a@example.org", birthday="21.5.1990"), DataError, "is not a date"),
        (
            Profile(email="a@example.org", zone="Mars/Base"),
            DataError,
            "'Mars/Base' is not a time zone",
        ),
        (Profile(email="a@example.org", zone="../UTC"), DataError, "is not a time zone"),
    ],
)
def test_what_cannot_be_understood_is_not_added(
    store: Store, given: Profile, error: type[DataError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        profile.add(store, NOW, given, "RS")
    assert caught.value.code == 3
    assert ops.count(store) == 0


def test_an_address_belongs_to_one_contact(store: Store) -> None:
    first = person(store, "ana@example.org")
    with pytest.raises(profile.AddressTaken, match="belongs to contact P-1") as caught:
        person(store, "ANA@example.org")
    assert (caught.value.code, caught.value.matches) == (5, ["P-1"])
    second = person(store, "ben@example.org")
    with pytest.raises(profile.AddressTaken):
        edit(store, second, email="Ana@Example.org")
    assert ops.owners_of(store, "email", "ana@example.org") == [first]
    assert ops.count(store) == 2


def test_a_phone_is_read_as_one_of_the_contacts_own_country(store: Store) -> None:
    contact_id = profile.add(
        store, NOW, Profile(email="ana@example.org", phone="030 901820", country="Germany"), "RS"
    )
    assert ops.show(store, contact_id)["phone"] == "+4930901820"
    edit(store, contact_id, phone="030 901821")
    assert ops.show(store, contact_id)["phone"] == "+4930901821"


def test_an_edit_keeps_what_was_there_before(store: Store) -> None:
    contact_id = profile.add(
        store, NOW, Profile(email="ana@example.org", given_name="Ana", city="Novi Sad"), None
    )
    assert edit(store, contact_id, city="Beograd", given_name="Ana") == ["city"]
    assert edit(store, contact_id, city="", email="a.p@example.org") == ["city", "email"]
    assert changes(store, contact_id) == [
        ("city", "Novi Sad", "Beograd"),
        ("city", "Beograd", None),
        ("email", "ana@example.org", "a.p@example.org"),
    ]
    shown = ops.show(store, contact_id)
    assert (shown["city"], shown["given_name"], shown["email"]) == (None, "Ana", "a.p@example.org")
    assert (shown["created_at"], shown["updated_at"]) == (NOW, LATER)


def test_an_edit_that_changes_nothing_leaves_no_trace(store: Store) -> None:
    contact_id = profile.add(
        store, NOW, Profile(email="ana@example.org", birthday="1990-05-21", country="RS"), None
    )
    assert (
        edit(store, contact_id, email="ANA@example.org", birthday="1990-05-21", country="Serbia")
        == []
    )
    assert profile.history(store, contact_id) == []
    assert ops.show(store, contact_id)["updated_at"] == NOW


def test_an_edit_that_is_refused_changes_nothing(store: Store) -> None:
    contact_id = person(store, "ana@example.org")
    for bad in (
        {"city": "X", "email": "bad"},
        {"city": "X", "phone": "1"},
        {"city": "X", "email": ""},
    ):
        with pytest.raises(DataError):
            edit(store, contact_id, **bad)
    assert ops.show(store, contact_id)["city"] is None
    assert ops.show(store, contact_id)["email"] == "ana@example.org"
    assert profile.history(store, contact_id) == []


def test_the_last_address_cannot_be_taken_away(store: Store) -> None:
    contact_id = person(store, "ana@example.org")
    with pytest.raises(profile.NoAddressLeft, match="P-1 would have no e-mail, phone or id left"):
        edit(store, contact_id, email="")
    assert edit(store, contact_id, email="", phone="064 123 4567") == ["email", "phone"]
    shown = ops.show(store, contact_id)
    assert (shown["email"], shown["phone"]) == (None, "+381641234567")


def test_an_address_that_was_given_up_is_free_for_others(store: Store) -> None:
    contact_id = person(store, "ana@example.org")
    edit(store, contact_id, email="new@example.org")
    assert ops.owners_of(store, "email", "ana@example.org") == []
    assert person(store, "ana@example.org") == 2


@pytest.fixture
def two_addresses(desk: Desk) -> int:
    """One person with a first and a second e-mail address."""
    desk.contacts(csv_of("id,email", "7,first@example.org", "7,second@example.org"))
    return 1


def test_a_second_address_can_become_the_first(store: Store, two_addresses: int) -> None:
    assert ops.show(store, two_addresses)["email"] == "first@example.org"
    assert edit(store, two_addresses, email="second@example.org") == ["email"]
    shown = ops.show(store, two_addresses)
    assert shown["email"] == "second@example.org"
    assert [row["value"] for row in shown["identities"] if row["kind"] == "email"] == [
        "second@example.org"
    ]


def test_without_the_first_address_the_second_takes_its_place(
    store: Store, two_addresses: int
) -> None:
    edit(store, two_addresses, email="")
    shown = ops.show(store, two_addresses)
    assert shown["email"] == "second@example.org"
    primary = [row["value"] for row in shown["identities"] if row["is_primary"]]
    assert primary == ["second@example.org", "file:7"]


def test_blanks_around_a_word_are_not_part_of_it(store: Store) -> None:
    contact_id = profile.add(
        store, NOW, Profile(email="ana@example.org", given_name=" Ana ", city="  "), None
    )
    shown = ops.show(store, contact_id)
    assert (shown["given_name"], shown["city"]) == ("Ana", None)


def test_history_tells_of_imports_too(desk: Desk) -> None:
    desk.contacts(csv_of("id,name", "7,Ana"))
    desk.contacts(csv_of("id,name,email,city,shoe size", "7,Other,ana@example.org,Novi Sad,38"))
    told = profile.history(desk.store, 1)
    assert {(row["field"], row["before"], row["after"], row["origin"]) for row in told} == {
        ("email", None, "ana@example.org", "import I-2"),
        ("city", None, "Novi Sad", "import I-2"),
        ("attributes.shoe_size", None, "38", "import I-2"),
    }
    assert {row["actor"] for row in told} == {"tester"}
