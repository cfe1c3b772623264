"""Where things are: the folder of one business, and the files that came with the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ecrm_cli.core.errors import NotFound
from ecrm_cli.core.system import network_file_system

CONFIG = "config.yaml"
VARIABLE = "ECRM_WORKSPACE"
PACKAGE = Path(__file__).parent.parent

# How the folders of synchronizing programs begin, as they are named on disk.
_SYNCED = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "iclouddrive": "iCloud",
    "icloud drive": "iCloud",
    "mobile documents": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "nextcloud": "Nextcloud",
}


class NoWorkspace(NotFound):
    """No folder with a config.yaml was found."""

    def __init__(self, where: Path, named_by: str = "") -> None:
        said = f"{named_by} names {where}, which" if named_by else f"{where}, with all above it,"
        super().__init__(
            f"{said} is no workspace: there is no {CONFIG}.",
            hint="Run ecrm init to make one here, or name one with -C DIR.",
        )


@dataclass(frozen=True)
class Workspace:
    """The folder of one business; every path in it is named here and nowhere else."""

    root: Path

    @property
    def config(self) -> Path:
        """Who we are and how we send."""
        return self.root / CONFIG

    @property
    def database(self) -> Path:
        """Everything known."""
        return self.root / "crm.duckdb"

    @property
    def segments(self) -> Path:
        """The rules that say who, one file each."""
        return self.root / "segments"

    @property
    def campaigns(self) -> Path:
        """What is sent, one file each."""
        return self.root / "campaigns"

    @property
    def templates(self) -> Path:
        """How it looks."""
        return self.root / "templates"

    @property
    def presets(self) -> Path:
        """Column maps the user saved."""
        return self.root / "presets"

    @property
    def outbox(self) -> Path:
        """The Maildir that mail goes to by default."""
        return self.root / "outbox"

    @property
    def state(self) -> Path:
        """The hidden folder of the program's own files."""
        return self.root / ".ecrm"

    @property
    def spool(self) -> Path:
        """What other processes leave for us."""
        return self.state / "spool"

    @property
    def journal(self) -> Path:
        """What sender processes have begun and what they were answered."""
        return self.state / "journal"

    @property
    def send_lock(self) -> Path:
        """Held by whoever sends mail, with their name in it."""
        return self.state / "send.lock"

    def lease(self, step: str) -> Path:
        """Held by whoever does a step of ``ecrm run``."""
        return self.state / "leases" / f"{step}.lock"

    @property
    def logs(self) -> Path:
        """What commands did, without personal data."""
        return self.state / "logs"

    @property
    def scratch(self) -> Path:
        """Temporary files of the database and of us."""
        return self.state / "tmp"

    @property
    def secret(self) -> Path:
        """The key of tokens and hashes; in every backup, never in git."""
        return self.state / "secret"

    @property
    def env(self) -> Path:
        """Secrets for cron, KEY=VALUE a line."""
        return self.state / "env"


def find_workspace(start: Path, given: Path | None, environment: Mapping[str, str]) -> Workspace:
    """Return the workspace: ``given`` (-C), else ECRM_WORKSPACE, else the first folder upwards.

    Raises NoWorkspace.
    """
    if given is not None:
        return _named(given, "-C")
    if set_to := environment.get(VARIABLE):
        return _named(Path(set_to), VARIABLE)
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return Workspace(folder)
    raise NoWorkspace(start)


def _named(folder: Path, named_by: str) -> Workspace:
    folder = folder.expanduser().absolute()
    if not (folder / CONFIG).is_file():
        raise NoWorkspace(folder, named_by)
    return Workspace(folder)


def shipped(name: str) -> Path:
    """Return a file or folder that came with the program.

    In the wheel it stands inside the package, in a checkout beside it.
    """
    inside = PACKAGE / "shipped" / name
    return inside if inside.exists() else PACKAGE.parent / name


def shared_by(folder: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Name what copies or shares ``folder`` with other machines, or None.

    A database there is damaged sooner or later: such programs copy it while it is written, and
    network file systems do not lock it.
    """
    for part in folder.absolute().parts:
        for beginning, name in _SYNCED.items():
            rest = part.lower().removeprefix(beginning)
            if rest != part.lower() and not rest[:1].isalnum():
                return name
    kind = network_file_system(folder.absolute(), mounts)
    return f"the network ({kind})" if kind else None
