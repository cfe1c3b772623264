"""Contacts listed, found, shown, tagged."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest

from ecrm_cli.contacts import ops, profile, tags
from ecrm_cli.contacts.model import Profile
from ecrm_cli.core.errors import DataError
from ecrm_cli.core.store import Store
from tests.desk import Desk, csv_of
from tests.door import NOW
from tests.people import people, person

KEYS = {
    "id", "ref", "external_ids", "email", "phone", "given_name", "family_name", "country",
    "created_at",
}  # fmt: skip


def test_the_list_is_everybody_in_the_order_they_came_a_page_at_a_time(store: Store) -> None:
    people(store, 7)
    with patch("ecrm_cli.contacts.ops.PAGE", 3):
        listed = list(ops.pages(store))
    assert [row["id"] for row in listed] == [1, 2, 3, 4, 5, 6, 7]
    assert listed == list(ops.pages(store))
    assert {frozenset(row) for row in listed} == {frozenset(KEYS)}


def test_an_empty_book_lists_nobody(store: Store) -> None:
    assert list(ops.pages(store)) == []
    assert list(ops.find(store, "ana")) == []
    assert ops.count(store) == 0


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("petrovic", ["P-1"]), ("PETROVIĆ", ["P-1"]), ("ana pet", ["P-1"]), ("coffee", ["P-2"]),
        ("novi sad", ["P-1", "P-2"]), ("@example.org", ["P-1", "P-2"]), ("ben@", ["P-2"]),
        ("064 123", ["P-1"]), ("1234567", ["P-1"]), ("+38164", ["P-1"]), ("rs", ["P-1"]),
        ("nobody", []), ("%", []), ("_", []), ("", ["P-1", "P-2"]),
    ],
)  # fmt: skip
def test_words_are_found_anywhere_without_case_and_accents(
    store: Store, words: str, found: list[str]
) -> None:
    ana = Profile(
        "ana@example.org", "+381641234567", "Ana", "Petrović", city="Novi Sad", country="RS"
    )
    ben = Profile("ben@example.org", company="Corner Coffee", city="Novi Sad")
    for one in (ana, ben):
        profile.add(store, NOW, one, None)
    assert [row["ref"] for row in ops.find(store, words)] == found


def test_external_ids_are_listed_with_their_sources(desk: Desk) -> None:
    desk.contacts(csv_of("id,email", "7,ana@example.org"), source="till")
    desk.contacts(csv_of("id,email", "9,ana@example.org"), source="shop")
    assert next(ops.pages(desk.store))["external_ids"] == ["till:7", "shop:9"]


def test_the_first_address_of_a_kind_is_the_one_that_is_listed(desk: Desk) -> None:
    desk.contacts(csv_of("id,email", "7,b@example.org", "7,a@example.org"))
    listed = list(ops.pages(desk.store))
    assert [row["email"] for row in listed] == ["b@example.org"]


def test_tags_are_given_once_and_taken_once(store: Store) -> None:
    ids = people(store, 3)
    assert tags.tag(store, NOW, ids, " vip ") == 3
    assert tags.tag(store, NOW, [*ids[:1], *ids[:1]], "vip") == 0
    assert tags.tag(store, NOW, ids[:1], "wholesale") == 1
    assert tags.untag(store, NOW, ids[1:], "vip") == 2
    assert tags.untag(store, NOW, ids[1:], "vip") == 0
    assert tags.tags(store) == [
        {"tag": "vip", "contacts": 1}, {"tag": "wholesale", "contacts": 1}
    ]  # fmt: skip
    assert ops.show(store, ids[0])["tags"] == ["vip", "wholesale"]
    assert ops.show(store, ids[1])["tags"] == []


def test_a_tag_taken_away_can_be_given_again(store: Store) -> None:
    contact_id = person(store, "ana@example.org")
    for later in range(3):
        now = NOW + timedelta(minutes=later)
        verb = tags.untag if later % 2 else tags.tag
        assert verb(store, now, [contact_id], "vip") == 1
    assert ops.show(store, contact_id)["tags"] == ["vip"]
    told = [(row["what"], row["detail"]) for row in ops.timeline(store, contact_id)]
    assert sorted(told) == [
        ("added", "manual"), ("tagged", "vip"), ("tagged", "vip"), ("untagged", "vip")
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_tag_has_one_to_a_hundred_characters(store: Store, name: str) -> None:
    with pytest.raises(DataError, match="is not a tag"):
        tags.tag(store, NOW, people(store, 1), name)
    assert tags.tags(store) == []


def test_the_timeline_tells_of_adding_editing_and_tagging(store: Store) -> None:
    contact_id = person(store, "ana@example.org")
    profile.edit(store, NOW, contact_id, Profile(city="Novi Sad"), None)
    tags.tag(store, NOW, [contact_id], "vip")
    told = {(row["room"], row["what"], row["detail"]) for row in ops.timeline(store, contact_id)}
    assert told == {
        ("contacts", "added", "manual"),
        ("contacts", "changed", "edit: city"),
        ("contacts", "tagged", "vip"),
    }
