"""One message handed over that belongs to no run: how a campaign looks in the owner's mailbox."""

from __future__ import annotations

from ecrm_cli.core.errors import OutsideFailure
from ecrm_cli.core.mailers import Answer
from ecrm_cli.outbox.transport import Way, mailer_of


class ProofRefused(OutsideFailure):
    """A message to the owner was not taken."""

    kind = "mail-server"

    def __init__(self, address: str, answer: Answer) -> None:
        super().__init__(f"The mail to {address} was not taken: {answer.words or answer.status}.")


def hand_over(way: Way, message: bytes, sender: str, recipient: str) -> None:
    """Hand over one message now. Raises ProofRefused, OutsideFailure."""
    way.prepare()
    mailer = mailer_of(way.as_dict())
    try:
        answer = mailer.deliver(message, sender, recipient, lambda: None)
        mailer.sync()
    finally:
        mailer.close()
    if answer.status != "sent":
        raise ProofRefused(recipient, answer)
