"""The demo's folder: what is somebody's own is never touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from ecrm_cli.demo.folder import DemoThere, Ground, NotEmpty, clear, mark_of
from tests.door import NOW, Ecrm, ecrm_words, process_environment


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """A demo's folder that has been begun."""
    made = Ground(tmp_path / "demo", 1, NOW.date())
    made.begin()
    return made


def test_a_folder_with_something_in_it_is_refused_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    for words in (["demo", "."], ["demo", ".", "--force"]):
        refused = Ecrm(tmp_path)(*words, "--json")
        assert refused.code == 5
        assert "not empty" in refused.error["message"]
        assert "another folder" in refused.error["hint"]
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine", encoding="utf-8")
    assert Ecrm(tmp_path)("demo", "shop", "--force").code == 5


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    clear(tmp_path, force=False)
    clear(tmp_path / "new", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_demo_is_made_anew_only_when_told_to(ground: Ground) -> None:
    ground.finish()
    with pytest.raises(DemoThere, match="holds a demo already"):
        clear(ground.root, force=False)
    (ground.root / "outbox").mkdir()
    (ground.root / "outbox" / "mail").touch()
    (ground.root / "link").symlink_to(ground.root.parent)
    clear(ground.root, force=True)
    # The mark stays: whoever is interrupted here can do it again.
    assert [path for path in ground.root.rglob("*") if path.is_file()] == [mark_of(ground.root)]
    assert ground.root.parent.exists()


def test_an_interrupted_demo_says_that_it_is(ground: Ground) -> None:
    with pytest.raises(DemoThere, match="interrupted") as caught:
        clear(ground.root, force=False)
    assert "--force" in caught.value.hint


def test_a_damaged_mark_is_an_interrupted_demo(ground: Ground) -> None:
    mark_of(ground.root).write_text("[", encoding="utf-8")
    with pytest.raises(DemoThere, match="interrupted"):
        clear(ground.root, force=False)


def test_a_workspace_of_ones_own_is_not_a_demo(ecrm: Ecrm) -> None:
    before = sorted(ecrm.folder.rglob("*"))
    with pytest.raises(NotEmpty):
        clear(ecrm.folder, force=True)
    assert sorted(ecrm.folder.rglob("*")) == before


def test_a_killed_demo_leaves_nothing_outside_and_says_what_to_do(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = process_environment({"HOME": str(home), "TMPDIR": str(home)})
    demo = subprocess.Popen(
        ecrm_words("demo", "shop"), cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not (tmp_path / "shop" / "crm.duckdb").exists() and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(demo.pid, signal.SIGKILL)
    assert demo.wait() == -signal.SIGKILL
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "shop"]
    assert list(home.iterdir()) == []
    again = Ecrm(tmp_path)("demo", "shop")
    assert (again.code, again.stdout) == (5, "")
    assert "shop holds a demo that was interrupted." in again.stderr
    assert "ecrm demo" in again.stderr
    assert "--force" in again.stderr
    assert json.loads(mark_of(tmp_path / "shop").read_text(encoding="utf-8"))["whole"] is False
