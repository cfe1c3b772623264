"""With more people than a page holds, no command takes them all into memory at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ecrm_cli.contacts.ops import PAGE
from ecrm_cli.core.store import Store
from tests.door import Ecrm
from tests.tree import leaves

PEOPLE = PAGE + 1_000
WORDS: dict[str, tuple[str, ...]] = {
    "contact find": ("example.org",),
    "contact history": ("P-1",),
    "segment members": ("everybody",),
    "import rejects": ("I-1",),
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
    return folder


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
