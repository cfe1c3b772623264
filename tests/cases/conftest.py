"""A shop with two customers, two agents, and mail that goes to a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.door import Ecrm


@pytest.fixture(scope="session")
def made_desk(made_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in Serbia: Ana with a phone, Ben without; mira and jovan answer."""
    folder = tmp_path_factory.mktemp("desk") / "shop"
    shutil.copytree(made_workspace, folder, symlinks=True)
    ecrm = Ecrm(folder)
    ana = ("--email", "ana@example.org", "--phone", "+381641234567", "--given-name", "Ana")
    for words in (
        ("config", "set", "business.country", "RS"),
        ("config", "set", "business.timezone", "Europe/Belgrade"),
        ("config", "set", "mail.from", "Zrno <hello@zrno.example>"),
        ("config", "set", "agents", "mira,jovan"),
        ("contact", "add", *ana, "--family-name", "Petrović"),
        ("contact", "add", "--email", "ben@example.org", "--given-name", "Ben"),
    ):
        done = ecrm(*words)
        assert done.code == 0, done.stderr
    return folder


@pytest.fixture
def shop(made_desk: Path, tmp_path: Path) -> Ecrm:
    """The front door of a copy of the shop."""
    return Ecrm(Path(shutil.copytree(made_desk, tmp_path / "shop", symlinks=True)))


def mails(shop: Ecrm) -> list[str]:
    """Return the messages in the shop's outbox."""
    return [path.read_text("utf-8") for path in sorted((shop.folder / "outbox/new").glob("*"))]


def opened(shop: Ecrm, *more: str, contact: str = "ana@example.org") -> int:
    """Open a case by mail; return its number."""
    words = ("case", "open", "--contact", contact, "--subject", "Cold coffee")
    done = shop(*words, *(more or ("--channel", "email")), "--json")
    assert done.code == 0, done.stderr
    return int(done.json["number"])
