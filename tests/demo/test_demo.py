"""The demo with another seed: its people's story holds, and its figures are the commands' own."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from ecrm_cli.demo import story
from ecrm_cli.demo.folder import mark_of
from tests.demo.conftest import SEED, Played
from tests.door import Ecrm

FIGURE = re.compile(r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|hundred|thousand)\b")
ADDRESS = re.compile(r"[\w.+-]+@([\w.-]+\w)")


def test_each_figure_is_what_its_command_prints_when_it_is_run_again(played: Played) -> None:
    assert len(played.twice) >= 10
    assert {words: again for words, (_, again) in played.twice.items()} == {
        words: first for words, (first, _) in played.twice.items()
    }
    assert [words for words, (first, _) in played.twice.items() if first not in played.story] == []


def test_the_words_between_the_commands_name_no_figure() -> None:
    tree = ast.parse(Path(story.__file__).read_text(encoding="utf-8"))
    told = [
        part.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "tell"
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    assert len(told) > 8
    assert [text for text in told if FIGURE.search(text)] == []


def test_the_sender_was_killed_and_nobody_was_mailed_twice(played: Played) -> None:
    _, _, crash = played.story.partition("Pull the plug")
    half, whole, twice = re.findall(r"^\$ (?:ls|grep) .*\n(\d+)$", crash, re.MULTILINE)[:3]
    assert "Killed\n[exit 137]" in crash
    assert 0 < int(half) < int(whole)
    assert int(twice) == 0
    status = played.ecrm("campaign", "status", story.NEWS, "--json").json
    assert status["state"] == "finished"
    assert (status["sent"], status["unknown"]) == (int(whole), 0)
    assert len(list((played.root / "outbox" / "new").iterdir())) == int(whole)


def test_no_line_of_prose_is_wider_than_a_terminal(played: Played) -> None:
    typed = [line for line in played.story.splitlines() if line.startswith(("$ ", "> "))]
    assert len(typed) > 20
    assert [line for line in typed if len(line) > 80] == []


def test_no_more_than_one_line_is_left_empty(played: Played) -> None:
    assert "\n\n\n" not in played.story


def test_no_address_leaves_the_domains_that_are_nobodys(played: Played) -> None:
    domains = {found.lower() for found in ADDRESS.findall(played.story)}
    assert domains <= {"example.org", "example.com", "example.net", "zrno.example"}


def test_a_demo_that_came_to_its_end_says_so(played: Played) -> None:
    mark = json.loads(mark_of(played.root).read_text(encoding="utf-8"))
    assert mark == {"seed": SEED, "today": "2026-11-20", "whole": True}
    refused = Ecrm(played.root.parent)("demo", "shop")
    assert refused.code == 5
    assert "shop holds a demo already." in refused.stderr


def test_ana_has_gone_quiet_and_is_one_of_the_best(played: Played) -> None:
    words = ("segment", "explain", "vip-lapsing", "ana@example.org", "--as-of", "2026-11-19")
    found = played.ecrm(*words, "--json").json
    assert found["member"] is True
    ana = played.ecrm("contact", "show", "064 123 4567", "--json").json
    assert (ana["email"], ana["external_ids"], ana["tags"]) == (
        "ana@example.org", ["file:1001"], ["vip"],
    )  # fmt: skip


def test_oleg_bought_once_and_sara_has_her_birthday_this_week(played: Played) -> None:
    once = played.ecrm("segment", "explain", "one-time-buyers", "oleg@example.org", "--json").json
    week = played.ecrm("segment", "explain", "birthday-7d", "sara@example.org", "--json").json
    assert once["member"] is week["member"] is True
    sara = played.ecrm("contact", "show", "sara@example.org", "--json").json
    assert sara["locale"] == "ar"


def test_ben_has_an_open_complaint_and_gets_no_campaign(played: Played) -> None:
    for name in ("win-back", story.NEWS):
        rows = played.ecrm("campaign", "recipients", name, "--json").json
        assert "ben@example.org" not in {row["email"] for row in rows if row["status"] == "sent"}
    assert "P-4 would not be mailed: open-complaint." in played.story


def test_ana_is_called_back_and_gets_her_points(played: Played) -> None:
    history = played.ecrm("loyalty", "history", "ana@example.org", "--json").json
    assert [(row["kind"], row["points"]) for row in history[-2:]] == [
        ("order", 24), ("adjust", 100),
    ]  # fmt: skip
    assert played.ecrm("loyalty", "check", "--json").json["ok"] is True
    cases = played.ecrm("case", "list", "--json").json
    assert {row["category"] for row in cases} == {"complaint"}


def test_ana_is_found_by_the_number_of_her_card(played: Played) -> None:
    for words in ("1001", "card:1001", "064 123 4567", "Petrović Ana"):
        assert played.ecrm("caller", words, "--json").json["email"] == "ana@example.org"


def test_mila_and_mila_p_are_two_until_somebody_merges_them(played: Played) -> None:
    found = played.ecrm("contact", "find", "mila", "--json").json
    emails = {row["email"] for row in found}
    assert {"mila@example.org", "mila.pavlovc@example.org"} <= emails
