"""Commands given at one go to a server that takes them so: every answer is read as its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecrm_cli.core.mailers import Answer, SenderRefused, SmtpMailer
from tests.core.test_mailers import send, server_at, told
from tests.smtpserver import DROP, Receiver, receiving


@pytest.fixture(params=[True, False], ids=["at one go", "in turn"])
def server(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    """A server that takes commands at one go, or does not say so."""
    with receiving(Receiver(pipelining=request.param)) as receiver:
        yield receiver


@pytest.fixture
def sender(server: Receiver) -> Iterator[SmtpMailer]:
    """A mailer for that server."""
    made = SmtpMailer(server_at(server.port))
    yield made
    made.close()


def test_messages_follow_each_other_over_one_line(sender: SmtpMailer, server: Receiver) -> None:
    assert [send(sender, f"p{n}@example.org").status for n in range(5)] == ["sent"] * 5
    assert server.recipients == [f"p{n}@example.org" for n in range(5)]
    assert server.connections == 1


@pytest.mark.parametrize(("stage", "words"), [
    ("MAIL", "451 4.7.1 come back later"), ("RCPT", "450 4.2.1 mailbox busy"),
])  # fmt: skip
def test_a_refusal_is_said_in_its_own_words_and_the_next_message_goes(
    sender: SmtpMailer, server: Receiver, stage: str, words: str
) -> None:
    server.say = told(stage, words)
    assert send(sender, "ana@example.org") == Answer("deferred", words)
    server.say = lambda stage, address: None
    assert send(sender, "bora@example.org").status == "sent"
    assert (server.recipients, server.connections) == (["bora@example.org"], 1)


def test_a_recipient_that_is_unknown_gets_no_message(sender: SmtpMailer, server: Receiver) -> None:
    server.say = told("RCPT", "550 5.1.1 no such user", "ana@example.org")
    assert send(sender, "ana@example.org") == Answer("failed", "550 5.1.1 no such user")
    assert send(sender, "bora@example.org").status == "sent"
    assert not [words for words in server.heard if words.startswith(("DATA ana", "END ana"))]


def test_a_sender_that_is_refused_fails_nobody(sender: SmtpMailer, server: Receiver) -> None:
    server.say = told("MAIL", "550 5.7.1 not yours")
    with pytest.raises(SenderRefused, match="not yours"):
        send(sender, "ana@example.org")
    assert server.taken == []


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_line_cut_before_the_message_is_made_again(
    sender: SmtpMailer, server: Receiver, stage: str
) -> None:
    cuts = [DROP]
    server.say = lambda at, whom: cuts.pop() if at == stage and cuts else None
    assert send(sender, "ana@example.org").status == "sent"
    assert (server.recipients, server.connections) == (["ana@example.org"], 2)
