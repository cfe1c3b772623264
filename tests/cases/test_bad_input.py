"""What is said wrongly about a case: each has its sentence and code, and the book stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.conftest import opened
from tests.door import Ecrm
from tests.house.harm import refused, untouched


@pytest.fixture
def desk(shop: Ecrm) -> Ecrm:
    """The shop with a closed case, C-1, and an open one, C-2."""
    opened(shop)
    opened(shop)
    assert shop("case", "close", "1").code == 0
    return shop


def test_status_moves_not_allowed(desk: Ecrm) -> None:
    with untouched(desk):
        error = refused(desk("case", "status", "1", "waiting", "--json"), 5,
                        "C-1 is closed and cannot become waiting")  # fmt: skip
        assert (error["hint"], error["matches"]) == ("From closed it may become open.", ["open"])
        for words in (("1", "new"), ("1", "resolved")):
            refused(desk("case", "status", *words, "--json"), 5, "C-1 is closed and cannot become")
        refused(desk("case", "reply", "1", "Hi", "--status", "waiting", "--json"), 5, "C-1 is")
        refused(desk("case", "priority", "1", "low", "--json"), 5, "C-1 is closed.")
    assert list((desk.folder / "outbox/new").glob("*")) == []


def test_a_status_that_there_is_not(desk: Ecrm) -> None:
    with untouched(desk):
        error = refused(desk("case", "status", "2", "wating", "--json"), 2,
                        "There is no status 'wating'")  # fmt: skip
        assert error["matches"] == ["waiting"]
        refused(desk("case", "list", "--status", "gone", "--json"), 2, "There is no status 'gone'")


def test_unknown_agents(desk: Ecrm) -> None:
    with untouched(desk):
        error = refused(desk("case", "assign", "2", "mina", "--json"), 4,
                        "There is no agent 'mina'")  # fmt: skip
        assert (error["matches"], "mira, jovan" in error["hint"]) == (["mira"], True)
        refused(desk("case", "open", "--contact", "1", "--subject", "x", "--channel", "email",
                     "--assignee", "mina", "--json"), 4, "There is no agent 'mina'")  # fmt: skip
        refused(desk("case", "list", "--assignee", "mina", "--json"), 4, "There is no agent")
        refused(desk("case", "assign", "2", "--json"), 2, "Say who takes it")
        refused(desk("case", "assign", "2", "mira", "--nobody", "--json"), 2, "Say who takes it")


def test_an_agent_where_none_is_set(desk: Ecrm) -> None:
    assert desk("config", "set", "agents", "").code == 0
    with untouched(desk):
        error = refused(desk("case", "assign", "2", "mira", "--json"), 4,
                        "There is no agent 'mira'")  # fmt: skip
    assert "ecrm config set agents mira" in error["hint"]


@pytest.mark.parametrize("words", ["9", "C-9", "nine", "C-", "0"])
def test_a_case_that_there_is_not(desk: Ecrm, words: str) -> None:
    with untouched(desk):
        for act in (("show",), ("note", "x"), ("reply", "x"), ("close",), ("assign", "mira")):
            error = refused(desk("case", act[0], words, *act[1:], "--json"), 4, "There is no case")
            assert error["hint"] == "They are numbered C-1 to C-2."


@pytest.mark.parametrize(
    ("option", "word", "known"),
    [
        ("--channel", "fax", "letter"),
        ("--priority", "asap", "urgent"),
        ("--category", "x", "order"),
    ],
)
def test_a_word_that_no_case_has(desk: Ecrm, option: str, word: str, known: str) -> None:
    rest = () if option == "--channel" else ("--channel", "email")
    with untouched(desk):
        error = refused(desk("case", "open", "--contact", "1", "--subject", "x", *rest, option,
                             word, "--json"), 2, f"'{word}'")  # fmt: skip
    assert known in error["hint"]


def test_a_case_of_nobody(desk: Ecrm) -> None:
    with untouched(desk):
        refused(desk("case", "open", "--contact", "eve@example.org", "--subject", "x",
                     "--channel", "email", "--json"), 4, "There is no contact")  # fmt: skip


@pytest.mark.parametrize("words", ["", " \n "])
def test_nothing_said(desk: Ecrm, words: str) -> None:
    with untouched(desk):
        refused(desk("case", "note", "2", words, "--json"), 2, "A note needs words")
        refused(desk("case", "reply", "2", words, "--json"), 2, "A reply needs words")
        refused(desk("case", "reply", "2", words, "--spoken", "--json"), 2, "A reply needs words")
        refused(desk("case", "note", "2", words, "--from-customer", "--json"), 2, "needs words")


def test_a_time_that_cannot_be(desk: Ecrm) -> None:
    with untouched(desk):
        refused(desk("case", "note", "2", "x", "--at", "2026-12-01", "--json"), 3, "still to come")
        refused(desk("case", "note", "2", "x", "--at", "2026-11-01", "--json"), 3,
                "C-2 was opened at")  # fmt: skip
        refused(desk("case", "note", "2", "x", "--at", "soon", "--json"), 2, "'soon' is not a day")
        refused(desk("case", "open", "--contact", "1", "--subject", "x", "--channel", "email",
                     "--at", "2026-12-01", "--json"), 3, "still to come")  # fmt: skip


def test_an_interaction_that_cannot_be(desk: Ecrm) -> None:
    add = ("interaction", "add", "--contact", "1", "--json", "--kind")
    with untouched(desk):
        refused(desk(*add, "fax"), 2, "There is no kind of interaction 'fax'")
        refused(desk(*add, "call", "--direction", "up"), 2, "There is no direction 'up'")
        refused(desk(*add, "call", "--at", "2027-01-01"), 3, "still to come")
        refused(desk("interaction", "list", "--kind", "fax", "--json"), 2, "There is no kind")


def test_a_reply_whose_template_fails(desk: Ecrm) -> None:
    template = Path(desk.folder / "templates/service/case-reply.html.j2")
    template.write_text("<p>{{ mesage }}</p>", encoding="utf-8")
    with untouched(desk):
        refused(desk("case", "reply", "2", "Hello", "--json"), 3, "mesage")
    assert list((desk.folder / "outbox/new").glob("*")) == []
