"""ecrm campaign: what it says, what it writes, and how it ends."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.campaigns.conftest import PAGE, SPRING, Write, mail_in, people_file
from tests.door import Answer, Ecrm
from tests.dump import dump

NOWHERE = "to the folder outbox: nothing has left this machine"
STATUS = ["campaign", "run", "ref", "state", "transport", "place", "audience", "queued", "sending",
          "sent", "deferred", "failed", "unknown", "skipped"]  # fmt: skip


def status(shop: Ecrm) -> dict[str, object]:
    found = shop("campaign", "status", "spring", "--json").json
    counts = [found[name] for name in STATUS[7:]]
    assert found["audience"] == sum(counts)
    return dict(found)


def test_a_campaign_is_sent_to_the_folder_and_it_is_said_where_mail_went(
    sent_shop: Ecrm, made_sent: tuple[Path, Answer]
) -> None:
    sent = made_sent[1]
    assert sent.code == 0, sent.stderr
    assert sent.stderr.splitlines() == [
        "spring goes to 3 of 4 people in everybody.",
        "  Left out: 1 who did not agree to this topic",
        f"Mail goes {NOWHERE}.",
    ]
    assert sent.stdout.splitlines() == [
        f"spring, R-1: finished, {NOWHERE}.",
        "        3  sent",
        "        1  left out",
        "           1 who did not agree to this topic",
        "        4  in all",
    ]
    mails = [message_from_bytes(raw, policy=default) for raw in mail_in(sent_shop)]
    assert len(mails) == status(sent_shop)["sent"] == 3
    assert {mail["subject"] for mail in mails} == {
        "Ana, spring is here", "Ben, spring is here", "Hello, spring is here",
    }  # fmt: skip
    assert len({mail["message-id"] for mail in mails}) == 3
    assert all(mail["list-id"] == "<offers.zrno.example>" for mail in mails)


def test_a_campaign_that_was_sent_is_not_sent_twice(sent_shop: Ecrm) -> None:
    again = sent_shop("campaign", "send", "spring", "--yes")
    assert again.code == 5
    # The workspace's own zone is UTC.
    assert again.stderr.splitlines()[0] == (
        f"Error: spring was sent on 2026-11-20 09:00 (3 sent) {NOWHERE}."
    )
    assert "--again" in again.stderr
    assert len(mail_in(sent_shop)) == 3


def test_again_mails_only_who_was_not_reached(sent_shop: Ecrm) -> None:
    sent_shop("consent", "grant", "cara@example.org", "--topic", "offers", "--basis", "consent")
    again = sent_shop("campaign", "send", "spring", "--again", "--yes", "--json")
    assert again.code == 0, again.stderr
    assert (again.json["run"], again.json["sent"], again.json["skipped"]) == (2, 1, 3)
    assert again.json["reasons"] == {"reached": 3}
    assert len(mail_in(sent_shop)) == 4


def test_again_with_nobody_left_is_refused(sent_shop: Ecrm) -> None:
    again = sent_shop("campaign", "send", "spring", "--again", "--yes")
    assert again.code == 8
    assert "3 reached by an earlier run" in again.stderr


def test_all_once_more_needs_the_count(sent_shop: Ecrm) -> None:
    words = ("campaign", "send", "spring", "--again", "--include-sent", "--yes")
    assert sent_shop(*words).code == 8
    refused = sent_shop(*words, "--confirm", "2")
    assert refused.code == 8
    assert "3 people would be mailed" in refused.stderr
    assert len(mail_in(sent_shop)) == 3
    assert sent_shop(*words, "--confirm", "3").code == 0
    assert len(mail_in(sent_shop)) == 6
    assert sent_shop("campaign", "send", "spring", "--include-sent", "--yes").code == 2


def test_a_send_nobody_can_be_asked_about_needs_yes(shop: Ecrm) -> None:
    asked = shop("campaign", "send", "spring")
    assert asked.code == 8
    assert "--yes" in asked.stderr
    assert mail_in(shop) == []
    assert status(shop)["state"] == "draft"


def test_a_send_larger_than_allowed_is_refused_even_with_yes(shop: Ecrm) -> None:
    refused = shop("campaign", "send", "spring", "--yes", "--max-recipients", "2")
    assert refused.code == 8
    assert "3 people would be mailed, and --max-recipients allows 2" in refused.stderr
    config = shop.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("max_recipients:", "max_recipients: 2"), encoding="utf-8")
    refused = shop("campaign", "send", "spring", "--yes")
    assert (refused.code, "mail.max_recipients" in refused.stderr) == (8, True)
    assert mail_in(shop) == []
    assert shop("campaign", "send", "spring", "--yes", "--max-recipients", "3").code == 0


def test_a_send_50_times_larger_than_the_last_is_refused_even_with_yes(
    shop: Ecrm, write: Write, tmp_path: Path
) -> None:
    write("campaigns/first.yaml", SPRING.replace("everybody", "vip"))
    assert shop("campaign", "send", "first", "--yes").code == 0
    shop("import", "contacts", people_file(tmp_path, 60), "--consent-topic", "offers",
         "--consent-basis", "consent")  # fmt: skip
    refused = shop("campaign", "send", "spring", "--yes")
    assert refused.code == 8
    assert "63 people would be mailed; the last campaign went to 1" in refused.stderr
    assert "--max-recipients 63" in refused.stderr
    assert len(mail_in(shop)) == 1


def test_a_preview_writes_a_page_and_mints_nothing(shop: Ecrm) -> None:
    before = dump(shop.folder / "crm.duckdb")
    words = ("campaign", "preview", "spring", "--contact", "ana@example.org")
    page = shop(*words, "--out", "hello.html")
    assert (page.code, page.stderr) == (0, "Wrote hello.html.\n")
    assert "Hello Ana" in (shop.folder / "hello.html").read_text(encoding="utf-8")
    assert shop(*words).stdout.splitlines()[:4] == [
        "From:     Zrno <hello@zrno.example>",
        "To:       ana@example.org",
        "Subject:  Ana, spring is here",
        "",
    ]
    found = shop(*words, "--json").json
    assert list(found) == [
        "campaign", "contact", "from", "to", "subject", "language", "text", "html",
    ]  # fmt: skip
    assert dump(shop.folder / "crm.duckdb") == before
    assert mail_in(shop) == []


def test_a_preview_for_nobody_in_particular_is_the_firsts(shop: Ecrm) -> None:
    assert "To:       ana@example.org" in shop("campaign", "preview", "spring").stdout


def test_a_test_goes_to_the_owner_as_somebody_would_get_it(shop: Ecrm) -> None:
    tried = shop("campaign", "test", "spring", "--contact", "ben@example.org")
    assert tried.code == 0, tried.stderr
    assert tried.stdout == f"One message for hello@zrno.example went {NOWHERE}.\n"
    (raw,) = mail_in(shop)
    mail = message_from_bytes(raw, policy=default)
    assert mail["subject"] == "[Test] Ben, spring is here"
    assert mail["to"].addresses[0].addr_spec == "hello@zrno.example"
    assert status(shop)["state"] == "draft"
    assert shop("campaign", "test", "spring", "--to", "x@example.org\r\nBcc: y").code == 3


def test_a_test_works_before_there_is_anybody(bare: Ecrm) -> None:
    assert bare("campaign", "test", "spring").code == 0
    assert b"Hello you" in mail_in(bare)[0]


def test_a_status_before_the_first_run_is_a_drafts(shop: Ecrm) -> None:
    found = status(shop)
    assert list(found)[:14] == STATUS
    assert (found["state"], found["run"], found["audience"]) == ("draft", None, 0)
    assert shop("campaign", "status", "spring").stdout == "spring has not been sent yet.\n"


def test_a_status_in_json_has_the_keys_scripts_rely_on(sent_shop: Ecrm) -> None:
    found = status(sent_shop)
    assert list(found)[:14] == STATUS
    assert found["transport"] == "folder"
    assert found["reasons"] == {"no-consent": 1}


def test_the_recipients_are_the_list_behind_every_count(sent_shop: Ecrm) -> None:
    words = ("campaign", "recipients", "spring", "--json")
    found = sent_shop(*words).json
    assert list(found[0]) == [
        "message_id", "contact", "email", "status", "reason", "variant", "attempts", "sent_at",
        "server_reply",
    ]  # fmt: skip
    assert len(found) == 4
    skipped = sent_shop(*words, "--status", "skipped").json
    assert [(row["email"], row["reason"]) for row in skipped] == [
        ("cara@example.org", "no-consent")
    ]
    assert sent_shop(*words, "--status", "unknown").json == []
    wrong = sent_shop(*words, "--status", "sended")
    assert wrong.code == 2


def test_the_list_tells_how_each_campaign_stands(sent_shop: Ecrm, write: Write) -> None:
    write("campaigns/next.yaml", SPRING)
    write("campaigns/broken.yaml", "subject: x\n")
    found = sent_shop("campaign", "list", "--json")
    rows = {row["campaign"]: row for row in found.json}
    assert (rows["spring"]["state"], rows["spring"]["sent"]) == ("finished", 3)
    assert (rows["next"]["state"], rows["next"]["sent"]) == ("draft", None)
    assert "broken cannot be read: " in found.stderr
    assert sent_shop("campaign", "list").stdout.splitlines()[0].split("\t")[:2] == [
        "campaign",
        "state",
    ]


def test_a_campaign_is_shown_with_its_runs(sent_shop: Ecrm) -> None:
    found = sent_shop("campaign", "show", "spring", "--json").json
    assert found["text"] == SPRING
    assert [(run["ref"], run["sent"]) for run in found["runs"]] == [("R-1", 3)]
    assert "3 sent of 4" in sent_shop("campaign", "show", "spring").stdout


def test_it_is_explained_why_somebody_gets_it_or_not(sent_shop: Ecrm) -> None:
    found = sent_shop("campaign", "explain", "spring", "cara@example.org", "--json").json
    assert (found["would"], found["reason"]) == (False, "no-consent")
    assert (found["message"]["status"], found["message"]["run"]) == ("skipped", "R-1")
    told = sent_shop("campaign", "explain", "spring", "ana@example.org").stdout
    assert told.splitlines()[0] == "P-1 would be mailed."
    assert "R-1: sent" in told


@pytest.mark.parametrize("verb", ["show", "check", "preview", "test", "send", "resume", "pause",
                                  "status", "recipients"])  # fmt: skip
def test_a_campaign_that_is_not_there_offers_the_near_one(shop: Ecrm, verb: str) -> None:
    answer = shop("campaign", verb, "sprang", "--json")
    assert answer.code == 4
    assert answer.error["matches"] == ["spring"]


@pytest.mark.parametrize("verb", ["resume", "pause", "recipients"])
def test_a_campaign_without_a_run_has_nothing_to_go_on_with(shop: Ecrm, verb: str) -> None:
    answer = shop("campaign", verb, "spring")
    assert answer.code == 5
    assert "has not been sent yet" in answer.stderr


def test_check_finds_what_send_would_refuse(shop: Ecrm, write: Write) -> None:
    assert shop("campaign", "check", "spring", "--json").json == {"ok": True, "findings": []}
    write("templates/spring.html.j2", "<p>\n{{ contact.nickname }}")
    found = shop("campaign", "check", "spring", "--json")
    assert found.code == 3
    (finding,) = found.json["findings"]
    assert finding["severity"] == "error"
    assert "hits 3 of 3 people" in finding["message"]
    assert finding["examples"][0] == "ana@example.org"
    refused = shop("campaign", "send", "spring", "--yes")
    assert refused.code == 3
    assert "spring.html.j2:2: there is no name 'nickname'. This hits 3 of 3" in refused.stderr
    assert mail_in(shop) == []


def test_check_finds_a_wrong_line_of_the_file(shop: Ecrm, write: Write) -> None:
    write("campaigns/spring.yaml", SPRING + "segmnt: x\n")
    found = shop("campaign", "check", "spring", "--json").json["findings"]
    assert [finding["examples"] for finding in found] == [
        [f"{shop.folder / 'campaigns' / 'spring.yaml'}:5"]
    ]


def test_check_warns_of_a_campaign_for_nobody(shop: Ecrm, write: Write) -> None:
    write("campaigns/spring.yaml", SPRING.replace("offers", "news"))
    found = shop("campaign", "check", "spring", "--json")
    assert (found.code, found.json["ok"]) == (0, True)
    assert found.json["findings"][0]["severity"] == "warning"
    assert shop("campaign", "check", "spring", "--strict").code == 3


def test_skipping_the_broken_ends_with_6(shop: Ecrm, write: Write) -> None:
    write("templates/spring.html.j2", "{% if contact.tags %}{{ contact.nick }}{% endif %}Hello")
    sent = shop("campaign", "send", "spring", "--yes", "--skip-broken", "--json")
    assert sent.code == 6
    assert (sent.json["sent"], sent.json["reasons"]["render-error"]) == (2, 1)


def test_mail_through_a_server_needs_a_sender(shop: Ecrm) -> None:
    config = shop.folder / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("  from: Zrno <hello@zrno.example>\n", "")
    config.write_text(text, encoding="utf-8")
    kept = shop("campaign", "send", "spring", "--yes")
    assert kept.code == 0
    assert "Nothing says who mail is from" in kept.stderr
    config.write_text(text.replace("transport: folder", "transport: smtp"), encoding="utf-8")
    refused = shop("campaign", "send", "spring", "--again", "--yes")
    assert refused.code == 3
    assert "ecrm config set mail.from" in refused.stderr


def test_what_was_done_is_in_the_audit(sent_shop: Ecrm) -> None:
    entries = sent_shop("audit", "list", "--json").json
    assert "campaign send" in {entry["command"] for entry in entries}
    assert "ana@example.org" not in json.dumps(entries)


def test_nothing_is_left_to_do_in_the_queue_once_it_is_sent(sent_shop: Ecrm) -> None:
    assert list((sent_shop.folder / ".ecrm" / "journal").glob("*.ndjson")) == []


def test_every_language_gets_its_own_words(shop: Ecrm, write: Write) -> None:
    write("templates/spring.sr-Latn.html.j2", PAGE.replace("Hello", "Zdravo"))
    assert shop("campaign", "send", "spring", "--yes").code == 0
    bodies = [re.findall(rb"<p>(\w+)", raw)[0] for raw in mail_in(shop)]
    assert sorted(bodies) == [b"Hello", b"Hello", b"Zdravo"]


def test_quiet_says_nothing_when_all_is_well(shop: Ecrm) -> None:
    sent = shop("campaign", "send", "spring", "--yes", "--quiet")
    assert (sent.code, sent.stdout, sent.stderr) == (0, "", "")
    again = shop("campaign", "send", "spring", "--yes", "--quiet")
    assert (again.code, again.stdout) == (5, "")
    assert "was sent on" in again.stderr


def test_a_folder_takes_mail_as_fast_as_it_comes(shop: Ecrm, tmp_path: Path) -> None:
    shop("import", "contacts", people_file(tmp_path, 300), "--consent-topic", "offers",
         "--consent-basis", "consent")  # fmt: skip
    config = shop.folder / "config.yaml"
    text = config.read_text(encoding="utf-8").replace("per_second: 10\n", "per_second: 0.1\n")
    config.write_text(text, encoding="utf-8")
    # A pace of one in ten seconds, kept here, would take an hour.
    assert shop("campaign", "send", "spring", "--yes").code == 0
    assert len(mail_in(shop)) == 303
