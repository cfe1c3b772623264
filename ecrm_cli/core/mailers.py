"""How one message leaves: what a mailer is, and the one that speaks to a mail server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from ecrm_cli.core.errors import OutsideFailure
from ecrm_cli.core.headers import BadAddress, wire_address
from ecrm_cli.core.smtp import Server, ServerRefused, connect, leave, reply_words

if TYPE_CHECKING:
    import smtplib

Status = Literal["sent", "deferred", "failed", "unknown", "skipped"]

# A server that restarts or counts connections takes us again after moments like these, in seconds.
_AGAIN_AFTER = (0.0, 1.0, 3.0)
# Refusals of MAIL that are about this one message; any other is about who we are.
_ABOUT_THE_MESSAGE = (552, 555)


@dataclass(frozen=True)
class Answer:
    """What became of one message, in the server's words; ``reason`` is ours, where we decided."""

    status: Status
    words: str = ""
    reason: str | None = None


# Nothing that could end the command it stands in, or name a second recipient, is handed over.
UNFIT = Answer("failed", "not an address that mail can be sent to", "bad-address")


class SenderRefused(OutsideFailure):
    """The server takes no mail from our address."""

    kind = "mail-server"

    def __init__(self, server: Server, sender: str, words: str) -> None:
        super().__init__(
            f"The mail server {server} takes no mail from {sender}: {words}",
            hint="Check mail.from in config.yaml, or the campaign's from: it must be yours there.",
        )


class Mailer(Protocol):
    """Hands messages over, one at a time."""

    def deliver(
        self, message: bytes, sender: str, recipient: str, begun: Callable[[], None]
    ) -> Answer:
        """Hand over ``message``; ``begun`` is called when from there on it may have left.

        What ``begun`` raises goes through, and nothing was handed over. Raises OutsideFailure
        when no message can be handed over now, always before ``begun``.
        """

    def sync(self) -> None:
        """Make sure that what was answered as sent outlives a power cut."""

    def close(self) -> None:
        """Let go of what is held open."""


class SmtpMailer:
    """A mail server, over one connection that is kept and, when it is lost, made again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._line: smtplib.SMTP | None = None
        self._known = False

    def deliver(
        self, message: bytes, sender: str, recipient: str, begun: Callable[[], None]
    ) -> Answer:
        """See Mailer: 4xx is deferred, 5xx failed, a line lost with the message on it unknown."""
        try:
            target = wire_address(recipient)
        except BadAddress:
            return UNFIT
        answer = Answer("deferred", "the server closed the connection")
        for _ in range(2):  # a line that was idle for long is found out only by using it
            line = self._connected()
            try:
                refused = self._envelope(line, wire_address(sender), target)
                if refused is None:
                    begun()
                    return self._hand_over(line, message)
            except _Closed as closed:
                self._drop()
                answer = Answer("deferred", closed.words or answer.words)
                continue
            except BaseException:
                self._drop()
                raise
            self._reset(line)
            return refused
        return answer

    def sync(self) -> None:
        """The server has what it has answered for."""

    def close(self) -> None:
        """Take leave of the server."""
        if self._line is not None:
            leave(self._line)
        self._line = None

    def _connected(self) -> smtplib.SMTP:
        waits = list(_AGAIN_AFTER if self._known else _AGAIN_AFTER[:1])
        while self._line is None:
            time.sleep(waits.pop(0))
            try:
                self._line = connect(self._server)
            except ServerRefused:
                if not waits:
                    raise
        self._known = True
        return self._line

    def _envelope(self, line: smtplib.SMTP, sender: str, recipient: str) -> Answer | None:
        """Say who writes to whom; return why this message is refused, or None."""
        options = ""
        if not (sender + recipient).isascii():
            if not line.has_extn("smtputf8"):
                if not sender.isascii():
                    raise SenderRefused(self._server, sender, "it knows no SMTPUTF8.")
                return Answer("skipped", "the server knows no SMTPUTF8", "no-smtputf8")
            line.command_encoding = "utf-8"
            options = " SMTPUTF8 BODY=8BITMIME"
        verb, code, words = _asked_in_order(
            line, {"MAIL": f"FROM:<{sender}>{options}", "RCPT": f"TO:<{recipient}>"}
        )
        if verb == "MAIL" and code >= 500 and code not in _ABOUT_THE_MESSAGE:
            raise SenderRefused(self._server, sender, reply_words(code, words))
        return None if code < 300 else _judged(code, words)

    def _hand_over(self, line: smtplib.SMTP, message: bytes) -> Answer:
        try:
            _tell(line, "DATA")
            code, words = _heard(line, "DATA")
        except _Closed as closed:
            # No byte of the message was on its way: the server cannot have taken it.
            self._drop()
            return Answer("deferred", closed.words or "the server closed the connection at DATA")
        if code != 354:
            if code < 300:
                # This answers something else: the next ones would too.
                self._drop()
                return Answer("deferred", f"no answer to DATA: {reply_words(code, words)}")
            self._reset(line)
            return _judged(code, words)
        try:
            line.send(stuffed(message))
            code, words = line.getreply()
        except OSError as error:
            self._drop()
            return Answer("unknown", f"no answer after the message ({_why(error)})")
        if code == 421 or not 200 <= code < 600 or 300 <= code < 400:
            self._drop()
        elif code >= 400:
            self._reset(line)
        return _judged(code, words)

    def _reset(self, line: smtplib.SMTP) -> None:
        try:
            if line.rset()[0] == 250:
                return
        except OSError:
            pass
        # What comes next on this line might be the answer to something else.
        self._drop()

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


class _Closed(Exception):
    """The server ended the connection, with or without a word, before it had the message."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


def _asked_in_order(line: smtplib.SMTP, commands: Mapping[str, str]) -> tuple[str, int, bytes]:
    """Give commands; return the first that was refused, or the last, and the answer to it.

    A server that takes them at one go (RFC 2920) is given them so: that saves a round trip.
    """
    together = line.has_extn("pipelining")
    if together:
        _tell(line, *(f"{verb} {rest}" for verb, rest in commands.items()))
    answer = "", 0, b""
    for verb, rest in commands.items():
        if not together:
            _tell(line, f"{verb} {rest}")
        code, words = _heard(line, verb)
        if answer[1] < 300:
            answer = verb, code, words
        if code >= 300 and not together:
            break
    return answer


def _tell(line: smtplib.SMTP, *commands: str) -> None:
    try:
        line.send("".join(f"{command}\r\n" for command in commands))
    except OSError as error:
        verb = commands[0].partition(" ")[0]
        raise _Closed(f"the server closed the connection at {verb} ({_why(error)})") from error


def _heard(line: smtplib.SMTP, verb: str) -> tuple[int, bytes]:
    try:
        code, words = line.getreply()
    except OSError as error:
        raise _Closed(f"the server closed the connection at {verb} ({_why(error)})") from error
    if code == 421:
        raise _Closed(reply_words(code, words))
    if code < 200 or (300 <= code < 400 and verb != "DATA"):
        raise _Closed(f"the server does not speak SMTP: {reply_words(code, words)}")
    return code, words


def _judged(code: int, words: bytes) -> Answer:
    said = reply_words(code, words)
    if 200 <= code < 300:
        return Answer("sent", said)
    if 400 <= code < 500:
        return Answer("deferred", said)
    return Answer("failed", said) if 500 <= code < 600 else Answer("unknown", said)


def stuffed(message: bytes) -> bytes:
    """Return a message as it goes after DATA: every line ends in CRLF, none looks like the end."""
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:
        message = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _why(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".").lower() or type(error).__name__
