"""Completion in a real bash, as a person presses TAB."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.door import Ecrm, folder_with_ecrm

pytestmark = pytest.mark.real

PROMPT = "ready> "


@pytest.fixture
def bash(workspace: Path, tmp_path: Path) -> Iterator[pexpect.spawn]:
    """An interactive bash in a workspace, with ecrm's completion read in."""
    script = tmp_path / "completion.sh"
    script.write_text(Ecrm(workspace)("completion", "bash").stdout)
    path = f"{folder_with_ecrm(tmp_path)}{os.pathsep}{os.environ['PATH']}"
    shell = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        cwd=str(workspace),
        env={**os.environ, "PATH": path, "PS1": PROMPT, "TERM": "dumb", "HOME": str(tmp_path)},
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 200),
    )
    shell.expect_exact(PROMPT)
    shell.sendline("bind 'set enable-bracketed-paste off'")
    shell.expect_exact(PROMPT)
    shell.sendline(f"source '{script}'")
    shell.expect_exact(PROMPT)
    yield shell
    shell.close(force=True)


def completed(bash: pexpect.spawn, typed: str) -> str:
    """Type words, press TAB, and let bash itself say what then stands on the line."""
    begin, end = "\x01", "\x05"  # Ctrl-A and Ctrl-E: to both ends of the line
    bash.send(f"{typed}\t")
    bash.send(f"{begin}echo '<<{end}>>'\r")
    bash.expect(r"\r?\n<<(.*)>>\r?\n")
    return str(bash.match.group(1))


def test_a_noun_is_completed(bash: pexpect.spawn) -> None:
    assert completed(bash, "ecrm cont") == "ecrm contact "


def test_a_command_is_completed(bash: pexpect.spawn) -> None:
    assert completed(bash, "ecrm contact unt") == "ecrm contact untag "


def test_an_option_is_completed(bash: pexpect.spawn) -> None:
    assert completed(bash, "ecrm contact list --no-hea") == "ecrm contact list --no-header "


def test_a_segments_name_is_completed(bash: pexpect.spawn) -> None:
    assert completed(bash, "ecrm segment count one-t") == "ecrm segment count one-time-buyers "


def test_an_other_name_of_a_noun_is_not_offered(bash: pexpect.spawn) -> None:
    assert completed(bash, "ecrm custo") == "ecrm custo"
