"""``ecrm mail``: one mail to one customer, once for its key; and what waits to leave."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ecrm_cli.core.errors import UsageError
from ecrm_cli.outbox.notices import read_told
from tests.door import Answer, Ecrm, ecrm_words, process_environment
from tests.outbox.shops import Shop, until
from tests.smtpserver import DROP, Receiver

ANA = "ana@example.org"
RECEIPT = ("receipt", "--contact", ANA, "--set", "number=1001", "--set", "total=24.00 EUR")


@pytest.fixture
def ecrm(shop: Shop) -> Ecrm:
    """The front door of a shop that knows Ana."""
    door = Ecrm(shop.root)
    added = door("contact", "add", "--email", ANA, "--given-name", "Ana")
    assert added.code == 0, added.stderr
    return door


@pytest.fixture
def served(ecrm: Ecrm, shop: Shop, smtp: Receiver) -> Ecrm:
    """The same, where mail goes through the server of the test."""
    shop.through(smtp.port)
    return ecrm


def send(ecrm: Ecrm, *more: str) -> Answer:
    """Send Ana a receipt."""
    return ecrm("mail", "send", *RECEIPT, *more)


def kept(shop: Shop) -> list[Path]:
    """The messages in the folder."""
    return sorted((shop.root / "outbox" / "new").glob("*"))


def test_a_receipt_goes_where_the_settings_say_and_that_is_said(ecrm: Ecrm, shop: Shop) -> None:
    answer = send(ecrm)
    assert (answer.code, answer.stderr) == (0, "")
    assert answer.stdout == (
        "receipt to ana@example.org: sent, to the folder outbox; nothing has left this machine.\n"
    )
    (message,) = kept(shop)
    assert b"To: Ana <ana@example.org>" in message.read_bytes()
    assert b"24.00 EUR" in message.read_bytes()


def test_its_answer_for_machines_tells_what_became_of_it(served: Ecrm, smtp: Receiver) -> None:
    told = send(served, "--key", "receipt-1001", "--json").json
    assert told.keys() == {
        "run", "ref", "template", "contact", "email", "message_id", "status", "reason", "attempts",
        "next_try", "sent_at", "server_reply", "transport", "place", "key", "repeated",
    }  # fmt: skip
    assert (told["status"], told["attempts"], told["repeated"]) == ("sent", 1, False)
    assert (told["key"], told["ref"]) == ("receipt-1001", "R-1")
    assert told["server_reply"].startswith("250 ")
    assert smtp.taken[0].parsed["Auto-Submitted"] == "auto-generated"
    assert smtp.taken[0].parsed["List-Unsubscribe"] is None
    assert smtp.taken[0].parsed["Subject"] == "Your receipt 1001"


def test_a_key_names_one_mail_however_often_it_is_sent(served: Ecrm, smtp: Receiver) -> None:
    assert send(served, "--key", "r").code == 0
    again = send(served, "--key", "r")
    assert (again.code, "was sent before" in again.stdout) == (0, True)
    assert send(served, "--key", "r", "--json").json["repeated"] is True
    assert len(smtp.taken) == 1
    assert send(served).code == 0
    assert len(smtp.taken) == 2


def test_a_key_that_stands_for_another_mail_is_a_conflict(ecrm: Ecrm, shop: Shop) -> None:
    assert send(ecrm, "--key", "r").code == 0
    ecrm("contact", "add", "--email", "ben@example.org")
    other = ecrm(
        "mail", "send", "receipt", "--contact", "ben@example.org", "--set", "number=1", "--set",
        "total=1", "--key", "r", "--json",
    )  # fmt: skip
    assert (other.code, other.error["kind"]) == (5, "conflict")
    assert len(kept(shop)) == 1


def test_the_same_key_twice_at_once_sends_one(served: Ecrm, smtp: Receiver) -> None:
    words = ecrm_words("mail", "send", *RECEIPT, "--key", "r", "--json", "--wait", "60s")
    both = [
        subprocess.Popen(
            words, cwd=served.folder, env=process_environment({}), stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    told = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0, 0]
    assert {one["message_id"] for one in told} == {1}
    assert sorted(one["repeated"] for one in told) == [False, True, True]
    assert smtp.recipients == [ANA]


def test_a_server_that_is_down_keeps_the_mail_and_the_same_command_sends_it(
    ecrm: Ecrm, shop: Shop, smtp: Receiver
) -> None:
    shop.through(9)
    answer = send(ecrm, "--key", "r")
    assert answer.code == 7
    assert "cannot be reached" in answer.stderr
    (waiting,) = ecrm("mail", "queue", "--json").json
    assert (waiting["name"], waiting["kind"], waiting["queued"]) == ("receipt", "service", 1)
    shop.through(smtp.port)
    assert send(ecrm, "--key", "r").code == 0
    assert smtp.recipients == [ANA]
    assert ecrm("mail", "queue", "--json").json == []


def test_a_mail_that_is_refused_ends_with_6_and_the_servers_words(
    served: Ecrm, smtp: Receiver
) -> None:
    smtp.say = lambda stage, to: "550 5.1.1 no such user" if stage == "RCPT" else None
    answer = send(served, "--json")
    assert answer.code == 6
    assert answer.json["status"] == "failed"
    assert "550 5.1.1 no such user" in answer.error["message"]


def test_a_mail_in_doubt_ends_with_6_and_is_not_sent_again(served: Ecrm, smtp: Receiver) -> None:
    smtp.say = lambda stage, to: DROP if stage == "END" else None
    assert send(served, "--key", "r").code == 6
    smtp.say = lambda stage, to: None
    again = send(served, "--key", "r", "--json")
    assert (again.code, again.json["status"]) == (6, "unknown")
    assert smtp.taken == []
    assert served("mail", "queue", "--json").json[0]["unknown"] == 1


@pytest.fixture
def doubtful(served: Ecrm, smtp: Receiver) -> Ecrm:
    """The shop with two receipts in doubt, R-1 and R-2, and one that arrived, R-3."""
    smtp.say = lambda stage, to: DROP if stage == "END" else None
    assert [send(served, "--key", key).code for key in ("a", "b")] == [6, 6]
    smtp.say = lambda stage, to: None
    assert send(served, "--key", "c").code == 0
    return served


def in_doubt(ecrm: Ecrm) -> list[str]:
    """The runs that the queue shows."""
    return [row["ref"] for row in ecrm("mail", "queue", "--json").json if row["unknown"]]


def test_the_owners_word_settles_service_mail_in_doubt(doubtful: Ecrm, smtp: Receiver) -> None:
    said = doubtful("mail", "resolve", "--as", "failed", "R-1")
    assert (said.code, said.stdout) == (0, "1 is failed now.\n")
    # As jq writes the runs of the queue, one number a line.
    piped = doubtful("mail", "resolve", "--as", "sent", "-", "--json", stdin="2\n")
    assert (piped.code, piped.json) == (0, {"as": "sent", "resolved": 1})
    assert in_doubt(doubtful) == []
    assert send(doubtful, "--key", "b", "--json").json["status"] == "sent"
    assert len(smtp.taken) == 1
    newest = doubtful("audit", "list", "--json").json
    assert "mail resolve" in {row["command"] for row in newest}


@pytest.mark.parametrize(("words", "code", "sentence"), [
    (("--as", "lost", "R-1"), 2, "lost"),
    (("--as", "sent", "receipt"), 2, "'receipt' is not the number of a run"),
    (("--as", "sent", "R-1", "R-3"), 5, "No service mail in doubt: R-3."),
    (("--as", "failed", "R-9"), 5, "No service mail in doubt: R-9."),
])  # fmt: skip
def test_only_service_mail_in_doubt_can_be_settled_and_then_all_or_none(
    doubtful: Ecrm, words: tuple[str, ...], code: int, sentence: str
) -> None:
    said = doubtful("mail", "resolve", *words)
    assert (said.code, sentence in said.stderr) == (code, True), said.stderr
    assert in_doubt(doubtful) == ["R-1", "R-2"]


def test_a_mail_that_is_deferred_ends_with_0_and_says_when(served: Ecrm, smtp: Receiver) -> None:
    smtp.say = lambda stage, to: "451 4.7.1 greylisted" if stage == "RCPT" else None
    answer = send(served, "--key", "r")
    assert answer.code == 0
    assert "greylisted" in answer.stdout
    assert "The next try is due at 2026-11-20 09:05 UTC." in answer.stdout


def test_what_the_template_was_not_told_is_refused_before_anything_is_written(
    ecrm: Ecrm, shop: Shop
) -> None:
    answer = ecrm("mail", "send", "receipt", "--contact", ANA, "--set", "number=1", "--json")
    assert (answer.code, answer.error["kind"]) == (3, "bad-template")
    assert answer.error["hint"] == "Add --set total=VALUE"
    assert ecrm("mail", "queue", "--json").json == []
    assert kept(shop) == []


def test_only_templates_of_the_service_folder_are_sent(ecrm: Ecrm) -> None:
    for name in ("offer", "../offer", "offer.html.j2", "../../config"):
        answer = ecrm("mail", "send", name, "--contact", ANA)
        assert answer.code == 4, name
        assert "service template" in answer.stderr
    near = ecrm("mail", "send", "recept", "--contact", ANA)
    assert "Did you mean receipt?" in near.stderr
    assert send(ecrm).code == ecrm("mail", "send", "service/receipt.html.j2", *RECEIPT[1:]).code


@pytest.mark.parametrize("reason", ["bounce", "manual"])
def test_an_address_that_is_stopped_is_refused(ecrm: Ecrm, shop: Shop, reason: str) -> None:
    assert ecrm("consent", "suppress", ANA, "--reason", reason).code == 0
    answer = send(ecrm, "--json")
    assert (answer.code, answer.error["kind"]) == (8, "not-allowed")
    assert kept(shop) == []


def test_a_contact_without_an_address_is_refused(ecrm: Ecrm) -> None:
    ecrm("contact", "add", "--phone", "+381641234567")
    answer = ecrm("mail", "send", "receipt", "--contact", "P-2", *RECEIPT[3:])
    assert answer.code == 3
    assert "P-2 has no e-mail address." in answer.stderr


def test_somebody_who_does_not_exist_is_not_found(ecrm: Ecrm) -> None:
    assert ecrm("mail", "send", "receipt", "--contact", "nobody@example.org").code == 4


def test_names_for_the_template_may_have_dots() -> None:
    assert read_told(["number=1", "order.total=2=3", "order.line.sku=A"]) == {
        "number": "1", "order": {"total": "2=3", "line": {"sku": "A"}},
    }  # fmt: skip
    assert read_told([]) == {}


@pytest.mark.parametrize(
    "words", ["x", "=1", "a b=1", "a..b=1", "a=1 a=2", "a=1 a.b=2", "a.b=1 a=2", "a()=1"]
)
def test_a_setting_that_cannot_be_read_is_wrong_usage(words: str) -> None:
    with pytest.raises(UsageError, match="--set"):
        read_told([words] if words == "a b=1" else words.split())


def test_while_a_campaign_is_sent_the_mail_is_taken_along(
    served: Ecrm, shop: Shop, smtp: Receiver
) -> None:
    shop.set(pace={"per_second": 5})
    run_id = shop.run_for(100)
    with shop.sender(run_id) as sender:
        until(lambda: len(smtp.taken) >= 2)
        answer = send(served, "--key", "r")
        assert answer.code == 0
        assert "It is taken along by process" in answer.stdout
        assert served("mail", "queue", "--json").json[-1]["name"] == "receipt"
        until(lambda: ANA in smtp.recipients, 30)
        sender.kill_all()
    assert smtp.recipients.count(ANA) == 1


def test_the_queue_lists_runs_that_have_not_left(ecrm: Ecrm, shop: Shop) -> None:
    shop.run_for(3)
    (row,) = ecrm("mail", "queue", "--json").json
    assert row == {
        "run": 1, "ref": "R-1", "kind": "campaign", "name": "spring", "state": "running",
        "transport": "folder", "place": "the folder outbox", "queued": 3, "sending": 0,
        "deferred": 0, "unknown": 0, "next_try": None,
    }  # fmt: skip
    listed = ecrm("mail", "queue").stdout.splitlines()
    assert listed[0].split("\t")[:3] == ["ref", "kind", "name"]
    assert listed[1].split("\t")[:3] == ["R-1", "campaign", "spring"]


def test_mail_is_in_the_audit_and_in_the_contacts_timeline(ecrm: Ecrm) -> None:
    send(ecrm)
    newest = [row["command"] for row in ecrm("audit", "list", "--json").json][:3]
    assert newest == ["mail finish", "mail send", "mail freeze"]
    told = ecrm("contact", "show", ANA, "--json").json["timeline"]
    assert {(row["what"], row["detail"]) for row in told if row["room"] == "outbox"} == {
        ("mail sent", "receipt")
    }
