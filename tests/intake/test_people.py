"""Lines become people: who is who, what a match fills, and what stays with its owner."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ecrm_cli.contacts import ops as contacts
from ecrm_cli.contacts import profile
from ecrm_cli.contacts.model import Profile
from tests.desk import Desk, counts, csv_of
from tests.door import NOW
from tests.people import person


def book(desk: Desk) -> list[tuple[Any, ...]]:
    """Return each person's name and all they are known by."""
    return [
        (row["given_name"], *sorted(row["known"]))
        for row in desk.rows(
            "SELECT c.contact_id, c.given_name, list(i.value) AS known FROM contact c "
            "JOIN identity i USING (contact_id) GROUP BY ALL ORDER BY c.contact_id"
        )
    ]


def ids(desk: Desk) -> dict[str, int]:
    return {row["value"]: row["contact_id"] for row in desk.rows("FROM identity")}


def test_lines_that_share_an_identifier_are_one_person(desk: Desk) -> None:
    done = desk.contacts(
        csv_of(
            "id,email,phone,first name,city",
            "7,ana@example.org,,Ana,",
            ",ben@example.org,,Ben,",
            "7,,064 123 4567,Anna,Novi Sad",
            ",ANA@example.org,,,Niš",
        )
    )
    assert counts(done) == (2, 1, 1, 0)
    assert book(desk) == [
        ("Ana", "+381641234567", "ana@example.org", "file:7"), ("Ben", "ben@example.org")
    ]  # fmt: skip
    assert contacts.show(desk.store, 1)["city"] == "Novi Sad"


def test_a_line_can_join_two_groups(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("email,phone,first name", "a@example.org,,A", ",+381641111111,B",
               "c@example.org,,C", "a@example.org,+381641111111,D")
    )  # fmt: skip
    assert counts(done) == (2, 1, 1, 0)
    assert book(desk) == [("A", "+381641111111", "a@example.org"), ("C", "c@example.org")]


@pytest.mark.parametrize("order", ["forwards", "backwards", "shuffled"])
def test_a_chain_of_any_length_is_one_person(desk: Desk, order: str) -> None:
    chain = [f"{number // 2},p{(number + 1) // 2}@example.org" for number in range(600)]
    if order == "backwards":
        chain.reverse()
    if order == "shuffled":
        Random(7).shuffle(chain)
    done = desk.contacts(csv_of("id,email", *chain, "x,other@example.org"))
    assert done.added == 2
    assert contacts.count(desk.store) == 2
    assert desk.values("SELECT count(*) FROM identity") == [301 + 300 + 2]


def test_a_match_is_by_external_id_then_e_mail_then_phone(desk: Desk) -> None:
    desk.contacts(csv_of("id,email,phone", "1,,", ",two@example.org,", ",,+381643333333"))
    known = ids(desk)
    lines = ("1,two@example.org,+381643333333,A", "9,two@example.org,+381643333333,B",
             "8,new@example.org,+381643333333,C")  # fmt: skip
    for line in lines:
        done = desk.contacts(csv_of("id,email,phone,city", line))
        assert counts(done) == (0, 1, 0, 0)
    cities = {row["city"]: row["contact_id"] for row in desk.rows("FROM contact")}
    assert cities == {
        "A": known["file:1"], "B": known["two@example.org"], "C": known["+381643333333"]
    }  # fmt: skip


def test_what_belongs_to_somebody_stays_with_them_and_is_counted(desk: Desk) -> None:
    desk.contacts(csv_of("id,email", "1,", ",two@example.org"))
    done = desk.contacts(csv_of("id,email,city", "1,two@example.org,Novi Sad"))
    assert counts(done) == (0, 1, 0, 0)
    assert done.warnings == 1
    assert ids(desk) == {"file:1": 1, "two@example.org": 2}
    assert contacts.show(desk.store, 2)["city"] is None


def test_two_known_people_who_share_a_phone_stay_two(desk: Desk) -> None:
    desk.contacts(csv_of("email,first name", "ana@example.org,Ana", "ben@example.org,Ben"))
    again = csv_of(
        "email,phone,city", "ana@example.org,+381641111111,", "ben@example.org,+381641111111,Niš"
    )
    done = desk.contacts(again)
    assert counts(done) == (0, 2, 0, 0)
    assert done.warnings == 1
    assert book(desk) == [("Ana", "+381641111111", "ana@example.org"), ("Ben", "ben@example.org")]
    assert contacts.show(desk.store, 1)["city"] is None
    assert contacts.show(desk.store, 2)["city"] == "Niš"
    assert counts(desk.contacts(again, again=True)) == (0, 0, 2, 0)


def test_a_match_fills_what_is_empty_and_replaces_nothing(desk: Desk) -> None:
    contact_id = profile.add(
        desk.store, NOW, Profile(email="ana@example.org", given_name="Ana", city="Novi Sad"), None
    )
    done = desk.contacts(
        csv_of("email,phone,first name,last name,city,country,birthday,vip",
               "ana@example.org,064 123 4567,Other,Petrović,Niš,Serbia,1990-05-21,yes")
    )  # fmt: skip
    assert counts(done) == (0, 1, 0, 0)
    shown = contacts.show(desk.store, contact_id)
    assert (shown["given_name"], shown["family_name"], shown["city"]) == (
        "Ana",
        "Petrović",
        "Novi Sad",
    )
    assert (shown["phone"], shown["country"]) == ("+381641234567", "RS")
    assert (str(shown["birthday"]), shown["attributes"]) == ("1990-05-21", {"vip": "yes"})
    (change,) = desk.rows("FROM contact_change")
    assert (change["origin"], change["origin_id"], change["actor"]) == (
        "import",
        done.batch,
        "tester",
    )
    assert json.loads(change["before"]) == dict.fromkeys(
        ("phone", "family_name", "country", "birthday", "attributes.vip")
    )


def test_the_first_line_of_a_person_has_the_first_word(desk: Desk) -> None:
    desk.contacts(
        csv_of("email,city,note", "a@example.org,,x", "a@example.org,Niš,y", "a@example.org,Bor,z")
    )
    shown = contacts.show(desk.store, 1)
    assert (shown["city"], shown["attributes"]) == ("Niš", {"note": "x"})


def test_a_person_may_have_several_addresses_the_first_counts(desk: Desk) -> None:
    desk.contacts(
        csv_of("id,email,phone", "7,b@example.org,+381641111111", "7,a@example.org,+381642222222")
    )
    desk.contacts(csv_of("id,email", "7,c@example.org"))
    shown = contacts.show(desk.store, 1)
    assert (shown["email"], shown["phone"]) == ("b@example.org", "+381641111111")
    assert [row["value"] for row in shown["identities"] if row["kind"] == "email"] == [
        "b@example.org", "a@example.org", "c@example.org"
    ]  # fmt: skip


def test_the_same_lines_again_change_nothing(desk: Desk) -> None:
    text = csv_of("id,email,phone,name,tags,note", "1,a@example.org,+381641111111,Ana,\"x;y\",n",
                  "2,b@example.org,,Ben,x,", "1,c@example.org,,,z,m",
                  ",,+381641111111,,,")  # fmt: skip
    desk.contacts(text)
    before = {name: desk.rows(f"FROM {name}") for name in ("contact", "identity", "contact_tag")}
    done = desk.contacts(text, again=True)
    assert counts(done) == (0, 0, 4, 0)
    assert before == {name: desk.rows(f"FROM {name}") for name in before}
    assert desk.rows("FROM contact_change") == []


def test_names_in_one_field_are_cut(desk: Desk) -> None:
    names = ["Ana Petrović", '"Petrović, Ana"', "Ana Marija Petrović", "Ana"]
    desk.contacts(
        csv_of("email,name", *(f"p{n}@example.org,{name}" for n, name in enumerate(names)))
    )
    assert desk.values("SELECT given_name, family_name FROM contact ORDER BY contact_id") == [
        ("Ana", "Petrović"), ("Ana", "Petrović"), ("Ana", "Marija Petrović"), ("Ana", None)
    ]  # fmt: skip


def test_a_bad_address_beside_a_good_identifier_is_kept_as_it_was_and_counted(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("id,email,phone,country,birthday,zone,created at",
               "1,ana@,12,Atlantis,soon,Mars/Base,yesterday", "2,b@example.org,,RS,,UTC,2024-01-01")
    )  # fmt: skip
    assert (counts(done), done.warnings) == ((2, 0, 0, 0), 1)
    assert contacts.show(desk.store, 1)["attributes"] == {
        "email_unread": "ana@", "phone_unread": "12", "country_unread": "Atlantis",
        "birthday_unread": "soon", "zone_unread": "Mars/Base", "created_at_unread": "yesterday",
    }  # fmt: skip
    assert contacts.show(desk.store, 2)["zone"] == "UTC"


def test_a_line_without_any_identifier_is_rejected_with_its_column(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("Mail,Phone,Name", "ana@,,Ana", ",12,Ben", ",,Cveta", "x@,+381641234567,Dejan"),
        mapped={"email": "Mail"},
    )
    assert (counts(done), done.warnings) == ((1, 0, 0, 3), 1)
    told = [(reject.line, reject.column, reject.raw) for reject in done.rejects]
    assert told == [(2, "Mail", "ana@,,Ana"), (3, "Phone", ",12,Ben"), (4, None, ",,Cveta")]
    assert done.rejects[0].reason.startswith("this is not an e-mail address: ")
    assert done.rejects[1].reason.startswith("this is not a phone number: ")
    assert done.rejects[2].reason == "the line has no e-mail, phone or external id"
    kept = desk.rows("SELECT line, column_name, reason, raw FROM import_reject ORDER BY line")
    assert [tuple(row.values()) for row in kept] == [
        (reject.line, reject.column, reject.reason, reject.raw) for reject in done.rejects
    ]


@pytest.mark.parametrize(
    ("phone", "country", "number"),
    [("064 123 4567", "", "+381641234567"), ("030 901820", "Germany", "+4930901820"),
     ("030 901820", "DE", "+4930901820"), ("+49 30 901820", "RS", "+4930901820"),
     ("'+49 30 901820", "", "+4930901820"), ("00381-64-1234567", "DE", "+381641234567")],
)  # fmt: skip
def test_a_phone_is_read_as_one_of_the_lines_country_else_the_workspaces(
    desk: Desk, phone: str, country: str, number: str
) -> None:
    desk.contacts(csv_of("phone,country", f"{phone},{country}"))
    assert desk.values("SELECT value, raw FROM identity") == [(number, phone)]


def test_a_spreadsheets_mark_for_text_is_not_part_of_it(desk: Desk) -> None:
    desk.contacts(csv_of("email,phone,zip", "'ana@example.org,'+381641234567,'21000"))
    assert set(ids(desk)) == {"ana@example.org", "+381641234567"}
    assert contacts.show(desk.store, 1)["postcode"] == "21000"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (["17850.0", "13047.0"], ["17850", "13047"]),
        (["17850.0", "13047"], ["17850", "13047"]),
        (["17850.0", "A7"], ["17850.0", "A7"]),
        (["17850.5", "13047.0"], ["17850.5", "13047.0"]),
        (["007", "7.0"], ["007", "7"]),
    ],
)
def test_ids_of_a_column_of_whole_numbers_lose_what_a_spreadsheet_added(
    desk: Desk, written: list[str], kept: list[str]
) -> None:
    desk.contacts(csv_of("id,email", *(f"{number}," for number in written), ",x@example.org"))
    found = desk.values("SELECT value FROM identity WHERE kind = 'external' ORDER BY identity_id")
    assert found == [f"file:{number}" for number in kept]


def test_tags_are_added_and_none_is_taken_away(desk: Desk) -> None:
    desk.contacts(csv_of("email,tags", 'a@example.org,"vip, wholesale ;vip"', "a@example.org,new"))
    desk.contacts(csv_of("email,tags", "a@example.org,other"))
    assert contacts.show(desk.store, 1)["tags"] == ["new", "other", "vip", "wholesale"]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2024-07-01 10:00:00", "2024-07-01 08:00"), ("2024-01-01 10:00", "2024-01-01 09:00"),
        ("2024-07-01T10:00:00Z", "2024-07-01 10:00"),
        ("2024-07-01 10:00:00 +0500", "2024-07-01 05:00"),
        ("01.07.2024", "2024-06-30 22:00"), ("2099-01-01", "2026-11-20 09:00"),
    ],
)  # fmt: skip
def test_the_file_may_say_since_when_a_person_is_known(desk: Desk, written: str, utc: str) -> None:
    desk.contacts(csv_of("email,created at", f"a@example.org,{written}"))
    (row,) = desk.rows("SELECT created_at, recorded_at FROM contact")
    assert row["created_at"] == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert row["recorded_at"] == NOW


def test_everything_an_import_adds_carries_its_batch(desk: Desk) -> None:
    person(desk.store, "ana@example.org")
    desk.now = NOW + timedelta(days=1)
    done = desk.contacts(csv_of("id,email,tags", "1,ana@example.org,x", "2,ben@example.org,y"))
    assert desk.values("SELECT contact_id FROM contact WHERE batch_id = $b", b=done.batch) == [2]
    added = desk.values("SELECT value FROM identity WHERE batch_id = $b", b=done.batch)
    assert sorted(added) == [
        "ben@example.org", "file:1", "file:2"
    ]  # fmt: skip
    tags = desk.values("SELECT tag FROM contact_tag WHERE batch_id = $b", b=done.batch)
    assert sorted(tags) == ["x", "y"]
    assert set(
        desk.values("SELECT DISTINCT source FROM identity WHERE batch_id = $b", b=done.batch)
    ) == {"file"}


def test_attributes_in_json_are_taken_apart_and_merged(desk: Desk) -> None:
    desk.contacts(
        csv_of("email,attributes,note", 'a@example.org,"{""a"": 1, ""b"": {""c"": [2]}}",x')
    )
    desk.contacts(csv_of("email,attributes,note",
                         'a@example.org,"{""a"": 9, ""d"": null, ""e"": 5}",y',
                         "b@example.org,not JSON,", 'c@example.org,"[1]",'))  # fmt: skip
    assert contacts.show(desk.store, 1)["attributes"] == {
        "a": 1,
        "b": {"c": [2]},
        "note": "x",
        "e": 5,
    }
    assert contacts.show(desk.store, 2)["attributes"] == {"attributes_unread": "not JSON"}
    assert contacts.show(desk.store, 3)["attributes"] == {"attributes_unread": "[1]"}


def test_an_address_in_two_writings_is_one(desk: Desk) -> None:
    done = desk.contacts(
        csv_of("email", "info@bücher.example.org", "INFO@xn--bcher-kva.example.org",
               "A.B@example.org", "a.b@EXAMPLE.ORG")
    )  # fmt: skip
    assert counts(done) == (2, 0, 2, 0)
    assert set(ids(desk)) == {"info@xn--bcher-kva.example.org", "a.b@example.org"}


def test_a_long_address_is_refused_by_the_fast_way_too(desk: Desk) -> None:
    local, domain = "x" * 65, ".".join(["d" * 60] * 5)
    done = desk.contacts(
        csv_of("email", f"{local}@example.org", f"a@{domain}.org", "ok@example.org")
    )
    assert counts(done) == (1, 0, 0, 2)
