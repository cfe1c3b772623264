"""Whether a mail server takes us: connects, protects the line, logs in, sends nothing."""

from __future__ import annotations

from ecrm_cli.core.settings import Smtp
from ecrm_cli.core.smtp import connect, leave, server_of


def try_server(smtp: Smtp, password: str | None) -> None:
    """Connect and log in as a sender would, then leave. Raises ServerRefused."""
    leave(connect(server_of(smtp, password)))
