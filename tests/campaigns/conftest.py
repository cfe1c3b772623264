"""A shop with a few people in it, a campaign, and mail that goes to a folder without a pause."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ecrm_cli.core.app import App
from ecrm_cli.core.ask import Ask
from ecrm_cli.core.output import Output, View
from tests.door import NOW, Answer, Ecrm

PEOPLE = """email,first_name,last_name,country,locale,tags
ana@example.org,Ana,Petrović,RS,sr,vip
ben@example.org,Ben,O'Brien,NO,en,
cara@example.org,Cara,Smith,RS,en,vip
dan@example.org,,,RS,,
"""
PAGE = '<p>Hello {{ contact.given_name or "you" }}, <a href="{{ unsubscribe_url }}">leave</a></p>\n'
SPRING = """\
subject: "{{ contact.given_name or 'Hello' }}, spring is here"
template: spring.html.j2
segment: everybody
topic: offers
"""

Write = Callable[[str, str], Path]


def people_file(folder: Path, count: int) -> Path:
    """Write a file of ``count`` people, p1@example.org and on."""
    path = folder / "people.csv"
    rows = (f"p{number}@example.org,Person{number}" for number in range(1, count + 1))
    path.write_text("\n".join(["email,first_name", *rows, ""]), encoding="utf-8")
    return path


def put(folder: Path, name: str, text: str) -> Path:
    """Write a file of a workspace."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def made_bare(made_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop without people: a sender, a segment of everybody, the campaign spring."""
    folder = tmp_path_factory.mktemp("bare") / "shop"
    shutil.copytree(made_workspace, folder, symlinks=True)
    text = (folder / "config.yaml").read_text(encoding="utf-8")
    text = text.replace("  from:\n", "  from: Zrno <hello@zrno.example>\n")
    put(folder, "config.yaml", text)
    put(folder, "segments/everybody.yaml", "all: []\n")
    put(folder, "segments/vip.yaml", "tag: vip\n")
    put(folder, "templates/spring.html.j2", PAGE)
    (folder / "campaigns" / "win-back.yaml").unlink()
    put(folder, "campaigns/spring.yaml", SPRING)
    return folder


@pytest.fixture(scope="session")
def made_shop(made_bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with four people: Ana and Cara are vip; all but Cara agreed to offers."""
    folder = tmp_path_factory.mktemp("peopled") / "shop"
    shutil.copytree(made_bare, folder, symlinks=True)
    ecrm = Ecrm(folder)
    file = put(folder.parent, "people.csv", PEOPLE)
    agreeing = [f"{name}@example.org" for name in ("ana", "ben", "dan")]
    for words in (
        ["import", "contacts", str(file)],
        ["consent", "grant", *agreeing, "--topic", "offers", "--basis", "consent"],
    ):
        done = ecrm(*words)
        assert done.code == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def made_sent(made_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """The shop whose campaign was sent, and what was said then."""
    folder = tmp_path_factory.mktemp("sent") / "shop"
    shutil.copytree(made_shop, folder, symlinks=True)
    return folder, Ecrm(folder)("campaign", "send", "spring", "--yes")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of the shop: ``write("segments/vip.yaml", "tag: vip")``."""
    return partial(put, tmp_path / "shop")


def copied(folder: Path, target: Path) -> Ecrm:
    """Return the front door in a copy of a workspace."""
    return Ecrm(Path(shutil.copytree(folder, target / "shop", symlinks=True)))


@pytest.fixture
def bare(made_bare: Path, tmp_path: Path) -> Ecrm:
    """A shop without people."""
    return copied(made_bare, tmp_path)


@pytest.fixture
def shop(made_shop: Path, tmp_path: Path) -> Ecrm:
    """A shop with four people."""
    return copied(made_shop, tmp_path)


@pytest.fixture
def sent_shop(made_sent: tuple[Path, Answer], tmp_path: Path) -> Ecrm:
    """A shop whose campaign was sent."""
    return copied(made_sent[0], tmp_path)


def app_of(folder: Path) -> App:
    """Return the App of a workspace, without a terminal."""
    return App(
        out=Output(View()),
        ask=Ask(interactive=False),
        now=NOW,
        environment={},
        folder=folder,
        actor="tester",
    )


@pytest.fixture
def bare_app(bare: Ecrm) -> App:
    """The App of the shop without people."""
    return app_of(bare.folder)


@pytest.fixture
def shop_app(shop: Ecrm) -> App:
    """The App of the shop."""
    return app_of(shop.folder)


def mail_in(shop: Ecrm) -> list[bytes]:
    """Return the messages in the shop's outbox, in the order of their recipients."""
    found = [path.read_bytes() for path in (shop.folder / "outbox" / "new").glob("*")]
    return sorted(found, key=lambda raw: raw.split(b"\r\nTo: ")[1].split(b"\r\n")[0])
