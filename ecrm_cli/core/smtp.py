"""A line to a mail server: connected, protected, logged in, or why not in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecrm_cli.core.errors import OutsideFailure

if TYPE_CHECKING:
    import smtplib
    import ssl

    from ecrm_cli.core.settings import Smtp

LONGEST_WORDS = 300
_PORTS = "Check port and security: 587 starttls, 465 tls."


@dataclass(frozen=True)
class Server:
    """Where mail is handed over: ``security`` is starttls, tls or none, ``timeout`` in seconds."""

    host: str
    port: int
    security: str
    timeout: float
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server_of(smtp: Smtp, password: str | None) -> Server:
    """Return the server that the settings name; ``password`` is the secret itself."""
    return Server(smtp.host, smtp.port, smtp.security, smtp.timeout, smtp.user, password)


class ServerRefused(OutsideFailure):
    """The mail server could not be reached or did not take us."""

    kind = "mail-server"

    def __init__(self, server: Server, why: str, hint: str) -> None:
        super().__init__(f"The mail server {server} {why}.", hint=hint)


def connect(server: Server) -> smtplib.SMTP:
    """Return an open line on which mail can be handed over. Raises ServerRefused."""
    import ssl

    with _refusals(server):
        line = _opened(server)
        try:
            line.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                line.starttls(context=ssl.create_default_context())
                line.ehlo()
            if server.user:
                line.login(server.user, server.password or "")
        except BaseException:
            line.close()
            raise
    return line


def leave(line: smtplib.SMTP) -> None:
    """Take leave of the server and hang up, without waiting long for its answer."""
    if line.sock is not None:
        line.sock.settimeout(2)
        with suppress(OSError):
            line.docmd("QUIT")
    line.close()


def _opened(server: Server) -> smtplib.SMTP:
    import smtplib
    import socket
    import ssl

    # smtplib would ask the name servers who we are, which takes long where there are none.
    name = socket.gethostname()
    local = name if "." in name and name.isascii() else "[127.0.0.1]"
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            server.host, server.port, local, timeout=server.timeout, context=context
        )
    return smtplib.SMTP(server.host, server.port, local, timeout=server.timeout)


@contextmanager
def _refusals(server: Server) -> Iterator[None]:
    """Turn what goes wrong before mail can be handed over into sentences."""
    import smtplib
    import ssl

    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        said = reply_words(error.smtp_code, error.smtp_error)
        hint = "Check user and password; some providers want a password made for programs."
        why = f"did not take the user and password ({said})"
        raise ServerRefused(server, why, hint) from None
    except smtplib.SMTPNotSupportedError:
        what = "offers no STARTTLS" if server.security == "starttls" else "offers no login"
        raise ServerRefused(server, what, _PORTS) from None
    except smtplib.SMTPResponseException as error:
        said = reply_words(error.smtp_code, error.smtp_error)
        raise ServerRefused(server, f"answered {said}", _PORTS) from None
    except ssl.SSLError as error:
        hint = f"{_PORTS[:-1]}, and the server's name."
        raise ServerRefused(server, f"gave no protected line ({_reason(error)})", hint) from None
    except OSError as error:
        hint = "Check the name, the port, and whether this machine may connect there."
        raise ServerRefused(server, f"cannot be reached ({_words(error)})", hint) from None


def reply_words(code: int, text: bytes | str) -> str:
    """Return a server's reply on one line, not longer than is of use."""
    said = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return " ".join(f"{code} {said}".split())[:LONGEST_WORDS]


def _reason(error: ssl.SSLError) -> str:
    said = getattr(error, "verify_message", "") or error.reason or str(error)
    return said.rstrip(".").replace("_", " ").lower()


def _words(error: OSError) -> str:
    return (error.strerror or str(error) or "no answer").rstrip(".").lower()
