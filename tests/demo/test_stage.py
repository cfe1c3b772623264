"""Commands typed before a reader: shown, run, and stopped at when they fail."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ecrm_cli.core.output import PipeClosed
from ecrm_cli.demo.crash import kill_half_way
from ecrm_cli.demo.stage import Stage, Stopped, words_of
from tests.door import Ecrm


def answering(code: int, seen: list[list[str]]) -> Stage:
    """Return a stage whose door ends with ``code`` and keeps what it was asked."""

    def door(argv: Sequence[str]) -> int:
        seen.append([*argv, os.environ.get("ECRM_WORKSPACE", "")])
        return code

    return Stage(door, Path.cwd(), io.StringIO())


def shown(stage: Stage) -> str:
    """Return what a stage has shown."""
    assert isinstance(stage.screen, io.StringIO)
    return stage.screen.getvalue()


def test_a_line_is_split_as_a_shell_would() -> None:
    assert words_of("ecrm order add \\\n  --line 'A x 2'") == ["order", "add", "--line", "A x 2"]


def test_a_command_is_shown_with_what_it_ends_with() -> None:
    seen: list[list[str]] = []
    stage = answering(6, seen)
    stage.type("ecrm import \\\n  people.csv", ends=6)
    assert shown(stage) == "$ ecrm import \\\n>   people.csv\n[exit 6]\n\n"
    assert seen == [["import", "people.csv", ""]]


def test_ones_own_workspace_is_set_aside_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECRM_WORKSPACE", "mine")
    seen: list[list[str]] = []
    answering(0, seen).type("ecrm today")
    assert seen == [["today", ""]]
    assert os.environ["ECRM_WORKSPACE"] == "mine"


def test_a_command_that_ends_otherwise_ends_the_story_with_its_code() -> None:
    with pytest.raises(Stopped, match="ended with 75") as caught:
        answering(75, []).type("ecrm today")
    assert caught.value.code == 75


def test_the_input_of_a_command_is_a_file_and_never_the_readers(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("ana\n", encoding="utf-8")
    read: list[str] = []

    def door(_argv: Sequence[str]) -> int:
        read.append(sys.stdin.read())
        return 0

    stage = Stage(door, tmp_path, io.StringIO())
    stage.type("ecrm contact tag - vip", given=Path("names.txt"))
    stage.type("ecrm contact list")
    assert read == ["ana\n", ""]
    assert "$ ecrm contact tag - vip < names.txt\n" in shown(stage)


def test_a_closed_pipe_ends_the_story_in_silence(tmp_path: Path) -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(PipeClosed):
        Stage(lambda _argv: 0, tmp_path, Closed()).tell("Once upon a time")


def test_a_sender_that_fails_before_it_can_be_killed_ends_the_story(ecrm: Ecrm) -> None:
    stage = Stage(lambda _argv: 0, ecrm.folder, io.StringIO())
    with pytest.raises(Stopped, match="ended with 4"):
        kill_half_way(stage, "ecrm campaign send nothing --yes", 10)
    assert "There is no campaign 'nothing'" in shown(stage)
