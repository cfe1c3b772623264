"""The commands of cases as a person and a script meet them."""

from __future__ import annotations

import json
from email import message_from_string
from email.policy import default

import pytest

from tests.cases.conftest import mails, opened
from tests.door import Ecrm

LISTED = ["number", "ref", "contact", "subject", "channel", "category", "priority", "status",
          "assignee", "due_at"]  # fmt: skip


def test_a_case_is_opened_told_and_due(shop: Ecrm) -> None:
    done = shop("case", "open", "--contact", "ana@example.org", "--subject", "Cold coffee",
                "--channel", "phone", "--category", "complaint", "--priority", "high")  # fmt: skip
    # Friday, 10:00 in Belgrade, eight hours: the last of them is Monday's first.
    assert done.stdout == "Opened C-1: Cold coffee\nTo resolve by 2026-11-23 10:00.\n"
    due = shop("case", "due").stdout.splitlines()
    assert due[1].split("\t")[:4] == ["2026-11-23 10:00", "resolution", "false", "C-1"]


def test_a_script_gets_the_keys_it_relies_on(shop: Ecrm) -> None:
    assert shop("case", "list", "--json").json == []
    opened(shop, "--channel", "email", "--assignee", "mira")
    (row,) = shop("case", "list", "--json").json
    assert set(LISTED) <= row.keys()
    assert {name: row[name] for name in LISTED} == {
        "number": 1, "ref": "C-1", "contact": 1, "subject": "Cold coffee", "channel": "email",
        "category": "other", "priority": "normal", "status": "new", "assignee": "mira",
        "due_at": "2026-11-23T09:00:00Z",
    }  # fmt: skip
    page = shop("case", "show", "1", "--json").json
    assert row.items() <= page.items()
    assert [clock["clock"] for clock in page["clocks"]] == ["response", "resolution"]
    assert set(page["clocks"][0]) == {
        "clock", "state", "target", "used", "due_at", "met_at", "breached_at"
    }  # fmt: skip
    assert page["notes"] == []


@pytest.mark.parametrize("name", ["C-1", "c1", "#1", "1"])
def test_every_way_to_name_a_case_shows_it(shop: Ecrm, name: str) -> None:
    opened(shop)
    assert shop("case", "show", name, "--json").json["ref"] == "C-1"


def test_the_other_name_of_the_noun_is_ticket(shop: Ecrm) -> None:
    opened(shop)
    assert shop("ticket", "list", "--json").json == shop("cases", "list", "--json").json


def test_a_note_never_leaves_the_house_and_a_reply_does(shop: Ecrm) -> None:
    opened(shop)
    noted = shop("case", "note", "1", "He is always rude.")
    assert noted.stdout == "Kept in C-1; the customer does not see it.\n"
    assert mails(shop) == []
    replied = shop("case", "reply", "1", "We are sorry.\nA fresh bag is on its way.")
    assert "C-1 to ana@example.org: sent, to the folder outbox" in replied.stdout
    (raw,) = mails(shop)
    letter = message_from_string(raw, policy=default)
    assert letter["Subject"] == "Cold coffee [C-1]"
    assert letter["To"] == "Ana Petrović <ana@example.org>"
    assert "A fresh bag is on its way." in raw
    assert "rude" not in raw
    notes = shop("case", "show", "1", "--json").json["notes"]
    assert [(note["kind"], note["public"]) for note in notes] == [("note", False), ("reply", True)]


def test_the_same_reply_is_sent_once_and_again_only_by_a_key(shop: Ecrm) -> None:
    opened(shop)
    first, second = (shop("case", "reply", "1", "Thank you!", "--json").json for _ in range(2))
    assert (first["repeated"], second["repeated"], len(mails(shop))) == (False, True, 1)
    assert len(second["notes"]) == 1
    assert shop("case", "reply", "1", "Thank you!", "--key", "again", "--json").code == 0
    assert shop("case", "reply", "1", "Thank you!", "--key", "again", "--json").code == 0
    assert len(mails(shop)) == 2


def test_the_same_words_to_another_case_are_another_reply(shop: Ecrm) -> None:
    opened(shop)
    opened(shop)
    for case in ("1", "2"):
        assert shop("case", "reply", case, "Thank you!", "--key", "k").code == 0
    assert len(mails(shop)) == 2


def test_a_reply_answers_and_may_set_the_status(shop: Ecrm) -> None:
    opened(shop)
    page = shop("case", "reply", "1", "Which one?", "--status", "waiting", "--json").json
    assert (page["status"], page["clocks"][0]["state"], page["due_at"]) == ("waiting", "met", None)
    heard = shop("case", "note", "1", "The red one", "--from-customer")
    assert heard.stdout == "Kept in C-1 as the customer's words; it is open.\n"


def test_a_spoken_reply_answers_without_mail(shop: Ecrm) -> None:
    opened(shop)
    done = shop("case", "reply", "1", "Told her: Monday.", "--spoken")
    assert done.stdout == "Kept in C-1 as said to the customer.\nC-1 is new.\n"
    assert mails(shop) == []
    assert shop("case", "show", "1", "--json").json["clocks"][0]["state"] == "met"


def test_words_may_come_from_stdin(shop: Ecrm) -> None:
    opened(shop)
    assert shop("case", "note", "1", "-", stdin="Two\nlines\n").code == 0
    (note,) = shop("case", "show", "1", "--json").json["notes"]
    assert note["body"] == "Two\nlines"


def test_a_reply_to_somebody_without_an_address_is_refused(shop: Ecrm) -> None:
    assert shop("contact", "add", "--phone", "+381601112223").code == 0
    opened(shop, contact="+381601112223")
    refused = shop("case", "reply", "1", "Hello", "--json")
    assert (refused.code, refused.error["message"]) == (3, "P-3 has no e-mail address.")
    assert shop("case", "show", "1", "--json").json["notes"] == []


def test_the_page_of_a_case_is_read_at_a_glance(shop: Ecrm) -> None:
    opened(shop, "--channel", "visit", "--text", "It was cold.")
    shop("case", "note", "1", "Machine mended")
    shown = shop("case", "show", "1").stdout.splitlines()
    assert shown == [
        "C-1  Cold coffee",
        "  customer    P-1 Ana Petrović",
        "  status      new",
        "  priority    normal",
        "  category    other",
        "  channel     visit",
        "  assignee    nobody",
        "  opened_at   2026-11-20 10:00",
        "  response    met at 2026-11-20 10:00; 0 h of 8 h used",
        "  resolution  due 2026-11-25 10:00; 0 h of 24 h used",
        "2026-11-20 10:00  customer, by tester",
        "  It was cold.",
        "2026-11-20 10:00  internal, by tester",
        "  Machine mended",
    ]


def test_a_case_goes_its_way(shop: Ecrm) -> None:
    opened(shop)
    said = [
        shop("case", *words).stdout.splitlines()[0]
        for words in (
            ("assign", "1", "Mira"), ("assign", "1", "mira"), ("assign", "1", "--nobody"),
            ("priority", "1", "high"), ("priority", "1", "high"), ("status", "1", "waiting"),
            ("status", "1", "waiting"), ("close", "1"), ("close", "1"), ("reopen", "1"),
            ("reopen", "1"),
        )
    ]  # fmt: skip
    assert said == [
        "C-1 is mira's.", "C-1 is mira's already.", "C-1 is nobody's.",
        "C-1 has the priority high.", "C-1 has the priority high already.", "C-1 is waiting.",
        "C-1 is waiting already.", "C-1 is closed.", "C-1 is closed already.", "C-1 is open.",
        "C-1 is open already.",
    ]  # fmt: skip


def test_lists_are_narrowed(shop: Ecrm) -> None:
    opened(shop, "--channel", "email", "--assignee", "mira", "--at", "2026-11-02 10:00")
    opened(shop, "--channel", "email", "--category", "complaint", contact="ben@example.org")
    opened(shop)
    shop("case", "close", "3")

    def numbers(*words: str) -> list[int]:
        return [row["number"] for row in shop("case", "list", *words, "--json").json]

    assert numbers() == [3, 2, 1]
    assert numbers("--open") == [2, 1]
    assert numbers("--overdue") == [1]
    assert numbers("--assignee", "mira") == [1]
    assert numbers("--assignee", "nobody") == [3, 2]
    assert numbers("--category", "complaint") == [2]
    assert numbers("--contact", "ben@example.org") == [2]
    assert numbers("--status", "closed") == [3]
    assert [row["number"] for row in shop("case", "due", "--json").json] == [1, 2]
    assert [row["number"] for row in shop("case", "find", "ben", "--json").json] == [2]
    agents = shop("agent", "list", "--json").json
    assert agents == [
        {"agent": "mira", "open_cases": 1, "overdue": 1},
        {"agent": "jovan", "open_cases": 0, "overdue": 0},
        {"agent": None, "open_cases": 1, "overdue": 0},
    ]


def test_the_contacts_page_has_its_open_cases(shop: Ecrm) -> None:
    opened(shop)
    opened(shop)
    shop("case", "close", "2")
    page = shop("contact", "show", "ana@example.org", "--json").json
    assert [row["ref"] for row in page["open_cases"]] == ["C-1"]
    assert (
        "C-1 Cold coffee: new, normal, due 2026-11-23 10:00" in shop("contact", "show", "1").stdout
    )
    told = {(row["what"], row["detail"]) for row in page["timeline"] if row["room"] == "cases"}
    assert told == {
        ("case opened", "C-1 Cold coffee"), ("case opened", "C-2 Cold coffee"),
        ("case closed", "C-2 Cold coffee"),
    }  # fmt: skip


def test_everything_leaves_a_line_in_the_audit(shop: Ecrm) -> None:
    opened(shop)
    for words in (("note", "1", "x"), ("reply", "1", "y"), ("assign", "1", "mira"),
                  ("priority", "1", "low"), ("close", "1"), ("reopen", "1")):  # fmt: skip
        assert shop("case", *words).code == 0
    done = [row["command"] for row in shop("audit", "list", "--json").json]
    assert {"case open", "case note", "case reply", "case assign", "case priority", "case closed",
            "case reopened"} <= set(done)  # fmt: skip
    assert shop("audit", "verify").code == 0


def test_interactions_are_kept_and_listed(shop: Ecrm) -> None:
    kept = shop("interaction", "add", "--contact", "ana@example.org", "--kind", "visit",
                "--note", "tasted the new roast", "--at", "2026-11-19 12:30")  # fmt: skip
    assert kept.stdout == "Kept: visit with Ana Petrović at 2026-11-19 12:30.\n"
    shop("interaction", "add", "--contact", "ben@example.org", "--kind", "call",
         "--direction", "out")  # fmt: skip
    rows = shop("interaction", "list", "--json").json
    assert [(row["contact"], row["kind"], row["channel"], row["direction"]) for row in rows] == [
        (2, "call", "phone", "out"), (1, "visit", "visit", "in"),
    ]  # fmt: skip

    def ids(*words: str) -> list[int]:
        return [row["id"] for row in shop("interaction", "list", *words, "--json").json]

    assert (ids("--kind", "call"), ids("--contact", "1"), ids("--from", "2026-11-20")) == (
        [2], [1], [2]
    )  # fmt: skip
    assert ids("--to", "2026-11-19") == [1]


def test_who_is_undecided_is_asked_and_without_a_terminal_told_the_flag(shop: Ecrm) -> None:
    for missing, words in (
        ("--contact", ()),
        ("--subject", ("--contact", "1")),
        ("--channel", ("--contact", "1", "--subject", "Cold")),
    ):
        refused = shop("case", "open", *words, "--json")
        assert refused.code == 8
        assert missing in json.dumps(refused.error)
