"""A mail server as a process of its own that writes down what it takes before it answers.

``python -m tests.real.receiver FOLDER`` writes its port into FOLDER/port, and for every message a
line ``recipient Message-ID`` into FOLDER/taken, whoever is killed meanwhile.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.smtpserver import Receiver, Taken, receiving

# Long enough that a kill finds messages on their way, short enough for thousands.
SECONDS_A_MESSAGE = 0.002


class Clerk(Receiver):
    """Writes down what it takes."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._book = os.open(folder / "taken", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Write, then answer."""
        content = bytes(envelope.original_content or b"")
        recipient = envelope.rcpt_tos[0]
        mime_id = Taken("", recipient, content).parsed["Message-ID"]
        os.write(self._book, f"{recipient} {mime_id}\n".encode())
        time.sleep(SECONDS_A_MESSAGE)
        return "250 2.0.0 taken"


def main(folder: str) -> None:
    """Take mail until the process is ended."""
    with receiving(Clerk(Path(folder))) as receiver:
        draft = Path(folder) / "port.new"
        draft.write_text(str(receiver.port), encoding="utf-8")
        draft.rename(Path(folder) / "port")
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
