"""A run is sent to a real server and into a real folder: every message once, every answer kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ecrm_cli.core.errors import OutsideFailure
from ecrm_cli.core.queries import query
from ecrm_cli.core.store import Store
from ecrm_cli.outbox import ops
from ecrm_cli.outbox.crew import BrokenSender, SendingStopped
from ecrm_cli.outbox.sending import TransportChanged, opener_of, send, sending_of
from tests.outbox.runs import RECEIPT, SPRING, freeze, messages
from tests.outbox.shops import Shop, adds_up
from tests.smtpserver import DROP, USER, WORD, Receiver, receiving


def addresses(count: int) -> list[str]:
    """The addresses of so many people."""
    return [f"p{number}@example.org" for number in range(1, count + 1)]


def test_everybody_gets_the_message_once_with_the_message_id_of_the_store(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    run_id = smtp_shop.run_for(25)
    outcome = smtp_shop.send(run_id)
    assert (outcome.state, outcome.busy) == ("finished", "")
    assert outcome.counts["sent"] == outcome.counts["audience"] == 25
    assert sorted(smtp.recipients) == sorted(addresses(25))
    ids = {mail.recipient: mail.parsed["Message-ID"] for mail in smtp.taken}
    with smtp_shop.app.reading() as store:
        rows = messages(store, run_id)
    assert {row["address"]: row["mime_id"] for row in rows} == ids
    assert all(row["server_reply"].startswith("250 2.0.0 queued") for row in rows)
    assert all(row["sent_at"] is not None for row in rows)
    assert {mail.sender for mail in smtp.taken} == {"shop@example.com"}
    assert smtp_shop.journals() == []


def test_batches_follow_each_other_over_kept_connections(
    smtp_shop: Shop, smtp: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecrm_cli.outbox.sending.size_of", lambda rate, lines: 2)
    run_id = smtp_shop.run_for(5)
    assert smtp_shop.send(run_id).counts["sent"] == 5
    assert len({claim.partition("/")[0] for claim in smtp_shop.column(run_id, "sender_id")}) == 3
    assert smtp.connections <= 2


def test_a_folder_holds_as_many_messages_as_were_sent(shop: Shop) -> None:
    run_id = shop.run_for(12)
    assert shop.send(run_id).counts["sent"] == 12
    assert len(list((shop.root / "outbox" / "new").iterdir())) == 12
    assert list((shop.root / "outbox" / "tmp").iterdir()) == []


def test_sending_a_finished_run_again_sends_nothing(smtp_shop: Shop, smtp: Receiver) -> None:
    run_id = smtp_shop.run_for(3)
    smtp_shop.send(run_id)
    assert smtp_shop.send(run_id).counts["sent"] == 3
    assert len(smtp.taken) == 3


@pytest.mark.parametrize("words", ["450 4.2.1 busy", "451 4.7.1 later", "452 4.3.1 full",
                                   "454 4.7.0 slow down", "421 4.7.0 too many"])  # fmt: skip
def test_a_4xx_is_deferred_and_the_run_goes_on_later(
    smtp_shop: Shop, smtp: Receiver, words: str
) -> None:
    smtp.say = lambda stage, to: words if (stage, to) == ("RCPT", "p2@example.org") else None
    run_id = smtp_shop.run_for(3)
    outcome = smtp_shop.send(run_id)
    assert (outcome.state, outcome.counts["deferred"], outcome.counts["sent"]) == ("running", 1, 2)
    assert outcome.next_try is not None
    assert smtp_shop.column(run_id, "server_reply")[1] == words
    smtp.say = lambda stage, to: None
    assert smtp_shop.send(run_id).counts["deferred"] == 1
    smtp_shop.app = replace(smtp_shop.app, now=outcome.next_try)
    later = smtp_shop.send(run_id)
    assert (later.state, later.counts["sent"]) == ("finished", 3)
    assert sorted(smtp.recipients) == addresses(3)


@pytest.mark.parametrize("words", ["550 5.1.1 no such user", "554 5.7.1 no"])
def test_a_5xx_is_failed_in_the_servers_words(smtp_shop: Shop, smtp: Receiver, words: str) -> None:
    smtp.say = lambda stage, to: words if (stage, to) == ("END", "p2@example.org") else None
    run_id = smtp_shop.run_for(3)
    outcome = smtp_shop.send(run_id)
    assert (outcome.state, outcome.counts["failed"], outcome.counts["sent"]) == ("finished", 1, 2)
    assert smtp_shop.column(run_id, "server_reply")[1] == words


def test_a_line_lost_with_a_message_on_it_leaves_that_one_in_doubt(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    smtp.say = lambda stage, to: DROP if (stage, to) == ("CONTENT", "p2@example.org") else None
    run_id = smtp_shop.run_for(4)
    outcome = smtp_shop.send(run_id)
    assert (outcome.state, outcome.counts["unknown"], outcome.counts["sent"]) == ("finished", 1, 3)
    assert smtp_shop.send(run_id).counts["unknown"] == 1
    assert sorted(smtp.recipients) == ["p1@example.org", "p3@example.org", "p4@example.org"]


def test_a_server_that_is_down_loses_nothing(smtp_shop: Shop, smtp: Receiver) -> None:
    run_id = smtp_shop.run_for(3)
    smtp_shop.set(mail={"smtp": {"port": 9}})
    with pytest.raises(SendingStopped, match="cannot be reached") as said:
        smtp_shop.send(run_id)
    assert said.value.code == 7
    assert smtp_shop.counts(run_id)["queued"] == 3
    assert smtp_shop.column(run_id, "attempts") == [0, 0, 0]
    smtp_shop.through(smtp.port)
    assert smtp_shop.send(run_id).counts["sent"] == 3


def test_a_server_that_refuses_the_sender_fails_nobody(smtp_shop: Shop, smtp: Receiver) -> None:
    smtp.say = lambda stage, to: "553 5.7.1 not yours" if stage == "MAIL" else None
    run_id = smtp_shop.run_for(3)
    with pytest.raises(OutsideFailure, match="takes no mail from shop@example"):
        smtp_shop.send(run_id)
    assert smtp_shop.counts(run_id)["queued"] == 3


def test_a_server_that_goes_down_on_the_way_keeps_the_rest_waiting(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    def say(stage: str, address: str) -> str | None:
        return DROP if len(smtp.taken) >= 4 and stage in ("CONNECT", "MAIL") else None

    smtp.say = say
    smtp_shop.set(pace={"connections": 1})
    run_id = smtp_shop.run_for(10)
    with pytest.raises(SendingStopped):
        smtp_shop.send(run_id)
    counts = smtp_shop.counts(run_id)
    assert (counts["sent"], counts["sent"] + counts["queued"] + counts["deferred"]) == (4, 10)
    smtp.say = lambda stage, to: None
    smtp_shop.send(run_id)
    assert len(set(smtp.recipients)) == len(smtp.recipients)


def test_one_connection_that_is_refused_does_not_stop_the_others(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    smtp.say = lambda stage, to: (
        "421 4.7.0 one line a customer" if stage == "CONNECT" and smtp.connections > 1 else None
    )
    run_id = smtp_shop.run_for(20)
    assert smtp_shop.send(run_id).counts["sent"] == 20
    assert sorted(smtp.recipients) == sorted(addresses(20))


def test_a_template_that_fails_for_one_recipient_skips_that_one(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    picky = replace(SPRING, html={"": "<p>{{ 10 // (contact.id - 2) }}</p>"})
    run_id = smtp_shop.run_for(3, picky)
    outcome = smtp_shop.send(run_id)
    assert (outcome.counts["sent"], outcome.counts["skipped"]) == (2, 1)
    assert smtp_shop.column(run_id, "reason") == [None, "render-error", None]
    assert "zero" in smtp_shop.column(run_id, "server_reply")[1]
    assert adds_up(outcome.counts)


def test_a_local_part_that_the_server_does_not_know_is_skipped_with_its_reason(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    run_id = smtp_shop.run_for(2)
    _address(smtp_shop, run_id, "đorđe@example.org")
    outcome = smtp_shop.send(run_id)
    assert (outcome.counts["sent"], outcome.counts["skipped"]) == (1, 1)
    assert smtp_shop.column(run_id, "reason") == ["no-smtputf8", None]


@pytest.mark.parametrize("address", ["a@example.org\r\nRCPT TO:<b@example.org>", "a b", "a@\n"])
def test_an_address_with_a_line_break_never_reaches_the_server(
    smtp_shop: Shop, smtp: Receiver, address: str
) -> None:
    run_id = smtp_shop.run_for(2)
    _address(smtp_shop, run_id, address)
    outcome = smtp_shop.send(run_id)
    assert (outcome.counts["sent"], outcome.counts["failed"]) == (1, 1)
    assert smtp_shop.column(run_id, "reason") == ["bad-address", None]
    assert smtp.recipients == ["p2@example.org"]


def _address(shop: Shop, run_id: int, address: str) -> None:
    """Give the first message of a run an address that no import would let in."""
    change = query("test.address", """
        UPDATE message SET address = $address WHERE run_id = $run_id AND seq = 1
    """)  # fmt: skip
    with shop.app.writing() as store:
        assert store.run(change, address=address, run_id=run_id) == 1


def test_the_password_comes_from_where_the_settings_say(shop: Shop) -> None:
    with receiving(security="login") as receiver:
        shop.through(receiver.port)
        shop.set(mail={"smtp": {"user": USER, "password": "${SMTP_PASSWORD}"}})
        shop.place.env.write_text(f"SMTP_PASSWORD={WORD}\n")
        shop.place.env.chmod(0o600)
        assert shop.send(shop.run_for(3)).counts["sent"] == 3
        shop.place.env.write_text("SMTP_PASSWORD=guess\n")
        run_id = shop.run_for(3)
        with pytest.raises(SendingStopped, match="did not take the user and password"):
            shop.send(run_id)
        assert shop.counts(run_id)["queued"] == 3


def test_no_password_is_in_the_words_of_a_process_or_in_a_journal(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []

    def look(run: str) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                listed.append(process.read_bytes().decode(errors="replace"))
        listed.extend(path.read_text() for path in shop.journals())

    with receiving(security="login") as receiver:
        shop.through(receiver.port)
        shop.set(mail={"smtp": {"user": USER, "password": "${SMTP_PASSWORD}"}})
        monkeypatch.setenv("SMTP_PASSWORD", WORD)
        run_id = shop.run_for(3)
        how = replace(sending_of(replace(shop.app, environment={"SMTP_PASSWORD": WORD})), show=look)
        assert send(opener_of(shop.app), run_id, how).counts["sent"] == 3
    assert any("ecrm_cli.outbox.worker" in words for words in listed)
    assert not any(WORD in words for words in listed)


def test_service_mail_that_waits_is_sent_by_whoever_sends(smtp_shop: Shop, smtp: Receiver) -> None:
    run_id = smtp_shop.run_for(3)
    with smtp_shop.app.writing() as store:
        receipt = freeze(store, [2], RECEIPT)
    assert smtp_shop.send(run_id).counts["sent"] == 3
    assert smtp_shop.counts(receipt)["sent"] == 1
    assert smtp_shop.state(receipt) == "finished"
    assert smtp.recipients[0] == "p2@example.org"
    assert len(smtp.taken) == 4


def test_a_run_that_went_to_the_folder_does_not_go_on_through_a_server(
    shop: Shop, smtp: Receiver
) -> None:
    run_id = shop.run_for(2)
    with shop.app.writing() as store:
        _resolve_one(store, run_id)
    shop.through(smtp.port)
    with pytest.raises(TransportChanged, match="1 messages of spring went to the folder"):
        shop.send(run_id)
    assert smtp.taken == []


def _resolve_one(store: Store, run_id: int) -> None:
    store.run(query("test.one", """
        UPDATE message SET status = 'sent' WHERE run_id = $run_id AND seq = 1
    """), run_id=run_id)  # fmt: skip


def test_a_run_that_has_not_begun_may_go_another_way(shop: Shop, smtp: Receiver) -> None:
    run_id = shop.run_for(2)
    shop.through(smtp.port)
    assert shop.send(run_id).counts["sent"] == 2
    with shop.app.reading() as store:
        row = ops.run(store, run_id)
    assert (row["transport"], str(smtp.port) in row["place"]) == ("smtp", True)


def test_a_bug_in_a_sender_process_is_said_and_logged_and_loses_nothing(
    smtp_shop: Shop, smtp: Receiver
) -> None:
    run_id = smtp_shop.run_for(3)
    change = query("test.no_id", """
        UPDATE message SET mime_id = NULL WHERE run_id = $run_id AND seq = 2
    """)  # fmt: skip
    with smtp_shop.app.writing() as store:
        store.run(change, run_id=run_id)
    with pytest.raises(BrokenSender, match=r"This is a bug in ecrm.*senders\.log") as said:
        smtp_shop.send(run_id)
    assert said.value.code == 1
    assert "Traceback" in (smtp_shop.place.logs / "senders.log").read_text()
    counts = smtp_shop.counts(run_id)
    assert (counts["sent"], counts["queued"]) == (len(smtp.taken), 3 - len(smtp.taken))
    assert counts["queued"] >= 1


def test_a_log_that_cannot_be_written_stops_no_mail(smtp_shop: Shop, smtp: Receiver) -> None:
    (smtp_shop.place.logs / "senders.log").mkdir()
    assert smtp_shop.send(smtp_shop.run_for(2)).counts["sent"] == 2


def test_a_run_that_does_not_exist_is_not_found(shop: Shop) -> None:
    with pytest.raises(ops.NoRun, match="no run R-7"):
        shop.send(7)
