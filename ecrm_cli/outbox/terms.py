"""What the workspace adds to a run of mail: who it is from, where it goes, what signs its links."""

from __future__ import annotations

from msgspec import to_builtins

from ecrm_cli.core.errors import DataError
from ecrm_cli.core.headers import split_sender
from ecrm_cli.core.settings import Settings
from ecrm_cli.core.smtp import server_of
from ecrm_cli.core.yamlfile import read_text
from ecrm_cli.outbox.model import Terms

# A domain that no mail can reach (RFC 2606): for mail that stays in a folder.
NOWHERE = "not-set@example.invalid"


class NoSender(DataError):
    """Mail is to leave, and nobody said who it is from."""

    kind = "no-sender"

    def __init__(self) -> None:
        super().__init__(
            "Nothing says who mail is from.",
            hint='Say it once: ecrm config set mail.from "Shop <hello@shop.example>"',
        )


def sender_of(settings: Settings, given: str | None = None) -> str:
    """Return who mail is from: ``given``, else mail.from.

    In a folder a sender that is not set does no harm; through a server it raises NoSender.
    """
    sender = given or settings.mail.sender
    if sender:
        return sender
    if settings.mail.transport == "smtp":
        raise NoSender
    return f"{settings.business.name} <{NOWHERE}>"


def place_words(settings: Settings) -> str:
    """Return in words where mail goes: ``the folder outbox``, ``mail.example:587``."""
    mail = settings.mail
    if mail.transport == "folder":
        return f"the folder {mail.folder}"
    return str(server_of(mail.smtp, None))


def terms_of(settings: Settings, sender: str) -> Terms:
    """Return what every message of a run is made with. Raises BadAddress, NoFile."""
    return Terms(
        business=to_builtins(settings.business),
        base_url=settings.links.base_url,
        key=read_text(settings.workspace.secret).strip(),
        mailto=split_sender(sender)[1],
    )
