"""``ecrm contact`` and ``ecrm tag`` at the front door."""

from __future__ import annotations

import pytest

from tests.door import Ecrm

SHOWN = {
    "id", "ref", "external_ids", "email", "phone", "given_name", "family_name", "country",
    "created_at", "consent", "segments", "orders", "scores", "points", "open_cases", "timeline",
    "tags", "attributes", "identities",
}  # fmt: skip


@pytest.fixture
def ana(ecrm: Ecrm) -> str:
    """A contact added at the door."""
    added = ecrm(
        "contact", "add", "--email", "Ana@example.org", "--given-name", "Ana", "--city", "Novi Sad",
        "--json",
    )  # fmt: skip
    assert added.code == 0, added.stderr
    assert (added.json["ref"], added.json["email"]) == ("P-1", "ana@example.org")
    return "ana@example.org"


def test_the_list_in_four_formats(ecrm: Ecrm, ana: str) -> None:
    assert [row["email"] for row in ecrm("contact", "list", "--json").json] == [ana]
    lines = ecrm("--format", "csv", "contact", "list").stdout.splitlines()
    assert lines[0].startswith("id,ref,external_ids,email,phone,given_name,family_name,country")
    assert lines[1].startswith("1,P-1,[],ana@example.org,,Ana,,,2026-11-20T09:00:00Z")
    assert ecrm("contact", "list", "-f", "ndjson").stdout.count("\n") == 1
    assert ecrm("contact", "list").stdout.splitlines()[1].split()[:2] == ["P-1", ana]


def test_an_empty_list_is_an_empty_array_and_no_error(ecrm: Ecrm) -> None:
    for words in (("list",), ("find", "nobody")):
        answer = ecrm("contact", *words, "--json")
        assert (answer.code, answer.json) == (0, [])


def test_the_page_of_a_contact_has_every_key(ecrm: Ecrm, ana: str) -> None:
    page = ecrm("contact", "show", ana, "--json").json
    assert page.keys() >= SHOWN
    assert (page["scores"], page["points"], page["open_cases"]) == (None, 0, [])
    assert page["consent"] == page["orders"] == []


def test_a_contact_that_is_not_there_is_answered_with_those_like_it(ecrm: Ecrm, ana: str) -> None:
    refused = ecrm("contact", "show", "ana@exmaple.org", "--json")
    assert (refused.code, refused.stdout) == (4, "")
    assert refused.error["matches"] == [ana]


def test_an_edit_and_its_history(ecrm: Ecrm, ana: str) -> None:
    edited = ecrm("contact", "edit", ana, "--city", "Beograd")
    assert (edited.code, edited.stdout) == (0, "Changed city: P-1.\n")
    assert ecrm("contact", "edit", ana, "--city", "Beograd").stdout == "Nothing differs: P-1.\n"
    (change,) = ecrm("contact", "history", ana, "--json").json
    assert (change["field"], change["before"], change["after"]) == ("city", "Novi Sad", "Beograd")
    assert (change["actor"], change["origin"]) == ("tester", "edit")


def test_tags_at_the_door(ecrm: Ecrm, ana: str) -> None:
    assert ecrm("contact", "tag", ana, "vip").code == 0
    assert ecrm("tag", "list", "--json").json == [{"tag": "vip", "contacts": 1}]
    assert ecrm("contact", "untag", "P-1", "vip", "--json").json["changed"] == 1
    assert ecrm("tag", "list", "--json").json == []


def test_every_writing_command_is_in_the_audit(ecrm: Ecrm, ana: str) -> None:
    ecrm("contact", "edit", ana, "--city", "Beograd")
    ecrm("contact", "tag", ana, "vip")
    ecrm("contact", "untag", ana, "vip")
    said = [row["command"] for row in ecrm("audit", "list", "--json").json]
    assert sorted(word for word in said if word.startswith("contact")) == [
        "contact add", "contact edit", "contact tag", "contact untag"
    ]  # fmt: skip


@pytest.mark.parametrize("words", [("show",), ("edit", "--city", "X"), ("history",)])
def test_an_ambiguous_name_is_a_conflict(ecrm: Ecrm, words: tuple[str, ...]) -> None:
    for number in (1, 2):
        ecrm("contact", "add", "--email", f"a{number}@example.org", "--given-name", "Ana")
    refused = ecrm("contact", words[0], "Ana", *words[1:], "--json")
    assert (refused.code, refused.error["kind"]) == (5, "conflict")
    assert refused.error["matches"] == ["P-1 Ana", "P-2 Ana"]
