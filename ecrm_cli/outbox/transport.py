"""Where mail goes: into a folder or to a server, in words and as a mailer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecrm_cli.core.maildir import FolderMailer, make_maildir
from ecrm_cli.core.mailers import Mailer, SmtpMailer
from ecrm_cli.core.smtp import Server, server_of
from ecrm_cli.outbox.model import Transport

if TYPE_CHECKING:
    from ecrm_cli.core.settings import Settings


@dataclass(frozen=True)
class Way:
    """How mail leaves: ``place`` says it in words; one of ``folder`` and ``server`` is set."""

    transport: Transport
    place: str
    folder: Path | None = None
    server: Server | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what ``mailer_of`` understands; a password is in it."""
        if self.server is not None:
            return {"server": asdict(self.server)}
        return {"folder": str(self.folder)}

    def prepare(self) -> None:
        """Make the folder, where mail goes to one. Raises DiskFull, CannotWrite."""
        if self.folder is not None:
            make_maildir(self.folder)


def way_of(settings: Settings, environment: Mapping[str, str]) -> Way:
    """Return how the settings let mail leave. Raises SecretMissing, OpenSecret."""
    from ecrm_cli.outbox.terms import place_words

    mail, place = settings.mail, place_words(settings)
    if mail.transport == "folder":
        return Way("folder", place, folder=settings.workspace.root / mail.folder)
    password = None
    if mail.smtp.user and mail.smtp.password:
        password = settings.secret(mail.smtp.password, environment)
    server = server_of(mail.smtp, password)
    return Way("smtp", place, server=server)


def mailer_of(way: Mapping[str, Any]) -> Mailer:
    """Return the mailer that ``Way.as_dict`` describes."""
    if "server" in way:
        return SmtpMailer(Server(**way["server"]))
    return FolderMailer(Path(way["folder"]))
