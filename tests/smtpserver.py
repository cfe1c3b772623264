"""A real mail server on loopback that keeps what it takes and answers as it is told."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, WORD = "shop", "s3 cret"
# Not an answer: the line is cut, or nothing is said for as long as the test lasts.
DROP, STALL = "drop", "stall"

# What to say at CONNECT, MAIL, RCPT, DATA (before the message), CONTENT (with the message on its
# way) or END (after it), and to whom; None is what a good server says.
Say = Callable[[str, str], str | None]


@dataclass(frozen=True)
class Taken:
    """A message the server has answered for."""

    sender: str
    recipient: str
    content: bytes
    options: tuple[str, ...] = ()

    @property
    def parsed(self) -> EmailMessage:
        """The message as the standard library reads it."""
        read = message_from_bytes(self.content, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class Receiver:
    """The server: what it took, what it heard, on how many connections, and what it is to say."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    say: Say = field(default=lambda stage, address: None)
    utf8: bool = False
    pipelining: bool = False

    @property
    def recipients(self) -> list[str]:
        """To whom mail came, in order."""
        return [mail.recipient for mail in self.taken]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's own names
        self, server: SMTP, session: Session, envelope: Envelope, name: str, offers: list[str]
    ) -> list[str]:
        """Say what the server can do."""
        session.host_name = name
        return [*(["250-PIPELINING"] if self.pipelining else []), *offers]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to MAIL FROM."""
        refused = await self.told(server, "MAIL", address)
        if refused:
            return refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to RCPT TO."""
        refused = await self.told(server, "RCPT", address)
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer to the message."""
        recipient = envelope.rcpt_tos[0]
        refused = await self.told(server, "END", recipient)
        if refused:
            return refused
        content = bytes(envelope.original_content or b"")
        options = tuple(envelope.mail_options)
        self.taken.append(Taken(envelope.mail_from or "", recipient, content, options))
        return f"250 2.0.0 queued as {len(self.taken)}"

    async def told(self, server: SMTP, stage: str, address: str) -> str | None:
        """Return what to say here, once the line has been cut or held as the test wants."""
        self.heard.append(f"{stage} {address}".strip())
        said = self.say(stage, address)
        if said == STALL:
            await asyncio.sleep(60)
        if said == DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(60)
        return said


class Talk(SMTP):
    """One conversation: aiosmtpd's own, with two more places to answer at."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        assert self.envelope is not None
        receiver = self.event_handler
        assert isinstance(receiver, Receiver)
        address = (self.envelope.rcpt_tos or [""])[0]
        refused = await receiver.told(self, "DATA", address)
        if refused:
            await self.push(refused)
            return
        if receiver.say("CONTENT", address) is not None:
            await self.push("354 go ahead")
            await receiver.told(self, "CONTENT", address)
        await super().smtp_DATA(arg)

    async def _handle_client(self) -> None:
        receiver = self.event_handler
        assert isinstance(receiver, Receiver)
        # Behind STARTTLS the same conversation begins anew.
        if self.session is not None and self.session.ssl is None:
            receiver.connections += 1
        refused = await receiver.told(self, "CONNECT", "")
        if refused:
            await self.push(refused)
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.close()
            return
        await super()._handle_client()


def check_word(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    """Let in who knows the password."""
    good = (data.login, data.password) == (USER.encode(), WORD.encode())
    return AuthResult(success=good, handled=False)


def conversation(receiver: Receiver, security: str, context: ssl.SSLContext | None) -> Talk:
    """Make one conversation; with login a password is wanted."""
    more: dict[str, Any] = {"hostname": "mail.example", "enable_SMTPUTF8": receiver.utf8}
    if context is not None and security == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    if security == "login":
        more |= {"authenticator": check_word, "auth_require_tls": False}
    return Talk(receiver, **more)


@dataclass
class Running:
    """The server's thread, as seen from outside."""

    ready: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(
        self, receiver: Receiver, security: str, context: ssl.SSLContext | None
    ) -> None:
        """Take connections until it is over; what is still being said is cut off."""
        self.loop = asyncio.get_running_loop()
        server = await self.loop.create_server(
            lambda: conversation(receiver, security, context),
            "127.0.0.1",
            receiver.port,
            ssl=context if security == "tls" else None,
        )
        receiver.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        async with server:
            await self.over.wait()


@contextmanager
def receiving(
    receiver: Receiver | None = None,
    security: str = "none",
    context: ssl.SSLContext | None = None,
) -> Iterator[Receiver]:
    """Run the server in a thread; ``security`` is none, starttls, tls or login."""
    receiver = receiver or Receiver()
    running = Running()
    listening = running.listen(receiver, security, context)
    thread = threading.Thread(target=asyncio.run, args=(listening,))
    thread.start()
    assert running.ready.wait(10)
    assert running.loop is not None
    try:
        yield receiver
    finally:
        running.loop.call_soon_threadsafe(running.over.set)
        thread.join(10)
        assert not thread.is_alive()


def make_certificate(folder: Path) -> Path:
    """Make a certificate of ``localhost`` that nobody vouches for, with its key, in one file."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both
