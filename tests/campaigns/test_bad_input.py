"""What can be wrong with a campaign, its people and the server, each as its owner meets it."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from tests.campaigns.conftest import PAGE, SPRING, Write, mail_in
from tests.campaigns.test_going_on import status, use
from tests.door import Answer, Ecrm
from tests.house.harm import refused, untouched
from tests.outbox.shops import adds_up
from tests.smtpserver import DROP, STALL, Receiver, make_certificate, receiving

SEND = ("campaign", "send", "spring", "--yes", "--json")
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}.{% endfor %}{% endfor %}"
BEN = "ben@example.org"
COUNTS = ("audience", "queued", "sending", "sent", "deferred", "failed", "unknown", "skipped")


@pytest.mark.parametrize(("page", "words"), [
    ("a\n{% if %}", ("spring.html.j2:2", )),
    ("a\n{{ nickname }}", ("spring.html.j2:2: there is no name 'nickname'",
                           "This hits 3 of 3 people, such as ana@example.org")),
    ("{{ contact.nick }}", ("there is no name 'nick'", "This hits 3 of 3 people")),
    (LOOP, ("spring.html.j2:1", "was stopped")),
], ids=["a syntax error", "an undefined name", "an unknown field", "an endless loop"])  # fmt: skip
def test_a_broken_template_is_refused_before_the_first_mail(
    shop: Ecrm, write: Write, page: str, words: tuple[str, ...]
) -> None:
    write("templates/spring.html.j2", page)
    with untouched(shop):
        refused(shop(*SEND), 3, *words)
    assert not (shop.folder / "outbox" / "new").exists() or mail_in(shop) == []


def test_a_name_with_quotes_arrives_as_it_is(shop: Ecrm) -> None:
    said = shop("contact", "edit", BEN, "--family-name", 'O\'Brien "Bo", Jr.')
    assert said.code == 0, said.stderr
    with receiving() as server:
        use(shop, server)
        assert shop(*SEND).code == 0
        (ben,) = (mail.parsed for mail in server.taken if mail.recipient == BEN)
    assert ben["to"].addresses[0].display_name == 'Ben O\'Brien "Bo", Jr.'
    assert ben["to"].addresses[0].addr_spec == BEN


def test_a_subject_of_10000_characters_arrives_whole(shop: Ecrm, write: Write) -> None:
    subject = ("весна " * 1_667)[:10_000].strip()
    usual = "{{ contact.given_name or 'Hello' }}, spring is here"
    write("campaigns/spring.yaml", SPRING.replace(usual, subject))
    with receiving() as server:
        use(shop, server)
        assert shop(*SEND).code == 0
        assert [mail.parsed["subject"] for mail in server.taken] == [subject] * 3
        assert max(map(len, server.taken[0].content.split(b"\r\n"))) <= 998


def test_a_local_part_that_the_server_does_not_know_is_skipped_and_said(shop: Ecrm) -> None:
    added = shop("contact", "add", "--email", "žana@example.org")
    assert added.code == 0, added.stderr
    granted = shop(
        "consent", "grant", "žana@example.org", "--topic", "offers", "--basis", "consent"
    )
    assert granted.code == 0, granted.stderr
    with receiving() as server:
        use(shop, server)
        answer = shop("campaign", "send", "spring", "--yes")
    assert answer.code == 0, answer.stderr
    assert "1 whose address this server cannot take" in answer.stdout
    (row,) = [row for row in shop("campaign", "recipients", "spring", "--status", "skipped",
                                  "--json").json if row["reason"] == "no-smtputf8"]  # fmt: skip
    assert row["email"] == "žana@example.org"
    assert "žana@example.org" not in server.recipients


def sent_through(shop: Ecrm, server: Receiver, timeout: str = "timeout: 30") -> Answer:
    use(shop, server)
    config = shop.folder / "config.yaml"
    config.write_text(config.read_text().replace("timeout: 30", timeout))
    return shop(*SEND)


@pytest.mark.parametrize(("stage", "words", "became", "code"), [
    ("MAIL", "421 4.3.2 closing down", "deferred", 0),
    ("RCPT", "450 4.2.1 mailbox busy", "deferred", 0),
    ("RCPT", "451 4.7.1 greylisted", "deferred", 0),
    ("DATA", "452 4.3.1 no room", "deferred", 0),
    ("END", "454 4.7.0 throttled", "deferred", 0),
    ("RCPT", "550 5.1.1 no such user", "failed", 6),
    ("END", "554 5.7.1 looks like spam", "failed", 6),
    ("CONTENT", DROP, "unknown", 6),
    ("END", DROP, "unknown", 6),
    ("END", STALL, "unknown", 6),
])  # fmt: skip
def test_what_a_server_says_to_one_is_theirs_alone(
    shop: Ecrm, stage: str, words: str, became: str, code: int
) -> None:
    # At MAIL the server does not know yet to whom.
    whom = "" if stage == "MAIL" else BEN
    with receiving() as server:
        server.say = lambda at, to: words if at == stage and (not whom or to == whom) else None
        answer = sent_through(shop, server, "timeout: 1")
    assert answer.code == code, answer.stderr
    found = answer.json
    assert adds_up({name: found[name] for name in COUNTS})
    assert found[became] == (1 if whom else 3)
    assert found["sent"] == (2 if whom else 0)
    rows = shop("campaign", "recipients", "spring", "--status", became, "--json").json
    if words not in (DROP, STALL):
        assert {row["server_reply"] for row in rows} == {words}


@pytest.mark.parametrize("words", ["554 5.7.1 you are blocked", DROP])
def test_a_server_that_takes_nobody_leaves_all_waiting(shop: Ecrm, words: str) -> None:
    with receiving() as server:
        server.say = lambda at, to: words if at == "CONNECT" else None
        answer = sent_through(shop, server, "timeout: 1")
        refused(answer, 7, f"127.0.0.1:{server.port}")
    assert (status(shop)["queued"], status(shop)["sent"]) == (3, 0)
    assert "What was not sent waits" in answer.error["hint"]


def test_a_server_that_does_not_greet_leaves_all_waiting(shop: Ecrm) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        refused(sent_through(shop, Receiver(port=port), "timeout: 1"), 7, f"127.0.0.1:{port}")
    assert (status(shop)["queued"], status(shop)["sent"]) == (3, 0)


def test_a_certificate_that_does_not_match_keeps_everything_here(
    shop: Ecrm, tmp_path: Path
) -> None:
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(make_certificate(tmp_path))
    with receiving(security="starttls", context=shown) as server:
        use(shop, server)
        config = shop.folder / "config.yaml"
        config.write_text(config.read_text().replace("security: none", "security: starttls"))
        refused(shop(*SEND), 7, "no protected line", "certificate")
        assert server.taken == []
    assert status(shop)["queued"] == 3


def test_a_header_cannot_be_added_by_a_name_or_a_subject(shop: Ecrm, write: Write) -> None:
    write("campaigns/spring.yaml", SPRING.replace("spring is here", "x\\r\\nBcc: eve@example.org"))
    write("templates/spring.html.j2", PAGE)
    with receiving() as server:
        use(shop, server)
        assert shop(*SEND).code == 0
    assert {mail.parsed["bcc"] for mail in server.taken} == {None}
    assert sorted(server.recipients) == ["ana@example.org", "ben@example.org", "dan@example.org"]
