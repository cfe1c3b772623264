"""``ecrm segment`` at the door: words, shapes, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.door import Ecrm

LISTED = ["id", "ref", "external_ids", "email", "phone", "given_name", "family_name", "country",
          "created_at"]  # fmt: skip
STARTERS = ["active", "birthday-7d", "everyone-reachable", "lapsed", "lapsing", "new-30d",
            "no-consent-yet", "no-email-but-phone", "one-time-buyers", "open-complaint", "vip",
            "vip-lapsing", "wholesale", "won-back"]  # fmt: skip


@pytest.fixture
def shop(ecrm: Ecrm) -> Ecrm:
    """A workspace with three people: Ana, tagged vip; Ben in Norway; Mia in Norway."""
    for name, country in (("ana", "RS"), ("ben", "NO"), ("mia", "NO")):
        added = ecrm(
            "contact", "add", "--email", f"{name}@example.org", "--given-name", name.title(),
            "--country", country,
        )  # fmt: skip
        assert added.code == 0, added.stderr
    assert ecrm("contact", "tag", "ana@example.org", "vip").code == 0
    write(ecrm, "vips", "description: Our best\nall:\n  - tag: vip\n")
    return ecrm


def write(ecrm: Ecrm, name: str, text: str) -> Path:
    """Write a segment's file."""
    path = ecrm.folder / "segments" / f"{name}.yaml"
    path.write_text(text)
    return path


def test_the_starters_are_sound_and_counted(ecrm: Ecrm) -> None:
    listed = ecrm("segment", "list", "--json").json
    assert [row["segment"] for row in listed] == STARTERS
    assert {row["count"] for row in listed} == {0}
    assert all(row["description"] and row["problem"] is None for row in listed)
    checked = ecrm("segment", "check", "--strict", "--json")
    assert (checked.code, checked.json) == (0, {"ok": True, "findings": []})


def test_a_count_names_its_segment(shop: Ecrm) -> None:
    assert shop("segment", "count", "vips", "--json").json == {
        "segment": "vips", "count": 1, "as_of": "2026-11-20"
    }  # fmt: skip
    assert shop("segment", "count", "vips").stdout == "1\n"


def test_members_have_the_shape_of_the_contact_list(shop: Ecrm) -> None:
    members = shop("segment", "members", "vips", "--json").json
    assert [list(row) for row in members] == [LISTED]
    assert members[0]["email"] == "ana@example.org"
    assert shop("segment", "members", "wholesale", "--json").json == []
    named = shop(
        "segment", "members", "vips", "--fields", "email", "--format", "csv", "--no-header"
    )
    assert named.stdout == "ana@example.org\n"


def test_a_rule_is_taken_from_the_line_a_file_and_a_pipe(shop: Ecrm) -> None:
    write(shop, "north", "country: NO")
    for given, piped in (("country: NO", ""), ("segments/north.yaml", ""), ("-", "country: NO\n")):
        counted = shop("segment", "count", "--where", given, "--json", stdin=piped)
        assert counted.json == {"segment": None, "count": 2, "as_of": "2026-11-20"}


@pytest.mark.parametrize("words", [[], ["vips", "--where", "country: NO"]])
def test_who_is_meant_is_said_in_one_way(shop: Ecrm, words: list[str]) -> None:
    for verb in ("count", "members"):
        answer = shop("segment", verb, *words)
        assert answer.code == 2
        assert "Say who in one way" in answer.stderr


def test_explain_tells_each_condition_with_what_is_seen(shop: Ecrm) -> None:
    write(
        shop, "north-vips", "all:\n  - segment: vips\n  - country: [NO, SE]\n  - not: {has: phone}"
    )
    told = shop("segment", "explain", "north-vips", "ana@example.org", "--json").json
    assert told["member"] is False
    vips, north, phone = told["conditions"]
    assert vips["condition"] == "segment"
    assert vips["conditions"] == [{"condition": "tag", "rule": "vip", "met": True, "seen": ["vip"]}]
    assert north == {"condition": "country", "rule": ["NO", "SE"], "met": False, "seen": "RS"}
    assert (phone["condition"], phone["met"]) == ("not", True)
    lines = shop("segment", "explain", "north-vips", "ana@example.org").stdout.splitlines()
    assert lines == [
        "P-1 is not in north-vips.",
        "  yes  segment: vips",
        "    yes  tag: vip   seen: vip",
        "  no   country: [NO, SE]   seen: RS",
        "  yes  not",
        "    no   has: phone   seen: nothing",
    ]


def test_a_day_before_somebody_came_knows_them_not(shop: Ecrm) -> None:
    words = ("--where", "country: RS", "--as-of", "2026-11-19")
    counted = shop("segment", "count", *words, "--json")
    assert counted.json["count"] == 0
    assert "country as it was then where a change is on record" in counted.stderr
    told = shop("segment", "explain", "vips", "P-1", "--as-of", "2026-11-19")
    assert "They were not in the book yet on 2026-11-19." in told.stdout


def test_a_field_is_as_it_was_before_it_was_changed(shop: Ecrm) -> None:
    later = Ecrm(shop.folder, {"ECRM_NOW": "2026-12-24T09:00:00Z"})
    assert later("contact", "edit", "ana@example.org", "--country", "SE").code == 0
    count = ("segment", "count", "--where", "country: RS", "--json")
    assert later(*count).json["count"] == 0
    assert later(*count, "--as-of", "2026-12-23").json["count"] == 1
    assert later(*count, "--as-of", "2026-12-24").json["count"] == 0


def test_show_prints_the_file(shop: Ecrm) -> None:
    assert shop("segment", "show", "vips").stdout == "description: Our best\nall:\n  - tag: vip\n"
    shown = shop("segment", "show", "vips", "--json").json
    assert (shown["segment"], shown["conditions"]) == ("vips", ["tag"])


@pytest.mark.parametrize("verb", ["show", "count", "members", "check"])
def test_an_absent_segment_is_not_found_with_the_nearest(shop: Ecrm, verb: str) -> None:
    answer = shop("segment", verb, "vipz", "--json")
    assert (answer.code, answer.error["kind"]) == (4, "not-found")
    assert "vips" in answer.error["matches"]


def test_a_broken_segment_is_named_by_its_line_and_spoils_no_list(shop: Ecrm) -> None:
    path = write(shop, "broken", "all:\n  - tga: vip\n")
    counted = shop("segment", "count", "broken", "--json")
    assert counted.code == 3
    assert (counted.error["file"], counted.error["line"]) == (str(path), 2)
    assert (counted.error["key"], counted.error["matches"]) == ("all[0].tga", ["tag"])
    listed = shop("segment", "list", "--json")
    row = next(row for row in listed.json if row["segment"] == "broken")
    assert (listed.code, row["count"]) == (0, None)
    assert "no condition 'tga'" in row["problem"]
    assert "broken cannot be asked" in listed.stderr
    checked = shop("segment", "check", "--json")
    assert (checked.code, checked.json["ok"]) == (3, False)
    assert [(one["rule"], one["severity"]) for one in checked.json["findings"]] == [
        ("unknown-field", "error"), ("unknown-word", "warning")
    ]  # fmt: skip
    assert checked.json["findings"][0]["examples"] == [f"{path}:2"]


def test_check_warns_of_words_nobody_has(shop: Ecrm) -> None:
    write(shop, "slips", "all:\n  - tag: vpi\n  - country: [NO, SE]\n  - reachable: offer\n")
    checked = shop("segment", "check", "slips", "--json")
    assert (checked.code, checked.json["ok"]) == (0, True)
    assert [(one["message"], one["hint"]) for one in checked.json["findings"]] == [
        ("tag: nobody in the book has 'vpi'.", "Did you mean vip?"),
        ("country: nobody in the book has 'SE'.", None),
        ("reachable: 'offer' is no topic of config.yaml.", "Did you mean offers?"),
    ]
    assert shop("segment", "check", "slips", "--strict").code == 3


@pytest.mark.parametrize("setting", ["auto", "40d"])
def test_a_list_says_what_lapsing_means_here(shop: Ecrm, setting: str) -> None:
    assert shop("config", "set", "retention.lapse", setting).code == 0
    listed = shop("segment", "list")
    said = "Here: lapsing after 20 days, lapsed after 40 (retention.lapse in config.yaml).\n"
    few = "Here: lapsing after 90 days, lapsed after 180 (returns known: 0; a habit takes 30).\n"
    assert listed.stderr == (few if setting == "auto" else said)
    assert "vip\t0\tA tenth of the customers" in listed.stdout
    assert "vips\t1\tOur best" in listed.stdout


def test_explain_says_the_shops_limits(shop: Ecrm) -> None:
    told = shop("segment", "explain", "vip-lapsing", "ana@example.org")
    assert told.stdout.splitlines() == [
        "P-1 is not in vip-lapsing.",
        "  no   segment: vip",
        "    no   top: 10%, by: orders.total, within: 365d   seen: nothing",
        "  no   orders.last: {before: lapsing}   seen: nothing",
        "Here: lapsing after 90 days, lapsed after 180 (returns known: 0; a habit takes 30).",
    ]
    told = shop("segment", "explain", "vip-lapsing", "ana@example.org", "--json")
    assert told.json["gap"] == {
        "usual": 45, "lapsing": 90, "lapsed": 180, "returns": 0, "origin": "default"
    }  # fmt: skip
    assert shop("segment", "explain", "vip", "ana@example.org", "--json").json["gap"] is None


def test_fields_tells_what_can_be_asked(ecrm: Ecrm) -> None:
    told = {row["field"]: row for row in ecrm("segment", "fields", "--json").json}
    assert told["orders.total"]["words"] == [
        "eq", "in", "gte", "gt", "lte", "lt", "between", "within", "before", "currency"
    ]  # fmt: skip
    assert told["reachable"]["words"] == ["answer", "topic", "channel"]
    assert told["tag"]["example"] == "tag: vip"
    assert told["top"]["words"] == ["by", "within", "before", "between", "currency"]


def test_contact_show_names_the_segments_somebody_is_in(shop: Ecrm) -> None:
    write(shop, "broken", "tga: vip")
    assert "vips" in shop("contact", "show", "ana@example.org", "--json").json["segments"]
    assert "vips" not in shop("contact", "show", "ben@example.org", "--json").json["segments"]


def test_a_segments_name_is_completed_for_the_workspace_named(shop: Ecrm) -> None:
    line = f"ecrm -C {shop.folder} segment count vips"
    asked = {"_ECRM_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": "5"}
    away = Ecrm(shop.folder.parent)
    assert away.process(environment=asked).stdout.split() == ["vips"]


def test_members_goes_down_a_pipe_as_json(shop: Ecrm) -> None:
    lines = shop("segment", "members", "--where", "all: []", "--format", "ndjson").stdout
    assert [json.loads(line)["id"] for line in lines.splitlines()] == [1, 2, 3]
