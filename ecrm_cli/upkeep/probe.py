"""Whether a mail server takes us: connects, protects the line, logs in, sends nothing."""

from __future__ import annotations

import smtplib
import ssl

from ecrm_cli.core.errors import OutsideFailure
from ecrm_cli.core.settings import Smtp


class ServerRefused(OutsideFailure):
    """The mail server could not be reached or did not take us."""

    kind = "mail-server"

    def __init__(self, smtp: Smtp, why: str, hint: str) -> None:
        super().__init__(f"The mail server {smtp.host}:{smtp.port} {why}.", hint=hint)


def try_server(smtp: Smtp, password: str | None) -> None:
    """Connect and log in as a sender would, then leave. Raises ServerRefused."""
    try:
        with _connected(smtp) as server:
            server.ehlo_or_helo_if_needed()
            if smtp.security == "starttls":
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if smtp.user:
                server.login(smtp.user, password or "")
    except smtplib.SMTPAuthenticationError:
        hint = "Check user and password; some providers want a password made for programs."
        raise ServerRefused(smtp, "did not take the user and password", hint) from None
    except smtplib.SMTPNotSupportedError:
        what = "offers no STARTTLS" if smtp.security == "starttls" else "offers no login"
        raise ServerRefused(smtp, what, "Check port and security: 587 starttls, 465 tls.") from None
    except smtplib.SMTPException as error:
        hint = "Check port and security: 587 starttls, 465 tls."
        raise ServerRefused(smtp, f"answered with an error ({_words(error)})", hint) from None
    except ssl.SSLError as error:
        hint = "Check port and security: 587 starttls, 465 tls, and the server's name."
        raise ServerRefused(smtp, f"gave no protected line ({error.reason})", hint) from None
    except OSError as error:
        hint = "Check the name, the port, and whether this machine may connect there."
        raise ServerRefused(smtp, f"cannot be reached ({_words(error)})", hint) from None


def _connected(smtp: Smtp) -> smtplib.SMTP:
    if smtp.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout, context=context)
    return smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout)


def _words(error: OSError) -> str:
    return (error.strerror or str(error) or "no answer").lower()
