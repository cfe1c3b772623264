"""With more people than a page holds, no command takes them all into memory at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ecrm_cli.campaigns import planning, runs
from ecrm_cli.campaigns.drafts import draft_of
from ecrm_cli.campaigns.planning import Wish
from ecrm_cli.contacts.ops import PAGE
from ecrm_cli.core.store import Store
from tests.campaigns.conftest import app_of
from tests.door import NOW, Ecrm
from tests.tree import leaves

PEOPLE = PAGE + 1_000
WORDS: dict[str, tuple[str, ...]] = {
    "contact find": ("example.org",),
    "contact history": ("P-1",),
    "segment members": ("everybody",),
    "segment history": ("everybody",),
    "import rejects": ("I-1",),
    "campaign recipients": ("spring",),
    "case find": ("parcel",),
    "loyalty history": ("P-1",),
}
GRANT = ("consent", "grant", "--segment", "everybody", "--topic", "offers", "--basis", "consent")


@pytest.fixture(scope="module")
def crowded(made_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a crowd in it, and a few rejected lines."""
    folder = Path(shutil.copytree(made_workspace, tmp_path_factory.mktemp("crowded") / "shop"))
    (folder / "segments" / "everybody.yaml").write_text("all: []\n")
    lines = [f"person{number}@example.org,Given{number}\n" for number in range(PEOPLE)]
    lines += [f"nobody {number},\n" for number in range(10)]
    (folder / "crowd.csv").write_text("email,first_name\n" + "".join(lines))
    assert Ecrm(folder)("import", "contacts", "crowd.csv").code == 6
    freeze_spring(folder)
    return folder


def freeze_spring(folder: Path) -> None:
    """Begin a campaign to everybody, half of whom agreed to it, and send none of it."""
    ecrm = Ecrm(folder)
    agreed = "".join(f"person{number}@example.org\n" for number in range(0, PEOPLE, 2))
    assert ecrm("consent", "grant", "-", *GRANT[4:], stdin=agreed).code == 0
    words = ("--segment", "everybody", "--subject", "Spring")
    assert ecrm("campaign", "new", "spring", *words).code == 0
    app = app_of(folder)
    plan = planning.plan(app, draft_of(app, "spring"), Wish(), None)
    with app.writing() as store:
        runs.freeze(store, NOW, plan)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each statement handed over, while a command ran."""
    counts: list[int] = []
    fetch = Store._fetch

    def counted(store: Store, cursor: Any) -> list[tuple[Any, ...]]:
        rows = fetch(store, cursor)
        counts.append(len(rows))
        return rows

    monkeypatch.setattr(Store, "_fetch", counted)
    return counts


def lists() -> list[tuple[str, ...]]:
    """Return the words of every command that answers with a list, and can be asked here."""
    asked = [leaf for leaf in leaves() if "--fields" in _options(leaf.command)]
    return [(*leaf.words, *WORDS.get(leaf.name, ())) for leaf in asked if leaf.words[0] != "setup"]


def _options(command: Any) -> set[str]:
    return {name for each in command.params for name in each.opts}


@pytest.mark.parametrize("words", lists(), ids=" ".join)
def test_a_list_is_read_in_pages(crowded: Path, words: tuple[str, ...], fetched: list[int]) -> None:
    answer = Ecrm(crowded)(*words, "--json")
    assert answer.code == 0, answer.stderr
    assert max(fetched, default=0) <= PAGE
    if words[0] == "contact" and words[1] != "history":
        assert len(answer.json) == PEOPLE


@pytest.mark.parametrize(
    "words", [GRANT, ("import", "contacts", "crowd.csv", "--again")], ids=" ".join
)
def test_what_is_done_to_everybody_is_done_by_the_engine(
    crowded: Path, tmp_path: Path, words: tuple[str, ...], fetched: list[int]
) -> None:
    folder = Path(shutil.copytree(crowded, tmp_path / "shop"))
    answer = Ecrm(folder)(*words, "--json")
    assert answer.code in (0, 6), answer.stderr
    assert fetched
    assert max(fetched) <= PAGE
