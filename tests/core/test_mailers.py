"""One message at a time, to a real mail server and into a real Maildir."""

from __future__ import annotations

import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ecrm_cli.core.errors import OutsideFailure
from ecrm_cli.core.maildir import FolderMailer, make_maildir
from ecrm_cli.core.mailers import Answer, SenderRefused, SmtpMailer, stuffed
from ecrm_cli.core.smtp import Server, ServerRefused
from tests.smtpserver import DROP, STALL, USER, WORD, Receiver, make_certificate, receiving

MESSAGE = b"Subject: hello\r\nTo: ana@example.org\r\n\r\nHi.\r\n"
SHOP, ANA, BEN = "shop@example.com", "ana@example.org", "ben@example.org"


def server_at(
    port: int, security: str = "none", host: str = "127.0.0.1", **login: str | None
) -> Server:
    """Return the server on a port of this machine."""
    return Server(host, port, security, 1.0, **login)


class Begun:
    """Counts how often a message may have left."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


class Stop(Exception):
    """What a sender raises that must not begin."""


def stop() -> None:
    """Refuse to begin."""
    raise Stop


@pytest.fixture
def mailer(smtp: Receiver) -> Iterator[SmtpMailer]:
    """A mailer for that server."""
    made = SmtpMailer(server_at(smtp.port))
    yield made
    made.close()


def told(stage: str, words: str, address: str = "") -> Callable[[str, str], str | None]:
    """Say ``words`` at a stage, to one address or to all."""
    return lambda at, whom: words if at == stage and address in ("", whom) else None


def first(stage: str, words: str) -> Callable[[str, str], str | None]:
    """Say ``words`` at a stage, once."""
    said: list[str] = []

    def say(at: str, whom: str) -> str | None:
        if at != stage or said:
            return None
        said.append(words)
        return words

    return say


def send(mailer: SmtpMailer | FolderMailer, to: str = ANA, message: bytes = MESSAGE) -> Answer:
    """Hand a message over."""
    return mailer.deliver(message, SHOP, to, lambda: None)


def test_a_message_arrives_as_it_was_and_the_servers_words_are_kept(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    begun = Begun()
    answer = mailer.deliver(MESSAGE, SHOP, ANA, begun)
    assert answer == Answer("sent", "250 2.0.0 queued as 1")
    assert begun.times == 1
    assert [(mail.sender, mail.recipient) for mail in smtp.taken] == [(SHOP, ANA)]
    assert smtp.taken[0].content == MESSAGE


def test_one_connection_serves_many_messages(mailer: SmtpMailer, smtp: Receiver) -> None:
    assert [send(mailer, f"p{n}@example.org").status for n in range(5)] == ["sent"] * 5
    assert smtp.connections == 1


def test_a_line_on_which_answers_have_slipped_is_not_used_again(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    smtp.say = first("END", "250 2.0.0 taken\r\n250 2.0.0 taken")
    addresses = [ANA, BEN, "cleo@example.org"]
    assert [send(mailer, to).status for to in addresses] == ["sent", "deferred", "sent"]
    assert smtp.connections == 2


@pytest.mark.parametrize("words", ["354 go ahead", "taken"])
def test_an_answer_that_is_none_leaves_doubt_and_the_line_is_not_used_again(
    mailer: SmtpMailer, smtp: Receiver, words: str
) -> None:
    smtp.say = first("END", words)
    assert [send(mailer, to).status for to in (ANA, BEN)] == ["unknown", "sent"]
    assert smtp.connections == 2


@pytest.mark.parametrize(
    "words",
    [
        "450 4.2.1 mailbox busy",
        "451 4.7.1 greylisted, come back later",
        "452 4.3.1 no room",
        "454 4.7.0 throttled",
    ],
)
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
def test_a_4xx_is_deferred_with_the_servers_words(
    mailer: SmtpMailer, smtp: Receiver, stage: str, words: str
) -> None:
    smtp.say = first(stage, words)
    assert send(mailer) == Answer("deferred", words)
    assert send(mailer, BEN).status == "sent"
    assert smtp.recipients == [BEN]
    assert smtp.connections == 1


@pytest.mark.parametrize("words", ["550 5.1.1 no such user", "554 5.7.1 we do not like this"])
@pytest.mark.parametrize("stage", ["RCPT", "DATA", "END"])
def test_a_5xx_is_failed_with_the_servers_words(
    mailer: SmtpMailer, smtp: Receiver, stage: str, words: str
) -> None:
    smtp.say = first(stage, words)
    assert send(mailer) == Answer("failed", words)
    assert send(mailer, BEN).status == "sent"
    assert smtp.recipients == [BEN]


def test_words_of_several_lines_become_one(mailer: SmtpMailer, smtp: Receiver) -> None:
    smtp.say = told("RCPT", "550-5.1.1 no such\r\n550 5.1.1  user")
    assert send(mailer) == Answer("failed", "550 5.1.1 no such 5.1.1 user")


def test_a_refused_sender_fails_nobody(mailer: SmtpMailer, smtp: Receiver) -> None:
    smtp.say = told("MAIL", "553 5.7.1 not your address")
    begun = Begun()
    with pytest.raises(SenderRefused, match=r"takes no mail from shop@example\.com: 553") as said:
        mailer.deliver(MESSAGE, SHOP, ANA, begun)
    assert said.value.code == 7
    assert begun.times == 0


def test_a_message_that_is_too_large_for_the_server_is_failed(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    smtp.say = told("MAIL", "552 5.3.4 too large")
    assert send(mailer) == Answer("failed", "552 5.3.4 too large")


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
@pytest.mark.parametrize("words", [DROP, "421 4.7.0 too many messages on this line"])
def test_a_line_that_is_cut_before_the_message_is_made_again(
    mailer: SmtpMailer, smtp: Receiver, stage: str, words: str
) -> None:
    assert send(mailer, BEN).status == "sent"
    smtp.say = first(stage, words)
    assert send(mailer).status == "sent"
    assert smtp.recipients == [BEN, ANA]
    assert smtp.connections == 2


def test_an_address_at_which_the_line_is_always_cut_is_deferred(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    smtp.say = told("RCPT", "421 4.7.0 not now", ANA)
    assert send(mailer) == Answer("deferred", "421 4.7.0 not now")
    smtp.say = told("RCPT", DROP, ANA)
    answer = send(mailer)
    assert answer.status == "deferred"
    assert "closed the connection at RCPT" in answer.words
    assert send(mailer, BEN).status == "sent"


@pytest.mark.parametrize("stage", ["CONTENT", "END"])
@pytest.mark.parametrize("how", [DROP, STALL])
def test_a_line_lost_with_the_message_on_it_is_in_doubt(
    mailer: SmtpMailer, smtp: Receiver, stage: str, how: str
) -> None:
    smtp.say = told(stage, how, ANA)
    begun = Begun()
    answer = mailer.deliver(MESSAGE, SHOP, ANA, begun)
    assert answer.status == "unknown"
    assert "no answer after the message" in answer.words
    assert begun.times == 1
    assert send(mailer, BEN).status == "sent"


def test_a_421_after_the_message_is_deferred_and_the_line_made_again(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    smtp.say = first("END", "421 4.3.2 going down")
    assert send(mailer) == Answer("deferred", "421 4.3.2 going down")
    assert send(mailer, BEN).status == "sent"
    assert smtp.connections == 2


def test_a_server_that_stalls_before_the_message_is_tried_again_later(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    smtp.say = told("RCPT", STALL, ANA)
    begun = Begun()
    answer = mailer.deliver(MESSAGE, SHOP, ANA, begun)
    assert answer.status == "deferred"
    assert "timed out" in answer.words
    assert begun.times == 0


def test_a_server_that_is_down_is_an_outside_failure(smtp: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun = Begun()
    with pytest.raises(ServerRefused, match="cannot be reached") as said:
        SmtpMailer(server_at(port)).deliver(MESSAGE, SHOP, ANA, begun)
    assert said.value.code == 7
    assert begun.times == 0


@pytest.mark.parametrize("words", ["554 5.7.1 you are on a list", "421 4.3.2 come back later"])
def test_a_server_that_does_not_greet_is_an_outside_failure(
    mailer: SmtpMailer, smtp: Receiver, words: str
) -> None:
    smtp.say = told("CONNECT", words)
    with pytest.raises(ServerRefused, match=words):
        send(mailer)


def test_a_server_that_restarts_is_waited_for(smtp: Receiver) -> None:
    mailer = SmtpMailer(server_at(smtp.port))
    assert send(mailer, BEN).status == "sent"
    smtp.say = first("MAIL", DROP)
    refused: list[str] = []

    def say(stage: str, address: str) -> str | None:
        if stage == "MAIL" and not refused:
            return DROP
        if stage == "CONNECT" and not refused:
            refused.append("once")
            return "421 restarting"
        return None

    smtp.say = say
    assert send(mailer).status == "sent"
    mailer.close()
    assert smtp.recipients == [BEN, ANA]


def test_what_begun_raises_goes_through_and_nothing_is_sent(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    with pytest.raises(Stop):
        mailer.deliver(MESSAGE, SHOP, ANA, stop)
    assert smtp.taken == []
    assert send(mailer, BEN).status == "sent"


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org\r\nRCPT TO:<ben@example.org>",
        "ana@example.org\n",
        "ana@example.org>\x00",
        "ana@example.org,ben@example.org",
        "ana@example.org> SIZE=1",
        "ana",
        "",
    ],
)
def test_an_address_that_could_be_a_command_never_reaches_the_server(
    mailer: SmtpMailer, smtp: Receiver, address: str
) -> None:
    assert send(mailer, address).status == "failed"
    assert send(mailer, address).reason == "bad-address"
    assert smtp.heard == []


def test_a_local_part_that_is_not_ascii_needs_a_server_that_knows_it(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    answer = send(mailer, "đorđe@example.org")
    assert (answer.status, answer.reason) == ("skipped", "no-smtputf8")
    assert send(mailer, BEN).status == "sent"
    with receiving(Receiver(utf8=True)) as knowing:
        able = SmtpMailer(server_at(knowing.port))
        assert send(able, "đorđe@example.org").status == "sent"
        able.close()
        assert knowing.recipients == ["đorđe@example.org"]
        assert "SMTPUTF8" in knowing.taken[0].options


def test_a_domain_that_is_not_ascii_goes_out_as_name_servers_know_it(
    mailer: SmtpMailer, smtp: Receiver
) -> None:
    assert send(mailer, "ana@пример.срб").status == "sent"
    assert smtp.recipients == ["ana@xn--e1afmkfd.xn--90a3ac"]


def test_lines_that_look_like_the_end_arrive_whole(mailer: SmtpMailer, smtp: Receiver) -> None:
    message = b".Subject: x\r\n\r\n.\r\n..\r\n.QUIT\r\nend\r\n"
    assert send(mailer, message=message).status == "sent"
    assert smtp.taken[0].content == message


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\n.\n", b"\r.\r"])
def test_every_line_ends_in_crlf_so_that_nothing_is_smuggled(end: bytes) -> None:
    sent = stuffed(b"a" + end + b"b")
    assert sent.endswith(b"b\r\n.\r\n")
    assert sent.count(b"\r\n") == sent.count(b"\r") == sent.count(b"\n")
    assert sent[: -len(b".\r\n")].find(b"\r\n.\r\n") == -1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of ``localhost``, with its key, in one file."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def shown(certificate: Path) -> ssl.SSLContext:
    """What a server shows to those who connect."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_trusted_and_matches_protects_the_line(
    security: str, shown: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiving(security=security, context=shown) as receiver:
        mailer = SmtpMailer(server_at(receiver.port, security, "localhost"))
        assert send(mailer).status == "sent"
        mailer.close()
        assert receiver.recipients == [ANA]


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("host", "trusted", "why"),
    [("127.0.0.1", True, "ip address mismatch"), ("localhost", False, "self-signed certificate")],
)
def test_a_certificate_that_does_not_match_or_is_not_trusted_is_refused(
    security: str, host: str, trusted: bool, why: str, shown: ssl.SSLContext, certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiving(security=security, context=shown) as receiver:
        mailer = SmtpMailer(server_at(receiver.port, security, host))
        with pytest.raises(ServerRefused, match=f"(?s)no protected line.*{why}"):
            send(mailer)
        assert not any(line.startswith("MAIL") for line in receiver.heard)


def test_the_password_is_given_and_a_wrong_one_is_said(smtp: Receiver) -> None:
    with receiving(security="login") as receiver:
        mailer = SmtpMailer(server_at(receiver.port, user=USER, password=WORD))
        assert send(mailer).status == "sent"
        mailer.close()
        wrong = SmtpMailer(server_at(receiver.port, user=USER, password="guess"))  # noqa: S106
        with pytest.raises(ServerRefused, match="did not take the user and password"):
            send(wrong)
    with pytest.raises(ServerRefused, match="offers no login"):
        send(SmtpMailer(server_at(smtp.port, user=USER, password=WORD)))
    with pytest.raises(ServerRefused, match="offers no STARTTLS"):
        send(SmtpMailer(server_at(smtp.port, "starttls")))
    assert WORD not in repr(server_at(1, user=USER, password=WORD))


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A Maildir with nothing in it."""
    make_maildir(tmp_path / "outbox")
    return tmp_path / "outbox"


def test_a_folder_keeps_whole_messages_for_their_owner_only(maildir: Path) -> None:
    mailer = FolderMailer(maildir)
    begun = Begun()
    answers = [mailer.deliver(MESSAGE, SHOP, ANA, begun) for _ in range(3)]
    mailer.sync()
    mailer.close()
    assert begun.times == 3
    kept = sorted((maildir / "new").iterdir())
    assert sorted(f"new/{path.name}" for path in kept) == sorted(a.words for a in answers)
    assert {path.read_bytes() for path in kept} == {MESSAGE}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert list((maildir / "tmp").iterdir()) == []


def test_a_folder_may_be_read_by_a_mail_program_while_it_is_filled(maildir: Path) -> None:
    mailer = FolderMailer(maildir)
    assert send(mailer).status == "sent"
    (kept,) = (maildir / "new").iterdir()
    kept.rename(maildir / "cur" / f"{kept.name}:2,S")
    mailer.sync()
    assert (maildir / "cur" / f"{kept.name}:2,S").read_bytes() == MESSAGE


def test_a_folder_that_went_away_fails_nobody(maildir: Path, tmp_path: Path) -> None:
    mailer = FolderMailer(maildir)
    maildir.rename(tmp_path / "elsewhere")
    begun = Begun()
    with pytest.raises(OutsideFailure, match="cannot be written"):
        mailer.deliver(MESSAGE, SHOP, ANA, begun)
    assert begun.times == 0
    assert not maildir.exists()


def test_a_folder_keeps_nothing_that_was_not_begun(maildir: Path) -> None:
    mailer = FolderMailer(maildir)
    with pytest.raises(Stop):
        mailer.deliver(MESSAGE, SHOP, ANA, stop)
    assert [path for path in maildir.rglob("*") if path.is_file()] == []


def test_a_message_that_cannot_be_put_in_its_place_is_deferred(maildir: Path) -> None:
    mailer = FolderMailer(maildir)
    answer = mailer.deliver(MESSAGE, SHOP, ANA, (maildir / "new").rmdir)
    assert answer.status == "deferred"
    assert [path for path in maildir.rglob("*") if path.is_file()] == []


def test_a_folder_refuses_addresses_with_line_breaks_too(maildir: Path) -> None:
    assert send(FolderMailer(maildir), "ana@example.org\nBcc: x@example.org").status == "failed"
    assert send(FolderMailer(maildir), "đorđe@пример.срб").status == "sent"
